"""Laying out text that has no places of its own: office text and plain text, on a sheet that nobody prints."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple, assert_never

from mailbridge.mail.canonical import nfc
from mailbridge.mail.pages import Box, Layer, Line, Page
from mailbridge.reading.glyphs import clean

WIDTH = 595.0
HEIGHT = 842.0
# Margins of Nghị định 30/2020/NĐ-CP, Phụ lục I, Phần I: left 30 mm, right 15 mm, top and bottom 20 mm.
LEFT = 85.0
RIGHT = WIDTH - 42.5
TOP = 56.7
BOTTOM = HEIGHT - 56.7

_LEADING = 1.25
_LETTER = 0.5  # mean width of a letter in heights; enough to tell left from right
_TAB = 36.0  # half an inch, the default of office programs
# A tab, or so many blanks that they were typed to get to another column.
_COLUMN_BREAK = re.compile(r"(\t| {5,})")
_COLUMN = " " * 5


class Align(Enum):
    """Where a line stands between its borders."""

    LEFT = auto()
    CENTRE = auto()
    RIGHT = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How letters look; None where nothing tells."""

    size: float = 13.0
    bold: bool | None = None
    italic: bool | None = None


# How much of the text stands before its stop.
_BACK = {Align.LEFT: 0.0, Align.CENTRE: 0.5, Align.RIGHT: 1.0}


class Tab(NamedTuple):
    """A tab stop: `place` in points from the left border; text begins there, is centred on it, or ends there."""

    place: float
    align: Align = Align.LEFT


@dataclass(kw_only=True, slots=True)
class Sheet:
    """Takes lines one below the other; `y` is where the next one goes, in points from the top of the present page."""

    y: float = TOP
    _head: int = 0
    _lines: list[Line] = field(default_factory=list)
    _pages: list[Page] = field(default_factory=list)

    def put(
        self,
        text: str,
        look: Look,
        *,
        left: float = LEFT,
        right: float = RIGHT,
        align: Align = Align.LEFT,
        tabs: Sequence[Tab] = (),
    ) -> None:
        """
        Add a line, however long, between two borders, and go down by as many rows as it would take.

        Tabs and long runs of blanks cut it into several lines side by side. Text of blanks only takes its room.
        `tabs` are in order of their places; behind the last one a stop stands every half inch.
        """
        text = text.rstrip().replace("\xa0", " ")
        if "\t" in text or _COLUMN in text:
            self.y = self._put_columns(text, look, left, right, tabs)
            return
        words = _cleaned(text)
        lowest = self.y + look.size * _LEADING
        if words:
            lowest = max(lowest, self._place(words, look, left, right, align))
        self.y = lowest

    def _put_columns(self, text: str, look: Look, left: float, right: float, tabs: Sequence[Tab]) -> float:
        """Add the pieces of a line side by side; return where the lowest ends."""
        lowest = self.y + look.size * _LEADING
        end = place = left
        side = Align.LEFT
        for piece in _COLUMN_BREAK.split(text):
            words = _cleaned(piece)
            wide = _advance(words or piece, look.size)
            if piece == "\t":
                place, side = _next_stop(place - left, tabs)
                place += left
            elif not words:
                place += wide
            else:
                # What a stop aligns goes back from it, but not over what stands before.
                start = max(end, place - wide * _BACK[side])
                if wide <= right - left:
                    # Letters are measured roughly; a column that needs a bit more room does not turn its line.
                    lowest = max(lowest, self._place(words, look, start, max(right, start + wide), Align.LEFT))
                else:
                    start = start if start < (left + right) / 2 else left
                    lowest = max(lowest, self._place(words, look, start, right, Align.LEFT))
                end = place = start + wide
                side = Align.LEFT
        return lowest

    def _place(self, words: str, look: Look, left: float, right: float, align: Align) -> float:
        """Add one line at the present height; return where it ends."""
        wide = _advance(words, look.size)
        room = max(right - left, look.size)
        spare = max(0.0, room - wide)
        match align:
            case Align.LEFT:
                start = left
            case Align.CENTRE:
                start = left + spare / 2
            case Align.RIGHT:
                start = left + spare
            case _:
                assert_never(align)
        bottom = self.y + max(1, math.ceil(wide / room)) * look.size * _LEADING
        end = start + min(wide, room)
        box = Box(left=round(start, 1), top=round(self.y, 1), right=round(end, 1), bottom=round(bottom, 1))
        self._lines.append(Line(text=words, box=box, size=look.size, bold=look.bold, italic=look.italic))
        return bottom

    def turn_page(self) -> None:
        """Begin a new page."""
        ordered = sorted(self._lines, key=lambda line: (line.box.top, line.box.left))
        number = len(self._pages) + 1
        self._pages.append(Page(number=number, width=WIDTH, height=HEIGHT, lines=tuple(ordered), layer=Layer.FLOW))
        self._lines = []
        self._head = 0
        self.y = TOP

    @property
    def is_full(self) -> bool:
        """Say whether the next line would stand below the margin."""
        return self.y > BOTTOM

    @property
    def is_fresh(self) -> bool:
        """Say whether nothing but what was called head stands on the present page yet."""
        return len(self._lines) <= self._head

    def end_head(self) -> None:
        """Call head what stands on the present page now: a header begins no page."""
        self._head = len(self._lines)

    @property
    def page_number(self) -> int:
        """Number of the present page, from 1."""
        return len(self._pages) + 1

    def finish(self) -> tuple[Page, ...]:
        """Return the pages; at least one."""
        if self._lines or not self._pages:
            self.turn_page()
        return tuple(self._pages)


def _next_stop(place: float, tabs: Sequence[Tab]) -> tuple[float, Align]:
    """Find the stop behind this place; both in points from the left border."""
    for tab in tabs:
        if tab.place > place + 1:
            return tab.place, tab.align
    return (math.floor(place / _TAB) + 1) * _TAB, Align.LEFT


def _cleaned(text: str) -> str:
    """Do what `clean` does, without looking at each letter where none needs it."""
    return " ".join(nfc(text).split()) if text.isprintable() else clean(text)


def _advance(text: str, size: float) -> float:
    return len(text) * size * _LETTER
