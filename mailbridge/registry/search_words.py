"""
The words of an entry as the index keeps them, and those of a question.

Each word is kept twice: `marked`, blind only to case and to where the tone stands ("hoà", "hòa"; "ủy", "uỷ"), and
`plain`, without any mark and with d for đ. So what was asked without marks finds all, and what was asked with them can
stand first. Words are letters and digits alone, so that both databases take them as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.mail.canonical import with_few_marks
from mailbridge.registry.entry import DraftEntry, RegisterEntry

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
_ZEROS = re.compile(r"\A0+(?=[0-9]+\Z)")
_LONGEST = 40
"""Letters of a word that count; the longest Vietnamese syllable has seven, the rest are codes and addresses."""
_SHORTEST_INNER = 3
"""Digits that the end of a number must have to be found alone: two would be in every third number."""

# A tone becomes a letter behind its word, as it is typed by Telex: a mark could be taken for a blank by an index.
_TONES = str.maketrans({"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"})
_STROKE = str.maketrans({"ð": "đ", "ɖ": "đ"})


class Word(NamedTuple):
    """One word, with its marks and without them."""

    marked: str
    plain: str


class Indexed(NamedTuple):
    """What the index keeps of an entry; `inner` are the ends of its number, each with the symbol behind it."""

    words: tuple[Word, ...]
    inner: tuple[str, ...]


def read_words(text: str) -> tuple[Word, ...]:
    """Take a text apart into words; "0123/QĐ-UBND" has three, and a number is what it is without leading zeros."""
    apart = unicodedata.normalize("NFD", with_few_marks(text))
    return tuple(word for found in _WORD.finditer(apart) if (word := _word(found.group())).plain)


def find_words(text: str) -> Iterator[re.Match[str]]:
    """Yield what stands in a text in the place of words, read by `word_in`; one may turn out to be none."""
    return _WORD.finditer(text)


@lru_cache(maxsize=1 << 15)
def word_in(found: str) -> Word:
    """Read what `find_words` found; `plain` is empty when it is no word."""
    return _word(unicodedata.normalize("NFD", with_few_marks(found)))


# A language has few thousands of syllables, and most words of most texts are among them.
@lru_cache(maxsize=1 << 15)
def _word(text: str) -> Word:
    settled = fold_tones(text)
    marked = unicodedata.normalize("NFD", settled.casefold().translate(_STROKE)).translate(_TONES)
    return Word(_bare(unicodedata.normalize("NFC", marked)), _bare(fold(settled)))


def _bare(text: str) -> str:
    letters = "".join(char for char in text if char.isalnum())[:_LONGEST]
    return _ZEROS.sub("", letters)


def words_of(line: RegisterEntry) -> Indexed:
    """Return the words of all that an entry says; the number of pages and of the file are not words to search by."""
    words = tuple(word for text in _texts(line) for word in read_words(text))
    return Indexed(words, tuple(_inner(line.draft)))


def said_by(line: RegisterEntry) -> str:
    """Return all that an entry says as one text, a line each."""
    return "\n".join(_texts(line))


def _texts(line: RegisterEntry) -> Iterator[str]:
    draft = line.draft
    yield f"{line.number}/{line.year}"
    yield _day(line.arrival_date)
    said = (
        draft.symbol,
        draft.type,
        draft.issuer,
        draft.subject,
        draft.recipients,
        draft.note,
        draft.urgency,
        draft.signer_position,
        draft.signer_name,
        draft.trace,
        draft.file_notation,
        draft.file_organ_id,
    )
    yield from filter(None, said)
    yield from map(_day, filter(None, (draft.issued_date, draft.due_date, draft.transfer_date)))


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _inner(draft: DraftEntry) -> Iterator[str]:
    """Yield "526 vpcp kgvx" for "3526/VPCP-KGVX": an index finds the beginnings of words, not what is inside them."""
    number, *behind = _plain(draft.symbol or "") or ("",)
    if not number.isdecimal():
        return
    for start in range(1, len(number) - _SHORTEST_INNER + 1):
        yield from (number[start:], *behind)


def _plain(text: str) -> tuple[str, ...]:
    return tuple(word.plain for word in read_words(text))


def holds(text: str | None, asked: Iterable[Word]) -> bool:
    """Say whether a text has a word for each that was asked, or one that begins with it."""
    there = _plain(text or "")
    return all(any(word.startswith(each.plain) for word in there) for each in asked)
