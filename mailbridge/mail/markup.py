"""
The HTML of mails as a row of events: what opens, what closes, what is read between.

The standard library's reader looks again and again through the rest of a page for the end of what a stranger left open,
which takes hours for two megabytes. Here each character is looked at once or twice. Nothing is fetched, nothing run.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from html import unescape

LONGEST = 2_000_000
"""Characters of HTML that are read: far more than any letter has, little enough to be quick."""

_START = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:]{0,30})")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][\w:-]{0,40})[ \t\r\n]{0,20}=[ \t\r\n]{0,20}(?:\"([^\"]{0,8000})\"|'([^']{0,8000})'|([^\s>\"']{1,8000}))"
)
# What lies in these is no markup; of the last ones browsers show nothing.
_RAW = frozenset({"script", "style", "title", "textarea", "xmp", "noframes"})
_UNSEEN = frozenset({"script", "style", "template", "title", "noscript", "noframes"})
_QUOTED = re.compile(r"[^>\"']*")
_LONGEST_ATTRIBUTES = 10_000
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_HIDING = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all"
    r"|font-size\s{0,9}:\s{0,9}0(?:px|pt|em|%)?\s{0,9}(?:;|!|\Z)|opacity\s{0,9}:\s{0,9}0\s{0,9}(?:;|!|\Z)"
    r"|max-height\s{0,9}:\s{0,9}0(?:px)?\s{0,9}(?:;|!|\Z)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A tag that opens, name in lower case; `attributes` as it stands."""

    name: str
    attributes: str

    def value(self, name: str) -> str | None:
        """Return the value of an attribute, its entities resolved; None when there is none."""
        for found in _ATTRIBUTE.finditer(self.attributes):
            if found[1].lower() == name:
                return unescape(next(text for text in found.groups()[1:] if text is not None))
        return None


@dataclass(frozen=True, slots=True)
class Closed:
    """A tag that closes, name in lower case."""

    name: str


Event = Opened | Closed | str


def visible(html: str) -> Iterator[Event]:
    """Return tags and texts that a reader sees, entities resolved; what is hidden is left out with its tags."""
    hidden: str | None = None
    depth = 0
    for event in _events(html[:LONGEST]):
        if hidden is not None:
            depth = _depth(event, hidden, depth)
            if depth > 0:
                continue
            hidden = None
            if isinstance(event, Closed):
                continue
        if isinstance(event, Opened) and _hides(event):
            hidden, depth = event.name, 1
        else:
            yield event


def _depth(event: Event, hidden: str, depth: int) -> int:
    """Return how many elements of the hidden one's name are open behind this event."""
    if isinstance(event, str):
        return depth
    if event.name == hidden:
        if isinstance(event, Closed):
            return depth - 1
        # A paragraph ends where the next one begins.
        return 0 if hidden == "p" else depth + 1
    return 0 if isinstance(event, Closed) and event.name in ("body", "html") else depth


def _hides(tag: Opened) -> bool:
    if tag.name in _VOID:
        return False
    if tag.name in _UNSEEN:
        return True
    style = tag.value("style")
    return style is not None and _HIDING.search(style) is not None


def _events(html: str) -> Iterator[Event]:
    at = 0
    while at < len(html):
        found = _START.search(html, at)
        start = found.start() if found is not None else len(html)
        if start > at:
            yield unescape(html[at:start])
        at = (yield from _markup(html, start)) if found is not None else start


def _markup(html: str, start: int) -> Generator[Event, None, int]:
    """Yield what stands where markup starts, and return where it ends."""
    name = _NAME.match(html, start)
    if name is None:
        is_comment = html.startswith("<!--", start)
        return _behind(html, "-->", start + 4) if is_comment else _behind(html, ">", start)
    end = _end_of_tag(html, name.end())
    word = name[1].lower()
    if html[start + 1] == "/":
        yield Closed(word)
        return end
    yield Opened(word, html[name.end() : min(end - 1, name.end() + _LONGEST_ATTRIBUTES)])
    if word not in _RAW:
        return end
    closing = re.compile(f"</{word}", re.IGNORECASE).search(html, end)
    if word in ("textarea", "xmp"):
        yield html[end : closing.start() if closing else len(html)]
    return closing.start() if closing else len(html)


def _behind(html: str, mark: str, at: int) -> int:
    found = html.find(mark, at)
    return len(html) if found < 0 else found + len(mark)


def _end_of_tag(html: str, at: int) -> int:
    """Return what lies behind the ">" of a tag; one within quotes does not count, unless a quote stays open."""
    start = at
    while (plain := _QUOTED.match(html, at)) is not None and plain.end() < len(html):
        if html[plain.end()] == ">":
            return plain.end() + 1
        quote = html.find(html[plain.end()], plain.end() + 1)
        if quote < 0:
            break
        at = quote + 1
    return _behind(html, ">", start)
