"""
What stands on a page beside the letter itself: stamps in colour, and the stamp of the office that received it.

A red "MẬT" or "KHẨN" belongs to the letter; the number and the day in an arrival stamp belong to another office, and
must never be taken for the letter's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from mailbridge.classifier.page.markers import Role, bare, role_of
from mailbridge.reading.scan_engine import Layout, words
from mailbridge.reading.scan_rows import Row, rows_of
from mailbridge.reading.scan_sheet import Sheet

# How far down a page stamps of the head are put.
_HEAD = 0.5
_MARKS = frozenset({Role.ARRIVAL, Role.URGENCY, Role.SECRECY, Role.COPY, Role.DRAFT})
_CLEAR = 0.8
# An arrival stamp is some 30 mm high and 70 mm wide; in pixels of 200 dpi.
_STAMP_HEIGHT = 300
_STAMP_HALF_WIDTH = 320
_ARRIVAL = re.compile(r"\b(?:VAN|BAN) ?DEN\b|^\W*DEN\W*$")
_SYMBOL = re.compile(r"S[o06e]\W*\S*[/-]\w")
_BARE_NUMBER = re.compile(r"S[o06e]\W{1,4}[\d\ufffd]{1,6}\W{0,3}")
_FIELD = re.compile(r"(?:S[o06e]|N[g6]ay|Gio|Chuyen|Luu ho so|So va ky hieu|Kinh chuyen)\b", re.IGNORECASE)


def coloured_rows(sheet: Sheet) -> list[Row]:
    """
    Read what is stamped or printed in colour on the upper half: marks, and lines that are well seen.

    A number without a notation and a date are left out: they come from stamps.
    """
    if sheet.coloured is None:
        return []
    upper = sheet.coloured.crop((0, 0, sheet.coloured.width, round(sheet.coloured.height * _HEAD)))
    return [row for row in rows_of(words(upper, Layout.SPARSE)) if _is_wanted(row)]


def _is_wanted(row: Row) -> bool:
    if role_of(row.text) in _MARKS or _is_arrival(row):
        return True
    if _is_field(row.text):
        return False
    letters = sum(char.isalpha() for char in row.text)
    return letters >= 4 and median(word.sure for word in row.words) >= _CLEAR


def without_arrival_fields(rows: Sequence[Row]) -> list[Row]:
    """
    Leave out number, date and other fields of an arrival stamp; "CÔNG VĂN ĐẾN" itself stays.

    A number without a notation is one of a stamp, too, where another number has one.
    """
    stamps = [row for row in rows if _is_arrival(row)]
    kept = [row for row in rows if not any(_belongs(row, stamp) for stamp in stamps)]
    if not any(_SYMBOL.match(bare(row.text)) for row in kept):
        return kept
    return [row for row in kept if not _BARE_NUMBER.fullmatch(bare(row.text))]


def _is_arrival(row: Row) -> bool:
    """Say whether a row is "CÔNG VĂN ĐẾN", whole or with its beginning lost in the frame."""
    return role_of(row.text) is Role.ARRIVAL or (
        row.text == row.text.upper() and _ARRIVAL.search(bare(row.text)) is not None
    )


def _belongs(row: Row, stamp: Row) -> bool:
    if not 0 < row.base - stamp.base <= _STAMP_HEIGHT:
        return False
    middle = (stamp.left + stamp.right) / 2
    return row.left < middle + _STAMP_HALF_WIDTH and row.right > middle - _STAMP_HALF_WIDTH and _is_field(row.text)


def _is_field(text: str) -> bool:
    """Say whether a row is a field of a stamp: a number without notation, a date without a place before it."""
    plain = bare(text).strip(" .:…_-'`|")
    return _FIELD.match(plain) is not None and not re.search(r"[A-Z]{1,}\S*$|/\S|V/v", _behind_number(plain))


def _behind_number(plain: str) -> str:
    """Return what follows the digits of "Số: 123": a notation begins with a slash or a dash."""
    match = re.match(r"S[o06e]\W*\d*\s*(.*)", plain)
    return match[1] if match else ""
