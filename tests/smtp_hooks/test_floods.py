"""
What one client does to the hop costs the others nothing but time, and little of that (FEATURES B11, B12, O12).

Each flood is a real one, over real sockets; the law is that everybody's usual mail goes through while it lasts, that
memory stays bounded, and that nothing is left of it afterwards. No time is asserted: who hangs fails by time-out.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.smtp_hooks.builders_smtp import eventually
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.next_hop_profiles import fickle, watched
from tests.smtp_hooks.probes import (
    MAIL,
    Hop,
    RawClient,
    client_of,
    connected,
    hear_to_the_end,
    hop_before,
    normal_mail,
    resident,
)

pytestmark = pytest.mark.timeout(60)

MANY: dict[str, Any] = {"max_sessions": 1000, "max_sessions_per_client": 1000}
MEGABYTE = 1 << 20


@asynccontextmanager
async def meanwhile(*floods: Callable[[], Any]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Let floods run while the block runs; a flood that the hop cuts off has ended, and that is all right."""

    async def run(flood: Callable[[], Any]) -> None:
        with suppress(ConnectionError):
            await flood()

    tasks = [asyncio.create_task(run(flood)) for flood in floods]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [error for error in ended if isinstance(error, Exception)] == []


async def others_are_served(hop: Hop, mails: int = 5) -> None:
    """From another address, so that no limit for the flooding client is theirs."""
    for _ in range(mails):
        await normal_mail(hop.server.port, source="127.0.0.9")


async def dribble(client: RawClient, octets: bytes, pause: float = 0.01) -> None:
    for each in octets:
        await client.send(bytes([each]))
        await asyncio.sleep(pause)


# -- slow and silent --------------------------------------------------------------------------------------------------


async def test_slow_clients_in_commands_and_in_content(tmp_path: Path) -> None:
    """One octet at a time, in all stages: their mails arrive in the end, and the others' before."""
    async with next_hop() as double, hop_before(tmp_path, double.port, **MANY) as hop:

        async def slow() -> None:
            async with client_of(hop.server.port) as client:
                for line in (b"EHLO slow.example", b"MAIL FROM:<slow@so.example>", b"RCPT TO:<b@bo.example>", b"DATA"):
                    await dribble(client, line + b"\r\n")
                    assert (await client.hear())[:1] in b"23"
                await dribble(client, MAIL + b".\r\n")
                assert (await client.hear())[:3] == b"250"

        async with meanwhile(*[slow] * 20) as tasks:
            await others_are_served(hop, 10)
            assert not any(task.done() for task in tasks)
            assert len(double.taken) == 10
            await asyncio.gather(*tasks)
        assert len(double.taken) == len(hop.kept) == 30


async def test_a_client_that_halts_hears_421(tmp_path: Path) -> None:
    """Before a command, and in the middle of one."""
    async with next_hop() as double, hop_before(tmp_path, double.port, client_timeout=0.3, **MANY) as hop:
        async with client_of(hop.server.port) as silent:
            assert (await silent.hear())[:9] == b"421 4.4.2"
        async with client_of(hop.server.port) as halting:
            await halting.send(b"EHL")
            assert (await halting.hear())[:9] == b"421 4.4.2"
        await eventually(lambda: hop.server.sessions == 0)


async def test_half_open_sessions_cost_the_next_hop_nothing(tmp_path: Path) -> None:
    """Who connects and says nothing takes none of the few sessions that a next hop has for us."""
    async with watched(at_most=10) as double, hop_before(tmp_path, double.port, **MANY) as hop:
        async with AsyncExitStack() as stack:
            for _ in range(60):
                await stack.enter_async_context(connected(hop.server.port))
            await eventually(lambda: hop.server.sessions >= 60)
            await others_are_served(hop)
            assert double.open_now <= 10
        await eventually(lambda: hop.server.sessions == 0)


async def test_greeted_and_silent_sessions_do_not_shut_the_others_out(tmp_path: Path) -> None:
    async with (
        watched(at_most=15) as double,
        hop_before(tmp_path, double.port, **MANY) as hop,
        AsyncExitStack() as stack,
    ):
        for _ in range(30):
            client = await stack.enter_async_context(client_of(hop.server.port))
            assert (await client.say(b"EHLO idle.example"))[:3] == b"250"
        await others_are_served(hop)


async def test_half_open_sessions_end(tmp_path: Path) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port, client_timeout=0.4, **MANY) as hop:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(connected(hop.server.port)) for _ in range(50)]
            await others_are_served(hop)
            for client in clients:
                assert b"421 4.4.2" in await hear_to_the_end(client)
            await eventually(lambda: hop.server.sessions == 0)
        await eventually(lambda: double.open_now <= 5)


# -- many -------------------------------------------------------------------------------------------------------------


async def test_three_hundred_at_once(tmp_path: Path) -> None:
    async with watched() as double, hop_before(tmp_path, double.port, **MANY) as hop:
        contents = [MAIL + b"number %d\r\n" % number for number in range(300)]
        await asyncio.gather(*(normal_mail(hop.server.port, content) for content in contents))
        assert sorted(taken.below for taken in double.taken) == sorted(contents)
        assert sorted(kept.content for kept in hop.kept) == sorted(contents)
        await eventually(lambda: hop.server.sessions == 0)


async def test_too_many_sessions_hear_421_until_one_leaves(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"max_sessions": 5, "max_sessions_per_client": 5}
    async with next_hop() as double, hop_before(tmp_path, double.port, **settings) as hop:
        async with AsyncExitStack() as stack:
            first = [await stack.enter_async_context(client_of(hop.server.port)) for _ in range(5)]
            for _ in range(50):
                async with connected(hop.server.port, source="127.0.0.7") as late:
                    assert (await hear_to_the_end(late))[:9] in {b"421 4.3.2", b"421 4.7.0"}
            # Those that are in are served as ever.
            assert (await first[0].mail())[:3] == b"250"
        await eventually(lambda: hop.server.sessions == 0)
        await others_are_served(hop, 1)


async def test_one_address_may_not_have_all_sessions(tmp_path: Path) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port, max_sessions_per_client=3) as hop:
        async with AsyncExitStack() as stack:
            greedy = [await stack.enter_async_context(client_of(hop.server.port)) for _ in range(3)]
            for _ in range(20):
                async with connected(hop.server.port) as fourth:
                    assert (await hear_to_the_end(fourth))[:9] in {b"421 4.7.0", b"421 4.3.2"}
            await others_are_served(hop)
            assert (await greedy[2].mail())[:3] == b"250"
            await greedy[0].say(b"QUIT")
            await eventually(lambda: hop.server.sessions == 2)
            await normal_mail(hop.server.port)
        await eventually(lambda: hop.server.sessions == 0)
        # Nothing is counted twice or for ever.
        for _ in range(10):
            await normal_mail(hop.server.port)


async def test_connecting_and_leaving_at_once(tmp_path: Path) -> None:
    """500 connections that are reset before they heard a word leave no session behind, here or at the next hop."""
    async with next_hop() as double, hop_before(tmp_path, double.port, **MANY) as hop:

        async def hasty() -> None:
            for _ in range(500):
                with socket.socket() as one:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    one.connect(("127.0.0.1", hop.server.port))
                await asyncio.sleep(0)

        async with meanwhile(hasty) as [task]:
            await others_are_served(hop)
            await task
        await eventually(lambda: hop.server.sessions == 0)
        await eventually(lambda: double.open_now <= 5)


# -- much -------------------------------------------------------------------------------------------------------------

COMMANDS = {
    "noop": b"NOOP\r\n",
    "rset": b"RSET\r\n",
    "ehlo": b"EHLO x.example\r\n",
    "vrfy": b"VRFY a@bo.example\r\n",
    "rcpt": b"RCPT TO:<b@bo.example>\r\n",
    "mail": b"MAIL FROM:<a@so.example>\r\n",
    "mail-and-rset": b"MAIL FROM:<a@so.example>\r\nRSET\r\n",
    "data": b"DATA\r\n",
    "unknown": b"GET / HTTP/1.1\r\n",
    "empty": b"\r\n",
    "binary": b"\x16\x03\x01\0\xff\xfe\n",
    "blanks": b" " * 1000 + b"\r\n",
    "lone-lf": b"\n",
}


@pytest.mark.parametrize("reads", [True, False], ids=["reads", "never-reads"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
async def test_a_hundred_thousand_commands(tmp_path: Path, command: bytes, reads: bool) -> None:
    """
    Pipelined as fast as the network takes them, read or not read: others are served, and memory does not grow.

    To cut such a client off (421) is right; to serve it slowly is, too.
    """
    async with next_hop() as double, hop_before(tmp_path, double.port, **MANY) as hop:

        async def flood() -> None:
            async with client_of(hop.server.port) as client:
                await client.send(b"EHLO flood.example\r\n")
                if command == COMMANDS["rcpt"]:
                    await client.send(b"MAIL FROM:<a@so.example>\r\n")
                hearing = asyncio.create_task(hear_all(client)) if reads else None
                try:
                    for _ in range(1000):
                        await client.send(command * 100)
                        await asyncio.sleep(0)
                    await hear_all(client)
                finally:
                    if hearing is not None:
                        hearing.cancel()

        await others_are_served(hop, 1)
        before = resident()
        async with meanwhile(flood, flood):
            await others_are_served(hop)
            assert resident() - before < 64 * MEGABYTE
        await eventually(lambda: hop.server.sessions == 0)


async def hear_all(client: RawClient) -> None:
    with suppress(ConnectionError):
        while await client.reader.read(1 << 16):
            pass


async def test_as_many_recipients_as_anybody_may_name(tmp_path: Path) -> None:
    """RFC 5321 §4.5.3.1.8: a hundred at the least; what is too many says the next hop, or we with 452."""
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.say(b"EHLO x.example")
        await client.say(b"MAIL FROM:<a@so.example>")
        lines = [b"RCPT TO:<box%d@bo.example>\r\n" % number for number in range(1000)]
        heard = []
        for start in range(0, len(lines), 50):
            await client.send(b"".join(lines[start : start + 50]))
            heard += [await client.hear() for _ in range(50)]
        good = [number for number, reply in enumerate(heard) if reply[:3] == b"250"]
        assert good[:100] == list(range(100))
        assert {reply[:3] for reply in heard} <= {b"250", b"452"}
        await client.say(b"DATA")
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert len(double.taken[0].recipients) == len(hop.kept[0].envelope.recipients) == len(good)


@pytest.mark.parametrize("stage", ["first", "greeted", "mail", "starttls"])
async def test_a_line_without_end(tmp_path: Path, stage: str) -> None:
    """64 MB of a command that never ends: it is thrown away while it comes, or the client is."""
    async with next_hop() as double, hop_before(tmp_path, double.port, **MANY) as hop:
        await others_are_served(hop, 1)
        before = resident()
        most = 0

        async def flood() -> None:
            nonlocal most
            async with client_of(hop.server.port) as client:
                if stage != "first":
                    await client.say(b"EHLO x.example")
                if stage == "mail":
                    await client.say(b"MAIL FROM:<a@so.example>")
                if stage == "starttls":
                    await client.send(b"STARTTLS ")
                for _ in range(1024):
                    await client.send(b"A" * 65536)
                    most = max(most, resident())
                    await asyncio.sleep(0)
                heard = await client.say(b"")
                assert heard[:1] in b"45"

        async with meanwhile(flood) as [task]:
            await others_are_served(hop)
            await task
        assert most - before < 24 * MEGABYTE
        await eventually(lambda: hop.server.sessions == 0)


async def test_content_without_end_behind_a_refusal(tmp_path: Path) -> None:
    """Far more than we take: nothing of it is stored or passed on, whether we read it or hang up."""
    async with next_hop() as double, hop_before(tmp_path, double.port, max_size=100_000, **MANY) as hop:
        await others_are_served(hop, 1)
        before, most = resident(), 0
        heard = b""

        async def flood() -> None:
            nonlocal most, heard
            async with client_of(hop.server.port) as client:
                await client.envelope(sender=b"flood@so.example")
                for _ in range(640):
                    await client.send(b"0123456789abcde" * 4369 + b"\r\n")
                    most = max(most, resident())
                    await asyncio.sleep(0)
                heard = await client.say(b".")

        async with meanwhile(flood) as [task]:
            await others_are_served(hop)
            await task
        assert heard[:3] in {b"552", b"421", b""}
        assert most - before < 24 * MEGABYTE
        assert {taken.mail for taken in double.taken} == {"MAIL FROM:<a@so.example>"}
        assert len(hop.kept) == len(double.taken)


async def test_the_next_hop_does_not_read(tmp_path: Path) -> None:
    """Back-pressure: content waits at its sender, not in our memory, and others are served."""
    content = b"Subject: x\r\n\r\n" + (b"0" * 998 + b"\r\n") * 30_000
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **MANY) as hop,
        fickle(most=0, reads=False) as deaf,
    ):
        await others_are_served(hop, 1)
        async with hop_before(tmp_path / "deaf", deaf.port, stop_within=0.2, **MANY) as before_deaf:
            start = resident()

            async def stuck() -> None:
                async with client_of(before_deaf.server.port) as client:
                    await client.envelope()
                    for at in range(0, len(content), 1 << 16):
                        await client.send(content[at : at + (1 << 16)])
                    await client.hear()

            async with meanwhile(*[stuck] * 4):
                await others_are_served(hop)
                await asyncio.sleep(0.3)
                # Four mails of 30 MB on their way; the kernel holds some of it, we next to nothing.
                assert resident() - start < 60 * MEGABYTE
