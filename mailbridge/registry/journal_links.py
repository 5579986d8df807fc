"""
The links of the journal: how they are hashed, and how a transaction leaves one in each chain that it is named in.

A link is the SHA-256 of these lines, joined by line feeds: "mailbridge journal 1", agency, number in the chain, moment,
cause, the hash before (64 zeros at first), and its items, a JSON list of [table, key, digest of the row]. The row of
the chain's head is locked last of all and the chains in the order of their names, so that writers wait for one another
but never in a ring.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, event

from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.journal_form import to_json, written_time

NOTHING_BEFORE = "0" * 64
"""Stands in the first link of a chain in the place of the hash before."""

OF_NOBODY = ""
"""The chain of what belongs to no agency, such as deliveries."""

_OPEN = "journal of this transaction"

OpenLinks = dict[tuple[str, str], list[list[Any]]]
"""Items by agency and cause."""


class Cause(StrEnum):
    """Why a link was written."""

    WRITTEN = "written"
    ADOPTED = "adopted"  # the rows were there before the journal was: they are proven from here on
    ROOT = "root"  # the end of a day, or its stamp


def link_hash(agency: str, sequence: int, at: str, cause: str, previous: str, items: str) -> str:
    """Return the hash of a link; `at` and `items` as they are written."""
    lines = ("mailbridge journal 1", agency, str(sequence), at, cause, previous, items)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def open_links(connection: Connection) -> OpenLinks:
    """Return what the running transaction has noted until now, to be added to."""
    found: OpenLinks = connection.info.setdefault(_OPEN, {})
    return found


def watch(engine: Engine, clock: Clock = utc_now) -> None:
    """Let every transaction of an engine leave its links; to be called once for each."""

    def forget(connection: Connection) -> None:
        # One that was lost took what was noted along, and may not be asked any more.
        if not connection.invalidated:
            connection.info.pop(_OPEN, None)

    def refuse(_connection: Connection, name: str | None) -> None:
        # What was noted inside and rolled back alone would be named without being there.
        raise NotImplementedError(f"savepoint {name}: the journal knows whole transactions only")

    def write(connection: Connection) -> None:
        if noted := connection.info.pop(_OPEN, None):
            write_links(connection, noted, clock())

    event.listen(engine, "begin", forget)
    event.listen(engine, "rollback", forget)
    event.listen(engine, "commit", write)
    event.listen(engine, "savepoint", refuse)


def write_links(
    connection: Connection, links: Mapping[tuple[str, str], Sequence[Sequence[Any]]], now: datetime
) -> None:
    """Write links, chain by chain in the order of their names, each behind the head of its chain."""
    for agency, cause in sorted(links):
        items = to_json(links[agency, cause])
        if connection.dialect.name == "postgresql":
            _write_postgresql(connection, agency, cause, items, now)
        else:
            _write_sqlite(connection, agency, cause, items, now)


# Driven without SQLAlchemy's expressions: these run in every transaction, while others wait for the head.
_HEAD_SQLITE = "SELECT sequence, at, hash FROM journal_head WHERE agency = ?"
_ADD_SQLITE = "INSERT INTO journal (agency, sequence, at, cause, previous, items, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
_MOVE_SQLITE = "INSERT OR REPLACE INTO journal_head (agency, sequence, at, hash) VALUES (?, ?, ?, ?)"


def _write_sqlite(connection: Connection, agency: str, cause: str, items: str, now: datetime) -> None:
    found = connection.exec_driver_sql(_HEAD_SQLITE, (agency,)).first()
    sequence, last_at, previous = found or (0, "", NOTHING_BEFORE)
    # Never before the link before: a clock that is set back must not tear the days apart.
    at = max(written_time(now), last_at)
    hashed = link_hash(agency, sequence + 1, at, cause, previous, items)
    connection.exec_driver_sql(_ADD_SQLITE, (agency, sequence + 1, at, cause, previous, items, hashed))
    connection.exec_driver_sql(_MOVE_SQLITE, (agency, sequence + 1, at, hashed))


_FIRST_POSTGRESQL = (
    "INSERT INTO journal_head (agency, sequence, at, hash) VALUES (%s, 0, '1970-01-01 00:00:00Z', %s) "
    "ON CONFLICT DO NOTHING"
)
_HEAD_POSTGRESQL = "SELECT sequence, at, hash FROM journal_head WHERE agency = %s FOR UPDATE"
_ADD_POSTGRESQL = (
    "WITH link AS (INSERT INTO journal (agency, sequence, at, cause, previous, items, hash) "
    "VALUES (%(agency)s, %(sequence)s, %(at)s, %(cause)s, %(previous)s, %(items)s, %(hash)s)) "
    "UPDATE journal_head SET sequence = %(sequence)s, at = %(at)s, hash = %(hash)s WHERE agency = %(agency)s"
)


def _write_postgresql(connection: Connection, agency: str, cause: str, items: str, now: datetime) -> None:
    found = connection.exec_driver_sql(_HEAD_POSTGRESQL, (agency,)).first()
    if found is None:
        connection.exec_driver_sql(_FIRST_POSTGRESQL, (agency, NOTHING_BEFORE))
        found = connection.exec_driver_sql(_HEAD_POSTGRESQL, (agency,)).one()
    sequence, last_at, previous = found
    # Never before the link before: a clock that is set back must not tear the days apart.
    at = max(now.astimezone(UTC), last_at)
    facts = {
        "agency": agency,
        "sequence": sequence + 1,
        "at": at,
        "cause": cause,
        "previous": previous,
        "items": items,
        "hash": link_hash(agency, sequence + 1, written_time(at), cause, previous, items),
    }
    connection.exec_driver_sql(_ADD_POSTGRESQL, facts)
