"""The little of CSS that programs write into letters: how letters look and how lines stand (CSS 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mailbridge.reading.flow import Align, Look

if TYPE_CHECKING:
    from lxml.etree import _Element

_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,5000})\}")
_COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|<!--|-->")
_SELECTOR = re.compile(r"([A-Za-z0-9]+)?(?:\.([\w-]+))?")
_LENGTH = re.compile(r"(-?\d{0,6}(?:\.\d{1,10})?)(pt|px|in|cm|mm|pc|em|rem|%)?")
_POINTS = {"pt": 1.0, "px": 0.75, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0, None: 0.75}
_KEYWORDS = {"xx-small": 7, "x-small": 8, "small": 10, "medium": 12, "large": 14, "x-large": 18, "xx-large": 24}
_FONT_SIZES = {"1": 8.0, "2": 10.0, "3": 12.0, "4": 14.0, "5": 18.0, "6": 24.0, "7": 36.0}
_HEADINGS = {"h1": 24.0, "h2": 18.0, "h3": 14.0, "h4": 12.0, "h5": 10.0, "h6": 8.0}
_LETTERS = frozenset({"font-weight", "font-style", "font-size", "font-family", "text-transform"})
_HIDDEN = {"display": "none", "visibility": "hidden", "mso-hide": "all"}
_MOST_RULES = 2_000
_MOST_SHEETS = 500_000


class Manner(NamedTuple):
    """How the text of an element looks; what of it is inherited, and what is not: `hidden`, `breaks`, `tabs`."""

    look: Look = Look(size=12.0, bold=False, italic=False)
    font: str = ""
    capitals: bool = False
    align: Align = Align.LEFT
    indent: float = 0.0
    kept: bool = False
    hidden: bool = False
    breaks_before: bool = False
    breaks_after: bool = False
    tabs: int = 0


class Sheets:
    """The style sheets in a page: rules for a tag, a class, or both; others are not asked."""

    def __init__(self, root: _Element) -> None:
        self._rules: dict[tuple[str, str], dict[str, str]] = {}
        text = "\n".join((style.text or "") for style in root.iter("style"))[:_MOST_SHEETS]
        for index, rule in enumerate(_RULE.finditer(_COMMENT.sub(" ", text))):
            if index >= _MOST_RULES:
                break
            wanted = declarations(rule[2])
            for selector in rule[1].split(","):
                found = _SELECTOR.fullmatch(selector.strip())
                if found and selector.strip():
                    key = ((found[1] or "").lower(), (found[2] or "").lower())
                    self._rules.setdefault(key, {}).update(wanted)

    def manner(self, element: _Element, tag: str, parent: Manner) -> Manner:
        """Return how an element looks in a parent that looks so."""
        manner = parent._replace(indent=0.0, hidden=False, breaks_before=False, breaks_after=False, tabs=0)
        manner = _by_tag(manner, tag)
        if (tag, "") in self._rules:
            manner = _by_css(manner, self._rules[tag, ""], parent.look.size)
        # Browsers believe rules for a tag before attributes; but programs write both, and mean the attributes.
        manner = _by_attributes(manner, element, tag)
        for declared in self._declared(element, tag):
            manner = _by_css(manner, declared, parent.look.size)
        return manner

    def _declared(self, element: _Element, tag: str) -> Iterator[Mapping[str, str]]:
        classes = (element.get("class") or "").lower().split()[:5]
        for key in (*(("", name) for name in classes), *((tag, name) for name in classes)):
            if key in self._rules:
                yield self._rules[key]
        style = element.get("style")
        if style:
            yield declarations(style)


@lru_cache(maxsize=512)
def declarations(text: str) -> Mapping[str, str]:
    """Read "name: value; …"; names in small letters."""
    pairs = (pair.partition(":") for pair in text[:5000].split(";"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def length(text: str | None, whole: float, size: float = 12.0) -> float | None:
    """Read a length in points; per cent are of `whole`, em of `size`; None for what is none."""
    found = _LENGTH.fullmatch((text or "").strip().lower())
    if found is None or found[1] in ("", "-"):
        return None
    value = float(found[1])
    match found[2]:
        case "%":
            return value * whole / 100
        case "em" | "rem":
            return value * size
        case unit:
            return value * _POINTS[unit]


def _by_tag(manner: Manner, tag: str) -> Manner:
    look = manner.look
    match tag:
        case "b" | "strong":
            return manner._replace(look=_look(look, bold=True))
        case "i" | "em" | "cite":
            return manner._replace(look=_look(look, italic=True))
        case "th":
            return manner._replace(look=_look(look, bold=True), align=Align.CENTRE)
        case "center":
            return manner._replace(align=Align.CENTRE)
        case "pre":
            return manner._replace(kept=True)
        case _ if tag in _HEADINGS:
            return manner._replace(look=Look(size=_HEADINGS[tag], bold=True, italic=look.italic))
        case _:
            return manner


def _by_attributes(manner: Manner, element: _Element, tag: str) -> Manner:
    if tag == "font":
        manner = manner._replace(font=element.get("face") or manner.font)
        size = _FONT_SIZES.get(element.get("size") or "")
        if size:
            manner = manner._replace(look=_look(manner.look, size=size))
    # A table is moved as a whole by its align, which says nothing of its lines.
    align = None if tag == "table" else element.get("align")
    return manner._replace(align=_align(align, manner.align)) if align else manner


def _by_css(manner: Manner, declared: Mapping[str, str], size: float) -> Manner:
    for name, value in declared.items():
        manner = (
            _of_letters(manner, name, value, size) if name in _LETTERS else _of_lines(manner, name, value.lower(), size)
        )
    return manner


def _of_letters(manner: Manner, name: str, value: str, size: float) -> Manner:
    look, word = manner.look, value.lower()
    match name:
        case "font-weight":
            look = _look(look, bold=word.startswith("bold") or (word.isdecimal() and int(word[:4]) >= 600))
        case "font-style":
            look = _look(look, italic=word.startswith(("italic", "oblique")))
        case "font-size":
            points = _KEYWORDS.get(word) or length(word, size, size)
            look = _look(look, size=points) if points and 1 <= points <= 200 else look
        case "font-family":
            manner = manner._replace(font=value.partition(",")[0].strip().strip("'\""))
        case _:
            manner = manner._replace(capitals=word == "uppercase")
    return manner._replace(look=look)


def _of_lines(manner: Manner, name: str, word: str, size: float) -> Manner:
    match name:
        case "text-align":
            return manner._replace(align=_align(word, manner.align))
        case "margin-left":
            return manner._replace(indent=length(word, 0.0, size) or 0.0)
        case "white-space":
            return manner._replace(kept=word.startswith("pre"))
        case "display" | "visibility" | "mso-hide":
            return manner._replace(hidden=manner.hidden or word == _HIDDEN[name])
        case "page-break-before" | "break-before":
            return manner._replace(breaks_before=word in ("always", "page"))
        case "page-break-after" | "break-after":
            return manner._replace(breaks_after=word in ("always", "page"))
        case "mso-tab-count":
            return manner._replace(tabs=int(word) if word.isdecimal() and len(word) < 3 else 1)
        case _:
            return manner


def _look(look: Look, *, size: float | None = None, bold: bool | None = None, italic: bool | None = None) -> Look:
    return Look(
        size=look.size if size is None else size,
        bold=look.bold if bold is None else bold,
        italic=look.italic if italic is None else italic,
    )


def _align(word: str, before: Align) -> Align:
    match word.strip().lower():
        case "center" | "middle" | "-moz-center" | "-webkit-center":
            return Align.CENTRE
        case "right" | "end":
            return Align.RIGHT
        case "left" | "start" | "justify":
            return Align.LEFT
        case _:
            return before
