"""Verdicts are added and never changed, on both databases."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from mailbridge.registry.conflicts import AlreadyJudged, BookDamaged
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import Case
from mailbridge.registry.judged import Cause
from mailbridge.registry.verdicts import SqlVerdicts
from tests.registry.builders_registry import NOON, case, private_case, verdict
from tests.registry.conftest import Database, Rooms

LATER = NOON + timedelta(hours=1)


def kept(mail_id: str = "mail-1", **changes: Any) -> Case:
    return case(mail_id, judgement='{"authentication": 1}', evidence='{"at": 1}', **changes)


def fill(database: Database) -> SqlVerdicts:
    with database.registry.transaction() as tx:
        tx.record(kept(), ())
        tx.judge(verdict())
        tx.ask_again("mail-1", "sonv", NOON)
    return SqlVerdicts(database.engine)


def test_verdicts_come_back_in_order(database: Database) -> None:
    verdicts = fill(database)
    with database.registry.transaction() as tx:
        tx.judge(verdict(sequence=2))
        tx.judge(verdict(sequence=3, cause=Cause.ASKED, for_moment=LATER, written_by="lan"))
    first, second, third = verdicts.of_mail("mail-1")
    assert (first.sequence, first.cause, first.judgement) == (1, Cause.RECEPTION, '{"authentication": 1}')
    assert second == verdict(sequence=2)
    assert (third.cause, third.for_moment, third.written_by) == (Cause.ASKED, LATER, "lan")
    assert verdicts.of_mail("mail-1", "stc") == ()
    assert verdicts.called("<mail-1@vpcp.example>") == (first, second, third)


def test_the_first_one_stands_in_its_case_only(database: Database) -> None:
    fill(database)
    with database.engine.begin() as connection:
        rows = connection.execute(text("SELECT judgement, evidence FROM verdict")).all()
    assert rows == [(None, None)]


def test_a_case_from_before_verdicts_has_its_first_one(database: Database) -> None:
    with database.registry.transaction() as tx:
        tx.record(kept(), ())
    assert [each.sequence for each in SqlVerdicts(database.engine).of_mail("mail-1")] == [1]


def test_the_queue_is_what_is_due(database: Database) -> None:
    verdicts = fill(database)
    assert verdicts.due(NOON - timedelta(seconds=1), 9) == ()
    assert verdicts.due(NOON, 9) == (("mail-1", "sonv"),)
    assert verdicts.due(NOON, 0) == ()
    with database.registry.transaction() as tx:
        tx.ask_again("mail-1", "sonv", LATER)
    assert verdicts.due(NOON, 9) == ()
    with database.registry.transaction() as tx:
        tx.ask_again("mail-1", "sonv", None)
    assert verdicts.due(LATER, 9) == ()


def test_two_cannot_add_the_same(rooms: Rooms) -> None:
    with rooms.registry.transaction() as tx:
        tx.record(kept(), ())
        tx.judge(verdict())
        tx.judge(verdict(sequence=2))
    with pytest.raises(AlreadyJudged), rooms.registry.transaction() as tx:
        tx.judge(verdict(sequence=2))


def test_nothing_is_added_to_mail_of_which_nothing_is_kept(rooms: Rooms) -> None:
    with rooms.registry.transaction() as tx:
        tx.record(private_case(), ())
    for mail_id in ("mail-1", "mail-unknown"):
        with pytest.raises(ValueError, match="kept"), rooms.registry.transaction() as tx:
            tx.judge(verdict(mail_id, 2))


@pytest.mark.parametrize("change", ["UPDATE verdict SET cause = 'asked'", "DELETE FROM verdict"])
def test_what_was_judged_is_not_changed(database: Database, change: str) -> None:
    fill(database)
    with pytest.raises(BookDamaged, match="only grows"), reaching_database(), database.engine.begin() as connection:
        connection.execute(text(change))


def test_replace_does_not_get_around_it(database: Database) -> None:
    if not database.url.startswith("sqlite"):
        pytest.skip("REPLACE is a word of SQLite")
    fill(database)
    plain = sqlite3.connect(database.url.removeprefix("sqlite:///"))
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        plain.execute(
            "REPLACE INTO verdict SELECT mail_id, agency, sequence, judged_at, for_moment, 'x', NULL, NULL, 'x' "
            "FROM verdict"
        )
    plain.close()


def test_the_same_mail_is_known_by_octets_or_by_name(database: Database) -> None:
    first = kept("mail-1", message_id="<a@b>", sha256="a" * 64)
    second = kept("mail-2", message_id="<a@b>", sha256="b" * 64, decided_at=LATER)
    third = kept("mail-3", message_id=None, sha256="b" * 64, decided_at=LATER + timedelta(hours=1))
    other = kept("mail-4", message_id="<a@b>", sha256="a" * 64, agency="stc", decided_at=LATER)
    with database.registry.transaction() as tx:
        for each in (first, second, third, other):
            tx.record(each, ())
    verdicts = SqlVerdicts(database.engine)
    assert [verdicts.came_before(each) for each in (first, second, third, other)] == [False, True, True, False]
