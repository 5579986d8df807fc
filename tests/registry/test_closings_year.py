"""The turn of the year: by midnight in Vietnam, in the order of acceptance, whatever zone the server has."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbridge.registry.closings import SqlClosings
from mailbridge.registry.closings_content import Period
from mailbridge.registry.closings_rehearsal import rehearse
from mailbridge.registry.entry import local_day
from mailbridge.registry.store import SqlRegistry
from tests.registry.builders_registry import draft
from tests.registry.conftest import Database

MIDNIGHT = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
"""00:00 of 01/01/2027 in Vietnam."""

_IN_A_ZONE = """
import sys
from datetime import UTC, datetime, timedelta
from mailbridge.registry.database import open_database
from mailbridge.registry.store import SqlRegistry
from tests.registry.builders_registry import draft
midnight = datetime.fromisoformat(sys.argv[2])
registry = SqlRegistry(open_database(sys.argv[1]))
for name, seconds in (("last", -1), ("first", 0), ("second", 3600)):
    at = midnight + timedelta(seconds=seconds)
    for way, moment in (("utc", at), ("local", at.astimezone())):
        with registry.transaction() as current:
            line = current.enter(draft(f"{name}-{way}"), moment)
            print(line.year, line.number, line.arrival_date.isoformat())
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_year_turns_at_midnight_in_vietnam_whatever_the_zone_of_the_server(database: Database, zone: str) -> None:
    command = [sys.executable, "-c", _IN_A_ZONE, database.url, MIDNIGHT.isoformat()]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=root, env={**os.environ, "TZ": zone}
    )
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "2026 1 2026-12-31",
            "2026 2 2026-12-31",
            "2027 1 2027-01-01",
            "2027 2 2027-01-01",
            "2027 3 2027-01-01",
            "2027 4 2027-01-01",
        ],
    ), done.stderr


def test_a_late_worker_does_not_move_the_day_nor_the_year(database: Database) -> None:
    """Accepted before midnight, walked three days later: it stands in the old year."""
    accepted = MIDNIGHT - timedelta(seconds=1)
    for delay in (timedelta(), timedelta(hours=5), timedelta(days=3)):
        registry = SqlRegistry(database.engine, clock=lambda delay=delay: accepted + delay)  # type: ignore[misc]
        with registry.transaction() as current:
            line = current.enter(draft(f"late-{delay}"), accepted)
        assert (line.year, line.arrival_date.isoformat()) == (2026, "2026-12-31")


def test_a_clock_that_travels_through_the_turn_keeps_order_and_dates(database: Database) -> None:
    """Forwards, back before midnight, forwards again: numbers have no gap, and each date is that of acceptance."""
    travelled = (-7200, -1, 0, 1, -30, 5, 86_400, -3600, 60)
    lines = []
    for place, seconds in enumerate(travelled):
        at = MIDNIGHT + timedelta(seconds=seconds)
        with SqlRegistry(database.engine, clock=lambda at=at: at).transaction() as current:  # type: ignore[misc]
            lines.append(current.enter(draft(f"d{place}"), at))
    for year in (2026, 2027):
        numbers = [line.number for line in lines if line.year == year]
        assert numbers == list(range(1, len(numbers) + 1))
    for line, seconds in zip(lines, travelled, strict=True):
        at = MIDNIGHT + timedelta(seconds=seconds)
        assert (line.arrival_date, line.year) == (local_day(at), local_day(at).year)


def test_rehearsal_says_the_first_numbers_and_what_is_open_and_writes_nothing(database: Database) -> None:
    registry = SqlRegistry(database.engine, clock=lambda: MIDNIGHT)
    registry.start_series("sonv", "den", 2027, 501, by="lan", why="tiếp tục sổ giấy")
    with registry.transaction() as current:
        current.enter(draft("a", subject=None), MIDNIGHT - timedelta(days=2))
        current.enter(draft("b"), MIDNIGHT - timedelta(days=1))
    SqlClosings(database.engine, clock=lambda: MIDNIGHT).close("sonv", "den", Period(year=2026), by="lan")
    before = SqlClosings(database.engine).rows()
    seen = rehearse(database.engine, "sonv", "den", 2026)
    assert (seen.next_number, seen.first_of_next_year, seen.last, seen.gaps) == (3, 501, 2, ())
    assert 1 in seen.lacking
    assert seen.not_handed_over == (1, 2)
    assert [day.isoformat() for day in seen.open_days] == ["2026-12-30", "2026-12-31"]
    assert (seen.is_closed, seen.is_ready) == (True, False)
    assert SqlClosings(database.engine).rows() == before


def test_an_untouched_book_begins_with_one(database: Database) -> None:
    seen = rehearse(database.engine, "sonv", "den", 2026)
    assert (seen.entries, seen.last, seen.next_number, seen.first_of_next_year) == (0, None, 1, 1)
    assert seen.is_ready
