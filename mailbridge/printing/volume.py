"""A volume: the lines that are bound together, and what its cover and its last page say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import accumulate, pairwise

from mailbridge.printing.line import Line
from mailbridge.registry.entry import VIETNAM


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """
    What stands on the cover whatever the lines are.

    `superior` is the body above the agency, and `volume` the number of this volume in its year; "" and None leave
    a dotted line, or nothing, to be filled in by hand. `day` is set when only one day is printed.
    """

    agency: str
    book: str
    year: int
    superior: str = ""
    volume: int | None = None
    day: date | None = None

    @property
    def text(self) -> str:
        """What the book is called with its year, in one line."""
        return f"{self.book} năm {self.year}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """
    The lines of one book and year in the order of their numbers.

    `written_at` is the time of the newest version in it: the only time that a print shows or carries, so that the same
    book gives the same octets whenever it is printed. `seals` tell how the day or the year was closed. `before` is the
    last number of the volume before this one.
    """

    title: Title
    lines: tuple[Line, ...]
    written_at: datetime
    seals: tuple[str, ...] = ()
    before: int | None = None

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of arrival; None of an empty volume, unless it was asked for by its day."""
        if self.title.day:
            return self.title.day, self.title.day
        arrived = [line.entry.arrival_date for line in self.lines]
        return (min(arrived), max(arrived)) if arrived else None

    @property
    def numbers(self) -> tuple[int, int] | None:
        """The first and the last số đến; None of an empty volume."""
        return (self.lines[0].entry.number, self.lines[-1].entry.number) if self.lines else None

    @property
    def struck(self) -> int:
        """How many lines are struck through."""
        return sum(line.is_struck for line in self.lines)

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """
        Stretches of numbers between the first and the last line that have none, both ends included.

        Of one day nothing is missing: an entry between may have arrived on another one.
        """
        if self.title.day:
            return ()
        numbers = [*([] if self.before is None else [self.before]), *(line.entry.number for line in self.lines)]
        return tuple((before + 1, after - 1) for before, after in pairwise(numbers) if after > before + 1)


def volume_of(title: Title, lines: tuple[Line, ...], newest: datetime | None, seals: tuple[str, ...] = ()) -> Volume:
    """
    Bind lines into a volume.

    Args:
        newest: When the newest version of any line was written; None of an empty volume, which is as old as its year.
    """
    return Volume(
        title=title,
        lines=lines,
        seals=seals,
        written_at=newest or datetime(title.year, 1, 1, tzinfo=VIETNAM).astimezone(UTC),
    )


def bound_apart(volume: Volume, sizes: Sequence[int]) -> tuple[Volume, ...]:
    """
    Cut a volume into several of so many lines, numbered from its own number, or from 1.

    Each is as old as the whole; the last one has the seals.
    """
    first = volume.title.volume or 1
    ends = list(accumulate(sizes))
    starts = [0, *ends[:-1]]
    return tuple(
        replace(
            volume,
            title=replace(volume.title, volume=first + place),
            lines=volume.lines[start:end],
            before=volume.lines[start - 1].entry.number if start else volume.before,
            seals=volume.seals if end == len(volume.lines) else (),
        )
        for place, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def cut_by_entries(volume: Volume, most: int) -> tuple[Volume, ...]:
    """Bind a book into volumes of at most so many entries; an empty one is one volume."""
    count = len(volume.lines)
    return bound_apart(volume, [min(most, count - start) for start in range(0, max(1, count), most)])


def number_text(number: int) -> str:
    """Write a số đến as the book does: at least two digits."""
    return f"{number:02d}"


def stretch_text(first: int, last: int) -> str:
    """Write "07" or "07–09"."""
    return number_text(first) if first == last else f"{number_text(first)}–{number_text(last)}"
