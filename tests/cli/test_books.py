"""The verbs that read: `register`, `trace`, `letters`, `queue`, `rules`, `db`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.registry.schema import newest
from mailbridge.spool import Spool
from tests.cli.builders_cli import HELD_ID, MAIL_ID, MAILS, CommandLine

KEYS = [
    "book",
    "year",
    "number",
    "arrived_at",
    "arrival_date",
    "issuer",
    "symbol",
    "issued_date",
    "type",
    "subject",
    "recipients",
    "transfer_date",
    "note",
    "urgency",
    "status",
    "channel",
    "mail_id",
]

SHOWN = [
    *("id", "agency", "document_sha256", "version", "fields", "closings", "versions", "mail", "files", "letters"),
    *("channels", "links", "verdicts", "acts"),
]


def test_register_list_has_the_keys_of_the_contract(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "list", "--json", "-c", book)
    assert answer.status == 0
    assert [list(each) for each in answer.objects] == [KEYS, KEYS]
    first = answer.objects[0]
    assert (first["number"], first["year"], first["book"]) == (1, 2026, "den")
    assert (first["arrived_at"], first["arrival_date"]) == ("2026-11-20T18:30:00Z", "2026-11-21")
    assert (first["issuer"], first["symbol"], first["issued_date"]) == ("Bộ Nội vụ", "1/BNV-VP", "2026-11-18")
    assert (first["status"], first["channel"], first["mail_id"]) == ("registered", "mail", MAIL_ID)
    assert first["transfer_date"] is None


def test_register_list_in_words_has_one_line_an_entry(mailbridge: CommandLine, book: Path) -> None:
    heads, first, second = mailbridge("register", "list", "-c", book).out.splitlines()
    assert heads.split("  ")[0] == "Số đến"
    assert first.startswith("01 ")
    assert "21/11/2026" in first
    assert "Ủy ban nhân dân tỉnh Bắc Kạn" in second


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--from", "2"], [2]),
        (["--to", "1"], [1]),
        (["--year", "2025"], []),
        (["--book", "don"], []),
        (["--agency", "sonv", "--book", "den", "--year", "2026"], [1, 2]),
    ],
)
def test_register_list_chooses(mailbridge: CommandLine, book: Path, options: list[str], numbers: list[int]) -> None:
    answer = mailbridge("register", "list", "--json", "-c", book, *options)
    assert [each["number"] for each in answer.objects] == numbers
    assert answer.status == 0


@pytest.mark.parametrize("what", ["1", "1/2026", "1/BNV-VP"])
def test_register_show_finds_by_any_name(mailbridge: CommandLine, book: Path, what: str) -> None:
    answer = mailbridge("register", "show", what, "-c", book)
    assert answer.status == 0
    assert "Tác giả:       Bộ Nội vụ\n" in answer.out
    (told,) = mailbridge("register", "show", what, "--json", "-c", book).objects
    assert list(told) == [*KEYS, *SHOWN]


def test_register_show_of_nothing_is_1(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("register", "show", "99", "-c", book)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == "không có mục này trong sổ\n"


def test_trace_tells_what_happened(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("trace", MAIL_ID, "--json", "-c", book)
    assert answer.status == 0
    assert {event["mail_id"] for event in answer.objects} == {MAIL_ID}
    assert "registered" in [event["what"] for event in answer.objects]
    assert "đã đăng ký" in mailbridge("trace", "1/BNV-VP", "-c", book).out


def test_trace_of_nothing_is_1(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("trace", "nobody@nowhere.vn", "-c", book).status == 1


def test_letters_list(mailbridge: CommandLine, book: Path) -> None:
    (letter,) = mailbridge("letters", "list", "--json", "-c", book).objects
    assert (letter["kind"], letter["to"], letter["state"]) == ("accepted", "vanthu@moha.gov.vn", "waiting")
    assert "báo nhận" in mailbridge("letters", "list", "-c", book).out
    assert mailbridge("letters", "list", "--state", "sent", "--json", "-c", book).objects == []
    assert mailbridge("letters", "list", "--mail", HELD_ID, "--json", "-c", book).objects == []


def put_into_spool(data: Path) -> str:
    """Let one mail wait for its walk, and return its id."""
    spool = Spool(data / "spool")
    envelope = Envelope(mail_from="a@b.vn", recipients=("vanthu@sonv.backan.gov.vn",))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    mail_id = spool.keep(
        door=Door.HOP, client=Client(), envelope=envelope, content=b"x\r\n", accepted_at=now, reply="250 x"
    )
    spool.close()
    return mail_id


def test_queue_list(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    mail_id = put_into_spool(tmp_path / "data")
    answer = mailbridge("queue", "list", "--json", "-c", book)
    assert answer.objects == [
        {"mail_id": mail_id, "state": "waiting", "reason": ""},
        {"mail_id": HELD_ID, "state": "held for a clerk", "reason": "Chưa rõ nguồn gốc."},
    ]
    assert "chờ Văn thư xử lý" in mailbridge("queue", "list", "-c", book).out


def test_queue_list_tells_of_the_spool_when_the_database_is_gone(
    mailbridge: CommandLine, config: Path, tmp_path: Path
) -> None:
    mail_id = put_into_spool(tmp_path / "data")
    answer = mailbridge("queue", "list", "--json", "-c", config)
    assert answer.status == 75
    assert [each["mail_id"] for each in answer.objects] == [mail_id]


def test_rules_list_ends_with_the_default(mailbridge: CommandLine, config: Path) -> None:
    rules = mailbridge("rules", "list", "--json", "-c", config).objects
    assert [list(rule) for rule in rules] == [["name", "action", "stop", "text", "origin"]] * len(rules)
    assert rules[-1]["name"] == "default"
    assert rules[0]["origin"].endswith("10-doubts.toml:11")
    assert "10-doubts.toml:11" in mailbridge("rules", "list", "-c", config).out


def test_rules_test_runs_words_and_mails(mailbridge: CommandLine, config: Path) -> None:
    tests = config / "rules.d" / "tests"
    (tests / "signed.eml").write_bytes((MAILS / "03-giay-moi-khan.eml").read_bytes())
    (tests / "20-own.toml").write_text(
        '[[example]]\nname = "own"\nexpect = { action = "register", rule = "official-proven" }\nmail = "signed.eml"\n',
        encoding="utf-8",
    )
    answer = mailbridge("rules", "test", "--json", "-c", config)
    assert answer.status == 0
    assert {each["verdict"] for each in answer.objects} == {"kept"}
    assert "own" in [each["name"] for each in answer.objects]


def test_rules_test_is_1_when_a_mail_ends_otherwise(mailbridge: CommandLine, config: Path) -> None:
    tests = config / "rules.d" / "tests"
    (tests / "private.eml").write_bytes((MAILS / "12-thu-rieng.eml").read_bytes())
    (tests / "20-own.toml").write_text(
        '[[example]]\nname = "own"\nexpect = { action = "hold" }\nmail = "private.eml"\n', encoding="utf-8"
    )
    answer = mailbridge("--lang", "en", "rules", "test", "-c", config)
    assert answer.status == 1
    assert "20-own.toml:1: own: action is pass, expected hold" in answer.out


def test_db_upgrade_makes_the_database_and_current_tells_of_it(mailbridge: CommandLine, config: Path) -> None:
    assert mailbridge("db", "current", "--json", "-c", config).objects == [{"revision": None, "newest": newest()}]
    assert mailbridge("db", "current", "-c", config).status == 1
    assert mailbridge("db", "upgrade", "-c", config).status == 0
    answer = mailbridge("--lang", "en", "db", "current", "-c", config)
    assert (answer.status, answer.out) == (0, f"schema {newest()}, the newest\n")
    assert mailbridge("register", "list", "-c", config).out == "không có gì\n"


def test_another_schema_is_75_for_readers(mailbridge: CommandLine, book: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "mailbridge.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
        database.execute("DROP TABLE outbox")
    answer = mailbridge("--lang", "en", "letters", "list", "-c", book)
    assert answer.status == 75
    assert "schema 0000" in answer.err
    assert mailbridge("db", "current", "-c", book).status == 1
