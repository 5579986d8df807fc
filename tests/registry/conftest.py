"""Both databases, migrated, for each test anew."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mailbridge.registry import schema
from mailbridge.registry.books import Books
from mailbridge.registry.database import open_database
from mailbridge.registry.outbox import SqlOutbox
from mailbridge.registry.store import SqlRegistry
from tests.live.postgres import Postgres, postgres
from tests.registry.builders_registry import NOON
from tests.registry.fakes_registry import FakeOutbox, FakeRegistry

__all__ = ["postgres"]  # pytest finds the fixture by its name in this module

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.live))


@dataclass(frozen=True)
class Rooms:
    """What stands behind the ports, on one database or on none."""

    registry: SqlRegistry | FakeRegistry
    outbox: SqlOutbox | FakeOutbox


@dataclass(frozen=True)
class Database:
    """A migrated, empty database, and the rooms on it."""

    url: str
    engine: Engine

    @property
    def registry(self) -> SqlRegistry:
        return SqlRegistry(self.engine, clock=lambda: NOON)

    @property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.engine)

    @property
    def books(self) -> Books:
        return Books(self.engine)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "mailbridge.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres: Postgres) -> str:
    """Name of a PostgreSQL database with the newest schema, to be copied."""
    schema.upgrade(postgres.create("migrated"))
    return "migrated"


MakeUrl = Callable[[], str]


@pytest.fixture(scope="session")
def new_sqlite(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeUrl:
    """Make a fresh migrated file, alone in its folder."""

    def make() -> str:
        path = tmp_path_factory.mktemp("book") / "mailbridge.db"
        shutil.copyfile(migrated_file, path)
        return f"sqlite:///{path}"

    return make


@contextmanager
def fresh_database(request: pytest.FixtureRequest, kind: str) -> Iterator[Database]:
    """Make an empty, migrated database for as long as the block."""
    server: Postgres | None = None
    name = f"test-{uuid.uuid4().hex}"
    if kind == "sqlite":
        url = request.getfixturevalue("new_sqlite")()
    else:
        server = request.getfixturevalue("postgres")
        url = server.create(name, request.getfixturevalue("migrated_template"))
    engine = open_database(url)
    yield Database(url, engine)
    engine.dispose()
    if server:
        server.drop(name)


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """One fresh database of one kind or the other."""
    with fresh_database(request, request.param) as made:
        yield made


@pytest.fixture(params=("fake", *BOTH))
def rooms(request: pytest.FixtureRequest) -> Iterator[Rooms]:
    """The rooms in memory and on both databases."""
    if request.param == "fake":
        fake = FakeRegistry(clock=lambda: NOON)
        yield Rooms(fake, FakeOutbox(fake))
        return
    with fresh_database(request, request.param) as made:
        yield Rooms(made.registry, made.outbox)
