"""Times and texts keep their meaning on both databases."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from mailbridge.mail.letter import Letter
from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.registry.tables import UtcTime, entry, entry_version, mail_case, outbox

SQLITE = make_url("sqlite://").get_dialect()()
POSTGRESQL = make_url("postgresql+psycopg://").get_dialect()()
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds are naive


def on_sqlite(at: datetime) -> str:
    return str(UtcTime().process_bind_param(at, SQLITE))


@given(at=TIMES)
def test_time_comes_back_from_sqlite_in_utc(at: datetime) -> None:
    back = UtcTime().process_result_value(on_sqlite(at), SQLITE)
    assert back == at
    assert back.tzinfo is UTC


@given(one=TIMES, other=TIMES)
def test_times_on_sqlite_sort_as_times_do(one: datetime, other: datetime) -> None:
    assert (on_sqlite(one) < on_sqlite(other)) == (one < other)
    assert len(on_sqlite(one)) == 27


def test_naive_time_is_refused() -> None:
    for dialect in (SQLITE, POSTGRESQL):
        with pytest.raises(ValueError, match="zone"):
            UtcTime().process_bind_param(datetime(2026, 1, 1), dialect)  # noqa: DTZ001 - what is refused


def test_session_zone_of_postgresql_does_not_matter() -> None:
    read = datetime(2027, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=7)))
    back = UtcTime().process_result_value(read, POSTGRESQL)
    assert (back, back and back.tzinfo) == (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), UTC)


def test_every_field_of_a_value_has_its_column() -> None:
    """A field added to a value without a migration would be lost in silence."""
    columns = set(entry.c.keys()) | set(entry_version.c.keys())
    assert {one.name for one in fields(DraftEntry)} <= columns
    assert {one.name for one in fields(Case)} == set(mail_case.c.keys())
    assert {one.name for one in fields(Letter)} <= set(outbox.c.keys())
