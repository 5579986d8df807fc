"""`register close`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from tests.cli.builders_cli import MAIL_ID, CommandLine

DAY = ("--day", "20/11/2025", "--book", "den")


@pytest.fixture
def old_book(book: Path) -> Path:
    """The book, with two documents of a day that is long over."""
    engine = open_database(load(book).database.url)
    with SqlRegistry(engine).transaction() as transaction:
        for number in (1, 2):
            draft = DraftEntry(
                agency="sonv", book="den", mail_id=MAIL_ID, document_sha256=f"old{number}", subject="Về việc họp"
            )
            transaction.enter(draft, datetime(2025, 11, 20, 2, 0, tzinfo=UTC))
    engine.dispose()
    return book


def test_a_day_is_closed_and_its_lines_are_refused(mailbridge: CommandLine, old_book: Path) -> None:
    answer = mailbridge("register", "close", *DAY, "--by", "lan", "-c", old_book)
    assert (answer.status, answer.err) == (0, "")
    first, counted, numbers, digest = answer.out.splitlines()
    assert first.startswith("den, ngày 20/11/2025: đã khóa sổ lúc ")
    assert first.endswith("(lan), 2 văn bản")
    assert counted == "  điện tử 2, giấy 0, gạch bỏ 0, có đính chính 0"
    assert numbers == "  số đến: 01–02"
    assert len(digest.split()[-1]) == 64

    for verb in (("correct", "1/2025", "trích yếu=khác"), ("void", "1/2025")):
        answer = mailbridge("register", *verb, "--why", "nhầm", "-c", old_book)
        assert answer.status == 1
        assert "Sổ ngày 20/11/2025 đã khóa; không thể thêm hoặc sửa." in answer.err
        assert "register close --agency sonv --book den --day 20/11/2025 --reopen --why" in answer.err
    said = ("--symbol", "1/X", "--date", "19/11/2025", "--issuer", "A", "--type", "Công văn", "--subject", "B")
    late = ("--arrived", "20/11/2025", "--why", "bưu điện", "--book", "den")
    answer = mailbridge("register", "add", *said, *late, "-c", old_book)
    assert (answer.status, answer.out) == (1, "")


def test_a_closed_day_is_opened_with_a_reason_and_closed_again(mailbridge: CommandLine, old_book: Path) -> None:
    assert mailbridge("register", "close", *DAY, "-c", old_book).status == 0
    assert mailbridge("register", "close", *DAY, "--reopen", "-c", old_book).status == 64
    answer = mailbridge("register", "close", *DAY, "--reopen", "--why", "đính chính", "-c", old_book)
    assert (answer.status, answer.out) == (0, "den, ngày 20/11/2025: đã mở lại sổ\n")
    assert mailbridge("register", "correct", "1/2025", "trích yếu=khác", "--why", "nhầm", "-c", old_book).status == 0
    answer = mailbridge("register", "close", *DAY, "--json", "-c", old_book)
    (told,) = answer.objects
    assert (told["sequence"], told["act"], told["corrected"], told["numbers"]) == (3, "closed", 1, [[1, 2]])
    assert told["waiting"] == {"held": [], "walking": 0, "aside": 0, "letters": 0}


def test_a_year_says_the_sentence_of_the_form(mailbridge: CommandLine, old_book: Path) -> None:
    assert mailbridge("register", "close", "--year", "2025", "-c", old_book).status == 0
    answer = mailbridge("register", "void", "1/2025", "--why", "nhầm", "-c", old_book)
    assert "Sổ năm 2025 đã khóa; không thể thêm hoặc sửa." in answer.err


def test_a_day_that_is_not_over_is_refused(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "close", "--day", "31/12/2099", "-c", book)
    assert answer.status == 1
    assert "chờ văn thư" not in answer.err
    assert answer.err.splitlines()[0] == "den: Chưa hết ngày 31/12/2099, chưa thể khóa sổ."


@pytest.mark.parametrize("options", [("--book", "dne"), ("--agency", "nobody")], ids=["book", "agency"])
def test_a_book_that_nobody_has_is_not_closed(mailbridge: CommandLine, book: Path, options: tuple[str, ...]) -> None:
    answer = mailbridge("register", "close", "--day", "20/11/2025", *options, "-c", book)
    assert (answer.status, answer.out) == (1, "")
    assert mailbridge("register", "close", "--year", "2025", "--check", "-c", book).out == ""


def test_without_a_day_it_is_yesterday_and_every_book(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "close", "--json", "-c", book)
    assert [each["book"] for each in answer.objects] == ["den", "don-thu"]


def test_mails_that_wait_are_told(mailbridge: CommandLine, old_book: Path) -> None:
    held = Case(
        mail_id="held-1",
        agency="sonv",
        door="hop",
        accepted_at=datetime(2025, 11, 20, 3, 0, tzinfo=UTC),
        decided_at=datetime(2025, 11, 20, 3, 0, tzinfo=UTC),
        sha256="f" * 64,
        size=1,
        kind="official-document",
        action="hold",
        rule="no-signature",
        reason="chưa rõ",
    )
    engine = open_database(load(old_book).database.url)
    with SqlRegistry(engine).transaction() as transaction:
        transaction.record(held, ())
    engine.dispose()
    answer = mailbridge("register", "close", *DAY, "-c", old_book)
    assert answer.status == 0
    assert answer.err.splitlines() == [
        "1 thư đang chờ văn thư xử lý: held-1",
        "văn bản vào sổ sau sẽ tự mở lại sổ ngày 20/11/2025",
    ]


def test_check_counts_again_and_finds_what_changed(mailbridge: CommandLine, old_book: Path) -> None:
    assert mailbridge("register", "close", *DAY, "-c", old_book).status == 0
    check = ("register", "close", "--year", "2025", "--check", "-c", old_book)
    assert mailbridge(*check).status == 0
    engine = open_database(load(old_book).database.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER entry_version_no_update")
        connection.exec_driver_sql("UPDATE entry_version SET subject = 'x' WHERE subject = 'Về việc họp'")
    engine.dispose()
    answer = mailbridge(*check)
    assert answer.status == 1
    assert "NỘI DUNG ĐÃ KHÁC LÚC KHÓA" in answer.out
    (told,) = mailbridge(*check, "--json").objects
    assert told["holds"] is False


def test_the_turn_of_the_year_is_rehearsed_and_nothing_written(mailbridge: CommandLine, old_book: Path) -> None:
    asked = ("register", "close", "--year", "2025", "--rehearse", "-c", old_book)
    answer = mailbridge(*asked)
    assert answer.status == 0
    assert answer.out.splitlines()[:5] == [
        "den 2025: 2 văn bản, gạch bỏ 0",
        "  số đến kế tiếp 03/2025; năm sau bắt đầu từ số 03",
        "  số đến còn thiếu thông tin bắt buộc: 01, 02",
        "  số đến chưa ghi người nhận hoặc ngày chuyển: 01, 02",
        "  ngày chưa khóa sổ: 20/11",
    ]
    assert "chưa ghi gì" in answer.out
    told = mailbridge(*asked, "--json").objects
    assert [(each["book"], each["ready"], each["open_days"]) for each in told] == [
        ("den", False, ["2025-11-20"]),
        ("don-thu", True, []),
    ]
    assert mailbridge("register", "close", "--year", "2025", "--check", "-c", old_book).out == ""


@pytest.mark.parametrize(
    "options",
    [
        ("--year", "2025", "--day", "20/11/2025"),
        ("--rehearse",),
        ("--year", "2025", "--rehearse", "--check"),
        ("--day", "30/02/2025"),
        ("--year", "2025", "--book", "den", "--reopen"),
        ("--year", "2025", "--reopen", "--why", "x"),
    ],
    ids=["both", "no-year", "two-ways", "no-day", "no-reason", "which-book"],
)
def test_wrong_usage_is_64(mailbridge: CommandLine, book: Path, options: tuple[str, ...]) -> None:
    assert mailbridge("register", "close", *options, "-c", book).status == 64
