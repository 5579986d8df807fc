"""Text of strangers, made fit for paper."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate, groupby

_RANGES = (
    (0x20, 0x4FF),
    (0x1D00, 0x2027),
    (0x202F, 0x2040),
    (0x2044, 0x2052),
    (0x2054, 0x211E),
    (0x2126, 0x2151),
    (0x2153, 0x2184),
    (0x2190, 0x23FF),
    (0x2460, 0x2606),
)
"""What the fonts of the typst wheel can show, by looking; a test sets all of it."""

_MARKS = frozenset((0x300, 0x301, 0x302, 0x303, 0x306, 0x309, 0x31B, 0x323))
"""Combining marks of Vietnamese; others overlay the lines of a neighbour, or are not in the fonts."""

_EM, _NARROW = 3.6, 2.1
"""Millimetres that the widest letter takes at 10 points, and that small letters do."""
_WIDE = frozenset("mwæœ")
_THIN = frozenset("0123456789.,:;'!()[]")
_WORDS = re.compile(r"[^\s/-]{4,}")
"""Between blanks, strokes and hyphens, where lines break anyway; three letters fit into nearly every column."""

_BLANKS = re.compile(r"\s+")


def showable(text: str) -> str:
    """
    Write text so that paper shows all of it.

    Blanks and line breaks become one blank. A character that no font of ours has, or that is invisible or turns the
    direction of writing (a stranger could make a line read otherwise than it is stored), is named: "[U+202E]".
    """
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return plain if plain.isascii() and plain.isprintable() else "".join(map(_shown, plain))


def breakable(text: str, width: float) -> str:
    """
    Let words break that may be wider than their column, so that none runs over into the next one.

    Args:
        width: Of the column, in millimetres; letters are taken for as wide as they can be.
    """
    if len(text) * _EM <= width:
        return text
    return _WORDS.sub(lambda word: _loose(word[0], width), text)


def _loose(word: str, width: float) -> str:
    wide = [_NARROW if letter in _THIN or (letter.islower() and letter not in _WIDE) else _EM for letter in word]
    if sum(wide) <= width:
        return word
    # A break that may be stands at each third of the column, and so few, since a search in the PDF stops at them.
    thirds = [int(upto // (width / 3)) for upto in accumulate(wide)]
    pieces = groupby(zip(thirds, word, strict=True), key=lambda each: each[0])
    return "\N{ZERO WIDTH SPACE}".join("".join(letter for _, letter in piece) for _, piece in pieces)


def _shown(character: str) -> str:
    code = ord(character)
    is_there = any(first <= code <= last for first, last in _RANGES)
    kind = unicodedata.category(character)
    # Categories C: controls, formats, surrogates, private and unassigned; M: marks, with which lines can be overlaid.
    if is_there and (kind[0] not in "CM" or code in _MARKS):
        return character
    return f"[U+{code:04X}]"
