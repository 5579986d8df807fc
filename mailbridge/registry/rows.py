"""Rows ⇄ values: the one place that knows how a value lies in its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.engine import RowMapping

from mailbridge.mail.delivery import Fate
from mailbridge.mail.letter import Letter, LetterKind
from mailbridge.registry.clock import Clock
from mailbridge.registry.entry import Case, Channel, DraftEntry, EntryStatus, Event, RegisterEntry
from mailbridge.registry.happenings import OURSELVES, Happening
from mailbridge.registry.journal import add, add_all
from mailbridge.registry.tables import entry, entry_version, event, mail_case

VERSION_FIELDS = tuple(f.name for f in fields(DraftEntry) if f.name in entry_version.c)
"""The fields of a draft that a correction may change; the others are what the entry is."""

CASE_FIELDS = tuple(f.name for f in fields(Case))
LETTER_FIELDS = tuple(f.name for f in fields(Letter))


class Author(NamedTuple):
    """Who wrote a version of an entry, when and why."""

    by: str
    at: datetime
    why: str


def author_of_change(by: str, why: str, clock: Clock) -> Author:
    """Name who changes the book, when and why; raises ValueError without a person or a reason."""
    by, why = by.strip(), " ".join(why.split())
    if not by or not why:
        raise ValueError("a change needs its author and its reason")
    return Author(by, clock(), why)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedLetter:
    """
    A letter that was leased to be sent.

    `attempts` counts this one too, so it is 1 at first; an attempt during which the program died counts.
    """

    letter: Letter
    attempts: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterRecord:
    """
    A letter and what became of it.

    Waiting when neither `sent_at` nor `failed_at` is set. `reply` is what the next server said to it, `last_error` why
    the last attempt that failed did so.
    """

    letter: Letter
    created_at: datetime
    due_at: datetime
    attempts: int
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    reply: str | None = None
    last_error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """A mail that the next hop took; `queue_id` is its name there, when its reply told one."""

    mail_id: str
    door: str
    ended_at: datetime
    reply: str | None = None
    queue_id: str | None = None


_FATES = {
    Fate.DELIVERED: Happening.DELIVERED,
    Fate.REFUSED: Happening.REFUSED,
    Fate.HELD: Happening.UNCERTAIN,
}


def select_versions() -> Select[Any]:
    """Select every version of every entry; `entry_of` and `author_of` read the rows."""
    said = (*VERSION_FIELDS, "version", "status", "written_by", "written_at", "why")
    versions = [entry_version.c[name].label(f"v_{name}") for name in said]
    return select(entry, *versions).join(entry_version, entry_version.c.entry_id == entry.c.id)


def select_entries() -> Select[Any]:
    """Select every entry in its newest version; `entry_of` reads the rows."""
    newest = (
        select(func.max(entry_version.c.version))
        .where(entry_version.c.entry_id == entry.c.id)
        .correlate(entry)
        .scalar_subquery()
    )
    return select_versions().where(entry_version.c.version == newest)


# Building a statement costs more than running it; those of every walk are built once.
_CASE = select(mail_case).where(mail_case.c.mail_id == bindparam("mail"), mail_case.c.agency == bindparam("of"))
_DOCUMENT = (
    select_entries()
    .where(entry.c.agency == bindparam("of"), entry.c.document_sha256 == bindparam("sha256"))
    .order_by(entry.c.occasion)
)


def entry_of(row: RowMapping) -> RegisterEntry:
    """Read a row of `select_entries`."""
    said = {name: row[f"v_{name}"] for name in VERSION_FIELDS} | {"channel": Channel(row["v_channel"])}
    draft = DraftEntry(
        agency=row["agency"],
        book=row["book"],
        mail_id=row["mail_id"] or "",
        document_sha256=row["document_sha256"] or "",
        **said,
    )
    return RegisterEntry(
        id=row["id"],
        year=row["year"],
        number=row["number"],
        arrived_at=row["arrived_at"],
        draft=draft,
        version=row["v_version"],
        status=EntryStatus(row["v_status"]),
    )


def author_of(row: RowMapping) -> Author:
    """Read who wrote the version in a row of `select_versions`."""
    return Author(by=row["v_written_by"], at=row["v_written_at"], why=row["v_why"])


def identity_row(line: RegisterEntry, occasion: int) -> dict[str, Any]:
    """Lay out what an entry is for ever, for the table `entry`, whose `occasion` counts the entries of its file."""
    draft = line.draft
    return {
        "id": line.id,
        "agency": draft.agency,
        "book": draft.book,
        "year": line.year,
        "number": line.number,
        "arrived_at": line.arrived_at,
        "mail_id": draft.mail_id or None,
        "document_sha256": draft.document_sha256 or None,
        "occasion": occasion,
    }


def version_row(line: RegisterEntry, author: Author) -> dict[str, Any]:
    """Lay out what an entry says, for the table `entry_version`."""
    said = {name: getattr(line.draft, name) for name in VERSION_FIELDS}
    return said | {
        "entry_id": line.id,
        "version": line.version,
        "channel": line.draft.channel.value,
        "status": line.status.value,
        "written_by": author.by,
        "written_at": author.at,
        "why": author.why,
    }


def case_row(case: Case) -> dict[str, Any]:
    """Lay out a case for the table `mail_case`."""
    return {name: getattr(case, name) for name in CASE_FIELDS}


def case_of(row: RowMapping) -> Case:
    """Read a row of `mail_case`."""
    return Case(**{name: row[name] for name in CASE_FIELDS})


def find_case(connection: Connection, mail_id: str, agency: str) -> Case | None:
    """Look up what was kept of a mail for an agency."""
    row = connection.execute(_CASE, {"mail": mail_id, "of": agency}).mappings().one_or_none()
    return case_of(row) if row else None


def entries_of_document(connection: Connection, agency: str, document_sha256: str) -> tuple[RegisterEntry, ...]:
    """Look up the entries that an agency has for a file, voided ones too; at most one is not."""
    rows = connection.execute(_DOCUMENT, {"of": agency, "sha256": document_sha256}).mappings()
    return tuple(map(entry_of, rows))


def standing(entries: Sequence[RegisterEntry]) -> RegisterEntry | None:
    """Return the one that is not voided."""
    return next((each for each in entries if each.status is not EntryStatus.VOIDED), None)


def letter_row(letter: Letter) -> dict[str, Any]:
    """Lay out a letter for the table `outbox`; times and attempts are the caller's."""
    return {name: getattr(letter, name) for name in LETTER_FIELDS} | {"kind": letter.kind.value}


def letter_of(row: RowMapping) -> Letter:
    """Read the letter in a row of `outbox`."""
    said = {name: row[name] for name in LETTER_FIELDS}
    return Letter(**said | {"kind": LetterKind(row["kind"]), "content": bytes(row["content"])})


def letter_record_of(row: RowMapping) -> LetterRecord:
    """Read a whole row of `outbox`."""
    return LetterRecord(
        letter=letter_of(row),
        created_at=row["created_at"],
        due_at=row["due_at"],
        attempts=row["attempts"],
        sent_at=row["sent_at"],
        failed_at=row["failed_at"],
        reply=row["reply"],
        last_error=row["last_error"],
    )


def write_event(connection: Connection, agency: str, happened: Event) -> None:
    """Add one line to the time line; `mail_id` "" means that no mail is concerned."""
    add(connection, agency, event, _event_row(agency, happened))


def write_events(connection: Connection, agency: str, happened: Sequence[Event]) -> None:
    """Add lines to the time line, in this order and at once."""
    add_all(connection, agency, event, [_event_row(agency, each) for each in happened])


def _event_row(agency: str, happened: Event) -> dict[str, Any]:
    return {
        "at": happened.at,
        "mail_id": happened.mail_id or None,
        "entry_id": happened.entry_id,
        "agency": agency,
        "actor": happened.actor,
        "what": happened.what,
        "detail": happened.detail,
    }


def event_of(row: RowMapping) -> Event:
    """Read a row of `event`."""
    return Event(
        at=row["at"],
        mail_id=row["mail_id"] or "",
        entry_id=row["entry_id"],
        actor=row["actor"],
        what=row["what"],
        detail=row["detail"],
    )


def delivered_of(row: RowMapping) -> Delivered:
    """Read a row of `delivery`."""
    return Delivered(**{each.name: row[each.name] for each in fields(Delivered)})


def delivery_event(row: RowMapping) -> Event:
    """Tell a row of `deliveries_of` as a line of the time line."""
    said = row["words"] or row["reply"]
    queue_id = row["queue_id"] if row["queue_id"] and row["queue_id"] not in (said or "") else None
    told = (f"door {row['door']}", said, queue_id and f"queue id {queue_id}")
    return Event(
        at=row["ended_at"],
        mail_id=row["mail_id"],
        actor=OURSELVES,
        what=_FATES[Fate(row["fate"])],
        detail=", ".join(filter(None, told)),
    )
