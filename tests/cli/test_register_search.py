"""`register search` on the command line: text, files, searches that are kept, and the answer to who asks."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from mailbridge.registry.database import open_database
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.texts import DocumentText, TextSource
from mailbridge.settings import load
from tests.cli.builders_cli import HELD_ID, MAIL_ID, CommandLine


@pytest.fixture
def texts(book: Path) -> Path:
    """Return a book of which the document of entry 1 has a text."""
    engine = open_database(load(book).database.url)
    text = DocumentText(
        agency="sonv",
        mail_id=MAIL_ID,
        document_sha256=f"{1:064d}",
        file_sha256=hashlib.sha256(b"").hexdigest(),
        source=TextSource.OCR,
        text="phân bổ kinh phí sửa chữa đường phố",
    )
    with SqlRegistry(engine).transaction() as current:
        current.keep_texts([text])
    engine.dispose()
    return book


def test_text_of_a_document_finds_it_and_the_place_is_shown(mailbridge: CommandLine, texts: Path) -> None:
    (found,) = mailbridge("register", "search", '"kinh phi"', "duong", "--json", "-c", texts).objects
    assert (found["number"], found["found_in"]) == (1, "texts")
    assert found["snippet"] == "phân bổ «kinh phí» sửa chữa «đường» phố"
    shown = mailbridge("register", "search", "kinh phi", "-c", texts).out
    assert "«kinh» «phí»" in shown
    assert "Đoạn tìm thấy" in shown
    (found, *_) = mailbridge("register", "search", "văn bản", "--json", "-c", texts).objects
    assert found["found_in"] == "fields"


@pytest.mark.parametrize("ending", ["csv", "xlsx", "docx", "pdf"])
def test_what_was_found_goes_into_a_file(mailbridge: CommandLine, texts: Path, tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"out.{ending}"
    answer = mailbridge("register", "search", "văn bản", "--output", output, "-c", texts)
    assert answer.status == 0
    assert output.stat().st_mode & 0o777 == 0o640
    octets = output.read_bytes()
    assert octets.startswith({"csv": b"\xef\xbb\xbf", "pdf": b"%PDF", "xlsx": b"PK", "docx": b"PK"}[ending])
    assert mailbridge("register", "search", "văn bản", "--output", output, "-c", texts).status == 1
    assert mailbridge("register", "search", "văn bản", "--output", output, "--force", "-c", texts).status == 0


def test_columns_are_chosen_by_name_or_head(mailbridge: CommandLine, texts: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    columns = "number,co quan ban hanh,found"
    assert mailbridge("register", "search", "duong", "--columns", columns, "--output", output, "-c", texts).status == 0
    lines = list(csv.reader(output.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0] == ["Số đến", "Cơ quan ban hành", "Đoạn tìm thấy"]
    assert lines[1] == ["01", "Bộ Nội vụ", "phân bổ kinh phí sửa chữa «đường» phố"]
    for wrong in (("--columns", "x", "--output", output), ("--output", tmp_path / "out.txt")):
        assert mailbridge("register", "search", "duong", *wrong, "--force", "-c", texts).status == 64
    assert mailbridge("register", "search", "khong co", "--output", tmp_path / "none.csv", "-c", texts).status == 1
    assert not (tmp_path / "none.csv").exists()


def test_search_is_kept_used_listed_and_forgotten(mailbridge: CommandLine, book: Path) -> None:
    lan = ("--by", "lan", "-c", book)
    said = ("văn bản", "issuer=noi vu", "--from-date", "21/11/2026")
    first = mailbridge("register", "search", *said, "--save", "Nội vụ", "--json", *lan)
    again = mailbridge("register", "search", "--saved", "Nội vụ", "--json", *lan)
    assert again.objects == first.objects
    assert [each["number"] for each in again.objects] == [1]
    (kept,) = mailbridge("register", "search", "--list-saved", "--json", *lan).objects
    assert (kept["name"], kept["asked"]) == ("Nội vụ", "văn bản Cơ quan ban hành=noi vu từ ngày 21/11/2026")
    assert "Nội vụ" in mailbridge("register", "search", "--list-saved", *lan).out
    assert mailbridge("register", "search", "--list-saved", "--by", "hoa", "-c", book).status == 1
    assert mailbridge("register", "search", "--saved", "Nội vụ", "--by", "hoa", "-c", book).status == 64
    assert mailbridge("register", "search", "x", "--saved", "Nội vụ", *lan).status == 64
    assert mailbridge("register", "search", "--forget", "Nội vụ", *lan).status == 0
    assert mailbridge("register", "search", "--forget", "Nội vụ", *lan).status == 1
    assert mailbridge("register", "search", "--save", "a", "--forget", "b", *lan).status == 64


def test_who_asks_after_a_document_is_told(mailbridge: CommandLine, book: Path) -> None:
    (found,) = mailbridge("register", "search", "--asked", "1/bnv-vp", "--json", "-c", book).objects
    assert (found["state"], found["number"], found["year"]) == ("registered", 1, 2026)
    told = mailbridge("register", "search", "--asked", "1/BNV-VP", "-c", book).out
    assert "1/BNV-VP của Bộ Nội vụ: đã nhận lúc 21/11/2026 01:30:00, số đến 01/2026, sổ den" in told
    nothing = mailbridge("register", "search", "--asked", "99/BNV-VP", "-c", book)
    assert nothing.status == 1
    assert "Không có văn bản 99/BNV-VP" in nothing.out


def test_text_is_taken_out_of_the_search(mailbridge: CommandLine, texts: Path) -> None:
    assert mailbridge("register", "search", "--forget-text", "1/2026", "--by", "lan", "-c", texts).status == 0
    assert mailbridge("register", "search", "duong pho", "-c", texts).status == 1
    assert mailbridge("register", "search", "--forget-text", "1/2026", "-c", texts).status == 1
    assert mailbridge("register", "search", "--forget-text", "77/2026", "-c", texts).status == 1
    assert "text-forgotten" in [each["what"] for each in mailbridge("trace", MAIL_ID, "--json", "-c", texts).objects]


def test_mails_that_are_not_in_the_archive_are_counted(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "search", "--reindex", "-c", book)
    assert answer.status == 0
    assert "0 thư" in answer.out
    assert HELD_ID not in answer.out
