"""Marks of letters that a PDF draws apart from them: as characters that combine, or as accents that stand alone."""

from __future__ import annotations

import math
import re
import unicodedata
from itertools import product

from mailbridge.reading.glyphs import Glyph

MARKS = re.compile("[\u0300-\u036f\u00b4`\u02c6\u02c7\u02d8\u02dc\u02ca\u02cb]")
"""What may belong to a letter beside it."""
_ACCENTS = {
    "\u00b4": "\u0301",
    "\u02ca": "\u0301",
    "`": "\u0300",
    "\u02cb": "\u0300",
    "\u02dc": "\u0303",
    "\u02c6": "\u0302",
    "\u02d8": "\u0306",
}
# Points: marks are looked for in squares of this size and those around.
_CELL = 8


def composed(glyphs: list[Glyph]) -> list[Glyph]:
    """Lay marks that are drawn apart upon the letters that they stand over, in the order in which they compose."""
    letters = [glyph for glyph in glyphs if not MARKS.match(glyph.text)]
    marks = [glyph for glyph in glyphs if MARKS.match(glyph.text)]
    if not marks:
        return glyphs
    places: dict[tuple[int, int], list[int]] = {}
    for index, letter in enumerate(letters):
        for row, column in product((-1, 0, 1), repeat=2):
            place = math.floor(letter.y / _CELL) + row, math.floor(letter.left / _CELL) + column
            places.setdefault(place, []).append(index)
    for mark in marks:
        centre = (mark.left + mark.right) / 2
        near = (
            (abs(centre - (letters[index].left + letters[index].right) / 2), index)
            for index in places.get((math.floor(mark.y / _CELL), math.floor(centre / _CELL)), ())
            if letters[index].left - 1 <= centre <= letters[index].right + 1 and letters[index].text[0].isalpha()
        )
        distance, index = min(near, default=(math.inf, -1))
        combining = _ACCENTS.get(mark.text, mark.text)
        if distance < math.inf and unicodedata.combining(combining[0]):
            letters[index] = letters[index]._replace(text=_with_mark(letters[index].text, combining))
        elif mark.text in _ACCENTS:
            letters.append(mark)
    return letters


def _with_mark(letter: str, mark: str) -> str:
    """Compose; a tone comes last, in whatever order they were drawn."""
    spelled = unicodedata.normalize("NFD", letter + mark)
    base, marks = spelled[0], spelled[1:]
    tones = [each for each in marks if each in "\u0300\u0301\u0303\u0309\u0323"]
    others = [each for each in marks if each not in tones]
    return unicodedata.normalize("NFC", base + "".join(others + tones))
