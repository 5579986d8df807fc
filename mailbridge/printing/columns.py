"""
What stands in the columns: the ten of the printed book, and the input fields of the whole export.

Source: NĐ 30/2020/NĐ-CP, Phụ lục IV mục VI (at least these ten) and Phụ lục VI phần II mục II.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedColumn:
    """
    One column of the printed book.

    `width` is in millimetres; together they fill a sheet A4 across, 297 mm, less 20 mm for binding and 12 mm.
    """

    head: str
    width: int
    centred: bool = False


PRINTED = (
    PrintedColumn(head="Ngày đến", width=19, centred=True),
    PrintedColumn(head="Số đến", width=13, centred=True),
    PrintedColumn(head="Tác giả", width=35),
    PrintedColumn(head="Số, ký hiệu văn bản", width=29),
    PrintedColumn(head="Ngày tháng văn bản", width=19, centred=True),
    PrintedColumn(head="Tên loại và trích yếu nội dung văn bản", width=56),
    PrintedColumn(head="Đơn vị hoặc người nhận", width=28),
    PrintedColumn(head="Ngày chuyển", width=19, centred=True),
    PrintedColumn(head="Ký nhận", width=18),
    PrintedColumn(head="Ghi chú", width=29),
)
"""The ten columns in their order; people number them (1) to (10)."""

DATES = (0, 4, 7)
"""The places of the columns that hold days."""

NUMBER = 1
"""The place of the column that holds the số đến."""

REMARKS = 9
"""The place of the column for remarks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InputField:
    """
    An input field of the decree.

    `attribute` is where it stands: in `DraftEntry`, or in `RegisterEntry` when `of_book`, which the book itself fills.
    """

    name: str
    attribute: str
    of_book: bool = False


INPUT_FIELDS = (
    InputField(name="OrganId", attribute="file_organ_id"),
    InputField(name="FileCatalog", attribute="file_year"),
    InputField(name="FileNotation", attribute="file_notation"),
    InputField(name="DocOrdinal", attribute="file_ordinal"),
    InputField(name="TypeName", attribute="type"),
    InputField(name="CodeNumber", attribute="number"),
    InputField(name="CodeNotation", attribute="notation"),
    InputField(name="IssuedDate", attribute="issued_date"),
    InputField(name="OrganName", attribute="issuer"),
    InputField(name="Subject", attribute="subject"),
    InputField(name="Language", attribute="language"),
    InputField(name="PageAmount", attribute="pages"),
    InputField(name="Description", attribute="note"),
    InputField(name="ArrivalDate", attribute="arrival_date", of_book=True),
    InputField(name="ArrivalNumber", attribute="number", of_book=True),
    InputField(name="Position", attribute="signer_position"),
    InputField(name="FullName", attribute="signer_name"),
    InputField(name="Priority", attribute="urgency"),
    InputField(name="ToPlaces", attribute="recipients"),
    InputField(name="TraceHeaderList", attribute="trace"),
    InputField(name="DueDate", attribute="due_date"),
)
"""The 18 input fields in the order of the decree; the groups FileCode (1) and SignerInfo (14) stand as their parts."""
