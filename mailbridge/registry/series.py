"""
The numbers of a book and year: counted in the transaction of the entry, so a walk that fails gives them back.

Who may give them is declared in the database, so that every process that writes into a book goes by the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, assert_never

from sqlalchemy import Connection, Engine, bindparam, case, select
from sqlalchemy.sql.dml import ReturningInsert

from mailbridge.registry.authority import Authority, intake_of
from mailbridge.registry.database import insert_into, reaching_database, reading
from mailbridge.registry.entry import EntryStatus
from mailbridge.registry.happenings import OURSELVES
from mailbridge.registry.journal import add
from mailbridge.registry.tables import counter, number_block, numbering

log = logging.getLogger("mailbridge.registry")


class Place(NamedTuple):
    """Where a line stands: its book, year and number there, and whether that number is a số đến or one of waiting."""

    book: str
    year: int
    number: int
    status: EntryStatus = EntryStatus.REGISTERED


def take_number(connection: Connection, agency: str, book: str, year: int) -> Place:
    """
    Give the next place, and lock its counter until the transaction ends.

    Where the numbers of the book are not ours to give, or its blocks are used up, that is one in its intake book.
    """
    match authority_of(connection, agency, book):
        case Authority.OURS:
            return Place(book, year, count_up(connection, agency, book, year))
        case Authority.BLOCK:
            number = count_in_blocks(connection, agency, book, year)
            if number is not None:
                return Place(book, year, number)
            log.warning("no number is left, a line waits", extra={"agency": agency, "book": book, "year": year})
        case Authority.EXTERNAL:
            pass
        case other:
            assert_never(other)
    waiting = intake_of(book)
    return Place(waiting, year, count_up(connection, agency, waiting, year), EntryStatus.AWAITING)


def count_up(connection: Connection, agency: str, book: str, year: int) -> int:
    """Count one up and lock the counter until the transaction ends; the first use of a year makes its row."""
    # First an UPDATE: PostgreSQL lets those who wait for one stand in a line, while each commit would wake all who wait
    # with an INSERT that conflicts.
    here = {"of": agency, "in_book": book, "in_year": year}
    following: int | None = connection.execute(_COUNT, here).scalar_one_or_none()
    if following is None:
        row = {"agency": agency, "book": book, "year": year, "next": 2}
        following = connection.execute(_count(connection.dialect.name), row).scalar_one()
    return following - 1


def pass_number(connection: Connection, agency: str, book: str, year: int, number: int) -> None:
    """Lock the counter, and see to it that it never gives this number, which comes from elsewhere."""
    row = {"agency": agency, "book": book, "year": year, "next": number + 1}
    connection.execute(_pass(connection.dialect.name), row)


_COUNT = (
    counter.update()
    .where(
        counter.c.agency == bindparam("of"),
        counter.c.book == bindparam("in_book"),
        counter.c.year == bindparam("in_year"),
    )
    .values(next=counter.c.next + 1)
    .returning(counter.c.next)
)


@cache
def _count(dialect: str) -> ReturningInsert[Any]:
    first = insert_into(dialect, counter)
    counted = first.on_conflict_do_update(index_elements=["agency", "book", "year"], set_={"next": counter.c.next + 1})
    return counted.returning(counter.c.next)


@cache
def _pass(dialect: str) -> ReturningInsert[Any]:
    first = insert_into(dialect, counter)
    wanted = first.excluded.next
    higher = case((counter.c.next > wanted, counter.c.next), else_=wanted)
    passed = first.on_conflict_do_update(index_elements=["agency", "book", "year"], set_={"next": higher})
    return passed.returning(counter.c.next)


def count_in_blocks(connection: Connection, agency: str, book: str, year: int) -> int | None:
    """Count up within the blocks, from the lowest; None, and the counter as it was, when they are used up."""
    number = count_up(connection, agency, book, year)
    here = (number_block.c.agency == agency, number_block.c.book == book, number_block.c.year == year)
    query = select(number_block.c.first).where(*here, number_block.c.last >= number)
    first = connection.execute(query.order_by(number_block.c.first).limit(1)).scalar_one_or_none()
    given = None if first is None else max(first, number)
    if given != number:
        row = (counter.c.agency == agency, counter.c.book == book, counter.c.year == year)
        connection.execute(counter.update().where(*row).values(next=number if given is None else given + 1))
    return given


def authority_of(connection: Connection, agency: str, book: str) -> Authority:
    """Say who gives the numbers of a book; of one that nothing was declared of we do."""
    declared = connection.execute(_DECLARED, {"of": agency, "in_book": book}).scalar_one_or_none()
    return Authority.OURS if declared is None else Authority(declared)


# Building a statement costs more than running it.
_DECLARED = (
    select(numbering.c.numbers)
    .where(numbering.c.agency == bindparam("of"), numbering.c.book == bindparam("in_book"))
    .order_by(numbering.c.sequence.desc())
    .limit(1)
)


class Declared(NamedTuple):
    """What the configuration says of a book."""

    agency: str
    book: str
    numbers: Authority


def declare_numbers(engine: Engine, wanted: Iterable[Declared], *, at: datetime) -> int:
    """
    Write down who gives the numbers of the books, where it differs from what stands there; return how many did.

    Raises `Unavailable`.
    """
    with reaching_database(), reading(engine).begin() as connection:
        changed = [each for each in wanted if authority_of(connection, each.agency, each.book) is not each.numbers]
    return sum(_declare(engine, each, at) for each in changed)


def _declare(engine: Engine, wanted: Declared, at: datetime) -> bool:
    here = (numbering.c.agency == wanted.agency, numbering.c.book == wanted.book)
    with reaching_database(), engine.begin() as connection:
        query = select(numbering.c.sequence).where(*here).order_by(numbering.c.sequence.desc()).limit(1)
        before = connection.execute(query).scalar_one_or_none() or 0
        row = {
            "agency": wanted.agency,
            "book": wanted.book,
            "sequence": before + 1,
            "numbers": wanted.numbers.value,
            "written_at": at,
            "written_by": OURSELVES,
        }
        return add(connection, wanted.agency, numbering, row, "agency", "book", "sequence")
