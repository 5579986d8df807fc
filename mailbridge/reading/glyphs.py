"""Characters with places, as a page draws them: turned upright, and told apart where they lie on each other."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from mailbridge.mail.canonical import nfc

SAME_ROW = 0.4
"""Base lines that are so near belong to one row; all distances are in heights of the letters (em)."""
# How far stretches reach into each other by kerning, and by how much they are shifted to look bold.
_SHARED = 0.2
_SHIFT = 0.15
_WORD_GAP = 0.15
# Letters before one among which its double may be.
_NEIGHBOURS = 4
_HAIR = 0.1  # points

Frame = tuple[float, float, float, float]
"""Left, top, right, bottom in points of the page as shown."""

# Marks that change the direction of reading or show nothing: they only serve to deceive the eye.
_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """
    What one text object of a PDF says about its characters.

    `direction`: the base line runs 0 to the right, 1 downwards, 2 to the left, 3 upwards on the page as shown, None
    askew.
    """

    size: float
    bold: bool | None
    italic: bool | None
    direction: int | None


class Glyph(NamedTuple):
    """
    A character as drawn, or several side by side; in points from the top left corner of the page as shown.

    Several only where no gap between them matters: one text object, blanks as wide as blanks are, none at the ends.
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
    if text.isprintable():
        return " ".join(nfc(text).split())
    shown = (" " if unicodedata.category(c) == "Cc" else c for c in text if c not in _UNSEEN)
    kept = "".join(c for c in shown if unicodedata.category(c) not in {"Cs", "Cn", "Co"})
    return " ".join(nfc(kept).split())


def dominant_direction(glyphs: Iterable[Glyph]) -> int:
    """Tell which way most of the text runs; 0 unless three in four characters agree on another."""
    counted: Counter[int | None] = Counter()
    for glyph in glyphs:
        counted[glyph.style.direction] += len(glyph.text)
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


def mingled(glyphs: Sequence[Glyph]) -> set[int]:
    """
    Tell which glyphs share room with another one of their row, by index; such must be taken letter by letter.

    A number that was printed later into the hole of a line stands between letters of one stretch.
    """
    found: set[int] = set()
    order = [index for index, glyph in enumerate(glyphs) if glyph.style.direction == 0 and not glyph.text.isspace()]
    order.sort(key=lambda index: glyphs[index].y)
    row: list[int] = []
    for index in order:
        if row and glyphs[index].y - glyphs[row[0]].y > SAME_ROW * glyphs[index].style.size:
            found |= _overlapping(glyphs, row)
            row = []
        row.append(index)
    return found | _overlapping(glyphs, row)


def _overlapping(glyphs: Sequence[Glyph], row: list[int]) -> set[int]:
    found: set[int] = set()
    if len(row) < 2:
        return found
    row.sort(key=lambda index: glyphs[index].left)
    widest = row[0]
    for index in row[1:]:
        glyph, before = glyphs[index], glyphs[widest]
        room = min(_SHARED * glyph.style.size, 0.5 * (glyph.right - glyph.left))
        if before.right - glyph.left > room and not _is_repeated(before, glyph):
            found |= {index, widest}
        if glyph.right >= before.right:
            widest = index
    return found


def untangled(row: Sequence[Glyph]) -> Sequence[Glyph]:
    """Drop letters that were drawn twice, and keep words together where two run into each other."""
    if all(after.left >= before.right - _HAIR for before, after in pairwise(row)):
        return row
    kept: list[Glyph] = []
    collide = False
    for glyph in row:
        near = () if glyph.text.isspace() else [other for other in kept[-_NEIGHBOURS:] if not other.text.isspace()]
        if any(_is_repeated(other, glyph) for other in near):
            continue
        collide |= any(other.run != glyph.run and _collide(other, glyph) for other in near)
        kept.append(glyph)
    if not collide:
        return kept
    begins: dict[int, tuple[float, float]] = {}  # by run: where its present word begins and how far it has come
    order: list[tuple[float, int]] = []
    for index, glyph in enumerate(kept):
        begin, reached = begins.get(glyph.run, (glyph.left, -math.inf))
        if glyph.text.isspace() or glyph.left - reached > _WORD_GAP * glyph.style.size:
            begin = glyph.left
        begins[glyph.run] = begin, -math.inf if glyph.text.isspace() else glyph.right
        order.append((begin, index))
    return [kept[index] for _, index in sorted(order)]


def _collide(before: Glyph, glyph: Glyph) -> bool:
    shared = min(before.right, glyph.right) - max(before.left, glyph.left)
    return shared > 0.3 * min(before.right - before.left, glyph.right - glyph.left)


def _is_repeated(before: Glyph, glyph: Glyph) -> bool:
    """
    Say whether a letter stands on top of itself.

    So draw programs that feign bold by printing twice, and those that draw ơ as an o and a horn and call both ơ.
    """
    shared = min(before.right, glyph.right) - max(before.left, glyph.left)
    if before.text != glyph.text:
        return False
    if len(glyph.text) > 1:  # some 0.3 points are enough to look bold
        return abs(before.left - glyph.left) <= _SHIFT * glyph.style.size
    return shared > 0.5 * min(before.right - before.left, glyph.right - glyph.left)
