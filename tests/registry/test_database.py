"""Opening: which URLs are taken, and how the databases are set."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.registry.database import open_database, read_url, reading
from mailbridge.registry.store import SqlRegistry
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database, MakeUrl


@pytest.mark.parametrize("url", ["postgresql://mb@host/book", "postgres://mb@host/book"])
def test_postgresql_is_driven_by_psycopg(url: str) -> None:
    assert read_url(url).render_as_string() == "postgresql+psycopg://mb@host/book"


@pytest.mark.parametrize("url", ["", "no url", "sqlite://", "sqlite:///:memory:", "mysql://host/book", "oracle://h/b"])
def test_unusable_url_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        open_database(url)
    assert refused.value.remedy


def test_refusal_repeats_no_password() -> None:
    with pytest.raises(Misconfigured) as refused:
        open_database("mysql://mb:canary@host/book")
    assert "canary" not in str(refused.value)


def test_server_that_is_not_there_is_unavailable() -> None:
    engine = open_database("postgresql://mb:canary@127.0.0.1:1/book")
    with pytest.raises(Unavailable) as gone:
        SqlRegistry(engine).decided("mail-1", "sonv")
    assert "canary" not in str(gone.value)
    engine.dispose()


def test_sqlite_is_set_to_keep_what_was_committed(new_sqlite: MakeUrl) -> None:
    engine = open_database(new_sqlite())
    with engine.begin() as connection:
        said = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
    engine.dispose()
    assert said == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 60000,
        "recursive_triggers": 1,
    }


def test_reader_does_not_wait_for_a_writer(database: Database) -> None:
    """Neither does it see what is not committed."""
    registry = database.registry
    with registry.transaction() as current:
        entry = current.enter(draft("d"), NOON)
        assert list(database.books.entries()) == []
        with reading(database.engine).begin() as connection:
            assert connection.execute(text("SELECT count(*) FROM entry")).scalar_one() == 0
    assert list(database.books.entries()) == [entry]


def test_long_list_does_not_hold_up_a_writer(database: Database) -> None:
    with database.registry.transaction() as current:
        for one in "abc":
            current.enter(draft(one), NOON)
    listed = database.books.entries()
    assert next(listed).number == 1
    with database.registry.transaction() as current:
        assert current.enter(draft("d"), NOON).number == 4
    assert [entry.number for entry in listed] == [2, 3]
