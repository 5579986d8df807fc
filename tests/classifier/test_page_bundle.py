"""Several documents in one file: a later page opens one only with a whole letterhead of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.classifier.page import read_document, read_documents
from mailbridge.mail.pages import Page, Pages
from tests.classifier.builders_page import STATE, one_column, printed

DATE = "Hà Giang, ngày 12 tháng 3 năm 2024"
LETTER = printed(["SỞ Y TẾ", "Số: 12/SYT-VP", "V/v tập huấn"], (*STATE, DATE), body=["Kính gửi: Bộ Y tế."])
DECISION = printed(["SỞ Y TẾ", "Số: 45/QĐ-SYT"], (*STATE, DATE), title=["QUYẾT ĐỊNH", "Ban hành Quy chế"])
BODY = one_column(["Điều 3. Quyết định này có hiệu lực.", "Số: 99/XYZ-ABC là số của văn bản khác."])
ANNEX = printed(["SỞ Y TẾ", "Số: 46/QĐ-SYT"], (*STATE, DATE), title=["QUY CHẾ", "(Kèm theo Quyết định số 46/QĐ-SYT)"])
SAME = printed(["SỞ Y TẾ", "Số: 12/SYT-VP"], (*STATE, DATE), title=["BẢNG KÊ", "Danh sách học viên"])
BLANK = printed(["TÊN CƠ QUAN", "Số: …/QĐ-…"], (*STATE, "…, ngày … tháng … năm …"), title=["QUYẾT ĐỊNH"])
UNDATED = printed(["SỞ Y TẾ", "Số: 45/QĐ-SYT"], STATE, title=["QUYẾT ĐỊNH", "Ban hành Quy chế"])
CONTRACT = printed(["CÔNG TY TNHH AN BÌNH", "Số: 05/HĐ-AB"], STATE, title=["HỢP ĐỒNG"])


def bound(*each: Pages, total: int | None = None) -> Pages:
    """Bind first pages of several files into one."""
    pages = tuple(replace(one.pages[0], number=number) for number, one in enumerate(each, 1))
    return Pages(pages=pages, total=total or len(pages))


def symbols(pages: Pages) -> list[tuple[str | None, int | None]]:
    found = read_documents(pages, part="1.2", file_name=None)
    return [(document.symbol.value.text if document.symbol.value else None, document.pages) for document in found]


def test_one_document_is_read_as_before() -> None:
    pages = bound(LETTER, BODY)
    assert read_documents(pages, part="1.2", file_name="12_SYT-VP.pdf") == (
        read_document(pages, part="1.2", file_name="12_SYT-VP.pdf"),
    )


def test_second_letterhead_opens_a_second_document() -> None:
    assert symbols(bound(LETTER, BODY, DECISION, BODY)) == [("12/SYT-VP", 2), ("45/QĐ-SYT", 2)]


def test_sources_name_the_page_in_the_file() -> None:
    second = read_documents(bound(LETTER, DECISION), part="1.2", file_name=None)[1]
    assert second.symbol.source == "part 1.2, page 2, text layer, box 3"


@pytest.mark.parametrize(
    "page", [BODY, ANNEX, SAME, BLANK, UNDATED, CONTRACT], ids=["body", "annex", "same", "form", "undated", "contract"]
)
def test_other_pages_open_none(page: Pages) -> None:
    assert symbols(bound(LETTER, page)) == [("12/SYT-VP", 2)]


def test_document_behind_a_page_that_is_none_is_found() -> None:
    assert symbols(bound(one_column(["Danh mục tài liệu gửi kèm"]), DECISION)) == [("45/QĐ-SYT", 1)]


def test_file_name_speaks_of_the_first_only() -> None:
    first, second = read_documents(bound(LETTER, DECISION), part="1", file_name="77_UBND-VX.pdf")
    assert [rival.value.text for rival in first.symbol.rivals] == ["77/UBND-VX"]
    assert second.symbol.rivals == ()


def test_pages_that_were_not_read_count() -> None:
    pages = bound(LETTER, DECISION, total=9)
    far = replace(pages.pages[1], number=5)
    assert symbols(Pages(pages=(pages.pages[0], far), total=9)) == [("12/SYT-VP", 4), ("45/QĐ-SYT", 5)]


def test_letterhead_low_on_a_page_is_that_of_a_copy() -> None:
    page = DECISION.pages[0]
    low = tuple(
        replace(line, box=replace(line.box, top=line.box.top + 400, bottom=line.box.bottom + 400))
        for line in page.lines
    )
    moved = Page(number=2, width=page.width, height=page.height, lines=low, layer=page.layer)
    assert symbols(Pages(pages=(LETTER.pages[0], moved), total=2)) == [("12/SYT-VP", 2)]


def test_file_without_pages_holds_none() -> None:
    assert read_documents(Pages(pages=(), total=0), part="1", file_name=None) == ()
