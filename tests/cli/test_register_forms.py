"""`register print --form`, volumes, and what print, list and show say of closings."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from mailbridge.registry.closings import SqlClosings
from mailbridge.registry.closings_content import day_of
from mailbridge.registry.database import open_database
from mailbridge.settings import load
from tests.cli.builders_cli import ARRIVED, CommandLine
from tests.printing.builders_reading import pages
from tests.registry.builders_changes import Changes


@pytest.fixture
def filed(book: Path) -> Path:
    """The book, whose first entry lies in a file."""
    engine = open_database(load(book).database.url)
    with engine.connect() as connection:
        entry_id = connection.exec_driver_sql("SELECT id FROM entry WHERE number = 1").scalar_one()
    Changes(engine).correct(entry_id, {"file_notation": "05/CCHC"}, by="lan", why="lập hồ sơ")
    engine.dispose()
    return book


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--form", "follow-up", "--year", "2026"), "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN"),
        (("--form", "slip", "--year", "2026", "--number", "2"), "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN"),
        (("--form", "cover", "--year", "2026", "--number", "2"), "TỜ BÌA VĂN BẢN ĐẾN"),
        (("--form", "file", "--file", "05/CCHC"), "MỤC LỤC VĂN BẢN TRONG HỒ SƠ"),
        (("--form", "files", "--year", "2026"), "MỤC LỤC HỒ SƠ"),
    ],
    ids=["follow-up", "slip", "cover", "file", "files"],
)
def test_every_form_is_printed(
    mailbridge: CommandLine, filed: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    both = [tmp_path / name for name in ("a.pdf", "b.pdf")]
    for output in both:
        answer = mailbridge("register", "print", *options, "--output", output, "-c", filed)
        assert (answer.status, answer.err) == (0, "")
    assert said in pages(both[0].read_bytes())[0]
    assert both[0].read_bytes() == both[1].read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        ("--form", "slip", "--year", "2026", "--number", "99"),
        ("--form", "file", "--file", "99/X"),
        ("--form", "files", "--year", "2025"),
    ],
    ids=["entry", "file", "year"],
)
def test_what_is_not_there_is_not_printed(
    mailbridge: CommandLine, filed: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    output = tmp_path / "a.pdf"
    assert mailbridge("register", "print", *options, "--output", output, "-c", filed).status == 1
    assert not output.exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--form", "slip", "--year", "2026"),
        ("--number", "1", "--year", "2026"),
        ("--form", "file"),
        ("--form", "files", "--year", "2026", "--file", "x"),
        ("--form", "follow-up", "--year", "2026", "--volume-pages", "2"),
        ("--year", "2026", "--volume-pages", "2", "--volume-entries", "2"),
        ("--form", "files"),
    ],
    ids=["no-number", "number", "no-file", "file", "volumes", "both", "no-year"],
)
def test_wrong_usage_is_64(mailbridge: CommandLine, book: Path, options: tuple[str, ...]) -> None:
    assert mailbridge("register", "print", *options, "--output", "x", "-c", book).status == 64


@pytest.mark.parametrize("cut", ["--volume-entries", "--volume-pages"])
def test_a_book_is_bound_into_volumes(mailbridge: CommandLine, book: Path, tmp_path: Path, cut: str) -> None:
    asked = ("register", "print", "--year", "2026", "--output", tmp_path / "so.pdf", cut, "1", "-c", book)
    assert mailbridge(*asked).status == 0
    expected = ["so-1.pdf", "so-2.pdf"] if cut == "--volume-entries" else ["so-1.pdf"]
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == expected
    first = pages((tmp_path / "so-1.pdf").read_bytes())[0]
    assert first.endswith("Quyển số: 1")
    assert ("Từ số 01 đến số 01" in first) is (cut == "--volume-entries")
    assert mailbridge(*asked).status == 1
    assert mailbridge(*asked, "--force", "--volume", "7").status == 0
    assert (tmp_path / "so-7.pdf").exists()


def test_follow_up_goes_into_a_spreadsheet(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.xlsx"
    asked = ("register", "export", "--form", "follow-up", "--year", "2026", "--output", output, "-c", book, "--format")
    assert mailbridge(*asked, "xlsx").status == 0
    assert [row[0].value for row in openpyxl.load_workbook(output).active.iter_rows(min_row=3)] == [1, 2]
    assert mailbridge(*asked, "csv").status == 64


def test_a_file_goes_into_xml(mailbridge: CommandLine, filed: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.xml"
    asked = ("register", "export", "--form", "file", "--output", output, "-c", filed, "--format")
    assert mailbridge(*asked, "xml", "--file", "05/CCHC").status == 0
    assert "<FileNotation>05/CCHC</FileNotation>" in output.read_text(encoding="utf-8")
    assert mailbridge(*asked, "xml", "--file", "06/CCHC", "--force").status == 1
    assert mailbridge(*asked, "json", "--file", "05/CCHC").status == 64
    assert mailbridge(*asked, "xml").status == 64


def test_list_show_and_print_say_how_the_day_stands(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    engine = open_database(load(book).database.url)
    closings = SqlClosings(engine, clock=lambda: ARRIVED.replace(year=2027))
    done = closings.close("sonv", "den", day_of(ARRIVED.replace(day=21).date()), by="lan")
    assert done.totals is not None

    def told(output: str) -> tuple[str, str, str]:
        path = tmp_path / output
        asked = ("register", "print", "--day", "21/11/2026", "--output", path, "-c", book)
        assert mailbridge(*asked).status == 0
        shown = mailbridge("register", "show", "1/2026", "-c", book).out
        return mailbridge("register", "list", "-c", book).out, shown, pages(path.read_bytes())[-1]

    listed, shown, printed = told("closed.pdf")
    assert "den: đã khóa 1 ngày, gần nhất 21/11/2026" in listed
    assert "den, ngày 21/11/2026: đã khóa sổ" in shown
    assert "Sổ ngày 21/11/2026 đã khóa lúc" in printed
    assert done.totals.lines_digest in "".join(printed.split())
    closings.reopen("sonv", "den", done.period, by="hoa", why="đính chính số 02")
    engine.dispose()
    listed, shown, printed = told("open.pdf")
    assert "den, ngày 21/11/2026: mở lại lúc" in listed
    assert "lý do: đính chính số 02" in shown
    assert "chưa khóa lại: đính chính số 02." in printed
    (entry,) = mailbridge("register", "show", "1/2026", "--json", "-c", book).objects
    assert [each["act"] for each in entry["closings"]] == ["reopened"]
