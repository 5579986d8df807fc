"""
What `book.typ` is given: the words of the form, and what people wrote, made fit for paper.

The wording is that of Phụ lục IV of NĐ 30/2020/NĐ-CP where it has one, else that of books as they are bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailbridge.printing.columns import PRINTED, REMARKS
from mailbridge.printing.line import Cell, Line, day_text
from mailbridge.printing.sheets import Sheet
from mailbridge.printing.showable import breakable, showable
from mailbridge.printing.volume import Volume, number_text, stretch_text
from mailbridge.registry.entry import local_day

Row = dict[str, Any]
"""A line as the template takes it."""

_INSET = 2.4
"""Millimetres of a column that its text leaves free, left and right together; as in `book.typ`."""

_DOTS = "." * 14
_MOST_NAMED = 40
"""Numbers that the last page names one by one."""


def frame() -> dict[str, Any]:
    """Return the columns."""
    return {
        "widths": [column.width for column in PRINTED],
        # "văn bản" is one word and stays on one line.
        "heads": [column.head.replace("văn bản", "văn\N{NO-BREAK SPACE}bản") for column in PRINTED],
        "centred": [column.centred for column in PRINTED],
    }


def sheet_of(sheet: Sheet, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a sheet: its rows and its line of totals."""
    return {"rows": rows, "total": total_of(sheet)}


def row_of(line: Line) -> Row:
    """Return a line: ten cells, where a list ends with what holds and begins with what was struck."""
    return {
        "cells": [_cell(cell, column.width) for cell, column in zip(line.cells, PRINTED, strict=True)],
        "events": [_fit(event, PRINTED[REMARKS].width) for event in line.events],
        "struck": line.is_struck,
    }


def _cell(cell: Cell, width: int) -> str | list[str]:
    text = _fit(cell.text, width)
    return [*(_fit(each, width) for each in cell.former), text] if cell.former else text


def _fit(text: str, width: int) -> str:
    return breakable(showable(text), width - _INSET)


def total_of(sheet: Sheet) -> str:
    """Return the last line of a sheet."""
    struck = f" (trong đó gạch bỏ {sheet.struck})" if sheet.struck else ""
    return f"Cộng trang: {len(sheet.lines)} văn bản{struck}. Cộng dồn: {sheet.sum} văn bản."


def words_of(volume: Volume) -> dict[str, Any]:
    """Return what stands on the cover, at the edges of sheets and on the last page."""
    title = volume.title
    agency, book = showable(title.agency), showable(title.book)
    return {
        "title": showable(title.text),
        "author": agency,
        "cover": {
            "superior": showable(title.superior),
            "agency": agency,
            "book": book,
            "year": f"Năm: {title.year}",
            "days": _days(volume),
            "numbers": _numbers(volume),
            "volume": f"Quyển số: {title.volume or _DOTS}",
        },
        "running": [agency, showable(title.text)],
        "footer": f"Người lập sổ: {_DOTS * 3}",
        "closing": _closing(volume),
        "place-and-day": f"{_DOTS * 2}, ngày ..... tháng ..... năm .........",
        "keeper": ["NGƯỜI LẬP SỔ (VĂN THƯ)", "(Ký, ghi rõ họ tên)"],
        "head": ["NGƯỜI ĐỨNG ĐẦU CƠ QUAN", "(Ký, ghi rõ họ tên, đóng dấu)"],
    }


def _days(volume: Volume) -> str:
    first, last = (day_text(day) for day in volume.days) if volume.days else (_DOTS, _DOTS)
    return f"Từ ngày {first} đến ngày {last}"


def _numbers(volume: Volume) -> str:
    first, last = (number_text(number) for number in volume.numbers) if volume.numbers else (_DOTS, _DOTS)
    return f"Từ số {first} đến số {last}"


def _closing(volume: Volume) -> list[str]:
    if not volume.lines:
        return ["Không có văn bản nào được đăng ký trong phần sổ này."]
    told = [f"Tổng cộng: {len(volume.lines)} văn bản đến. {_numbers(volume)}. {_days(volume)}."]
    if struck := [number_text(line.entry.number) for line in volume.lines if line.is_struck]:
        told.append(f"Số đã gạch bỏ, không cấp lại ({len(struck)}): {_named(struck)}.")
    if missing := volume.missing:
        count = sum(last - first + 1 for first, last in missing)
        told.append(f"Số không có trong sổ ({count}): {_named([stretch_text(*each) for each in missing])}.")
    told.append(f"Nội dung sổ tính đến lần ghi gần nhất, ngày {day_text(local_day(volume.written_at))}.")
    return told


def _named(words: Sequence[str]) -> str:
    rest = len(words) - _MOST_NAMED
    return ", ".join(words[:_MOST_NAMED]) + (f" và {rest} chỗ khác" if rest > 0 else "")
