"""How a page lies in its picture: the corners of the paper, upright or on its side, how much askew."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Dots an inch at which lines of text are still apart, and few enough for many tries.
_SHRINK = 4
_WIDEST = 5.0
"""Degrees; a scanner's feeder pulls a sheet no further askew, a phone is held no worse."""
_INK_DEPTH = 60


def corners_of_paper(image: Image.Image) -> tuple[tuple[float, float], ...] | None:
    """
    Find the corners of a bright sheet on a darker ground: top left, bottom left, bottom right, top right, in pixels.

    None when the picture shows nothing but the sheet.
    """
    from PIL import ImageFilter

    step = max(1, max(image.size) // 420)
    small = image.convert("L").reduce(step).filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.MedianFilter(5))
    limit = _between(small.histogram())
    if limit is None or _dark_edge(small, limit) < 0.12:
        return None
    rows = _extents(small, limit)
    if len(rows) < small.height * 0.5:
        return None
    firsts = [(first, y) for y, first, _ in rows]
    lasts = [(last, y) for y, _, last in rows]
    found = (
        min(firsts, key=lambda p: p[0] + p[1]),
        min(firsts, key=lambda p: p[0] - p[1]),
        max(lasts, key=lambda p: p[0] + p[1]),
        max(lasts, key=lambda p: p[0] - p[1]),
    )
    area = _area(found)
    covered = sum(last - first for _, first, last in rows)
    if area < 0.35 * small.width * small.height or not 0.85 < covered / max(area, 1) < 1.15:
        return None
    # A little inwards, so that no ground comes along; the maximum filter moved the edge out by three.
    return tuple(_inwards(point, small.size, 3.5, step) for point in found)


def _inwards(point: tuple[int, int], size: tuple[int, int], by: float, step: int) -> tuple[float, float]:
    (x, y), (w, h) = point, size
    dx = 0 if x <= 1 or x >= w - 2 else by if x < w / 2 else -by
    dy = 0 if y <= 1 or y >= h - 2 else by if y < h / 2 else -by
    return (x + 0.5 + dx) * step, (y + 0.5 + dy) * step


def _between(histogram: list[int]) -> int | None:
    """Return the level that parts dark from bright (Otsu); None when there are not two kinds."""
    total, whole = sum(histogram), sum(level * count for level, count in enumerate(histogram))
    best, limit, count, mass = 0.0, 0, 0, 0
    means = (0.0, 0.0)
    for level, here in enumerate(histogram):
        count += here
        mass += level * here
        if not 0 < count < total:
            continue
        low, high = mass / count, (whole - mass) / (total - count)
        spread = count * (total - count) * (high - low) ** 2
        if spread > best:
            best, limit, means = spread, level, (low, high)
    return limit if means[1] - means[0] > 60 and means[0] < 120 else None


def _dark_edge(image: Image.Image, limit: int) -> float:
    """Return how much of the outermost ring is dark."""
    w, h = image.size
    ring = b"".join(
        image.crop(box).tobytes() for box in ((0, 0, w, 2), (0, h - 2, w, h), (0, 2, 2, h - 2), (w - 2, 2, w, h - 2))
    )
    return sum(level <= limit for level in ring) / max(len(ring), 1)


def _extents(image: Image.Image, limit: int) -> list[tuple[int, int, int]]:
    """Return (row, first, last) of the bright stretch of each row that has one."""
    mask = image.point(lambda level: 255 if level > limit else 0).tobytes()
    rows = []
    for y in range(image.height):
        row = mask[y * image.width : (y + 1) * image.width]
        first, last = row.find(b"\xff" * 5), row.rfind(b"\xff" * 5)
        if first >= 0:
            rows.append((y, first, last + 5))
    return rows


def _area(points: tuple[tuple[int, int], ...]) -> float:
    pairs = zip(points, (*points[1:], points[0]), strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def quarter_turn(image: Image.Image) -> int:
    """Return 1 when lines of text run from top to bottom (or bottom to top), else 0; not which way up they are."""
    ink = _ink(image)
    return 1 if _best(_on_side(ink))[0] > 1.3 * _best(ink)[0] else 0


def skew(image: Image.Image) -> float:
    """Return by how many degrees to turn the picture (counter-clockwise) for its lines to be level."""
    ink = _ink(image)
    _, rough = _best(ink)
    fine = [rough + step * 0.1 for step in range(-4, 5)]
    return max(fine, key=lambda angle: _levelness(ink, angle))


def _ink(image: Image.Image) -> Image.Image:
    """Return the ink as white on black, small, without the margins where borders and holes are."""
    w, h = image.size
    inner = image.crop((round(w * 0.06), round(h * 0.03), round(w * 0.94), round(h * 0.97)))
    return inner.reduce(_SHRINK).point(lambda level: 255 if level < 255 - _INK_DEPTH else 0)


def _on_side(ink: Image.Image) -> Image.Image:
    from PIL import Image as Pillow

    return ink.transpose(Pillow.Transpose.ROTATE_90)


def _best(ink: Image.Image) -> tuple[float, float]:
    count = round(_WIDEST / 0.5)
    tries = [(_levelness(ink, step * 0.5), step * 0.5) for step in range(-count, count + 1)]
    return max(tries)


def _levelness(ink: Image.Image, angle: float) -> float:
    """Rate how sharply rows with ink and rows without follow each other when turned by `angle`."""
    from PIL import Image as Pillow

    turned = ink.rotate(angle) if angle else ink
    profile = turned.resize((1, turned.height), Pillow.Resampling.BOX).tobytes()
    return sum((below - above) ** 2 for above, below in pairwise(profile)) / max(len(profile), 1)


def two_pages(image: Image.Image) -> bool:
    """Say whether a landscape sheet shows two pages side by side: nothing is printed in its middle, much beside it."""
    from PIL import Image as Pillow

    if image.width < 1.25 * image.height:
        return False
    ink = _ink(image)
    columns = ink.resize((ink.width, 1), Pillow.Resampling.BOX).tobytes()
    middle = columns[round(len(columns) * 0.45) : round(len(columns) * 0.55)]
    gutter = max((len(run) for run in bytes(level > 1 for level in middle).split(b"\1")), default=0)
    left, right = sum(columns[: len(columns) // 2]), sum(columns[len(columns) // 2 :])
    return gutter >= 0.018 * len(columns) and min(left, right) > 0.12 * max(left, right, 1)
