"""
Bringing an old book, or the pages of an emergency, into ours: checked as a whole, then written as a whole.

The numbers are those of the file. No counter gives one, none is changed, no letter follows. What was imported says so:
it is written by `import`, and its reason names the file and its SHA-256.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise

from sqlalchemy import Connection, Engine, select

from mailbridge.errors import MailBridgeError
from mailbridge.registry.authority import Authority
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.corrections_fields import with_values
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import VIETNAM, Channel, DraftEntry, EntryStatus
from mailbridge.registry.happenings import Happening
from mailbridge.registry.importing_faults import (
    doubled,
    far_away,
    found_no_heads,
    found_nothing,
    gap_elsewhere,
    gap_in,
    not_next,
    not_ours,
    out_of_order,
    reserved_number,
    taken,
)
from mailbridge.registry.importing_heads import Column, is_no_line, read_heads
from mailbridge.registry.importing_lines import Fault, OldLine, Reader, tidy
from mailbridge.registry.numbers import next_number, tell_of_book
from mailbridge.registry.numbers_reserved import SKIPPED_NOTE
from mailbridge.registry.rows import author_of_change
from mailbridge.registry.series import Place, authority_of, pass_number
from mailbridge.registry.store import SqlTransaction
from mailbridge.registry.tables import entry, number_reserved

IMPORT = "import"
"""Who wrote what was imported."""

MOST_FAULTS = 5_000
"""Faults that are kept; a file with more is another file than was meant."""

_WIDEST_GAP = 100_000

Rows = Callable[[], Iterable[tuple[int, Sequence[str]]]]
"""Reads the file from its beginning: the number of each row and its cells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    What is to be imported, and how.

    `file` and `sha256` name the file; `mapping` what its heads mean, by `name_key`; `year` the book's, None when the
    days say it. `gaps`: why numbers are missing, "" when none may. `emergency`: the lines continue the series of now.
    """

    agency: str
    book: str
    file: str
    sha256: str
    mapping: Mapping[str, Column] = field(default_factory=dict)
    year: int | None = None
    gaps: str = ""
    emergency: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class YearFound:
    """The lines of one year: how many, from which number to which, and the numbers that are missing."""

    year: int
    lines: int
    first: int
    last: int
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a file holds; it may be imported when no fault `stops` it. `left_out` counts rows that are no lines."""

    years: tuple[YearFound, ...]
    faults: tuple[Fault, ...]
    left_out: Mapping[str, int]

    @property
    def is_sound(self) -> bool:
        """Whether nothing stops the import."""
        return not any(fault.stops for fault in self.faults)


class ImportRefused(MailBridgeError):
    """The file cannot be imported; nothing was written. `checked` says why."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(f"{sum(fault.stops for fault in checked.faults)} faults stop the import")
        self.checked = checked


class SqlImport:
    """Imports into books on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def check(self, wanted: Wanted, rows: Rows) -> Checked:
        """Read the file and hold it against the book; writes nothing."""
        scan = _scanned(wanted, rows)
        with reaching_database(), reading(self._engine).begin() as connection:
            return scan.checked(connection, wanted)

    def write(self, wanted: Wanted, rows: Rows, *, by: str, why: str) -> Checked:
        """
        Enter all lines of the file in one transaction.

        Raises:
            ImportRefused: A fault stops it.
            PeriodClosed: A day or year of the book is closed.
            ValueError: Nobody is named, or no reason.
        """
        author = author_of_change(by, why, self._clock)
        scan = _scanned(wanted, rows)
        with reaching_database(), self._engine.begin() as connection:
            # Locks the counters of all years: what is checked now is so until the commit.
            for year in scan.years:
                pass_number(connection, wanted.agency, wanted.book, year, 0)
            checked = scan.checked(connection, wanted)
            if not checked.is_sound:
                raise ImportRefused(checked)
            tx = SqlTransaction(connection, lambda: author.at)
            said = f"{'sổ khẩn cấp' if wanted.emergency else 'nhập sổ cũ'}: {wanted.file}, SHA-256 {wanted.sha256}"
            for line in scan.lines(rows):
                _enter(tx, wanted, line.year, line.number, line.arrived, said, line)
            for found in checked.years:
                pass_number(connection, wanted.agency, wanted.book, found.year, found.last)
                for number in found.missing:
                    _enter(tx, wanted, found.year, number, scan.day_before(found.year, number), said, None)
                detail = f"{wanted.book} {found.first:02d}-{found.last:02d}/{found.year}, {found.lines} lines; {said}"
                tell_of_book(connection, wanted.agency, Happening.BOOK_IMPORTED, author, detail)
            return checked


def _enter(
    tx: SqlTransaction, wanted: Wanted, year: int, number: int, day: date, said: str, line: OldLine | None
) -> None:
    """Enter a line, or that its number was not used."""
    draft = DraftEntry(agency=wanted.agency, book=wanted.book, mail_id="", document_sha256="", channel=Channel.PAPER)
    if line is None:
        note = SKIPPED_NOTE.format(number=f"{number:02d}/{year}", why=" ".join(wanted.gaps.split()))
        draft = with_values(draft, {"note": note})
    else:
        draft = with_values(draft, line.values)
    status = EntryStatus.VOIDED if line is None else EntryStatus.REGISTERED
    place = Place(wanted.book, year, number, status)
    tx.enter(draft, datetime.combine(day, time.min, VIETNAM), by=IMPORT, why=said, place=place)


@dataclass(slots=True)
class _Scan:
    """
    What one reading of the file found: for each year its numbers with the row and the day of each.

    Lines themselves are not kept: a book of a hundred thousand is read twice instead.
    """

    wanted: Wanted
    years: dict[int, dict[int, tuple[int, int]]] = field(default_factory=dict)
    order: dict[int, array[int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def lines(self, rows: Rows) -> Iterator[OldLine]:
        """Read the lines of the file; what is wrong with them is not noted again."""
        for _, line, _ in _read(self.wanted, rows, {}):
            if line is not None:
                yield line

    def note(self, row: int, line: OldLine | None, faults: Iterable[Fault]) -> None:
        self.faults.extend(faults)
        if line is None:
            return
        numbers = self.years.setdefault(line.year, {})
        if line.number in numbers:
            self.faults.append(doubled(row, line.number, line.year, numbers[line.number][0]))
            return
        numbers[line.number] = (row, line.arrived.toordinal())
        self.order.setdefault(line.year, array("l")).append(line.number)

    def day_before(self, year: int, number: int) -> date:
        """Return the day of the line before a number that is missing, or of the first."""
        numbers = self.years[year]
        before = next((each for each in range(number - 1, 0, -1) if each in numbers), min(numbers))
        return date.fromordinal(numbers[before][1])

    def checked(self, connection: Connection, wanted: Wanted) -> Checked:
        """Hold what was found against the book."""
        faults = list(self.faults)
        years = []
        for year in sorted(self.years):
            numbers = self.years[year]
            there = _numbers_there(connection, wanted, year)
            faults += (taken(numbers[each][0], each, year) for each in sorted(numbers.keys() & there))
            faults += self._backwards(year)
            missing: tuple[int, ...] = ()
            if wanted.emergency:
                faults += _not_continuing(connection, wanted, year, numbers)
            else:
                open_numbers = _reserved_numbers(connection, wanted, year)
                faults += (reserved_number(numbers[n][0], n, year) for n in sorted(numbers.keys() & open_numbers))
                missing, wide = _missing(numbers.keys() | there, open_numbers)
                faults += [far_away(year, *wide)] if wide else []
                if missing and authority_of(connection, wanted.agency, wanted.book) is not Authority.OURS:
                    faults.append(gap_elsewhere(year, missing))
                    missing = ()
                faults += [gap_in(year, missing)] if missing and not wanted.gaps.strip() else []
            years.append(
                YearFound(year=year, lines=len(numbers), first=min(numbers), last=max(numbers), missing=missing)
            )
        if not years and not any(fault.stops for fault in faults):
            faults.append(found_nothing())
        return Checked(years=tuple(years), faults=tuple(faults[:MOST_FAULTS]), left_out=dict(self.left_out))

    def _backwards(self, year: int) -> Iterator[Fault]:
        """Tell numbers of an earlier day than the number before them: a late entry, or a slip of the pen."""
        numbers = self.years[year]
        before = 0
        for number in sorted(numbers):
            row, day = numbers[number]
            if day < before:
                yield out_of_order(row, number, year)
            before = max(before, day)


def read_lines(
    rows: Iterable[tuple[int, Sequence[str]]], mapping: Mapping[str, Column], year: int | None
) -> tuple[list[OldLine], list[Fault]]:
    """Read the lines of a table that is compared with a book, and what could not be read of it."""
    wanted = Wanted(agency="", book="", file="", sha256="", mapping=mapping, year=year)
    lines: list[OldLine] = []
    faults: list[Fault] = []
    left_out: dict[str, int] = {}
    for _, line, told in _read(wanted, lambda: rows, left_out):
        faults.extend(told)
        if line is not None:
            lines.append(line)
    if not left_out.get("head"):
        faults.append(found_no_heads())
    return lines, faults


def _scanned(wanted: Wanted, rows: Rows) -> _Scan:
    scan = _Scan(wanted)
    has_heads = False
    for row, line, faults in _read(wanted, rows, scan.left_out):
        has_heads = True
        scan.note(row, line, faults)
        if len(scan.faults) > MOST_FAULTS:
            break
    if not has_heads and not scan.left_out.get("head"):
        scan.faults.append(found_no_heads())
    return scan


def _read(
    wanted: Wanted, rows: Rows, left_out: dict[str, int]
) -> Iterator[tuple[int, OldLine | None, Sequence[Fault]]]:
    """Read the rows below the first heads; what is no line is counted in `left_out`."""
    reader: Reader | None = None
    for row, raw in rows():
        cells = [tidy(cell) for cell in raw]
        if reader is None:
            heads = read_heads(cells, wanted.mapping)
            reader = Reader(heads=heads, year=wanted.year) if heads else None
            why = "head" if heads else "above"
        else:
            why = is_no_line(cells, reader.heads, wanted.mapping) or ""
        if why or reader is None:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        line, faults = reader.line(row, cells)
        yield row, line, faults


def _numbers_there(connection: Connection, wanted: Wanted, year: int) -> set[int]:
    here = (entry.c.agency == wanted.agency, entry.c.book == wanted.book, entry.c.year == year)
    return set(connection.execute(select(entry.c.number).where(*here)).scalars())


def _reserved_numbers(connection: Connection, wanted: Wanted, year: int) -> set[int]:
    """Return the numbers that were set apart for paper and have no line yet."""
    here = (
        number_reserved.c.agency == wanted.agency,
        number_reserved.c.book == wanted.book,
        number_reserved.c.year == year,
    )
    reserved = set(connection.execute(select(number_reserved.c.number).where(*here)).scalars())
    return reserved - _numbers_there(connection, wanted, year)


def _missing(numbers: set[int], explained: set[int]) -> tuple[tuple[int, ...], tuple[int, int] | None]:
    """Return the numbers between the first and the last that nobody has; and a gap too wide to be one."""
    known = sorted(numbers | explained)
    missing: list[int] = []
    for before, after in pairwise(known):
        if after - before > _WIDEST_GAP:
            return (), (before, after)
        missing.extend(range(before + 1, after))
    return tuple(missing), None


def _not_continuing(
    connection: Connection, wanted: Wanted, year: int, numbers: Mapping[int, tuple[int, int]]
) -> Iterator[Fault]:
    """Tell which lines of an emergency neither fill a reserved number nor continue the series."""
    if authority_of(connection, wanted.agency, wanted.book) is not Authority.OURS:
        yield not_ours(wanted.book)
        return
    following = next_number(connection, wanted.agency, wanted.book, year)
    reserved = _reserved_numbers(connection, wanted, year)
    for number in sorted(numbers):
        if number in reserved:
            continue
        if number != following:
            yield not_next(numbers[number][0], number, year, following)
            return
        following += 1
