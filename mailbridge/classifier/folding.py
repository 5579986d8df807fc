"""
Keys for comparing Vietnamese text: with no marks at all, or blind only to where the tone mark stands.

Old and new rules of orthography place the tone differently ("uỷ" and "ủy", "hoà" and "hòa"), and both spellings stand
in documents of the same year (domain: document-form §7); a comparison must not depend on it, nor on NFC or NFD.
"""

from __future__ import annotations

import re
import unicodedata

from mailbridge.classifier.usual import usual_letters
from mailbridge.mail.canonical import nfc, with_few_marks

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STROKES = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ɖ": "d", "Ɖ": "D"})
_WORD = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W\d_]*)*")
_FINAL_Y = re.compile(r"(?i)^(h|k|l|m|qu|s|t)[iy]$")


def fold(text: str) -> str:
    """
    Return `text` without marks and case, đ as d, runs of blanks as one; good for finding, not for showing.

    Characters without a shape (zero width, soft hyphen, direction marks) fall away too: they hide words from a search.
    """
    return " ".join(_folded(text).split())


def _fold_letters(text: str) -> str:
    letters = unicodedata.normalize("NFKD", with_few_marks(text)).casefold().translate(_STROKES)
    return "".join(char for char in letters if not _is_shapeless(char))


def _is_shapeless(char: str) -> bool:
    return not char.isascii() and (unicodedata.combining(char) != 0 or unicodedata.category(char) == "Cf")


_folded = usual_letters(_fold_letters)


def fold_tones(text: str) -> str:
    """
    Return `text` in NFC with each tone at the end of its syllable and final i for y ("kỹ", "kĩ").

    Blind to the place of the tone and to that i or y only: other letters, marks and case still count.
    """
    return nfc(_WORD.sub(_settle, unicodedata.normalize("NFD", with_few_marks(text))))


def _settle(match: re.Match[str]) -> str:
    word = match.group()
    tones = [char for char in word if char in _TONES]
    bare = "".join(char for char in word if char not in _TONES)
    if _FINAL_Y.match(bare):
        bare = bare[:-1] + ("I" if bare[-1].isupper() else "i")
    # The tone goes behind the last letter in a fixed order, where NFC cannot move it back to another vowel.
    return bare + "".join(sorted(tones))
