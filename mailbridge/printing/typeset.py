"""Forms with columns as PDF, set by typst: the same book gives the same octets, on any machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Any, TypeVar

from mailbridge.printing.binding import bind, count_pages
from mailbridge.printing.layout import Layout, Row
from mailbridge.printing.setting import need_typst, run_apart, run_here
from mailbridge.printing.sheets import Sheet, deal
from mailbridge.printing.volume import Volume, bound_apart
from mailbridge.printing.wording import layout_of, total_of

T = TypeVar("T")

Tell = Callable[[int, int], None]
"""Is told how many lines are done, and of how many."""

_AT_ONCE = 2
"""Processes of typst at a time: a print must not take the machine from the mail."""

_PART = 1000
"""Lines that are measured in one go; a shorter book is set in one piece, in this process."""

_SHEETS = 100
"""Sheets that are set in one go in a longer one: about 1000 lines, 200 MB."""

_SAMPLE = 99_999
"""A sum of as many digits as any, to measure the line of totals."""


def set_book(volume: Volume, tell: Tell = lambda _done, _all: None) -> bytes:
    """
    Set a volume as a PDF/A-2b: cover, sheets of ten columns with totals, closing page with room for signatures.

    Raises:
        Misconfigured: typst is not installed.
        MailBridgeError: typst refuses the book.
    """
    return set_layout(layout_of(volume), tell)


def set_layout(layout: Layout, tell: Tell = lambda _done, _all: None) -> bytes:
    """Set any form of columns; raises as `set_book` does."""
    need_typst()
    run = run_here if len(layout.rows) <= _PART else run_apart
    timestamp = int(layout.written_at.timestamp())
    given = layout.given()

    def press(part: _Part) -> bytes:
        sheets = [_sheet(layout, each) for each in part.sheets]
        return run("print", given | part.given() | {"sheets": sheets}, timestamp)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        measured = _measured(layout, run, pool, tell)
        return _pressed(layout, measured, lambda parts: pool.map(press, parts), tell)


def cut_by_pages(volume: Volume, most: int) -> tuple[Volume, ...]:
    """Bind a book into volumes of at most so many sheets, covers and signatures not counted; raises as `set_book`."""
    need_typst()
    layout = layout_of(volume)
    run = run_here if len(layout.rows) <= _PART else run_apart
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        measured = _measured(layout, run, pool, lambda _done, _all: None)
    sheets = _dealt(layout, measured)
    return bound_apart(volume, [sum(len(each.lines) for each in some) for some in _slices(sheets, most)])


def _sheet(layout: Layout, sheet: Sheet) -> dict[str, Any]:
    rows = layout.rows[sheet.before : sheet.sum]
    return {"rows": [row.as_object() for row in rows], "total": total_of(sheet, layout.noun)}


def _measured(layout: Layout, run: _Run, pool: ThreadPoolExecutor, tell: Tell) -> Sequence[_Measured]:
    timestamp = int(layout.written_at.timestamp())
    sample = total_of(Sheet(lines=(), before=_SAMPLE), layout.noun)

    def measure(some: Sequence[Row]) -> _Measured:
        asked = layout.given() | {"rows": [row.as_object() for row in some], "sample": sample}
        return _Measured(**json.loads(run("measure", asked, timestamp)))

    measured = []
    for each in pool.map(measure, _slices(layout.rows, _PART)):
        measured.append(each)
        tell(sum(len(some.heights) for some in measured) // 2, len(layout.rows))
    return measured


def _dealt(layout: Layout, measured: Sequence[_Measured]) -> tuple[Sheet, ...]:
    heights = [height for each in measured for height in each.heights]
    return deal(layout.rows, heights, measured[0].room, measured[0].opening)


def _pressed(layout: Layout, measured: Sequence[_Measured], press: _Press, tell: Tell) -> bytes:
    heights = [height for each in measured for height in each.heights]
    room, count = measured[0].room, len(layout.rows)
    sheets = _dealt(layout, measured)
    if count <= _PART:
        return next(iter(press([_Part(sheets=sheets)])))
    groups = list(_slices(sheets, _SHEETS))
    pages = [_expected(group, heights, room) for group in groups]
    last = sheets[-1]
    pages[-1] += sum(heights[last.before : last.sum]) + measured[0].closing > room
    covers = 0 if layout.words["cover"] is None else 1
    # The pages of a line that is higher than a sheet are a guess; then all is set once more with the right numbers.
    while True:
        pressed = []
        for each in press(_parts(groups, pages)):
            pressed.append(each)
            tell(count * (len(groups) + len(pressed)) // (2 * len(groups)), count)
        found = [count_pages(each) - (covers if number == 0 else 0) for number, each in enumerate(pressed)]
        if found == pages:
            return bind(pressed)
        pages = found


def _expected(sheets: Sequence[Sheet], heights: Sequence[float], room: float) -> int:
    return sum(max(1, ceil(sum(heights[each.before : each.sum]) / room)) for each in sheets)


def _parts(groups: Sequence[Sequence[Sheet]], pages: Sequence[int]) -> Iterator[_Part]:
    starts = accumulate(pages, initial=1)
    for number, (group, start) in enumerate(zip(groups, starts, strict=False)):
        is_last = number == len(groups) - 1
        yield _Part(sheets=group, start=start, pages=sum(pages), has_cover=number == 0, has_closing=is_last)


def _slices(those: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut into pieces of this size; nothing makes one empty piece."""
    for start in range(0, max(1, len(those)), size):
        yield those[start : start + size]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Measured:
    """In points: the room for lines on a sheet, the height of each line, of the opening and of the closing block."""

    room: float
    heights: Sequence[float]
    closing: float
    opening: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """Sheets that are set in one go; `pages` is the number of all pages, None when this is all of it."""

    sheets: Sequence[Sheet]
    start: int = 1
    pages: int | None = None
    has_cover: bool = True
    has_closing: bool = True

    def given(self) -> dict[str, Any]:
        names = ("start", "pages", "has_cover", "has_closing")
        return {name.replace("_", "-"): getattr(self, name) for name in names}


_Press = Callable[[Iterable[_Part]], Iterable[bytes]]
_Run = Callable[[str, dict[str, Any], int], bytes]
