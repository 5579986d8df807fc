"""
Which characters of a PDF page a reader sees.

The text of a page may be white on white, transparent, clipped away, on a layer that is switched off, or lie below a
picture; a number that nobody sees must not be entered. There are more ways to hide than could be listed. So whatever
is not drawn plainly (`pdf_drawing`) is painted twice, with its text and without: a letter that makes no difference is
not seen. A font that draws other letters than it says is beyond this.

Recognised text lies invisibly over a scan, or below it; it makes no difference either, but the ink of the scan is in
its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.reading.glyphs import Frame, Glyph

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_SCALE = 2.0
"""Pixels a point: a full stop of small print still has one."""
_MOST_PIXELS = 8_000_000
_LEAST_CONTRAST = 24
"""Steps of 255; fainter letters cannot be read on paper."""
_MARGIN = 2.0
_MOST_TANGLED = 40
_FEW_PIXELS = 250_000
"""An eighth of a sheet: painted in less time than it takes to unpack the picture of a stamp."""
_CELL = 12.0
_NEIGHBOURS = 16
# Of the height of letters: how high and how wide ink must be to be writing; and how full of it a place.
_INK = 60
_LEAST_HIGH = 0.35
_LEAST_WIDE = 0.2
_MOST_FULL = 0.6


class Picture(NamedTuple):
    """A part of a page as it is painted, grey, `scale` pixels a point; its top left corner is at `left`, `top`."""

    pixels: bytes
    stride: int
    across: int
    down: int
    left: float
    top: float
    scale: float

    def rows(self, frame: Frame) -> Iterator[slice]:
        """Give the slices of a frame, its middle rows first: there most letters have ink."""
        left, right = _span(frame[0] - self.left, frame[2] - self.left, self.scale, self.across)
        top, bottom = _span(frame[1] - self.top, frame[3] - self.top, self.scale, self.down)
        middle = (top + bottom) // 2
        for row in chain(range(middle, bottom), range(middle - 1, top - 1, -1)):
            yield slice(row * self.stride + left, row * self.stride + right)

    def has_ink(self, frame: Frame) -> bool:
        """Say whether the lightest and the darkest pixel of a frame differ."""
        ink = b"".join(self.pixels[row] for row in self.rows(frame))
        return bool(ink) and max(ink) - min(ink) >= _LEAST_CONTRAST

    def has_writing(self, em: float) -> bool:
        """
        Say whether there is ink that may be letters of this size: higher than dots or a rule, wider than a border.

        Letters leave most of their room white; a filled field is none.
        """
        lightest = max(self.pixels, default=0)
        dark = bytes(level + _INK < lightest for level in range(256))
        rows = [
            self.pixels[row * self.stride : row * self.stride + self.across].translate(dark) for row in range(self.down)
        ]
        high = sum(1 in row for row in rows)
        wide = sum(map(bool, map(max, zip(*rows, strict=True)))) if rows else 0
        share = sum(map(sum, rows)) / max(1, self.across * self.down)
        return high >= _LEAST_HIGH * em * self.scale and wide >= _LEAST_WIDE * em * self.scale and share < _MOST_FULL


class Seen(NamedTuple):
    """The glyphs that are seen; those that are not, but have ink in their place; how many have not even that."""

    glyphs: list[Glyph]
    over_ink: list[Glyph]
    hidden: int


def look_for(
    glyphs: Sequence[Glyph], suspects: frozenset[int], page: pdfium.PdfPage, width: float, height: float
) -> Seen:
    """
    Part the glyphs by whether they are drawn; blanks and marks of suspects stay with the letter before them.

    Args:
        suspects: The text objects (`Glyph.run`) that are to be looked for; others are taken to be seen.
        width, height: Of the page as shown, in points, as the places of the glyphs are given.
    """
    doubtful = [glyph for glyph in glyphs if glyph.run in suspects]
    if not doubtful or width <= 0 or height <= 0:
        return Seen(list(glyphs), [], 0)
    frame = _frame_of(doubtful, width, height)
    tangled = _tangled(doubtful)
    # What is plain is left out: letters are what takes long to paint.
    with _without(frozenset(glyph.run for glyph in glyphs) - suspects):
        whole = paint(page, frame, width, height)
        with _without(suspects):
            ground = paint(page, frame, width, height)
        grounds = _grounds_apart(tangled, doubtful, page, (width, height), (frame, whole))
    found = Seen([], [], 0)
    hidden = 0
    fate: list[Glyph] | None = found.glyphs
    for glyph in glyphs:
        if glyph.run not in suspects:
            found.glyphs.append(glyph)
            continue
        if glyph.text[0].isalnum():
            if glyph.run in tangled:
                pair = grounds.get(glyph.run)
                is_drawn = pair is not None and _is_drawn(*pair, glyph)
            else:
                is_drawn = _is_drawn(whole, ground, glyph)
            if is_drawn:
                fate = found.glyphs
            else:
                fate = found.over_ink if ground.has_ink(_inner(glyph, glyph.left, glyph.right)) else None
                hidden += fate is None
        if fate is not None:
            fate.append(glyph)
    return found._replace(hidden=hidden)


def _tangled(glyphs: Sequence[Glyph]) -> frozenset[int]:
    """Return the text objects that lie on other ones: what the one draws must not be taken for the other."""
    cells: dict[tuple[int, int], list[Glyph]] = {}
    found: set[int] = set()
    for glyph in glyphs:
        if not glyph.text[0].isalnum():
            continue
        middle = (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2
        place = int(middle[0] // _CELL), int(middle[1] // _CELL)
        for cell in product((place[0] - 1, place[0], place[0] + 1), (place[1] - 1, place[1], place[1] + 1)):
            for other in cells.get(cell, ())[-_NEIGHBOURS:]:
                apart = other.run == glyph.run or other.text == glyph.text
                if not apart and other.left < middle[0] < other.right and other.top < middle[1] < other.bottom:
                    found |= {glyph.run, other.run}
        cells.setdefault(place, []).append(glyph)
    return frozenset(found)


def _grounds_apart(
    runs: frozenset[int],
    glyphs: Sequence[Glyph],
    page: pdfium.PdfPage,
    size: tuple[float, float],
    painting: tuple[Frame, Picture],
) -> dict[int, tuple[Picture, Picture]]:
    """
    Paint the place of each of these text objects with it and without it; of too many, only the first.

    Args:
        painting: What has been painted of all of them together. Where it is small it serves for each, since a picture
            on the page is unpacked for every painting, however little of it is shown.
    """
    shared, together = painting
    is_small = len(together.pixels) <= _FEW_PIXELS
    painted: dict[int, tuple[Picture, Picture]] = {}
    for run in sorted(runs)[:_MOST_TANGLED]:
        frame = shared if is_small else _frame_of([glyph for glyph in glyphs if glyph.run == run], *size)
        whole = together if is_small else paint(page, frame, *size)
        with _without(frozenset({run})):
            painted[run] = whole, paint(page, frame, *size)
    return painted


def paint(page: pdfium.PdfPage, frame: Frame, width: float, height: float) -> Picture:
    """Paint a part of a page, without its annotations."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    left, top, right, bottom = frame
    area = max((right - left) * (bottom - top), 1.0)
    scale = min(_SCALE, (_MOST_PIXELS / area) ** 0.5)
    across, down = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    with closing(pdfium.PdfBitmap.new_native(across, down, raw.FPDFBitmap_Gray)) as bitmap:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, across, down)
        place = -round(left * scale), -round(top * scale), round(width * scale), round(height * scale)
        raw.FPDF_RenderPageBitmap(bitmap, page, *place, 0, raw.FPDF_GRAYSCALE)
        return Picture(bytes(bitmap.buffer), bitmap.stride, across, down, left, top, scale)


@contextmanager
def _without(runs: frozenset[int]) -> Iterator[None]:
    """Leave out text objects while the page is painted."""
    _set_active(runs, is_active=False)
    try:
        yield
    finally:
        _set_active(runs, is_active=True)


def _set_active(runs: frozenset[int], *, is_active: bool) -> None:
    import ctypes

    import pypdfium2.raw as raw

    for run in runs:
        raw.FPDFPageObj_SetIsActive(ctypes.cast(run, raw.FPDF_PAGEOBJECT), is_active)


def _is_drawn(whole: Picture, ground: Picture, glyph: Glyph) -> bool:
    """Say whether each letter makes a difference; those of a stretch are taken to be equally wide."""
    width = (glyph.right - glyph.left) / len(glyph.text)
    lefts = [glyph.left + place * width for place, letter in enumerate(glyph.text) if letter.isalnum()]
    return all(_differ(whole, ground, _inner(glyph, left, left + width)) for left in lefts)


def _differ(whole: Picture, ground: Picture, frame: Frame) -> bool:
    # Both are paintings of the same part of the page.
    for row in whole.rows(frame):
        mine, other = whole.pixels[row], ground.pixels[row]
        if mine != other and any(abs(one - two) >= _LEAST_CONTRAST for one, two in zip(mine, other, strict=True)):
            return True
    return False


def _inner(glyph: Glyph, left: float, right: float) -> Frame:
    # A little off each side, where the ink of the neighbours may reach in.
    margin = (right - left) * 0.1
    return left + margin, glyph.top, right - margin, glyph.bottom


def _frame_of(glyphs: Sequence[Glyph], width: float, height: float) -> Frame:
    # Whole pixels at any scale that divides a point, so that both paintings fall on the same ones.
    left = max(0, int(min(glyph.left for glyph in glyphs) - _MARGIN))
    top = max(0, int(min(glyph.top for glyph in glyphs) - _MARGIN))
    right = min(int(width) + 1, int(max(glyph.right for glyph in glyphs) + _MARGIN) + 1)
    bottom = min(int(height) + 1, int(max(glyph.bottom for glyph in glyphs) + _MARGIN) + 1)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _span(begin: float, end: float, scale: float, most: int) -> tuple[int, int]:
    """Return the pixels from begin to end, at least one."""
    first = min(max(0, int(begin * scale)), most)
    return first, min(max(first + 1, int(end * scale + 0.999)), most)
