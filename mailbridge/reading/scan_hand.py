"""
Print or hand: told by the heights of the ink, and by its colour where the scan has any.

Printed digits stand on the base line of their neighbours and are as high as these; what a hand put there seldom is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from mailbridge.mail.pages import UNREAD
from mailbridge.reading.scan_engine import Glyph
from mailbridge.reading.scan_ink import Blob, blobs, level_of_ink, whole_characters

if TYPE_CHECKING:
    from PIL import Image

    from mailbridge.reading.scan_sheet import Sheet

# How far printed digits reach above and below the letters beside them, in heights of a capital, and some pixels.
_UNEVEN, _UNEVEN_PIXELS = 0.05, 1.5
_LOWER = 0.16
_EVEN_DIGITS, _EVEN_PIXELS = 3, 1
_ABOVE = 0.15
# A pen leaves more ink than the heaviest printed character beside it.
_HEAVY = 1.3
_LEAST_MARK = 0.45
_DOT = 0.3
_LEAST_DIGIT = 0.6
_COLOURED_PIXELS = 25
_TAIL = 0.14
"""How far the tail of a Q hangs below the base line, in heights of a capital; the round of an O by a twentieth."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """A piece of a line between two words, and the stretches of print `beside` it, as (left, right) in pixels."""

    left: float
    right: float
    beside: tuple[tuple[float, float], ...]


def checked(text: str, space: Space, box: tuple[int, int, int, int], sheet: Sheet) -> str:
    """Return `UNREAD` for what a hand wrote in a space, and for ink in a space where nothing was read."""
    if sheet.coloured is not None and _ink_in_colour(sheet.coloured, space, box):
        return UNREAD
    piece = sheet.black.crop(box)
    found = blobs(piece, level_of_ink(piece))
    x = box[0]
    inside = [blob for blob in found if space.left - 2 <= x + blob.middle <= space.right + 2]
    printed = [blob for left, right in space.beside for blob in found if left - 1 <= x + blob.middle <= right + 1]
    measure = _measure(printed)
    if measure is None:
        return text
    top, bottom, most_ink = measure
    high = bottom - top
    # Feet and marks of the line above stand at the edge of the piece; they would make every digit under them too high.
    inside = [blob for blob in inside if blob.bottom > top - _ABOVE * high]
    inside = whole_characters([blob for blob in inside if max(blob.height, blob.right - blob.left) >= _DOT * high])
    inside = [blob for blob in inside if blob.height >= _LEAST_MARK * high]
    if not text:
        return UNREAD if inside else text
    digits = [blob for blob in inside if blob.height >= _LEAST_DIGIT * high]
    uneven = _UNEVEN * high + _UNEVEN_PIXELS
    # In some fonts digits are lower than capitals; then they are all equally high.
    lower = _LOWER * high if _is_even(digits) else uneven
    is_printed = all(
        -uneven <= blob.top - top <= lower and abs(blob.bottom - bottom) <= uneven and blob.area <= _HEAVY * most_ink
        for blob in digits
    )
    return text if is_printed else UNREAD


def _is_even(digits: Sequence[Blob]) -> bool:
    """Say whether so many characters end at the same height, above and below, that no hand wrote them."""
    if len(digits) < _EVEN_DIGITS:
        return False
    tops, bottoms = [blob.top for blob in digits], [blob.bottom for blob in digits]
    return max(tops) - min(tops) <= _EVEN_PIXELS and max(bottoms) - min(bottoms) <= _EVEN_PIXELS


def _measure(printed: Sequence[Blob]) -> tuple[float, float, int] | None:
    """Return top and bottom of the tall printed characters and the ink of the heaviest; None when there are too few."""
    if not printed:
        return None
    tallest = sorted(blob.height for blob in printed)[-3:]
    tall = [blob for blob in printed if blob.height >= 0.75 * median(tallest)]
    if len(tall) < 2:
        return None
    return median(blob.top for blob in tall), median(blob.bottom for blob in tall), max(blob.area for blob in tall)


def tails(glyphs: Sequence[Glyph], box: tuple[int, int, int, int], sheet: Sheet) -> tuple[bool | None, ...]:
    """
    Say of each glyph whether its ink goes on below the base line of the line, as that of a Q does and that of an O not.

    None where its ink is not one blob, or the line has too few letters to measure by.
    """
    piece = sheet.black.crop(box)
    found = blobs(piece, level_of_ink(piece))
    x = box[0]
    spans = [(glyph.left - x, glyph.right - x) for glyph in glyphs]
    printed = [blob for blob in found if any(left - 1 <= blob.middle <= right + 1 for left, right in spans)]
    measure = _measure(printed)
    if measure is None:
        return (None,) * len(glyphs)
    top, bottom, _ = measure
    high = bottom - top

    def tail(span: tuple[float, float]) -> bool | None:
        here = [blob for blob in printed if span[0] - 1 <= blob.middle <= span[1] + 1 and blob.height >= 0.8 * high]
        return here[0].bottom - bottom > _TAIL * high if len(here) == 1 else None

    return tuple(map(tail, spans))


def _ink_in_colour(coloured: Image.Image, space: Space, box: tuple[int, int, int, int]) -> bool:
    if space.right - space.left < 4:
        return False
    piece = coloured.crop((round(space.left), box[1], round(space.right), box[3]))
    return sum(piece.histogram()[:150]) >= _COLOURED_PIXELS
