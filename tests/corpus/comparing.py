"""Whether what was read is what was printed."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

_TONES = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_QUOTES = str.maketrans(dict.fromkeys("“”„‟″«»‹›‘’'`", '"') | dict.fromkeys("–—‑−‐", "-") | {"Ð": "Đ", "ð": "đ"})


class Match(StrEnum):
    """How a reading compares with what was printed."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSENT = "absent"
    """Printed, and not read."""


def compare(field: str, wanted: str, read: str) -> Match:
    """Compare one field; "" means that nothing is there, which is right when nothing was printed."""
    if not read:
        return Match.RIGHT if not wanted else Match.ABSENT
    return Match.RIGHT if wanted and key(field, wanted) == key(field, read) else Match.WRONG


def key(field: str, text: str) -> str:
    """
    Fold what does not count: case, place of tones, kinds of dashes and quotes, white space, a final stop.

    In a number all white space is folded away; "5024 TCHQ" is a slip for "5024/TCHQ".
    """
    text = unicodedata.normalize("NFC", text).translate(_QUOTES).casefold()
    for old, new in _TONES.items():
        text = text.replace(old, new)
    if field in ("symbol", "issued_date"):
        return re.sub(r"\s", "", re.sub(r"^(\d+)\s+(?=\w)", r"\1/", text))
    text = re.sub(r"\s*-\s*", "-", text) if field in ("issuer", "superior") else text
    return re.sub(r"\s+", " ", re.sub(r'\s*"\s*', '"', text)).strip(" .;,")
