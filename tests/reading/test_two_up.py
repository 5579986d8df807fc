from __future__ import annotations

from mailbridge.classifier.page import read_document
from mailbridge.mail.pages import Box, Layer, Line, Page, Pages
from mailbridge.reading.pdf import read_pdf
from mailbridge.reading.two_up import parted
from tests.reading.builders_files import letter_pdf, typst_pdf
from tests.reading.builders_pdf_raw import two_up


def line(text: str, left: float, right: float, top: float) -> Line:
    return Line(text=text, box=Box(left=left, top=top, right=right, bottom=top + 14))


def sheet(lines: list[Line], width: float = 842, height: float = 595) -> Pages:
    page = Page(number=1, width=width, height=height, lines=tuple(lines), layer=Layer.TEXT)
    return Pages(pages=(page,), total=1)


def half(left: float, rows: int) -> list[Line]:
    return [line(f"text of row {row}", left, left + 340, 40 + 20 * row) for row in range(rows)]


def test_two_pages_of_a_letter_on_one_sheet_read_like_two_pages() -> None:
    letter = letter_pdf(pages=2)
    apart, together = read_pdf(letter), read_pdf(two_up(letter))
    assert [page.number for page in together.pages] == [1, 2]
    assert together.total == 2
    assert together.text == apart.text
    found = read_document(together, part="1", file_name=None)
    assert found is not None
    assert found.symbol.value is not None
    assert found.symbol.value.text == "1234/SNV-VP"


def test_boxes_count_from_the_half_on_which_they_are() -> None:
    first, second = parted(sheet(half(30, 10) + half(450, 3))).pages
    assert (first.width, second.width) == (421, 421)
    assert (first.number, second.number) == (1, 2)
    assert second.lines[0].box.left == 450 - 421


def test_title_across_the_sheet_makes_it_one_page() -> None:
    pages = sheet([line("BẢNG TỔNG HỢP KẾT QUẢ THỰC HIỆN", 200, 640, 20), *half(30, 10), *half(450, 10)])
    assert parted(pages) is pages


def test_two_columns_of_a_letterhead_are_no_pages() -> None:
    pages = sheet([*half(30, 3), *half(450, 3)])
    assert parted(pages) is pages


def test_narrow_columns_of_a_table_are_no_pages() -> None:
    cells = [line("12", left, left + 60, 40 + 20 * row) for row in range(20) for left in (30, 120, 210, 450, 550)]
    pages = sheet(cells)
    assert parted(pages) is pages


def test_upright_pages_are_never_parted() -> None:
    pages = sheet(half(30, 10), width=595, height=842)
    assert parted(pages) is pages
    assert len(read_pdf(typst_pdf("#set page(columns: 2)\n#lorem(300)")).pages) == 1
