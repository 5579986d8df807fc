"""250 only for what is durable; whatever goes wrong before, nothing is kept and the copy comes again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mailbridge.smtp_hooks.journal.settings import Protocol
from mailbridge.spool import Spool
from tests.smtp_hooks.builders_smtp import MAIL, client_of, eventually
from tests.smtp_hooks.journal.builders_journal import MemoryKeeper, running, running_journal

STEPS = [
    b"",
    b"EHLO x\r\n",
    b"MAIL FROM:<a@b.example>\r\n",
    b"RCPT TO:<x@so.example>\r\n",
    b"DATA\r\n",
    MAIL,
    b".",
    b"\r",
]


@pytest.mark.parametrize("last", range(len(STEPS)))
@pytest.mark.parametrize("abort", [True, False], ids=["cut", "closed"])
async def test_a_client_that_leaves_before_the_end_leaves_nothing(tmp_path: Path, last: int, abort: bool) -> None:
    async with running_journal(tmp_path) as journal:
        async with client_of(journal.server.port) as client:
            for step in STEPS[: last + 1]:
                await client.send(step)
                if step.endswith(b"\r\n") and step is not MAIL and step:
                    await client.hear()
            if abort:
                client.writer.transport.abort()
        await eventually(lambda: journal.server.sessions == 0)
        assert journal.kept == []
        assert journal.accepted == []
    for place in ("open", "sealed", "unknown", "accepted"):
        assert not (tmp_path / place).exists() or not list((tmp_path / place).iterdir())


@pytest.mark.parametrize("step", ["begin", "write", "seal", "accept"])
async def test_a_disk_that_fails_means_451_and_nothing_kept(step: str) -> None:
    keeper = MemoryKeeper(fails={step})
    async with running(keeper) as journal, client_of(journal.server.port) as client:
        answer = await client.envelope()
        if step != "begin":
            assert answer[:3] == b"354"
            answer = await client.say(MAIL + b".")
        assert answer[:9] == b"451 4.3.0"
        assert set(keeper.fates()) <= {"discarded"}
        assert journal.accepted == []
        # The disk is back, and so is the copy.
        keeper.fails.clear()
        await client.say(b"RSET")
        assert (await client.mail())[:3] == b"250"
        assert keeper.fates()[-1] == "accepted"


async def test_a_spool_that_cannot_be_written_means_451(tmp_path: Path) -> None:
    """A folder taken away stands for a disk that is gone; rights alone do not stop root."""
    spool = Spool(tmp_path / "spool")
    spool.recover()
    async with running(spool) as journal, client_of(journal.server.port) as client:
        (tmp_path / "spool").rename(tmp_path / "gone")
        (tmp_path / "spool").write_text("no folder")
        answer = await client.envelope()
        if answer[:3] == b"354":
            answer = await client.say(MAIL + b".")
        taken = answer[:3] == b"250"
        # A journal file that was opened before stays writable, wherever its folder went; then 250 is true.
        assert taken or answer[:9] == b"451 4.3.0"
        assert bool(journal.accepted) is taken
    spool.close()


@pytest.mark.parametrize("step", ["seal", "accept"])
async def test_250_waits_for_the_disk(step: str) -> None:
    keeper = MemoryKeeper(gates={step: asyncio.Event()})
    async with running(keeper) as journal, client_of(journal.server.port) as client:
        await client.envelope()
        await client.send(MAIL + b".\r\n")
        await eventually(lambda: step in keeper.reached)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.readexactly(1), 0.1)
        keeper.gates[step].set()
        assert (await client.hear())[:3] == b"250"
        assert journal.accepted == ["id-0"]
        assert keeper.heard == []
        await client.say(b"QUIT")
        assert keeper.heard == ["id-0"]
    assert keeper.lost == []


async def test_an_answer_is_heard_when_the_client_goes_on() -> None:
    """A 250 that was written may still be lost; a client that says nothing more is taken for one that missed it."""
    keeper = MemoryKeeper()
    async with running(keeper) as journal:
        async with client_of(journal.server.port) as client:
            assert (await client.mail())[:3] == b"250"
        await eventually(lambda: keeper.lost == ["id-0"])
        async with client_of(journal.server.port) as client:
            assert await client.mail() == b"250 2.0.0 Ok: kept as id-0"
            await client.say(b"RSET")
        await eventually(lambda: keeper.heard == ["id-0"])
    assert journal.accepted == ["id-0"]


async def test_a_client_that_leaves_while_the_disk_works_may_send_the_copy_again() -> None:
    keeper = MemoryKeeper(gates={"accept": asyncio.Event()})
    async with running(keeper) as journal:
        async with client_of(journal.server.port) as client:
            await client.envelope()
            await client.send(MAIL + b".\r\n")
            await eventually(lambda: "accept" in keeper.reached)
        await eventually(lambda: journal.server.sessions == 0)
        async with client_of(journal.server.port) as client:
            # Back too early: nobody knows yet what will be said of the first.
            assert (await client.mail())[:9] == b"451 4.4.5"
        keeper.gates["accept"].set()
        await eventually(lambda: keeper.lost == ["id-0"])
        assert keeper.fates() == ["accepted", "discarded"]
        async with client_of(journal.server.port) as client:
            # It hears the answer that it missed, and is not kept twice.
            assert await client.mail() == b"250 2.0.0 Ok: kept as id-0"
            await client.say(b"QUIT")
        assert keeper.heard == ["id-0"]
        assert keeper.fates() == ["accepted", "discarded", "discarded"]
        assert journal.accepted == ["id-0"]


async def test_a_retry_over_the_real_spool_loses_nothing(tmp_path: Path) -> None:
    """Whether the spool remembers whose answer was missed, or the walk finds the same mail twice."""
    async with running_journal(tmp_path, protocol=Protocol.SMTP) as journal:
        async with client_of(journal.server.port) as client:
            await client.envelope()
            await client.send(MAIL + b".\r\n")
            client.writer.transport.abort()
        await eventually(lambda: journal.server.sessions == 0)
        async with client_of(journal.server.port) as client:
            while (await client.mail())[:9] == b"451 4.4.5":
                await asyncio.sleep(0.01)
            await client.say(b"QUIT")
        assert {kept.content for kept in journal.kept} == {MAIL}
        assert sorted(kept.id for kept in journal.kept) == sorted(journal.accepted)


async def test_reading_stops_while_the_disk_is_behind() -> None:
    keeper = MemoryKeeper(slow_disk=True)
    async with running(keeper) as journal, client_of(journal.server.port) as client:
        assert (await client.mail(b"x" * 70 + b"\r\n" * 300_000))[:3] == b"250"
    assert keeper.waited


async def test_a_worker_that_fails_to_listen_costs_the_client_nothing() -> None:
    def fail(mail_id: str) -> None:
        raise RuntimeError(mail_id)

    keeper = MemoryKeeper()
    async with running(keeper, on_accepted=fail) as journal, client_of(journal.server.port) as client:
        assert (await client.mail())[:3] == b"250"
    assert keeper.fates() == ["accepted"]
