"""The turn of the year, rehearsed: where the numbers begin anew, and what is still open in the year that ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, select

from mailbridge.registry.book_versions import Stretch, read_versions
from mailbridge.registry.closings import SqlClosings
from mailbridge.registry.closings_content import Period, count
from mailbridge.registry.corrections_fields import NEEDED
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.tables import counter
from mailbridge.registry.versions import EntryVersion

_HANDED_OVER = ("recipients", "transfer_date")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """
    One book at the end of a year.

    Attributes:
        next_number: What the next document of this year would get.
        first_of_next_year: What the first document of the year after would get.
        last: The highest số đến; None of an empty book.
        gaps: Stretches of numbers without an entry, both ends included.
        lacking: Numbers of lines in which a field that the form needs is empty.
        not_handed_over: Numbers of lines without recipient or day of hand-over.
        open_days: Days with entries that nobody has closed, or that were opened again.
    """

    agency: str
    book: str
    year: int
    entries: int
    voided: int
    last: int | None
    next_number: int
    first_of_next_year: int
    gaps: tuple[tuple[int, int], ...]
    lacking: tuple[int, ...]
    not_handed_over: tuple[int, ...]
    open_days: tuple[date, ...]
    is_closed: bool

    @property
    def is_ready(self) -> bool:
        """Say whether nothing stands in the way of closing the year; days need not be closed one by one."""
        return not (self.gaps or self.lacking or self.not_handed_over)


def rehearse(engine: Engine, agency: str, book: str, year: int) -> Rehearsal:
    """Look at a book as it would be closed at the end of the year; writes nothing. Raises `Unavailable`."""
    period = Period(year=year)
    standing = SqlClosings(engine).standing(agency=agency, book=book, year=year)
    closed = {each.period.text for each in standing if each.is_closed}
    found = _Found()
    with reaching_database(), reading(engine).begin() as connection:
        stretch = Stretch(agency=agency, book=book, year=year)
        totals = count(found.watch(read_versions(connection, stretch)), period)
        following = _next(connection, agency, book, year)
        first = _next(connection, agency, book, year + 1)
    return Rehearsal(
        agency=agency,
        book=book,
        year=year,
        entries=totals.entries,
        voided=totals.voided,
        last=totals.last,
        next_number=following,
        first_of_next_year=first,
        gaps=totals.missing,
        lacking=tuple(found.lacking),
        not_handed_over=tuple(found.not_handed_over),
        open_days=tuple(sorted(day for day in found.days if day.isoformat() not in closed)),
        is_closed=period.text in closed,
    )


def _next(connection: Connection, agency: str, book: str, year: int) -> int:
    here = (counter.c.agency == agency, counter.c.book == book, counter.c.year == year)
    found: int | None = connection.execute(select(counter.c.next).where(*here)).scalar_one_or_none()
    return found or 1


class _Found:
    """What is open among the lines that go by."""

    def __init__(self) -> None:
        self.lacking: list[int] = []
        self.not_handed_over: list[int] = []
        self.days: set[date] = set()

    def watch(self, entries: Iterator[Sequence[EntryVersion]]) -> Iterator[Sequence[EntryVersion]]:
        for versions in entries:
            self._look(versions[-1].entry)
            yield versions

    def _look(self, line: RegisterEntry) -> None:
        self.days.add(line.arrival_date)
        if not line.status.stands:
            return
        if any(getattr(line.draft, name) is None for name in NEEDED):
            self.lacking.append(line.number)
        if any(getattr(line.draft, name) is None for name in _HANDED_OVER):
            self.not_handed_over.append(line.number)
