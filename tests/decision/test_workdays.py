"""Counting working days across weekends, Tết and swapped days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.decision.workdays import EVERY_WEEK, OfficeHours, WorkCalendar

TET = frozenset(date(2026, 2, 14) + timedelta(days=n) for n in range(9))
CALENDAR = WorkCalendar(
    free=TET | {date(2026, 8, 31)}, yearly=frozenset({(9, 2)}), worked=frozenset({date(2026, 8, 22)})
)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def test_the_next_working_day() -> None:
    assert EVERY_WEEK.following(date(2026, 11, 20)) == date(2026, 11, 23)  # a Friday
    assert CALENDAR.following(date(2026, 2, 13)) == date(2026, 2, 23)  # the last day before Tết
    assert CALENDAR.following(date(2026, 8, 21)) == date(2026, 8, 22)  # a Saturday that is worked
    assert CALENDAR.following(date(2026, 9, 1)) == date(2026, 9, 3)


def test_no_day_on_is_the_day_itself_or_the_next_that_is_worked() -> None:
    assert CALENDAR.following(date(2026, 2, 13), 0) == date(2026, 2, 13)
    assert CALENDAR.following(date(2026, 2, 14), 0) == date(2026, 2, 23)


def test_a_calendar_without_end_still_answers() -> None:
    free = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert WorkCalendar(free=free).following(date(2026, 1, 1)) > date(2026, 1, 1)


@settings(max_examples=60)
@given(DAYS, st.integers(1, 30))
def test_counting_forth_is_counting_between(day: date, days: int) -> None:
    end = CALENDAR.following(day, days)
    assert CALENDAR.is_worked(end)
    assert CALENDAR.worked_between(day, end) == days
    assert CALENDAR.worked_between(end, day) == -days


def test_the_office_is_open_in_its_hours_on_working_days() -> None:
    hours = OfficeHours(calendar=CALENDAR)
    assert not hours.is_open(datetime(2026, 2, 13, 11, 0, tzinfo=UTC))  # 18:00 in Vietnam, before Tết
    assert not hours.is_open(datetime(2026, 2, 22, 23, 0, tzinfo=UTC))  # 06:00 of the first working day
    assert not hours.is_open(datetime(2026, 2, 18, 5, 0, tzinfo=UTC))  # noon of a day of Tết
    assert hours.is_open(datetime(2026, 2, 23, 5, 0, tzinfo=UTC))
