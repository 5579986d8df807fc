"""Numbers that are not where they should be: each year of a book has all of its own, up to where its counter stands."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, func, literal, select, union_all

from mailbridge.registry.authority import Authority
from mailbridge.registry.happenings import Happening
from mailbridge.registry.journal_proof import Fault, Wrong
from mailbridge.registry.tables import counter, entry, event, number_block, number_reserved, numbering

_STARTED = re.compile(r"(?P<book>.+) (?P<year>[0-9]{4,}): next number (?P<next>[0-9]+) instead of (?P<usual>[0-9]+)")


class Stretch(NamedTuple):
    """Numbers from `first` to `last`, both included."""

    first: int
    last: int


class _Series(NamedTuple):
    agency: str
    book: str
    year: int
    highest: int
    entries: int
    distinct: int
    next: int | None


def numbers_wrong(connection: Connection, agency: str | None) -> Iterator[Fault]:
    """Name the numbers that are missing or stand twice, and counters that would give one again."""
    for series in connection.execute(_series(agency)):
        yield from _of_series(connection, _Series(*series))


def _series(agency: str | None) -> Select[Any]:
    key = (entry.c.agency, entry.c.book, entry.c.year)
    entries = select(
        *key,
        func.max(entry.c.number).label("highest"),
        func.count().label("count"),
        func.count(entry.c.number.distinct()).label("several"),
    ).group_by(*key)
    place = (counter.c.agency, counter.c.book, counter.c.year)
    # A counter alone has given numbers too, whose entries would be missing.
    same = (entry.c.agency == place[0], entry.c.book == place[1], entry.c.year == place[2])
    unused = select(*place, literal(0), literal(0), literal(0)).where(~exists().where(*same))
    told = union_all(entries, unused).subquery()
    mine = (counter.c.agency == told.c.agency, counter.c.book == told.c.book, counter.c.year == told.c.year)
    query = select(told, counter.c.next).outerjoin(counter, mine[0] & mine[1] & mine[2])
    if agency is not None:
        query = query.where(told.c.agency == agency)
    return query.order_by(told.c.agency, told.c.book, told.c.year)


def _of_series(connection: Connection, series: _Series) -> Iterator[Fault]:
    where = f"{series.book} {series.year}"
    if series.entries != series.distinct:
        said = f"{series.entries - series.distinct} numbers of {where} stand there twice"
        yield Fault(wrong=Wrong.NUMBER_MISSING, agency=series.agency, table="entry", label=where, detail=said)
    yield from _counter_wrong(series.agency, where, series.highest, series.next)
    if max(series.highest, (series.next or 1) - 1) == series.distinct:
        return
    for gap in _unexplained(connection, series):
        yield _missing(series.agency, series.book, series.year, gap)


def _unexplained(connection: Connection, series: _Series) -> Iterator[Stretch]:
    """List the gaps of a year that nothing in the book accounts for."""
    here = (numbering.c.agency == series.agency, numbering.c.book == series.book)
    declared = set(connection.execute(select(numbering.c.numbers).where(*here)).scalars())
    if Authority.EXTERNAL.value in declared:
        return  # another system gave them, and knows which it left out
    known = [*_started(connection, series), *_reserved(connection, series)]
    if Authority.BLOCK.value in declared:
        known += _outside_blocks(connection, series)
    for gap in _gaps(connection, series):
        yield from without(gap, known)


def without(gap: Stretch, known: list[Stretch]) -> Iterator[Stretch]:
    """Return what is left of a gap when known stretches are taken out of it."""
    first = gap.first
    for stretch in sorted(known):
        if stretch.last < first or stretch.first > gap.last:
            continue
        if stretch.first > first:
            yield Stretch(first, stretch.first - 1)
        first = stretch.last + 1
    if first <= gap.last:
        yield Stretch(first, gap.last)


def _gaps(connection: Connection, series: _Series) -> Iterator[Stretch]:
    before = func.lag(entry.c.number, 1, 0).over(order_by=entry.c.number).label("before")
    here = (entry.c.agency == series.agency, entry.c.book == series.book, entry.c.year == series.year)
    ranked = select(entry.c.number, before).where(*here).subquery()
    query = select(ranked).where(ranked.c.number > ranked.c.before + 1).order_by(ranked.c.number)
    for number, last in connection.execute(query):
        yield Stretch(last + 1, number - 1)
    if series.next is not None and series.next > series.highest + 1:
        yield Stretch(series.highest + 1, series.next - 1)


def _started(connection: Connection, series: _Series) -> Iterator[Stretch]:
    """Read which numbers were passed over when a series was continued from elsewhere."""
    started = (event.c.agency == series.agency, event.c.what == Happening.SERIES_STARTED.value)
    begins = event.c.detail.startswith(f"{series.book} {series.year}: ", autoescape=True)
    for said in connection.execute(select(event.c.detail).where(*started, begins)).scalars():
        if (found := _STARTED.match(said)) and found["book"] == series.book:
            yield Stretch(int(found["usual"]), int(found["next"]) - 1)


def _reserved(connection: Connection, series: _Series) -> Iterator[Stretch]:
    table = number_reserved.c
    here = (table.agency == series.agency, table.book == series.book, table.year == series.year)
    for number in connection.execute(select(table.number).where(*here)).scalars():
        yield Stretch(number, number)


def _outside_blocks(connection: Connection, series: _Series) -> Iterator[Stretch]:
    table = number_block.c
    here = (table.agency == series.agency, table.book == series.book, table.year == series.year)
    blocks = (Stretch(*row) for row in connection.execute(select(table.first, table.last).where(*here)))
    yield from outside(blocks, max(series.highest, series.next or 1))


class Numbers:
    """The numbers of entries as they come by one after the other, with what accounts for those that do not."""

    def __init__(self) -> None:
        self._ahead: dict[tuple[str, str, int], set[int]] = defaultdict(set)
        self._reached: dict[tuple[str, str, int], int] = defaultdict(int)
        self._next: dict[tuple[str, str, int], int] = {}
        self._known: dict[tuple[str, str, int], list[Stretch]] = defaultdict(list)
        self._blocks: dict[tuple[str, str, int], list[Stretch]] = defaultdict(list)
        self._declared: dict[tuple[str, str], set[str]] = defaultdict(set)

    def row(self, table: str, said: Mapping[str, Any]) -> None:
        """Take in a row as it is written down; those of other tables tell nothing of numbers."""
        match table:
            case "entry":
                self._entry((said["agency"], said["book"], said["year"]), said["number"])
            case "event" if said["what"] == Happening.SERIES_STARTED.value:
                if found := _STARTED.match(said["detail"]):
                    series = said["agency"], found["book"], int(found["year"])
                    self._known[series].append(Stretch(int(found["usual"]), int(found["next"]) - 1))
            case "number_reserved":
                series = said["agency"], said["book"], said["year"]
                self._known[series].append(Stretch(said["number"], said["number"]))
            case "number_block":
                series = said["agency"], said["book"], said["year"]
                self._blocks[series].append(Stretch(said["first"], said["last"]))
            case "numbering":
                self._declared[said["agency"], said["book"]].add(said["numbers"])
            case _:
                pass

    def _entry(self, series: tuple[str, str, int], number: int) -> None:
        # Only numbers ahead of a missing one are held.
        ahead = self._ahead[series]
        ahead.add(number)
        while self._reached[series] + 1 in ahead:
            self._reached[series] += 1
            ahead.remove(self._reached[series])

    def counter(self, agency: str, book: str, year: int, following: int) -> None:
        """Take in where a counter stands."""
        self._next[agency, book, year] = following

    def wrong(self) -> Iterator[Fault]:
        """Name what is missing; when all has come by."""
        for series in sorted({*self._reached, *self._next}):
            agency, book, year = series
            highest = max(self._ahead[series], default=self._reached[series])
            following = self._next.get(series)
            yield from _counter_wrong(agency, f"{book} {year}", highest, following)
            if Authority.EXTERNAL.value in self._declared[agency, book]:
                continue
            known = list(self._known[series])
            if Authority.BLOCK.value in self._declared[agency, book]:
                known += outside(self._blocks[series], max(highest, following or 1))
            for gap in self._gaps(series, max(highest, (following or 1) - 1)):
                for left in without(gap, known):
                    yield _missing(agency, book, year, left)

    def _gaps(self, series: tuple[str, str, int], last: int) -> Iterator[Stretch]:
        before = self._reached[series]
        for number in (*sorted(self._ahead[series]), last + 1):
            if number > before + 1:
                yield Stretch(before + 1, number - 1)
            before = number


def _counter_wrong(agency: str, where: str, highest: int, following: int | None) -> Iterator[Fault]:
    if following is None or following <= highest:
        said = f"the counter of {where} would give {following or 1}, and {highest} is given"
        yield Fault(wrong=Wrong.COUNTER_WRONG, agency=agency, table="counter", label=where, detail=said)


def _missing(agency: str, book: str, year: int, gap: Stretch) -> Fault:
    many = f" to {gap.last}" if gap.last != gap.first else ""
    said = f"no entry has number {gap.first}{many} of {book} {year}"
    label = f"{book}/{year}/{gap.first}"
    return Fault(wrong=Wrong.NUMBER_MISSING, agency=agency, table="entry", label=label, detail=said)


def outside(blocks: Iterable[Stretch], last: int) -> Iterator[Stretch]:
    """Return what no block has, up to `last`."""
    end = 0
    for block in sorted(blocks):
        if block.first > end + 1:
            yield Stretch(end + 1, block.first - 1)
        end = max(end, block.last)
    if end < last:
        yield Stretch(end + 1, last)
