"""Laying out text that has no places of its own: office text and plain text, on a sheet that nobody prints."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import assert_never

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
_COLUMN_BREAK = re.compile(r"(\t+| {5,})")


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


@dataclass(kw_only=True, slots=True)
class Sheet:
    """Takes lines one below the other; `y` is where the next one goes, in points from the top of the present page."""

    y: float = TOP
    _lines: list[Line] = field(default_factory=list)
    _pages: list[Page] = field(default_factory=list)

    def put(
        self, text: str, look: Look, *, left: float = LEFT, right: float = RIGHT, align: Align = Align.LEFT
    ) -> None:
        """
        Add a line, however long, between two borders, and go down by as many rows as it would take.

        Tabs and long runs of blanks cut it into several lines side by side. Text of blanks only takes its room.
        """
        pieces = _COLUMN_BREAK.split(text.rstrip())
        lowest = self.y + look.size * _LEADING
        place = left
        for piece in pieces:
            words = clean(piece)
            wide = _advance(words, look.size)
            if words:
                side = align if len(pieces) == 1 else Align.LEFT
                lowest = max(lowest, self._place(words, wide, look, place, right, side))
                place += wide
            else:
                place += _TAB * piece.count("\t") + _advance(piece.replace("\t", ""), look.size)
        self.y = lowest

    def _place(self, words: str, wide: float, look: Look, left: float, right: float, align: Align) -> float:
        """Add one line at the present height; return where it ends."""
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
        self.y = TOP

    @property
    def is_full(self) -> bool:
        """Say whether the next line would stand below the margin."""
        return self.y > BOTTOM

    @property
    def page_number(self) -> int:
        """Number of the present page, from 1."""
        return len(self._pages) + 1

    def finish(self) -> tuple[Page, ...]:
        """Return the pages; at least one."""
        if self._lines or not self._pages:
            self.turn_page()
        return tuple(self._pages)


def _advance(text: str, size: float) -> float:
    return len(text) * size * _LETTER
