"""How lines are dealt to sheets, so that every sheet ends with its own total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol


class Strikable(Protocol):
    """A line of any form."""

    @property
    def is_struck(self) -> bool:
        """Whether it is struck through."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """
    The lines of one sheet and their totals.

    `before` counts the lines of all sheets before this one. A line that is higher than a sheet has one to itself, and
    runs on over the next ones.
    """

    lines: tuple[Strikable, ...]
    before: int = 0

    @property
    def struck(self) -> int:
        """How many lines of this sheet are struck through."""
        return sum(line.is_struck for line in self.lines)

    @property
    def sum(self) -> int:
        """All lines from the beginning of the volume to the end of this sheet."""
        return self.before + len(self.lines)


def deal(lines: Sequence[Strikable], heights: Sequence[float], room: float, opening: float = 0.0) -> tuple[Sheet, ...]:
    """
    Deal lines to sheets in their order, as many to each as have room.

    Args:
        heights: Of each line, in the unit of `room`.
        room: What a sheet has for lines.
        opening: What stands above the lines of the first sheet.
    """
    starts, filled = [0], opening
    for number, height in enumerate(heights):
        if filled + height > room and number > starts[-1]:
            starts.append(number)
            filled = 0.0
        filled += height
    ends = pairwise([*starts, len(lines)])
    return tuple(Sheet(lines=tuple(lines[first:last]), before=first) for first, last in ends)
