"""The numbers of a book and year: counted in the transaction of the entry, so a walk that fails gives them back."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.dml import ReturningInsert

from mailbridge.registry.database import insert_into
from mailbridge.registry.tables import counter


def take_number(connection: Connection, agency: str, book: str, year: int) -> int:
    """Count one up and lock the counter until the transaction ends; the first use of a year makes its row."""
    row = {"agency": agency, "book": book, "year": year, "next": 2}
    following: int = connection.execute(_count(connection.dialect.name), row).scalar_one()
    return following - 1


@cache
def _count(dialect: str) -> ReturningInsert[Any]:
    first = insert_into(dialect, counter)
    counted = first.on_conflict_do_update(index_elements=["agency", "book", "year"], set_={"next": counter.c.next + 1})
    return counted.returning(counter.c.next)
