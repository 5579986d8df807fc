"""The book as PDF, set by typst: the same book gives the same octets, on any machine."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from mailbridge.errors import MailBridgeError, Misconfigured
from mailbridge.printing.columns import PRINTED, REMARKS
from mailbridge.printing.line import Cell, Line, day_text
from mailbridge.printing.sheets import Sheet, deal
from mailbridge.printing.showable import breakable, showable
from mailbridge.printing.volume import Volume, number_text, stretch_text
from mailbridge.registry.entry import local_day

Tell = Callable[[int, int], None]
"""Is told how many lines are laid out, and of how many."""

_AT_ONCE = 1000
"""Lines that are measured at a time; each run of typst keeps what it has laid out."""

_ARCHIVAL = "a-2b"
"""PDF/A-2b (ISO 19005-2): the printed book is kept for many years. It also refuses a letter that no font has."""

_INSET = 2.4
"""Millimetres of a column that its text leaves free, left and right together; as in `book.typ`."""

_DOTS = "." * 14
_MOST_NAMED = 40
"""Numbers that the last page names one by one."""


def set_book(volume: Volume, tell: Tell = lambda _done, _all: None) -> bytes:
    """
    Set a volume as a PDF/A-2b: cover, sheets of ten columns with totals, closing page with room for signatures.

    Raises:
        Misconfigured: typst is not installed.
        MailBridgeError: typst refuses the book.
    """
    room, heights = _measure(volume, tell)
    sheets = deal(volume.lines, heights, room)
    given = _frame() | _words(volume) | {"sheets": [_sheet(each) for each in sheets]}
    compiler = _compiler("print", given)
    written_at = int(volume.written_at.timestamp())
    try:
        made = compiler.compile(format="pdf", timestamp=written_at, pdf_standards=_ARCHIVAL, pdf_tags=False)
    except RuntimeError as error:
        raise MailBridgeError(f"the book cannot be set: {error}") from error
    assert isinstance(made, bytes)  # noqa: S101  # says for the type checker what a PDF without output file is
    return made


def _measure(volume: Volume, tell: Tell) -> tuple[float, tuple[float, ...]]:
    """Return the room for lines on a sheet and the height of each line, in points."""
    heights: list[float] = []
    lines = volume.lines
    while True:
        some = lines[len(heights) : len(heights) + _AT_ONCE]
        sample = _total(Sheet(lines=(), before=len(lines)))
        given = _frame() | {"rows": [_row(line) for line in some], "sample": sample}
        room, found = _measured(given)
        heights += found
        tell(len(heights), len(lines))
        if len(heights) == len(lines):
            return room, tuple(heights)


def _measured(given: dict[str, Any]) -> tuple[float, list[float]]:
    compiler = _compiler("measure", given)
    # typst says what it refuses as RuntimeError, of which its own TypstError is one.
    try:
        told = json.loads(compiler.query("<measured>", field="value", one=True))
    except RuntimeError as error:
        raise MailBridgeError(f"the book cannot be measured: {error}") from error
    return told["room"], told["heights"]


def _compiler(phase: str, given: dict[str, Any]) -> Any:
    source = files("mailbridge.printing").joinpath("book.typ").read_bytes()
    inputs = {"phase": phase, "given": json.dumps(given, ensure_ascii=False)}
    # Fonts of the machine would make other octets on the next one; those of the wheel know Vietnamese.
    return _typst().Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)


def _typst() -> Any:
    try:
        return importlib.import_module("typst")
    except ImportError as error:
        raise Misconfigured("typst is not installed", remedy="install mailbridge[report]") from error


def _frame() -> dict[str, Any]:
    return {
        "widths": [column.width for column in PRINTED],
        "heads": [column.head for column in PRINTED],
        "centred": [column.centred for column in PRINTED],
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {"rows": [_row(line) for line in sheet.lines], "total": _total(sheet)}


def _row(line: Line) -> dict[str, Any]:
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


def _total(sheet: Sheet) -> str:
    struck = f" (trong đó gạch bỏ {sheet.struck})" if sheet.struck else ""
    return f"Cộng trang: {len(sheet.lines)} văn bản{struck}. Cộng dồn: {sheet.sum} văn bản."


def _words(volume: Volume) -> dict[str, Any]:
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
