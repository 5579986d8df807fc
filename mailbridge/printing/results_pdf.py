"""Tables as PDF, set by typst: the same report gives the same octets, on any machine."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

from mailbridge.errors import MailBridgeError
from mailbridge.printing.results import Cell, Report, Share, Table, shown
from mailbridge.printing.setting import need_typst
from mailbridge.printing.showable import breakable, showable

MOST_ROWS = 3_000
"""Rows of one PDF: typst takes some 150 kB for each, and who has found more than a hundred pages wants a sheet."""

_ACROSS = 267.0
_INSET = 2.4
"""Millimetres: between the margins, and what the sides of a cell take."""

_BARS = 20
_ARCHIVAL = "a-2b"


def report_pdf(report: Report) -> bytes:
    """
    Set a report as a PDF/A-2b.

    Raises:
        Misconfigured: typst is not installed.
        MailBridgeError: The report has more than 3000 rows, or typst refuses it.
    """
    rows = sum(len(table.rows) for table in report.tables)
    if rows > MOST_ROWS:
        raise MailBridgeError(f"{rows} rows are too many for a PDF, {MOST_ROWS} the most; write xlsx or csv")
    given = {
        "title": showable(report.title),
        "agency": showable(report.agency),
        "told": [showable(line) for line in report.told],
        "tables": [_table(table) for table in report.tables],
        "page": "Trang",
    }
    source = files("mailbridge.printing").joinpath("results.typ").read_bytes()
    inputs = {"given": json.dumps(given, ensure_ascii=False)}
    # Fonts of the machine would make other octets on the next one; those of the wheel know Vietnamese.
    compiler = need_typst().Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)
    timestamp = int(report.written_at.timestamp())
    try:
        return bytes(compiler.compile(format="pdf", timestamp=timestamp, pdf_standards=_ARCHIVAL, pdf_tags=False))
    except RuntimeError as error:  # of which typst's own TypstError is one
        raise MailBridgeError(f"the report cannot be set: {error}") from error


def _table(table: Table) -> dict[str, object]:
    whole = sum(column.width for column in table.columns)
    widths = [_ACROSS * column.width / whole for column in table.columns]

    def fitting(texts: tuple[str, ...]) -> list[str]:
        pairs = zip(texts, widths, strict=True)
        return [breakable(showable(text), width - _INSET) for text, width in pairs]

    return {
        "title": showable(table.title),
        "heads": fitting(tuple(column.text for column in table.columns)),
        "widths": widths,
        "sides": [_side([row[place] for row in table.rows]) for place in range(len(table.columns))],
        "rows": [fitting(tuple(map(shown, row))) for row in table.rows],
        "chart": _chart(table, table.chart) if table.chart is not None and table.rows else None,
    }


def _side(cells: list[Cell]) -> int:
    """Return where cells of a column stand: 0 left, 1 in the middle, 2 right."""
    there = [cell for cell in cells if cell is not None]
    if there and all(isinstance(cell, (int, float, Share)) for cell in there):
        return 2
    return 1 if there and all(isinstance(cell, date) for cell in there) else 0


def _chart(table: Table, column: int) -> dict[str, object]:
    return {
        "title": showable(table.columns[column].text),
        "bars": [
            {"label": showable(shown(row[0])), "value": _height(row[column]), "shown": shown(row[column])}
            for row in table.rows[:_BARS]
        ],
    }


def _height(cell: Cell) -> float:
    match cell:
        case Share():
            return cell.value or 0.0
        case int() | float():
            return float(cell)
        case _:
            return 0.0
