"""
`kill -9` at every step between DATA and 250, then a new start, then the client's retry.

Nothing is lost anywhere. Delivered twice is only what dies in the one unavoidable instant (RFC 1047): the next hop has
said 250, and we had no time to write that down. The client was told nothing there, so its retry is right.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbridge.spool import Spool
from tests.smtp_hooks.builders_smtp import MAIL, client_of, eventually
from tests.smtp_hooks.next_hop_double import NextHopDouble, next_hop
from tests.spool.builders_spool import files

BIG = b"Subject: big\r\n\r\n" + b"0123456789\r\n" * 100_000


@dataclass
class HopProcess:
    process: asyncio.subprocess.Process
    port: int

    async def ended(self) -> int:
        async with asyncio.timeout(20):
            return await self.process.wait()

    async def kill(self) -> None:
        self.process.kill()
        await self.ended()


@asynccontextmanager
async def hop_process(root: Path, next_hop_port: int, *more: str) -> AsyncIterator[HopProcess]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.smtp_hooks.hop_process", str(root), str(next_hop_port), *more,
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            port = int(await process.stdout.readline())
        yield HopProcess(process, port)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def contents(root: Path) -> list[bytes]:
    spool = Spool(root)
    found = [spool.load(mail_id).content for mail_id in spool.waiting()]
    spool.close()
    return found


async def retry(root: Path, double: NextHopDouble, content: bytes) -> bytes:
    async with hop_process(root, double.port) as hop, client_of(hop.port) as client:
        answer = await client.mail(content)
        await client.say(b"QUIT")
        # That the client heard is written by another thread; killed before, it would count as not heard.
        await asyncio.sleep(0.1)
        return answer


async def test_killed_in_the_content(tmp_path: Path) -> None:
    async with next_hop() as double:
        async with hop_process(tmp_path, double.port) as hop, client_of(hop.port) as client:
            await client.envelope()
            await client.send(BIG[:900_000])
            await eventually(lambda: files(tmp_path).get("open") == 1)
            await hop.kill()
        await eventually(lambda: double.unfinished)
        assert (await retry(tmp_path, double, BIG))[:3] == b"250"
        assert [taken.below for taken in double.taken] == [BIG]
        assert contents(tmp_path) == [BIG]
        assert files(tmp_path) == {"accepted": 1}


async def test_killed_after_the_seal_before_the_dot(tmp_path: Path) -> None:
    async with next_hop() as double:
        async with hop_process(tmp_path, double.port, "sealed") as hop, client_of(hop.port) as client:
            assert await client.mail() == b""
            await hop.ended()
        await eventually(lambda: double.unfinished)
        assert (await retry(tmp_path, double, MAIL))[:3] == b"250"
        assert [taken.below for taken in double.taken] == [MAIL]
        assert contents(tmp_path) == [MAIL]
        assert "unknown" not in files(tmp_path)


async def test_killed_after_the_dot_before_the_reply(tmp_path: Path) -> None:
    async with next_hop(pause="DOT") as double:
        async with hop_process(tmp_path, double.port) as hop, client_of(hop.port) as client:
            await client.envelope()
            await client.send(MAIL + b".\r\n")
            await double.reached.wait()
            await hop.kill()
            assert await client.hear() == b""
        double.go_on.set()
        await eventually(lambda: double.open_now == 0)
        # This next hop gives up a mail whose sender was gone before it could answer.
        double.taken.clear()
        assert (await retry(tmp_path, double, MAIL))[:3] == b"250"
        assert [taken.below for taken in double.taken] == [MAIL]
        assert contents(tmp_path) == [MAIL]
        assert "unknown" not in files(tmp_path)


async def test_killed_in_the_unavoidable_instant(tmp_path: Path) -> None:
    """The next hop has said 250 and we die before it is written down: twice there, once in the spool, lost nowhere."""
    async with next_hop() as double:
        async with hop_process(tmp_path, double.port, "replied") as hop, client_of(hop.port) as client:
            assert await client.mail() == b""
            await hop.ended()
        assert len(double.taken) == 1
        spool = Spool(tmp_path)
        assert spool.recover().unknown == 1
        [unknown] = spool.unknown()
        assert unknown.size == len(MAIL)
        spool.close()
        assert (await retry(tmp_path, double, MAIL))[:3] == b"250"
        assert [taken.below for taken in double.taken] == [MAIL, MAIL]
        assert contents(tmp_path) == [MAIL]
        assert "unknown" not in files(tmp_path)


@pytest.mark.parametrize("step", ["recording", "recorded"])
async def test_killed_before_the_250(tmp_path: Path, step: str) -> None:
    """The acceptance is on the disk: the retry hears the very same 250, and nobody gets the mail twice."""
    async with next_hop() as double:
        async with hop_process(tmp_path, double.port, step) as hop, client_of(hop.port) as client:
            assert await client.mail() == b""
            await hop.ended()
        assert len(double.taken) == 1
        assert await retry(tmp_path, double, MAIL) == b"250 2.0.0 Ok: queued as NEXT1"
        await eventually(lambda: double.unfinished)
        assert [taken.below for taken in double.taken] == [MAIL]
        assert contents(tmp_path) == [MAIL]


async def test_killed_before_the_250_and_the_worker_was_faster(tmp_path: Path) -> None:
    """The worker has decided and deleted the mail before the hop starts again: the retry is known all the same."""
    async with next_hop() as double:
        async with hop_process(tmp_path, double.port, "recorded") as hop, client_of(hop.port) as client:
            assert await client.mail() == b""
            await hop.ended()
        worker = Spool(tmp_path)
        for mail_id in worker.waiting():
            worker.release(mail_id, keep=False)
        worker.close()
        assert await retry(tmp_path, double, MAIL) == b"250 2.0.0 Ok: queued as NEXT1"
        assert len(double.taken) == 1
        assert contents(tmp_path) == []


async def test_killed_after_the_250(tmp_path: Path) -> None:
    async with next_hop() as double:
        async with hop_process(tmp_path, double.port, "answered") as hop, client_of(hop.port) as client:
            assert (await client.mail())[:3] == b"250"
            await hop.ended()
        assert contents(tmp_path) == [MAIL]
        assert len(double.taken) == 1


async def test_a_settled_mail_sent_again_after_a_restart_is_delivered(tmp_path: Path) -> None:
    """A device that sends the same octets every day must not lose one because the hop was started again."""
    async with next_hop() as double:
        for times in (1, 2, 3):
            assert (await retry(tmp_path, double, MAIL))[:3] == b"250"
            assert len(double.taken) == times
        assert contents(tmp_path) == [MAIL] * 3


async def test_disk_full(tmp_path: Path) -> None:
    """No file may grow: mail is refused for now, wholly. Then there is room again, and nobody has to start anything."""
    async with next_hop() as double, hop_process(tmp_path, double.port, "-", "65536") as hop:
        async with client_of(hop.port) as client:
            for content in (BIG, b"a" * 100_000 + b"\r\n", MAIL):
                assert (await client.mail(content))[:9] == b"451 4.3.0"
            assert double.taken == []
            resource.prlimit(hop.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            await asyncio.sleep(1)
            for content in (BIG, MAIL):
                assert (await client.mail(content))[:3] == b"250"
            await client.say(b"QUIT")
        assert contents(tmp_path) == [BIG, MAIL]
        assert files(tmp_path) == {"accepted": 2}
