"""
Vietnamese words as patterns: each stands with its marks, or without any as on a phone, and never with others.

"hủy" and "huy" are one command, "hũy" is a slip that nobody may guess at: a wrong mark often makes another word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from mailbridge.mail.canonical import nfc

# How people write a word: marks placed by the other rule of orthography, short forms of phones.
_OTHERS = {
    "không": ("ko", "k", "kg", "hok", "khg", "hông"),
    "hủy": ("huỷ",),
    "lý": ("lí",),
    "ký": ("kí",),
    "hỏa": ("hoả",),
    "xóa": ("xoá",),
    "rồi": ("rùi", "r"),
    "được": ("đc", "dc"),
    "nhé": ("nhe", "nha", "nhá", "nhen", "nghen"),
    "phòng": ("p.",),
    "gì": ("gi", "j"),
    "với": ("vs",),
    "và": ("&",),
}


CAPITAL = "[A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ]"
"""A capital letter, one by one: between "À" and "Ỹ" the small ones stand as well. Use it where case matters."""


@cache
def words(phrases: str) -> str:
    """Return a pattern for any of these phrases, parted by "|"; the longest counts, blanks may be any number."""
    longest_first = sorted(phrases.split("|"), key=lambda each: (-len(each.split()), -len(each), each))
    return f"(?:{'|'.join(r'[ ]+'.join(map(_word, each.split())) for each in longest_first)})(?!\\w)"


def _word(word: str) -> str:
    forms = dict.fromkeys((nfc(word), without_marks(word), *_OTHERS.get(word, ())))
    return f"(?:{'|'.join(map(re.escape, forms))})" if len(forms) > 1 else re.escape(word)


def without_marks(text: str) -> str:
    """Return Vietnamese text as it is typed without marks; other characters and case stay."""
    plain = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return unicodedata.normalize("NFC", "".join(each for each in plain if not "\u0300" <= each <= "\u036f"))


def has_marks(text: str) -> bool:
    """Say whether anything in a text carries Vietnamese marks."""
    return without_marks(text) != nfc(text)


def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern in which case does not matter."""
    return re.compile(text, re.IGNORECASE)
