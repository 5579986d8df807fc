"""Every version of an entry, with who wrote it: what an inspector asks for, and what a capsule holds."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.rows import Author, author_of, entry_of, select_versions
from mailbridge.registry.tables import entry, entry_version


class EntryVersion(NamedTuple):
    """An entry as it was written at one time."""

    entry: RegisterEntry
    author: Author


def versions_of(engine: Engine, mail_id: str, agency: str) -> tuple[EntryVersion, ...]:
    """Return all versions of the entries of a mail, entry by entry, the first one first; raises `Unavailable`."""
    return _read(engine, entry.c.mail_id == mail_id, entry.c.agency == agency)


def versions_of_entry(engine: Engine, entry_id: str) -> tuple[EntryVersion, ...]:
    """Return all versions of an entry, the first one first; raises `Unavailable`."""
    return _read(engine, entry.c.id == entry_id)


def _read(engine: Engine, *which: ColumnElement[bool]) -> tuple[EntryVersion, ...]:
    query = (
        select_versions().where(*which).order_by(entry.c.book, entry.c.year, entry.c.number, entry_version.c.version)
    )
    with reaching_database(), reading(engine).begin() as connection:
        rows = connection.execute(query).mappings()
        return tuple(EntryVersion(entry_of(row), author_of(row)) for row in rows)
