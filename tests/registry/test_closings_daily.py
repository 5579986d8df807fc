"""Days that close by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from mailbridge.registry.closings import SqlClosings
from mailbridge.registry.closings_content import day_of
from mailbridge.registry.closings_daily import close_due_days
from mailbridge.registry.store import SqlRegistry
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database

BOOKS = [("sonv", "den")]
ONE_AT_NIGHT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""01:00 of 21/11/2026 in Vietnam."""


def closed(database: Database, now: datetime) -> list[str]:
    return [each.period.text for each in close_due_days(database.engine, BOOKS, now)]


def test_the_day_before_is_closed_an_hour_after_midnight_once(database: Database) -> None:
    assert closed(database, ONE_AT_NIGHT - timedelta(seconds=1)) == ["2026-11-19"]
    assert closed(database, ONE_AT_NIGHT) == ["2026-11-20"]
    assert closed(database, ONE_AT_NIGHT + timedelta(hours=5)) == []
    assert {each.by for each in SqlClosings(database.engine).rows()} == {"mailbridge"}


def test_days_of_a_standstill_are_caught_up_with(database: Database) -> None:
    assert closed(database, ONE_AT_NIGHT) == ["2026-11-20"]
    assert closed(database, ONE_AT_NIGHT + timedelta(days=3)) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert len(closed(database, ONE_AT_NIGHT + timedelta(days=200))) == 31


def test_a_day_that_a_late_mail_opened_stays_open(database: Database) -> None:
    assert closed(database, ONE_AT_NIGHT) == ["2026-11-20"]
    with SqlRegistry(database.engine, clock=lambda: ONE_AT_NIGHT).transaction() as current:
        current.enter(draft("late"), NOON)
    assert closed(database, ONE_AT_NIGHT + timedelta(days=1)) == ["2026-11-21"]
    (day, *_) = SqlClosings(database.engine).of_day("sonv", "den", date(2026, 11, 20))
    assert not day.is_closed


def test_what_a_person_closed_is_no_trouble(database: Database) -> None:
    SqlClosings(database.engine, clock=lambda: ONE_AT_NIGHT).close("sonv", "den", day_of(date(2026, 11, 20)), by="lan")
    assert closed(database, ONE_AT_NIGHT) == []
    assert close_due_days(database.engine, [], ONE_AT_NIGHT) == ()
