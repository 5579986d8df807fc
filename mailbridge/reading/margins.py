"""Places against the margins of a page: the sheet of `flow` has its own, and what stands at a place moves along."""

from __future__ import annotations

from dataclasses import dataclass

from mailbridge.reading.flow import LEFT, RIGHT, TOP

WIDE = 0.6 * (RIGHT - LEFT)
"""What a text box must be wide, in points, for the text to go on below it, not beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Margins:
    """Margins of the first page of a file, in points."""

    left: float = LEFT
    top: float = TOP

    def across(self, place: float, *, from_page: bool) -> float:
        """Return where a place from the edge of the page, or from the left margin, is on our sheet."""
        return place - self.left + LEFT if from_page else place + LEFT

    def down(self, place: float, *, from_page: bool) -> float:
        """Return where a place from the top of the page, or from the top margin, is on our sheet."""
        return place - self.top + TOP if from_page else place + TOP
