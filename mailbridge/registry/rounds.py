"""What the clock asks the book: new lines, deadlines, urgent lines that nobody touched; and what was told of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine, exists, func, select

from mailbridge.mail.ident import uuid7
from mailbridge.registry.database import add_once, reaching_database, reading
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.tables import act, clock_letter, entry, entry_version

_OPEN = tuple(
    each.value for each in EntryStatus if each.stands and each not in (EntryStatus.DONE, EntryStatus.AWAITING)
)
"""States in which a deadline still counts."""


ALL = ""
"""In the place of a recipient: everybody was told."""


def tell_once(
    connection: Connection,
    ident: str,
    agency: str,
    kind: str,
    about: str,
    recipient: str,
    at: datetime,
    lines: Sequence[str] = (),
) -> bool:
    """Note that this is told now; False when another process was quicker, and it is not told again."""
    row = {
        "id": ident,
        "agency": agency,
        "kind": kind,
        "about": about,
        "recipient": recipient,
        "at": at,
        "lines": json.dumps(list(lines)),
    }
    return add_once(connection, clock_letter, row, "agency", "kind", "about", "recipient")


def told_at(engine: Engine, agency: str, kind: str) -> datetime | None:
    """Return when the last occasion of this kind was told to all; raises `Unavailable`."""
    here = (clock_letter.c.agency == agency, clock_letter.c.kind == kind, clock_letter.c.recipient == ALL)
    with reaching_database(), reading(engine).begin() as connection:
        last: datetime | None = connection.execute(select(func.max(clock_letter.c.at)).where(*here)).scalar_one()
        return last


def told_about(engine: Engine, agency: str, kind: str, about: str) -> bool:
    """Say whether this occasion was told to all whom it concerns; raises `Unavailable`."""
    row = {"agency": agency, "kind": kind, "about": about, "recipient": ALL}
    here = (clock_letter.c[name] == value for name, value in row.items())
    with reaching_database(), reading(engine).begin() as connection:
        return connection.execute(select(exists().where(*here))).scalar_one()


def digest_lines(connection: Connection, ident: str) -> tuple[str, ...]:
    """Return the mails that the lines 1, 2, … of a digest stand for; () when there is no such digest."""
    text = connection.execute(select(clock_letter.c.lines).where(clock_letter.c.id == ident)).scalar_one_or_none()
    return tuple(json.loads(text)) if text else ()


def entered_since(engine: Engine, agency: str, since: datetime) -> tuple[RegisterEntry, ...]:
    """List lines that were entered at or behind a moment, in the order of entering; raises `Unavailable`."""
    # Ids are UUIDv7 of the moment of entering, so that the primary key finds them.
    first = uuid7(int(since.timestamp() * 1000), bytes(10))
    query = select_entries().where(entry.c.agency == agency, entry.c.id >= first)
    with reaching_database(), reading(engine).begin() as connection:
        return tuple(map(entry_of, connection.execute(query.order_by(entry.c.id)).mappings()))


def with_deadline(engine: Engine, agency: str, until: date) -> tuple[RegisterEntry, ...]:
    """List lines whose work is to be done by `until` and is not done, the most urgent first; raises `Unavailable`."""
    query = (
        select_entries()
        .where(entry.c.agency == agency, entry_version.c.due_date <= until, entry_version.c.status.in_(_OPEN))
        .order_by(entry_version.c.due_date, entry.c.year, entry.c.number)
    )
    with reaching_database(), reading(engine).begin() as connection:
        return tuple(map(entry_of, connection.execute(query).mappings()))


def untouched_urgent(engine: Engine, agency: str, since: datetime) -> tuple[RegisterEntry, ...]:
    """List urgent lines entered at or behind a moment by the program with which no person did anything yet."""
    return tuple(
        line
        for line in entered_since(engine, agency, since)
        if line.draft.urgency and line.status is EntryStatus.REGISTERED and not _was_touched(engine, line.id)
    )


def _was_touched(engine: Engine, entry_id: str) -> bool:
    with reaching_database(), reading(engine).begin() as connection:
        return connection.execute(select(exists().where(act.c.entry_id == entry_id))).scalar_one()
