"""What the book teaches: each field as it was read at reception, beside what the line says in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, and_

from mailbridge.classifier.learned import BEFORE, Lesson
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.tables import entry, mail_case

_AT_ONCE = 200
"""Rows fetched at a time; each brings its judgement, some kilobytes."""

_GONE = frozenset({EntryStatus.VOIDED, EntryStatus.MERGED})
"""A line that stands for no document teaches nothing."""


def lessons(engine: Engine, *, agency: str | None = None, since: datetime | None = None) -> Iterator[Lesson]:
    """
    Tell what entries from mail teach, oldest first; raises `Unavailable`.

    The reading is that of the judgement which was kept at reception, before any hint and whatever its confidence; what
    is written is the newest version of the line.
    """
    query = (
        select_entries()
        .add_columns(mail_case.c.author, mail_case.c.judgement)
        .join(mail_case, and_(mail_case.c.mail_id == entry.c.mail_id, mail_case.c.agency == entry.c.agency))
        .where(mail_case.c.author.is_not(None), mail_case.c.judgement.is_not(None))
    )
    if agency is not None:
        query = query.where(entry.c.agency == agency)
    if since is not None:
        query = query.where(entry.c.arrived_at >= since)
    ordered = query.order_by(entry.c.arrived_at, entry.c.id)
    with reaching_database(), reading(engine).begin() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(ordered).mappings():
            line = entry_of(row)
            if line.status not in _GONE:
                yield from _of(line, str(row["author"]).lower(), str(row["judgement"]))


def _of(line: RegisterEntry, sender: str, judgement: str) -> Iterator[Lesson]:
    try:
        told = json.loads(judgement)
        parts = {part["index"]: part["sha256"] for part in told["message"]["parts"]}
        read = next((each for each in told["documents"] if parts.get(each["main"]) == line.draft.document_sha256), None)
        pairs = tuple(_pairs(read, line)) if read is not None else ()
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # a judgement of another version of the program: it teaches nothing
    name = f"{line.draft.book}/{line.year}/{line.number}"
    for field, was, is_now in pairs:
        yield Lesson(sender=sender, field=field, read=was or None, written=is_now or None, entry=name)


def _pairs(read: Mapping[str, Any], line: RegisterEntry) -> Iterator[tuple[str, str | None, str | None]]:
    draft = line.draft
    signer = read["signer"] or {}
    symbol = _before(read, "symbol") or read["symbol"]
    named = _before(read, "signer")
    yield "issuer", _before(read, "issuer") or read["issuer"], draft.issuer
    yield "type", _before(read, "type") or read["type"], draft.type
    yield "symbol", symbol, draft.symbol
    yield "notation", symbol.partition("/")[2] if symbol else None, draft.notation
    yield "issued_date", read["issued_date"], draft.issued_date.isoformat() if draft.issued_date else None
    yield "subject", read["subject"], draft.subject
    if named is None:  # a hinted signer is told as one text; what was read of him cannot be parted again
        yield "signer", signer.get("name"), draft.signer_name
        yield "signer_name", signer.get("name"), draft.signer_name
        yield "signer_position", signer.get("position"), draft.signer_position


def _before(read: Mapping[str, Any], field: str) -> str | None:
    """Return what was read where a hint said otherwise."""
    rivals = (read["fields"].get(field) or {}).get("rivals", ())
    return next((rival["value"] for rival in rivals if rival["source"].startswith(BEFORE)), None)
