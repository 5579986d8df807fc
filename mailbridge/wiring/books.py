"""What the configuration says of the books, written where every process that writes into them sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailbridge.registry.series import Declared, declare_numbers

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.settings import Settings


def declare_books(engine: Engine, settings: Settings) -> None:
    """Write down who gives the numbers of the books, by the configuration; raises `Unavailable`. Blocks."""
    books = ((policy.agency.id, book) for policy in settings.policies for book in policy.books)
    wanted = [Declared(agency, book.id, book.numbers) for agency, book in books]
    declare_numbers(engine, wanted, at=datetime.now(UTC))
