"""`register print` and `register export`."""

from __future__ import annotations

import csv
import json
import stat
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

from mailbridge.registry.database import open_database
from mailbridge.registry.entry import DraftEntry
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from tests.cli.builders_cli import ARRIVED, MAIL_ID, CommandLine, fill, init_flags


def texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def test_print_writes_the_book_of_the_year(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    output = tmp_path / "so.pdf"
    answer = mailbridge("register", "print", "--year", "2026", "--output", output, "-c", book)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"đã ghi: {output}\n"
    cover, sheet = texts(output)
    assert "SỞ NỘI VỤ TỈNH BẮC KẠN SỔ ĐĂNG KÝ VĂN BẢN ĐẾN Năm: 2026" in cover
    assert "Từ ngày 21/11/2026 đến ngày 21/11/2026 Từ số 01 đến số 02" in cover
    assert "Cộng trang: 2 văn bản." in sheet
    assert stat.S_IMODE(output.stat().st_mode) == 0o640


def test_the_same_book_gives_the_same_file(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    for form in ("pdf", "xlsx", "csv", "json"):
        both = [tmp_path / f"{name}.{form}" for name in ("a", "b")]
        verb = ("print",) if form == "pdf" else ("export", "--format", form)
        for output in both:
            assert mailbridge("register", *verb, "--year", "2026", "--output", output, "-c", book).status == 0
        assert both[0].read_bytes() == both[1].read_bytes(), form


def test_cover_can_name_volume_and_superior(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    output = tmp_path / "so.pdf"
    said = ("--volume", "3", "--superior", "UBND tỉnh Bắc Kạn")
    assert mailbridge("register", "print", "--year", "2026", "--output", output, *said, "-c", book).status == 0
    assert texts(output)[0].startswith("UBND TỈNH BẮC KẠN SỞ NỘI VỤ")
    assert texts(output)[0].endswith("Quyển số: 3")


@pytest.mark.parametrize("verb", [("print",), ("export", "--format", "csv")])
def test_a_file_that_is_there_is_not_written_over(
    mailbridge: CommandLine, book: Path, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    output = tmp_path / "so"
    output.write_text("mine")
    asked: list[str | Path] = ["register", *verb, "--year", "2026", "--output", output, "-c", book]
    answer = mailbridge(*asked)
    assert answer.status == 1
    assert "--force" in answer.err
    assert output.read_text() == "mine"
    assert mailbridge(*asked, "--force").status == 0
    assert output.read_bytes() != b"mine"
    assert list(tmp_path.glob(".so.*")) == []


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--year", "2026", "--from", "2"], ["02"]),
        (["--year", "2026", "--to", "1"], ["01"]),
        (["--day", "21/11/2026"], ["01", "02"]),
        (["--day", "2026-11-20"], []),
        (["--year", "2025"], []),
        (["--year", "2026", "--agency", "sonv", "--book", "don-thu"], []),
    ],
)
def test_a_stretch_of_the_book(
    mailbridge: CommandLine, book: Path, tmp_path: Path, options: list[str], numbers: list[str]
) -> None:
    output = tmp_path / "so.csv"
    answer = mailbridge("register", "export", "--format", "csv", "--output", output, *options, "-c", book)
    assert answer.status == 0
    assert ("không có văn bản nào" in answer.err) is (numbers == [])
    with output.open(encoding="utf-8-sig", newline="") as file:
        assert [row["Số đến"] for row in csv.DictReader(file)] == numbers


def test_a_book_that_nobody_has_is_not_printed(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    output = tmp_path / "so.pdf"
    answer = mailbridge("register", "print", "--year", "2026", "--book", "mat", "--output", output, "-c", book)
    assert answer.status == 1
    assert "không có sổ này" in answer.err
    assert not output.exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--output", "x"],
        ["--year", "2026"],
        ["--year", "2025", "--day", "21/11/2026", "--output", "x"],
        ["--year", "2026", "--from", "3", "--to", "2", "--output", "x"],
        ["--day", "31/02/2026", "--output", "x"],
        ["--year", "26", "--output", "x"],
        ["--year", "2026", "--volume", "0", "--output", "x"],
    ],
)
def test_wrong_usage_is_64(mailbridge: CommandLine, book: Path, options: list[str]) -> None:
    assert mailbridge("register", "print", *options, "-c", book).status == 64


def test_full_goes_with_csv_and_json_only(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    asked = ("register", "export", "--year", "2026", "--full", "-c", book, "--output")
    assert mailbridge(*asked, tmp_path / "a.xlsx", "--format", "xlsx").status == 64
    assert mailbridge(*asked, tmp_path / "a.csv", "--format", "csv").status == 0
    assert mailbridge(*asked, tmp_path / "a.json", "--format", "json").status == 0
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert [each["number"] for each in told["entries"]] == [1, 2]
    assert told["entries"][0]["versions"][0]["OrganName"] == "Bộ Nội vụ"
    assert "OrganName" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_a_spreadsheet_has_the_entries(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    output = tmp_path / "so.xlsx"
    asked = ("register", "export", "--year", "2026", "--format", "xlsx", "--output", output)
    assert mailbridge(*asked, "-c", book).status == 0
    workbook = openpyxl.load_workbook(output)
    assert [row[1].value for row in workbook.active.iter_rows(min_row=3)] == [1, 2]


def test_shorten_cuts_and_says_what(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    output = tmp_path / "so.csv"
    asked = ("register", "export", "--year", "2026", "--format", "csv", "--output", output, "--shorten", "-c", book)
    answer = mailbridge(*asked)
    assert (answer.status, answer.err) == (0, "")  # nothing in this book is too long
    engine = open_database(load(book).database.url)
    with SqlRegistry(engine).transaction() as transaction:
        long: dict[str, Any] = {"agency": "sonv", "book": "den", "document_sha256": "f" * 64, "mail_id": MAIL_ID}
        transaction.enter(DraftEntry(**long, subject="x" * 501, issuer="y" * 200), ARRIVED)
    engine.dispose()
    answer = mailbridge(*asked, "--force")
    assert (answer.status, answer.err) == (0, "số đến 03: đã rút gọn: subject\n")
    with output.open(encoding="utf-8-sig", newline="") as file:
        assert [row["Tên loại và trích yếu nội dung văn bản"] for row in csv.DictReader(file)][2] == "x" * 499 + "…"


def test_several_agencies_must_be_told_apart(mailbridge: CommandLine, tmp_path: Path) -> None:
    config = tmp_path / "config"
    assert mailbridge("init", config, *init_flags(tmp_path)).status == 0
    main = config / "mailbridge.toml"
    second = '\n[[agency]]\nid = "soyt"\nname = "Sở Y tế"\ndomains = ["soyt.gov.vn"]\n'
    second += 'addresses = ["vt@soyt.gov.vn"]\nclerks = ["vt@soyt.gov.vn"]\n'
    main.write_text(main.read_text(encoding="utf-8") + second, encoding="utf-8")
    fill(config)
    asked = ("register", "print", "--year", "2026", "--output", tmp_path / "so.pdf", "-c", config)
    answer = mailbridge(*asked)
    assert answer.status == 64
    assert "sonv, soyt" in answer.err
    assert mailbridge(*asked, "--agency", "soyt").status == 0
    assert "SỞ Y TẾ" in texts(tmp_path / "so.pdf")[0]


def test_without_typst_nothing_is_written(
    mailbridge: CommandLine, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    answer = mailbridge("register", "print", "--year", "2026", "--output", tmp_path / "so.pdf", "-c", book)
    assert answer.status == 78
    assert "mailbridge[report]" in answer.err
    assert not (tmp_path / "so.pdf").exists()


def test_a_folder_that_is_not_there_is_told(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    output = tmp_path / "nowhere" / "so.csv"
    asked = ("register", "export", "--year", "2026", "--format", "csv", "--output", output, "-c", book)
    assert mailbridge(*asked).status == 75
