"""The spreadsheet, read back by another library."""

from __future__ import annotations

import io
import sys
from datetime import date
from typing import Any

import openpyxl
import pytest

from mailbridge.errors import Misconfigured
from mailbridge.printing.columns import PRINTED
from mailbridge.printing.line import line_of
from mailbridge.printing.workbook import MOST, book_xlsx
from tests.printing.builders_printing import corrected, first_version, lines, voided, volume


def sheet(octets: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(octets)).active


def test_heads_numbers_days_and_texts_are_what_they_are() -> None:
    found = sheet(book_xlsx(volume(lines(3))))
    assert [cell.value for cell in found[1]] == [column.head for column in PRINTED]
    assert [cell.value for cell in found[2]] == [f"({number})" for number in range(1, 11)]
    first = found[3]
    assert (first[0].value.date(), first[0].number_format) == (date(2026, 1, 5), "dd/mm/yyyy")
    assert (first[1].value, first[1].number_format) == (1, "00")
    assert (first[2].value, first[3].value) == ("Bộ Nội vụ", "101/QĐ-UBND")
    assert first[4].value.date() == date(2026, 1, 2)
    assert first[7].value in (None, "")
    assert found.max_row == 5


def test_it_is_ready_for_a4_across_with_its_heads_on_each_sheet() -> None:
    found = sheet(book_xlsx(volume(lines(1), agency="Sở A & B")))
    assert (found.page_setup.orientation, int(found.page_setup.paperSize)) == ("landscape", 9)
    assert found.print_title_rows == "$1:$2"
    assert found.freeze_panes == "A3"
    assert found.sheet_properties.pageSetUpPr.fitToPage
    assert found.page_setup.fitToHeight == 0
    assert "Trang &P / &N" in found.oddFooter.right.text or "Trang" in found.oddFooter.right.text
    assert "Sở A" in found.oddHeader.left.text
    assert found.column_dimensions["F"].width > found.column_dimensions["B"].width


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=cmd|"/c calc"!A1', "http://a.vn/b"])
def test_nothing_is_a_formula_or_a_link(text: str) -> None:
    line = line_of((first_version(1, issuer=text, symbol=text, subject=text, type=None, recipients=text, note=text),))
    found = sheet(book_xlsx(volume([line])))[3]
    for place in (2, 3, 6, 9):
        assert found[place].data_type == "s"
        assert found[place].hyperlink is None
        assert str(found[place].value).strip() == text.strip()


def test_a_voided_line_is_struck_and_says_why() -> None:
    found = sheet(book_xlsx(volume((*lines(1), line_of(voided(2))))))
    assert [cell.font.strike for cell in found[4]][:9] == [True] * 9
    assert not found[3][2].font.strike
    assert found[4][9].value == "Đã hủy 06/01/2026 (Trần Thị Bình): Đăng ký trùng với số đến 01."


def test_the_remarks_tell_what_a_corrected_cell_said() -> None:
    found = sheet(book_xlsx(volume([line_of(corrected(1, issuer="Bộ Tài chính"))])))[3]
    assert found[2].value == "Bộ Tài chính"
    assert "Tác giả trước khi sửa: Bộ Nội vụ." in found[9].value


def test_a_text_longer_than_a_cell_says_where_the_rest_is() -> None:
    line = line_of((first_version(1, subject="😀" * 40_000, type=None),))
    value = sheet(book_xlsx(volume([line])))[3][5].value
    assert value.endswith("… (xem bản in)")
    assert len(value.encode("utf-16-le")) // 2 <= MOST


def test_a_day_before_the_calendar_of_excel_stays_as_text() -> None:
    line = line_of((first_version(1, issued_date=date(1899, 12, 31)),))
    assert sheet(book_xlsx(volume([line])))[3][4].value == "31/12/1899"


def test_an_empty_book_has_its_heads() -> None:
    assert sheet(book_xlsx(volume(()))).max_row == 2


def test_the_same_book_gives_the_same_octets() -> None:
    assert book_xlsx(volume(lines(5))) == book_xlsx(volume(lines(5)))


def test_a_title_that_excel_would_refuse_is_made_fit() -> None:
    title = "Sổ [đơn]/thư: *khiếu nại?* 'rất dài, dài hơn ba mươi mốt chữ'"
    assert sheet(book_xlsx(volume((), book=title))).title.startswith("Sổ  đơn  thư")


def test_without_xlsxwriter_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(Misconfigured, match="xlsxwriter is not installed"):
        book_xlsx(volume(()))


def test_a_row_is_high_enough_for_its_longest_cell() -> None:
    long = line_of((first_version(2, subject="tăng cường " * 60),))
    endless = line_of((first_version(3, note="x" * 30_000),))
    found = sheet(book_xlsx(volume((*lines(1), long, endless))))
    heights = [found.row_dimensions[row].height for row in (3, 4, 5)]
    assert heights[0] < 60
    assert 200 < heights[1] < 408
    assert heights[2] == 408.75
