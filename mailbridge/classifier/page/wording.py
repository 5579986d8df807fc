"""What the words at hand tell about a text: that it goes on in the next line, or that letters or blanks got lost."""

from __future__ import annotations

import re

from mailbridge.classifier.page.markers import bare

_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aeiouy]+")
# Small words without a vowel that are written so.
_SHORTHAND = re.compile(r"[kmcd]m|kg|k[vw]|mw|kwh|ml|mg|tr|đ")
_CARRIES_ON = re.compile(
    r"(?:[,–-]|\b(?:và|của|các|về|với|cho|tại|theo|từ|đến|trong|thuộc|do|là|bằng|những|được|để|tỉnh|quận|huyện|phố|xã|"
    r"phường|số|nhà|năm|khu|vực|lần|thứ|việc))$",
    re.IGNORECASE,
)


def carries_on(text: str) -> bool:
    """Say whether a line cannot be the last one: it ends in a comma, a dash or a word that ties it to the next."""
    return _CARRIES_ON.search(text[-12:]) is not None


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
