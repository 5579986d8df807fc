"""Which mails a retry is compared with (RFC 1047)."""

from __future__ import annotations

import asyncio
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest

from mailbridge.spool import Spool
from mailbridge.spool.answers import Answer, Answers
from tests.spool.builders_spool import REPLY, START, Clock, accepted, begun, kept, quiet


def answer(mail_id: str, key: str = "k") -> Answer:
    return Answer(id=mail_id, key=key, reply=REPLY, accepted_at=START)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.log"


def opened(path: Path) -> Answers:
    answers = Answers()
    answers.open(path, START)
    return answers


def test_only_the_unheard_count(path: Path) -> None:
    answers = opened(path)
    assert answers.find("k", START) is None
    answers.keep(answer("1"))
    assert answers.find("k", START) == answer("1")
    assert answers.spend("1", START)
    assert answers.find("k", START) is None
    assert not answers.spend("1", START)


def test_they_survive(path: Path) -> None:
    answers = opened(path)
    for one in (answer("1", "a"), answer("2", "b")):
        answers.keep(one)
        answers.write_kept(one)
    answers.spend("1", START)
    answers.write_spent("1", START)
    for _ in range(3):
        fresh = opened(path)
        assert fresh.find("a", START) is None
        assert fresh.find("b", START) == answer("2", "b")


def test_five_days(path: Path) -> None:
    answers = opened(path)
    answers.keep(answer("1"))
    answers.write_kept(answer("1"))
    assert answers.find("k", START + timedelta(days=5)) is None
    fresh = Answers()
    fresh.open(path, START + timedelta(days=5))
    assert path.read_bytes() == b""


def test_a_torn_line_costs_only_itself(path: Path) -> None:
    answers = opened(path)
    answers.write_kept(answer("1"))
    path.write_bytes(path.read_bytes() + b'[1]\n{"id":"3","reply":"x"}\n{"id":"4","at":"?"}\n{"id":"2","key"')
    fresh = opened(path)
    assert fresh.find("k", START) is not None


def test_the_table_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbridge.spool.answers.MOST_KEPT", 10)
    answers = opened(path)
    for number in range(30):
        answers.keep(answer(str(number), str(number)))
        answers.write_kept(answer(str(number), str(number)))
    for find in (answers.find, opened(path).find):
        assert find("19", START) is None
        assert find("20", START) is not None


def test_no_address_and_no_content_on_the_disk(path: Path) -> None:
    answers = opened(path)
    answers.write_kept(answer("1"))
    answers.write_spent("1", START)
    assert b"@" not in path.read_bytes()


def test_without_a_journal_only_memory(path: Path) -> None:
    answers = Answers()
    answers.keep(answer("1"))
    answers.write_kept(answer("1"))
    assert answers.find("k", START) is not None


def test_the_log_of_another_process_is_read(tmp_path: Path) -> None:
    here, there = opened(tmp_path / "1.log"), opened(tmp_path / "2.log")
    paths = [tmp_path / "1.log", tmp_path / "missing.log"]
    here.keep(answer("1"))
    here.write_kept(answer("1"))
    there.look_around(paths, START)
    assert there.find("k", START) == answer("1")
    # Its retry came to the other one, which answered it.
    there.spend("1", START)
    there.write_spent("1", START)
    here.look_around([tmp_path / "2.log"], START)
    assert here.find("k", START) is None
    there.look_around(paths, START)
    assert opened(tmp_path / "2.log").find("k", START) is None
    # Also after both were begun anew, in whichever order they read each other.
    fresh = opened(tmp_path / "1.log")
    fresh.look_around([tmp_path / "2.log"], START)
    assert fresh.find("k", START) is None


def test_taking_over_what_a_dead_process_left(tmp_path: Path) -> None:
    dead = opened(tmp_path / "1.log")
    dead.write_kept(answer("1", "a"), answer("2", "b"))
    dead.write_spent("2", START)
    heir = opened(tmp_path / "2.log")
    assert heir.take_over(tmp_path / "1.log", START) == {"1", "2"}
    assert not (tmp_path / "1.log").exists()
    for each in (heir, opened(tmp_path / "2.log")):
        assert each.find("a", START) is not None
        assert each.find("b", START) is None


# -- in the spool -----------------------------------------------------------------------------------------------------


async def left_over(tmp_path: Path, name: str) -> Path:
    """A spool of which the process was killed before it could say 250 to its only client."""
    spool = Spool(tmp_path / name, clock=Clock())
    spool.recover()
    await accepted(spool, b"a")
    kept(spool, b"journal")
    await asyncio.to_thread(quiet, spool)
    shutil.copytree(tmp_path / name, tmp_path / f"{name} after")
    spool.close()
    return tmp_path / f"{name} after"


async def test_what_died_before_its_answer_is_known_after_each_restart(tmp_path: Path) -> None:
    root = await left_over(tmp_path, "s")
    mail_id = None
    for _ in range(3):
        fresh = Spool(root, clock=Clock())
        fresh.recover()
        found = fresh.earlier_answer(begun(fresh, b"a").key)
        assert found is not None
        assert (found.reply, found.id) == (REPLY, mail_id or found.id)
        mail_id = found.id
        assert fresh.earlier_answer(begun(fresh, b"journal").key) is None
        fresh.close()
    walk = Spool(root, clock=Clock())
    for waits in walk.waiting():
        walk.release(waits, keep=False)
    walk.noted(walk.deliveries(10))
    walk.close()
    assert not list((root / "journal" / "0").glob("*.seg")), "nothing else is left of it"
    last = Spool(root, clock=Clock())
    last.recover()
    assert last.earlier_answer(begun(last, b"a").key) is not None
    last.answer_heard(mail_id or "")
    assert last.earlier_answer(begun(last, b"a").key) is None
    quiet(last)
    last.close()
    once_more = Spool(root, clock=Clock())
    once_more.recover()
    assert once_more.earlier_answer(begun(once_more, b"a").key) is None
    once_more.close()


async def test_a_client_that_left_without_its_answer(tmp_path: Path) -> None:
    spool = Spool(tmp_path, clock=Clock())
    heard, lost = await accepted(spool, b"heard"), await accepted(spool, b"lost")
    spool.answer_heard(heard)
    spool.answer_lost(lost)
    spool.answer_lost("nobody")
    assert spool.earlier_answer(begun(spool, b"heard").key) is None
    assert spool.earlier_answer(begun(spool, b"lost").key) is not None
    # The retry goes without its answer too: it is still owed.
    spool.answer_lost(lost)
    assert spool.earlier_answer(begun(spool, b"lost").key) is not None
    spool.close()
    fresh = Spool(tmp_path, clock=Clock())
    fresh.recover()
    assert fresh.earlier_answer(begun(fresh, b"heard").key) is None
    assert fresh.earlier_answer(begun(fresh, b"lost").key) is not None
    fresh.close()


async def test_two_processes_on_one_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The retry may come to the other one."""
    monkeypatch.setattr("mailbridge.spool.commit_thread._TRY_AGAIN", 0.05)
    one, two = Spool(tmp_path, clock=Clock()), Spool(tmp_path, clock=Clock())
    one.recover()
    two.recover()
    mail_id = await accepted(one, b"a")
    one.answer_lost(mail_id)
    key = begun(two, b"a").key
    await until(lambda: two.earlier_answer(key) is not None)
    two.answer_heard(mail_id)
    await until(lambda: one.earlier_answer(key) is None)
    one.close()
    two.close()


async def test_an_answer_that_nobody_tells_of_is_lost_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbridge.spool.commit_thread._TRY_AGAIN", 0.0)
    clock = Clock()
    spool = Spool(tmp_path, clock=clock)
    await accepted(spool, b"a")
    clock.pass_by(timedelta(hours=1))
    await accepted(spool, b"b")
    await until(lambda: spool.earlier_answer(begun(spool, b"a").key) is not None)
    assert spool.earlier_answer(begun(spool, b"b").key) is None
    spool.close()


async def test_the_log_of_an_older_version(tmp_path: Path) -> None:
    old = tmp_path / "answers.log"
    lines = [
        f'{{"id":"1","key":"a","at":"{START.isoformat()}","reply":"250 one"}}',
        f'{{"id":"2","key":"b","at":"{START.isoformat()}","reply":"250 two"}}',
        '{"id":"2"}',
    ]
    old.write_text("\n".join(lines) + "\n")
    for _ in range(2):
        spool = Spool(tmp_path, clock=Clock())
        spool.recover()
        found = spool.earlier_answer("a")
        assert found is not None
        assert found.reply == "250 one"
        assert spool.earlier_answer("b") is None
        assert not old.exists()
        spool.close()


async def until(holds: object) -> None:
    end = time.monotonic() + 10
    while not holds():  # type: ignore[operator]  # a lambda
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
