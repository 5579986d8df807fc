"""What the words at hand tell about a text: that it goes on in the next line, or that letters or blanks got lost."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailbridge.classifier.page.markers import bare

_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aeiouy]+")
# Small words without a vowel that are written so.
_SHORTHAND = re.compile(r"[kmcd]m|kg|k[vw]|mw|kwh|ml|mg|tr|đ")
_CARRIES_ON = re.compile(
    r"(?:[,–-]|\b(?:và|của|các|về|với|cho|tại|theo|từ|đến|trong|thuộc|do|là|bằng|những|được|để|tỉnh|quận|huyện|phố|xã|"
    r"phường|số|nhà|năm|khu|vực|lần|thứ|về việc))$",
    re.IGNORECASE,
)


_WHOLE_YEAR = re.compile(r"(?:đầu|cuối|giữa|hằng|hàng|cả|nhiều|mỗi|một|trong|\d) năm$", re.IGNORECASE)
_LONGEST_TIE = 12
_BODY_STARTS = re.compile(
    r"(?:Can cu|Thuc hien|Ngay|Theo|Xet|Trong thoi gian|Trong nhung nam|Vua qua|De |Nham|Tra loi|Phuc dap|Tiep theo|"
    r"Sau khi|Hien nay|Ve viec|Qua |Tai |Duoc su|Kinh thua|Trien khai|Tren co so|Van phong .* nhan duoc)"
)


def starts_body(text: str) -> bool:
    """Say whether a line begins with words that open the first sentence of a body."""
    return _BODY_STARTS.match(bare(text)) is not None


def carries_on(text: str) -> bool:
    """Say whether a line cannot be the last one: it ends in a comma, a dash or a word that ties it to the next."""
    match = _CARRIES_ON.search(text[-_LONGEST_TIE:])
    if match is None:
        return False
    # "tỉnh Cao Bằng" ends in a name, "6 tháng đầu năm" in a span of time.
    is_name = match.group()[0].isupper() and not text.isupper()
    return not is_name and _WHOLE_YEAR.search(text[-_LONGEST_TIE:]) is None


_WHOLE_PLACE = re.compile(
    r"\b(?!(?:tại|ở|thuộc|với|về|của|từ|đến|tới)\s)\w+\s(?:tỉnh|thành phố|huyện|quận|xã|phường|khu vực)$", re.IGNORECASE
)


def ends_in_whole_place(text: str) -> bool:
    """Say whether a text that ends in a word such as "tỉnh" is whole all the same: "trên địa bàn tỉnh", "cấp huyện"."""
    return _WHOLE_PLACE.search(text[-30:]) is not None


_BROKEN_SYMBOL = re.compile(r"(?:\d|[A-ZĐ]{2}|TTg)[/-]$")


def joined(lines: Iterable[str]) -> str:
    """Join lines of one text; a symbol or a span of years that was broken at its mark becomes whole again."""
    whole = ""
    for line in lines:
        tight = _BROKEN_SYMBOL.search(whole) is not None and re.match(r"[A-ZĐ\d]", line) is not None
        whole = whole + line if tight or not whole else f"{whole} {line}"
    return whole


def has_broken_words(text: str) -> bool:
    """Say whether a word of `text` is no syllable: small letters without a vowel, or two syllables run together."""
    words = _WORD.findall(text)
    capital = text == text.upper()
    return any(_is_broken(word, capital=capital) for word in words)


def _is_broken(word: str, *, capital: bool) -> bool:
    plain = bare(word).lower()
    if not capital and word.islower() and len(word) > 1 and not _VOWELS.search(plain):
        return _SHORTHAND.fullmatch(word) is None
    # Foreign names hold no marks; an abbreviation in capitals ("BLĐTBXH") no syllables.
    if plain == word.lower() or (word.isupper() and not capital):
        return False
    tail = plain.replace("qu", "q", 1).replace("gi", "g", 1) if plain[:2] in ("qu", "gi") and len(plain) > 2 else plain
    return len(_VOWELS.findall(tail)) > 1 or len(plain) > 8
