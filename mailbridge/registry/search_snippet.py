"""The words that were asked for, where they stand in a text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailbridge.registry.search_words import Word, find_words, word_in

_BEFORE = 60
_BEHIND = 140
"""Characters shown before the first hit and behind it."""

_LOOKED_THROUGH = 300_000
"""Characters of a text in which a hit is looked for: a page that is waited for shows fifty of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """
    A piece of a text in one line; `hits` are the places (start, end) in `text` where the words stand.

    `is_begun` and `is_ended`: the text begins here, ends here.
    """

    text: str
    hits: tuple[tuple[int, int], ...]
    is_begun: bool
    is_ended: bool

    def shown(self, opening: str, closing: str) -> str:
        """Write it with marks around the hits, and dots where it goes on."""
        written, last = [] if self.is_begun else ["… "], 0
        for start, end in self.hits:
            written += [self.text[last:start], opening, self.text[start:end], closing]
            last = end
        return "".join((*written, self.text[last:], "" if self.is_ended else " …"))


def snippet_of(text: str, asked: Sequence[Sequence[Word]]) -> Snippet | None:
    """
    Show the first place of a text where something that was asked stands, with what else was asked near it.

    The words are met whole, whatever their marks; the last one of each phrase may also only begin so. A text that has
    words as they were asked, marks and all, is shown there. None when nothing of it stands in the first 300,000
    characters.
    """
    looked = text[:_LOOKED_THROUGH]
    first = _best(_hits(looked, asked), has_marks=any(word.marked != word.plain for chunk in asked for word in chunk))
    if first is None:
        return None
    start = _word_edge(text, first.start - _BEFORE)
    end = _word_end(text, first.end + _BEHIND)
    piece = text[start:end]
    hits = _apart(_hits(piece, asked))
    flat = "".join(" " if char.isspace() or not char.isprintable() else char for char in piece)
    return Snippet(text=flat, hits=hits, is_begun=start == 0, is_ended=end == len(text))


class _Hit(NamedTuple):
    start: int
    end: int
    is_exact: bool


def _best(hits: Iterator[_Hit], *, has_marks: bool) -> _Hit | None:
    """Return the first hit with the marks that were asked, or else the first one."""
    first = next(hits, None)
    if first is None or first.is_exact or not has_marks:
        return first
    return next((hit for hit in hits if hit.is_exact), first)


def _hits(text: str, asked: Sequence[Sequence[Word]]) -> Iterator[_Hit]:
    """Yield where a phrase that was asked stands, in the order in which they end."""
    longest = max(map(len, asked))
    window: deque[re.Match[str]] = deque(maxlen=longest)
    # A text has each of its words many times: which of them end what was asked is found out once.
    ending: dict[str, tuple[Sequence[Word], ...] | None] = {}
    for found in find_words(text):
        token = found[0]
        if token not in ending:
            word = word_in(token)
            ends = tuple(chunk for chunk in asked if word.plain.startswith(chunk[-1].plain))
            ending[token] = ends if word.plain else None
        chunks = ending[token]
        if chunks is None:
            continue
        window.append(found)
        for chunk in chunks:
            there = [word_in(each[0]) for each in tuple(window)[-len(chunk) :]]
            if [one.plain for one in there[:-1]] == [word.plain for word in chunk[:-1]]:
                is_exact = [one.marked for one in there] == [word.marked for word in chunk]
                yield _Hit(window[-len(chunk)].start(), found.end(), is_exact)
                break


def _apart(hits: Iterator[_Hit]) -> tuple[tuple[int, int], ...]:
    """Leave out hits that begin inside another one."""
    kept: list[tuple[int, int]] = []
    for start, end, _ in hits:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def _word_edge(text: str, at: int) -> int:
    if at <= 0:
        return 0
    blank = next((place for place in range(at, min(at + 30, len(text))) if text[place].isspace()), at)
    return blank + 1 if blank > at else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    return next((place for place in range(at, max(at - 30, 0), -1) if text[place].isspace()), at)
