"""Migrations make what the tables say, once, whole or not at all."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.registry import schema
from mailbridge.registry.database import open_database
from mailbridge.registry.tables import metadata
from tests.live.postgres import Postgres
from tests.registry.conftest import BOTH, Database


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables; on SQLite not even a file."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new book.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield server.create("empty")
    server.drop("empty")


def test_empty_database_is_brought_to_the_newest_schema(empty_url: str) -> None:
    assert schema.upgrade(empty_url) == schema.newest() == schema.current(empty_url)


def test_upgrade_again_changes_nothing(database: Database) -> None:
    with database.registry.transaction():
        pass
    assert schema.upgrade(database.url) == schema.newest()
    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_two_nodes_may_upgrade_at_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(schema.upgrade, [empty_url] * 4)) == {schema.newest()}


def test_database_without_tables_has_no_revision(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        assert schema.current(empty_url) is None
        Path(empty_url.removeprefix("sqlite:///")).touch()
    assert schema.current(empty_url) is None


def test_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        checks = {one["name"] for table in metadata.tables for one in inspect(connection).get_check_constraints(table)}
    assert checks == {"ck_counter_next_from_one", "ck_entry_number_from_one"}


def test_migration_that_fails_leaves_nothing(empty_url: str) -> None:
    """Refusal instead of half-way (Q3): the last table is in the way."""
    Path(empty_url.removeprefix("sqlite:///")).touch() if empty_url.startswith("sqlite") else None
    engine = open_database(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE outbox (foreign_thing integer)"))
    with pytest.raises(Exception, match="outbox"):
        schema.upgrade(empty_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["outbox"]
    engine.dispose()


def test_new_book_is_readable_for_its_owner_only(tmp_path: Path) -> None:
    schema.upgrade(f"sqlite:///{tmp_path}/book.db")
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        schema.upgrade(f"sqlite:///{tmp_path}/none/book.db")


def test_unusable_url_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(Misconfigured):
        schema.upgrade("mysql://localhost/book")
