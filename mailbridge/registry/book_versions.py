"""The entries of one book with everything that they ever said: what is printed, bound and signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import VIETNAM
from mailbridge.registry.rows import author_of, entry_of, select_versions
from mailbridge.registry.tables import entry, entry_version
from mailbridge.registry.versions import EntryVersion

_AT_ONCE = 500
"""Rows fetched at a time: some hundred kilobytes of versions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """
    A stretch of one book: entries from số đến `first` to `last`, both included, that arrived on `day`.

    `day` is that of Vietnam; None asks for no bound.
    """

    agency: str
    book: str
    year: int
    first: int | None = None
    last: int | None = None
    day: date | None = None


def count_entries(engine: Engine, stretch: Stretch) -> int:
    """Count the entries of a stretch; raises `Unavailable`."""
    query = select(func.count()).select_from(entry).where(_within(stretch))
    with reaching_database(), reading(engine).begin() as connection:
        counted: int = connection.execute(query).scalar_one()
        return counted


def entries_with_versions(engine: Engine, stretch: Stretch) -> Iterator[tuple[EntryVersion, ...]]:
    """
    List the entries of a stretch by number, each with all its versions, the first one first.

    One reading transaction is held while the iterator runs, so that it shows one moment of the book; `Unavailable` is
    raised while it runs.
    """
    with reaching_database(), reading(engine).begin() as connection:
        yield from read_versions(connection, stretch)


def read_versions(connection: Connection, stretch: Stretch) -> Iterator[tuple[EntryVersion, ...]]:
    """Do what `entries_with_versions` does, in a transaction of the caller's."""
    query = select_versions().where(_within(stretch)).order_by(entry.c.number, entry_version.c.version)
    rows = connection.execute(query, execution_options={"yield_per": _AT_ONCE}).mappings()
    versions = (EntryVersion(entry_of(row), author_of(row)) for row in rows)
    for _, same in groupby(versions, key=attrgetter("entry.id")):
        yield tuple(same)


def _within(stretch: Stretch) -> ColumnElement[bool]:
    asked: list[ColumnElement[Any]] = [
        entry.c.agency == stretch.agency,
        entry.c.book == stretch.book,
        entry.c.year == stretch.year,
    ]
    if stretch.first is not None:
        asked.append(entry.c.number >= stretch.first)
    if stretch.last is not None:
        asked.append(entry.c.number <= stretch.last)
    if stretch.day is not None:
        start = datetime.combine(stretch.day, time.min, VIETNAM)
        asked += [entry.c.arrived_at >= start, entry.c.arrived_at < start + timedelta(days=1)]
    return and_(*asked)
