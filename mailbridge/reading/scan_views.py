"""
A line read again and again: each time larger or smaller than before, and alone.

One reading of a letter may be wrong for no reason that a person would see; it is seldom wrong in the same way at
another size. What all readings agree on is right, and a line costs ten milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbridge.reading.scan_engine import Glyph, Layout, Word, words
from mailbridge.reading.scan_rows import Row
from mailbridge.reading.scan_source import DPI

if TYPE_CHECKING:
    from PIL import Image

SCALES = (1.5, 1.0, 2.0)
_PAPER = 20
"""Pixels of white around a line; letters that touch the edge of a picture are read badly."""
_SOFT = 0.8
_BY_MOST = 0.85
_DISPUTED = 0.5
_INK, _STROKE = 150, 20
"""Grey level of ink, and how much of the height of a line (of 255) is more than a speck."""
_WIDEST_BLANK = 1.0
_AROUND = 0.45
"""Of the height of letters, left free around a line: room for marks and for tails."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One reading of a line, in pixels of the sheet."""

    words: tuple[Word, ...]

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        """The characters of all words, without blanks."""
        return tuple(glyph for word in self.words for glyph in word.glyphs)


def box_around(row: Row, image: Image.Image, reach: tuple[int, int] | None = None) -> tuple[int, int, int, int]:
    """Return the part of the sheet that shows a row, from `reach` to `reach`, and nothing of those above and below."""
    free = round(_AROUND * row.em)
    left, right = reach or (row.left, row.right)
    return (
        max(0, left - free),
        max(0, min(row.top, round(row.base - 1.25 * row.em)) - free // 3),
        min(image.width, right + free),
        min(image.height, max(row.bottom, round(row.base + 0.3 * row.em)) + free // 3),
    )


def widened(row: Row, others: Sequence[Row], image: Image.Image) -> tuple[int, int]:
    """
    Return where the ink of a row begins and ends, also that of words which the first reading did not see.

    It ends at a wide gap, and before whatever else stands on the same base line.
    """
    beside = [other for other in others if other is not row and abs(other.base - row.base) < row.em]
    free = round(_AROUND * row.em)
    least = max([0, *(other.right + free for other in beside if other.right <= row.left)])
    most = min([image.width, *(other.left - free for other in beside if other.left >= row.right)])
    right = row.right + _reach(image, row, row.right, most)
    left = row.left - _reach(image, row, least, row.left, backwards=True)
    return left, right


def _reach(image: Image.Image, row: Row, start: int, end: int, *, backwards: bool = False) -> int:
    """Return how many pixels further from one end of `row` its ink goes on."""
    from PIL import Image as Pillow

    if end - start < 2:
        return 0
    band = image.crop((start, max(0, round(row.base - row.em)), end, round(row.base + 0.05 * row.em)))
    ink = band.point(lambda level: 255 if level < _INK else 0)
    columns = ink.resize((ink.width, 1), Pillow.Resampling.BOX).tobytes()
    reached = 0
    for at, share in enumerate(reversed(columns) if backwards else columns, 1):
        if at - reached > _WIDEST_BLANK * row.em:
            break
        reached = at if share >= _STROKE else reached
    return reached


def view(
    image: Image.Image, box: tuple[int, int, int, int], scale: float, *, only: str = "", soft: bool = False
) -> View:
    """
    Read the part of a sheet in `box` as one line.

    Args:
        scale: How much larger it is drawn.
        only: The characters that may come out; empty for all.
        soft: Blur it a little, which heals what noise and 1-bit scans did to thin strokes.
    """
    from PIL import Image as Pillow
    from PIL import ImageFilter, ImageOps

    piece = image.crop(box)
    if scale != 1.0:
        size = (max(1, round(piece.width * scale)), max(1, round(piece.height * scale)))
        piece = piece.resize(size, Pillow.Resampling.BICUBIC)
    piece = ImageOps.expand(piece, _PAPER, 255)
    if soft:
        piece = piece.filter(ImageFilter.GaussianBlur(_SOFT))
    found = words(piece, Layout.LINE, dpi=round(DPI * scale), only=only)
    return View(words=tuple(_placed(word, box, scale) for word in found))


def _placed(word: Word, box: tuple[int, int, int, int], scale: float) -> Word:
    x, y = box[0] - _PAPER / scale, box[1] - _PAPER / scale
    return word._replace(
        left=round(x + word.left / scale),
        right=round(x + word.right / scale),
        top=round(y + word.top / scale),
        bottom=round(y + word.bottom / scale),
        base=y + word.base / scale,
        glyphs=tuple(g._replace(left=x + g.left / scale, right=x + g.right / scale) for g in word.glyphs),
    )


def reread(row: Row, others: Sequence[Row], image: Image.Image) -> Row:
    """
    Read a row again; where both readings differ, twice more, and let the majority decide word by word.

    A word without majority keeps its likeliest reading and half its chances at most. `others` are the rows around it.
    """
    box = box_around(row, image, widened(row, others, image))
    first = view(image, box, SCALES[0])
    if _joined(first.words) == _joined(row.words):
        pairs = zip(row.words, _by_place(row.words, first), strict=True)
        return replace(row, words=tuple(word._replace(sure=max(word.sure, again.sure)) for word, again in pairs))
    views = [first, view(image, box, SCALES[0], soft=True), view(image, box, SCALES[1])]
    columns = zip(row.words, *(_by_place(row.words, seen) for seen in views), strict=True)
    voted = [_voted(readings) for readings in columns]
    words = sorted([*(word for word in voted if word.text), *_missed(row, *views)], key=lambda word: word.left)
    return replace(row, words=tuple(words)) if words else row


def _joined(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words)


def _by_place(words: Sequence[Word], seen: View) -> list[Word]:
    """Give each word what the other reading found in its place; each word of that reading goes to one place only."""
    found: list[list[Word]] = [[] for _ in words]
    for other in seen.words:
        shares = [min(word.right, other.right) - max(word.left, other.left) for word in words]
        best = max(range(len(words)), key=shares.__getitem__)
        if shares[best] > 0:
            found[best].append(other)
    return [
        word._replace(text=" ".join(other.text for other in here), sure=min(other.sure for other in here))
        if here
        else word._replace(text="", sure=0.0)
        for word, here in zip(words, found, strict=True)
    ]


def _voted(readings: Sequence[Word]) -> Word:
    """Let the readings of one word decide; the first is that of the whole page."""
    counts = Counter(reading.text.replace(" ", "") for reading in readings)
    (best, votes), *others = counts.most_common(2)
    same = [reading for reading in readings if reading.text.replace(" ", "") == best]
    if votes > 1 and (not others or others[0][1] < votes):
        sure = max(reading.sure for reading in same)
        agreed = votes == len(readings)
        return readings[0]._replace(text=same[0].text, sure=sure if agreed else min(sure, _BY_MOST))
    likely = max(readings, key=lambda reading: reading.sure)
    return readings[0]._replace(text=likely.text, sure=min(likely.sure, _DISPUTED))


def _missed(row: Row, *views: View) -> list[Word]:
    """Return words that the first reading did not see, but others did, the same way."""
    places = [(word.left - 2, word.right + 2) for word in row.words]

    def is_new(word: Word) -> bool:
        return not any(left <= (word.left + word.right) / 2 <= right for left, right in places)

    def is_seen(word: Word, other: View) -> bool:
        return any(again.text == word.text and abs(again.left - word.left) < row.em for again in other.words)

    return [
        word._replace(sure=min(word.sure, _BY_MOST), base=row.base)
        for word in views[0].words
        if is_new(word)
        and any(char.isalnum() for char in word.text)
        and word.sure > _DISPUTED
        and any(is_seen(word, other) for other in views[1:])
    ]
