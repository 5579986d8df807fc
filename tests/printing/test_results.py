"""Tables in files: formula-safe, opened by other programs, the same for the same content."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest

from mailbridge.errors import MailBridgeError
from mailbridge.printing.results import Heading, Report, Share, Table, report_csv, shown
from mailbridge.printing.results_pdf import MOST_ROWS, report_pdf
from mailbridge.printing.results_word import report_docx
from mailbridge.printing.results_workbook import report_xlsx

FORMULAS = ("=1+1", "+1", "-1", "@x", "\t=1", "＝1")
ODD = "a\u202eb\x07 <w:t>&amp; 'x' \ufffe #box() \\u{1}"
COLUMNS = tuple(Heading(text=head) for head in ("Tên", "Số", "Ngày", "Tỷ lệ"))
ROWS = (
    ("Quyết định", 12, date(2026, 1, 5), Share(part=1, whole=3)),
    (ODD, 1.5, None, Share(part=0, whole=0)),
    *((each, 0, date(1899, 1, 1), None) for each in FORMULAS),
)
REPORT = Report(
    title="Kết quả",
    agency="Sở Nội vụ",
    told=("Tháng 11/2026",),
    tables=(
        Table(title="Một: /*?", columns=COLUMNS, rows=ROWS, chart=1),
        Table(title="một: /*?", columns=COLUMNS, rows=()),
    ),
    written_at=datetime(2026, 11, 20, tzinfo=UTC),
)
WRITERS = (report_csv, report_xlsx, report_docx, report_pdf)


def test_cells_are_written_for_people() -> None:
    assert [shown(cell) for cell in ROWS[0]] == ["Quyết định", "12", "05/01/2026", "33,3 %"]
    assert [shown(cell) for cell in ROWS[1]][1:] == ["1,5", "", ""]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_same_report_gives_the_same_octets(write: Callable[[Report], bytes]) -> None:
    assert write(REPORT) == write(REPORT)


def test_csv_runs_no_formula_and_is_known_to_excel() -> None:
    octets = report_csv(REPORT)
    assert octets.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline="")))
    assert lines[:3] == [["Một: /*?"], ["Tên", "Số", "Ngày", "Tỷ lệ"], ["Quyết định", "12", "05/01/2026", "33,3 %"]]
    assert [line[0] for line in lines[4:10]] == [f"'{each}" for each in FORMULAS]


def test_workbook_has_values_of_their_kinds_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(REPORT)))
    first, second = book.worksheets
    assert first.title.casefold() != second.title.casefold()
    rows: list[list[Any]] = [[cell.value for cell in row] for row in first.iter_rows()]
    assert [row[0] for row in rows[:4]] == ["Sở Nội vụ", "Kết quả", "Một: /*?", "Tháng 11/2026"]
    assert rows[5] == ["Tên", "Số", "Ngày", "Tỷ lệ"]
    assert [rows[6][0], rows[6][1], rows[6][2].date(), rows[6][3]] == [*ROWS[0][:3], pytest.approx(1 / 3)]
    assert [row[0] for row in rows[8:14]] == list(FORMULAS)
    assert all(cell.data_type != "f" for row in first.iter_rows() for cell in row)
    assert len(first._charts) == 1


def test_document_opens_and_has_its_tables() -> None:
    document = docx.Document(io.BytesIO(report_docx(REPORT)))
    assert [len(table.rows) for table in document.tables] == [len(ROWS) + 1, 1]
    cells = [cell.text for cell in document.tables[0].rows[1].cells]
    assert cells == ["Quyết định", "12", "05/01/2026", "33,3 %"]
    assert document.tables[0].rows[2].cells[0].text == "a[U+202E]b[U+0007] <w:t>&amp; 'x' [U+FFFE] #box() \\u{1}"
    assert "KẾT QUẢ" in [paragraph.text for paragraph in document.paragraphs]
    with zipfile.ZipFile(io.BytesIO(report_docx(REPORT))) as package:
        assert package.testzip() is None


def test_pdf_shows_what_stands_in_the_tables() -> None:
    document = pypdfium2.PdfDocument(report_pdf(REPORT))
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    for piece in ("KẾT QUẢ", "Quyết định", "05/01/2026", "33,3 %", "[U+202E]", "#box()", "=1+1"):
        assert piece in text


def test_pdf_of_too_many_rows_is_refused() -> None:
    many = replace(REPORT, tables=(Table(columns=COLUMNS, rows=ROWS[:1] * (MOST_ROWS + 1)),))
    with pytest.raises(MailBridgeError, match="xlsx"):
        report_pdf(many)


def test_long_names_of_tables_are_sheets_of_their_own() -> None:
    tables = tuple(Table(title="Rất dài " * 8, columns=COLUMNS, rows=()) for _ in range(3))
    book: Any = openpyxl.load_workbook(io.BytesIO(report_xlsx(replace(REPORT, tables=tables))))
    assert len({sheet.title for sheet in book.worksheets}) == 3
