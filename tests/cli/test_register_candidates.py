"""Mail that a person brings: listed, handed in, compared (A9, S2, S4)."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mailbridge.mail.envelope import Door
from mailbridge.registry.books import Books
from mailbridge.registry.database import open_database
from mailbridge.settings import load
from mailbridge.spool import Spool
from tests.cli.builders_cli import MAILS, CommandLine

LETTER = MAILS / "01-cong-van-ky-so.eml"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every socket that leads out of this machine's processes."""
    connect = socket.socket.connect

    def refused(one: socket.socket, address: object) -> None:
        if one.family != socket.AF_UNIX:
            raise AssertionError(f"a connection to {address}")
        connect(one, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", refused)


def spooled(config: Path) -> list[tuple[Door, str | None, tuple[str, ...]]]:
    spool = Spool(load(config).data / "spool")
    mails = [spool.load(each) for each in spool.waiting()]
    spool.close()
    return [(each.door, each.envelope.mail_from, each.envelope.recipients) for each in mails]


def test_old_mail_is_listed_and_nothing_is_stored_or_sent(mailbridge: CommandLine, book: Path) -> None:
    before = mailbridge("letters", "list", "--json", "-c", book).out
    answer = mailbridge("register", "candidates", LETTER, MAILS / "08-chua-co-so.eml", "-c", book)
    assert answer.status == 0
    assert "3526/UBND-KGVX" in answer.out
    assert answer.out.splitlines()[-1] == "2 thư; 2 thư có văn bản cần vào sổ"
    assert spooled(book) == []
    assert mailbridge("letters", "list", "--json", "-c", book).out == before


def test_same_document_twice_in_a_mailbox_is_one_candidate(mailbridge: CommandLine, book: Path) -> None:
    told = mailbridge("register", "candidates", LETTER, LETTER, "--json", "-c", book).objects
    assert told[1]["decision"]["action"] == "duplicate" != told[0]["decision"]["action"]


def test_candidates_are_handed_in_without_asking_for_letters(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge(
        "register", "candidates", LETTER, "--enter", "--yes-all", "--by", "lan", "--why", "hộp thư cũ", "-c", book
    )
    assert answer.status == 0
    assert spooled(book) == [(Door.MANUAL, None, ("vanthu@sonv.backan.gov.vn",))]


def test_mail_file_is_handed_to_the_running_program(mailbridge: CommandLine, book: Path) -> None:
    (told,) = mailbridge("register", "add", LETTER, "--by", "lan", "--why", "USB", "--json", "-c", book).objects
    engine = open_database(load(book).database.url)
    happened = [each for each in Books(engine).trace(told["mail_id"]) if each.what == "brought"]
    engine.dispose()
    assert [(each.actor, each.detail) for each in happened] == [("lan", "USB")]
    assert [each[:2] for each in spooled(book)] == [(Door.MANUAL, None)]


def test_answer_names_the_sender(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("register", "add", LETTER, "--answer", "-c", book).status == 0
    assert [each[1] for each in spooled(book)] == ["vanthu@ubnd.backan.gov.vn"]


def test_fields_are_not_given_with_a_mail(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("register", "add", LETTER, "--symbol", "1/A-B", "-c", book).status == 64
    assert mailbridge("register", "add", LETTER, "ghi chú=x", "-c", book).status == 64
    assert spooled(book) == []


def test_what_is_no_mail_is_told(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    assert mailbridge("register", "add", tmp_path / "x.pdf", "-c", book).status == 65
    assert spooled(book) == []


def test_book_is_held_beside_an_export(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    file = tmp_path / "iOffice.csv"
    heads = "Ngày đến;Số đến;Tác giả;Số, ký hiệu văn bản;Ngày tháng văn bản"
    rows = ["21/11/2026;1;Bộ Nội vụ;1/BNV-VP;18/11/2026", "21/11/2026;9;Sở Y tế;5/SYT-VP;17/11/2026"]
    file.write_text("\n".join([heads, *rows]), encoding="utf-8")
    answer = mailbridge("register", "compare", file, "--day", "21/11/2026", "--json", "-c", book)
    assert answer.status == 1
    where = {each["symbol"]: each["where"] for each in answer.objects}
    assert where["5/SYT-VP"] == "only-there"
    assert sorted(where.values()).count("only-here") == 1
    report = tmp_path / "doi-chieu.xlsx"
    shown = mailbridge("register", "compare", file, "--report", report, "-c", book)
    assert "chỉ sổ kia" in shown.out
    assert report.read_bytes().startswith(b"PK")
    assert mailbridge("register", "compare", file, "--day", "mai", "-c", book).status == 64
