"""Tables as a workbook that Excel and LibreOffice open: a sheet a table, with its chart."""

from __future__ import annotations

import importlib
import io
import re
from datetime import UTC, date
from typing import Any

from mailbridge.errors import Misconfigured
from mailbridge.printing.results import Cell, Report, Share, Table

_MOST = 32_767
"""UTF-16 units in a cell (Excel specifications and limits)."""

_CUT = "…"
_FIRST_DAY = date(1900, 3, 1)
"""Days before are other days in other programs: Excel believes in 29/02/1900."""

_A4 = 9
_DIGITS = 170
"""How many digits of the font all columns of a sheet are wide together: A4 across."""

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_BARS = 20
"""Lines that a chart shows: of more, nobody can read the names."""


def report_xlsx(report: Report) -> bytes:
    """
    Write a workbook; the same report gives the same octets.

    Days are days, numbers numbers and shares percentages; everything that people wrote is text, also where it begins
    like a formula.

    Raises:
        Misconfigured: xlsxwriter is not installed.
    """
    octets = io.BytesIO()
    # in_memory: temporary files would have names and times of this machine.
    book = _xlsxwriter().Workbook(octets, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    written_at = report.written_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": report.title, "author": report.agency, "created": written_at})
    writer = _Writer(book, report)
    names: set[str] = set()
    for number, table in enumerate(report.tables, 1):
        writer.sheet(table, _name(table.title or report.title, number, names))
    book.close()
    return octets.getvalue()


class _Writer:
    """Writes sheets; knows the looks of cells."""

    def __init__(self, book: Any, report: Report) -> None:
        self._book = book
        self._report = report
        plain = {"font_name": "Times New Roman", "font_size": 11, "border": 1, "valign": "top", "text_wrap": True}
        self._head = book.add_format(plain | {"bold": True, "align": "center", "valign": "vcenter"})
        self._title = book.add_format({"font_name": "Times New Roman", "font_size": 14, "bold": True})
        self._told = book.add_format({"font_name": "Times New Roman", "font_size": 11, "italic": True})
        # A quote prefix keeps text as text also after somebody has edited the cell.
        self._text = book.add_format(plain | {"quote_prefix": True})
        self._number = book.add_format(plain | {"align": "right"})
        self._decimal = book.add_format(plain | {"num_format": "0.0", "align": "right"})
        self._share = book.add_format(plain | {"num_format": "0.0%", "align": "right"})
        self._day = book.add_format(plain | {"num_format": "dd/mm/yyyy", "align": "center"})

    def sheet(self, table: Table, name: str) -> None:
        sheet = self._book.add_worksheet(name)
        above = self._above(sheet, table)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(above)
        sheet.freeze_panes(above + 1, 0)
        sheet.set_footer("&R&P / &N")
        whole = sum(column.width for column in table.columns)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, max(6, _DIGITS * column.width / whole))
            sheet.write_string(above, place, column.text, self._head)
        for number, row in enumerate(table.rows, above + 1):
            for place, cell in enumerate(row):
                self._cell(sheet, number, place, cell)
        if table.chart is not None and table.rows:
            self._chart(sheet, name, table, table.chart, above)

    def _above(self, sheet: Any, table: Table) -> int:
        """Write what stands above the heads; return the row of these."""
        lines = (self._report.agency, self._report.title, *filter(None, (table.title,)), *self._report.told)
        for number, line in enumerate(lines):
            sheet.write_string(number, 0, line, self._title if line == self._report.title else self._told)
        return len(lines) + 1

    def _cell(self, sheet: Any, row: int, place: int, cell: Cell) -> None:
        match cell:
            case Share():
                value = cell.value
                sheet.write_blank(row, place, None, self._share) if value is None else sheet.write_number(
                    row, place, value, self._share
                )
            case date() if cell >= _FIRST_DAY:
                sheet.write_datetime(row, place, cell, self._day)
            case float():
                sheet.write_number(row, place, cell, self._decimal)
            case int():
                sheet.write_number(row, place, cell, self._number)
            case None:
                sheet.write_blank(row, place, None, self._text)
            case _:
                sheet.write_string(row, place, _fitting(str(cell)), self._text)

    def _chart(self, sheet: Any, name: str, table: Table, column: int, above: int) -> None:
        last = above + min(len(table.rows), _BARS)
        chart = self._book.add_chart({"type": "bar"})
        series = {"categories": [name, above + 1, 0, last, 0], "values": [name, above + 1, column, last, column]}
        chart.add_series(series)
        chart.set_title({"name": table.columns[column].text, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 640, "height": 120 + 22 * (last - above)})
        sheet.insert_chart(above + len(table.rows) + 2, 0, chart)


def _name(title: str, number: int, taken: set[str]) -> str:
    """Make a name of a sheet: 31 characters, no other sheet has it, whatever its case."""
    bare = _NO_SHEET_NAME.sub(" ", title)[:31].strip() or f"Bảng {number}"
    name = bare if bare.casefold() not in taken else f"{bare[:27].strip()} {number}"
    taken.add(name.casefold())
    return name


def _fitting(text: str) -> str:
    octets = text.encode("utf-16-le", "replace")
    if len(octets) <= 2 * _MOST:
        return text
    return octets[: 2 * (_MOST - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def _xlsxwriter() -> Any:
    try:
        return importlib.import_module("xlsxwriter")
    except ImportError as error:
        raise Misconfigured("xlsxwriter is not installed", remedy="install mailbridge anew") from error
