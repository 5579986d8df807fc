"""Proving the journal of a database: one moment of it, read once from its beginning to its end, in little memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Engine, Table, exc, func, literal, select, text

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import VIETNAM
from mailbridge.registry.journal_form import Form, form_of, journaled, written_time
from mailbridge.registry.journal_numbers import numbers_wrong
from mailbridge.registry.journal_proof import Fault, Link, Proof, Rows, WrittenRow, Wrong
from mailbridge.registry.journal_reading import read_raw, read_rows
from mailbridge.registry.tables import entry, journal, journal_head, root

Tell = Callable[[int, int], None]
"""Hears how many links of how many were read."""

Watch = Callable[[str, Sequence[WrittenRow]], None]
"""Hears of rows as they are read, with the name of their table."""

_KEYS_AT_ONCE = 200

_MOST_DAMAGES = 20
_MOST_PLACED = 1_000
"""Faults for which the line of the book is looked up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proven:
    """What was looked at, and what is wrong with it; `until` is the moment of the newest link, "" without any."""

    entries: int
    rows: int
    links: int
    until: str
    faults: tuple[Fault, ...] = field(default=())
    is_partial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    What is to be proven.

    Args:
        agency: Its chain only; None: all chains.
        since: Only links from this day (in Vietnam) on, and the rows that they name. Rows that no link names are not
            looked for then.
    """

    agency: str | None = None
    since: date | None = None


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """Begin to read the database as it is now, whatever is written meanwhile; raises `Unavailable` while it is read."""
    view = reading(engine)
    if view.dialect.name == "postgresql":
        view = view.execution_options(isolation_level="REPEATABLE READ")
    with reaching_database(), view.begin() as connection:
        if view.dialect.name == "postgresql":
            # A table is to be read from its beginning, by one process: so its rows come as they were written.
            connection.execute(text("SET LOCAL synchronize_seqscans = off"))
            connection.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
            connection.execute(text("SET LOCAL cursor_tuple_fraction = 1.0"))
        yield connection


def prove(
    connection: Connection,
    asked: Asked,
    *,
    tell: Tell = lambda _done, _of: None,
    watch: Watch | None = None,
    follow: Callable[[Link], None] | None = None,
) -> Proven:
    """
    Check every link, every row that a link names, that no row is without a link, roots, heads and numbers.

    Args:
        connection: From `one_moment`.
        watch: Told of every row that is read, in the order of reading.
        follow: Told of every link, before the rows that are read because of it.

    Raises:
        Unavailable: The database is gone.
    """
    tables = {table.name: Rows(table=table.name) for table in journaled()}
    proof = Proof(tables)
    if asked.since is None:
        for rows in tables.values():
            rows.pull = _pulling(connection, rows, asked.agency, proof, watch)
    for agency, last, hashed in connection.execute(_roots(asked)):
        proof.expect_root(agency, last, hashed)
    _follow(connection, proof, asked, tell, watch, follow)
    for rows in tables.values():
        while rows.pull and rows.pull():
            pass
    for head in chain_ends(connection, asked.agency):
        proof.end_at(*head)
    for fault in numbers_wrong(connection, asked.agency):
        proof.blame(fault)
    return Proven(
        entries=tables["entry"].count,
        rows=sum(each.count for each in tables.values()),
        links=proof.links,
        until=proof.until,
        faults=tuple(_placed(connection, proof.finish())),
        is_partial=asked.since is not None,
    )


def damage(connection: Connection) -> Iterator[Fault]:
    """
    Name what SQLite finds damaged in its file, indexes too, through which rows would not be found; some seconds.

    PostgreSQL has no such question; what it cannot read, it says itself.
    """
    if connection.dialect.name != "sqlite":
        return
    try:
        said = connection.execute(text(f"PRAGMA integrity_check({_MOST_DAMAGES})")).scalars().all()
    except exc.DatabaseError as error:
        said = [str(error.orig)]
    for each in said:
        if each != "ok":
            yield Fault(wrong=Wrong.TABLE_UNREADABLE, detail=each)


def chain_ends(connection: Connection, agency: str | None) -> Iterator[tuple[str, int, str]]:
    """List agency, number and hash of the link with which each chain is to end."""
    query = select(journal_head.c.agency, journal_head.c.sequence, journal_head.c.hash)
    if agency is not None:
        query = query.where(_of(journal_head, agency))
    for head in connection.execute(query.order_by(journal_head.c.agency)):
        yield head[0], head[1], head[2]


def links_of(connection: Connection, asked: Asked) -> Iterator[list[Link]]:
    """Read the links in the order of their writing, some hundred at a time."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    conditions, facts = [], []
    if asked.agency is not None:
        conditions.append(f"agency = {mark}")
        facts.append(asked.agency)
    if asked.since is not None:
        conditions.append(f"at >= {mark}")
        facts.append(_begin_of(asked.since))
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    yield from _read_links(connection, f"{where} ORDER BY id", facts)


def _begin_of(day: date) -> str:
    return written_time(datetime.combine(day, time.min, VIETNAM))


def _read_links(connection: Connection, where: str, facts: Sequence[Any]) -> Iterator[list[Link]]:
    columns = "agency, sequence, at, cause, previous, items, hash"
    if connection.dialect.name == "postgresql":
        written = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        columns = columns.replace(" at,", f" {written},")
    sql = f"SELECT {columns} FROM journal {where}"  # noqa: S608  # names of ours
    for rows in read_raw(connection, sql, facts):
        yield [Link(*row) for row in rows]


def _go_on_from(connection: Connection, proof: Proof, asked: Asked, since: date) -> None:
    """Begin each chain behind its last link before a day."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    chains = select(journal_head.c.agency) if asked.agency is None else select(literal(asked.agency))
    for agency in connection.execute(chains).scalars().all():
        where = f"WHERE agency = {mark} AND at < {mark} ORDER BY sequence DESC LIMIT 1"
        for links in _read_links(connection, where, (agency, _begin_of(since))):
            proof.begin_behind(links[0])


def _follow(
    connection: Connection,
    proof: Proof,
    asked: Asked,
    tell: Tell,
    watch: Watch | None,
    follow: Callable[[Link], None] | None,
) -> None:
    counted = select(func.count()).select_from(journal)
    whole = connection.execute(counted if asked.agency is None else counted.where(_of(journal, asked.agency)))
    of: int = whole.scalar_one()
    try:
        if asked.since is not None:
            _go_on_from(connection, proof, asked, asked.since)
        for links in links_of(connection, asked):
            for link in links:
                if follow:
                    follow(link)
                proof.take(link)
            if asked.since is not None:
                _fetch_awaited(connection, proof, watch)
            tell(proof.links, of)
    except exc.DatabaseError as error:
        if connection.dialect.name != "sqlite":
            raise
        proof.blame(Fault(wrong=Wrong.TABLE_UNREADABLE, table="journal", order=proof.links, detail=str(error.orig)))


def _pulling(
    connection: Connection, rows: Rows, agency: str | None, proof: Proof, watch: Watch | None
) -> Callable[[], bool]:
    """Return what reads on in a table when a link names a row that has not come by."""
    form = form_of(rows.table)
    where, facts = ("", ()) if agency is None else _within(form.table, agency, connection.dialect.name)
    batches = read_rows(connection, form, where, facts)

    def pull() -> bool:
        try:
            batch = next(batches, None)
        except exc.DatabaseError as error:
            if connection.dialect.name != "sqlite":
                raise  # after an error PostgreSQL answers nothing more in this transaction
            said = str(error.orig)
            proof.blame(Fault(wrong=Wrong.TABLE_UNREADABLE, table=rows.table, order=proof.links, detail=said))
            batch = None
        if batch is None:
            rows.pull = None
            return False
        if watch:
            watch(rows.table, batch)
        rows.met(batch)
        return True

    return pull


def _within(table: Table, agency: str, dialect: str) -> tuple[str, tuple[str, ...]]:
    """Say in SQL which rows of a table belong to an agency: by its own column, or by that of the row it points to."""
    mark = "?" if dialect == "sqlite" else "%s"
    if "agency" in table.c:
        return f"WHERE agency = {mark}", (agency,)
    for key in sorted(table.foreign_keys, key=lambda each: each.parent.name):
        there = key.column.table
        if "agency" in there.c:
            inner = f'SELECT "{key.column.name}" FROM "{there.name}" WHERE agency = {mark}'  # noqa: S608  # names of ours
            return f'WHERE "{key.parent.name}" IN ({inner})', (agency,)
    return "WHERE 1 = 0", ()


def _fetch_awaited(connection: Connection, proof: Proof, watch: Watch | None) -> None:
    """Fetch the rows that were named just now by their keys."""
    for rows in proof.tables.values():
        keys = rows.awaited_keys()
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            form = form_of(rows.table)
            where, facts = _with_keys(connection, form, keys[start : start + _KEYS_AT_ONCE])
            for batch in read_rows(connection, form, where, facts):
                if watch:
                    watch(rows.table, batch)
                rows.met(batch)


def _with_keys(connection: Connection, form: Form, keys: Sequence[Any]) -> tuple[str, list[Any]]:
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    columns = ", ".join(f'"{name}"' for name in form.key)
    if len(form.key) == 1:
        return f"WHERE {columns} IN ({', '.join([mark] * len(keys))})", list(keys)
    one = f"({', '.join([mark] * len(form.key))})"
    return f"WHERE ({columns}) IN (VALUES {', '.join([one] * len(keys))})", [part for key in keys for part in key]


def _roots(asked: Asked) -> Any:
    query = select(root.c.agency, root.c.last, root.c.hash)
    if asked.agency is not None:
        query = query.where(_of(root, asked.agency))
    return query if asked.since is None else query.where(root.c.day >= asked.since)


def _of(table: Table, agency: str) -> Any:
    return table.c.agency == agency


def _placed(connection: Connection, faults: Sequence[Fault]) -> Iterator[Fault]:
    """Put the line of the book to faults of rows that belong to one and do not say so."""
    for at, fault in enumerate(faults):
        if at >= _MOST_PLACED or fault.label or fault.table not in _ENTRY_IN:
            yield fault
        else:
            yield replace(fault, label=_label(connection, fault) or "")


_ENTRY_IN = {"entry": "id", "entry_version": "entry_id", "event": "entry_id", "reading": "entry_id"}
"""In which column a row names the entry that it belongs to."""


def _label(connection: Connection, fault: Fault) -> str | None:
    """Look up which line of which book a row belongs to, if the row or its entry is still there."""
    form = form_of(fault.table)
    key = json.loads(fault.key)
    values = key if isinstance(key, list) else [key]
    here = [form.table.c[name] == value for name, value in zip(form.key, values, strict=False)]
    column = _ENTRY_IN[fault.table]
    entry_id = values[form.key.index(column)] if column in form.key else None
    try:
        if entry_id is None:
            entry_id = connection.execute(select(form.table.c[column]).where(*here)).scalar_one_or_none()
        query = select(entry.c.book, entry.c.year, entry.c.number).where(entry.c.id == entry_id)
        found = connection.execute(query).first()
    except exc.SQLAlchemyError:  # what is broken may be the very row that would tell
        return None
    return None if found is None else "/".join(map(str, found))
