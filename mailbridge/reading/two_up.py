"""
Two pages on one sheet, side by side, as offices print them to save paper.

Read as one page, the lines of both would be mixed: the letterhead of one beside the text of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbridge.mail.pages import Layer, Line, Page, Pages

_WIDER = 1.2
"""A sheet is so much wider than it is high."""
_GUTTER = 0.012
"""Of the width, on each side of the middle: nothing may reach in. A table or a title does."""
_FEWEST = 8
"""Lines of a page that shows itself to be one; the other half may be the short last page."""
_FEWEST_WIDE = 3
_NARROWEST = 0.25
"""Of the width: how far so many lines of such a half reach."""


def parted(pages: Pages) -> Pages:
    """
    Return two pages for each sheet, when all sheets that were read hold two; else the pages as they are.

    Pages are then counted as their reader counts them: the sheet n holds the pages 2n-1 and 2n.
    """
    if not pages.pages or not all(_is_sheet(page) for page in pages.pages):
        return pages
    if not any(_is_full(page, half) for page in pages.pages for half in _halves(page)):
        return pages
    made = [half for page in pages.pages for half in _parted(page)]
    return Pages(pages=tuple(made), total=pages.total * 2)


def _is_sheet(page: Page) -> bool:
    if page.layer is not Layer.TEXT or not page.lines or page.width < _WIDER * page.height:
        return False
    middle, gutter = page.width / 2, page.width * _GUTTER
    return not any(line.box.left < middle + gutter and line.box.right > middle - gutter for line in page.lines)


def _halves(page: Page) -> tuple[Sequence[Line], Sequence[Line]]:
    middle = page.width / 2
    left = [line for line in page.lines if line.box.right <= middle]
    return left, [line for line in page.lines if line.box.left >= middle]


def _is_full(page: Page, half: Sequence[Line]) -> bool:
    """Say whether a half has lines from edge to edge, which the columns of a letterhead or of a table have not."""
    wide = [line for line in half if line.box.right - line.box.left > _NARROWEST * page.width]
    return len(half) >= _FEWEST and len(wide) >= _FEWEST_WIDE


def _parted(page: Page) -> tuple[Page, Page]:
    middle = page.width / 2
    left, right = _halves(page)
    moved = tuple(
        replace(
            line, box=replace(line.box, left=round(line.box.left - middle, 1), right=round(line.box.right - middle, 1))
        )
        for line in right
    )
    first = replace(page, number=2 * page.number - 1, width=round(middle, 1), lines=tuple(left))
    return first, replace(first, number=2 * page.number, lines=moved)
