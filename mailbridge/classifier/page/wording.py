"""Signs that a text layer lost letters or blanks, told by what a Vietnamese syllable can be."""

from __future__ import annotations

import re

from mailbridge.classifier.page.markers import bare

_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aeiouy]+")
# Small words without a vowel that are written so.
_SHORTHANDS = frozenset(["km", "kg", "mm", "cm", "dm", "kv", "kw", "mw", "kwh", "ml", "mg", "tr", "đ"])


def has_broken_words(text: str) -> bool:
    """Say whether a word of `text` is no syllable: small letters without a vowel, or two syllables run together."""
    words = _WORD.findall(text)
    capital = text == text.upper()
    return any(_is_broken(word, capital=capital) for word in words)


def _is_broken(word: str, *, capital: bool) -> bool:
    plain = bare(word).lower()
    if not capital and word.islower() and len(word) > 1 and not _VOWELS.search(plain):
        return word not in _SHORTHANDS
    # Foreign names hold no marks; an abbreviation in capitals ("BLĐTBXH") no syllables.
    if plain == word.lower() or (word.isupper() and not capital):
        return False
    tail = plain.replace("qu", "q", 1).replace("gi", "g", 1) if plain[:2] in ("qu", "gi") and len(plain) > 2 else plain
    return len(_VOWELS.findall(tail)) > 1 or len(plain) > 8
