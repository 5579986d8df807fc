"""`register correct|void|add|search|show` on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbridge.registry.entry import local_day
from tests.cli.builders_cli import MAIL_ID, CommandLine

LETTER = (
    *("--symbol", "15/QĐ-UBND", "--date", "18/11/2026", "--issuer", "Ủy ban nhân dân tỉnh Bắc Kạn"),
    *("--type", "Quyết định", "--subject", "Về việc kiện toàn", "--by", "lan"),
)


def test_correct_shows_old_and_new_value(mailbridge: CommandLine, book: Path) -> None:
    change = ("trích yếu=Về việc họp", "số ký hiệu=12/BNV-TCCB")
    answer = mailbridge("register", "correct", "1", *change, "--why", "đọc nhầm", "--by", "lan", "-c", book)
    assert answer.status == 0
    assert "đã đính chính số đến 01/2026, phiên bản 2" in answer.out
    assert "Trích yếu: về việc gửi, nhận văn bản điện tử → Về việc họp" in answer.out
    (told,) = mailbridge("register", "show", "1", "--json", "-c", book).objects
    assert (told["symbol"], told["subject"], told["fields"]["number"], told["version"]) == (
        "12/BNV-TCCB",
        "Về việc họp",
        "12",
        2,
    )
    first, second = told["versions"]
    assert (first["by"], first["changes"], second["by"], second["why"]) == ("mailbridge", [], "lan", "đọc nhầm")
    assert {"field": "symbol", "old": "1/BNV-VP", "new": "12/BNV-TCCB"} in second["changes"]
    shown = mailbridge("register", "show", "1", "-c", book).out
    assert "lan, đã đăng ký: đọc nhầm" in shown
    assert "Số, ký hiệu: 1/BNV-VP → 12/BNV-TCCB" in shown
    assert "đã đính chính" in mailbridge("trace", MAIL_ID, "-c", book).out


def test_same_value_says_so(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "correct", "1", "tác giả=Bộ Nội vụ", "--why", "x", "--json", "-c", book)
    assert (answer.status, answer.objects[0]["version"], answer.objects[0]["changes"]) == (0, 1, [])
    answer = mailbridge("register", "correct", "1", "tác giả=Bộ Nội vụ", "--why", "x", "-c", book)
    assert answer.out == "nội dung đã như vậy; không ghi gì\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mã số=1", "--why", "x"], "Trích yếu (subject)"),
        (["số đến=1", "--why", "x"], "do sổ cấp"),
        (["ghi chú", "--why", "x"], "trường=giá trị"),
        (["ngày văn bản=hôm qua", "--why", "x"], "31/12/2026"),
        (["ngày văn bản=22/11/2026", "--why", "x"], "không được sau ngày đến (21/11/2026)"),
        (["ghi chú=a", "note=b", "--why", "x"], "hai lần"),
        (["ghi chú=a"], "--why"),
        (["ghi chú=a", "--why", " "], "--why"),
    ],
)
def test_what_cannot_be_written_is_wrong_usage(
    mailbridge: CommandLine, book: Path, words: list[str], said: str
) -> None:
    answer = mailbridge("register", "correct", "1", *words, "-c", book)
    assert answer.status == 64
    assert said in answer.err
    assert mailbridge("register", "show", "1", "--json", "-c", book).objects[0]["version"] == 1


def test_entry_must_be_one(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("register", "correct", "99", "note=x", "--why", "y", "-c", book).status == 1
    answer = mailbridge("register", "void", MAIL_ID, "--why", "y", "-c", book)
    assert answer.status == 64
    assert "sonv den 01/2026, sonv den 02/2026" in answer.err
    assert mailbridge("register", "void", "2", "--why", "y", "--year", "2025", "-c", book).status == 1


def test_long_value_is_kept_and_told(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "correct", "1", f"subject={'x' * 501}", "--why", "y", "-c", book)
    assert answer.status == 0
    assert "Trích yếu dài hơn 500 ký tự" in answer.err
    assert len(mailbridge("register", "show", "1", "--json", "-c", book).objects[0]["subject"]) == 501


def test_void_keeps_the_line_and_shows_it(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "void", "2/2026", "--why", "không phải văn bản đến", "--by", "lan", "-c", book)
    assert (answer.status, answer.out.splitlines()[0]) == (0, "đã hủy số đến 02/2026; số này không cấp lại")
    first, second = mailbridge("register", "list", "--json", "-c", book).objects
    assert (first["status"], second["status"]) == ("registered", "voided")
    assert "ĐÃ HỦY" in mailbridge("register", "list", "-c", book).out.splitlines()[2]
    shown = mailbridge("register", "show", "2", "-c", book).out
    assert "Trạng thái:    đã hủy" in shown
    assert "lan, đã hủy: không phải văn bản đến" in shown
    again = mailbridge("register", "void", "2", "--why", "x", "-c", book)
    assert (again.status, again.err) == (1, "số đến 02/2026 đã hủy từ trước; không ghi gì\n")
    assert mailbridge("register", "correct", "2", "note=x", "--why", "x", "-c", book).status == 1
    assert mailbridge("register", "add", *LETTER, "--json", "-c", book).objects[0]["number"] == 3


def test_add_enters_paper(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "add", *LETTER, "số trang=3", "--urgency", "khẩn", "-c", book)
    assert (answer.status, answer.out) == (0, "đã đăng ký vào sổ den, số đến 03/2026\n")
    (told,) = mailbridge("register", "show", "3", "--json", "-c", book).objects
    assert (told["channel"], told["mail_id"], told["mail"], told["document_sha256"]) == ("paper", None, None, None)
    assert (told["fields"]["pages"], told["urgency"], told["versions"][0]["by"]) == (3, "khẩn", "lan")
    assert "đã đăng ký" in mailbridge("trace", "15/QĐ-UBND", "-c", book).out


def test_add_tells_of_a_twin(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("register", "add", *LETTER, "-c", book).status == 0
    answer = mailbridge("register", "add", *LETTER, "-c", book)
    assert answer.status == 1
    assert "Đã có văn bản cùng số, ký hiệu và cơ quan ban hành: số đến 03/2026" in answer.err
    assert mailbridge("register", "add", *LETTER, "--force", "-c", book).status == 64
    assert mailbridge("register", "add", *LETTER, "--force", "--why", "khác", "-c", book).status == 0


def test_add_of_an_earlier_day_needs_its_reason(mailbridge: CommandLine, book: Path) -> None:
    yesterday = f"{local_day(datetime.now(UTC)) - timedelta(days=1):%d/%m/%Y}"
    letter = (*LETTER, "--date", yesterday, "--arrived", yesterday)
    answer = mailbridge("register", "add", *letter, "-c", book)
    assert answer.status == 64
    assert "vào sổ muộn" in answer.err
    assert mailbridge("register", "add", *letter, "--why", "đến cuối giờ", "-c", book).status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--symbol", "1/A"], "còn thiếu: Tên loại, Ngày văn bản, Cơ quan ban hành, Trích yếu"),
        ([*LETTER, "--book", "x"], "--book: den"),
        ([*LETTER, "--agency", "x"], "--agency: sonv"),
        ([*LETTER, "--arrived", "mai"], "31/12/2026"),
        ([*LETTER, "--arrived", "2026-11-20T08:00:00"], "múi giờ"),
        ([*LETTER, "trích yếu=x"], "hai lần"),
        ([*LETTER, "--pages", "ba"], "hãy viết số"),
    ],
)
def test_add_says_what_is_wrong(mailbridge: CommandLine, book: Path, words: list[str], said: str) -> None:
    answer = mailbridge("register", "add", *words, "-c", book)
    assert answer.status == 64
    assert said in answer.err
    assert len(mailbridge("register", "list", "--json", "-c", book).objects) == 2


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["uy ban"], [2]),
        (["Uỷ ban"], [2]),
        (["van ban dien tu"], [2, 1]),
        (["1/BNV"], [1]),
        (["van ban", "--issuer", "noi vu"], [1]),
        (["van ban", "--type", "quyet dinh"], []),
        (["issuer=noi vu"], [1]),
        (["văn bản", "--from-date", "21/11/2026", "--to-date", "21/11/2026"], [2, 1]),
        (["văn bản", "--from-date", "22/11/2026"], []),
        (["văn bản", "--to-date", "2026-11-20"], []),
        (["văn bản", "--limit", "1"], [2]),
        (["văn bản", "--year", "2025"], []),
    ],
)
def test_search_finds(mailbridge: CommandLine, book: Path, words: list[str], numbers: list[int]) -> None:
    answer = mailbridge("register", "search", *words, "--json", "-c", book)
    assert [each["number"] for each in answer.objects] == numbers
    assert answer.status == (0 if numbers else 1)


def test_search_in_words_is_the_list(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "search", "văn bản", "--limit", "1", "-c", book)
    assert answer.out.splitlines()[1].startswith("02 ")
    assert "chỉ hiện 1 mục đầu" in answer.err
    assert mailbridge("register", "search", "x", "--from-date", "mai", "-c", book).status == 64


def test_show_tells_of_mail_and_letters(mailbridge: CommandLine, book: Path) -> None:
    (told,) = mailbridge("register", "show", "1", "--json", "-c", book).objects
    assert [each["kind"] for each in told["letters"]] == ["accepted"]
    assert "báo nhận" in mailbridge("register", "show", "1", "-c", book).out
