"""Lines of the book inside a transaction of the desk: read under a lock, written as a further version."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, select

from mailbridge.desk.answers import Refused
from mailbridge.registry import journal
from mailbridge.registry.closings import check_open
from mailbridge.registry.corrections_fields import Change, changes_between, shown
from mailbridge.registry.entry import DraftEntry, EntryStatus, Event, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links_rows import refuse_change
from mailbridge.registry.rows import Author, entry_of, select_versions, version_row, write_event
from mailbridge.registry.search_index import index_entry
from mailbridge.registry.states import label_of, lock_entries
from mailbridge.registry.tables import entry, entry_version, mail_case

_LONGEST_TOLD = 200
"""Characters of a value in the time line; the versions have all of it."""


def lock_case(connection: Connection, mail_id: str, agency: str) -> None:
    """Keep others from settling this mail until the transaction ends; on SQLite the transaction itself does."""
    here = (mail_case.c.mail_id == mail_id, mail_case.c.agency == agency)
    connection.execute(select(mail_case.c.mail_id).where(*here).with_for_update())


def locked_line(connection: Connection, entry_id: str) -> RegisterEntry:
    """Keep others away from an entry until the transaction ends, and read how it stands; raises `Refused`."""
    try:
        (line,) = lock_entries(connection, (entry_id,))
    except LookupError as error:
        raise Refused("Không có văn bản này trong sổ.", "There is no such entry.", code="no-entry") from error
    return line


def standing_line(connection: Connection, entry_id: str) -> RegisterEntry:
    """Do what `locked_line` does for an entry that may be changed: it stands, and its issuer does not ask for it."""
    line = locked_line(connection, entry_id)
    refuse_change(connection, line)
    return line


def version(connection: Connection, entry_id: str, number: int) -> RegisterEntry:
    """Read an entry as one of its versions has it."""
    query = select_versions().where(entry.c.id == entry_id, entry_version.c.version == number)
    return entry_of(connection.execute(query).mappings().one())


def rewrite(
    connection: Connection,
    line: RegisterEntry,
    draft: DraftEntry,
    status: EntryStatus,
    author: Author,
    happening: Happening,
) -> tuple[RegisterEntry, tuple[Change, ...]]:
    """
    Write a further version of an entry, its line in the index and in the time line.

    Returns:
        The entry as it is now and the fields that changed; the entry as it was when nothing would change.

    Raises `PeriodClosed` when its day is closed and seals one of these fields.
    """
    changes = changes_between(line.draft, draft)
    if not changes and status is line.status:
        return line, ()
    if status.stands and line.status.stands:
        check_open(connection, line, [change.field.name for change in changes])
    else:
        check_open(connection, line)
    newer = replace(line, draft=draft, status=status, version=line.version + 1)
    journal.add(connection, draft.agency, entry_version, version_row(newer, author), label=label_of(newer))
    index_entry(connection, newer)
    where = f"{draft.book} {line.shown_number}/{line.year}, version {newer.version}"
    happened = Event(
        at=author.at,
        mail_id=draft.mail_id,
        entry_id=line.id,
        actor=author.by,
        what=happening,
        detail=": ".join(filter(None, (where, "; ".join(map(_told, changes)), author.why))),
    )
    write_event(connection, draft.agency, happened)
    return newer, changes


def _told(change: Change) -> str:
    old, new = (_short(shown(value)) for value in (change.old, change.new))
    return f"{change.field.name} “{old}” → “{new}”"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"
