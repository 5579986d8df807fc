"""
Which column of an old book is which: the ten printed heads, and what offices call them.

CORE. Source: NĐ 30/2020/NĐ-CP, Phụ lục IV mục VI.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum

from mailbridge.registry.corrections_fields import name_key


class Column(Enum):
    """What a column holds; the value is its printed head, or what it is called where it stands apart."""

    ARRIVED = "Ngày đến"
    NUMBER = "Số đến"
    ISSUER = "Tác giả"
    SYMBOL = "Số, ký hiệu văn bản"
    ISSUED = "Ngày tháng văn bản"
    ABOUT = "Tên loại và trích yếu nội dung văn bản"
    RECIPIENTS = "Đơn vị hoặc người nhận"
    TRANSFER = "Ngày chuyển"
    RECEIPT = "Ký nhận"
    NOTE = "Ghi chú"
    TYPE = "Tên loại"
    SUBJECT = "Trích yếu"
    SIGNER = "Người ký"
    URGENCY = "Độ khẩn"


PRINTED = tuple(Column)[:10]
"""The ten columns of the form, in their order."""

_OTHERS = {
    Column.ARRIVED: ("Ngày tháng đến", "Ngày, tháng, năm đến", "Ngày nhận", "ArrivalDate", "Ngày vào sổ"),
    Column.NUMBER: ("Số CV đến", "Số công văn đến", "Số văn bản đến", "Số thứ tự đến", "Số vào sổ", "ArrivalNumber"),
    Column.ISSUER: (
        "Tên tác giả",
        "Cơ quan ban hành",
        "Tên cơ quan, tổ chức ban hành văn bản",
        "Nơi ban hành",
        "Nơi gửi",
        "Cơ quan gửi",
        "OrganName",
    ),
    Column.SYMBOL: ("Số ký hiệu", "Số và ký hiệu", "Số, ký hiệu", "Số hiệu văn bản", "Số/Ký hiệu", "Số KH"),
    Column.ISSUED: (
        "Ngày văn bản",
        "Ngày, tháng văn bản",
        "Ngày tháng năm văn bản",
        "Ngày, tháng, năm văn bản",
        "Ngày ban hành",
        "Ngày VB",
        "IssuedDate",
    ),
    Column.ABOUT: (
        "Tên loại và trích yếu nội dung",
        "Tên loại và trích yếu",
        "Tên loại, trích yếu nội dung",
        "Tên loại và nội dung trích yếu",
    ),
    Column.RECIPIENTS: (
        "Đơn vị, người nhận",
        "Đơn vị nhận",
        "Người nhận",
        "Đơn vị xử lý",
        "Nơi nhận",
        "Đơn vị hoặc cá nhân nhận",
        "ToPlaces",
    ),
    Column.TRANSFER: ("Ngày chuyển giao", "TransferDate"),
    Column.RECEIPT: ("Người nhận ký", "Ký nhận văn bản"),
    Column.NOTE: ("Ghi chú khác", "Description"),
    Column.TYPE: ("Tên loại văn bản", "Loại văn bản", "TypeName"),
    Column.SUBJECT: ("Trích yếu nội dung", "Trích yếu nội dung văn bản", "Nội dung", "Nội dung trích yếu", "Subject"),
    Column.SIGNER: ("Họ tên người ký", "Họ và tên người ký", "FullName"),
    Column.URGENCY: ("Mức độ khẩn", "Priority"),
}

_NAMES = {name_key(name): column for column, names in _OTHERS.items() for name in (column.value, *names)}

NEEDED = (Column.ARRIVED, Column.NUMBER)
"""Without these no line can be entered."""

_FEWEST = 4
"""Heads that make a row one of heads: fewer may stand in any line by chance."""

_TOTAL = re.compile(r"(?:tong|tong cong|tong so|cong|cong trang|mang sang|chuyen sang|cong don)\b.*")
_SIGNED = re.compile(r"(?:nguoi lap|nguoi vao so|thu truong|van thu|ngay \d+ thang \d+ nam \d+|ngay thang nam)\b.*")
_ORDINAL = re.compile(r"\(?(\d{1,2})\)?")


def column_called(name: str, mapping: Mapping[str, Column]) -> Column | None:
    """Find what a head means; `mapping`, by `name_key`, comes before what is known."""
    key = name_key(name)
    return mapping.get(key) or _NAMES.get(key)


def read_heads(cells: Sequence[str], mapping: Mapping[str, Column]) -> dict[Column, int] | None:
    """
    Read a row as heads: which column stands where; None when it is no row of heads.

    The first of two columns with one meaning counts. Both columns that no line can go without must be there.
    """
    found: dict[Column, int] = {}
    for place, cell in enumerate(cells):
        column = column_called(cell, mapping) if cell else None
        if column is not None:
            found.setdefault(column, place)
    few = _FEWEST if not mapping else 2
    return found if len(found) >= few and all(each in found for each in NEEDED) else None


def is_no_line(cells: Sequence[str], heads: Mapping[Column, int], mapping: Mapping[str, Column]) -> str | None:
    """
    Say why a row below the heads is no line of the book: "empty", "head", "ordinals", "total", "signature".

    None: it must be one.
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return "empty"
    if read_heads(cells, mapping) is not None:
        return "head"
    if len(filled) > 2 and _counts_up(filled):
        return "ordinals"
    place = heads[Column.NUMBER]
    if place < len(cells) and cells[place]:
        return None
    key = name_key(filled[0])
    if _TOTAL.fullmatch(key):
        return "total"
    return "signature" if len(filled) <= 3 and _SIGNED.fullmatch(key) else None


def _counts_up(cells: Sequence[str]) -> bool:
    """Say whether cells are the (1) (2) (3) below the heads of the form."""
    found = [_ORDINAL.fullmatch(cell) for cell in cells]
    return all(found) and [int(each[1]) for each in found if each] == list(range(1, len(cells) + 1))
