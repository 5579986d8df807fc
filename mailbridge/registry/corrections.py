"""
What may happen to an entry: it is corrected, which adds a version, or voided, which adds one too.

Nothing is updated in place; who changed what, when and why stands in the versions and in the time line. Two at once
wait for one another, and the second sees what the first did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, select

from mailbridge.registry.closings import check_open
from mailbridge.registry.conflicts import EntryVoided
from mailbridge.registry.corrections_fields import (
    Change,
    Value,
    changes_between,
    check_days,
    shown,
    with_values,
)
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import EntryStatus, Event, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.journal import add
from mailbridge.registry.links_rows import refuse_change
from mailbridge.registry.rows import Author, entry_of, select_entries, version_row, write_event
from mailbridge.registry.search_index import index_entry
from mailbridge.registry.store import Clock, utc_now
from mailbridge.registry.tables import entry, entry_version

_LONGEST_TOLD = 200
"""Characters of a value in the time line; the versions have all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """An entry after a correction and what it changed; () when it said all that before, and nothing was written."""

    entry: RegisterEntry
    changes: tuple[Change, ...]


class SqlCorrections:
    """Changes to entries on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def correct(self, entry_id: str, values: Mapping[str, Value], *, by: str, why: str) -> Corrected:
        """
        Write these values, by names of `FIELDS`, as a new version.

        Raises:
            EntryVoided: What was voided is not corrected.
            EntryEnded: Nor is what was merged or recalled.
            EntryFrozen: Its issuer asks to take it back.
            PeriodClosed: Its day or year is closed and seals one of these fields.
            LookupError: There is no such entry.
            WrongValue: A day cannot be so.
            ValueError: Nobody is named, or no reason.
        """
        author = self._author(by, why)
        with self._newest(entry_id) as (connection, line):
            if line.status is EntryStatus.VOIDED:
                raise EntryVoided(line)
            refuse_change(connection, line)
            draft = with_values(line.draft, values)
            changes = changes_between(line.draft, draft)
            if not changes:
                return Corrected(entry=line, changes=())
            check_days(line, {change.field.name: change.new for change in changes})
            check_open(connection, line, [change.field.name for change in changes])
            newer = replace(line, draft=draft, version=line.version + 1)
            _write(connection, newer, author, Happening.CORRECTED, "; ".join(map(_told, changes)))
            return Corrected(entry=newer, changes=changes)

    def void(self, entry_id: str, *, by: str, why: str) -> RegisterEntry:
        """
        Mark an entry as voided: its line and all versions stay, its number is never given again.

        Raises:
            EntryVoided: It is voided already; nothing is written.
            EntryEnded: It was merged or recalled.
            EntryFrozen: Its issuer asks to take it back.
            PeriodClosed: Its day or year is closed.
            LookupError: There is no such entry.
            ValueError: Nobody is named, or no reason.
        """
        author = self._author(by, why)
        with self._newest(entry_id) as (connection, line):
            if line.status is EntryStatus.VOIDED:
                raise EntryVoided(line)
            refuse_change(connection, line)
            check_open(connection, line)
            voided = replace(line, status=EntryStatus.VOIDED, version=line.version + 1)
            _write(connection, voided, author, Happening.VOIDED, "")
            return voided

    def _author(self, by: str, why: str) -> Author:
        by, why = by.strip(), " ".join(why.split())
        if not by or not why:
            raise ValueError("a change needs its author and its reason")
        return Author(by, self._clock(), why)

    @contextmanager
    def _newest(self, entry_id: str) -> Iterator[tuple[Connection, RegisterEntry]]:
        """Begin, keep others away from this entry until the end, and read how it stands."""
        with reaching_database(), self._engine.begin() as connection:
            # On SQLite the transaction itself keeps others away; its dialect leaves FOR UPDATE out.
            connection.execute(select(entry.c.id).where(entry.c.id == entry_id).with_for_update())
            query = select_entries().where(entry.c.id == entry_id)
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                raise LookupError(f"no such entry: {entry_id}")
            yield connection, entry_of(row)


def _write(connection: Connection, line: RegisterEntry, author: Author, what: Happening, changes: str) -> None:
    label = f"{line.draft.book}/{line.year}/{line.number}"
    add(connection, line.draft.agency, entry_version, version_row(line, author), label=label)
    index_entry(connection, line)
    where = f"{line.draft.book} {line.shown_number}/{line.year}, version {line.version}"
    happened = Event(
        at=author.at,
        mail_id=line.draft.mail_id,
        entry_id=line.id,
        actor=author.by,
        what=what,
        detail=": ".join(filter(None, (where, changes, author.why))),
    )
    write_event(connection, line.draft.agency, happened)


def _told(change: Change) -> str:
    old, new = (_short(shown(value)) for value in (change.old, change.new))
    return f"{change.field.name} “{old}” → “{new}”"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"
