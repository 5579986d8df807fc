"""Rows out of paragraphs in a row: how DOC tells its tables; each paragraph says how many tables it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailbridge.reading.blocks import Block, Cell, Row
from mailbridge.reading.flow import LEFT, RIGHT


@dataclass(kw_only=True, slots=True)
class _Level:
    """Cells of the row that is open, and what stands in the cell that is open."""

    cells: list[list[Block]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


class Tables:
    """Takes paragraphs in their order; gives blocks in which cells stand side by side."""

    def __init__(self) -> None:
        self._levels = [_Level()]

    def take(self, blocks: Sequence[Block], depth: int) -> None:
        """Add what stands at this depth of tables; 0 is outside of any."""
        while len(self._levels) - 1 > depth:
            self.end_row((), ())
            self._levels.pop()
        while len(self._levels) - 1 < depth:
            self._levels.append(_Level())
        self._levels[-1].blocks.extend(blocks)

    def end_cell(self) -> None:
        """End the innermost cell."""
        level = self._levels[-1]
        level.cells.append(level.blocks)
        level.blocks = []

    def end_row(self, borders: Sequence[float], merged: Sequence[bool]) -> None:
        """
        End the innermost row.

        Args:
            borders: Left border of each cell, then the right one of the last; where they are too few, all cells get
                the same width.
            merged: Which cells are one with the cell before.
        """
        level = self._levels[-1]
        if level.blocks:
            self.end_cell()
        if not level.cells or len(self._levels) == 1:
            return
        count = len(level.cells)
        if len(borders) <= count:
            start, end = (borders[0], borders[-1]) if len(borders) > 1 else (0.0, RIGHT - LEFT)
            borders = [start + (end - start) * index / count for index in range(count + 1)]
        cells: list[Cell] = []
        for index, blocks in enumerate(level.cells):
            if cells and index < len(merged) and merged[index]:
                before = cells.pop()
                joined = (*before.blocks, *blocks) if any(blocks) else before.blocks
                cells.append(Cell(left=before.left, right=borders[index + 1], blocks=joined))
            else:
                cells.append(Cell(left=borders[index], right=borders[index + 1], blocks=tuple(blocks)))
        self._levels[-2].blocks.append(Row(cells=tuple(cells)))
        self._levels[-1] = _Level()

    def finish(self) -> list[Block]:
        """End what is open and return all."""
        self.take((), 0)
        return self._levels[0].blocks
