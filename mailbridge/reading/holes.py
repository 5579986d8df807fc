"""
Holes that a form leaves for its number and its date: "Số:      /QĐ-UBND", "ngày    tháng    năm 2026".

Signing programs put a picture or outlines of digits there, clerks write by hand; both are ink without characters.
"""

from __future__ import annotations

import re

# What stands before a hole, with the dots that may lead through it, and what follows it.
_NUMBER = re.compile(r"(?:^|\s)(?:Số|SỐ)\s*:?(?P<dots>[\s.…_]*)$")
_DAY = re.compile(r"(?:^|[\s,])(?:ngày|NGÀY)(?P<dots>[\s.…_]*)$")
_MONTH = re.compile(r"(?:^|\s)(?:tháng|THÁNG)(?P<dots>[\s.…_]*)$")
_FOLLOWERS = ((_NUMBER, ("/", "-", "–")), (_DAY, ("tháng", "THÁNG")), (_MONTH, ("năm", "NĂM")))

WIDEST = 12.0
"""In heights of the letters: what is farther away belongs to another column."""
NARROWEST = 0.6
"""There is no room for a digit with a blank on each side."""


def is_hole(before: str, after: str) -> bool:
    """Say whether a number, day or month belongs between the end of one text and the beginning of another."""
    return any(after.startswith(starts) and label.search(before) for label, starts in _FOLLOWERS)


def awaits_number(before: str) -> bool:
    """Say whether a text ends where the number is to come: "Số:"."""
    return _NUMBER.search(before) is not None
