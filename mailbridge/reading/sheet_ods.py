"""OpenDocument sheets to a grid (ODF 1.3 part 3 §9): cells hold the text that they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailbridge.reading.docx_styles import attribute, child, local_name
from mailbridge.reading.flow import Align
from mailbridge.reading.odf_styles import Letters, Styles, length
from mailbridge.reading.odt import open_document, rows_of, styles_of
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sheet_grid import DEFAULT_WIDTH, MOST_COLUMNS, MOST_ROWS, Grid, GridCell

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_REPEATED = 1 << 20
_NUMBERS = frozenset({"float", "currency", "percentage", "date", "time"})
_HIDDEN = frozenset({"collapse", "filter"})
_PLAIN = Letters()


def read_ods(content: bytes) -> Grid:
    """Read the first sheet with text; an empty grid when none has any. Raises `Unreadable`."""
    document, common = open_document(content)
    body = child(document, "body")
    book = None if body is None else child(body, "spreadsheet")
    if book is None:
        raise Unreadable(Problem.MALFORMED, "there is no sheet in the file")
    styles = styles_of(document, common)
    grid = Grid(cells=(), widths={}, spans={}, rows=0)
    for table in book.iterchildren("{*}table"):
        if styles.named("table", attribute(table, "style-name"), "table", "display") == "false":
            continue
        grid = _grid(table, styles)
        if any(cell.text.strip() for cell in grid.cells):
            break
    return grid


def _grid(table: _Element, styles: Styles) -> Grid:
    widths, defaults = _columns(table, styles)
    cells: list[GridCell] = []
    spans: dict[tuple[int, int], int] = {}
    row = last = 0
    for element in rows_of(table):
        repeated = count_of(element, "number-rows-repeated")
        if row < MOST_ROWS and attribute(element, "visibility") not in _HIDDEN:
            before = len(cells)
            cells.extend(_cells(element, row, styles, defaults, spans))
            last = row if len(cells) > before else last
        row += repeated
    return Grid(cells=cells, widths=widths, spans=spans, rows=min(row, last + 1))


def _cells(
    row: _Element, number: int, styles: Styles, defaults: list[str | None], spans: dict[tuple[int, int], int]
) -> Iterator[GridCell]:
    column = 0
    for element in row:
        if local_name(element) not in ("table-cell", "covered-table-cell"):
            continue
        text = "\n".join(_text(line) for line in element.iterchildren("{*}p"))
        if text.strip() and column < MOST_COLUMNS:
            default = defaults[column] if column < len(defaults) else None
            name = attribute(element, "style-name") or attribute(row, "default-cell-style-name") or default
            spans[number, column] = count_of(element, "number-columns-spanned")
            yield _cell(element, text, styles, name)._replace(row=number, column=column)
        column += count_of(element, "number-columns-repeated")


def _cell(element: _Element, text: str, styles: Styles, name: str | None) -> GridCell:
    letters = styles.letters("table-cell", name, _PLAIN)
    span = next(element.iter("{*}span"), None)
    if span is not None:
        letters = styles.letters("text", attribute(span, "style-name"), letters)
    word = styles.named("table-cell", name, "paragraph", "text-align")
    fixed = styles.named("table-cell", name, "table-cell", "text-align-source") != "value-type"
    align = {"center": Align.CENTRE, "end": Align.RIGHT, "right": Align.RIGHT}.get(word or "", Align.LEFT)
    wraps = styles.named("table-cell", name, "table-cell", "wrap-option") == "wrap"
    is_number = attribute(element, "value-type") in _NUMBERS
    shown = text.upper() if letters.capitals else text
    return GridCell(0, 0, shown, letters.look, letters.font, align if word and fixed else None, wraps, is_number)


def _text(line: _Element) -> str:
    """Return the text of a paragraph in a cell, notes at its margin left out."""
    parts = [line.text or ""]
    for element in line:
        match local_name(element):
            case "s":
                parts.append(" " * min(count_of(element, "c"), 200))
            case "tab":
                parts.append("\t")
            case "line-break":
                parts.append("\n")
            case "annotation" | "":
                pass
            case _:
                parts.append(_text(element))
        parts.append(element.tail or "")
    return "".join(parts)


def _columns(table: _Element, styles: Styles) -> tuple[dict[int, float], list[str | None]]:
    """Return the widths of columns in points, and the style of their cells."""
    widths: dict[int, float] = {}
    defaults: list[str | None] = []
    groups = ("{*}table-column", "{*}table-column-group", "{*}table-columns", "{*}table-header-columns")
    for column in (column for group in table.iterchildren(*groups) for column in group.iter("{*}table-column")):
        name = attribute(column, "style-name")
        wide = length(styles.named("table-column", name, "table-column", "column-width"))
        hidden = attribute(column, "visibility") in _HIDDEN
        for _ in range(min(count_of(column, "number-columns-repeated"), MOST_COLUMNS - len(defaults))):
            widths[len(defaults)] = 0.0 if hidden else DEFAULT_WIDTH if wide is None else wide
            defaults.append(attribute(column, "default-cell-style-name"))
    return widths, defaults


def count_of(element: _Element, name: str) -> int:
    """Return how often something stands; at least once."""
    text = attribute(element, name) or "1"
    return min(int(text), _MOST_REPEATED) if text.isascii() and text.isdigit() and len(text) < 10 else 1
