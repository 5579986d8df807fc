"""`register number|reserve|release|block|start|import`, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.builders_cli import Answer, CommandLine

HEADS = (
    "Ngày đến;Số đến;Tác giả;Số, ký hiệu văn bản;Ngày tháng văn bản;Tên loại và trích yếu nội dung văn bản;"
    "Đơn vị hoặc người nhận;Ngày chuyển;Ký nhận;Ghi chú"
)
PAPER = ["--symbol", "15/QĐ-UBND", "--date", "18/11/2024", "--issuer", "UBND tỉnh", "--type", "Quyết định"]


def set_numbers(config: Path, numbers: str) -> None:
    """Let another system give the numbers of the first book."""
    path = config / "books.toml"
    kinds = 'kinds = ["official-document"]\n'
    path.write_text(path.read_text(encoding="utf-8").replace(kinds, f'{kinds}numbers = "{numbers}"\n', 1), "utf-8")


def add(mailbridge: CommandLine, book: Path, subject: str, *more: str) -> Answer:
    return mailbridge("register", "add", *PAPER, "--subject", subject, "--force", "--why", "thử", *more, "-c", book)


def old_book(path: Path, *numbers: object) -> Path:
    lines = [f"05/01/2024;{number};Bộ Nội vụ;{number}/BNV-VP;;V/v họp;;;;" for number in numbers]
    path.write_text("\r\n".join([HEADS, *lines]), encoding="utf-8-sig")
    return path


def test_waiting_line_is_listed_without_a_number_and_gets_one(mailbridge: CommandLine, book: Path) -> None:
    set_numbers(book, "external")
    assert add(mailbridge, book, "về việc x").out == "chờ cấp số đến vào sổ den\n"
    (listed,) = mailbridge("register", "number", "--json", "-c", book).objects
    assert (listed["book"], listed["number"], listed["status"]) == ("den", None, "awaiting")
    assert mailbridge("register", "list", "--book", "den", "--json", "-c", book).objects[-1]["number"] is None
    assert "chờ cấp số" in mailbridge("register", "list", "-c", book).out
    answer = mailbridge("register", "number", listed["id"], "457", "--why", "iOffice", "-c", book)
    assert (answer.status, answer.out) == (0, "đã đăng ký vào sổ den, số đến 457/2026\n")
    again = mailbridge("register", "number", listed["id"], "458", "--why", "iOffice", "-c", book)
    assert again.status == 1
    assert mailbridge("register", "number", "--json", "-c", book).out == ""


def test_numbers_come_in_a_file_all_or_none(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    set_numbers(book, "external")
    add(mailbridge, book, "một")
    add(mailbridge, book, "hai")
    ids = [each["id"] for each in mailbridge("register", "number", "--json", "-c", book).objects]
    pairs = tmp_path / "so.csv"
    pairs.write_text(f"Mã;Số\n{ids[0]};7\n{ids[1]};7/2026\n", encoding="utf-8")
    answer = mailbridge("register", "number", "--from", pairs, "--why", "iOffice", "-c", book)
    assert (answer.status, answer.err) == (1, "Số đến 07/2026 của sổ den đã có văn bản khác.\n")
    pairs.write_text(f"{ids[0]};7\n{ids[1]};8/2026\n", encoding="utf-8")
    answer = mailbridge("register", "number", "--from", pairs, "--why", "iOffice", "--json", "-c", book)
    assert [each["number"] for each in answer.objects] == [7, 8]


@pytest.mark.parametrize("arguments", [["12"], ["12", "x"], ["12", "1/26"]], ids=["alone", "letters", "year"])
def test_what_is_no_pair_is_wrong_usage(mailbridge: CommandLine, book: Path, arguments: list[str]) -> None:
    assert mailbridge("register", "number", *arguments, "--why", "x", "-c", book).status in (1, 64)
    assert mailbridge("register", "number", "1/2026", "x", "--why", "x", "-c", book).status == 64


def test_block_numbers_what_waits(mailbridge: CommandLine, book: Path) -> None:
    set_numbers(book, "block")
    add(mailbridge, book, "một")
    answer = mailbridge("register", "block", "10", "12", "--year", "2026", "--why", "công văn 12", "-c", book)
    assert answer.out.splitlines() == ["đã thêm khối số 10-12", "đã đăng ký vào sổ den, số đến 10/2026"]
    (listed,) = mailbridge("register", "block", "--json", "-c", book).objects
    assert (listed["first"], listed["last"], listed["left"]) == (10, 12, 2)
    assert mailbridge("register", "block", "12", "20", "--why", "trùng", "-c", book).status == 1
    assert mailbridge("register", "block", "12", "--why", "trùng", "-c", book).status == 64


def test_reserved_number_is_filled_or_let_go(mailbridge: CommandLine, config: Path) -> None:
    assert mailbridge("db", "upgrade", "-c", config).status == 0
    made = mailbridge("register", "reserve", "--count", "2", "--why", "cúp điện", "--json", "-c", config).objects
    assert [each["number"] for each in made] == [1, 2]
    assert add(mailbridge, config, "một", "--reserved", "2").out.startswith("đã đăng ký vào sổ den, số đến 02/")
    answer = mailbridge("register", "release", "1", "--why", "không dùng", "-c", config)
    assert (answer.status, answer.out[:6]) == (0, "Bỏ số ")
    assert mailbridge("register", "release", "1", "--why", "nữa", "-c", config).status == 1
    assert mailbridge("register", "reserve", "--json", "-c", config).out == ""
    assert mailbridge("register", "reserve", "--count", "2", "-c", config).status == 64


def test_series_starts_where_the_old_book_ended(mailbridge: CommandLine, config: Path) -> None:
    assert mailbridge("db", "upgrade", "-c", config).status == 0
    answer = mailbridge("register", "start", "458", "--why", "tiếp sổ giấy", "-c", config)
    assert answer.out.startswith("số đến kế tiếp của sổ den là 458/")
    assert add(mailbridge, config, "một").out.startswith("đã đăng ký vào sổ den, số đến 458/")
    assert mailbridge("register", "start", "12", "--why", "lại", "-c", config).status == 1
    assert mailbridge("register", "start", "0", "--why", "lại", "-c", config).status == 64


def test_old_book_is_looked_at_and_then_imported(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    file = old_book(tmp_path / "so.csv", 1, 2)
    tried = mailbridge("register", "import", file, "--dry-run", "-c", book)
    assert (tried.status, tried.out) == (0, "năm 2024: 2 dòng, số đến 1 đến 2\ncó thể nhập\n")
    assert mailbridge("register", "list", "--year", "2024", "--json", "-c", book).out == ""
    (done,) = mailbridge("register", "import", file, "--why", "chuyển sổ", "--json", "-c", book).objects
    assert (done["written"], done["years"][0]["lines"], done["faults"]) == (True, 2, [])
    lines = mailbridge("register", "list", "--year", "2024", "--json", "-c", book).objects
    assert [(each["number"], each["symbol"], each["channel"]) for each in lines] == [
        (1, "1/BNV-VP", "paper"),
        (2, "2/BNV-VP", "paper"),
    ]


@pytest.mark.parametrize("suffix", ["xlsx", "json", "csv"])
def test_faults_are_reported_with_the_rows_of_the_file(
    mailbridge: CommandLine, book: Path, tmp_path: Path, suffix: str
) -> None:
    file, report = old_book(tmp_path / "so.csv", 1, "1a"), tmp_path / f"loi.{suffix}"
    answer = mailbridge("register", "import", file, "--why", "chuyển sổ", "--report", report, "-c", book)
    assert answer.status == 65
    assert "dòng 3 [Số đến]: Số phụ “1a”" in answer.err
    assert answer.err.endswith("chưa ghi gì\n")
    if suffix == "xlsx":
        rows = list(openpyxl.load_workbook(report).active.iter_rows(values_only=True))
        assert rows[-1][:2] == (3, "Số đến")
    elif suffix == "json":
        assert json.loads(report.read_text(encoding="utf-8"))[0]["row"] == 3
    else:
        assert "Số phụ" in report.read_text(encoding="utf-8-sig")


def test_heads_are_mapped_and_a_wrong_mapping_is_told(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    file = tmp_path / "so.csv"
    file.write_text("Vào ngày,STT\n05/01/2024,1\n", encoding="utf-8")
    maps = ["--map", "STT=Số đến", "--map", "Vào ngày=ngày đến"]
    assert mailbridge("register", "import", file, "--why", "x", *maps, "-c", book).status == 0
    assert mailbridge("register", "import", file, "--why", "x", "--map", "STT=Số nhà", "-c", book).status == 64
    assert mailbridge("register", "import", file, "--why", "x", "-c", book).status == 65


def test_report_of_another_kind_is_wrong_usage(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    file = old_book(tmp_path / "so.csv", 1)
    arguments: list[str | Path] = ["--dry-run", "--report", tmp_path / "loi.doc", "-c", book]
    assert mailbridge("register", "import", file, *arguments).status == 64


def test_emergency_book_continues_the_series(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    file = tmp_path / "khan.csv"
    file.write_text("Ngày đến;Số đến;Tác giả;Ghi chú\n21/11/2026;3;Bộ Nội vụ;\n", encoding="utf-8")
    answer = mailbridge("register", "import", file, "--emergency", "--why", "mất điện", "-c", book)
    assert answer.status == 0
    assert mailbridge("register", "list", "--json", "-c", book).objects[-1]["number"] == 3
