"""`rules learn`: what clerks corrected becomes text that people read, and the next mail of the sender is read by it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from tests.cli.builders_cli import ARRIVED, MAILS, WORLD, CommandLine, make_book

READ = "Ủy ban nhân dân tỉnh Bắc Kạn"
WRITTEN = "UBND tỉnh Bắc Kạn"
MAIL = MAILS / "01-cong-van-ky-so.eml"


@pytest.fixture
def taught(config: Path, mailbridge: CommandLine) -> Path:
    """Return a configuration whose book has three entries of one sender, each with its issuer corrected."""
    (told,) = mailbridge("try", MAIL, *WORLD, "--json", "-c", config).objects
    told.pop("source")
    assert told["documents"][0]["issuer"] == READ
    settings = load(config)
    settings.data.mkdir(exist_ok=True)
    make_book(settings.database.url)
    engine = open_database(settings.database.url)
    for number in (1, 2, 3):
        _enter(SqlRegistry(engine), told, number)
    engine.dispose()
    for shown in ("1", "2", "3"):
        words = ("--why", "tên đã đổi", "--by", "lan", "-c", config)
        assert mailbridge("register", "correct", shown, f"issuer={WRITTEN}", *words).status == 0
    return config


def _enter(registry: SqlRegistry, told: dict[str, object], number: int) -> None:
    main = told["documents"][0]["main"]  # type: ignore[index]  # an object of `try --json`
    digest = next(part["sha256"] for part in told["message"]["parts"] if part["index"] == main)  # type: ignore[index]
    other = f"{number:064x}"
    mail_id = f"0190163d-8694-739b-aea5-966c26f8ad{number:02d}"
    at = ARRIVED + timedelta(minutes=number)
    draft = DraftEntry(agency="sonv", book="den", mail_id=mail_id, document_sha256=other, issuer=READ)
    with registry.transaction() as tx:
        entry = tx.enter(draft, at)
        case = Case(
            mail_id=mail_id,
            agency="sonv",
            door="hop",
            accepted_at=at,
            decided_at=at,
            sha256=other,
            size=1,
            kind="official-document",
            action="register",
            rule="enter",
            reason="",
            author=told["message"]["from"],  # type: ignore[index]
            judgement=json.dumps(told).replace(str(digest), other),
        )
        tx.record(case, (entry,))


def test_three_corrections_are_shown_written_used_and_taken_back(mailbridge: CommandLine, taught: Path) -> None:
    shown = mailbridge("rules", "learn", "-c", taught)
    assert shown.status == 1
    assert f'+read = "{READ}"' in shown.out.splitlines()
    assert f'+write = "{WRITTEN}"' in shown.out.splitlines()
    assert not (taught / "hints.toml").exists()

    assert mailbridge("rules", "learn", "--write", "-c", taught).status == 0
    assert mailbridge("rules", "learn", "-c", taught).out == "các lần sửa không cho thêm gợi ý mới\n"
    assert mailbridge("check", "--offline", "-c", taught).status == 0
    (before,) = mailbridge("try", MAIL, *WORLD, "--json", "-c", taught).objects
    assert before["documents"][0]["issuer"] == READ

    (taught / "conf.d").mkdir(exist_ok=True)
    (taught / "conf.d" / "hints.toml").write_text("[decision]\nhints = true\n", encoding="utf-8")
    (after,) = mailbridge("try", MAIL, *WORLD, "--json", "-c", taught).objects
    (document,) = after["documents"]
    assert document["issuer"] == WRITTEN
    assert document["fields"]["issuer"]["source"].startswith("hint from 3 corrections of this sender; ")
    assert READ in [rival["value"] for rival in document["fields"]["issuer"]["rivals"]]

    assert mailbridge("rules", "learn", "--undo", "-c", taught).status == 0
    (undone,) = mailbridge("try", MAIL, *WORLD, "--json", "-c", taught).objects
    assert undone["documents"][0]["issuer"] == READ
    assert mailbridge("rules", "learn", "--undo", "-c", taught).status == 78


def test_what_is_learnt_as_json(mailbridge: CommandLine, taught: Path) -> None:
    answer = mailbridge("rules", "learn", "--json", "-c", taught)
    (hint,) = [each for each in answer.objects if each["kind"] == "hint"]
    assert (hint["field"], hint["read"], hint["write"]) == ("issuer", READ, WRITTEN)
    assert hint["entries"] == ["den/2026/1", "den/2026/2", "den/2026/3"]


def test_a_voided_entry_teaches_nothing(mailbridge: CommandLine, taught: Path) -> None:
    assert mailbridge("register", "void", "3", "--why", "nhầm", "--by", "lan", "-c", taught).status == 0
    assert [x for x in mailbridge("rules", "learn", "--json", "-c", taught).objects if x["kind"] == "hint"] == []


def test_a_book_that_teaches_nothing_changes_nothing(mailbridge: CommandLine, book: Path) -> None:
    answer = mailbridge("rules", "learn", "--write", "-c", book)
    assert (answer.status, answer.out) == (0, "các lần sửa không cho thêm gợi ý mới\n")
    assert not (book / "hints.toml").exists()


def test_writing_and_taking_back_at_once_is_wrong_usage(mailbridge: CommandLine, book: Path) -> None:
    assert mailbridge("rules", "learn", "--write", "--undo", "-c", book).status == 64
