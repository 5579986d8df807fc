"""
Which strings of letters are Vietnamese syllables.

So text can be judged: how much of it is Vietnamese, and how much cannot be. A syllable is an onset, a rhyme and at
most one tone; a rhyme that is stopped by c, ch, p or t carries only sắc or nặng. There are some 150 rhymes, so letters
that were read by a wrong table hardly ever make one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_STOPPED_TONES = frozenset({"\u0301", "\u0323"})
_TONES = frozenset({"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"})

# The k of Đắk and Kạn, the ơ of Krông: names of places in the uplands, which agencies carry too.
_A = "ac ach ai ak am an ang anh ao ap at au ay a ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây"
_E = "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu"
_I = "i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu"
_O = (
    "o oc oi ok om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oem oen oeo "
    "oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt"
)
_U = (
    "u ua uc ui um un ung up ut uâ uân uâng uât uây uê uêch uênh uôc uôi uôm uôn uông uôt uơ uy uya uych uyn uynh uyp "
    "uyt uyu uyên uyêt ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu"
)
_Q = (
    "ua uac uach uai uan uang uanh uao uat uau uay uăc uăn uăng uăp uăt uâc uân uâng uât uây ue uen ueo uet uê uên "
    "uêch uênh uêt ui uich uin uinh uit uôc uơ uơi uơn uơt uy uych uyn uynh uyt uyên uyêt uyêp uynh"
)
_Y = "y yêm yên yêng yêt yêu"

_BACK = "|".join(f"{_A} {_O} {_U}".split())
_FRONT = "|".join(f"{_E} {_I}".split())
_LONG_I = "|".join(_Y.split())
_SYLLABLE = re.compile(
    rf"(?:b|ch|d|đ|h|kh|l|m|n|nh|p|ph|r|s|t|th|tr|v|x|)(?:{_BACK}|{_FRONT})"
    rf"|(?:c|g|ng)(?:{_BACK})|(?:k|gh|ngh)(?:{_FRONT})|k(?:an|on|ông|rông)"
    rf"|gi(?:{_BACK}|{_FRONT}|n|ng|m|êng|êt|)|q(?:{'|'.join(_Q.split())})"
    rf"|(?:h|k|l|m|t|s|v|n|)(?:{_LONG_I})"
)
_STOPPED = re.compile(r"(?:ch|[cptk])\Z")
_ABBREVIATION = re.compile(r"[A-ZĐƠƯ]{2,8}")

# In old charsets signs and even control characters are letters; dashes and apostrophes part words.
_WORD = re.compile(
    r"[A-Za-z\x02-\x06\x10-\x15\x19\x1c-\x1e\x7f-\x9f\xa1-\u1fff"
    r"\u2018\u201a-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122\u2219-\u2265\u2310-\u25a0"
    r"\u2c00-\ufffd]+"
)
_PLAIN = re.compile(r"[A-Za-z]*")
# Signs that stand before and behind words in good text.
_BEFORE = "«‹“„‘‚¡¿©·•°†…"
_BEHIND = "»›”’®©™ºª°·†‡…€"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Letters that hardly a word has: where two charsets give words, the one with fewer of these is the likelier.
_RARE = re.compile("[ẳẵẽẹẻỉĩỗỡũỳỷỹỵẫ]", re.IGNORECASE)
_ASCII_WORD = re.compile(r"(?<![\w.@-])[A-Za-z]{2,40}(?![\w@])", re.ASCII)
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
# Words of one letter; what else stands alone, in lists of letters and formulas, says nothing.
_SINGLE = frozenset("àạáảởôổýừỷ")
_LONGEST_JOINED = 60
_LONGEST_SYLLABLE = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """
    How Vietnamese a text is: `words` that can be, `faults` that cannot; ASCII words say nothing and do not count.

    `rare` is how many letters it has that few words have.
    """

    words: int = 0
    faults: int = 0
    rare: int = 0

    @property
    def balance(self) -> int:
        """Words less faults."""
        return self.words - self.faults

    @property
    def rank(self) -> tuple[int, int]:
        """What sorts the likelier reading behind the others."""
        return self.balance, -self.rare


def quality(text: str) -> Quality:
    """Judge NFC text. A word that no language can have, with a sign among its letters, is a fault twice."""
    words = faults = 0
    for word in _WORD.findall(text):
        value = 0 if _PLAIN.fullmatch(word) else _value(word)
        words, faults = (words + value, faults) if value > 0 else (words, faults - value)
    return Quality(words=words, faults=faults, rare=len(_RARE.findall(text)))


def is_foreign(text: str) -> bool:
    """Say whether a text holds an ASCII word that is no Vietnamese syllable, abbreviation or suffix of a file name."""
    return any(
        _VOWEL.search(word) and not is_syllable(word) and not word.isupper() for word in _ASCII_WORD.findall(text)
    )


@lru_cache(maxsize=8192)
def _value(word: str) -> int:
    if len(word) == 1:
        return int(word.lower() in _SINGLE)
    if is_syllable(word) or is_abbreviation(word):
        return 1
    bare = word.lstrip(_BEFORE).rstrip(_BEHIND)
    if _PLAIN.fullmatch(bare) or not any(map(str.isalpha, bare)):
        return 0
    if bare != word and is_syllable(bare):
        return 1
    if _CONTROLS.search(bare) or not bare.isalpha() or "µ" in bare[1:] or (bare[:2].isupper() and not bare.isupper()):
        return -2
    return 1 if _is_run_together(bare) or _is_joined(bare) else -1


def _is_run_together(word: str) -> bool:
    """Say whether a word is syllables of which each has its capital, as in names of files."""
    starts = [0, *(at for at in range(1, len(word)) if word[at].isupper() and word[at - 1].islower()), len(word)]
    pieces = [word[start:end] for start, end in pairwise(starts)]
    return len(pieces) > 1 and all(len(piece) > 1 and is_syllable(piece) for piece in pieces)


def _is_joined(word: str) -> bool:
    """Say whether a word is syllables without blanks between them, as in names of files."""
    if not 5 < len(word) <= _LONGEST_JOINED or not (word.islower() or word.istitle()):
        return False
    ends = {0}
    for at in range(2, len(word) + 1):
        if any(at - size in ends and is_syllable(word[at - size : at]) for size in range(2, _LONGEST_SYLLABLE + 1)):
            ends.add(at)
    return len(word) in ends


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """
    Say whether a word can be a syllable of Vietnamese: small, with a capital, or all in capitals.

    The tone may stand on any vowel: both "hòa" and "hoà" are right.
    """
    if not word or len(word) > 7 or not (word.islower() or word.isupper() or word.istitle()):
        return False
    plain, tones = _toneless(word.lower())
    if len(tones) > 1 or not _SYLLABLE.fullmatch(plain):
        return False
    return not _STOPPED.search(plain) or (not tones or tones[0] in _STOPPED_TONES)


def is_abbreviation(word: str) -> bool:
    """Say whether a word is capitals alone, as QĐ, HĐND and UBMTTQVN are."""
    return _ABBREVIATION.fullmatch(word) is not None


def _toneless(word: str) -> tuple[str, list[str]]:
    taken_apart = unicodedata.normalize("NFD", word)
    tones = [char for char in taken_apart if char in _TONES]
    return unicodedata.normalize("NFC", "".join(char for char in taken_apart if char not in _TONES)), tones
