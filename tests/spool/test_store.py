"""The spool as its users see it: the walk, the shelf, and what a crash leaves."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Fate
from mailbridge.mail.envelope import Client, Door
from mailbridge.ports import Spool as SpoolPort
from mailbridge.spool import Damaged, Recovered, Spool
from mailbridge.spool.places import accepted_name
from mailbridge.spool.record import Acceptance, Head, Seal, acceptance_line, head_line, seal_line
from tests.spool.builders_spool import (
    CLIENT,
    ENVELOPE,
    REPLY,
    START,
    Clock,
    accepted,
    begun,
    damage,
    files,
    kept,
    quiet,
    segments,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spool(tmp_path: Path, clock: Clock) -> Iterator[Spool]:
    made = Spool(tmp_path, clock=clock)
    yield made
    made.close()


def test_it_fulfils_the_port(spool: Spool) -> None:
    port: SpoolPort = spool
    assert list(port.waiting()) == []


async def test_an_accepted_mail_is_read_as_it_was_written(spool: Spool) -> None:
    content = b'Subject: x\r\n\r\n\x00\xff{"accepted_at":1}\n{"size":3}\r\n'
    mail_id = await accepted(spool, content)
    mail = spool.load(mail_id)
    assert mail.id == mail_id
    assert mail.content == content
    assert (mail.door, mail.client, mail.envelope) == (Door.HOP, CLIENT, ENVELOPE)
    assert mail.accepted_at == START
    assert mail.next_hop_reply == REPLY


async def test_order_of_acceptance_is_the_order_of_the_walk(spool: Spool) -> None:
    captures = [begun(spool, b"%d\r\n" % number) for number in range(20)]
    for capture in captures:
        await capture.seal()
    ids = [await capture.accept(REPLY) for capture in reversed(captures)]
    assert list(spool.waiting()) == ids
    moments = [spool.load(mail_id).accepted_at for mail_id in ids]
    # The clock of this test stands still, and may stand still outside as well.
    assert moments == sorted(set(moments))


async def test_a_clock_that_goes_back_does_not_turn_the_order(spool: Spool, clock: Clock) -> None:
    first = await accepted(spool)
    clock.pass_by(timedelta(hours=-1))
    second = await accepted(spool)
    assert list(spool.waiting()) == [first, second]


def test_keep_in_one_step(spool: Spool, tmp_path: Path) -> None:
    late = kept(spool, b"no line end", START + timedelta(seconds=5))
    early = kept(spool, b"")
    assert list(spool.waiting()) == [early, late]
    assert spool.load(late).content == b"no line end"
    assert spool.load(early).content == b""
    assert spool.load(late).accepted_at == START + timedelta(seconds=5)
    assert spool.load(late).next_hop_reply is None
    assert spool.load(late).client == Client()
    assert files(tmp_path) == {"accepted": 2}


def test_release(spool: Spool, tmp_path: Path) -> None:
    one, two = kept(spool), kept(spool, at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    spool.release(one, keep=False)
    spool.release(two, keep=True)
    assert list(spool.waiting()) == []
    [archived] = (tmp_path / "archive" / "2026" / "12").iterdir()
    assert archived.name.endswith(two)
    # A crash between commit and release lets the walk come by again: done is done.
    spool.release(two, keep=True)
    with pytest.raises(Unavailable):
        spool.load(one)


def test_a_second_process_finds_what_came_later(spool: Spool, tmp_path: Path) -> None:
    worker = Spool(tmp_path)
    assert list(worker.waiting()) == []
    mail_id = kept(spool)
    assert worker.load(mail_id).id == mail_id
    worker.close()


def test_aside_retry_and_drop(spool: Spool, tmp_path: Path) -> None:
    one, two = kept(spool), kept(spool, at=START + timedelta(seconds=1))
    spool.set_aside(one, "KeyError: 'số' \udcff")
    spool.set_aside(two, "other")
    assert list(spool.waiting()) == []
    first, second = spool.aside()
    assert (first.id, second.id) == (one, two)
    assert first.reason.startswith("KeyError: 'số'")
    assert first.since == START
    assert spool.retry(one)
    assert not spool.retry(one)
    assert list(spool.waiting()) == [one]
    assert spool.drop(two)
    assert not spool.drop(two)
    assert spool.aside() == ()
    assert files(tmp_path) == {"accepted": 1}
    with pytest.raises(Unavailable):
        spool.set_aside(two, "gone")


def test_mail_of_an_older_version_is_walked_too(tmp_path: Path, clock: Clock) -> None:
    for place in ("accepted", "unknown"):
        (tmp_path / place).mkdir()
    seal = Seal(size=3, sha256=hashlib.sha256(b"a\r\n").hexdigest(), sealed_at=START)
    mail_id = "018bcfe5-6800-7000-8000-000000000001"
    head = Head(id=mail_id, door=Door.HOP, client=CLIENT, envelope=ENVELOPE)
    octets = head_line(head) + b"a\r\n" + seal_line(seal)
    name = accepted_name(START - timedelta(seconds=1), mail_id)
    (tmp_path / "accepted" / name).write_bytes(
        octets + acceptance_line(Acceptance(accepted_at=START - timedelta(seconds=1), reply=REPLY))
    )
    spool = Spool(tmp_path, clock=clock)
    spool.recover()
    later = kept(spool)
    assert list(spool.waiting()) == [mail_id, later]
    assert spool.load(mail_id).content == b"a\r\n"
    # Nobody knows whether its client heard the answer.
    earlier = spool.earlier_answer(begun(spool).key)
    assert earlier is not None
    assert earlier.reply == REPLY
    spool.release(mail_id, keep=True)
    assert list(spool.waiting()) == [later]
    spool.close()
    # That was so at the first start only: by now it stands on record.
    fresh = Spool(tmp_path, clock=clock)
    fresh.answer_heard(mail_id)
    fresh.recover()
    assert fresh.earlier_answer(begun(fresh).key) is not None
    fresh.answer_heard(mail_id)
    quiet(fresh)
    fresh.close()
    last = Spool(tmp_path, clock=clock)
    last.recover()
    assert last.earlier_answer(begun(last).key) is None
    last.close()


@pytest.mark.parametrize("what", ["content", "head", "seal"])
def test_a_damaged_mail_is_set_aside_and_said(spool: Spool, tmp_path: Path, what: str) -> None:
    mail_id = kept(spool, b"x" * 100)
    [path] = segments(tmp_path)
    octets = path.read_bytes()
    match what:
        case "content":
            damage(path, octets.index(b"xxx"), b"xyx")
        case "head":
            damage(path, octets.index(b"192.0.2.1") if b"192.0.2.1" in octets else octets.index(b'"door"'), b"?")
        case _:
            damage(path, octets.index(hashlib.sha256(b"x" * 100).digest()), b"?")
    fresh = Spool(tmp_path)
    [name] = fresh.waiting()
    assert (name == mail_id) is (what != "head")
    with pytest.raises(Damaged):
        fresh.load(name)
    assert list(fresh.waiting()) == []
    [aside] = fresh.aside()
    assert aside.reason.startswith("damaged: ")
    [raw] = [path for path in (tmp_path / "aside").iterdir() if not path.name.endswith(".reason")]
    assert b"x" * 97 in raw.read_bytes()
    fresh.close()


@pytest.mark.parametrize("harm", ["content", "cut", "head", "empty"])
def test_a_damaged_file_is_set_aside_and_said(spool: Spool, tmp_path: Path, harm: str) -> None:
    mail_id = kept(spool, b"x" * 100)
    spool.set_aside(mail_id, "a fault of ours")
    spool.retry(mail_id)
    [path] = (tmp_path / "accepted").iterdir()
    octets = path.read_bytes()
    match harm:
        case "content":
            path.write_bytes(octets.replace(b"xxx", b"xyx", 1))
        case "cut":
            path.write_bytes(octets[:-200])
        case "head":
            path.write_bytes(b"{}" + octets)
        case _:
            path.write_bytes(b"")
    with pytest.raises(Damaged):
        spool.load(mail_id)
    assert list(spool.waiting()) == []
    assert spool.aside()[0].reason.startswith("damaged: ")


def test_only_one_worker_walks(spool: Spool, tmp_path: Path) -> None:
    with spool.lock():
        code = (
            "import sys; from pathlib import Path; from mailbridge.spool import Spool\n"
            f"try: Spool(Path({str(tmp_path)!r})).lock()\n"
            "except Exception as e: sys.exit(type(e).__name__)"
        )
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        assert other.stderr.strip() == "Unavailable"
        with pytest.raises(Unavailable):
            spool.lock()
    spool.lock().close()


async def test_nobody_else_may_read(spool: Spool, tmp_path: Path) -> None:
    spool.set_aside(await accepted(spool), "x")
    await accepted(spool)
    spool.lock().close()
    for path in [tmp_path, *tmp_path.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) in ({0o700} if path.is_dir() else {0o600}), path


# -- after a crash ----------------------------------------------------------------------------------------------------


def after_a_crash(root: Path, copy: Path) -> Path:
    """What `kill -9` leaves: the files as they are now, and no locks."""
    shutil.copytree(root, copy)
    return copy


async def test_recover(spool: Spool, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    big = begun(spool, b"x" * 300_000)
    sealed, done, refused = begun(spool, b"s"), begun(spool, b"d"), begun(spool, b"r")
    for capture in (sealed, done, refused):
        await capture.seal()
    await done.accept("250 ok")
    await refused.refuse("550 no")
    quiet(spool)
    assert files(tmp_path) == {"open": 1, "sealed": 1, "accepted": 1}
    other = Spool(tmp_path)
    # All of them have a living writer.
    assert other.recover() == Recovered()
    other.close()
    copy = after_a_crash(tmp_path, tmp_path_factory.mktemp("crash") / "spool")
    (copy / "sealed" / "rubbish").write_bytes(b"?")
    (copy / "open" / "rest").write_bytes(b"?")
    fresh = Spool(copy)
    assert fresh.recover() == Recovered(unknown=1, deleted=2, damaged=1)
    assert [mail.id for mail in fresh.unknown()] == [sealed.id]
    assert [mail.id for mail in fresh.aside()] == ["rubbish"]
    assert fresh.load(done.id).next_hop_reply == "250 ok"
    assert [(one.serial, one.mail_id, one.fate, one.reply) for one in fresh.deliveries(10)] == [
        (1, sealed.id, Fate.HELD, None),
        (2, done.id, Fate.DELIVERED, "250 ok"),
        (3, refused.id, Fate.REFUSED, "550 no"),
    ]
    assert fresh.recover() == Recovered()
    assert fresh.recover() == Recovered()
    fresh.close()
    big.discard()


async def test_files_that_an_older_version_left_sealed(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "sealed").mkdir()
    seal = seal_line(Seal(size=1, sha256=hashlib.sha256(b"s").hexdigest(), sealed_at=START))
    for mail_id, end in (
        ("sealed", b""),
        ("torn", b'{"accepted_at":"2026-11'),
        ("done", acceptance_line(Acceptance(accepted_at=START, reply="250 ok"))),
    ):
        head = head_line(Head(id=mail_id, door=Door.HOP, client=CLIENT, envelope=ENVELOPE))
        (tmp_path / "sealed" / mail_id).write_bytes(head + b"s" + seal + end)
    spool = Spool(tmp_path, clock=clock)
    assert spool.recover() == Recovered(accepted=1, unknown=2)
    assert {mail.id for mail in spool.unknown()} == {"sealed", "torn"}
    assert spool.load("done").next_hop_reply == "250 ok"
    spool.close()


async def test_unknown_is_offered_after_a_while(spool: Spool, tmp_path: Path, clock: Clock) -> None:
    capture = begun(spool, b"u\r\n")
    await capture.seal()
    await capture.unknown()
    [waiting] = spool.unknown()
    clock.now = waiting.sealed_at + timedelta(hours=3)
    assert spool.settle_unknown() == ()
    clock.now = waiting.sealed_at + timedelta(hours=4)
    assert spool.settle_unknown() == (capture.id,)
    mail = spool.load(capture.id)
    assert mail.next_hop_reply is None
    assert mail.accepted_at == waiting.sealed_at
    assert files(tmp_path) == {"accepted": 1}


async def test_unknown_with_a_torn_trailer_is_offered_whole(spool: Spool, tmp_path: Path, clock: Clock) -> None:
    capture = begun(spool, b"u\r\n")
    await capture.seal()
    await capture.unknown()
    path = tmp_path / "unknown" / capture.id
    path.write_bytes(path.read_bytes() + b'{"accepted_at":"20\x00\x00\x00')
    clock.now = datetime.now(UTC) + timedelta(days=1)
    assert spool.settle_unknown() == (capture.id,)
    assert spool.load(capture.id).content == b"u\r\n"


async def test_unknown_goes_when_its_retry_is_accepted(spool: Spool, tmp_path: Path) -> None:
    capture = begun(spool, b"u\r\n")
    await capture.seal()
    await capture.unknown()
    await accepted(spool, b"other\r\n")
    assert files(tmp_path) == {"accepted": 1, "unknown": 1}
    await accepted(spool, b"u\r\n")
    assert files(tmp_path)["accepted"] == 2
    assert "unknown" not in files(tmp_path)


async def test_unknown_goes_when_another_process_accepted_its_retry(spool: Spool, tmp_path: Path) -> None:
    worker = Spool(tmp_path)
    capture = begun(spool, b"u\r\n")
    await capture.seal()
    await capture.unknown()
    await accepted(worker, b"u\r\n")
    assert spool.settle_unknown() == ()
    assert files(tmp_path)["accepted"] == 1
    assert spool.unknown() == ()
    worker.close()


# -- the disk ---------------------------------------------------------------------------------------------------------


def test_a_root_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        Spool(tmp_path / "file" / "spool")


async def test_after_close_nothing_is_taken(spool: Spool) -> None:
    capture = begun(spool)
    spool.close()
    with pytest.raises(Unavailable):
        await capture.seal()


async def test_many_share_one_sync(spool: Spool) -> None:
    captures = [begun(spool, b"%d" % number) for number in range(40)]
    await asyncio.gather(*(capture.seal() for capture in captures))
    await asyncio.gather(*(capture.accept(REPLY) for capture in captures))
    assert len(list(spool.waiting())) == 40
    assert spool._writers.thread.rounds < 40


def test_walks_that_were_begun_without_an_end_are_counted_across_crashes(tmp_path: Path) -> None:
    for times in (1, 2, 3):
        spool = Spool(tmp_path)
        assert spool.begin_walk("mail-1") == times
        spool.close()
    spool = Spool(tmp_path)
    spool.end_walk("mail-1")
    spool.end_walk("mail-1")
    assert spool.begin_walk("mail-1") == 1
    spool.close()
