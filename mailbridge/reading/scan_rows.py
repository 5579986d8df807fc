"""
From recognised words to lines: which words are one line, where a wide gap or the other column of a letterhead begins.

Places are pixels of the sheet here; `lines_of` turns them into points at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from mailbridge.classifier.page.markers import MOTTO, PARTY_NAME, STATE_NAME, bare
from mailbridge.mail.pages import UNREAD
from mailbridge.reading.scan_engine import Word

# In heights of the letters (em). Justified text stretches its blanks up to two; see `glyphs`.
_COLUMN_GAP = 2.3
_SAME_ROW = 0.45
# What has fewer chances than this to be right was not read; at the end of a row it is dirt, a stroke of a pen, a piece
# of a seal. So is a "word" without any letter or digit unless it is well seen.
_UNREADABLE = 0.3
_DOUBTFUL_MARK = 0.6
_LEAST_HEIGHT = 8
_HIGHEST = 120
# Under a stamp the Quốc hiệu may be hard to read but for its first words.
_HEADINGS = (STATE_NAME, MOTTO, PARTY_NAME, re.compile(r"\bC[O0Q]NG\s+H\w{1,2}\s+XA\b"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Words of one line, from left to right; `em` is the height of its letters in pixels."""

    words: tuple[Word, ...]
    em: float

    @property
    def text(self) -> str:
        """The words with a blank between them."""
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> int:
        """Left edge of the first word."""
        return self.words[0].left

    @property
    def right(self) -> int:
        """Right edge of the last word."""
        return self.words[-1].right

    @property
    def top(self) -> int:
        """Top of the highest word."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> int:
        """Bottom of the lowest word."""
        return max(word.bottom for word in self.words)

    @property
    def base(self) -> float:
        """Height of the base line in its middle."""
        return median(word.base for word in self.words)

    @property
    def sure(self) -> float:
        """Confidence of the least sure word that was read."""
        return min((word.sure for word in self.words if word.text != UNREAD), default=0.0)


def rows_of(words: Iterable[Word]) -> list[Row]:
    """Put words into lines, from top to bottom and left to right; dirt is left out."""
    clean = [word for word in words if not _is_dirt(word)]
    if not clean:
        return []
    usual = median(word.bottom - word.top for word in clean)
    pieces = [_row(group, usual) for group in _lines(clean)]
    whole = sorted(_joined(pieces), key=lambda row: row.base)
    return [part for row in whole for part in cut(row) if not _is_rubbish(part)]


def _is_dirt(word: Word) -> bool:
    height = word.bottom - word.top
    if height > _HIGHEST or word.right - word.left < 2:
        return True
    if any(char.isalnum() for char in word.text):
        return height < _LEAST_HEIGHT
    return word.sure < _DOUBTFUL_MARK or (word.text not in "-–:;,./*()" and height < _LEAST_HEIGHT)


def _lines(words: Sequence[Word]) -> Iterable[list[Word]]:
    """Group words by the lines that the engine found."""
    found: dict[int, list[Word]] = {}
    for word in words:
        found.setdefault(word.line, []).append(word)
    return found.values()


def _row(words: Sequence[Word], usual: float) -> Row:
    ordered = tuple(sorted(words, key=lambda word: word.left))
    heights = [word.base - word.top for word in ordered if any(char.isalnum() for char in word.text)]
    # From base line to the marks on the capitals; a line of small letters without any looks lower than it is.
    em = max(median(heights) if heights else usual, 0.6 * usual)
    return Row(words=ordered, em=em)


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Join rows on one base line that stand beside each other, also over wide gaps: `cut` looks at all gaps alike."""
    found: list[Row] = []
    for row in sorted(rows, key=lambda row: row.base):
        near = next((index for index in range(len(found) - 1, -1, -1) if _on_one_line(found[index], row)), None)
        if near is None:
            found.append(row)
            continue
        ordered = tuple(sorted((*found[near].words, *row.words), key=lambda word: word.left))
        found[near] = Row(words=ordered, em=max(found[near].em, row.em))
    return found


def _on_one_line(one: Row, other: Row) -> bool:
    left, right = (one, other) if one.left <= other.left else (other, one)
    if right.left < left.right - 2 and any(
        a.left < b.right and b.left < a.right for a in left.words for b in right.words
    ):
        return False
    # Paper that is not quite flat bends long lines: compare where they come nearest.
    before = max((word for word in left.words if word.left <= right.left), key=lambda word: word.right)
    behind = right.words[0]
    return abs(before.base - behind.base) <= _SAME_ROW * min(left.em, right.em)


def cut(row: Row) -> Iterable[Row]:
    """Cut at wide gaps, and before the headings of the right column, which often stand close to the left one."""
    cuts = {
        index
        for index, (before, behind) in enumerate(pairwise(row.words), 1)
        if behind.left - before.right > _COLUMN_GAP * row.em and not is_gap_to_fill(before.text, behind.text)
    }
    cuts |= _headings(row)
    places = [0, *sorted(cuts), len(row.words)]
    return [replace(row, words=row.words[start:end]) for start, end in pairwise(places) if end > start]


def is_gap_to_fill(before: str, behind: str) -> bool:
    """Say whether a blank between two words is one that is left for a number or a day: "Số: … /QĐ", "ngày … tháng"."""
    plain, after = bare(before).lower().strip(" .…_"), bare(behind).lower()
    if re.fullmatch(r"s[o06]\s*:?", plain):
        return after[:1] in "/-" or re.match(r"\d|[a-z]+[/-]", after) is not None
    return (plain.endswith("ngay") and after.startswith("thang")) or (
        plain.endswith("thang") and after.startswith("nam")
    )


def _headings(row: Row) -> set[int]:
    plain = bare(row.text)
    found = (match.start() for pattern in _HEADINGS if (match := pattern.search(plain)))
    cuts, place = set(), 0
    starts = {start for start in found if start}
    for index, word in enumerate(row.words):
        if place in starts:
            cuts.add(index)
        place += len(word.text) + 1
    return cuts


def told(row: Row) -> Row | None:
    """
    Say of a row, read as well as it could be, what is certain: words that could not be read become `UNREAD`.

    Short ones at its ends are dirt and go; None when nothing stays.
    """
    words = list(row.words)
    while words and _is_dirt_at_end(words[0]):
        words.pop(0)
    while words and _is_dirt_at_end(words[-1]):
        words.pop()
    if not any(word.sure >= _UNREADABLE for word in words):
        return None
    return replace(row, words=tuple(map(_or_unread, words)))


def _or_unread(word: Word) -> Word:
    return word if word.sure >= _UNREADABLE or UNREAD in word.text else word._replace(text=UNREAD, sure=0.0)


def _is_dirt_at_end(word: Word) -> bool:
    if UNREAD in word.text:
        return False
    letters = sum(char.isalnum() for char in word.text)
    return (letters <= 2 and word.sure < _UNREADABLE) or (letters == 0 and word.text not in "-:" and word.sure < 0.9)


def _is_rubbish(row: Row) -> bool:
    """Say whether a row is a stroke or a seal that was taken for letters: short and unsure throughout, or all marks."""
    letters = sum(char.isalnum() for char in row.text)
    if letters == 0:
        return not set(row.text) <= set("-–*_. ") or row.sure < 0.7
    return median(word.sure for word in row.words) < 0.5 and letters < 12
