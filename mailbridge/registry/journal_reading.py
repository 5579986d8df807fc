"""
Rows as they lie in the database, written down for their digests with few steps for each: there are millions.

What SQLAlchemy would make of a value and `journal_form` would write again is written by the database itself, or lies
there as it is to be written.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from operator import itemgetter
from typing import Any
from uuid import uuid4

from sqlalchemy import Boolean, Connection, Date, LargeBinary, exc

from mailbridge.registry.journal_form import Form, to_json, written_octets
from mailbridge.registry.journal_proof import WrittenRow
from mailbridge.registry.tables import UtcTime

_AT_ONCE = 500


def columns_sql(form: Form, dialect: str) -> str:
    """Return what is to be selected: the columns of a form, each as it is written down."""
    columns = form.table.columns
    return ", ".join(_column_sql(columns[name].type, f'"{name}"', dialect) for name, _ in form.columns)


def _column_sql(kind: Any, name: str, dialect: str) -> str:
    if dialect == "sqlite":
        return name
    match kind:
        case UtcTime():
            return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        case Date():
            return f"to_char({name}, 'YYYY-MM-DD')"
        case Boolean():
            return f"{name}::int"
        case LargeBinary():
            return f"encode(sha256({name}), 'hex')"
        case _:
            return name


def read_rows(
    connection: Connection, form: Form, where: str = "", facts: Sequence[Any] = ()
) -> Iterator[list[WrittenRow]]:
    """
    Read the rows of a table, some hundred at a time, as they lie there, which is the order of their writing.

    Args:
        where: SQL behind the table's name, such as a condition; of ours, never of a stranger.

    Raises:
        What the database says while it runs.
    """
    write = writer(form)
    for rows in read_raw(connection, _lying_sql(connection, form, where), facts):
        yield list(map(write, rows))


def read_raw(connection: Connection, sql: str, facts: Sequence[Any] = ()) -> Iterator[list[Sequence[Any]]]:
    """
    Read what a statement selects, past all of SQLAlchemy's types, with a cursor on the server's side.

    Text that is not UTF-8, which SQLite would refuse to hand out, comes with its octets escaped: it is to be found
    and named.
    """
    driver: Any = connection.connection.driver_connection
    count = 0
    try:
        # Not through SQLAlchemy, which reads the first row itself, and wraps each.
        cursor = driver.cursor() if _is_sqlite(connection) else driver.cursor(name=f"read {uuid4().hex}")
        with closing(cursor):
            cursor.execute(sql, tuple(facts))
            while rows := _fetch(driver, cursor, sql, facts, count):
                count += len(rows)
                yield rows
    except connection.dialect.loaded_dbapi.Error as error:
        raise exc.DBAPIError.instance(sql, None, error, connection.dialect.loaded_dbapi.Error) from error


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _fetch(driver: Any, cursor: Any, sql: str, facts: Sequence[Any], before: int) -> list[Sequence[Any]]:
    try:
        found: list[Sequence[Any]] = cursor.fetchmany(_AT_ONCE)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        usual, driver.text_factory = driver.text_factory, _escaped
        try:
            cursor.execute(f"{sql} LIMIT -1 OFFSET {before}", tuple(facts))
            found = cursor.fetchmany(_AT_ONCE)
        finally:
            driver.text_factory = usual
        cursor.execute(f"{sql} LIMIT -1 OFFSET {before + len(found)}", tuple(facts))
    return found


def _escaped(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _lying_sql(connection: Connection, form: Form, where: str) -> str:
    dialect = connection.dialect.name
    order = " ORDER BY rowid" if _is_sqlite(connection) else ""
    return f'SELECT {columns_sql(form, dialect)} FROM "{form.table.name}" {where}{order}'  # noqa: S608  # names of ours


def writer(form: Form) -> Callable[[Sequence[Any]], WrittenRow]:
    """Return what writes down the values of `columns_sql`."""
    names = [name for name, _ in form.columns]
    octets = [at for at, name in enumerate(names) if isinstance(form.table.columns[name].type, LargeBinary)]
    key_of = itemgetter(*(names.index(name) for name in form.key))
    prefix, sha256 = form.prefix, hashlib.sha256

    def write(values: Sequence[Any]) -> WrittenRow:
        if octets:
            values = [
                written_octets(each) if at in octets and isinstance(each, bytes) else each
                for at, each in enumerate(values)
            ]
        said = {name: value for name, value in zip(names, values, strict=False) if value is not None}
        try:
            text = to_json(said)
        except TypeError:  # octets where none belong, which SQLite lets anybody write who opens its file
            text = json.dumps(said, ensure_ascii=False, default=repr)
        digest = sha256(prefix + text.encode("utf-8", "surrogatepass")).hexdigest()
        return WrittenRow(digest, key_of(values), text)

    return write
