"""Which mails a retry is compared with (RFC 1047)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailbridge.spool import Spool
from mailbridge.spool.answers import Answer, Answers
from tests.spool.builders_spool import REPLY, START, Clock, accepted, begun, kept

NOBODY: frozenset[str] = frozenset()


def answer(mail_id: str, key: str = "k") -> Answer:
    return Answer(id=mail_id, key=key, reply=REPLY, accepted_at=START)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.log"


def again(path: Path, waiting: frozenset[str] = NOBODY) -> tuple[Answers, frozenset[str]]:
    fresh = Answers(path)
    return fresh, fresh.load(START, waiting)


def test_in_one_run_only_the_unheard_count(path: Path) -> None:
    answers = Answers(path)
    answers.accepted(answer("1"))
    assert answers.find("k", START) is None
    answers.not_heard("1")
    assert answers.find("k", START) == answer("1")
    answers.heard("1")
    assert answers.find("k", START) is None
    answers.close()


def test_a_crash_leaves_what_was_not_answered(path: Path) -> None:
    answers = Answers(path)
    answers.accepted(answer("1", "a"))
    answers.accepted(answer("2", "b"))
    answers.heard("1")
    answers.close()
    fresh, named = again(path)
    assert named == {"1", "2"}
    assert fresh.find("a", START) is None
    assert fresh.find("b", START) == answer("2", "b")
    fresh.close()
    # Still so after a second crash.
    once_more, named = again(path, frozenset({"1"}))
    assert once_more.find("b", START) == answer("2", "b")
    assert named == {"2"}


def test_that_a_waiting_mail_was_answered_is_remembered(path: Path) -> None:
    answers = Answers(path)
    answers.accepted(answer("1"))
    answers.heard("1")
    answers.close()
    for _ in range(3):
        fresh, named = again(path, frozenset({"1"}))
        assert named == {"1"}
        assert fresh.find("k", START) is None


def test_five_days(path: Path) -> None:
    answers = Answers(path)
    answers.accepted(answer("1"))
    answers.not_heard("1")
    assert answers.find("k", START + timedelta(days=5)) is None
    answers.close()
    fresh = Answers(path)
    fresh.load(START + timedelta(days=5), NOBODY)
    assert fresh.find("k", START) is None


def test_a_torn_line_costs_only_itself(path: Path) -> None:
    answers = Answers(path)
    answers.accepted(answer("1"))
    answers.close()
    path.write_bytes(path.read_bytes() + b'{"id":"2","key"')
    fresh, named = again(path)
    assert named == {"1"}
    assert fresh.find("k", START) is not None


def test_the_table_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbridge.spool.answers.MOST_KEPT", 10)
    answers = Answers(path)
    for number in range(30):
        answers.accepted(answer(str(number), str(number)))
        answers.not_heard(str(number))
    assert answers.find("19", START) is None
    assert answers.find("20", START) is not None
    answers.close()
    fresh, _ = again(path)
    assert fresh.find("19", START) is None
    assert fresh.find("29", START) is not None


def test_no_address_and_no_content_on_the_disk(path: Path, tmp_path: Path) -> None:
    answers = Answers(path)
    answers.accepted(answer("1"))
    answers.close()
    assert b"@" not in path.read_bytes()


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "missing" / "answers.log")
    answers.accepted(answer("1"))
    answers.not_heard("1")
    assert answers.find("k", START) is not None


async def test_without_a_log_the_accepted_files_speak(tmp_path: Path) -> None:
    spool = Spool(tmp_path, clock=Clock())
    await accepted(spool, b"a")
    kept(spool, b"journal")
    spool.close()
    (tmp_path / "answers.log").unlink()
    fresh = Spool(tmp_path, clock=Clock())
    fresh.recover()
    found = fresh.earlier_answer(begun(fresh, b"a").key)
    assert found is not None
    assert found.reply == REPLY
    assert fresh.earlier_answer(begun(fresh, b"journal").key) is None
    fresh.close()
