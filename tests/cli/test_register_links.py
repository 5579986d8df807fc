"""`register merge|split|unlink|recall|diff`, `register add --copy-of` and `register list --awaiting-paper`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailbridge.registry.database import open_database
from mailbridge.registry.entry import PAPER_AWAITED, Case, RegisterEntry
from mailbridge.registry.links import LinkKind
from mailbridge.registry.relations import RecallAsked, Relations
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.texts import DocumentText, TextSource
from mailbridge.settings import load
from tests.cli.builders_cli import ARRIVED, HELD_ID, MAIL_ID, CommandLine

SECOND = ("số ký hiệu=7/BNV-TH", "ngày văn bản=18/11/2026", "tác giả=Bộ Nội vụ", "tên loại=Công văn", "trích yếu=Họp")
WORDS = "Thực hiện Quyết định về công tác văn thư, đề nghị các cơ quan gửi báo cáo về Bộ trước ngày {} tháng 12 này"
ASKED_ID = "0190163d-8694-739b-aea5-966c26f8ad93"


def ask(config: Path, kind: LinkKind = LinkKind.RECALL_ASKED) -> None:
    """Let the issuer of the first entry ask for it by a mail."""
    engine = open_database(load(config).database.url)
    case = Case(
        mail_id=ASKED_ID,
        agency="sonv",
        door="hop",
        accepted_at=ARRIVED,
        decided_at=ARRIVED,
        sha256="a" * 64,
        size=1000,
        kind="working-mail",
        action="hold",
        rule="fixed:recall",
        reason="Thư đề nghị thu hồi",
        message_id="<thu-hoi@moha.gov.vn>",
        author="vanthu@moha.gov.vn",
        subject="Thu hồi văn bản số 1/BNV-VP",
        judgement=json.dumps(JUDGED),
        evidence="{}",
    )
    with SqlRegistry(engine).transaction() as current:
        current.record(case, ())
        asked = RecallAsked(kind=kind, symbol="1/BNV-VP", entry=first_entry(engine))
        current.relate(case, (), Relations(recalls=(asked,)))
    engine.dispose()


JUDGED: dict[str, Any] = {
    "message": {"parts": []},
    "letters": [{"kind": "arrived", "to": "vanthu@moha.gov.vn", "suppressed": None}],
    "documents": [],
}


def first_entry(engine: Any) -> RegisterEntry:
    from mailbridge.registry.books import Books

    found = Books(engine).entry(agency="sonv", book="den", year=2026, number=1)
    assert found is not None
    return found


def numbers(mailbridge: CommandLine, book: Path, *options: str) -> list[tuple[int, str]]:
    told = mailbridge("register", "list", *options, "--json", "-c", book).objects
    return [(each["number"], each["status"]) for each in told]


def test_merge_and_back(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "merge", "1", "2", "--why", "gửi lại", "--by", "lan", "-c", book)
    assert (answer.status, answer.out) == (0, "đã gộp số đến 02/2026 vào 01/2026 (liên kết 1)\n")
    assert numbers(mailbridge, book) == [(1, "registered"), (2, "merged")]
    listed = mailbridge("register", "list", "-c", book).out
    assert "TRÙNG VĂN BẢN; Trùng văn bản, xem số đến 01" in listed
    shown = mailbridge("register", "show", "2", "-c", book).out
    assert "1. trùng văn bản với số đến 01/2026 (lan, " in shown
    assert "1. số đến 02/2026 là cùng văn bản" in mailbridge("register", "show", "1", "-c", book).out
    (told,) = mailbridge("register", "show", "2", "--json", "-c", book).objects
    assert [(each["kind"], each["number"], each["other"]) for each in told["links"]] == [
        ("same-document", "02/2026", "01/2026")
    ]
    refused = mailbridge("register", "correct", "2", "note=x", "--why", "x", "-c", book)
    assert (refused.status, refused.err) == (1, "Số đến 02/2026 đã gộp với số đến khác; không sửa được nữa.\n")
    assert mailbridge("register", "void", "2", "--why", "x", "-c", book).status == 1
    back = mailbridge("register", "unlink", "1", "--why", "nhầm", "-c", book)
    assert (back.status, back.out) == (0, "đã bỏ liên kết 1; số đến 02/2026: đã đăng ký\n")
    assert mailbridge("register", "unlink", "1", "--why", "nhầm", "-c", book).status == 1
    assert mailbridge("register", "unlink", "99", "--why", "nhầm", "-c", book).err == "không có liên kết này\n"
    assert numbers(mailbridge, book) == [(1, "registered"), (2, "registered")]


@pytest.mark.parametrize("words", [("merge", "1", "2"), ("unlink", "1"), ("split", "1", "note=x"), ("recall", "1")])
def test_change_without_a_reason_is_wrong_usage(mailbridge: CommandLine, book: Path, words: tuple[str, ...]) -> None:
    assert mailbridge("register", *words, "-c", book).status == 64


def test_merge_of_what_is_not_there_or_the_same(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("register", "merge", "1", "9", "--why", "x", "-c", book).status == 1
    answer = mailbridge("register", "merge", "1", "1", "--why", "x", "-c", book)
    assert (answer.status, answer.err) == (1, "Chỉ gộp được hai số đến khác nhau của cùng một cơ quan.\n")


def test_split_gives_the_next_number(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "split", "1", *SECOND, "--why", "hai văn bản", "-c", book)
    assert (answer.status, answer.out) == (0, "đã tách số đến 03/2026 từ 01/2026 (liên kết 1)\n")
    shown = mailbridge("register", "show", "3", "-c", book).out
    assert "tách từ số đến 01/2026" in shown
    assert "Tách từ số đến 01" in shown
    assert mailbridge("register", "split", "1", "note=x", "--why", "y", "-c", book).status == 64
    assert mailbridge("register", "split", "1", *SECOND, "--file", "2", "--why", "y", "-c", book).status == 64


def test_paper_is_joined_with_its_electronic_entry(mailbridge: CommandLine, book: Path) -> None:
    """T3: no second number; both channels and days are shown."""
    answer = mailbridge("register", "add", "--copy-of", "1", "--arrived", "21/11/2026", "--by", "lan", "-c", book)
    assert (answer.status, answer.out) == (0, "đã ghi nhận bản giấy vào số đến 01/2026 (liên kết 1)\n")
    assert len(numbers(mailbridge, book)) == 2
    (told,) = mailbridge("register", "show", "1", "--json", "-c", book).objects
    assert [each["channel"] for each in told["channels"]] == ["mail", "paper"]
    assert told["note"] == "Đã nhận bản giấy ngày 21/11/2026"
    assert "nhận bản giấy 21/11/2026" in mailbridge("register", "show", "1", "-c", book).out
    again = mailbridge("register", "add", "--copy-of", "1", "-c", book)
    assert (again.status, "đã có bản giấy" in again.err) == (64, True)
    assert mailbridge("register", "add", "--copy-of", "9", "-c", book).status == 1


def test_refusal_of_a_twin_on_paper_tells_of_joining(mailbridge: CommandLine, book: Path) -> None:
    letter = ("--symbol", "1/BNV-VP", "--date", "18/11/2026", "--issuer", "Bộ Nội vụ", "--type", "Công văn")
    answer = mailbridge("register", "add", *letter, "--subject", "x", "-c", book)
    assert (answer.status, "--copy-of 01/2026" in answer.err) == (1, True)


def test_list_of_awaited_paper(mailbridge: CommandLine, book: Path) -> None:
    assert numbers(mailbridge, book, "--awaiting-paper") == []
    note = f"note=Chưa ký số: {PAPER_AWAITED}"
    assert mailbridge("register", "correct", "2", note, "--why", "bản quét", "-c", book).status == 0
    assert numbers(mailbridge, book, "--awaiting-paper") == [(2, "registered")]
    assert numbers(mailbridge, book, "--awaiting-paper", "--to", "1") == []
    assert numbers(mailbridge, book, "--awaiting-paper", "--year", "2025") == []
    assert mailbridge("register", "add", "--copy-of", "2", "-c", book).status == 0
    assert numbers(mailbridge, book, "--awaiting-paper") == []


def test_recall_freezes_and_the_answer_is_told_to_the_sender(mailbridge: CommandLine, book: Path) -> None:
    """F8: until a clerk answers nobody changes the entry; then 15 leaves."""
    ask(book)
    frozen = mailbridge("register", "correct", "1", "note=x", "--why", "x", "-c", book)
    assert (frozen.status, "đang tạm khóa: nơi gửi đề nghị thu hồi" in frozen.err) == (1, True)
    assert mailbridge("register", "void", "1", "--why", "x", "-c", book).status == 1
    assert mailbridge("register", "merge", "1", "2", "--why", "x", "-c", book).status == 1
    shown = mailbridge("register", "show", "1", "-c", book).out
    assert f"nơi gửi đề nghị thu hồi, thư {ASKED_ID}; tạm khóa" in shown
    assert mailbridge("register", "recall", "1", "--why", "x", "-c", book).status == 64
    answer = mailbridge("register", "recall", "1", "--agree", "--why", "đúng nơi ban hành", "--json", "-c", book)
    assert answer.status == 0
    told = answer.objects[0]
    assert (told["number"], told["status"], told["status_code"], told["told"]) == (1, "recalled", "15", True)
    assert told["note"].startswith("Đã thu hồi ngày ")
    (letter,) = [
        each for each in mailbridge("letters", "list", "--json", "-c", book).objects if each["mail_id"] == ASKED_ID
    ]
    assert letter["kind"] == "recall"
    assert "ĐÃ THU HỒI" in mailbridge("register", "list", "-c", book).out
    assert mailbridge("register", "recall", "1", "--agree", "--why", "x", "-c", book).status == 1


def test_refused_recall_leaves_the_entry_as_it_was(mailbridge: CommandLine, book: Path) -> None:
    nobody = mailbridge("register", "recall", "1", "--refuse", "--why", "x", "-c", book)
    assert (nobody.status, "Chưa có đề nghị" in nobody.err) == (1, True)
    ask(book)
    answer = mailbridge("register", "recall", "1", "--refuse", "--why", "đã thực hiện", "-c", book)
    assert answer.out == "số đến 01/2026: từ chối, giữ nguyên như cũ\nđã báo cho nơi gửi\n"
    assert mailbridge("register", "correct", "1", "note=x", "--why", "x", "-c", book).status == 0


def test_replacement_names_the_number_that_stands_in_its_place(mailbridge: CommandLine, book: Path) -> None:
    ask(book, LinkKind.REPLACE_ASKED)
    words = ("--agree", "--by-number", "2", "--why", "x", "--json")
    (told,) = mailbridge("register", "recall", "1", *words, "-c", book).objects
    assert (told["status"], "theo văn bản số 2/BNV-VP, số đến 02" in told["note"]) == ("replaced", True)
    assert "thay thế số đến 01/2026" in mailbridge("register", "show", "2", "-c", book).out
    assert mailbridge("register", "recall", "2", "--agree", "--by-number", "9", "--why", "x", "-c", book).status == 1


def test_recall_that_came_by_telephone_tells_nobody_by_mail(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "recall", "2", "--agree", "--why", "công văn giấy 12/BNV-VP", "-c", book)
    assert answer.out == "số đến 02/2026: đã thu hồi\nkhông báo cho nơi gửi bằng thư\n"


@pytest.fixture
def with_texts(book: Path) -> Path:
    """The book with the texts of its first entry and of a held mail that has its number and says another day."""
    engine = open_database(load(book).database.url)
    judged = {
        "message": {"parts": [{"index": "2", "name": "1.pdf", "sha256": "b" * 64, "inside": None, "type": "x"}]},
        "letters": [],
        "documents": [
            {
                "main": "2",
                "symbol": "1/BNV-VP",
                "type": "Công văn",
                "issuer": "Bộ Nội vụ",
                "issued_date": "2026-11-18",
                "subject": "về việc gửi, nhận văn bản",
                "signer": {"name": "Trần Văn A", "position": "Vụ trưởng", "authority": None},
                "pages": 2,
            }
        ],
    }
    forged = Case(
        mail_id=ASKED_ID,
        agency="sonv",
        door="hop",
        accepted_at=ARRIVED,
        decided_at=ARRIVED,
        sha256="c" * 64,
        size=1000,
        kind="official-document",
        action="hold",
        rule="fixed:other-content",
        reason="x",
        judgement=json.dumps(judged),
        evidence="{}",
    )
    with SqlRegistry(engine).transaction() as current:
        current.record(forged, ())
        for digest, day in ((f"{1:064d}", 15), ("b" * 64, 25)):
            current.keep_texts([_text(digest, f"Công văn\n{WORDS.format(day)}\nNơi nhận")])
    engine.dispose()
    return book


def _text(digest: str, text: str) -> DocumentText:
    return DocumentText(
        agency="sonv", mail_id=MAIL_ID, document_sha256=digest, file_sha256=digest, source=TextSource.TEXT, text=text
    )


def test_difference_shows_fields_and_lines(mailbridge: CommandLine, with_texts: Path) -> None:
    """F5: what a clerk needs to tell a revision from a forgery."""
    answer = mailbridge("register", "diff", "1", "-c", with_texts)
    assert answer.status == 0
    assert "- Trích yếu: về việc gửi, nhận văn bản điện tử\n+ Trích yếu: về việc gửi, nhận văn bản\n" in answer.out
    assert "  Số, ký hiệu: 1/BNV-VP\n" in answer.out
    assert f"-{WORDS.format(15)}\n+{WORDS.format(25)}\n" in answer.out
    (told,) = mailbridge("register", "diff", "1", ASKED_ID, "--json", "-c", with_texts).objects
    assert (told["left"], told["right"], told["same_text"]) == ("01/2026", ASKED_ID, False)
    assert {"field": "signer_name", "left": None, "right": "Trần Văn A", "differs": True} in told["fields"]
    assert told["text"][0] == "@@ trang 1 | trang 1"


def test_difference_of_two_entries_without_texts(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "diff", "1", "2", "-c", book)
    assert answer.status == 0
    assert "- Cơ quan ban hành: Bộ Nội vụ" in answer.out or "- Tác giả: Bộ Nội vụ" in answer.out
    assert "chưa lưu nội dung" in answer.out
    assert mailbridge("register", "diff", "1", "-c", book).status == 1
    assert mailbridge("register", "diff", "1", HELD_ID, "-c", book).status == 1
