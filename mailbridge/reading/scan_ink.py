"""Blobs: pieces of ink that hang together. Their heights tell print from hand, where the letters cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

_MOST_RUNS = 20_000
"""A line of print has some 2000; more is noise, and no number."""


class Blob(NamedTuple):
    """A connected piece of ink: its box in pixels, right and bottom past the end, and how many pixels it has."""

    left: int
    top: int
    right: int
    bottom: int
    area: int

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half way from left to right."""
        return (self.left + self.right) / 2


def level_of_ink(image: Image.Image) -> int:
    """Return the grey level half way between the ink and the paper of a piece of a sheet."""
    histogram = image.histogram()
    total = sum(histogram)
    paper = _quantile(histogram, total * 0.6)
    ink = _quantile(histogram, total * 0.02)
    return (paper + ink) // 2


def _quantile(histogram: list[int], count: float) -> int:
    seen = 0
    for level, here in enumerate(histogram):
        seen += here
        if seen >= count:
            return level
    return 255


def blobs(image: Image.Image, level: int) -> list[Blob]:
    """Find the blobs of what is darker than `level`, from left to right; none when there is too much of it."""
    runs = _runs(image, level)
    if runs is None:
        return []
    parents = list(range(len(runs)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for one, other in _touching(runs):
        parents[root(one)] = root(other)
    boxes: dict[int, Blob] = {}
    for index, (y, first, last) in enumerate(runs):
        key, here = root(index), Blob(first, y, last, y + 1, last - first)
        boxes[key] = _union(boxes[key], here) if key in boxes else here
    return sorted(boxes.values())


def whole_characters(found: Sequence[Blob]) -> list[Blob]:
    """Put pieces of broken characters together: those that stand over each other."""
    whole: list[Blob] = []
    for blob in sorted(found):
        last = whole[-1] if whole else None
        if last is not None and min(last.right, blob.right) - blob.left > 0.5 * min(
            last.right - last.left, blob.right - blob.left
        ):
            whole[-1] = _union(last, blob)
        else:
            whole.append(blob)
    return whole


def _runs(image: Image.Image, level: int) -> list[tuple[int, int, int]] | None:
    """Return (row, first, past the last) of each stretch of ink."""
    mask = image.point(lambda value: 1 if value < level else 0).tobytes()
    runs = []
    for y in range(image.height):
        row = mask[y * image.width : (y + 1) * image.width]
        end = 0
        while (first := row.find(1, end)) >= 0:
            end = row.find(0, first)
            end = image.width if end < 0 else end
            runs.append((y, first, end))
        if len(runs) > _MOST_RUNS:
            return None
    return runs


def _touching(runs: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Pair runs of neighbouring rows that touch, corners too."""
    pairs = []
    above = 0
    for index, (y, first, last) in enumerate(runs):
        while above < index and (runs[above][0] < y - 1 or (runs[above][0] == y - 1 and runs[above][2] < first)):
            above += 1
        other = above
        while other < index and runs[other][0] == y - 1 and runs[other][1] <= last:
            pairs.append((index, other))
            other += 1
    return pairs


def _union(one: Blob, other: Blob) -> Blob:
    return Blob(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
        one.area + other.area,
    )
