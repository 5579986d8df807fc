"""Entries that were found, as a table: which columns there are, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbridge.printing.results import Cell, Heading, Report, Table
from mailbridge.registry.corrections_fields import FIELDS, name_key
from mailbridge.registry.search_books import Hit

TITLE = "Kết quả tra cứu văn bản đến"

USUAL = ("arrived", "number", "issuer", "symbol", "issued_date", "content", "recipients", "note")
"""Columns without a word: those of the list on the screen."""

_STATES = {
    "registered": "Đã đăng ký",
    "voided": "Đã hủy",
    "merged": "Đã gộp",
    "recalled": "Đã thu hồi",
    "replaced": "Đã thay thế",
    "awaiting": "Chờ cấp số",
    "submitted": "Đã trình",
    "transferred": "Đã chuyển",
    "in_progress": "Đang xử lý",
    "done": "Hoàn thành",
}
_CHANNELS = {"mail": "Thư điện tử", "paper": "Bản giấy", "edxml": "Gói edXML"}
_WIDE = frozenset({"subject", "note", "trace", "recipients", "issuer"})
_DAYS = frozenset({"issued_date", "due_date", "transfer_date"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultColumn:
    """A column that can be asked for by its name or its head."""

    name: str
    head: str
    width: float
    cell: Callable[[Hit], Cell]


def _of_field(name: str, head: str) -> ResultColumn:
    width = 2.6 if name in _WIDE else 1.25 if name in _DAYS else 1.3
    return ResultColumn(name=name, head=head, width=width, cell=lambda hit: getattr(hit.entry.draft, name))


COLUMNS = (
    ResultColumn(name="arrived", head="Ngày đến", width=1.25, cell=lambda hit: hit.entry.arrival_date),
    ResultColumn(name="number", head="Số đến", width=0.8, cell=lambda hit: hit.entry.shown_number),
    ResultColumn(name="year", head="Năm", width=0.7, cell=lambda hit: hit.entry.year),
    ResultColumn(name="book", head="Sổ", width=0.8, cell=lambda hit: hit.entry.draft.book),
    ResultColumn(name="agency", head="Cơ quan nhận", width=1.2, cell=lambda hit: hit.entry.draft.agency),
    ResultColumn(
        name="content", head="Tên loại và trích yếu", width=4.5, cell=lambda hit: hit.entry.draft.type_and_subject
    ),
    ResultColumn(
        name="status",
        head="Trạng thái",
        width=1.1,
        cell=lambda hit: _STATES.get(hit.entry.status.value, hit.entry.status.value),
    ),
    ResultColumn(
        name="channel",
        head="Hình thức đến",
        width=1.1,
        cell=lambda hit: _CHANNELS.get(hit.entry.draft.channel.value, hit.entry.draft.channel.value),
    ),
    ResultColumn(
        name="found",
        head="Đoạn tìm thấy",
        width=4.0,
        cell=lambda hit: hit.snippet.shown("«", "»") if hit.snippet else None,
    ),
    *(_of_field(field.name, field.vi) for field in FIELDS if field.name not in ("number", "notation")),
)
"""All that can be shown of an entry; "number" is the số đến, as on the screen."""


def column_called(name: str) -> ResultColumn | None:
    """Return the column with this name or head, however it is typed; None when there is none."""
    key = name_key(name)
    return next((each for each in COLUMNS if key in (name_key(each.name), name_key(each.head))), None)


def found_report(
    hits: Sequence[Hit], columns: Sequence[ResultColumn], *, agency: str, told: Sequence[str], written_at: datetime
) -> Report:
    """
    Lay out what a search found.

    Args:
        agency: Whose book it is, as it stands at the head.
        told: What was asked, line by line.
    """
    table = Table(
        columns=tuple(Heading(text=each.head, width=each.width) for each in columns),
        rows=tuple(tuple(column.cell(hit) for column in columns) for hit in hits),
    )
    return Report(title=TITLE, agency=agency, told=tuple(told), tables=(table,), written_at=written_at)
