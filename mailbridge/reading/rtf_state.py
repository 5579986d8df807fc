"""What holds at a place of an RTF file: all that a group inherits from the one around it (RTF Specification 1.9.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from mailbridge.reading.blocks import Block, Run, TextBox
from mailbridge.reading.doc_tables import Tables
from mailbridge.reading.flow import Align, Look, Tab
from mailbridge.reading.rtf_shapes import RtfShape

TWIPS = 20.0
PLAIN = Look(size=12.0, bold=False, italic=False)
"""How letters look when nothing is said."""

_MOST_TABS = 64
_MOST_CELLS = 200
_MOST_TABLES = 20
_ALIGNS = {"ql": Align.LEFT, "qj": Align.LEFT, "qc": Align.CENTRE, "qr": Align.RIGHT}


@dataclass(kw_only=True, slots=True)
class RowShape:
    """The row that is described, in points; `merged` tells which cells are one with the cell before."""

    borders: list[float] = field(default_factory=lambda: [0.0])
    merged: list[bool] = field(default_factory=list)
    is_merged: bool = False


class Story:
    """A text of its own: the main text, a header, a note, a text box; `keep` takes it when its group ends."""

    def __init__(self, keep: Callable[[list[Block]], None]) -> None:
        self.keep = keep
        self.runs: list[Run] = []
        self.boxes: list[TextBox] = []
        self.turns = False
        self.tables = Tables()


class In(Enum):
    """What the text of a group is for; for nothing, though groups inside may hold text."""

    TEXT = auto()
    NOTHING = auto()
    FONTS = auto()
    NAME = auto()
    VALUE = auto()


@dataclass(slots=True)
class State:
    """All that a group inherits; lengths in points."""

    story: Story
    row: RowShape
    place: RtfShape | None = None
    inside: In = In.TEXT
    fallback: int = 1
    font: int = 0
    look: Look = PLAIN
    capitals: bool = False
    hidden: bool = False
    align: Align = Align.LEFT
    left: float = 0.0
    right: float = 0.0
    tabs: tuple[Tab, ...] = ()
    stop: Align = Align.LEFT
    page_before: bool = False
    in_table: bool = False
    depth: int = 0

    def copied(self) -> State:
        """Return the same; by hand, for there are thousands of groups."""
        return State(
            self.story,
            self.row,
            self.place,
            self.inside,
            self.fallback,
            self.font,
            self.look,
            self.capitals,
            self.hidden,
            self.align,
            self.left,
            self.right,
            self.tabs,
            self.stop,
            self.page_before,
            self.in_table,
            self.depth,
        )

    def take_letters(self, word: str, number: int | None, default_font: int) -> None:
        """Take a word about letters."""
        on = number != 0
        match word:
            case "b":
                self.look = replace(self.look, bold=on)
            case "i":
                self.look = replace(self.look, italic=on)
            case "fs":
                half_points = 24 if number is None else number
                self.look = replace(self.look, size=half_points / 2) if 2 <= half_points <= 400 else self.look
            case "f":
                self.font = number or 0
            case "caps":
                self.capitals = on
            case "v" | "deleted":
                self.hidden = on
            case "plain":
                self.look, self.capitals, self.hidden = PLAIN, False, False
                self.font = default_font
            case _:
                pass

    def take_paragraph(self, word: str, number: int) -> bool:
        """Take a word about paragraphs or rows; False for others."""
        points = number / TWIPS
        match word:
            case "pard":
                self.align, self.tabs, self.stop = Align.LEFT, (), Align.LEFT
                self.left = self.right = 0.0
                self.page_before = self.in_table = False
                self.depth = 0
            case "ql" | "qj" | "qc" | "qr":
                self.align = _ALIGNS[word]
            case "li" | "lin":
                self.left = points
            case "ri" | "rin":
                self.right = points
            case "tqc" | "tqr" | "tqdec":
                self.stop = Align.CENTRE if word == "tqc" else Align.RIGHT
            case "tx":
                stops = {tab.place: tab for tab in self.tabs[:_MOST_TABS]} | {points: Tab(points, self.stop)}
                self.tabs = tuple(stops[place] for place in sorted(stops))
                self.stop = Align.LEFT
            case "pagebb":
                self.page_before = True
            case "intbl":
                self.in_table = True
            case "itap":
                self.depth = min(max(number, 0), _MOST_TABLES)
            case _:
                return self._take_row(word, points)
        return True

    def _take_row(self, word: str, points: float) -> bool:
        row = self.row
        match word:
            case "trowd":
                self.row = RowShape()
            case "trleft":
                row.borders[0] = points
            case "clmrg":
                row.is_merged = True
            case "cellx":
                if len(row.merged) < _MOST_CELLS:
                    row.borders.append(points)
                    row.merged.append(row.is_merged)
                row.is_merged = False
            case _:
                return False
        return True
