"""
From characters with places to lines.

A PDF holds no words, only characters at places, in any order. The text that pdfium itself puts together breaks
Vietnamese words, because letters with two marks are often drawn in several steps; so words and lines are found by
position. Nothing here knows of pdfium.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailbridge.mail.canonical import nfc
from mailbridge.mail.pages import Box, Line

# All distances are in heights of the letters (em). Those of words and rows were found on Vietnamese office documents.
_SAME_ROW = 0.4
_WORD_GAP = 0.15
# A file that writes its blanks is believed: there a small gap is letter-spacing, and a blank needs hardly any room.
_WORD_GAP_WITH_BLANKS = 0.3
_BLANK_ROOM = 0.04
# Justified text stretches its blanks, but never as far as two columns are apart; where no blank was written at all,
# the gap between two cells of a table can be much narrower.
_COLUMN_GAP = 2.3
_COLUMN_GAP_WITHOUT_BLANK = 1.0

# Marks that change the direction of reading or show nothing: they only serve to deceive the eye.
_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """
    What one text object of a PDF says about its characters.

    `direction`: the base line runs 0 to the right, 1 downwards, 2 to the left, 3 upwards on the page as shown, None
    askew. `invisible`: drawn neither filled nor stroked, as programs do that lay recognised text over a scan.
    """

    size: float
    bold: bool | None
    italic: bool | None
    direction: int | None
    invisible: bool = False


class Glyph(NamedTuple):
    """
    A character as drawn; in points from the top left corner of the page as shown.

    `x`, `y`: origin on the base line. A tuple, not a dataclass: a page has thousands. `run` is the same for all
    characters of one text object. `text` may hold combining marks behind its letter.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    x: float
    y: float
    run: int
    style: Style


def clean(text: str) -> str:
    """Bring text into NFC, fold blanks, drop what cannot be seen; "" when nothing is left."""
    shown = (" " if unicodedata.category(c) == "Cc" else c for c in text if c not in _UNSEEN)
    kept = "".join(c for c in shown if unicodedata.category(c) not in {"Cs", "Cn", "Co"})
    return " ".join(nfc(kept).split())


def lines_of(glyphs: Sequence[Glyph]) -> tuple[Line, ...]:
    """Put characters together to lines, from top to bottom, then left to right; glyphs of blanks are welcome."""
    upright = [glyph for glyph in glyphs if glyph.style.direction == 0]
    rows = [line for row in _rows(upright) for line in _split(row)]
    # Text that runs otherwise (a stamp at the margin, a watermark) is one line for each text object.
    askew: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        if glyph.style.direction != 0:
            askew.setdefault(glyph.run, []).append(glyph)
    rest = [_line(run, "".join(glyph.text for glyph in run), _bounds(run)) for run in askew.values()]
    found = [line for line in (*rows, *rest) if line is not None]
    return tuple(sorted(found, key=lambda line: (line.box.top, line.box.left)))


def dominant_direction(glyphs: Iterable[Glyph]) -> int:
    """Tell which way most of the text runs; 0 unless three in four characters agree on another."""
    counted = Counter(glyph.style.direction for glyph in glyphs)
    if not counted:
        return 0
    direction, count = counted.most_common(1)[0]
    return direction if direction and count * 4 >= counted.total() * 3 else 0


def turned(glyphs: Iterable[Glyph], direction: int, width: float, height: float) -> list[Glyph]:
    """Turn a page of this size so that text of `direction` runs to the right; 1 and 3 exchange width and height."""
    made = []
    for glyph in glyphs:
        x1, y1 = turned_point(glyph.left, glyph.top, direction, width, height)
        x2, y2 = turned_point(glyph.right, glyph.bottom, direction, width, height)
        x, y = turned_point(glyph.x, glyph.y, direction, width, height)
        own = glyph.style.direction
        style = Style(
            size=glyph.style.size,
            bold=glyph.style.bold,
            italic=glyph.style.italic,
            direction=None if own is None else (own - direction) % 4,
            invisible=glyph.style.invisible,
        )
        box = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        made.append(Glyph(glyph.text, *box, x, y, glyph.run, style))
    return made


def turned_point(x: float, y: float, direction: int, width: float, height: float) -> tuple[float, float]:
    """Turn one point of a page of this size, as `turned` does."""
    match direction:
        case 1:
            return y, width - x
        case 2:
            return width - x, height - y
        case 3:
            return height - y, x
        case _:
            return x, y


def _rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    rows: list[list[Glyph]] = []
    base = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.y):
        if rows and glyph.y - base <= _SAME_ROW * glyph.style.size:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
            base = glyph.y
    return rows


def _split(row: list[Glyph]) -> list[Line | None]:
    """Cut a row into lines at wide gaps; all get the top and bottom of the row, so that columns compare."""
    row.sort(key=lambda glyph: glyph.left)
    visible = [glyph for glyph in row if not glyph.text.isspace()]
    if not visible:
        return []
    shared = _bounds(visible)
    word_gap = _WORD_GAP if len(visible) == len(row) else _WORD_GAP_WITH_BLANKS
    lines: list[Line | None] = []
    run: list[Glyph] = []
    text = ""
    blank = False
    for glyph in row:
        if glyph.text.isspace():
            blank = True
            continue
        if run and _is_repeated(run[-1], glyph):
            continue
        if run:
            em = max(run[-1].style.size, glyph.style.size)
            gap = (glyph.left - run[-1].right) / em
            if gap > (_COLUMN_GAP if blank else _COLUMN_GAP_WITHOUT_BLANK):
                lines.append(_line(run, text, shared))
                run, text = [], ""
            elif gap > (_BLANK_ROOM if blank else word_gap):
                text += " "
        run.append(glyph)
        text += glyph.text
        blank = False
    lines.append(_line(run, text, shared))
    return lines


def _is_repeated(before: Glyph, glyph: Glyph) -> bool:
    """
    Say whether a letter stands on top of itself.

    So draw programs that feign bold by printing twice, and those that draw ơ as an o and a horn and call both ơ.
    """
    shared = min(before.right, glyph.right) - max(before.left, glyph.left)
    narrower = min(before.right - before.left, glyph.right - glyph.left)
    return before.text == glyph.text and shared > 0.5 * narrower


def _line(run: Sequence[Glyph], text: str, rows: Box) -> Line | None:
    cleaned = clean(text)
    if not cleaned:
        return None
    own = _bounds(run)
    return Line(
        text=cleaned,
        box=Box(left=own.left, top=rows.top, right=own.right, bottom=rows.bottom),
        size=round(Counter(glyph.style.size for glyph in run).most_common(1)[0][0], 1),
        bold=_majority(glyph.style.bold for glyph in run),
        italic=_majority(glyph.style.italic for glyph in run),
    )


def _majority(values: Iterable[bool | None]) -> bool | None:
    return Counter(values).most_common(1)[0][0]


def _bounds(glyphs: Sequence[Glyph]) -> Box:
    return Box(
        left=round(min(glyph.left for glyph in glyphs), 1),
        top=round(min(glyph.top for glyph in glyphs), 1),
        right=round(max(glyph.right for glyph in glyphs), 1),
        bottom=round(max(glyph.bottom for glyph in glyphs), 1),
    )
