"""
Letters that PDF programs name wrongly, and whether the rest makes text.

What a font draws and what its map to Unicode says can differ. Some mistakes are known and always the same, so they are
mended; beyond that the page must be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mailbridge.mail.pages import UNREAD, Line
from mailbridge.mail.syllables import quality
from mailbridge.reading.glyphs import Glyph

# Vietnamese has none of these letters; programs mean their likes.
_LIKES = str.maketrans({"Ƣ": "Ư", "ƣ": "ư", "Ɖ": "Đ", "ɖ": "đ", "ð": "đ", "Ð": "Đ"})
_UNLIKELY = re.compile("[ƢƣƉɖðÐ]")
# Some programs name glyphs by their place in Times New Roman. Its Vietnamese letters stand there in the order of
# Unicode, as far away; the others were found in documents in which they stand for nothing else.
_DISPLACED = re.compile("[\u04a4-\u04fd\u046a-\u046d]")
_BY_PLACE = str.maketrans(
    {place: place + 0x19FC for place in range(0x04A4, 0x04FE)}
    | dict(zip(map(ord, "ѪѫѬѭĈÿƬƭ"), map(ord, "ƠơƯưĐđĨĩ"), strict=True))
)
# Of all characters: how many may be without meaning before the rest is no text either.
_MOST_UNKNOWN = 0.15
# Text that can be Vietnamese has a mark on a quarter of its letters; recognised without knowing the language it has
# none, and no sense either.
_LEAST_MARKED = 0.03
_MARKED = re.compile("[À-ɏƠơƯưḀ-ỿ\u0300-\u0323]")
_ENOUGH = 100
_FOREIGN = re.compile("[\u0370-\u1dff\u2c00-\ufdff]")
_MOST_FOREIGN = 0.04


def mended(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Put right the letters that are always named wrongly in the same way."""
    whole = "\n".join(line.text for line in lines)
    if _DISPLACED.search(whole) and _is_better(whole.translate(_BY_PLACE), whole):
        lines = [replace(line, text=line.text.translate(_BY_PLACE)) for line in lines]
    if _UNLIKELY.search(whole):
        lines = [replace(line, text=line.text.translate(_LIKES)) for line in lines]
    return tuple(lines)


def _is_better(text: str, than: str) -> bool:
    return quality(text).balance > quality(than).balance


def is_usable(glyphs: Sequence[Glyph], unknown: int, is_recognised: bool) -> bool:
    """
    Say whether characters make text that can be read.

    Args:
        unknown: How many have no known meaning.
        is_recognised: They come from a program that recognised them; one that does not know Vietnamese is of no use.
    """
    text = "".join(glyph.text for glyph in glyphs if glyph.text != UNREAD)
    if unknown > _MOST_UNKNOWN * (len(text) + unknown):
        return False
    if len(text) < _ENOUGH:
        return True
    if _FOREIGN.search(text) and len(_FOREIGN.findall(text.translate(_BY_PLACE))) > _MOST_FOREIGN * len(text):
        return False
    return not is_recognised or len(_MARKED.findall(text)) >= _LEAST_MARKED * len(text)
