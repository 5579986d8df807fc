"""
Numbers that do not come from our counter: given by another system, or set apart beforehand.

A line that waits for its number is an entry of the intake book. When the number comes, the line is written once more,
into its book under that number, and the waiting one ends; nothing is renumbered, and no number stands twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, func, select

from mailbridge.errors import Refusal
from mailbridge.registry.authority import INTAKE_PATTERN, Authority, book_of, intake_of
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import EntryStatus, Event, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.journal import add
from mailbridge.registry.rows import Author, author_of_change, entry_of, select_entries, write_event
from mailbridge.registry.series import Place, authority_of, pass_number
from mailbridge.registry.states import write_version
from mailbridge.registry.store import SqlTransaction
from mailbridge.registry.tables import counter, entry, entry_version, number_block, number_given, number_reserved

HIGHEST = 2_000_000_000
"""No book comes near it, and every database can hold it."""


Then = Callable[[Connection, Sequence[RegisterEntry]], None]
"""What follows when lines got their numbers."""


class NumberRefused(Refusal):
    """A number cannot be given, taken or let go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """The number that another system gave to a waiting line; `year` None: that of its arrival."""

    entry_id: str
    number: int
    year: int | None = None


class SqlNumbers:
    """Numbers from elsewhere, on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def awaiting(self, *, agency: str | None = None, book: str | None = None) -> tuple[RegisterEntry, ...]:
        """List the lines that wait for a number, in the order of their arrival."""
        with reaching_database(), reading(self._engine).begin() as connection:
            return waiting_lines(connection, agency=agency, book=book)

    def give(
        self, gifts: Sequence[Gift], *, by: str, why: str, then: Then = lambda _connection, _entered: None
    ) -> tuple[RegisterEntry, ...]:
        """
        Enter waiting lines under the numbers that another system gave them, all or none.

        Args:
            then: Done in the same transaction: the letters that tell the numbers.

        Raises:
            NumberRefused: A line does not wait, or a number is taken, ours to give, or no number.
            PeriodClosed: The document is on paper, and its day is closed.
            LookupError: There is no such line.
            ValueError: Nobody is named, or no reason.
        """
        author = author_of_change(by, why, self._clock)
        with reaching_database(), self._engine.begin() as connection:
            entered = tuple(self._give(connection, gift, author) for gift in gifts)
            then(connection, entered)
            return entered

    def _give(self, connection: Connection, gift: Gift, author: Author) -> RegisterEntry:
        line = locked_line(connection, gift.entry_id)
        if not (line.awaits_number and line.status.stands):
            raise NumberRefused(
                f"Dòng {gift.entry_id} không chờ cấp số.", f"Line {gift.entry_id} does not wait for a number."
            )
        book = book_of(line.draft.book)
        place = Place(book, gift.year or line.year, gift.number)
        check_free(connection, line.draft.agency, place)
        refuse_ours(connection, line.draft.agency, place)
        return settle(connection, line, place, author)


def waiting_lines(
    connection: Connection, *, agency: str | None = None, book: str | None = None
) -> tuple[RegisterEntry, ...]:
    """Read the lines that wait for a number, in the order of their arrival."""
    # A line that waits may have been handed over meanwhile: where it stands says that it waits.
    standing = [each.value for each in EntryStatus if each.stands]
    query = select_entries().where(entry_version.c.status.in_(standing))
    query = query.where(entry.c.book == intake_of(book) if book else entry.c.book.like(INTAKE_PATTERN))
    if agency is not None:
        query = query.where(entry.c.agency == agency)
    rows = connection.execute(query.order_by(entry.c.arrived_at, entry.c.agency, entry.c.book, entry.c.number))
    return tuple(map(entry_of, rows.mappings()))


def settle(connection: Connection, line: RegisterEntry, place: Place, author: Author) -> RegisterEntry:
    """Enter a waiting line at its place, free and behind the lock of its counter, and end the waiting one."""
    number = f"{place.number:02d}/{place.year}"
    ended = replace(line, status=EntryStatus.VOIDED, version=line.version + 1)
    said = Author(author.by, author.at, f"đã cấp số đến {number}, sổ {place.book}: {author.why}")
    write_version(connection, ended, said)
    draft = replace(line.draft, book=place.book)
    if line.status is not EntryStatus.AWAITING:
        place = place._replace(status=line.status)
    tx = SqlTransaction(connection, lambda: author.at)
    entered = tx.enter(draft, line.arrived_at, by=author.by, why=author.why, place=place)
    row = {"waiting_id": line.id, "entry_id": entered.id, **written(author)}
    add(connection, line.draft.agency, number_given, row)
    detail = f"{place.book} {number}: {author.why}"
    tell(connection, entered, Happening.NUMBER_GIVEN, author, detail)
    return entered


def locked_line(connection: Connection, entry_id: str) -> RegisterEntry:
    """Keep others away from an entry until the end, and read how it stands; raises LookupError."""
    connection.execute(select(entry.c.id).where(entry.c.id == entry_id).with_for_update())
    row = connection.execute(select_entries().where(entry.c.id == entry_id)).mappings().one_or_none()
    if row is None:
        raise LookupError(f"no such entry: {entry_id}")
    return entry_of(row)


def check_free(connection: Connection, agency: str, place: Place) -> None:
    """Refuse a number that an entry has, or that is none, behind the lock of its counter; raises `NumberRefused`."""
    number = f"{place.number:02d}/{place.year}"
    if not 1 <= place.number <= HIGHEST:
        raise NumberRefused(f"{place.number} không phải số đến.", f"{place.number} is no arrival number.")
    pass_number(connection, agency, place.book, place.year, place.number)
    if line_at(connection, agency, place) is not None:
        raise NumberRefused(
            f"Số đến {number} của sổ {place.book} đã có văn bản khác.",
            f"Number {number} of book {place.book} has another document.",
        )


def line_at(connection: Connection, agency: str, place: Place) -> RegisterEntry | None:
    """Read the entry that has a number."""
    query = select_entries().where(
        entry.c.agency == agency,
        entry.c.book == place.book,
        entry.c.year == place.year,
        entry.c.number == place.number,
    )
    row = connection.execute(query).mappings().one_or_none()
    return entry_of(row) if row else None


def refuse_ours(connection: Connection, agency: str, place: Place) -> None:
    """Refuse a number as another system's that our counter, a block of ours or a reservation may give."""
    ours = is_reserved(connection, agency, place) or is_in_block(connection, agency, place)
    if ours or authority_of(connection, agency, place.book) is Authority.OURS:
        vi = f"Số {place.number:02d}/{place.year} của sổ {place.book} do hệ thống này cấp, không nhập từ ngoài."
        en = f"Number {place.number:02d}/{place.year} of book {place.book} is ours to give."
        raise NumberRefused(vi, en)


def is_reserved(connection: Connection, agency: str, place: Place) -> bool:
    """Say whether a number was set apart for paper."""
    row = (
        number_reserved.c.agency == agency,
        number_reserved.c.book == place.book,
        number_reserved.c.year == place.year,
        number_reserved.c.number == place.number,
    )
    return connection.execute(select(number_reserved.c.number).where(*row)).first() is not None


def is_in_block(connection: Connection, agency: str, place: Place) -> bool:
    """Say whether a number lies in a block that is ours."""
    row = (
        number_block.c.agency == agency,
        number_block.c.book == place.book,
        number_block.c.year == place.year,
        number_block.c.first <= place.number,
        number_block.c.last >= place.number,
    )
    return connection.execute(select(number_block.c.first).where(*row)).first() is not None


def highest_number(connection: Connection, agency: str, book: str, year: int) -> int:
    """Return the highest number that an entry of a year has; 0 when there is none."""
    here = (entry.c.agency == agency, entry.c.book == book, entry.c.year == year)
    return connection.execute(select(func.max(entry.c.number)).where(*here)).scalar_one() or 0


def next_number(connection: Connection, agency: str, book: str, year: int) -> int:
    """Return the number that the counter of a year would give next."""
    here = (counter.c.agency == agency, counter.c.book == book, counter.c.year == year)
    found: int | None = connection.execute(select(counter.c.next).where(*here)).scalar_one_or_none()
    return found or 1


def written(author: Author) -> dict[str, object]:
    """Lay out who wrote a row, as the columns of all tables here have it."""
    return {"written_by": author.by, "written_at": author.at, "why": author.why}


def tell(connection: Connection, line: RegisterEntry, what: Happening, author: Author, detail: str) -> None:
    """Write a line of the time line about an entry."""
    happened = Event(
        at=author.at, mail_id=line.draft.mail_id, entry_id=line.id, actor=author.by, what=what, detail=detail
    )
    write_event(connection, line.draft.agency, happened)


def tell_of_book(connection: Connection, agency: str, what: Happening, author: Author, detail: str) -> None:
    """Write a line of the time line about a book."""
    happened = Event(at=author.at, mail_id="", actor=author.by, what=what, detail=f"{detail}: {author.why}")
    write_event(connection, agency, happened)
