"""
Unicode normalisation of text that a stranger wrote, in linear time.

Normalising sorts the marks behind a letter, and the library does it by insertion: 160 KB of alternating marks take ten
seconds, in which no other thread of the process moves. No language puts more than a few marks on a letter, so longer
runs are cut first (UAX #15 §13, the Stream-Safe Text Format, draws the line at 30).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

MOST_MARKS = 30
"""Marks in a row that are kept."""

_SHORT = 500
"""Characters that are sorted in no time, whatever they are; most texts are lines, and need no look."""
_RARE = re.compile("[\U00010000-\U0001ffff]")


def nfc(text: str) -> str:
    """Return NFC; of a long text with a longer run of marks only its first thirty stay."""
    return text if text.isascii() else unicodedata.normalize("NFC", with_few_marks(text))


def with_few_marks(text: str) -> str:
    """Cut runs of marks, so that any form of normalisation is quick."""
    if len(text) <= _SHORT or text.isascii():
        return text
    return _too_many(0x20000 if _RARE.search(text) else 0x10000).sub(r"\1", text)


@cache
def _too_many(end: int) -> re.Pattern[str]:
    """
    Build the pattern of a run of marks below `end`; a set of two octets a letter is searched ten times as fast.

    Marks are also those letters that every normalisation takes apart into marks.
    """
    marks = "".join(re.escape(chr(code)) for code in range(0x300, end) if _is_mark(chr(code)))
    return re.compile(f"([{marks}][{marks}]{{{MOST_MARKS - 1}}})[{marks}]+")


def _is_mark(char: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKD", char)[0]) != 0
