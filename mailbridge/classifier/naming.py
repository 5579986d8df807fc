"""
Text in capitals in the usual writing: names of bodies, and sentences.

Only capitals change; wording, spelling and punctuation stay (CONTRACT.md: only the case of an all-capitals name is
turned). The habit is that of NĐ 30/2020/NĐ-CP, Phụ lục II; what is not known stays small behind the first letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.classifier.proper_names import (
    ACRONYMS,
    DOUBTFUL_PLACES,
    FIELDS,
    FIXED,
    FIXED_IN_NAMES,
    HEADS,
    NAMED_KINDS,
    OTHER_PLACES,
    PROVINCES,
    RANKS,
    TOWNS,
    TYPES_BEFORE_NUMBER,
)

_LETTERS = re.compile(r"[^\W\d_]+")
_SYLLABLE = re.compile(r"(?:ngh|ng|nh|gh|gi|ch|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnptk])?\Z")
_STOPPED = re.compile(r"[cpt]\Z|ch\Z")
_LONGEST = 4000
_ROMAN = re.compile(r"[IVX]{1,5}\Z")
_BEFORE_ROMAN = frozenset(
    (
        "quý",
        "kỳ",
        "khóa",
        "lần",
        "loại",
        "hạng",
        "nhóm",
        "cấp",
        "chương",
        "phần",
        "mục",
        "thứ",
        "lớp",
        "khu",
        "vùng",
        "vực",
        "đợt",
    )
)
_LONGEST_PHRASE = 10


def title_case_name(text: str) -> str:
    """Write the name of a body, given in capitals, by Vietnamese habit; text that has small letters stays as it is."""
    if not _is_capital(text):
        return text
    words = _Words(text)
    words.mark(_NAME_PHRASES)
    words.mark_heads()
    words.mark_fields()
    words.mark_named_kinds()
    words.mark_ranks()
    words.mark_after(r"[-–—/;]\s*\Z")
    return words.written()


def title_case_sentence(text: str) -> str:
    """Write a sentence, given in capitals, with capitals only where it begins, in known names and abbreviations."""
    if not _is_capital(text):
        return text
    words = _Words(text)
    words.mark(_PHRASES, but=DOUBTFUL_PLACES)
    words.mark(_BODIES)
    words.mark_ranked_places()
    words.mark_lower_places()
    words.mark_types()
    words.mark_after(r"(?:[.!?]\s+[“\"(]?|[“]|:\s*[“\"])\Z")
    return words.written()


def _is_capital(text: str) -> bool:
    """Say whether a line is in capitals; one of more than 4000 characters is no name and no subject."""
    letters = [char for char in text[:_LONGEST] if char.isalpha()]
    small = sum(char.islower() for char in letters)
    # "19/CT-TTg" and "TPHCM" with one small letter stand in lines that are in capitals otherwise.
    return len(text) <= _LONGEST and len(letters) > 1 and small * 20 <= len(letters) and letters[0].isupper()


def _key(text: str) -> str:
    return fold_tones(text.lower())


def _phrases(names: Iterable[str]) -> dict[tuple[str, ...], tuple[bool, ...]]:
    """Map the words of each name, in small letters, to which of them are capital."""
    table: dict[tuple[str, ...], tuple[bool, ...]] = {}
    for name in names:
        words = _LETTERS.findall(name)
        table[tuple(_key(word) for word in words)] = tuple(word[0].isupper() for word in words)
    return table


_PHRASES = _phrases((*FIXED, *PROVINCES, *OTHER_PLACES))
_BODIES = _phrases(f"{head} {field}" for head in ("Bộ", "Sở", "Phòng", "Bộ trưởng Bộ") for field in FIELDS)
_NAME_PHRASES = _PHRASES | _BODIES | _phrases((*FIXED_IN_NAMES, *TOWNS))
_FIELD_PHRASES = _phrases(FIELDS)
_HEAD_PHRASES = _phrases(HEADS)
_RANK_PHRASES = _phrases(RANKS)
_NAMED = _phrases(NAMED_KINDS)
_TYPES = _phrases(TYPES_BEFORE_NUMBER)
_PROVINCE_PHRASES = _phrases(PROVINCES)
_DOUBTFUL = frozenset(tuple(_key(name).split()) for name in DOUBTFUL_PLACES)


class _Words:
    """The words of one text, and which of them begin with a capital."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in _LETTERS.finditer(text)]
        self.keys = [_key(text[start:end]) for start, end in self.spans]
        self.capital = [False] * len(self.spans)
        self.known = [False] * len(self.spans)
        if self.spans:
            self.capital[0] = True
        self.has_marks = not text.isascii()

    def longest(
        self, table: dict[tuple[str, ...], tuple[bool, ...]], place: int
    ) -> tuple[tuple[str, ...], tuple[bool, ...]] | None:
        """Return the longest phrase of the table that begins at this word."""
        for length in range(min(_LONGEST_PHRASE, len(self.keys) - place), 0, -1):
            words = tuple(self.keys[place : place + length])
            if words in table and not self._is_broken(place, length):
                return words, table[words]
        return None

    def _is_broken(self, place: int, length: int) -> bool:
        """Say whether a full stop, a bracket or a digit parts the words of a phrase."""
        between = self.text[self.spans[place][1] : self.spans[place + length - 1][0]]
        return length > 1 and bool(re.search(r"[.;:()\d/“”\"]", between))

    def mark(self, table: dict[tuple[str, ...], tuple[bool, ...]], but: frozenset[str] = frozenset()) -> None:
        """Give the words of every known phrase their capitals."""
        place = 0
        while place < len(self.keys):
            found = self.longest(table, place)
            if found and not (but and found[0] in _DOUBTFUL):
                self._put(place, found[1])
                place += len(found[0])
            else:
                place += 1

    def _put(self, place: int, pattern: tuple[bool, ...]) -> None:
        for offset, is_capital in enumerate(pattern):
            self.capital[place + offset] = self.capital[place + offset] or is_capital
            self.known[place + offset] = True

    def mark_heads(self) -> None:
        """Capital for the kind of body and for the first word of its field: "Cục Quản lý khám, chữa bệnh"."""
        place = 0
        while place < len(self.keys):
            head = self.longest(_HEAD_PHRASES, place)
            if head is None or not self._may_begin(place):
                place += 1
                continue
            for offset, is_capital in enumerate(head[1]):
                self.capital[place + offset] |= is_capital
            place += len(head[0])
            if place < len(self.keys) and not self.known[place] and not self.longest(_RANK_PHRASES, place):
                field = self.longest(_FIELD_PHRASES, place)
                if field:
                    self._put(place, field[1])
                self.capital[place] = True

    def _may_begin(self, place: int) -> bool:
        """A kind of body begins the name, follows another one, or stands behind a mark or a joining word."""
        if place == 0 or self.capital[place] or self.keys[place - 1] in ("và", "thuộc", "của", _key("các")):
            return not self.known[place] or place == 0
        return bool(re.search(r"[,;–—/-]\s*\Z", self.text[: self.spans[place][0]][-4:]))

    def mark_fields(self) -> None:
        """
        Capital for a second field of work: "Chăn nuôi và Thú y", "Kinh tế, Hạ tầng và Đô thị".

        Only behind fields of one or two words: in "Kỹ thuật tài nguyên và môi trường" the last two belong together.
        """
        for place in range(2, len(self.keys) - 1):
            if self.keys[place] != "và" or self.keys[place + 1] in _NOT_FIELDS:
                continue
            commas = [at for at in range(1, place) if "," in self._gap(at)]
            start = next(
                (at for at in range(place - 1, max(place - 3, -1), -1) if at in commas or self.capital[at]), None
            )
            if start is None or self.known[place]:
                continue
            self.capital[place + 1] = True
            while start in commas and any(self.capital[max(start - 2, 0) : start]):
                self.capital[start] = True
                start = next((at for at in (start - 1, start - 2) if at in commas), 0)

    def _gap(self, place: int) -> str:
        """Return what stands between a word and the one before it."""
        return self.text[self.spans[place - 1][1] : self.spans[place][0]]

    def mark_named_kinds(self) -> None:
        """Every syllable behind "Tiểu học", "Công ty TNHH" and the like."""
        for place in range(len(self.keys)):
            kind = self.longest(_NAMED, place)
            if kind:
                self.capital[place : place + len(kind[1])] = [
                    old or new for old, new in zip(self.capital[place:], kind[1], strict=False)
                ]
                for later in range(place + len(kind[0]), len(self.keys)):
                    if self.longest(_RANK_PHRASES, later):
                        break
                    self.capital[later] = self.capital[later] or not self.known[later]

    def mark_ranks(self) -> None:
        """Every syllable of the place behind "huyện", "phường" and the like, at most four."""
        for place in range(len(self.keys)):
            rank = self.longest(_RANK_PHRASES, place)
            if rank is None or (len(rank[0]) == 1 and tuple(self.keys[place + 1 : place + 2]) in _NOT_PLACES):
                continue
            for later in range(place + len(rank[0]), min(place + len(rank[0]) + 4, len(self.keys))):
                # "Xuân Hương - Đà Lạt" is one place.
                if (
                    self.longest(_RANK_PHRASES, later)
                    or self._gap(later).strip(" .-–")
                    or self.keys[later] in _ENDS_PLACE
                ):
                    break
                self.capital[later] = True

    def mark_ranked_places(self) -> None:
        """Provinces whose name is also a word, when "tỉnh" or "thành phố" stands before them."""
        for place in range(1, len(self.keys)):
            found = self.longest(_PROVINCE_PHRASES, place)
            if found and self.keys[place - 1] in (_key("tỉnh"), _key("phố"), "tp"):
                self._put(place, found[1])

    def mark_lower_places(self) -> None:
        """One to three words that end a clause behind "xã" or "phường": a place, whatever its name."""
        for place in range(1, len(self.keys)):
            if (
                self.keys[place - 1] not in _LOWER_RANKS
                or self.keys[place] in _NO_PLACE_WORDS
                or self._gap(place).strip()
            ):
                continue
            end = place + 1
            while end < len(self.keys) and not self._gap(end).strip(" -–"):
                end += 1
            if end - place <= _LONGEST_PLACE:
                self.capital[place:end] = [True] * (end - place)

    def mark_types(self) -> None:
        """ "Nghị định số 30/2020/NĐ-CP": a capital where a type and "số" name one document."""
        for place in range(len(self.keys)):
            found = self.longest(_TYPES, place)
            behind = place + len(found[0]) if found else len(self.keys)
            if behind < len(self.keys) and self.keys[behind] == _key("số"):
                self.capital[place] = True

    def mark_after(self, pattern: str) -> None:
        """Capital for each word behind a mark."""
        for place in range(1, len(self.keys)):
            if re.search(pattern, self._gap(place)):
                self.capital[place] = True

    def written(self) -> str:
        """Return the text with the capitals found; numbers and symbols stay as they were."""
        kept = self._in_symbols()
        pieces, behind = [], 0
        for place, (start, end) in enumerate(self.spans):
            pieces.append(self.text[behind:start])
            word = self.text[start:end]
            if start in kept:
                pieces.append("TTg" if word == "TTG" else word)
            else:
                pieces.append(self._word(place, word))
            behind = end
        return "".join((*pieces, self.text[behind:]))

    def _in_symbols(self) -> frozenset[int]:
        """Places of characters inside "30/2020/NĐ-CP" and the like."""
        kept: set[int] = set()
        for match in re.finditer(r"\S+", self.text):
            token = match.group()
            if any(char.isdigit() for char in token) and ("/" in token or "-" in token):
                kept.update(range(*match.span()))
        return frozenset(kept)

    def _word(self, place: int, word: str) -> str:
        if word != word.upper():
            return word
        if not self.known[place] and self._is_abbreviation(place, word):
            return word
        small = word.lower()
        return small[0].upper() + small[1:] if self.capital[place] or self._is_foreign(word) else small

    def _is_abbreviation(self, place: int, word: str) -> bool:
        """A word that no Vietnamese syllable can be; a long one with vowels is a foreign name instead."""
        if word in ACRONYMS:
            return True
        # "I", "II", "XXVII" are numbers wherever they stand; "VI" and "XI" are words too.
        if _ROMAN.match(word) and place and (word not in ("VI", "XI") or self.keys[place - 1] in _ROMAN_KEYS):
            return True
        return len(word) > 1 and not self._is_syllable(word) and not self._is_foreign(word)

    def _is_syllable(self, word: str) -> bool:
        bare = fold(word)
        if not _SYLLABLE.match(bare):
            return False
        # A syllable that ends in c, ch, p or t carries the acute or the dot: BOT and VAT are not words.
        return not (self.has_marks and _STOPPED.search(bare) and word.isascii())

    def _is_foreign(self, word: str) -> bool:
        bare = fold(word)
        vowels = sum(char in "aeiouy" for char in bare)
        return word not in ACRONYMS and len(word) >= 6 and vowels * 4 >= len(word) and not _SYLLABLE.match(bare)


# "xã hội" and "tỉnh ủy" are one word each.
_NOT_PLACES = frozenset({(_key("hội"),), (_key("ủy"),), (_key("đoàn"),), (_key("đội"),)})
_LOWER_RANKS = frozenset(_key(word) for word in ("xã", "phường", "huyện", "quận", "xã", "trấn"))
_NO_PLACE_WORDS = frozenset(
    _key(word)
    for word in (
        *(
            "hội",
            "viên",
            "ủy",
            "đoàn",
            "đội",
            "và",
            "năm",
            "trên",
            "trong",
            "có",
            "của",
            "theo",
            "đến",
            "về",
            "để",
            "từ",
        ),
        *(
            "thuộc",
            "giai",
            "nông",
            "miền",
            "biên",
            "đạt",
            "mới",
            "đặc",
            "nghèo",
            "là",
            "được",
            "tại",
            "cho",
            "khu",
            "loại",
        ),
        *("một", "hai", "mỗi", "các", "này", "đó", "trong", "phát", "đảo", "tham", "quản"),
    )
)
_LONGEST_PLACE = 3
_ENDS_PLACE = frozenset(_key(word) for word in ("và", "thuộc", "khóa"))
_NOT_FIELDS = frozenset(_key(word) for word in ("các", "những", "một", "người", "trẻ"))
_ROMAN_KEYS = frozenset(_key(word) for word in _BEFORE_ROMAN)
