"""
What `book.typ` is given: the words of the form, and what people wrote, made fit for paper.

The wording is that of Phụ lục IV of NĐ 30/2020/NĐ-CP where it has one, else that of books as they are bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailbridge.printing.columns import PRINTED, REMARKS
from mailbridge.printing.in_words import in_words
from mailbridge.printing.layout import DOTS, Layout, Row, Text, fit
from mailbridge.printing.line import Cell, Line, day_text
from mailbridge.printing.sheets import Sheet
from mailbridge.printing.showable import showable
from mailbridge.printing.volume import Volume, number_text, stretch_text
from mailbridge.registry.entry import local_day

_MOST_NAMED = 40
"""Numbers that the last page names one by one."""

SIGNS = (
    ("NGƯỜI LẬP SỔ", "(Ký, ghi rõ họ tên)"),
    ("VĂN THƯ", "(Ký, ghi rõ họ tên)"),
    ("LÃNH ĐẠO CƠ QUAN", "(Ký, ghi rõ họ tên, đóng dấu)"),
)


RUNNING_FOOT = f"Người lập sổ: {DOTS * 3}"
PLACE_AND_DAY = f"{DOTS * 2}, ngày ..... tháng ..... năm ........."


def layout_of(volume: Volume) -> Layout:
    """Lay out the book of incoming documents (Phụ lục IV mục VI)."""
    return Layout(
        columns=PRINTED,
        rows=tuple(map(row_of, volume.lines)),
        words=words_of(volume),
        written_at=volume.written_at,
        signs=SIGNS,
    )


def row_of(line: Line) -> Row:
    """Return a line: ten cells, where a list ends with what holds and begins with what was struck."""
    return Row(
        cells=[_cell(cell, column.width) for cell, column in zip(line.cells, PRINTED, strict=True)],
        events=[fit(event, PRINTED[REMARKS].width) for event in line.events],
        is_struck=line.is_struck,
    )


def _cell(cell: Cell, width: int) -> Text:
    text = fit(cell.text, width)
    return [*(fit(each, width) for each in cell.former), text] if cell.former else text


def total_of(sheet: Sheet, noun: str = "văn bản") -> str:
    """Return the last line of a sheet."""
    struck = f" (trong đó gạch bỏ {sheet.struck})" if sheet.struck else ""
    return f"Cộng trang: {len(sheet.lines)} {noun}{struck}. Cộng dồn: {sheet.sum} {noun}."


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
            "volume": f"Quyển số: {title.volume or DOTS}",
        },
        "opening": None,
        "running": [agency, showable(title.text)],
        "footer": RUNNING_FOOT,
        "closing": _closing(volume),
        "place-and-day": PLACE_AND_DAY,
    }


def _days(volume: Volume) -> str:
    first, last = (day_text(day) for day in volume.days) if volume.days else (DOTS, DOTS)
    return f"Từ ngày {first} đến ngày {last}"


def _numbers(volume: Volume) -> str:
    first, last = (number_text(number) for number in volume.numbers) if volume.numbers else (DOTS, DOTS)
    return f"Từ số {first} đến số {last}"


def _closing(volume: Volume) -> list[str]:
    if not volume.lines:
        return ["Không có văn bản nào được đăng ký trong phần sổ này.", *map(showable, volume.seals)]
    count = f"{len(volume.lines)} ({in_words(len(volume.lines))})"
    told = [f"Tổng cộng: {count} văn bản đến. {_numbers(volume)}. {_days(volume)}."]
    if struck := [number_text(line.entry.number) for line in volume.lines if line.is_struck]:
        told.append(f"Số đã gạch bỏ, không cấp lại ({len(struck)}): {_named(struck)}.")
    if missing := volume.missing:
        gone = sum(last - first + 1 for first, last in missing)
        told.append(f"Số không có trong sổ ({gone}): {_named([stretch_text(*each) for each in missing])}.")
    told.append(f"Nội dung sổ tính đến lần ghi gần nhất, ngày {day_text(local_day(volume.written_at))}.")
    return [*told, *map(showable, volume.seals)]


def _named(words: Sequence[str]) -> str:
    rest = len(words) - _MOST_NAMED
    return ", ".join(words[:_MOST_NAMED]) + (f" và {rest} chỗ khác" if rest > 0 else "")
