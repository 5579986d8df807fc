"""What the styles of an OpenDocument file say of letters and paragraphs (ODF 1.3 part 3 §16, §20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.reading.docx_styles import attribute, child, local_name
from mailbridge.reading.flow import Align, Look, Tab

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_ANCESTORS = 20
_MOST_TABS = 64
_LENGTH = re.compile(r"(-?\d{0,6}(?:\.\d{1,10})?)(pt|in|cm|mm|pc|px)")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0, "px": 0.75}


class Letters(NamedTuple):
    """How the letters of a run look."""

    look: Look = Look(size=12.0, bold=False, italic=False)
    font: str = ""
    capitals: bool = False
    hidden: bool = False


class Shape(NamedTuple):
    """How a paragraph stands; lengths in points."""

    align: Align = Align.LEFT
    left: float = 0.0
    right: float = 0.0
    tabs: tuple[Tab, ...] = ()
    page_before: bool = False
    page_after: bool = False


def length(text: str | None) -> float | None:
    """Read a length in points; None for what is none (ODF 1.3 part 3 §18.3.18)."""
    found = _LENGTH.fullmatch((text or "").strip())
    return float(found[1]) * _POINTS[found[2]] if found and found[1] not in ("", "-") else None


class Styles:
    """The styles of one file, automatic ones first: their names may be those of common ones."""

    def __init__(self, *parents: _Element | None) -> None:
        """Take the elements that hold styles or fonts; what comes first is believed."""
        self._styles: dict[tuple[str, str], _Element] = {}
        self._defaults: dict[str, _Element] = {}
        self._faces: dict[str, str] = {}
        self._letters: dict[tuple[str, str | None, Letters], Letters] = {}
        self._shapes: dict[tuple[str, str | None], Shape] = {}
        for parent in parents:
            for element in () if parent is None else parent:
                family = attribute(element, "family") or ""
                match local_name(element):
                    case "style":
                        self._styles.setdefault((family, attribute(element, "name") or ""), element)
                    case "default-style":
                        self._defaults.setdefault(family, element)
                    case "font-face":
                        face = attribute(element, "font-family") or ""
                        self._faces.setdefault(attribute(element, "name") or "", face.strip("'\""))
                    case _:
                        pass

    def of(self, family: str, name: str | None) -> Iterator[_Element]:
        """Go from a style to its parents; a circle ends by count."""
        for _ in range(_MOST_ANCESTORS):
            style = self._styles.get((family, name or ""))
            if style is None:
                return
            yield style
            name = attribute(style, "parent-style-name")

    def properties(self, family: str, name: str | None, kind: str) -> Iterator[_Element]:
        """Return the properties of one kind, those of the style itself last."""
        default = self._defaults.get(family)
        styles = [*self.of(family, name), *([] if default is None else [default])]
        found = (child(style, f"{kind}-properties") for style in reversed(styles))
        yield from (properties for properties in found if properties is not None)

    def named(self, family: str, name: str | None, kind: str, wanted: str) -> str | None:
        """Return one attribute of the properties of one kind."""
        values = (attribute(properties, wanted) for properties in self.properties(family, name, kind))
        return next((value for value in reversed(list(values)) if value is not None), None)

    def letters(self, family: str, name: str | None, base: Letters | None = None) -> Letters:
        """Return the letters of a style; those of a text style over `base`."""
        base = base or Letters()
        known = self._letters.get((family, name, base))
        if known is None:
            known = base
            for properties in self.properties(family, name, "text"):
                known = self._with(known, properties)
            self._letters[family, name, base] = known
        return known

    def _with(self, letters: Letters, properties: _Element) -> Letters:
        look, font, capitals, hidden = letters
        size, bold, italic = look.size, look.bold, look.italic
        for key, value in properties.items():
            match str(key).rpartition("}")[2]:
                case "font-size":
                    size = _size(str(value), size)
                case "font-weight":
                    bold = value in ("bold", "600", "700", "800", "900")
                case "font-style":
                    italic = value in ("italic", "oblique")
                case "font-name":
                    font = self._faces.get(str(value), str(value))
                case "font-family":
                    font = str(value).strip("'\"")
                case "text-transform":
                    capitals = value == "uppercase"
                case "display":
                    hidden = value == "none"
                case _:
                    pass
        return Letters(Look(size=size, bold=bold, italic=italic), font, capitals, hidden)

    def shape(self, family: str, name: str | None) -> Shape:
        """Return how paragraphs of a style stand."""
        known = self._shapes.get((family, name))
        if known is None:
            known = Shape()
            for properties in self.properties(family, name, "paragraph"):
                known = _shape(known, properties)
            if any(attribute(style, "master-page-name") for style in self.of(family, name)):
                known = known._replace(page_before=True)
            self._shapes[family, name] = known
        return known


def _size(text: str, before: float) -> float:
    if text.endswith("%") and text[:-1].isdecimal() and len(text) < 5:
        return max(1.0, before * int(text[:-1]) / 100)
    points = length(text)
    return points if points is not None and 1 <= points <= 200 else before


def _shape(shape: Shape, properties: _Element) -> Shape:
    made = shape
    for key, value in properties.items():
        points = length(str(value)) or 0.0
        match str(key).rpartition("}")[2]:
            case "text-align":
                made = made._replace(align=_align(str(value)))
            case "margin-left":
                made = made._replace(left=points)
            case "margin-right":
                made = made._replace(right=points)
            case "break-before":
                made = made._replace(page_before=value == "page")
            case "break-after":
                made = made._replace(page_after=value == "page")
            case _:
                pass
    stops = child(properties, "tab-stops")
    if stops is not None:
        made = made._replace(tabs=_tabs(stops))
    return made


def _align(word: str) -> Align:
    match word:
        case "center":
            return Align.CENTRE
        case "end" | "right":
            return Align.RIGHT
        case _:
            return Align.LEFT


def _tabs(element: _Element) -> tuple[Tab, ...]:
    found = []
    for stop in islice(element, _MOST_TABS):
        place = length(attribute(stop, "position"))
        if place is not None:
            found.append(Tab(place, _align(attribute(stop, "type") or "left")))
    return tuple(sorted(found, key=lambda tab: tab.place))
