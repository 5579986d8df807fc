"""
Changing text letter by letter, quickly, where it holds nothing but the usual letters.

`str.translate` asks a dictionary for each letter, and a mail has tens of thousands that are looked at several times. A
charset of one octet a letter has room for all that nearly every line here is written in; writing a line in it and
reading it back with another table is two loops in C. A line with any other letter goes the long way.
"""

from __future__ import annotations

import codecs
import string
import unicodedata
from collections.abc import Callable

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_SMALL = [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES] + ["đ"]
_BLANKS = " \t\n\f\r"
_FIRST = "\0"  # `charmap_build` makes its quick table only when this stands at 0
_SIGNS = "–“”‘’…•·°×−‑\u00a0\ufffd"
_OCTETS = 256
_NONE = "\ufffe"
_USUAL = "".join(
    dict.fromkeys(
        [
            _FIRST,
            *string.digits,
            *string.ascii_letters,
            *string.punctuation,
            *_BLANKS,
            *_SMALL,
            *map(str.upper, _SMALL),
            *_SIGNS,
        ]
    )
)


def usual_letters(change: Callable[[str], str]) -> Callable[[str], str]:
    """
    Return a function that does what `change` does, quickly for texts of usual letters; `change` does the others.

    `change` must treat each of these letters by itself, whatever stands beside it; those of which it does not make one
    letter are not usual ones then.
    """
    pairs = [(letter, changed) for letter in _USUAL if len(changed := change(letter)) == 1]
    # Both tables must be full; what fills them says "no such letter".
    filling = [(_NONE, _NONE)] * (_OCTETS - len(pairs))
    ours, theirs = ("".join(side) for side in zip(*pairs, *filling, strict=True))
    written = codecs.charmap_build(ours)

    def quickly(text: str) -> str:
        try:
            octets, _ = codecs.charmap_encode(text, "strict", written)
        except UnicodeEncodeError:
            return change(text)
        return codecs.charmap_decode(octets, "strict", theirs)[0]

    return quickly
