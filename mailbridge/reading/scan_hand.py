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
from mailbridge.reading.scan_ink import Blob, blobs, level_of_ink, whole_characters

if TYPE_CHECKING:
    from PIL import Image

    from mailbridge.reading.scan_sheet import Sheet

# How far printed digits reach above and below the letters beside them, in heights of a capital, and some pixels.
_UNEVEN, _UNEVEN_PIXELS = 0.05, 1.5
# A pen leaves more ink than the heaviest printed character beside it.
_HEAVY = 1.3
_LEAST_MARK = 0.45
_DOT = 0.3
_LEAST_DIGIT = 0.6
_COLOURED_PIXELS = 25


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
    inside = whole_characters([blob for blob in inside if max(blob.height, blob.right - blob.left) >= _DOT * high])
    inside = [blob for blob in inside if blob.height >= _LEAST_MARK * high]
    if not text:
        return UNREAD if inside else text
    uneven = _UNEVEN * high + _UNEVEN_PIXELS
    is_printed = all(
        abs(blob.top - top) <= uneven and abs(blob.bottom - bottom) <= uneven and blob.area <= _HEAVY * most_ink
        for blob in inside
        if blob.height >= _LEAST_DIGIT * high
    )
    return text if is_printed else UNREAD


def _measure(printed: Sequence[Blob]) -> tuple[float, float, int] | None:
    """Return top and bottom of the tall printed characters and the ink of the heaviest; None when there are too few."""
    if not printed:
        return None
    tallest = sorted(blob.height for blob in printed)[-3:]
    tall = [blob for blob in printed if blob.height >= 0.75 * median(tallest)]
    if len(tall) < 2:
        return None
    return median(blob.top for blob in tall), median(blob.bottom for blob in tall), max(blob.area for blob in tall)


def _ink_in_colour(coloured: Image.Image, space: Space, box: tuple[int, int, int, int]) -> bool:
    if space.right - space.left < 4:
        return False
    piece = coloured.crop((round(space.left), box[1], round(space.right), box[3]))
    return sum(piece.histogram()[:150]) >= _COLOURED_PIXELS
