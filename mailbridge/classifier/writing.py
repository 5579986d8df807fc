"""
Writing of a number and symbol, made regular before the grammar looks at it (document-form §4.1).

What was mended is named, and nothing is settled here that the page does not show: a D stays a D.
"""

from __future__ import annotations

import re
import unicodedata

from mailbridge.classifier.issuers import body_with_stroke, is_known_body, is_party_body
from mailbridge.classifier.types import type_by_abbreviation
from mailbridge.classifier.usual import usual_letters

_LABEL = re.compile(r"(?i)\s*(?:số\s*(?:và\s*)?(?:,?\s*ký\s*hiệu)?|so|no)\b\s*[.:]?\s*")
_BLANK_NUMBER = re.compile(r"[\s._…]*(?=[/-])")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-") | dict.fromkeys("∕／⁄", "/") | {"\u00ad": "-", "\u00a0": " "})
NUMBER = re.compile(r"(?=0*[1-9])(?:[0-9]{1,6}(?:[A-Za-zĐđ]|\.[0-9]{1,3})?)\Z")
"""1 to 6 digits of ASCII and not 0, a letter (30a) or a dotted part (66.7) behind them."""


def plain(text: str) -> str:
    """Return `text` in NFC with one kind of dash, slash and blank and no characters without a shape."""
    return text if text.isascii() else _plained(text)


def _plain(text: str) -> str:
    line = unicodedata.normalize("NFC", text)
    letters = set(line)
    if not _DASHES.keys().isdisjoint(map(ord, letters)):
        line = line.translate(_DASHES)
    shapeless = [char for char in letters if not char.isascii() and unicodedata.category(char) == "Cf"]
    return line.translate(dict.fromkeys(map(ord, shapeless))) if shapeless else line


_plained = usual_letters(_plain)


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Apply document-form §4.1; return the normalised text and what had to be mended for it."""
    slips: list[str] = []
    line = plain(text)
    if set(line) & {"Ð", "ð", "Ɖ"}:
        line = line.replace("Ð", "Đ").replace("ð", "đ").replace("Ɖ", "Đ")
        slips.append("a foreign letter was read as Đ")
    line = " ".join(_LABEL.sub("", line, count=1).split() if _LABEL.match(line) else line.split())
    line = _without_edges(line, slips)
    # Blanks around a separator; two replacements a mark, so that no pattern can run back and forth.
    tight = line
    for mark in "/-":
        tight = tight.replace(" " + mark, mark).replace(mark + " ", mark)
    if tight != line:
        slips.append("blanks around a separator")
    return _close_gaps(tight, slips), tuple(slips)


def _without_edges(line: str, slips: list[str]) -> str:
    """Drop stray punctuation at both ends and the dots that stand for a number not yet given."""
    blank = _BLANK_NUMBER.match(line)
    if blank:
        line = line[blank.end() :]
    elif line[:1] in {".", ",", ":", ";"}:
        line = line.lstrip(".,:; ")
        slips.append("stray punctuation before the number")
    line = line.rstrip(" .,;:/-_*")
    return line[:-1].rstrip() if line.endswith(")") and "(" not in line else line


def _close_gaps(line: str, slips: list[str]) -> str:
    """Mend blanks inside: a lost slash ("15 CT-TTg"), a torn type ("TT Tr"), a lost hyphen ("QĐ UBND")."""
    if line.count(" ") > 2 or " " not in line:
        return line
    head, _, rest = line.partition(" ")
    if NUMBER.match(head):
        mark = "-" if _is_party_notation(rest) else "/"
        slips.append("the mark behind the number is lost")
        return _close_gaps(head + mark + rest, slips)
    before, last = re.split(r"[/-]", head)[-1], re.split(r"[/-]", rest)[0].split(" ")[0]
    if type_by_abbreviation(before + last, party=False) or is_known_body(before + last):
        slips.append("a blank inside a group")
        return _close_gaps(head + rest, slips)
    if is_known_body(last) or type_by_abbreviation(before, party=False):
        slips.append("a hyphen is lost")
        return _close_gaps(f"{head}-{rest}", slips)
    return line


def _is_party_notation(text: str) -> bool:
    """Tell "CT/TU" of the Party from "TC/TCT", an old letter of a ministry's department."""
    abbr, _, behind = text.partition("/")
    return type_by_abbreviation(abbr, party=True) is not None and is_party_body(re.split(r"[-/ ]", behind)[0])


_LOOKALIKES = str.maketrans("OoIl|", "00111")
_NUMBER_BEFORE = re.compile(r"\A[\sO0-9oIl|]{1,7}(?=\s?[/-])")


# A whole group: "ND" behind "HĐ" is no group of its own.
_GROUP = re.compile(r"(?<![^\W\d_])[A-Z]{2,12}(?![^\W\d_])")


def with_sure_letters(text: str) -> str:
    """
    Return a symbol that was read from a picture with those letters mended that can only have been others.

    Round and upright letters among the digits of a number are digits, and a group without marks that no body or type
    bears is the one that is written so with a Đ ("QD": QĐ, "BGDDT": BGDĐT). What may be either stays as it was read.
    """
    number = _NUMBER_BEFORE.match(text)
    if number and any(char.isdigit() for char in number.group()):
        text = number.group().translate(_LOOKALIKES) + text[number.end() :]
    return _GROUP.sub(lambda match: _stroked(match.group()), text)


def _stroked(group: str) -> str:
    if "D" not in group or is_known_body(group):
        return group
    kind = type_by_abbreviation(group, party=False)
    if kind is None:
        return body_with_stroke(group) or group
    meant = kind.abbreviation or group
    return meant if meant.replace("Đ", "D") == group else group
