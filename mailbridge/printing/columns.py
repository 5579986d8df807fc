"""
What stands in the columns: those of the printed forms, and the input fields of the whole export.

Source: NĐ 30/2020/NĐ-CP, Phụ lục IV mục VI (at least these ten) and Phụ lục VI phần II mục II.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedColumn:
    """
    One column of the printed book.

    `width` is in millimetres; together they fill a sheet A4, 297 mm across or 210 mm upright, less 20 mm for binding
    and 12 mm.
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

FOLLOW_UP = (
    PrintedColumn(head="Số đến", width=15, centred=True),
    PrintedColumn(head="Tên loại, số, ký hiệu, ngày, tháng và tên cơ quan, tổ chức ban hành văn bản", width=86),
    PrintedColumn(head="Đơn vị hoặc người nhận", width=38),
    PrintedColumn(head="Thời hạn giải quyết", width=24, centred=True),
    PrintedColumn(head="Tiến độ giải quyết", width=40),
    PrintedColumn(head="Số, ký hiệu văn bản trả lời", width=30),
    PrintedColumn(head="Ghi chú", width=32),
)
"""Sổ theo dõi giải quyết văn bản đến (Phụ lục IV mục VIII: at least these seven)."""

FILE_DOCUMENTS = (
    PrintedColumn(head="Số TT", width=11, centred=True),
    PrintedColumn(head="Số, ký hiệu văn bản", width=28),
    PrintedColumn(head="Ngày tháng văn bản", width=20, centred=True),
    PrintedColumn(head="Tên loại và trích yếu nội dung văn bản", width=52),
    PrintedColumn(head="Tác giả", width=33),
    PrintedColumn(head="Tờ số/ Trang số", width=16, centred=True),
    PrintedColumn(head="Ghi chú", width=18),
)
"""Mục lục văn bản trong hồ sơ (output V.5 of Phụ lục VI; the decree fixes no columns there, these are those in use)."""

FILES = (
    PrintedColumn(head="Số TT", width=11, centred=True),
    PrintedColumn(head="Số, ký hiệu hồ sơ", width=27),
    PrintedColumn(head="Tiêu đề hồ sơ", width=48),
    PrintedColumn(head="Thời gian tài liệu", width=22, centred=True),
    PrintedColumn(head="Thời hạn bảo quản", width=19, centred=True),
    PrintedColumn(head="Số văn bản", width=16, centred=True),
    PrintedColumn(head="Số trang", width=15, centred=True),
    PrintedColumn(head="Ghi chú", width=20),
)
"""Mục lục hồ sơ (output V.6 of Phụ lục VI, with the fields of its set on files)."""

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
