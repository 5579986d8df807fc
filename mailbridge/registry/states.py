"""An entry in another state: a further version of it, in the transaction that has a reason for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from mailbridge.registry.entry import EntryStatus, Event, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.journal import add
from mailbridge.registry.links_rows import entry_with_id
from mailbridge.registry.rows import Author, version_row, write_event
from mailbridge.registry.search_index import index_entry
from mailbridge.registry.tables import entry, entry_version

_BETWEEN = "; "


def lock_entries(connection: Connection, entry_ids: Iterable[str]) -> tuple[RegisterEntry, ...]:
    """
    Keep others away from these entries until the transaction ends, and read how they stand, in the order given.

    Raises:
        LookupError: One of them is not there.
    """
    ids = tuple(entry_ids)
    # In one order, so that two who want the same entries never wait for each other. On SQLite the transaction itself
    # keeps others away; its dialect leaves FOR UPDATE out.
    connection.execute(select(entry.c.id).where(entry.c.id.in_(ids)).order_by(entry.c.id).with_for_update()).all()
    return tuple(entry_with_id(connection, each) for each in ids)


def restate(
    connection: Connection,
    line: RegisterEntry,
    author: Author,
    what: Happening,
    *,
    status: EntryStatus,
    note: str | None,
    said: str,
) -> RegisterEntry:
    """Write a further version of an entry with this state and remark; nothing else that it says changes."""
    newer = replace(line, status=status, version=line.version + 1, draft=replace(line.draft, note=note))
    write_version(connection, newer, author)
    tell(connection, newer, author, what, f"version {newer.version}: {said}")
    return newer


def write_version(connection: Connection, line: RegisterEntry, author: Author) -> None:
    """Write what an entry says from this version on; the one place that does, so that journal and index follow."""
    label = f"{line.draft.book}/{line.year}/{line.number}"
    add(connection, line.draft.agency, entry_version, version_row(line, author), label=label)
    index_entry(connection, line)


def status_before_end(connection: Connection, entry_id: str) -> EntryStatus:
    """Return the state that an entry had before it was merged, recalled or replaced, its work on the desk included."""
    here = (entry_version.c.entry_id == entry_id, entry_version.c.status.not_in(_ENDS))
    query = select(entry_version.c.status).where(*here).order_by(entry_version.c.version.desc()).limit(1)
    return EntryStatus(connection.execute(query).scalar_one())


_ENDS = (EntryStatus.MERGED.value, EntryStatus.RECALLED.value, EntryStatus.REPLACED.value, EntryStatus.VOIDED.value)


def tell(connection: Connection, line: RegisterEntry, author: Author, what: Happening, said: str) -> None:
    """Add to the time line of an entry what happened to it."""
    happened = Event(
        at=author.at,
        mail_id=line.draft.mail_id,
        entry_id=line.id,
        actor=author.by,
        what=what,
        detail=": ".join(filter(None, (f"{line.draft.book} {line.shown_number}/{line.year}, {said}", author.why))),
    )
    write_event(connection, line.draft.agency, happened)


def with_remark(note: str | None, remark: str) -> str:
    """Put a remark behind what the column says."""
    return _BETWEEN.join(filter(None, (note, remark)))


def without_remark(note: str | None, remark: str | None) -> str | None:
    """Take a remark away again; what else the column says stays."""
    said = (note or "").split(_BETWEEN)
    if remark not in said:
        return note
    said.reverse()
    said.remove(remark)
    said.reverse()
    return _BETWEEN.join(said) or None
