"""Mục lục văn bản trong hồ sơ and mục lục hồ sơ."""

from __future__ import annotations

from datetime import date

from mailbridge.printing.columns import FILE_DOCUMENTS, FILES
from mailbridge.printing.file_lists import file_layout, files_layout, files_of
from mailbridge.printing.typeset import set_layout
from mailbridge.registry.entry import EntryStatus
from tests.printing.builders_printing import MORNING, entry
from tests.printing.builders_reading import pages

AGENCY = "Sở Nội vụ tỉnh Bắc Kạn"


def some() -> list[str]:
    filed = [
        entry(1, file_notation="02/CCHC", file_ordinal=2, pages=5),
        entry(2, file_notation="02/CCHC", file_ordinal=1, pages=1, issued_date=date(2025, 12, 30)),
        entry(3),
        entry(4, file_notation="01/TC", pages=None),
        entry(5, file_notation="02/CCHC", status=EntryStatus.VOIDED, pages=2),
    ]
    files = files_of(filed)
    assert [(each.notation, [line.number for line in each.entries]) for each in files] == [
        ("01/TC", [4]),
        ("02/CCHC", [2, 1, 5]),
    ]
    assert (files[0].pages, files[1].pages) == (None, 8)
    assert files[1].span == (date(2025, 12, 30), date(2026, 1, 2))
    said = {"agency": AGENCY, "superior": "UBND tỉnh Bắc Kạn", "written_at": MORNING}
    return [
        pages(set_layout(file_layout(files[1], **said)))[0],  # type: ignore[arg-type]  # three named values
        pages(set_layout(files_layout(files, year=2026, **said)))[0],  # type: ignore[arg-type]  # as above
    ]


def test_widths_fill_an_upright_sheet() -> None:
    assert [sum(column.width for column in each) for each in (FILE_DOCUMENTS, FILES)] == [178, 178]


def test_documents_lie_in_the_order_of_their_ordinals_with_their_pages() -> None:
    documents, _ = some()
    assert "UBND TỈNH BẮC KẠN SỞ NỘI VỤ TỈNH BẮC KẠN MỤC LỤC VĂN BẢN TRONG HỒ SƠ" in documents
    assert "Số và ký hiệu hồ sơ: 02/CCHC Năm hình thành hồ sơ: 2026" in documents
    assert documents.index("102/GM-STC") < documents.index("101/QĐ-UBND") < documents.index("105/QĐ-UBND")
    assert "2–6" in documents
    assert "7–8" in documents
    assert "Tổng cộng: 3 (ba) văn bản, 8 (tám) trang." in documents
    assert "NGƯỜI LẬP HỒ SƠ" in documents


def test_files_are_listed_with_their_counts() -> None:
    _, files = some()
    assert "MỤC LỤC HỒ SƠ Năm: 2026" in files
    assert "1 01/TC 02/01/2026 1" in files
    assert "2 02/CCHC 30/12/2025 – 02/01/2026 3 8" in files
    assert "Tổng cộng: 2 (hai) hồ sơ." in files
