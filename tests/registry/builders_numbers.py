"""Books whose numbers come from elsewhere."""

from __future__ import annotations

from mailbridge.registry.authority import Authority
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.numbers import SqlNumbers
from mailbridge.registry.numbers_blocks import SqlBlocks
from mailbridge.registry.numbers_reserved import SqlReserved
from mailbridge.registry.series import Declared, declare_numbers
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database


def declare(database: Database, numbers: Authority, book: str = "den") -> int:
    """Say who gives the numbers of a book."""
    return declare_numbers(database.engine, [Declared("sonv", book, numbers)], at=NOON)


def enter(database: Database, document: str, book: str = "den") -> RegisterEntry:
    """Enter a document that came by mail."""
    with database.registry.transaction() as current:
        return current.enter(draft(document, book=book), NOON)


def numbers(database: Database) -> SqlNumbers:
    return SqlNumbers(database.engine, clock=lambda: NOON)


def reserved(database: Database) -> SqlReserved:
    return SqlReserved(database.engine, clock=lambda: NOON)


def blocks(database: Database) -> SqlBlocks:
    return SqlBlocks(database.engine, clock=lambda: NOON)
