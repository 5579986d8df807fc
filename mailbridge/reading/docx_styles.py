"""What the styles of a DOCX say of fonts, bold, italic, size, alignment and tab stops (ECMA-376 part 1 §17.7)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.reading.flow import Align, Look, Tab

if TYPE_CHECKING:
    from lxml.etree import _Element

TWIPS = 20.0
"""A twentieth of a point is the measure of most lengths."""

_MOST_ANCESTORS = 20
_MOST_TABS = 64
_OFF = {"0", "false", "off", "none"}
# What holds when nothing is said (§17.3.2): upright, regular, ten points.
_BARE = Look(size=10.0, bold=False, italic=False)


class Letters(NamedTuple):
    """How the letters of a run look. `theme` names a font of the theme that stands for `font`."""

    look: Look = _BARE
    font: str = ""
    theme: str = ""
    capitals: bool = False
    hidden: bool = False


class Shape(NamedTuple):
    """How a paragraph stands between its borders; lengths in points."""

    align: Align = Align.LEFT
    left: float = 0.0
    right: float = 0.0
    tabs: tuple[Tab, ...] = ()
    page_before: bool = False


@lru_cache(maxsize=2048)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local_name(element: _Element) -> str:
    """Return the name without its namespace; "" for what is no element."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


def child(element: _Element, name: str) -> _Element | None:
    """Return the first child of this local name."""
    for inner in element:
        if local_name(inner) == name:
            return inner
    return None


def attribute(element: _Element, name: str) -> str | None:
    """Return an attribute by its local name."""
    for key, value in element.items():
        if _local(str(key)) == name:
            return str(value)
    return None


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
        self._letters: dict[tuple[str | None, Letters], Letters] = {}
        self._shapes: dict[str | None, Shape] = {}
        self._default_letters = Letters()
        self._default_shape = Shape()
        self._default_paragraph: str | None = None
        if part is None:
            return
        for element in part:
            match local_name(element):
                case "style":
                    key = attribute(element, "styleId") or ""
                    self._styles[key] = element
                    if attribute(element, "default") not in (None, *_OFF) and attribute(element, "type") == "paragraph":
                        self._default_paragraph = key
                case "docDefaults":
                    for properties in element.iter("{*}rPr"):
                        self._default_letters = _letters(self._default_letters, properties)
                    for properties in element.iter("{*}pPr"):
                        self._default_shape = _shape(self._default_shape, properties)
                case _:
                    pass

    def paragraph(self, properties: _Element | None) -> tuple[Shape, Letters]:
        """Return how a paragraph with these properties (pPr) stands, and its letters where a run says nothing."""
        key = _named(properties, "pStyle") or self._default_paragraph
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._default_shape
            for style in reversed(list(self._line_of(key))):
                own = child(style, "pPr")
                shape = shape if own is None else _shape(shape, own)
            self._shapes[key] = shape
        return shape if properties is None else _shape(shape, properties), self._of(key, self._default_letters)

    def run(self, properties: _Element | None, letters: Letters) -> Letters:
        """Return how a run with these properties (rPr) looks in a paragraph with these letters."""
        if properties is None:
            return letters
        key = _named(properties, "rStyle")
        return _letters(letters if key is None else self._of(key, letters), properties)

    def _of(self, key: str | None, letters: Letters) -> Letters:
        known = self._letters.get((key, letters))
        if known is None:
            known = letters
            for style in reversed(list(self._line_of(key))):
                own = child(style, "rPr")
                known = known if own is None else _letters(known, own)
            self._letters[key, letters] = known
        return known

    def _line_of(self, key: str | None) -> Iterator[_Element]:
        """Go from a style to those it is based on; a circle ends by count."""
        for _ in range(_MOST_ANCESTORS):
            style = self._styles.get(key or "")
            if style is None:
                return
            yield style
            key = _named(style, "basedOn")


def _named(properties: _Element | None, name: str) -> str | None:
    element = None if properties is None else child(properties, name)
    return None if element is None else attribute(element, "val")


def _letters(letters: Letters, properties: _Element) -> Letters:
    """Read the properties of a run (§17.3.2) over what holds without them."""
    (size, bold, italic), font, theme, capitals, hidden = _of_look(letters.look), *letters[1:]
    for element in properties:
        match local_name(element):
            case "b":
                bold = _is_on(element)
            case "i":
                italic = _is_on(element)
            case "sz":
                half_points = number(element, "val")
                size = half_points / 2 if 2 <= half_points <= 400 else size
            case "caps":
                capitals = _is_on(element)
            case "vanish":
                hidden = _is_on(element)
            case "rFonts":
                # A font of the theme goes before a name in the same place (§17.3.2.26).
                named = attribute(element, "hAnsi") or attribute(element, "ascii")
                themed = attribute(element, "hAnsiTheme") or attribute(element, "asciiTheme")
                if named or themed:
                    font, theme = named or "", themed or ""
            case _:
                pass
    if (size, bold, italic) == _of_look(letters.look):
        return Letters(letters.look, font, theme, capitals, hidden)
    return Letters(Look(size=size, bold=bold, italic=italic), font, theme, capitals, hidden)


def _of_look(look: Look) -> tuple[float, bool | None, bool | None]:
    return look.size, look.bold, look.italic


def _shape(shape: Shape, properties: _Element) -> Shape:
    """Read the properties of a paragraph (§17.3.1) over what holds without them."""
    align, left, right, tabs, page_before = shape
    for element in properties:
        match local_name(element):
            case "jc":
                align = _align(attribute(element, "val"))
            case "ind":
                left = _length(element, left, "left", "start")
                right = _length(element, right, "right", "end")
            case "tabs":
                tabs = _with_tabs(tabs, element)
            case "pageBreakBefore":
                page_before = _is_on(element)
            case _:
                pass
    return Shape(align, left, right, tabs, page_before)


def _align(word: str | None) -> Align:
    match word:
        case "center":
            return Align.CENTRE
        case "right" | "end":
            return Align.RIGHT
        case _:
            return Align.LEFT


def _length(element: _Element, before: float, *names: str) -> float:
    return number(element, *names) / TWIPS if any(attribute(element, name) for name in names) else before


def _with_tabs(tabs: tuple[Tab, ...], element: _Element) -> tuple[Tab, ...]:
    stops = {tab.place: tab for tab in tabs}
    for stop in element:
        place = number(stop, "pos") / TWIPS
        match attribute(stop, "val"):
            case "clear":
                stops.pop(place, None)
            case "bar" | "num":
                pass
            case word:
                stops[place] = Tab(place, _align(word))
        if len(stops) > _MOST_TABS:
            break
    return tuple(stops[place] for place in sorted(stops))


def _is_on(element: _Element) -> bool:
    """Read an on-off property (ECMA-376 part 1 §17.17.4)."""
    return (attribute(element, "val") or "1") not in _OFF
