"""The one thread that writes and syncs, and what becomes of mails when the disk does not do its part."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Fate
from mailbridge.spool import Spool
from mailbridge.spool.steps import Job
from mailbridge.spool.writing import SlotWriter
from tests.spool.builders_spool import REPLY, accepted, begun, files, kept, quiet

SEGMENT = 64 << 10


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbridge.spool.writing._PAUSE", 0.0)
    monkeypatch.setattr("mailbridge.spool.commit_thread._TRY_AGAIN", 0.05)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path, segment_size=SEGMENT)
    made.recover()
    yield made
    made.close()


@contextmanager
def failing(patch: pytest.MonkeyPatch, call: str, number: int = errno.EIO) -> Iterator[None]:
    """Let calls of `os` fail that concern segments."""

    def fails(descriptor: int, *_: object) -> int:
        raise OSError(number, os.strerror(number))

    with patch.context() as patched:
        patched.setattr(os, call, fails)
        yield


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def hang(go_on: threading.Event) -> None:
    assert go_on.wait(20)


def told(spool: Spool) -> list[tuple[int, str, Fate]]:
    return [(one.serial, one.mail_id, one.fate) for one in spool.deliveries(1000)]


async def test_the_loop_thread_never_touches_the_disk(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    here = threading.get_ident()
    touched: list[str] = []

    def watched(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*arguments: object, **named: object) -> object:
            if threading.get_ident() == here:
                touched.append(name)
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patched:
        for name in ("open", "write", "pwrite", "pwritev", "fsync", "fdatasync", "rename", "unlink", "stat", "mkdir"):
            patched.setattr(os, name, watched(name))
        capture = begun(spool, b"x" * 300_000)
        await capture.room()
        await capture.seal()
        assert spool.earlier_answer(capture.key) is None
        await capture.accept(REPLY)
        spool.answer_lost(capture.id)
        lost = begun(spool)
        await lost.seal()
        await lost.unknown()
        begun(spool, b"x" * 300_000).discard()
        left = begun(spool)
        await left.seal()
        left.leave()
    assert touched == []


@pytest.mark.parametrize("call", ["pwritev", "fdatasync"])
async def test_a_seal_that_fails_uses_its_serial(spool: Spool, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    first = await accepted(spool, b"1")
    with failing(monkeypatch, call):
        capture = begun(spool, b"2")
        with pytest.raises(Unavailable, match="Input/output"):
            await capture.seal()
        capture.discard()
    third = await accepted(spool, b"3")
    assert list(spool.waiting()) == [first, third]
    assert [spool.load(mail_id).content for mail_id in (first, third)] == [b"1", b"3"]
    assert told(spool) == [(1, first, Fate.DELIVERED), (2, capture.id, Fate.REFUSED), (3, third, Fate.DELIVERED)]


async def test_an_acceptance_that_fails_is_written_when_the_disk_is_back(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next hop has the mail, whatever our disk says: its words are not lost with the segment."""
    one, two, three = begun(spool, b"1"), begun(spool, b"2"), begun(spool, b"3")
    for capture in (one, two, three):
        await capture.seal()
    with failing(monkeypatch, "pwritev"):
        with pytest.raises(Unavailable):
            await one.accept(REPLY)
        with pytest.raises(Unavailable):
            await two.refuse("550 no")
        with pytest.raises(Unavailable):
            await three.unknown()
        spool.answer_heard(one.id)
    eventually(lambda: files(tmp_path) == {"accepted": 1, "unknown": 1})
    assert list(spool.waiting()) == [one.id]
    assert spool.load(one.id).next_hop_reply == REPLY
    assert told(spool) == [(1, one.id, Fate.DELIVERED), (2, two.id, Fate.REFUSED), (3, three.id, Fate.HELD)]
    assert [mail.id for mail in spool.unknown()] == [three.id]


async def test_what_was_answered_before_a_failing_sync_is_said_again(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An acceptance is answered when it is written; the segment breaks before it is synced."""
    capture = begun(spool, b"1")
    await capture.seal()
    await capture.accept(REPLY)
    with failing(monkeypatch, "fdatasync"), pytest.raises(Unavailable):
        await begun(spool, b"2").seal()
    third = await accepted(spool, b"3")
    broken = next((spool.root / "journal" / "0").glob("00000001.seg"))
    octets = broken.read_bytes()
    # What a disk may do with octets it could not sync.
    broken.write_bytes(octets[: octets.index(REPLY.encode())].ljust(len(octets), b"\0"))
    fresh = Spool(spool.root)
    assert list(fresh.waiting()) == [capture.id, third]
    fresh.close()


async def test_large_content_in_a_segment_that_broke_is_not_sealed(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = begun(spool, b"x" * 300_000)
    await asyncio.to_thread(quiet, spool)
    with failing(monkeypatch, "fdatasync"), pytest.raises(Unavailable):
        await begun(spool).seal()
    with pytest.raises(Unavailable, match="broke"):
        await large.seal()
    large.discard()
    small = await accepted(spool)
    await asyncio.to_thread(quiet, spool)
    assert files(tmp_path) == {"accepted": 1}
    assert [serial for serial, _, _ in told(spool)] == [1, 2]
    assert small


async def test_a_disk_without_room_refuses_what_does_not_fit(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accepted(spool)
    with failing(monkeypatch, "pwrite", errno.ENOSPC):
        small, large = begun(spool, b"small"), begun(spool, b"x" * SEGMENT)
        results = await asyncio.gather(large.seal(), small.seal(), return_exceptions=True)
        assert isinstance(results[0], Unavailable)
        assert results[1] is None
        large.discard()
        await small.accept(REPLY)
        streamed = begun(spool, b"x" * 300_000)
        await asyncio.to_thread(quiet, spool)
        with pytest.raises(Unavailable):
            streamed.write(b"x")
        with pytest.raises(Unavailable):
            await streamed.room()
        streamed.discard()
    await accepted(spool, b"x" * SEGMENT)
    await asyncio.to_thread(quiet, spool)
    assert files(tmp_path) == {"accepted": 3}
    assert [serial for serial, _, _ in told(spool)] == [1, 2, 3]
    assert {spool.load(mail_id).content for mail_id in spool.waiting()} == {b"a\r\n", b"small", b"x" * SEGMENT}


def test_a_spool_that_cannot_take_a_journal(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (tmp_path / "journal").write_bytes(b"in the way")
    with pytest.raises(Unavailable):
        kept(spool)
    with pytest.raises(Unavailable):
        spool.recover()
    (tmp_path / "journal").unlink()
    kept(spool)
    spool.close()


async def test_a_bug_in_one_step_is_told_to_who_waits(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    def bug(_: object) -> None:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        await spool._writers.thread.ask(Job(bug))

    class Broken(Job):
        """Fails where no step does."""

        def place(self, writer: SlotWriter) -> None:
            bug(writer)

    with caplog.at_level(logging.CRITICAL), pytest.raises(Unavailable):
        await spool._writers.thread.ask(Broken(lambda _: None))
    await accepted(spool)


async def test_an_acceptance_is_synced_within_a_second(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = begun(spool)
    await capture.seal()
    synced: list[float] = []
    real = os.fdatasync

    def sync(descriptor: int) -> None:
        synced.append(time.monotonic())
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", sync)
    begin = time.monotonic()
    await capture.accept(REPLY)
    assert not synced
    while not synced:
        await asyncio.sleep(0.02)
    assert synced[0] - begin < 1.5


async def test_a_segment_that_fills_slowly_is_closed(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbridge.spool.writing.OLDEST_SEGMENT", 0.1)
    mail_id = await accepted(spool)
    spool.answer_heard(mail_id)
    await asyncio.sleep(0.3)
    spool.release(mail_id, keep=False)
    spool.noted(spool.deliveries(10))
    # Wiped, and ready to be used again; one more was prepared.
    assert [path.name for path in (tmp_path / "journal" / "0").glob("*.seg")] == ["next.seg"]
    assert await accepted(spool) in list(spool.waiting())


async def test_memory_stays_bounded_while_the_disk_hangs(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    hanging = spool._writers.thread.submit(Job(lambda _: hang(go_on)))
    captures = [begun(spool, b"") for _ in range(60)]
    taken = 0
    block = bytes(64 << 10)
    for _ in range(40):
        for capture in captures:
            if not capture.is_behind:
                capture.write(block)
                taken += len(block)
    assert taken <= 60 << 20
    waiting = asyncio.ensure_future(captures[0].room())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    go_on.set()
    await waiting
    assert not captures[0].is_behind
    for capture in captures:
        capture.discard()
    hanging.result(20)
    await asyncio.to_thread(quiet, spool)
    assert (spool._writers._load.held, spool._writers._load.queued) == (0, 0)
