"""Tables that an administrator brings (S1)."""

from __future__ import annotations

import datetime
import unicodedata
from pathlib import Path

import openpyxl
import pytest

from mailbridge.errors import Unavailable
from mailbridge.reading.problems import Unreadable
from mailbridge.reading.sheet_tables import TableRow, table_rows

ROWS = ("Ngày đến;Số đến;Tác giả", "05/01/2024;1;Ủy ban nhân dân tỉnh Bắc Kạn")
EXPECTED = [TableRow(number, tuple(row.split(";"))) for number, row in enumerate(ROWS, 1)]


def windows_1258(text: str) -> bytes:
    """Write letters as that encoding does: the base with its hat, and the tone behind it."""
    hats = "\u0302\u0306\u031b"
    written = ""
    for letter in text:
        try:
            letter.encode("cp1258")
            written += letter
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            base = unicodedata.normalize("NFC", parts[0] + "".join(each for each in parts[1:] if each in hats))
            written += base + "".join(each for each in parts[1:] if each not in hats)
    return written.encode("cp1258")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1258"])
@pytest.mark.parametrize("separator", [";", ",", "\t"], ids=["semicolon", "comma", "tab"])
def test_text_is_read_in_what_offices_save_it(tmp_path: Path, encoding: str, separator: str) -> None:
    text = "\r\n".join(ROWS).replace(";", separator) + "\r\n"
    path = tmp_path / "so.csv"
    path.write_bytes(windows_1258(text) if encoding == "windows-1258" else text.encode(encoding))
    assert list(table_rows(path)) == EXPECTED


def test_row_of_a_cell_with_line_ends_is_that_of_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_text('a,b\n"hai\ndòng",2\n3,4\n', encoding="utf-8")
    assert list(table_rows(path)) == [
        TableRow(1, ("a", "b")),
        TableRow(2, ("hai\ndòng", "2")),
        TableRow(4, ("3", "4")),
    ]


def test_workbook_shows_days_and_numbers_as_people_see_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "SỔ ĐĂNG KÝ"
    sheet.append(["Ngày đến", "Số đến"])
    sheet.append([datetime.date(2024, 1, 5), 12])
    sheet.row_dimensions[3].hidden = True
    sheet.merge_cells("A3:A4")
    sheet["B4"] = "013"
    path = tmp_path / "so.xlsx"
    book.save(path)
    assert list(table_rows(path)) == [
        TableRow(1, ("SỔ ĐĂNG KÝ",)),
        TableRow(2, ("Ngày đến", "Số đến")),
        TableRow(3, ("05/01/2024", "12")),
        TableRow(4, ("", "013")),
    ]


def test_sheet_longer_than_a_letter_is_read_to_its_end(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for count in range(6_000):
        sheet.append([count])
    path = tmp_path / "so.xlsx"
    book.save(path)
    assert sum(1 for _ in table_rows(path)) == 6_000


def test_what_is_no_table_says_so(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(Unreadable):
        list(table_rows(path))
    with pytest.raises(Unavailable):
        table_rows(tmp_path / "none.csv")
    (tmp_path / "x.csv").write_bytes(b"a,b\n\x8d\x8e\xd2\xff\x9d")
    with pytest.raises(Unreadable):
        list(table_rows(tmp_path / "x.csv"))
