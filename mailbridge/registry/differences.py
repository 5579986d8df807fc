"""
Two documents side by side: their fields, and what their texts say differently.

CORE. Signing adds a visible stamp to a page ("Người ký: …", "Thời gian ký: …"), and making a file anew moves its lines;
neither changes what the document says.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailbridge.classifier.folding import fold
from mailbridge.registry.corrections_fields import FIELDS, Value
from mailbridge.registry.entry import DraftEntry

_STAMP = re.compile(
    r"(?:nguoi ky|ky boi|ky ngay|duoc ky|co quan|to chuc|email|thoi gian ky|chung thu so|digitally signed|signed by|"
    r"signature|date|reason|location|dn)\s{0,2}[:=]|da ky so|signature (?:not verified|valid)"
)
_WORD = re.compile(r"\w+|[^\w\s]")
_LEAST_WORDS = 20
"""Words below which a text says too little to be compared: a page that was a picture."""

_MOST_LINES = 20_000
_CONTEXT = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPair:
    """One field of two documents, by its name in `FIELDS`."""

    name: str
    left: Value
    right: Value

    @property
    def differs(self) -> bool:
        """Say whether the two say otherwise; one that says nothing differs from one that does."""
        return _comparable(self.left) != _comparable(self.right)


@dataclass(frozen=True, kw_only=True, slots=True)
class TextDifference:
    """
    What two texts say differently.

    `lines` are those of a unified view: "@@ trang 1" heads, then lines beginning with " ", "-" (left) or "+" (right);
    () when they say the same. None where one text is not known.
    """

    lines: tuple[str, ...] | None
    same: bool


_SHOWN = tuple(each.name for each in FIELDS)


def compare_fields(left: DraftEntry, right: DraftEntry) -> tuple[FieldPair, ...]:
    """Put the fields of two documents side by side, those that are empty on both sides left out."""
    pairs = (FieldPair(name=name, left=getattr(left, name), right=getattr(right, name)) for name in _SHOWN)
    return tuple(each for each in pairs if each.left is not None or each.right is not None)


def _comparable(value: Value) -> object:
    return value if value is None or isinstance(value, (int, date)) else " ".join(value.split())


def says_the_same(left: str, right: str) -> bool:
    """
    Say whether two texts are the same document: word by word, with case and signs, without stamps and line breaks.

    One digit more is another document. A text of a few words says nothing.
    """
    words = [_words(text) for text in (left, right)]
    return words[0] == words[1] and len(words[0]) >= _LEAST_WORDS


def _words(text: str) -> list[str]:
    return [word for line in _lines(text) for word in _WORD.findall(line)]


def compare_texts(left: str | None, right: str | None) -> TextDifference:
    """
    Show by lines what two texts say differently; pages are parted by form feeds.

    Lines are compared without their blanks; of very long texts the first 20,000 lines.
    """
    if left is None or right is None:
        return TextDifference(lines=None, same=False)
    if says_the_same(left, right):
        return TextDifference(lines=(), same=True)
    ours, theirs = (list(_numbered(text))[:_MOST_LINES] for text in (left, right))
    return TextDifference(lines=tuple(_unified(ours, theirs)), same=False)


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its page, stamps and empty lines left out."""
    for page, content in enumerate(text.split("\f"), start=1):
        yield from ((page, line) for line in _lines(content))


def _lines(text: str) -> Iterator[str]:
    for line in re.split(r"[\n\f]", text):
        plain = " ".join(line.split())
        if plain and not _STAMP.match(fold(plain)[:80]):
            yield plain


def _unified(ours: list[tuple[int, str]], theirs: list[tuple[int, str]]) -> Iterator[str]:
    matcher = difflib.SequenceMatcher(None, [line for _, line in ours], [line for _, line in theirs], autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        begin, other = group[0][1], group[0][3]
        yield f"@@ {_page(ours, begin)} | {_page(theirs, other)}"
        for what, i1, i2, j1, j2 in group:
            if what == "equal":
                yield from (f" {line}" for _, line in ours[i1:i2])
                continue
            yield from (f"-{line}" for _, line in ours[i1:i2])
            yield from (f"+{line}" for _, line in theirs[j1:j2])


def _page(lines: list[tuple[int, str]], place: int) -> str:
    """Name the page on which a group begins."""
    if not lines:
        return "trang 1"
    return f"trang {lines[min(place, len(lines) - 1)][0]}"
