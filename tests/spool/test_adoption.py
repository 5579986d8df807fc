"""What a journal holds whose writer is gone, also when the disk has harmed it."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from mailbridge.mail.delivery import Fate
from mailbridge.spool import Damaged, Spool
from tests.spool.builders_spool import (
    accepted,
    begun,
    damage,
    quiet,
    segments,
)

SEGMENT = 64 << 10


async def test_a_dead_writer_leaves_its_journal_to_the_next_start(tmp_path: Path) -> None:
    one, two = Spool(tmp_path, segment_size=SEGMENT), Spool(tmp_path, segment_size=SEGMENT)
    one.recover()
    two.recover()
    sealed, half = begun(two, b"s"), begun(two, b"x" * 300_000)
    await sealed.seal()
    waits = await accepted(two, b"a")
    await asyncio.to_thread(quiet, two)
    # Its process dies: the kernel lets go of the lock.
    two._writers._adoption.release()
    fresh = Spool(tmp_path, segment_size=SEGMENT)
    found = fresh.recover()
    assert (found.unknown, found.deleted) == (1, 1)
    assert [mail.id for mail in fresh.unknown()] == [sealed.id]
    assert list(fresh.waiting()) == [waits]
    assert fresh.earlier_answer(begun(fresh, b"a").key) is not None
    assert [one.fate for one in fresh.deliveries(9)] == [Fate.HELD, Fate.DELIVERED]
    assert half.size
    for each in (one, fresh):
        each.close()


async def test_damage_in_an_unknown_mail_goes_to_the_shelf(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    capture = begun(spool, b"x" * 100)
    await capture.seal()
    spool._writers._adoption.release()
    [path] = segments(tmp_path)
    damage(path, path.read_bytes().index(b"xxx"), b"?")
    fresh = Spool(tmp_path)
    assert fresh.recover().unknown == 1
    assert fresh.unknown() == ()
    [aside] = fresh.aside()
    assert aside.id == capture.id
    assert "damaged" in aside.reason
    assert fresh.recover().unknown == 0
    fresh.close()


async def test_a_lost_seal_shows(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(tmp_path)
    digest = hashlib.sha256(b"2").digest()
    ids = [await accepted(spool, content) for content in (b"1", b"2", b"3")]
    spool._writers._adoption.release()
    [path] = segments(tmp_path)
    damage(path, path.read_bytes().index(digest), b"????")
    fresh = Spool(tmp_path)
    assert fresh.recover().damaged == 1
    assert "damage in the journal" in caplog.text
    assert "nothing is left of a complete mail" in caplog.text
    assert list(fresh.waiting()) == ids
    with pytest.raises(Damaged):
        fresh.load(ids[1])
    assert [one.id for one in fresh.aside()] == [ids[1]]
    # Its serial has a fate all the same, under a name that says so.
    told = fresh.deliveries(9)
    assert [(one.serial, one.mail_id, one.fate) for one in told] == [
        (1, ids[0], Fate.DELIVERED),
        (2, "lost-0-2", Fate.HELD),
        (3, ids[2], Fate.DELIVERED),
    ]
    fresh.noted(told)
    for mail_id in (ids[0], ids[2]):
        fresh.release(mail_id, keep=False)
    fresh.close()
    last = Spool(tmp_path)
    last.noted(())
    assert [mail for mail in segments(tmp_path) if mail.name == "00000001.seg"] == []
    last.close()


async def test_a_journal_whose_state_is_lost_goes_on_under_another_name(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    await accepted(spool, b"1")
    [before] = {one.writer for one in spool.deliveries(9)}
    spool.close()
    (tmp_path / "journal" / "0" / "slot.json").write_bytes(b"{")
    fresh = Spool(tmp_path)
    fresh.recover()
    await accepted(fresh, b"2")
    told = fresh.deliveries(9)
    assert [one.serial for one in told] == [1, 2]
    assert before not in {one.writer for one in told}
    fresh.close()
