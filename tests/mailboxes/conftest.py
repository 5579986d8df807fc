"""An office with a book, and mails that were really judged; its rows are tried on both databases elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk.conftest import mails, room
from tests.registry.conftest import Database, fresh_database, migrated_file, new_sqlite

__all__ = ["mails", "migrated_file", "new_sqlite", "room"]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database."""
    with fresh_database(request, "sqlite") as made:
        yield made
