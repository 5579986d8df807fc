"""Blocks of numbers that the agency's other system has set apart for us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.authority import Authority
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.journal import add
from mailbridge.registry.numbers import (
    HIGHEST,
    NumberRefused,
    Then,
    highest_number,
    next_number,
    settle,
    tell_of_book,
    waiting_lines,
    written,
)
from mailbridge.registry.rows import Author, author_of_change
from mailbridge.registry.series import Place, authority_of, count_in_blocks, pass_number
from mailbridge.registry.tables import number_block


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Numbers of a year that are ours to give, `first` to `last`; `left` of them are not given yet."""

    agency: str
    book: str
    year: int
    first: int
    last: int
    left: int
    by: str
    at: datetime
    why: str


class SqlBlocks:
    """Blocks of numbers, on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def add(
        self,
        agency: str,
        book: str,
        year: int,
        first: int,
        last: int,
        *,
        by: str,
        why: str,
        then: Then = lambda _connection, _entered: None,
    ) -> tuple[RegisterEntry, ...]:
        """
        Add a block, and give its numbers to the lines of this year that wait, in the order of their arrival.

        Args:
            then: Done in the same transaction: the letters that tell the numbers.

        Returns:
            The lines that got a number.

        Raises:
            NumberRefused: The book takes no blocks, this one overlaps another, or lies at or below what was given.
            ValueError: Nobody is named, or no reason.
        """
        author = author_of_change(by, why, self._clock)
        with reaching_database(), self._engine.begin() as connection:
            self._check(connection, agency, book, year, first, last)
            row = {"agency": agency, "book": book, "year": year, "first": first, "last": last, **written(author)}
            add(connection, agency, number_block, row)
            tell_of_book(connection, agency, Happening.BLOCK_ADDED, author, f"{book} {first:02d}-{last:02d}/{year}")
            entered = tuple(_number_waiting(connection, agency, book, year, author))
            then(connection, entered)
            return entered

    def blocks(
        self, *, agency: str | None = None, book: str | None = None, year: int | None = None
    ) -> tuple[Block, ...]:
        """List the blocks by agency, book, year and first number."""
        asked = ((number_block.c.agency, agency), (number_block.c.book, book), (number_block.c.year, year))
        with reaching_database(), reading(self._engine).begin() as connection:
            query = select(number_block).where(*(column == value for column, value in asked if value is not None))
            rows = connection.execute(query.order_by(*number_block.primary_key)).mappings().all()
            return tuple(_read(connection, row) for row in rows)

    def _check(self, connection: Connection, agency: str, book: str, year: int, first: int, last: int) -> None:
        if authority_of(connection, agency, book) is not Authority.BLOCK:
            raise NumberRefused(
                f"Sổ {book} không dùng khối số (numbers trong books.toml).",
                f"Book {book} takes no blocks (`numbers` in books.toml).",
            )
        if not 1 <= first <= last <= HIGHEST:
            raise NumberRefused(f"{first}-{last} không phải một khối số.", f"{first}-{last} is no block of numbers.")
        # Locks the counter: nobody takes a number meanwhile.
        pass_number(connection, agency, book, year, 0)
        here = (number_block.c.agency == agency, number_block.c.book == book, number_block.c.year == year)
        overlapping = select(number_block.c.first).where(
            *here, number_block.c.first <= last, number_block.c.last >= first
        )
        if connection.execute(overlapping).first() is not None:
            raise NumberRefused(
                f"Khối {first}-{last} trùng một khối đã có.", f"Block {first}-{last} overlaps one that is there."
            )
        given = max(highest_number(connection, agency, book, year), next_number(connection, agency, book, year) - 1)
        if first <= given:
            raise NumberRefused(
                f"Sổ {book} đã có số đến {given}/{year}; khối mới phải bắt đầu sau số đó.",
                f"Book {book} has number {given}/{year}; a new block begins above it.",
            )


def _number_waiting(connection: Connection, agency: str, book: str, year: int, author: Author) -> list[RegisterEntry]:
    entered: list[RegisterEntry] = []
    for line in waiting_lines(connection, agency=agency, book=book):
        if line.year != year:
            continue
        number = count_in_blocks(connection, agency, book, year)
        if number is None:
            break
        entered.append(settle(connection, line, Place(book, year, number), author))
    return entered


def _read(connection: Connection, row: RowMapping) -> Block:
    following = next_number(connection, row["agency"], row["book"], row["year"])
    return Block(
        agency=row["agency"],
        book=row["book"],
        year=row["year"],
        first=row["first"],
        last=row["last"],
        left=max(0, row["last"] - max(row["first"], following) + 1),
        by=row["written_by"],
        at=row["written_at"],
        why=row["why"],
    )
