"""Text boxes of a Word 97–2003 file: where they hang, where they stand, where their texts are."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from mailbridge.reading.blocks import TextBox
from mailbridge.reading.doc_file import DocFile
from mailbridge.reading.doc_styles import TWIPS
from mailbridge.reading.flow import LEFT, RIGHT
from mailbridge.reading.margins import WIDE, Margins

_MOST_BOXES = 500
_DRAWINGS = 50  # index of what [MS-DOC] calls fcDggInfo
# Records and properties of [MS-ODRAW].
_SHAPE, _PROPERTIES = 0xF00A, (0xF00B, 0xF121, 0xF122)
_ACROSS, _ACROSS_FROM, _DOWN_FROM = 0x38F, 0x390, 0x392
_MARGIN, _PAGE = 0, 1


class Tables(NamedTuple):
    """Indices of the tables of shapes (PlcfSpa, [MS-DOC] §2.8.37) and of texts (PlcftxbxTxt, §2.8.32)."""

    shapes: int
    texts: int


MAIN_TEXT, HEADERS = Tables(40, 56), Tables(41, 58)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A text box without its text, and from which to which character that stands."""

    box: TextBox
    first: int
    last: int


def find_boxes(file: DocFile, tables: Tables, anchors: int, base: int, margins: Margins) -> dict[int, Place]:
    """
    Find the text boxes by the characters on which they hang.

    Args:
        anchors: First character of the part where they hang.
        base: First character of the part where their texts stand.
    """
    stories = _stories(file.table(tables.texts), base)
    table = file.table(tables.shapes)
    count = max(0, len(table) - 4) // 30
    drawn = _drawn(file.table(_DRAWINGS)) if count and stories else {}
    found = {}
    for index in range(count):
        [cp] = struct.unpack_from("<i", table, 4 * index)
        shape, left, top, right, _, flags = struct.unpack_from("<5iH", table, 4 * (count + 1) + 26 * index)
        if shape in stories:
            first, last = stories.pop(shape)
            place = (left / TWIPS, top / TWIPS, (right - left) / TWIPS)
            box = _placed(place, flags, drawn.get(shape, {}), margins)
            found[anchors + cp] = Place(box=box, first=first, last=last)
    return found


def _stories(table: bytes, base: int) -> dict[int, tuple[int, int]]:
    """Return from where to where the text of each shape stands (FTXBXS, §2.9.102: the number of the shape at 14)."""
    count = max(0, len(table) - 4) // 26
    stories = {}
    for index in range(min(count, _MOST_BOXES)):
        start, end = struct.unpack_from("<2i", table, 4 * index)
        [shape] = struct.unpack_from("<i", table, 4 * (count + 1) + 22 * index + 14)
        if 0 <= start < end:
            stories[shape] = (base + start, base + end)
    return stories


def _drawn(records: bytes) -> dict[int, dict[int, int]]:
    """Read the properties of each shape ([MS-ODRAW] §2.2.7), which know better what a place counts from."""
    found: dict[int, dict[int, int]] = {}
    properties: dict[int, int] = {}
    at = 0
    while at + 8 <= len(records):
        version, kind, size = struct.unpack_from("<HHI", records, at)
        if not 0xF000 <= kind < 0xF200:
            at += 1  # a single octet stands before each drawing
            continue
        at += 8
        if version & 0xF == 0xF:
            continue
        if kind == _SHAPE and at + 4 <= len(records):
            properties = found.setdefault(struct.unpack_from("<i", records, at)[0], {})
        elif kind in _PROPERTIES:
            for index in range(min(version >> 4, size // 6, (len(records) - at) // 6)):
                code, value = struct.unpack_from("<HI", records, at + 6 * index)
                properties[code & 0x3FFF] = value
        at += size
    return found


def _placed(place: tuple[float, float, float], flags: int, drawn: dict[int, int], margins: Margins) -> TextBox:
    """Read where a shape stands (Spa, §2.9.253): against the margin, the edge of the page, or the text."""
    left, top, width = place
    wrap = flags >> 5 & 15
    match drawn.get(_ACROSS, 0):
        case 2:
            left = (LEFT + RIGHT - width) / 2
        case 3 | 5:
            left = RIGHT - width
        case _:
            left = margins.across(left, from_page=drawn.get(_ACROSS_FROM, flags >> 1 & 3) == _PAGE)
    down = drawn.get(_DOWN_FROM, flags >> 3 & 3)
    if down in (_MARGIN, _PAGE):
        top = margins.down(top, from_page=down == _PAGE)
    # 1: text above and below only; 3: the box lies over the text; others let it flow beside.
    pushes = wrap == 1 or (wrap != 3 and width >= WIDE)
    return TextBox(blocks=(), left=left, top=top, width=width, from_page=down in (_MARGIN, _PAGE), pushes=pushes)
