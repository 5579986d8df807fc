"""Text boxes of a DOCX and where they stand: DrawingML (ECMA-376 part 1 §20.4) and the older VML (part 4 §19)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbridge.reading.docx_styles import attribute, child, local_name
from mailbridge.reading.flow import LEFT, RIGHT
from mailbridge.reading.margins import WIDE, Margins

if TYPE_CHECKING:
    from lxml.etree import _Element

_EMU = 12_700.0  # English metric units in a point
_VML_LENGTH = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)(pt|in|mm|cm|px)?")
_POINTS = {"pt": 1.0, "in": 72.0, "mm": 72 / 25.4, "cm": 72 / 2.54, "px": 0.75, None: 0.75}


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """
    A text box, or a group of them; places as those of `blocks.TextBox`.

    In a group the places of its members are not asked: their texts follow each other.
    """

    contents: tuple[_Element, ...]
    left: float | None = None
    top: float | None = None
    width: float | None = None
    from_page: bool = False
    pushes: bool = False


def text_boxes(drawing: _Element, margins: Margins) -> Iterator[Box]:
    """Find the text boxes of a drawing; of alternatives the first that has text is taken, for they say the same."""
    match local_name(drawing):
        case "AlternateContent":
            for alternative in drawing:
                found = [box for inner in alternative for box in text_boxes(inner, margins)]
                if found:
                    yield from found
                    return
        case "anchor":
            yield from _with_text(_anchored(drawing, margins))
        case "shape" | "rect" | "roundrect" | "group":
            yield from _with_text(_styled(drawing, margins))
        case "txbxContent":
            yield Box(contents=(drawing,))
        case _:
            for inner in drawing:
                yield from text_boxes(inner, margins)


def _with_text(box: Box) -> Iterator[Box]:
    if box.contents:
        yield box


def _contents(element: _Element) -> Iterator[_Element]:
    for inner in element:
        match local_name(inner):
            case "txbxContent":
                yield inner
            case "AlternateContent":
                yield from next(filter(None, (list(_contents(alternative)) for alternative in inner)), [])
            case _:
                yield from _contents(inner)


def _anchored(anchor: _Element, margins: Margins) -> Box:
    """Read the place of a DrawingML anchor (§20.4.2.3)."""
    contents = tuple(_contents(anchor))
    extent = child(anchor, "extent")
    width = _points(None if extent is None else attribute(extent, "cx")) or None
    across, down = child(anchor, "positionH"), child(anchor, "positionV")
    left = None if across is None else _across(across, margins, width or 0.0)
    top = None if down is None else _offset(down)
    is_wide = (width or 0.0) >= WIDE
    pushes = child(anchor, "wrapTopAndBottom") is not None or (is_wide and child(anchor, "wrapNone") is None)
    if down is None or top is None or left is None:
        return Box(contents=contents, left=left, width=width)
    return _placed(contents, left, top, width, attribute(down, "relativeFrom"), margins, pushes=pushes)


def _across(position: _Element, margins: Margins, width: float) -> float | None:
    """Return the left edge from the edge of the page, as if the margins were ours."""
    align = child(position, "align")
    match None if align is None else (align.text or "").strip():
        case None:
            offset = _offset(position)
            if offset is None:
                return None
            return margins.across(offset, from_page=attribute(position, "relativeFrom") == "page")
        case "center":
            return (LEFT + RIGHT - width) / 2
        case "right" | "outside":
            return RIGHT - width
        case _:
            return LEFT


def _offset(position: _Element) -> float | None:
    offset = child(position, "posOffset")
    return None if offset is None else _points(offset.text)


def _points(emu: str | None) -> float:
    text = (emu or "").strip()
    digits = text.removeprefix("-")
    return int(text) / _EMU if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0.0


def _styled(shape: _Element, margins: Margins) -> Box:
    """Read the place of a VML shape, which its style tells in the manner of CSS."""
    contents = tuple(_contents(shape))
    pairs = (pair.partition(":") for pair in (attribute(shape, "style") or "")[:2000].split(";"))
    style = {name.strip(): value.strip() for name, _, value in pairs}
    left, top, width = (_vml_points(style.get(name, "")) for name in ("margin-left", "margin-top", "width"))
    if style.get("position") != "absolute" or left is None or top is None:
        return Box(contents=contents)
    match style.get("mso-position-horizontal"):
        case "center":
            left = (LEFT + RIGHT - (width or 0.0)) / 2
        case "right":
            left = RIGHT - (width or 0.0)
        case _:
            left = margins.across(left, from_page=style.get("mso-position-horizontal-relative") == "page")
    wrap = next((inner for inner in shape if local_name(inner) == "wrap"), None)
    kind = None if wrap is None else attribute(wrap, "type")
    pushes = kind == "topAndBottom" or (kind in {"square", "tight"} and (width or 0.0) >= WIDE)
    relative = style.get("mso-position-vertical-relative")
    return _placed(contents, left, top, width, relative, margins, pushes=pushes)


def _vml_points(text: str) -> float | None:
    found = _VML_LENGTH.fullmatch(text)
    return float(found[1]) * _POINTS[found[2]] if found else None


def _placed(
    contents: tuple[_Element, ...],
    left: float,
    top: float,
    width: float | None,
    relative: str | None,
    margins: Margins,
    *,
    pushes: bool,
) -> Box:
    match relative:
        case "page" | "topMargin":
            top, from_page = margins.down(top, from_page=True), True
        case "margin":
            top, from_page = margins.down(top, from_page=False), True
        case _:
            from_page = False
    return Box(contents=contents, left=left, top=top, width=width, from_page=from_page, pushes=pushes)
