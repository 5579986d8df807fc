"""What the styles of a DOCX say of bold, italic, size and alignment (ECMA-376 part 1 §17.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbridge.reading.flow import Align, Look

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_ANCESTORS = 20
_OFF = {"0", "false", "off", "none"}


def local_name(element: _Element) -> str:
    """Return the name without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: _Element, name: str) -> _Element | None:
    """Return the first child of this local name."""
    return next((inner for inner in element if local_name(inner) == name), None)


def attribute(element: _Element, name: str) -> str | None:
    """Return an attribute by its local name."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def number(element: _Element, *names: str) -> float:
    """Return the first of these attributes that is a number of sensible size; 0 otherwise."""
    for name in names:
        text = attribute(element, name) or ""
        digits = text[1:] if text.startswith("-") else text
        if digits.isascii() and digits.isdigit() and len(digits) < 7:
            return float(text)
    return 0.0


class Styles:
    """The styles of one document; those of tables and numbering are not asked."""

    def __init__(self, part: _Element | None) -> None:
        self._styles: dict[str, _Element] = {}
        # What holds when nothing is said (§17.3.2): upright, regular, ten points.
        self._default_look = Look(size=10.0, bold=False, italic=False)
        self._default_paragraph: str | None = None
        if part is None:
            return
        for element in part:
            match local_name(element):
                case "style":
                    key = attribute(element, "styleId") or ""
                    self._styles[key] = element
                    if attribute(element, "type") == "paragraph" and attribute(element, "default") not in (None, *_OFF):
                        self._default_paragraph = key
                case "docDefaults":
                    for properties in element.iter():
                        if local_name(properties) == "rPr":
                            self._default_look = _with(self._default_look, properties)
                case _:
                    pass

    def paragraph(self, properties: _Element | None) -> Look:
        """Return the look of letters in a paragraph with these properties (pPr), where a run says nothing."""
        look = self._default_look
        for style in reversed(list(self._line_of(self._named(properties, "pStyle") or self._default_paragraph))):
            own = child(style, "rPr")
            look = look if own is None else _with(look, own)
        return look

    def run(self, properties: _Element | None, look: Look) -> Look:
        """Return the look of a run with these properties (rPr) in a paragraph of this look."""
        if properties is None:
            return look
        for style in reversed(list(self._line_of(self._named(properties, "rStyle")))):
            own = child(style, "rPr")
            look = look if own is None else _with(look, own)
        return _with(look, properties)

    def align(self, properties: _Element | None) -> Align:
        """Return how a paragraph with these properties (pPr) stands between its borders."""
        styles = self._line_of(self._named(properties, "pStyle") or self._default_paragraph)
        inherited = (child(style, "pPr") for style in styles)
        for source in (properties, *inherited):
            element = None if source is None else child(source, "jc")
            if element is not None:
                match attribute(element, "val"):
                    case "center":
                        return Align.CENTRE
                    case "right" | "end":
                        return Align.RIGHT
                    case _:
                        return Align.LEFT
        return Align.LEFT

    def is_hidden(self, properties: _Element | None) -> bool:
        """Say whether a run is not shown."""
        return properties is not None and bool(_switch(properties, "vanish"))

    def is_capitals(self, properties: _Element | None) -> bool:
        """Say whether a run is shown in capitals, whatever was typed."""
        return properties is not None and bool(_switch(properties, "caps"))

    def _named(self, properties: _Element | None, name: str) -> str | None:
        element = None if properties is None else child(properties, name)
        return None if element is None else attribute(element, "val")

    def _line_of(self, key: str | None) -> Iterator[_Element]:
        """Go from a style to those it is based on; a circle ends by count."""
        for _ in range(_MOST_ANCESTORS):
            style = self._styles.get(key or "")
            if style is None:
                return
            yield style
            base = child(style, "basedOn")
            key = None if base is None else attribute(base, "val")


def _with(look: Look, properties: _Element) -> Look:
    bold, italic = _switch(properties, "b"), _switch(properties, "i")
    size = child(properties, "sz")
    half_points = 0.0 if size is None else number(size, "val")
    return replace(
        look,
        bold=look.bold if bold is None else bold,
        italic=look.italic if italic is None else italic,
        size=half_points / 2 if 2 <= half_points <= 400 else look.size,
    )


def _switch(properties: _Element, name: str) -> bool | None:
    """Read an on-off property (ECMA-376 part 1 §17.17.4); None when it is not there."""
    element = child(properties, name)
    return None if element is None else (attribute(element, "val") or "1") not in _OFF
