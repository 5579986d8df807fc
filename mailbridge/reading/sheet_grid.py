"""A sheet as people see it: cells on a grid of columns, and how they become lines side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from mailbridge.mail.pages import Pages
from mailbridge.reading.blocks import LINE_BREAK, Block, Cell, Paragraph, Row, Run, is_legacy, lay_out, mended
from mailbridge.reading.flow import LEFT, RIGHT, Align, Look

MOST_ROWS = 5_000
"""Rows that are read; further ones only count as pages."""
MOST_COLUMNS = 256
DEFAULT_WIDTH = 48.0
"""Width of a column of which nothing is told, in points: what Excel takes."""
DEFAULT_LOOK = Look(size=11.0, bold=False, italic=False)

_ROWS_A_PAGE = 45
_MOST_BLANK_ROWS = 3
_LETTER = 0.5  # mean width of a letter in heights
_LONGEST = 5_000
_DATE_IDS = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_ZEROS = re.compile(r"0{1,20}")
_LAST_DATE = 2_958_465


class GridCell(NamedTuple):
    """A cell with text; rows and columns from 0. `align` None: numbers at the right, text at the left."""

    row: int
    column: int
    text: str
    look: Look = DEFAULT_LOOK
    font: str = ""
    align: Align | None = None
    wraps: bool = False
    is_number: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """
    One sheet.

    `cells` in any order; `widths` of columns in points; `spans` how many columns a merged cell takes, by row and
    column; `rows` how many the sheet has. `tells_fonts`: a cell without a font name is in no old font.
    """

    cells: Sequence[GridCell]
    widths: Mapping[int, float]
    spans: Mapping[tuple[int, int], int]
    rows: int
    tells_fonts: bool = True


def lay_out_grid(grid: Grid) -> Pages:
    """Put a sheet on pages as wide as ours; raises `Unreadable`: `too-large`."""
    rows: dict[int, list[GridCell]] = {}
    for cell in grid.cells:
        if cell.text.strip() and cell.row < MOST_ROWS and cell.column < MOST_COLUMNS:
            rows.setdefault(cell.row, []).append(cell)
    last = max((cell.column + grid.spans.get(cell[:2], 1) for row in rows.values() for cell in row), default=1)
    edges = _edges(grid.widths, min(last, MOST_COLUMNS))
    blocks: list[Block] = []
    before = -1
    for number in sorted(rows):
        look = rows[number][0].look
        blocks.extend([Paragraph(runs=(), look=look)] * min(number - before - 1, _MOST_BLANK_ROWS if blocks else 0))
        blocks.append(_row(sorted(rows[number], key=lambda cell: cell.column), grid.spans, edges))
        before = number
    is_told = grid.tells_fonts or any(is_legacy(cell.font) for cell in grid.cells)
    noted = 0 if grid.rows <= MOST_ROWS else grid.rows // _ROWS_A_PAGE
    return lay_out(blocks if is_told else mended(blocks), noted=noted)


def _edges(widths: Mapping[int, float], count: int) -> list[float]:
    """Return where columns begin and the last ends, in points; a sheet that is too wide is drawn together."""
    edges = [0.0]
    for column in range(count):
        edges.append(edges[-1] + min(max(widths.get(column, DEFAULT_WIDTH), 0.0), 1_000.0))
    scale = min(1.0, (RIGHT - LEFT) / max(edges[-1], 1.0))
    return [edge * scale for edge in edges]


def _row(cells: Sequence[GridCell], spans: Mapping[tuple[int, int], int], edges: Sequence[float]) -> Row:
    made = []
    free = 0.0
    for index, cell in enumerate(cells):
        span = max(1, spans.get(cell[:2], 1))
        left, right = edges[cell.column], edges[min(cell.column + span, len(edges) - 1)]
        after = edges[cells[index + 1].column] if index + 1 < len(cells) else max(edges[-1], RIGHT - LEFT)
        align = cell.align or (Align.RIGHT if cell.is_number else Align.LEFT)
        if span == 1 and not cell.wraps and not cell.is_number:
            left, right = _overflowing(cell, align, left, right, free, after)
        run = Run(cell.text.replace("\r\n", LINE_BREAK)[:_LONGEST], cell.look, cell.font)
        paragraph = Paragraph(runs=(run,), align=align, look=cell.look)
        made.append(Cell(left=left, right=max(right, left + 1.0), blocks=(paragraph,)))
        free = right
    return Row(cells=tuple(made))


def _overflowing(
    cell: GridCell, align: Align, left: float, right: float, free: float, after: float
) -> tuple[float, float]:
    """Let text that is wider than its cell lie over empty cells beside it, as sheets show it."""
    longest = max(len(line) for line in cell.text.split("\n"))
    more = longest * cell.look.size * _LETTER - (right - left)
    if more <= 0:
        return left, right
    if align is Align.CENTRE:
        return max(free, left - more / 2), min(max(after, right), right + more / 2)
    if align is Align.RIGHT:
        return max(free, left - more), right
    return left, min(max(after, right), right + more)


def is_date_format(number: int, code: str) -> bool:
    """Say whether a number format shows a day (ECMA-376 part 1 §18.8.30); `code` is "" for one of the built-in."""
    if not code:
        return number in _DATE_IDS
    bare = _QUOTED.sub("", code[:200]).lower()
    return "d" in bare and ("m" in bare or "y" in bare)


def shown_number(value: float, code: str, *, is_date: bool, from_1904: bool = False) -> str:
    """Show a number as a sheet does, days in the Vietnamese order; formats that are rare in letters are not asked."""
    if is_date and 1 <= value <= _LAST_DATE:
        day = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a day on paper has no zone
        try:
            return f"{day + timedelta(days=int(value)):%d/%m/%Y}"
        except OverflowError:
            return ""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value)).zfill(len(code) if _ZEROS.fullmatch(code) else 0)
    return f"{value:.10g}"
