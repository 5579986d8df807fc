"""
How a row is written down to be hashed: the same octets on SQLite and PostgreSQL, today and in twenty years.

A row is its table's name, a line feed, and a JSON object by RFC 8785 (UTF-8, names sorted, no spaces): each column that
holds something under its name. Text stands as it is stored; whole numbers as numbers, yes and no as 1 and 0; a day as
"2026-12-31", a moment as "2026-12-31T17:00:00.000000Z"; octets by their SHA-256 in hex. A column that holds nothing
(NULL) is left out, which tells it from "", and lets a later schema add columns without touching old digests.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Date, LargeBinary, Table

from mailbridge.registry.tables import UtcTime, Writing, metadata

Writer = Callable[[Any], Any]

# RFC 8785 §3.2.2.2 escapes just as this does: the two-letter escapes, \u00xx in small letters, nothing beyond ASCII.
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """
    How the rows of a table are written down.

    `columns` are sorted by name, each with what turns its Python value into one of JSON (None: it is one). `needed`
    are those that a row cannot go without: the database would fill in what nobody has seen.
    """

    table: Table
    columns: tuple[tuple[str, Writer | None], ...]
    key: tuple[str, ...]
    needed: frozenset[str]
    prefix: bytes


@cache
def form_of(table: str) -> Form:
    """Return the form of a table; raises `KeyError` when its rows are not named in the journal."""
    found = metadata.tables[table]
    named = found.info["journal"]
    columns = sorted((each for each in found.columns if named is None or each.name in named), key=lambda one: one.name)
    return Form(
        table=found,
        columns=tuple((each.name, _writer(each)) for each in columns),
        key=tuple(each.name for each in found.primary_key),
        needed=frozenset(each.name for each in columns if not each.nullable),
        prefix=f"{table}\n".encode(),
    )


def journaled() -> tuple[Table, ...]:
    """Return the tables whose rows are named in the journal, in an order in which a row stands behind what it needs."""
    return tuple(each for each in metadata.sorted_tables if "journal" in each.info)


def digest_of(form: Form, row: Mapping[str, Any]) -> str:
    """
    Return the SHA-256 of a row in hex.

    Args:
        row: Values as they are given to SQLAlchemy; what is not there is NULL.

    Raises:
        ValueError: A column that cannot be NULL is not there: its default would not be covered.
    """
    if not form.needed <= row.keys():
        raise ValueError(f"{form.table.name}: a row without {', '.join(sorted(form.needed - row.keys()))}")
    said = {}
    for name, write in form.columns:
        if (value := row.get(name)) is not None:
            said[name] = value if write is None else write(value)
    return digest_of_text(form, to_json(said))


def digest_of_text(form: Form, text: str) -> str:
    """Return the SHA-256 of a row that is written down; text that no row of ours holds gives the digest of none."""
    return hashlib.sha256(form.prefix + text.encode("utf-8", "surrogatepass")).hexdigest()


def written_time(at: datetime) -> str:
    """Write a moment in UTC with its microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def written_octets(octets: bytes) -> str:
    """Write octets by their digest."""
    return hashlib.sha256(octets).hexdigest()


def _writer(column: Column[Any]) -> Writer | None:
    match column.type:
        case UtcTime():
            return written_time
        case Writing():
            return _written_text
        case Date():
            return date.isoformat
        case Boolean():
            return int
        case LargeBinary():
            return written_octets
        case _:
            return None


def _written_text(text: str) -> str:
    """Write text as the type `Writing` stores it."""
    return _UNSTORABLE.sub("\ufffd", text)
