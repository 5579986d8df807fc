"""
Marks in frames: "MẬT", "HỎA TỐC" and their like, each alone in a box of lines (NĐ 30/2020/NĐ-CP, Phụ lục I, box 10).

Text recognition takes a short word in a box for a picture and says nothing of it. So boxes of the size of a mark are
looked for as ink that hangs together, and what stands in them is read as one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from mailbridge.classifier.page.markers import bare
from mailbridge.reading.scan_engine import Word
from mailbridge.reading.scan_ink import Blob, blobs, level_of_ink
from mailbridge.reading.scan_rows import Row
from mailbridge.reading.scan_sheet import Sheet
from mailbridge.reading.scan_views import view

if TYPE_CHECKING:
    from PIL import Image

# A letter under two marks is lost at times, or read twice ("TI MẬT", "TUYẾỆT MẬT"); those behind tell which one it is.
_MARKS = (
    (re.compile(r"MAT"), "MẬT"),
    (re.compile(r"TU[YET]{1,5}MAT"), "TUYỆT MẬT"),
    (re.compile(r"T[OI]{1,3}MAT"), "TỐI MẬT"),
    (re.compile(r"KHAN"), "KHẨN"),
    (re.compile(r"TH[UO]{1,3}NGKHAN"), "THƯỢNG KHẨN"),
    (re.compile(r"H[OA]{1,3}T[O0]{1,2}C"), "HỎA TỐC"),
)
# How far down a page, and from its left edge, marks stand; they come before the first words of the text.
_DOWN, _ACROSS = 0.5, 0.75
# In pixels of 200 dpi: a box is 10 to 65 mm wide and 4 to 18 mm high.
_WIDTHS, _HEIGHTS = (80, 520), (32, 140)
_LEAST_RATIO = 1.2
# Half of the size is enough to see a line, and a quarter of the work.
_HALF = 2
_LINE = 8
"""Pixels within which a line of a box lies, drawn a little askew."""
_LEAST_LINE = 0.75
"""Share of a side of the box that has ink."""
_FAINT, _PAPER = 40, 215
"""A thin line of a colour is paler than ink in a scan without colours; never as pale as paper."""
_MOST_BOXES = 12
_LINES = (_LINE, 14)
"""How much of a box its lines may take; those of a rubber stamp are thick."""
_SCALES = (1.5, 1.0)


def framed_rows(sheet: Sheet) -> list[Row]:
    """Read the marks that stand in boxes on the upper half of a sheet, in black or in colour."""
    found: list[Row] = []
    for image in filter(None, (sheet.coloured, sheet.black)):
        for box in _boxes(image):
            row = _mark_in(image, box)
            if row is not None:
                found.append(row)
    return found


def _boxes(image: Image.Image) -> Iterator[Blob]:
    """Yield what may be the frame of a mark, in pixels of `image`; few."""
    from PIL import ImageFilter

    upper = image.crop((0, 0, round(image.width * _ACROSS), round(image.height * _DOWN)))
    # Thickened before it is made smaller: a line of one pixel would fade.
    small = upper.filter(ImageFilter.MinFilter(3)).reduce(_HALF)
    level = min(level_of_ink(small) + _FAINT, _PAPER)
    count = 0
    for blob in blobs(small, level):
        frame = _frame(small, blob, level)
        if frame is not None:
            count += 1
            if count > _MOST_BOXES:
                return
            yield Blob(_HALF * frame.left, _HALF * frame.top, _HALF * frame.right, _HALF * frame.bottom, frame.area)


def _frame(image: Image.Image, blob: Blob, level: int) -> Blob | None:
    """Return the frame that a blob is: of the size of one, with ink along each of its four sides."""
    width, height = _HALF * (blob.right - blob.left), _HALF * blob.height
    if not (_WIDTHS[0] <= width <= _WIDTHS[1] and _HEIGHTS[0] <= height <= _HEIGHTS[1]):
        return None
    if width < _LEAST_RATIO * height:
        return None
    deep = _LINE // _HALF
    top = _line(image, blob, level, range(blob.height // 3))
    bottom = _line(image, blob, level, range(blob.height - deep, 2 * blob.height // 3, -1))
    if top is None or bottom is None or bottom - top < _HEIGHTS[0] // _HALF:
        return None
    sides = ((blob.left, top, blob.left + deep, bottom), (blob.right - deep, top, blob.right, bottom))
    if any(_inked(image, side, level) < _LEAST_LINE for side in sides):
        return None
    return blob._replace(top=top, bottom=bottom)


def _line(image: Image.Image, blob: Blob, level: int, places: range) -> int | None:
    """Return where the first upper or lower line of a frame lies: a mark on a capital may stick out of it."""
    deep = _LINE // _HALF
    for place in places:
        y = blob.top + place
        if _inked(image, (blob.left, y, blob.right, y + deep), level) >= _LEAST_LINE:
            return y if places.step > 0 else y + deep
    return None


def _inked(image: Image.Image, side: tuple[int, int, int, int], level: int) -> float:
    """Return the share of a strip, along its longer side, that has ink somewhere across."""
    strip = image.crop(side)
    octets, width, height = strip.tobytes(), strip.width, strip.height
    lines = [octets[at::width] for at in range(width)] if width >= height else _rows(octets, width)
    return sum(min(line) < level for line in lines) / len(lines)


def _rows(octets: bytes, width: int) -> list[bytes]:
    return [octets[at : at + width] for at in range(0, len(octets), width)]


def _mark_in(image: Image.Image, box: Blob) -> Row | None:
    """Read the inside of a box; None when no reading of it is a mark."""
    for line, scale, soft in product(_LINES, _SCALES, (False, True)):
        inside = (box.left + line, box.top + line, box.right - line, box.bottom - line)
        seen = view(image, inside, scale, soft=soft).words
        mark = _mark("".join(word.text for word in seen))
        if mark is not None:
            high = inside[3] - inside[1]
            word = Word(mark, *inside, base=inside[3] - 0.2 * high, sure=max(word.sure for word in seen), line=0)
            return Row(words=(word,), em=0.6 * high)
    return None


def _mark(text: str) -> str | None:
    """Return the mark that the letters of a box spell, as it is written; marks on capitals are easily lost."""
    letters = re.sub(r"[^A-Z]", "", bare(text).upper())
    return next((mark for pattern, mark in _MARKS if pattern.fullmatch(letters)), None)
