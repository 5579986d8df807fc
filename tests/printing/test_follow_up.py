"""Sổ theo dõi giải quyết văn bản đến: seven columns, compared with the form."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl

from mailbridge.printing.columns import FOLLOW_UP
from mailbridge.printing.follow_up import document_text, follow_up_layout, follow_up_of, follow_up_title
from mailbridge.printing.line import line_of
from mailbridge.printing.typeset import set_layout
from mailbridge.printing.volume import Volume
from mailbridge.printing.workbook import follow_up_xlsx
from mailbridge.registry.entry import EntryStatus
from tests.printing.builders_printing import entry, first_version, lines, voided, volume
from tests.printing.builders_reading import pages

HEADS = [
    "Số đến",
    "Tên loại, số, ký hiệu, ngày, tháng và tên cơ quan, tổ chức ban hành văn bản",
    "Đơn vị hoặc người nhận",
    "Thời hạn giải quyết",
    "Tiến độ giải quyết",
    "Số, ký hiệu văn bản trả lời",
    "Ghi chú",
]
"""Phụ lục IV mục VIII, in its order."""


def followed() -> Volume:
    worked = first_version(
        31, due_date=date(2026, 1, 20), trace="Giao Phòng CCHC", status=EntryStatus.IN_PROGRESS, note="Bản giấy"
    )
    bound = volume((*lines(30), line_of((worked,)), line_of(voided(32))))
    return replace(bound, title=follow_up_title(bound.title))


def test_heads_are_those_of_the_form_and_fill_the_sheet() -> None:
    assert [column.head for column in FOLLOW_UP] == HEADS
    assert sum(column.width for column in FOLLOW_UP) == 265


def test_a_line_has_the_seven_values_in_order() -> None:
    said = follow_up_of(followed().lines[30], "12/SNV-CCHC")
    assert said.values == (
        31,
        "Báo cáo số 131/BC-UBND ngày 02/01/2026 của Ủy ban nhân dân huyện Chợ Đồn: Tình hình thực hiện cải cách "
        "hành chính 6 tháng đầu năm, phương hướng nhiệm vụ 6 tháng",
        "Văn phòng Sở",
        date(2026, 1, 20),
        "Đang xử lý; Giao Phòng CCHC",
        "12/SNV-CCHC",
        "Bản giấy",
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = entry(1, type=None, symbol=None, issued_date=None, issuer=None, subject=None)
    assert document_text(bare) == ""
    assert document_text(entry(1, type=None, issued_date=None, issuer=None, subject="họp")) == "số 101/QĐ-UBND: họp"


def test_a_voided_line_stays_struck_and_says_why() -> None:
    said = follow_up_of(followed().lines[31])
    assert said.is_struck
    assert "Đã hủy 06/01/2026 (Trần Thị Bình)" in said.remarks


def test_print_repeats_heads_and_counts() -> None:
    cover, *sheets = pages(set_layout(follow_up_layout(followed(), {"entry-00003": "12/SNV-CCHC"})))
    assert "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN Năm: 2026" in cover
    told = [text for text in sheets if "Cộng trang" in text]
    assert len(told) > 1
    for number, text in enumerate(told, 1):
        assert f"Trang {number} / {len(sheets)}" in text
        assert [head for head in (*HEADS, "(7)") if head not in text] == []
    assert "12/SNV-CCHC" in told[0]
    assert "Tổng cộng: 32 (ba mươi hai) văn bản đến." in sheets[-1]


def test_spreadsheet_has_numbers_days_and_texts() -> None:
    book = openpyxl.load_workbook(io.BytesIO(follow_up_xlsx(followed(), {})))
    rows = list(book.active.iter_rows())
    assert [cell.value for cell in rows[0]] == HEADS
    worked, struck = rows[32], rows[33]
    assert (worked[0].value, worked[3].value.date(), worked[3].number_format) == (31, date(2026, 1, 20), "dd/mm/yyyy")
    assert struck[1].font.strike
    assert not struck[6].font.strike
