"""The spool as its users see it: the walk, the shelf, and what a crash leaves."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door
from mailbridge.ports import Spool as SpoolPort
from mailbridge.spool import Damaged, Recovered, Spool
from tests.spool.builders_spool import CLIENT, ENVELOPE, REPLY, START, Clock, accepted, begun, files, kept


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


@pytest.mark.parametrize("damage", ["content", "cut", "head", "empty"])
def test_a_damaged_file_is_set_aside_and_said(spool: Spool, tmp_path: Path, damage: str) -> None:
    mail_id = kept(spool, b"x" * 100)
    [path] = (tmp_path / "accepted").iterdir()
    octets = path.read_bytes()
    match damage:
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


async def test_recover(spool: Spool, tmp_path: Path) -> None:
    big = begun(spool, b"x" * 300_000)
    assert files(tmp_path) == {"open": 1}
    sealed, torn, done = begun(spool, b"s"), begun(spool, b"t"), begun(spool, b"d")
    for capture in (sealed, torn, done):
        await capture.seal()
    other = Spool(tmp_path)
    # All of them have a living writer.
    assert other.recover() == Recovered()
    done_path = tmp_path / "sealed" / done.id
    done_path.write_bytes(done_path.read_bytes() + b'{"accepted_at":"2026-11-21T01:02:03+00:00","reply":"250 ok"}\n')
    torn_path = tmp_path / "sealed" / torn.id
    torn_path.write_bytes(torn_path.read_bytes() + b'{"accepted_at":"2026-11')
    (tmp_path / "sealed" / "rubbish").write_bytes(b"?")
    for capture in (big, sealed, torn, done):
        capture.leave()
    assert other.recover() == Recovered(accepted=1, unknown=2, deleted=1, damaged=1)
    assert {mail.id for mail in other.unknown()} == {sealed.id, torn.id}
    assert [mail.id for mail in other.aside()] == ["rubbish"]
    assert other.load(done.id).next_hop_reply == "250 ok"
    assert other.recover() == Recovered()
    other.close()


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


async def test_a_missing_place_is_unavailable(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "open").rmdir()
    capture = begun(spool)
    with pytest.raises(Unavailable):
        await capture.seal()
    capture.discard()
    with pytest.raises(Unavailable):
        kept(spool)
    with pytest.raises(Unavailable):
        begun(spool, b"x" * 300_000)


def test_a_root_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        Spool(tmp_path / "file" / "spool")


async def test_acceptance_fails(spool: Spool, tmp_path: Path) -> None:
    capture = begun(spool)
    await capture.seal()
    (tmp_path / "accepted").rmdir()
    with pytest.raises(Unavailable):
        await capture.accept(REPLY)
    # It was recorded in the file itself, so it is settled as accepted as soon as there is a place again.
    assert files(tmp_path) == {"unknown": 1}
    (tmp_path / "accepted").mkdir()
    assert spool.settle_unknown() == ()
    assert spool.load(capture.id).next_hop_reply == REPLY


@pytest.mark.skipif(os.geteuid() != 0, reason="mount needs root")
async def test_a_full_disk(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mount of tmpfs is not allowed here")
    try:
        spool = Spool(tmp_path)
        with pytest.raises(Unavailable):
            kept(spool, b"x" * 400_000)
        mail_id = kept(spool, b"small")
        assert spool.load(mail_id).content == b"small"
        assert files(tmp_path) == {"accepted": 1}
        spool.close()
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


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
    assert spool._committer.rounds < 40


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
