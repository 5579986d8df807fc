"""
All rows of a database as lines of JSON, the same octets on SQLite and PostgreSQL, and back into either of them.

A line is an object with the columns that hold something under their names: text and whole numbers as they are, yes and
no as 1 and 0, a day as "2026-12-31", a moment as "2026-12-31T17:00:00.000000Z", octets in Base64. Which columns there
are is asked of the database, not of `tables`: so a database of an older schema is written down too.

Rows stand in the order in which they were written, as far as they tell it, so that `register verify` finds each near
its link; the index of words is left out and made anew.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Boolean, Connection, Date, DateTime, Integer, LargeBinary, exc, inspect
from sqlalchemy.types import TypeEngine

from mailbridge.errors import Unavailable
from mailbridge.registry.journal_form import to_json
from mailbridge.registry.journal_reading import read_raw
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.search_index import index_entry
from mailbridge.registry.tables import entry, entry_search, metadata

MADE_ANEW = frozenset({"text_search"})
"""Tables that say only what stands in the index of words."""

_PLACES = "entry_search"
"""Places of entries in the index of words; an older schema gets new ones when it is brought forward."""

_WRITTEN = ("written_at", "judged_at", "ended_at", "created_at", "made_at")
"""Columns that tell when a row was written; rows of other tables were written in the order of their keys."""

_AT_ONCE = 500


class Unportable(Unavailable):
    """A value that cannot be carried: octets where text belongs, or a line that is no row of its table."""

    def __init__(self, table: str, detail: str) -> None:
        super().__init__("database", f"table {table}: {detail}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """
    A table as it stands in a database: its columns in their order, each with its type, and its primary key.

    `order` are the columns by which its rows are written down.
    """

    name: str
    columns: tuple[str, ...]
    types: tuple[TypeEngine[Any], ...]
    order: tuple[str, ...]


def shapes(connection: Connection) -> Iterator[Shape]:
    """List the tables of ours that a database has, each behind those that its rows point to."""
    found = inspect(connection)
    there = set(found.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in there or table.name in MADE_ANEW:
            continue
        columns = found.get_columns(table.name)
        types = {each["name"]: each["type"] for each in columns}
        key = tuple(found.get_pk_constraint(table.name)["constrained_columns"])
        yield Shape(name=table.name, columns=tuple(types), types=tuple(types.values()), order=_order(types, key))


def _order(types: dict[str, TypeEngine[Any]], key: tuple[str, ...]) -> tuple[str, ...]:
    if len(key) == 1 and isinstance(types[key[0]], Integer):
        return key
    return (*(name for name in _WRITTEN if name in types), *(name for name in key if name not in _WRITTEN))


def count_rows(connection: Connection, shape: Shape) -> int:
    """Count the rows of a table."""
    sql = f'SELECT count(*) FROM "{shape.name}"'  # noqa: S608  # names of ours, never of a stranger
    counted: int = connection.exec_driver_sql(sql).scalar_one()
    return counted


def lines_of(connection: Connection, shape: Shape) -> Iterator[list[bytes]]:
    """
    Write down the rows of a table, some hundred lines at a time.

    Args:
        connection: From `journal_check.one_moment`.

    Raises:
        Unportable: A value cannot be written down.
        What the database says while it runs.
    """
    octets = frozenset(at for at, kind in enumerate(shape.types) if isinstance(kind, LargeBinary))
    for rows in read_raw(connection, _select(shape, connection.dialect.name)):
        yield [_line(shape, octets, values) for values in rows]


def _select(shape: Shape, dialect: str) -> str:
    is_sqlite = dialect == "sqlite"
    written = ", ".join(
        f'"{name}"' if is_sqlite else _written(f'"{name}"', kind)
        for name, kind in zip(shape.columns, shape.types, strict=True)
    )
    types = dict(zip(shape.columns, shape.types, strict=True))
    # In the order of octets on both; numbers and times have no collation.
    order = ", ".join(
        f'this."{name}"' + ("" if is_sqlite or not _is_text(types[name]) else ' COLLATE "C"') for name in shape.order
    )
    return f'SELECT {written} FROM "{shape.name}" AS this ORDER BY {order}'  # noqa: S608  # as above


def _written(name: str, kind: TypeEngine[Any]) -> str:
    match kind:
        case DateTime():
            return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        case Date():
            return f"to_char({name}, 'YYYY-MM-DD')"
        case Boolean():
            return f"{name}::int"
        case _:
            return name


def _is_text(kind: TypeEngine[Any]) -> bool:
    return kind.python_type is str


def _line(shape: Shape, octets: frozenset[int], values: Sequence[Any]) -> bytes:
    said = {
        name: b64encode(value).decode("ascii") if at in octets and isinstance(value, bytes) else value
        for at, (name, value) in enumerate(zip(shape.columns, values, strict=True))
        if value is not None
    }
    try:
        return to_json(said).encode("utf-8") + b"\n"
    except (TypeError, ValueError) as error:  # SQLite lets anybody write anything who opens its file
        where = ", ".join(str(said.get(name)) for name in shape.order)
        raise Unportable(shape.name, f"row {where!r}: a value that cannot be written down") from error


# -- and back -----------------------------------------------------------------------------------------------------


def is_empty(connection: Connection) -> bool:
    """Say whether no table of ours has a row; a database without tables is empty."""
    return all(count_rows(connection, each) == 0 for each in shapes(connection))


def put_rows(
    connection: Connection,
    lines_for: Callable[[str], Iterable[bytes] | None],
    *,
    is_newest: bool,
    tell: Callable[[int], None] = lambda _rows: None,
) -> None:
    """
    Put written rows into the empty tables of a database, in the transaction of the caller.

    What watches over changes stays where it is: rows come in as new ones do. Nothing is noted in the journal, which is
    among the rows.

    Args:
        lines_for: Returns the lines of a table; None when none were written for it.
        is_newest: The schema is the one of this program: the index of words is made, too.
        tell: Hears how many rows came in.

    Raises:
        Unportable: A line is no row of its table.
        What the database says.
    """
    if connection.dialect.name == "sqlite":
        # A row may point to one of its own table that comes behind it.
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    done = 0
    for shape in shapes(connection):
        lines = lines_for(shape.name)
        if lines is None or (shape.name == _PLACES and not is_newest):
            continue
        for count in _put(connection, shape, _rows(shape, lines)):
            done += count
            tell(done)
        _count_on(connection, shape)
    if is_newest:
        _index(connection, tell, done)


def _rows(shape: Shape, lines: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    known = frozenset(shape.columns)
    octets = tuple(name for name, kind in zip(shape.columns, shape.types, strict=True) if isinstance(kind, LargeBinary))
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            if not said.keys() <= known:
                raise ValueError(f"no such column: {', '.join(sorted(said.keys() - known))}")
            for name in octets:
                if name in said:
                    said[name] = b64decode(said[name], validate=True)
        except (ValueError, TypeError, AttributeError) as error:
            raise Unportable(shape.name, f"line {number}: {error}") from error
        yield tuple(said.get(name) for name in shape.columns)


def _put(connection: Connection, shape: Shape, rows: Iterator[tuple[Any, ...]]) -> Iterator[int]:
    columns = ", ".join(f'"{name}"' for name in shape.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(shape.columns))
        sql = f'INSERT INTO "{shape.name}" ({columns}) VALUES ({marks})'  # noqa: S608  # as above
        while some := list(islice(rows, _AT_ONCE)):
            connection.exec_driver_sql(sql, some)
            yield len(some)
        return
    database: Any = connection.connection.driver_connection
    failed = connection.dialect.loaded_dbapi.Error
    sql = f'COPY "{shape.name}" ({columns}) FROM STDIN'
    try:
        with database.cursor() as cursor, cursor.copy(sql) as copied:
            for number, row in enumerate(rows, 1):
                copied.write_row(row)
                if number % _AT_ONCE == 0:
                    yield _AT_ONCE
    except failed as error:
        raise exc.DBAPIError.instance(sql, None, error, failed) from error


def _count_on(connection: Connection, shape: Shape) -> None:
    """Let PostgreSQL go on counting behind the rows that brought their numbers; SQLite does so by itself."""
    counted = dict(zip(shape.columns, shape.types, strict=True)).get("id")
    if connection.dialect.name == "sqlite" or not isinstance(counted, Integer):
        return
    sequence = f"pg_get_serial_sequence('\"{shape.name}\"', 'id')"
    connection.exec_driver_sql(f'SELECT setval({sequence}, max(id)) FROM "{shape.name}" HAVING max(id) > 0')  # noqa: S608  # names of ours


def _index(connection: Connection, tell: Callable[[int], None], done: int) -> None:
    """Make the index of words anew, each entry in its place."""
    last = 0
    places = (
        select_entries()
        .join(entry_search, entry_search.c.entry_id == entry.c.id)
        .add_columns(entry_search.c.id.label("place"))
    )
    ordered = places.order_by(entry_search.c.id).limit(_AT_ONCE)
    while found := connection.execute(ordered.where(entry_search.c.id > last)).mappings().all():
        for row in found:
            index_entry(connection, entry_of(row))
        last = found[-1]["place"]
        tell(done)
