"""Segments of which nobody needs anything are wiped and used again."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbridge.mail.delivery import Fate
from mailbridge.spool import Spool
from mailbridge.spool.segments import MOST_FREE
from tests.spool.builders_spool import REPLY, accepted, begun, files, kept, quiet, segments

SEGMENT = 64 << 10
SECRET = b"a secret of the state "
LARGE = SECRET * 2500  # most of a segment


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path, segment_size=SEGMENT)
    made.recover()
    yield made
    made.close()


def names(root: Path) -> list[str]:
    return [path.name for path in segments(root) if path.name != "next.seg"]


def note_all(spool: Spool) -> None:
    while told := spool.deliveries(10):
        spool.noted(told)
    spool.noted(())


async def filled(spool: Spool, count: int) -> list[str]:
    made = [await accepted(spool, LARGE) for _ in range(count)]
    for mail_id in made:
        spool.answer_heard(mail_id)
    await asyncio.to_thread(quiet, spool)
    return made


async def test_a_segment_goes_when_all_is_done(spool: Spool, tmp_path: Path) -> None:
    mails = await filled(spool, 3)
    assert len(names(tmp_path)) == 3
    note_all(spool)
    assert len(names(tmp_path)) == 3, "they wait for their walk"
    for mail_id in mails:
        spool.release(mail_id, keep=False)
    note_all(spool)
    assert names(tmp_path) == ["00000003.seg"], "the one in use stays"
    free = list((tmp_path / "journal" / "free").iterdir())
    assert len(free) == 2
    assert all(not any(path.read_bytes()) for path in free)
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "00000003.seg")
    assert SECRET not in left
    # Used again, and told apart from what was there before.
    later = await filled(spool, 2)
    assert list(spool.waiting()) == later
    assert names(tmp_path)[-1] == "00000005.seg"
    assert len(list((tmp_path / "journal" / "free").iterdir())) <= 1


@pytest.mark.parametrize("missing", ["walk", "ledger", "answer", "fate"])
async def test_a_segment_stays_while_something_is_missing(spool: Spool, tmp_path: Path, missing: str) -> None:
    capture = begun(spool, LARGE)
    await capture.seal()
    if missing != "fate":
        await capture.accept(REPLY)
        if missing != "answer":
            spool.answer_heard(capture.id)
        if missing != "walk":
            spool.release(capture.id, keep=False)
    for mail_id in await filled(spool, 2):
        spool.release(mail_id, keep=False)
    if missing == "ledger":
        spool.noted(())
    else:
        note_all(spool)
    assert "00000001.seg" in names(tmp_path)
    match missing:
        case "walk":
            spool.release(capture.id, keep=False)
        case "answer":
            spool.answer_lost(capture.id)
        case "fate":
            await capture.unknown()
    await asyncio.to_thread(quiet, spool)
    note_all(spool)
    assert "00000001.seg" not in names(tmp_path)
    assert files(tmp_path).get("unknown", 0) == (missing == "fate")


async def test_what_was_refused_or_forgotten_needs_nothing(spool: Spool, tmp_path: Path) -> None:
    refused, forgotten, never = begun(spool, LARGE), begun(spool, LARGE), begun(spool, b"x" * 300_000)
    await refused.seal()
    await refused.refuse("550 no")
    await forgotten.seal()
    forgotten.discard()
    never.discard()
    for mail_id in await filled(spool, 1):
        spool.release(mail_id, keep=False)
    assert [one.fate for one in spool.deliveries(9)] == [Fate.REFUSED, Fate.REFUSED, Fate.DELIVERED]
    note_all(spool)
    assert names(tmp_path) == [names(tmp_path)[-1]]


async def test_not_more_are_kept_than_needed(spool: Spool, tmp_path: Path) -> None:
    for mail_id in await filled(spool, MOST_FREE + 3):
        spool.release(mail_id, keep=False)
    note_all(spool)
    assert len(list((tmp_path / "journal" / "free").iterdir())) == MOST_FREE


async def test_numbers_and_serials_go_on_after_all_is_wiped(tmp_path: Path) -> None:
    writers = set()
    for round_ in range(3):
        spool = Spool(tmp_path, segment_size=SEGMENT)
        spool.recover()
        for mail_id in await filled(spool, 2):
            spool.release(mail_id, keep=False)
        told = spool.deliveries(10)
        assert [one.serial for one in told] == [round_ * 2 + 1, round_ * 2 + 2]
        writers |= {one.writer for one in told}
        spool.close()
        walk = Spool(tmp_path, segment_size=SEGMENT)
        walk.noted(walk.deliveries(10))
        assert names(tmp_path) == []
        walk.close()
    assert len(writers) == 1


async def test_a_spool_begun_anew_has_another_name(tmp_path: Path) -> None:
    writers = set()
    for name in ("a", "b"):
        spool = Spool(tmp_path / name)
        kept(spool)
        writers |= {one.writer for one in spool.deliveries(10)}
        spool.close()
    assert len(writers) == 2


@pytest.mark.parametrize("step", range(6))
async def test_killed_while_it_wipes(spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    mails = await filled(spool, 3)
    for mail_id in mails:
        spool.release(mail_id, keep=False)
    calls, here = 0, threading.get_ident()

    def dying(real: object) -> object:
        def call(*arguments: object, **named: object) -> object:
            nonlocal calls
            # The writer lives in threads of its own, in this test.
            calls += threading.get_ident() == here
            if calls > step and threading.get_ident() == here:
                raise KeyboardInterrupt
            return real(*arguments, **named)  # type: ignore[operator]  # a function of os

        return call

    with monkeypatch.context() as patched:
        for name in ("rename", "unlink", "pwrite", "fsync"):
            patched.setattr(os, name, dying(getattr(os, name)))
        with pytest.raises(KeyboardInterrupt):
            spool.noted(spool.deliveries(10))
    walk = Spool(tmp_path, segment_size=SEGMENT)
    assert list(walk.waiting()) == []
    told = walk.deliveries(10)
    assert [one.serial for one in told] in ([1, 2, 3], [])
    walk.noted(told)
    walk.noted(())
    assert names(tmp_path) == ["00000003.seg"]
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "00000003.seg")
    assert SECRET not in left
    walk.close()


async def test_notes_about_mails_of_a_wiped_segment_are_no_damage(tmp_path: Path) -> None:
    """What a later segment says of them stays alone; a reader that begins then must not take it for a lost mail."""
    spool = Spool(tmp_path, segment_size=SEGMENT)
    spool.recover()
    capture = begun(spool)
    await capture.seal()
    before = await filled(spool, 2)
    await capture.accept(REPLY)
    spool.answer_heard(capture.id)
    other = await accepted(spool)
    await asyncio.to_thread(quiet, spool)
    for mail_id in (capture.id, *before):
        spool.release(mail_id, keep=False)
    note_all(spool)
    assert names(tmp_path) == ["00000002.seg"]
    fresh = Spool(tmp_path, segment_size=SEGMENT)
    assert list(fresh.waiting()) == [other]
    assert fresh.deliveries(10) == ()
    fresh.close()
