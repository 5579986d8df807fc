"""Mails that were walked once for all tests, and an office on each database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from mailbridge.reading.files import LimitedReading
from mailbridge.registry.journal_check import Asked, one_moment, prove
from tests.desk.builders_desk import Room, Walked, walked
from tests.live.postgres import postgres
from tests.registry.conftest import Database, database, migrated_file, migrated_template, new_sqlite

__all__ = ["database", "migrated_file", "migrated_template", "new_sqlite", "postgres"]


@pytest.fixture(scope="session")
def mails() -> Iterator[dict[str, Walked]]:
    """The mails of the demonstration that a clerk has to look at, by the number of their file."""
    reading = LimitedReading()
    names = ("07", "08", "09", "10")

    async def all_of_them() -> dict[str, Walked]:
        return {name: await walked(name, reading) for name in names}

    yield asyncio.run(all_of_them())
    reading.close()


@pytest.fixture
def room(database: Database) -> Iterator[Room]:
    """An empty office, whose book is proven after the test: honest work never looks like a change."""
    yield Room(engine=database.engine)
    with one_moment(database.engine) as connection:
        assert prove(connection, Asked()).faults == ()
