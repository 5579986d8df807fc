"""The entries of a book with their versions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mailbridge.registry.book_versions import Stretch, count_entries, entries_with_versions
from mailbridge.registry.rows import Author, version_row
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import entry_version
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database

HERE = Stretch(agency="sonv", book="den", year=2026)


def fill(registry: SqlRegistry) -> None:
    """Write five entries in three books, the second one a day later."""
    with registry.transaction() as tx:
        for name, at in (("a", NOON), ("b", NOON + timedelta(days=1)), ("c", NOON)):
            tx.enter(draft(name), at)
        tx.enter(draft("d", book="don-thu"), NOON)
        tx.enter(draft("e"), datetime(2026, 12, 31, 17, 0, tzinfo=UTC))


def numbers(database: Database, stretch: Stretch) -> list[int]:
    found = [versions[-1].entry.number for versions in entries_with_versions(database.engine, stretch)]
    assert count_entries(database.engine, stretch) == len(found)
    return found


@pytest.mark.parametrize(
    ("stretch", "expected"),
    [
        (HERE, [1, 2, 3]),
        (Stretch(agency="sonv", book="den", year=2026, first=2), [2, 3]),
        (Stretch(agency="sonv", book="den", year=2026, first=2, last=2), [2]),
        (Stretch(agency="sonv", book="den", year=2026, day=date(2026, 11, 20)), [1, 3]),
        (Stretch(agency="sonv", book="den", year=2026, day=date(2026, 11, 21)), [2]),
        (Stretch(agency="sonv", book="don-thu", year=2026), [1]),
        (Stretch(agency="sonv", book="den", year=2027), [1]),
        (Stretch(agency="sonv", book="den", year=2027, day=date(2027, 1, 1)), [1]),
        (Stretch(agency="stc", book="den", year=2026), []),
    ],
)
def test_a_stretch_has_its_entries_in_order(database: Database, stretch: Stretch, expected: list[int]) -> None:
    fill(database.registry)
    assert numbers(database, stretch) == expected


def test_each_entry_has_all_its_versions(database: Database) -> None:
    fill(database.registry)
    (first, *_) = entries_with_versions(database.engine, HERE)
    newer = version_row(first[0].entry, Author("lan", NOON, "sửa")) | {"version": 2, "issuer": "Bộ Tài chính"}
    with database.engine.begin() as connection:
        connection.execute(entry_version.insert(), newer)
    found = list(entries_with_versions(database.engine, HERE))
    assert [[each.entry.version for each in versions] for versions in found] == [[1, 2], [1], [1]]
    assert found[0][1].entry.draft.issuer == "Bộ Tài chính"
    assert found[0][1].author.by == "lan"
