"""
Numbers taken from the series beforehand, for paper that is stamped by hand while the system cannot be asked.

Each is filled by a document later, or let go with the reason: no gap stays unexplained (NĐ 30/2020/NĐ-CP, Điều 22).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, exists, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.authority import is_intake
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import VIETNAM, Channel, DraftEntry, EntryStatus, RegisterEntry, local_day
from mailbridge.registry.happenings import Happening
from mailbridge.registry.journal import add
from mailbridge.registry.numbers import (
    NumberRefused,
    is_reserved,
    line_at,
    tell,
    tell_of_book,
    written,
)
from mailbridge.registry.rows import Author, author_of_change
from mailbridge.registry.series import Place, pass_number, take_number
from mailbridge.registry.store import SqlTransaction
from mailbridge.registry.tables import entry, number_reserved

MOST_AT_ONCE = 500
"""Numbers of one reservation; more than a morning brings to any office is a slip of the finger."""

SKIPPED_NOTE = "Bỏ số {number} do {why}"
"""How the last column of the book explains a number that has no document."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """A number that was set apart and has no line yet."""

    agency: str
    book: str
    year: int
    number: int
    by: str
    at: datetime
    why: str


class SqlReserved:
    """Reserved numbers, on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def reserve(self, agency: str, book: str, count: int, *, by: str, why: str) -> tuple[Reservation, ...]:
        """
        Take the next numbers of this year.

        Raises:
            NumberRefused: The numbers of the book are not ours, its blocks hold too few, or the count is none.
            ValueError: Nobody is named, or no reason.
        """
        author = author_of_change(by, why, self._clock)
        if not 1 <= count <= MOST_AT_ONCE:
            raise NumberRefused(
                f"Mỗi lần giữ từ 1 đến {MOST_AT_ONCE} số.", f"Reserve 1 to {MOST_AT_ONCE} numbers at once."
            )
        year = local_day(author.at).year
        with reaching_database(), self._engine.begin() as connection:
            places = [take_number(connection, agency, book, year) for _ in range(count)]
            if any(is_intake(place.book) for place in places):
                raise NumberRefused(
                    f"Sổ {book} không còn số để giữ: số do hệ thống khác cấp.",
                    f"Book {book} has no numbers to reserve: they come from another system.",
                )
            made = tuple(_reservation(agency, place, author) for place in places)
            for each in made:
                add(connection, agency, number_reserved, _row(each))
            span = f"{book} {places[0].number:02d}-{places[-1].number:02d}/{year}"
            tell_of_book(connection, agency, Happening.NUMBERS_RESERVED, author, span)
            return made

    def open(
        self, *, agency: str | None = None, book: str | None = None, year: int | None = None
    ) -> tuple[Reservation, ...]:
        """List reserved numbers that no line has yet, by agency, book, year and number."""
        asked = ((number_reserved.c.agency, agency), (number_reserved.c.book, book), (number_reserved.c.year, year))
        with reaching_database(), reading(self._engine).begin() as connection:
            query = select(number_reserved).where(*(column == value for column, value in asked if value is not None))
            query = query.where(~exists().where(_IS_FILLED)).order_by(*number_reserved.primary_key)
            return tuple(map(_read, connection.execute(query).mappings()))

    def release(self, agency: str, place: Place, *, by: str, why: str) -> RegisterEntry:
        """
        Let a reserved number go: its line is voided from the start, and says why.

        Raises:
            NumberRefused: It was not reserved, or has a line.
            ValueError: Nobody is named, or no reason.
        """
        author = author_of_change(by, why, self._clock)
        with reaching_database(), self._engine.begin() as connection:
            check_open_number(connection, agency, place)
            note = SKIPPED_NOTE.format(number=f"{place.number:02d}/{place.year}", why=author.why)
            draft = DraftEntry(
                agency=agency, book=place.book, mail_id="", document_sha256="", note=note, channel=Channel.PAPER
            )
            arrived = min(self._clock(), _end_of(place.year))
            tx = SqlTransaction(connection, lambda: author.at)
            skipped = place._replace(status=EntryStatus.VOIDED)
            line = tx.enter(draft, arrived, by=author.by, why=author.why, place=skipped)
            tell(connection, line, Happening.NUMBER_SKIPPED, author, note)
            return line


def check_open_number(connection: Connection, agency: str, place: Place) -> None:
    """Refuse a number that was not reserved or is filled, behind the lock of its counter; raises `NumberRefused`."""
    pass_number(connection, agency, place.book, place.year, place.number)
    number = f"{place.number:02d}/{place.year}"
    if not is_reserved(connection, agency, place):
        raise NumberRefused(
            f"Số {number} của sổ {place.book} không phải số đã giữ.",
            f"Number {number} of book {place.book} is not reserved.",
        )
    if line_at(connection, agency, place) is not None:
        raise NumberRefused(
            f"Số {number} của sổ {place.book} đã vào sổ.", f"Number {number} of book {place.book} is entered already."
        )


_IS_FILLED = and_(
    entry.c.agency == number_reserved.c.agency,
    entry.c.book == number_reserved.c.book,
    entry.c.year == number_reserved.c.year,
    entry.c.number == number_reserved.c.number,
)


def _end_of(year: int) -> datetime:
    """Return the last moment of a year in Vietnam: a number of last year is let go within it."""
    return datetime(year + 1, 1, 1, tzinfo=VIETNAM) - timedelta(seconds=1)


def _reservation(agency: str, place: Place, author: Author) -> Reservation:
    return Reservation(
        agency=agency,
        book=place.book,
        year=place.year,
        number=place.number,
        by=author.by,
        at=author.at,
        why=author.why,
    )


def _row(made: Reservation) -> dict[str, object]:
    series = {"agency": made.agency, "book": made.book, "year": made.year, "number": made.number}
    return series | written(Author(made.by, made.at, made.why))


def _read(row: RowMapping) -> Reservation:
    return Reservation(
        agency=row["agency"],
        book=row["book"],
        year=row["year"],
        number=row["number"],
        by=row["written_by"],
        at=row["written_at"],
        why=row["why"],
    )
