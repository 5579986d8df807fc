"""
Which characters of a PDF page a reader sees.

The text of a page may be white on white, transparent, clipped away, on a layer that is switched off, or lie below a
picture; a number that nobody sees must not be entered. There are more ways to hide than could be listed, so the page is
drawn, and each letter is looked for where it should be. Text recognition lies invisibly over a scan: there the ink of
the scan is seen in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from mailbridge.reading.glyphs import Glyph

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_SCALE = 2.0
"""Pixels a point: a full stop of small print still has one."""
_MOST_PIXELS = 8_000_000
_LEAST_CONTRAST = 24
"""Steps of 255 between the lightest and the darkest pixel; fainter letters cannot be read on paper."""


def seen_only(glyphs: Sequence[Glyph], page: pdfium.PdfPage, width: float, height: float) -> list[Glyph]:
    """
    Leave out letters and digits that are not drawn; blanks and marks stay, since they show too little of themselves.

    Args:
        width, height: Of the page as shown, in points, as the places of the glyphs are given.
    """
    if not glyphs or width <= 0 or height <= 0:
        return list(glyphs)
    scale = min(_SCALE, (_MOST_PIXELS / (width * height)) ** 0.5)
    with closing(page.render(scale=scale, grayscale=True)) as picture:
        pixels, stride = bytes(picture.buffer), picture.stride
        across, down = picture.width, picture.height

    def is_seen(glyph: Glyph) -> bool:
        if not glyph.text[0].isalnum():
            return True
        # A little off each side, where the ink of the neighbours may reach in.
        margin = (glyph.right - glyph.left) * 0.1
        left, right = _span(glyph.left + margin, glyph.right - margin, scale, across)
        top, bottom = _span(glyph.top, glyph.bottom, scale, down)
        rows = [pixels[row * stride + left : row * stride + right] for row in range(top, bottom)]
        ink = b"".join(rows)
        return bool(ink) and max(ink) - min(ink) >= _LEAST_CONTRAST

    return [glyph for glyph in glyphs if is_seen(glyph)]


def _span(begin: float, end: float, scale: float, most: int) -> tuple[int, int]:
    """Return the pixels from begin to end, at least one."""
    first = min(max(0, int(begin * scale)), most)
    return first, min(max(first + 1, int(end * scale + 0.999)), most)
