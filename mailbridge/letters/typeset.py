"""
How foreign text, dates and long lines are set in a letter.

Every word that a stranger wrote passes `one_line` before it reaches a template or a header field: it can begin no line
of its own, and nothing in it can change the direction of the text around it.
"""

from __future__ import annotations

import textwrap
import unicodedata
from datetime import date, datetime

from mailbridge.registry.entry import VIETNAM

LONGEST = 1000
"""Characters of one field; the longest field of Phụ lục VI (đơn vị hoặc người nhận) has 1000."""

COLUMNS = 76
"""Width of the text part: RFC 5322 §2.1.1 recommends at most 78, and a quoting mail program puts "> " in front."""

_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_HIDDEN = frozenset({"Cf", "Cs", "Co"})


def one_line(text: str, longest: int = LONGEST) -> str:
    """
    Clean a text of a stranger: NFC, on one line, blanks folded, without control, hidden or direction characters.

    Lone surrogates and private characters go too: they cannot be sent, or mean nothing to the reader.
    """
    composed = unicodedata.normalize("NFC", text[: longest * 4])
    # What can be printed has none of them, and nearly all text can: a letter asks this fifty times.
    kept = composed if composed.isprintable() else "".join(map(_kept, composed))
    return shortened(" ".join(kept.split()), longest)


def _kept(letter: str) -> str:
    category = unicodedata.category(letter)
    return " " if category in _BREAKS else "" if category in _HIDDEN else letter


def shortened(text: str, longest: int) -> str:
    """Cut a text at a blank so that it has at most `longest` characters, and show that it was cut."""
    if len(text) <= longest:
        return text
    whole_words = text[:longest].rpartition(" ")[0]
    head = whole_words if len(whole_words) > longest // 2 else text[: longest - 1]
    return head.rstrip(" ,;:") + "…"


def day(of: date) -> str:
    """Write a date as `dd/MM/yyyy`."""
    return f"{of.day:02d}/{of.month:02d}/{of.year:04d}"


def local(at: datetime) -> datetime:
    """Return an aware time as the clocks in Vietnam show it."""
    return at.astimezone(VIETNAM)


def clock(at: datetime) -> str:
    """Write the time of day in Vietnam as `HH:mm`."""
    return local(at).strftime("%H:%M")


def moment(at: datetime) -> str:
    """Write a time in Vietnam as `HH:mm dd/MM/yyyy`."""
    return f"{clock(at)} {day(local(at).date())}"


def wrapped(text: str) -> str:
    """
    Break the long lines of a text part, and fold runs of empty lines into one.

    A line that begins with "- " or "  " keeps its shape: the rest stands under its first word. Words are not broken.
    """
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        bare = line.rstrip()
        if bare or (lines and lines[-1]):
            lines.extend(_broken(bare))
    return "\n".join(lines).rstrip("\n") + "\n"


def _broken(line: str) -> list[str]:
    if len(line) <= COLUMNS:
        return [line]
    words = line.lstrip(" -")
    hanging = " " * (len(line) - len(words))
    return textwrap.wrap(
        line, COLUMNS, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
