"""The journals as the walk and the ledger see them."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Fate
from mailbridge.mail.envelope import Door
from mailbridge.spool import Spool
from mailbridge.spool.reading import SegmentReader
from tests.spool.builders_spool import (
    CLIENT,
    ENVELOPE,
    REPLY,
    START,
    Clock,
    accepted,
    begun,
    files,
    kept,
    quiet,
)

SEGMENT = 64 << 10


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path, segment_size=SEGMENT, clock=Clock())
    yield made
    made.close()


async def test_the_wire_form_is_walked_unstuffed(spool: Spool, tmp_path: Path) -> None:
    capture = spool.begin(Door.HOP, CLIENT, ENVELOPE, START, stuffed=True)
    for block in (b"..a\r\n.", b".b\r\n...", b"\r\nc. .d\r\n.\n"):
        capture.write(block)
    plain = b".a\r\n.b\r\n..\r\nc. .d\r\n\n"
    await capture.seal()
    await capture.accept(REPLY)
    mail = spool.load(capture.id)
    assert mail.content == plain
    assert mail.sha256 == hashlib.sha256(plain).hexdigest()
    assert (mail.door, mail.client, mail.envelope, mail.next_hop_reply) == (Door.HOP, CLIENT, ENVELOPE, REPLY)
    # And so it stands in a file of its own.
    spool.set_aside(capture.id, "x")
    spool.retry(capture.id)
    assert spool.load(capture.id) == mail
    spool.release(capture.id, keep=True)
    [archived] = (tmp_path / "archive").rglob(f"*{capture.id}")
    assert plain in archived.read_bytes()


async def test_a_mail_of_unknown_fate_is_the_same_as_its_retry_in_the_wire_form(spool: Spool) -> None:
    for judge in ("unknown", "accept"):
        capture = spool.begin(Door.HOP, CLIENT, ENVELOPE, START, stuffed=True)
        capture.write(b"..a\r\n")
        await capture.seal()
        await (capture.unknown() if judge == "unknown" else capture.accept(REPLY))
        assert len(spool.unknown()) == (judge == "unknown")


async def test_an_archived_mail_is_one_file(spool: Spool, tmp_path: Path) -> None:
    mail_id = await accepted(spool, b"content\r\n")
    spool.release(mail_id, keep=True)
    assert files(tmp_path) == {"archive": 1}
    [archived] = (tmp_path / "archive" / "2026" / "11").iterdir()
    assert archived.name == f"{int(START.timestamp() * 1_000_000):017d}-{mail_id}"
    lines = archived.read_bytes().split(b"\n")
    assert lines[0].startswith(b'{"id":"' + mail_id.encode())
    assert lines[1] == b"content\r"
    spool.release(mail_id, keep=True)
    with pytest.raises(Unavailable):
        spool.load(mail_id)


async def test_a_walk_that_begins_anew_does_not_meet_what_was_released(spool: Spool, tmp_path: Path) -> None:
    mails = [await accepted(spool, b"%d" % number) for number in range(6)]
    for mail_id in mails[:4]:
        spool.release(mail_id, keep=False)
    fresh = Spool(tmp_path)
    assert list(fresh.waiting()) == mails[4:]
    fresh.close()
    # A note that was torn, or lost with the power, lets a decided mail come once more.
    [notes] = (tmp_path / "journal").rglob("*.done")
    notes.write_bytes(notes.read_bytes()[:40])
    again = Spool(tmp_path)
    assert list(again.waiting()) == mails[2:]
    again.release(mails[2], keep=False)
    assert list(again.waiting()) == mails[3:]
    again.close()
    last = Spool(tmp_path)
    assert list(last.waiting()) == mails[3:]
    last.close()


async def test_many_writers_and_one_walk(tmp_path: Path) -> None:
    clock = Clock()
    writers = [Spool(tmp_path, segment_size=SEGMENT, clock=clock) for _ in range(3)]
    for each in writers:
        each.recover()
    walk = Spool(tmp_path)
    made = []
    for number in range(30):
        clock.pass_by(timedelta(seconds=1))
        made.append(await accepted(writers[number * 7 % 3], b"%d" % number))
        if number % 4 == 0:
            assert list(walk.waiting()) == made
    assert list(walk.waiting()) == made
    told = walk.deliveries(100)
    for slot in {one.writer for one in told}:
        assert [one.serial for one in told if one.writer == slot] == list(range(1, 11))
    assert sorted(path.name for path in (tmp_path / "journal").iterdir()) == ["0", "1", "2", "free"]
    for each in (*writers, walk):
        each.close()
    # The first free one is taken.
    again = Spool(tmp_path)
    again.recover()
    assert sorted(path.name for path in (tmp_path / "journal").iterdir()) == ["0", "1", "2", "free"]
    again.close()


def test_who_only_reads_takes_no_journal(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert list(spool.waiting()) == []
    assert spool.unknown() == ()
    assert spool.deliveries(1) == ()
    assert spool.count_waiting() == 0
    spool.noted(())
    spool.settle_unknown()
    spool.close()
    assert not (tmp_path / "journal").exists()


def test_ten_thousand_waiting_mails_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    steps = []
    for number in range(10_000):
        capture = begun(spool, b"%d" % number)
        steps += [capture._seal_step(), capture._accept_step(START + timedelta(seconds=number), REPLY, owes=False)]
    for step in steps[:-1]:
        spool._writers.thread.post(step)
    spool._writers.thread.submit(steps[-1]).result(60)
    assert len(list(spool.waiting())) == 10_000
    octets = 0
    real = SegmentReader.read

    def counted(reader: SegmentReader, at: int, length: int) -> bytes:
        nonlocal octets
        found = real(reader, at, length)
        octets += len(found)
        return found

    monkeypatch.setattr(SegmentReader, "read", counted)
    begin = time.process_time()
    for _ in range(20):
        assert len(list(spool.waiting())) == 10_000
        spool.release(next(iter(spool.waiting())), keep=False)
        kept(spool, b"more", START + timedelta(days=1))
    assert octets < 20 << 20
    # A hundredth of a second each, on a slow machine; reading all anew takes half a second.
    assert (time.process_time() - begin) / 20 < 0.1
    spool.close()


# -- the ledger -------------------------------------------------------------------------------------------------------


async def test_each_complete_mail_has_one_fate(spool: Spool) -> None:
    delivered, refused, held = begun(spool, b"1"), begun(spool, b"22"), begun(spool, b"333")
    dropped, never = begun(spool, b"4444"), begun(spool, b"5")
    for capture in (delivered, refused, held, dropped):
        await capture.seal()
    never.discard()
    await delivered.accept("250 2.0.0 Ok: queued as 4bXYZ12")
    await refused.refuse("550 5.7.1 no")
    await held.unknown()
    dropped.discard()
    await asyncio.to_thread(quiet, spool)
    told = spool.deliveries(10)
    assert [(one.serial, one.mail_id, one.fate, one.size, one.reply) for one in told] == [
        (1, delivered.id, Fate.DELIVERED, 1, "250 2.0.0 Ok: queued as 4bXYZ12"),
        (2, refused.id, Fate.REFUSED, 2, "550 5.7.1 no"),
        (3, held.id, Fate.HELD, 3, None),
        (4, dropped.id, Fate.REFUSED, 4, None),
    ]
    assert {one.door for one in told} == {Door.HOP}
    assert told[0].queue_id == "4bXYZ12"
    assert {one.ended_at for one in told} == {START}


async def test_noted_is_not_told_again(spool: Spool, tmp_path: Path) -> None:
    for number in range(5):
        await accepted(spool, b"%d" % number)
    first = spool.deliveries(2)
    assert [one.serial for one in first] == [1, 2]
    assert spool.deliveries(2) == first
    spool.noted(first)
    assert [one.serial for one in spool.deliveries(10)] == [3, 4, 5]
    fresh = Spool(tmp_path)
    assert [one.serial for one in fresh.deliveries(10)] == [3, 4, 5]
    fresh.close()


async def test_a_mail_whose_fate_is_open_holds_back_those_behind_it(spool: Spool) -> None:
    before, slow = await accepted(spool, b"1"), begun(spool, b"2")
    await slow.seal()
    behind = await accepted(spool, b"3")
    assert [one.mail_id for one in spool.deliveries(10)] == [before]
    await slow.accept(REPLY)
    assert [one.mail_id for one in spool.deliveries(10)] == [before, slow.id, behind]


async def test_the_retry_of_an_unknown_mail_has_a_fate_of_its_own(spool: Spool) -> None:
    first = begun(spool, b"1")
    await first.seal()
    await first.unknown()
    second = await accepted(spool, b"1")
    assert spool.unknown() == ()
    assert [(one.mail_id, one.fate) for one in spool.deliveries(9)] == [
        (first.id, Fate.HELD),
        (second, Fate.DELIVERED),
    ]


# -- the disk ---------------------------------------------------------------------------------------------------------


def test_a_disk_that_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    mail_id = kept(spool)
    told = spool.deliveries(1)

    def gone(*_: object) -> list[Path]:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("mailbridge.spool.tail.slots_in", gone)
        for ask in (spool.waiting, spool.unknown, spool.count_waiting):
            with pytest.raises(Unavailable):
                ask()
        with pytest.raises(Unavailable):
            spool.deliveries(1)
        with pytest.raises(Unavailable):
            spool.load("nobody")
        patched.setattr("mailbridge.spool.walking.write_state", gone)
        with pytest.raises(Unavailable):
            spool.noted(told)
    assert list(spool.waiting()) == [mail_id]
    assert spool.deliveries(1) == told
    assert datetime.now(UTC)
    spool.close()
