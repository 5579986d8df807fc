"""The book and the follow-up book as spreadsheets that Excel and LibreOffice open, ready to be printed on A4 across."""

from __future__ import annotations

import importlib
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from math import ceil
from typing import Any

from mailbridge.errors import Misconfigured
from mailbridge.printing.columns import DATES, FOLLOW_UP, NUMBER, PRINTED, REMARKS, PrintedColumn
from mailbridge.printing.follow_up import follow_up_of
from mailbridge.printing.line import Line, day_text
from mailbridge.printing.volume import Volume

MOST = 32_767
"""UTF-16 units in a cell (Excel specifications and limits)."""

_CUT = "… (xem bản in)"
_FIRST_DAY = date(1900, 3, 1)
"""Days before are other days in other programs: Excel believes in 29/02/1900."""

_A4 = 9
_INCH = 25.4
_LETTER = 1.65
"""Millimetres that a letter of Times New Roman at 10 points takes, and what a word that does not fit leaves empty."""

_FREE = 2
"""Millimetres that Excel leaves free at the sides of a cell."""

_LINE = 13
_HIGHEST = 408.75
"""Points that a row may have: 409 (Excel specifications and limits), less what the pixels of a screen take."""

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_HEADER_MOST = 200
"""Excel takes 255 characters in a header, with its codes."""


Value = str | int | date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """The values of one row; where it is struck through, its last cell, the remarks, is not."""

    values: Sequence[Value]
    is_struck: bool = False


def book_xlsx(volume: Volume) -> bytes:
    """
    Write a volume as a sheet with two rows of heads; the same volume gives the same octets.

    Days are days and numbers are numbers; everything that people wrote is text, also where it begins like a formula.
    A line that is struck through in the book is so here; what a corrected cell said before stands in the remarks.

    Raises:
        Misconfigured: xlsxwriter is not installed.
    """
    return _xlsx(volume, PRINTED, [SheetRow(values=_values(line), is_struck=line.is_struck) for line in volume.lines])


def follow_up_xlsx(volume: Volume, replies: Mapping[str, str]) -> bytes:
    """Write the follow-up book of a volume, whose title is that of the follow-up book; as `book_xlsx` otherwise."""
    lines = (follow_up_of(line, replies.get(line.entry.id, "")) for line in volume.lines)
    return _xlsx(volume, FOLLOW_UP, [SheetRow(values=each.values, is_struck=each.is_struck) for each in lines])


def _values(line: Line) -> list[Value]:
    entry = line.entry
    values: list[Value] = [cell.text for cell in line.cells[:REMARKS]]
    values[NUMBER] = entry.shown_number if entry.awaits_number else entry.number
    for place, day in zip(DATES, line.dates, strict=True):
        values[place] = day
    return [*values, line.remarks]


def _xlsx(volume: Volume, columns: Sequence[PrintedColumn], rows: Sequence[SheetRow]) -> bytes:
    octets = io.BytesIO()
    # in_memory: temporary files would have names and times of this machine.
    book = _xlsxwriter().Workbook(octets, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = volume.title
    written_at = volume.written_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": title.text, "author": title.agency, "created": written_at})
    sheet = book.add_worksheet(_NO_SHEET_NAME.sub(" ", title.text)[:31].strip() or "Sổ")
    _set_up(sheet, volume, columns)
    _Writer(book, sheet, columns).all(rows)
    book.close()
    return octets.getvalue()


class _Writer:
    """Writes heads and lines; knows the looks of cells."""

    def __init__(self, book: Any, sheet: Any, columns: Sequence[PrintedColumn]) -> None:
        self._sheet = sheet
        self._columns = columns
        plain = {"font_name": "Times New Roman", "font_size": 10, "border": 1, "valign": "top", "text_wrap": True}
        self._head = book.add_format(plain | {"bold": True, "align": "center", "valign": "vcenter"})
        self._looks = {struck: self._formats(book, plain | {"font_strikeout": struck}) for struck in (False, True)}
        self._remarks = book.add_format(plain)

    def _formats(self, book: Any, plain: dict[str, Any]) -> dict[str, Any]:
        return {
            # A quote prefix keeps text as text also after somebody has edited the cell.
            "text": book.add_format(plain | {"quote_prefix": True}),
            "day": book.add_format(plain | {"num_format": "dd/mm/yyyy", "align": "center"}),
            "number": book.add_format(plain | {"num_format": "00", "align": "center"}),
        }

    def all(self, rows: Sequence[SheetRow]) -> None:
        for place, column in enumerate(self._columns):
            self._sheet.write_string(0, place, column.head, self._head)
            self._sheet.write_string(1, place, f"({place + 1})", self._head)
        self._sheet.set_row(0, 2 * _LINE + 3)
        for place, row in enumerate(rows, start=2):
            self._line(place, row)

    def _line(self, row: int, line: SheetRow) -> None:
        self._sheet.set_row(row, _height(line.values, self._columns))
        looks, last = self._looks[line.is_struck], len(self._columns) - 1
        for place, (value, column) in enumerate(zip(line.values, self._columns, strict=True)):
            if isinstance(value, int):
                self._sheet.write_number(row, place, value, looks["number"])
            elif isinstance(value, date) and value >= _FIRST_DAY:
                self._sheet.write_datetime(row, place, value, looks["day"])
            else:
                text = _fitting(_text(value))
                look = self._remarks if place == last else looks["day" if column.centred else "text"]
                self._sheet.write_string(row, place, text, look)


def _text(value: Value) -> str:
    return day_text(value) if isinstance(value, date) else str(value or "")


def _set_up(sheet: Any, volume: Volume, columns: Sequence[PrintedColumn]) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=20 / _INCH, right=12 / _INCH, top=20 / _INCH, bottom=17 / _INCH)
    sheet.repeat_rows(0, 1)
    sheet.freeze_panes(2, 0)
    sheet.fit_to_pages(1, 0)
    said = (_header(volume.title.agency), _header(volume.title.text))
    sheet.set_header(f"&L{said[0]}&R{said[1]}")
    sheet.set_footer("&LNgười lập sổ: ....................&RTrang &P / &N")
    for place, column in enumerate(columns):
        # A column is as wide as so many digits of its font; one takes about 1.9 mm.
        sheet.set_column(place, place, column.width / 1.9)


def _height(values: Sequence[Value], columns: Sequence[PrintedColumn]) -> float:
    """Guess in points how high a row must be: not every program finds out by itself when it opens a file."""
    wrapped = (
        sum(ceil(len(part) * _LETTER / (column.width - _FREE)) or 1 for part in _text(value).split("\n"))
        for value, column in zip(values, columns, strict=True)
    )
    return min(max(wrapped) * _LINE + 3, _HIGHEST)


def _header(text: str) -> str:
    return text[: _HEADER_MOST // 2].replace("&", "&&")


def _fitting(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    octets = text.encode("utf-16-le", "surrogatepass")
    if len(octets) <= 2 * MOST:
        return text
    return octets[: 2 * (MOST - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def _xlsxwriter() -> Any:
    try:
        return importlib.import_module("xlsxwriter")
    except ImportError as error:
        raise Misconfigured("xlsxwriter is not installed", remedy="install mailbridge anew") from error
