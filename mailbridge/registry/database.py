"""
Opening the database: SQLite for one office, PostgreSQL for a province.

Both are set so that a commit that returned is on the disk, and so that a database that is gone shows as `Unavailable`.
"""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event, exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.sql.dml import ReturningInsert

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.registry.conflicts import BookDamaged
from mailbridge.registry.journal_links import watch

PATIENCE = 60
"""Seconds that a writer waits for another one: far more than a transaction of ours takes, less than a peer waits."""


def open_database(url: str) -> Engine:
    """
    Prepare an engine; nothing is asked of the database yet, and no file is made.

    Args:
        url: "sqlite:////absolute/path" or "postgresql://user@host/name" (driven by psycopg); other SQLAlchemy forms of
            the two work too.

    Raises:
        Misconfigured: The URL cannot be read, names another database, or psycopg is not installed.
    """
    parsed = read_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            engine = _open_sqlite(parsed)
        case _:
            engine = _open_postgresql(parsed)
    watch(engine)
    return engine


def read_url(url: str) -> URL:
    """Read and check a database URL; raises `Misconfigured`, whose text repeats no password."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise Misconfigured(
            "database url cannot be read", remedy="write sqlite:////path or postgresql://user@host/name"
        ) from error
    match parsed.get_backend_name():
        case "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise Misconfigured("a book in memory would end with the program", remedy="name a file in database.url")
            return parsed
        case "postgresql" | "postgres":
            if importlib.util.find_spec("psycopg") is None:
                raise Misconfigured("psycopg is not installed", remedy="install mailbridge[postgres]")
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise Misconfigured(f"database {other} is not supported", remedy="use sqlite or postgresql")


def sqlite_file(url: URL) -> Path:
    """Return the absolute path of a SQLite URL that `read_url` has checked."""
    return Path(url.database or "").absolute()


@contextmanager
def reaching_database() -> Iterator[None]:
    """
    Turn what the driver says into our words.

    A refused row is `BookDamaged`: every conflict that can come about rightly was looked for before. A value that the
    driver cannot take passes as it is, since it is a mistake of ours; the rest means that the database is gone.
    """
    try:
        yield
    except exc.IntegrityError as error:
        raise BookDamaged(f"database refused a row: {error.orig}") from error
    except (exc.DataError, exc.ProgrammingError) as error:
        if _is_missing_table(error):
            raise Unavailable("database", f"schema is not there, run `mailbridge db upgrade`: {error.orig}") from error
        raise
    except exc.DBAPIError as error:
        raise Unavailable("database", str(error.orig)) from error
    except exc.TimeoutError as error:
        raise Unavailable("database", "no free connection") from error
    except sqlite3.Error as error:  # a failed ROLLBACK of a lost file passes SQLAlchemy unwrapped
        raise Unavailable("database", str(error)) from error


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Start an INSERT that knows ON CONFLICT in this dialect ("postgresql", "sqlite")."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def add_once(connection: Connection, table: Table, row: Mapping[str, Any], *unique: str) -> bool:
    """
    Insert a row unless one with the same values in `unique` is there; False when it is.

    Waits for another transaction that is just inserting such a row, and then goes by how that one ended.
    """
    statement = _once(connection.dialect.name, table, unique)
    return connection.execute(statement, dict(row)).first() is not None


@cache
def _once(dialect: str, table: Table, unique: tuple[str, ...]) -> ReturningInsert[Any]:
    statement = insert_into(dialect, table).on_conflict_do_nothing(index_elements=unique)
    return statement.returning(table.c[unique[0]])


def reading(engine: Engine) -> Engine:
    """Return a view of the engine whose transactions only read, and on SQLite never wait for a writer."""
    return engine.execution_options(only_reads=True)


def _is_missing_table(error: exc.DBAPIError) -> bool:
    """Say whether PostgreSQL has not got our tables (SQLSTATE 42P01 undefined_table, 42703 undefined_column)."""
    return getattr(error.orig, "sqlstate", None) in ("42P01", "42703")


def _open_sqlite(url: URL) -> Engine:
    path = sqlite_file(url)

    def connect() -> sqlite3.Connection:
        # mode=rw: a file that went away must be an error, not a new empty book.
        address = f"file:{quote(str(path))}?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=PATIENCE, check_same_thread=False, isolation_level=None)

    engine = create_engine(url, creator=connect)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        # foreign_keys and recursive_triggers (REPLACE fires DELETE triggers) hold for a connection, not for the file.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={PATIENCE * 1000}"):
            connection.execute(f"PRAGMA {pragma}").close()
        for pragma in ("foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def check(_connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
        # A file that was moved or replaced under an open connection still takes commits, and nobody ever sees them.
        if record.info["file"] != _identity(path):
            raise exc.DisconnectionError("the database file was moved or replaced")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        only_reads = connection.get_execution_options().get("only_reads")
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell a file from another one of the same name; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_postgresql(url: URL) -> Engine:
    arguments: dict[str, Any] = {"connect_timeout": 10, "application_name": "mailbridge"}
    if "options" not in url.query:
        arguments["options"] = f"-c lock_timeout={PATIENCE}s"
    # The numbers rest on READ COMMITTED: after waiting for a counter, its new value must be seen.
    return create_engine(url, connect_args=arguments, isolation_level="READ COMMITTED", pool_pre_ping=True)
