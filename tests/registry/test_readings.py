"""Who read what is kept stands in the book, and a book that takes no rows keeps nobody from reading."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from mailbridge.registry.database import open_database
from mailbridge.registry.readings import Reading, note_readings, readings_of
from tests.registry.builders_journal import enter, proven
from tests.registry.builders_registry import NOON
from tests.registry.conftest import Database

LAN = Reading(at=NOON, agency="sonv", reader="lan", via="cli", entry_id="e-1", mail_id="mail-1")
BINH = Reading(at=NOON, agency="sonv", reader="bình", via="web", entry_id="e-2")


def test_who_read_is_told_and_proven(database: Database) -> None:
    enter(database.registry, "a")
    assert note_readings(database.engine, [LAN, BINH]) is None
    assert readings_of(database.engine, entry_ids=["e-1"]) == (LAN,)
    assert readings_of(database.engine, mail_ids=["mail-1"], entry_ids=["e-2"]) == (LAN, BINH)
    assert readings_of(database.engine) == ()
    found = proven(database.engine)
    assert (found.links, found.faults) == (2, ())


def test_a_database_that_takes_no_rows_says_why(database: Database) -> None:
    engine = open_database(database.url)
    if engine.dialect.name == "sqlite":
        path = Path(database.url.removeprefix("sqlite:///"))
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.rollback()
        assert path.exists()
    else:
        with engine.begin() as connection:
            connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    problem = note_readings(engine, [LAN])
    assert problem
    assert "read" in problem
    assert readings_of(engine, entry_ids=["e-1"]) == ()
    engine.dispose()


def test_readings_only_grow(database: Database) -> None:
    note_readings(database.engine, [LAN])
    with pytest.raises(Exception, match="only grows"), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM reading"))
