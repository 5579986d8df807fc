"""Making and bringing forward the tables, by the migrations beside this file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from mailbridge.errors import Unavailable
from mailbridge.registry.database import open_database, reaching_database, read_url, reading, sqlite_file
from mailbridge.registry.journal_adopt import adopt_rows
from mailbridge.registry.search_index import index_missing

_FIRST_WITH_JOURNAL = "0005"

_ONE_AT_A_TIME = 0x6D61696C62726467
"""Key of the PostgreSQL advisory lock under which migrations run: "mailbrdg" as a number."""


def upgrade(url: str) -> str:
    """
    Bring a database to the newest schema, in one transaction, and return the revision it has then.

    Entries of an older program come into the index of words, and all that counts into the journal. Two nodes may call
    it at once. A SQLite file is made, readable for its owner only; its folder is not.

    Raises:
        Misconfigured: The URL cannot be used.
        Unavailable: The database or the folder is gone.
    """
    with _migrating(url) as (connection, config):
        before = _revision(connection)
        command.upgrade(config, "head")
        if before != newest():
            index_missing(connection)
        if (before or "") < _FIRST_WITH_JOURNAL:
            adopt_rows(connection, datetime.now(UTC))
        return _revision(connection) or ""


def make(url: str, revision: str) -> None:
    """
    Make the tables of a revision in a database that has none, for rows of that time; raises as `upgrade` does.

    A database that has tables of this revision stays as it is; one of another revision is never led back.
    """
    with _migrating(url) as (_, config):
        command.upgrade(config, revision)


@contextmanager
def _migrating(url: str) -> Iterator[tuple[Connection, Config]]:
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        try:
            sqlite_file(parsed).touch(mode=0o600, exist_ok=True)
        except OSError as error:
            raise Unavailable("database", f"{error.strerror}: {error.filename}") from error
    with _opened(url) as engine, reaching_database(), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        config = _config()
        config.attributes["connection"] = connection
        yield connection, config


def current(url: str) -> str | None:
    """
    Return the revision of a database, None when it has no tables of ours; raises as `upgrade` does.

    A SQLite file that is still to be made is no trouble: `upgrade` makes it.
    """
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite" and not sqlite_file(parsed).exists():
        return None
    with _opened(url) as engine, reaching_database(), reading(engine).begin() as connection:
        return _revision(connection)


def newest() -> str:
    """Return the revision that this program works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One migration: the revision it leads to, and what it brings, in an English sentence."""

    revision: str
    brings: str


def steps_from(revision: str | None) -> tuple[Step, ...] | None:
    """List the migrations that lead from a revision to the newest one; None when this program does not know it."""
    script = ScriptDirectory.from_config(_config())
    known = list(script.walk_revisions())[::-1]
    names = [each.revision for each in known]
    if revision is not None and revision not in names:
        return None
    behind = known[names.index(revision) + 1 :] if revision is not None else known
    return tuple(Step(revision=each.revision, brings=(each.doc or "").split("\n")[0]) for each in behind)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()
