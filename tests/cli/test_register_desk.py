"""Mails that wait are settled and entries handed over on the command line; the queue of what was set aside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.reading.files import LimitedReading
from mailbridge.registry.database import open_database
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import load
from mailbridge.spool import Spool
from tests.cli.builders_cli import ARRIVED, HELD_ID, MAIL_ID, CommandLine
from tests.desk.builders_desk import Walked, walked

UNIT = """
[[unit]]
id = "tchc"
name = "Phòng Tổ chức - Hành chính"
address = "tchc@sonv.backan.gov.vn"
"""


@pytest.fixture(scope="module")
def mails() -> Iterator[dict[str, Walked]]:
    """Two mails that a clerk has to look at, walked once."""
    reading = LimitedReading()

    async def both() -> dict[str, Walked]:
        return {name: await walked(name, reading) for name in ("07", "08")}

    yield asyncio.run(both())
    reading.close()


@pytest.fixture
def desk(book: Path, mails: dict[str, Walked]) -> Path:
    """Return a configuration with a unit, whose book has two entries, and two more mails that wait."""
    main = book / "mailbridge.toml"
    main.write_text(main.read_text("utf-8") + UNIT, "utf-8")
    engine = open_database(load(book).database.url)
    with SqlRegistry(engine).transaction() as tx:
        for each in mails.values():
            tx.record(each.case, ())
    engine.dispose()
    return book


def waiting(mailbridge: CommandLine, desk: Path) -> dict[str, dict[str, Any]]:
    return {each["mail_id"]: each for each in mailbridge("register", "waiting", "--json", "-c", desk).objects}


def test_waiting_tells_what_was_read_and_what_is_missing(mailbridge: CommandLine, desk: Path) -> None:
    told = waiting(mailbridge, desk)["mail-08-1"]
    assert (told["missing"], told["action"]) == (["symbol"], "hold")
    assert told["documents"][0]["issuer"] == "Sở Giáo dục và Đào tạo"
    shown = mailbridge("register", "waiting", "-c", desk).out
    assert "Còn thiếu:         Số, ký hiệu" in shown
    assert "Đề xuất:           Văn thư kiểm tra" in shown


def test_a_mail_is_confirmed_and_undone_and_confirmed_again(mailbridge: CommandLine, desk: Path) -> None:
    refused = mailbridge("register", "confirm", "mail-08-1", "-c", desk)
    assert (refused.status, refused.err) == (1, "Còn thiếu: Số, ký hiệu.\n")
    words = ("register", "confirm", "mail-08-1", "--set", "số, ký hiệu=512/SGDĐT-VP", "--by", "lan", "-c", desk)
    answer = mailbridge(*words)
    assert answer.status == 0
    first, change = answer.out.splitlines()[:2]
    assert (first, change) == ("số đến 03/2026: đã vào sổ", "  Số, ký hiệu: (trống) → 512/SGDĐT-VP")
    assert "Thư báo nhận được gửi đến vanthu@sgddt.backan.gov.vn." in answer.out
    act = answer.out.splitlines()[-1].rpartition(" ")[2]
    assert mailbridge(*words).err.startswith("Thư này đã vào sổ bởi lan lúc ")

    undone = mailbridge("register", "undo", act, "--by", "lan", "--json", "-c", desk).objects[0]
    assert (undone["what"], undone["entries"][0]["status"]) == ("undone", "voided")
    assert "mail-08-1" in waiting(mailbridge, desk)
    assert mailbridge(*words, "--json").objects[0]["entries"][0]["number"] == 4
    assert "mail-08-1" not in mailbridge("queue", "list", "-c", desk).out


def test_the_beginning_of_an_id_is_enough_among_those_that_wait(mailbridge: CommandLine, desk: Path) -> None:
    answer = mailbridge("register", "dismiss", "mail-07", "--why", "thử", "--json", "-c", desk)
    assert (answer.status, answer.objects[0]["mail_id"]) == (0, "mail-07-1")
    assert mailbridge("register", "dismiss", "nothing-there", "-c", desk).status == 1
    assert mailbridge("register", "dismiss", "mail-", "-c", desk).status == 1
    again = mailbridge("register", "undo", "--last", "--agency", load(desk).agencies[0].id, "-c", desk)
    assert (again.status, again.out) == (0, "đã hoàn tác\n")
    assert "mail-07-1" in waiting(mailbridge, desk)


def test_a_mail_that_is_in_the_book_is_joined_with_its_entry(mailbridge: CommandLine, desk: Path) -> None:
    assert mailbridge("register", "dismiss", "mail-07-1", "--same-as", "99", "-c", desk).status == 1
    answer = mailbridge("register", "dismiss", "mail-07-1", "--same-as", "1", "--json", "-c", desk)
    assert (answer.status, answer.objects[0]["what"], answer.objects[0]["entries"][0]["number"]) == (0, "joined", 1)
    assert "mail-07-1" in mailbridge("register", "show", "1", "-c", desk).out
    assert "mail-07-1" not in waiting(mailbridge, desk)


def test_a_return_needs_its_reason_and_tells_where_the_letter_goes(mailbridge: CommandLine, desk: Path) -> None:
    assert mailbridge("register", "return", "mail-07-1", "-c", desk).status == 64
    assert mailbridge("register", "return", "mail-07-1", "--why", "sai", "-c", desk).status == 1
    answer = mailbridge("register", "return", "mail-07-1", "--why", "changed", "-c", desk)
    assert answer.out.startswith("đã trả lại\nThư trả lại được gửi đến vanthu@stc.backan.gov.vn.\n")
    assert "refused" in mailbridge("letters", "list", "--json", "-c", desk).out


def test_an_entry_is_handed_over_answered_and_shown(mailbridge: CommandLine, desk: Path) -> None:
    assert mailbridge("register", "assign", "1", "--lead", "P.Kế hoạch", "-c", desk).status == 1
    assert mailbridge("register", "assign", "1", "--lead", "tchc", "--due", "mai", "-c", desk).status == 64
    answer = mailbridge("register", "assign", "1", "--lead", "P.TCHC", "--due", "31/12/2026", "-c", desk)
    assert answer.status == 0
    assert "Đơn vị hoặc người nhận: vanthu@sonv.backan.gov.vn → Phòng Tổ chức - Hành chính" in answer.out
    (told,) = mailbridge("register", "show", "1", "--json", "-c", desk).objects
    assert (told["status"], told["fields"]["due_date"], told["acts"][0]["what"]) == (
        "transferred",
        "2026-12-31",
        "assigned",
    )
    assert "đã chuyển" in mailbridge("register", "show", "1", "-c", desk).out
    back = mailbridge("register", "send-back", "1", "--why", "không thuộc phòng", "-c", desk)
    assert back.out.startswith("số đến 01/2026: đã chuyển lại Văn thư")
    day = f"{datetime.now(UTC):%d/%m/%Y}"
    done = mailbridge("register", "done", "1", "--answer", "88/SNV-VP", "--answer-date", day, "--json", "-c", desk)
    assert done.objects[0]["entries"][0]["status"] == "done"


def test_a_correction_names_its_act_by_which_it_is_undone(mailbridge: CommandLine, desk: Path) -> None:
    (told,) = mailbridge("register", "correct", "1", "pages=3", "--why", "x", "--json", "-c", desk).objects
    assert mailbridge("register", "undo", told["act"], "-c", desk).status == 0
    shown = mailbridge("register", "show", "1", "-c", desk).out
    assert "Thao tác:" in shown
    assert mailbridge("register", "undo", told["act"], "-c", desk).status == 1
    assert mailbridge("register", "undo", "-c", desk).status == 64
    assert mailbridge("register", "undo", told["act"], "--last", "-c", desk).status == 64


@dataclass(frozen=True)
class Queue:
    """A configuration in whose spool one mail was set aside and one waits."""

    config: Path
    aside: str
    waits: str

    def spooled(self) -> tuple[list[str], list[str]]:
        """Return what waits, and what was set aside."""
        spool = Spool(load(self.config).data / "spool")
        try:
            return list(spool.waiting()), [each.id for each in spool.aside()]
        finally:
            spool.close()


@pytest.fixture
def queue(book: Path) -> Queue:
    """Return a configuration in whose spool one mail was set aside and one waits."""
    spool = Spool(load(book).data / "spool")
    one, other = (
        spool.keep(
            door=Door.JOURNAL,
            client=Client(),
            envelope=Envelope(mail_from="a@b.example", recipients=("vanthu@sonv.backan.gov.vn",)),
            content=b"Subject: rieng\r\n\r\nx\r\n",
            accepted_at=ARRIVED,
        )
        for _ in range(2)
    )
    spool.set_aside(one, "parser died")
    spool.close()
    return Queue(book, one, other)


def test_what_was_set_aside_is_shown_without_what_it_says(mailbridge: CommandLine, queue: Queue) -> None:
    (told,) = mailbridge("queue", "show", queue.aside, "--json", "-c", queue.config).objects
    assert (told["state"], told["reason"]) == ("set aside", "parser died")
    shown = mailbridge("queue", "show", queue.aside, "-c", queue.config).out
    assert "Lý do:         parser died" in shown
    assert "rieng" not in shown
    assert mailbridge("queue", "show", queue.waits, "--json", "-c", queue.config).objects[0]["state"] == "waiting"
    held = mailbridge("queue", "show", HELD_ID, "--json", "-c", queue.config).objects[0]
    assert (held["state"], held["reason"]) == ("held for a clerk", "Chưa rõ nguồn gốc.")
    assert mailbridge("queue", "show", "nothing", "-c", queue.config).status == 1


def test_what_was_set_aside_is_walked_again(mailbridge: CommandLine, queue: Queue) -> None:
    answer = mailbridge("queue", "retry", queue.aside, "--by", "lan", "-c", queue.config)
    assert (answer.status, answer.out) == (0, f"thư {queue.aside} sẽ được đọc lại\n")
    waits, aside = queue.spooled()
    assert (sorted(waits), aside) == (sorted([queue.aside, queue.waits]), [])
    assert "đọc lại thư để riêng" in mailbridge("trace", queue.aside, "-c", queue.config).out
    assert mailbridge("queue", "retry", queue.aside, "-c", queue.config).status == 1


def test_a_mail_is_dropped_with_a_reason_after_asking_and_has_its_outcome_in_the_ledger(
    mailbridge: CommandLine, queue: Queue
) -> None:
    words = ("queue", "drop", queue.aside, "-c", queue.config)
    assert mailbridge(*words, "--yes").status == 64
    assert mailbridge(*words, "--why", "thư rác").status == 64  # nobody sits at a terminal
    assert queue.spooled()[1] == [queue.aside]
    answer = mailbridge(*words, "--why", "thư rác", "--yes", "--by", "lan")
    assert (answer.status, answer.out) == (0, f"đã bỏ thư {queue.aside}\n")
    assert queue.spooled() == ([queue.waits], [])
    traced = mailbridge("trace", queue.aside, "-c", queue.config).out
    assert "bỏ thư để riêng" in traced
    assert "thư rác" in traced


def test_only_what_was_set_aside_is_dropped(mailbridge: CommandLine, queue: Queue) -> None:
    for mail in (queue.waits, HELD_ID, MAIL_ID, "nothing"):
        assert mailbridge("queue", "drop", mail, "--why", "x", "--yes", "-c", queue.config).status == 1
    assert queue.spooled() == ([queue.waits], [queue.aside])


def test_nothing_is_dropped_when_nobody_can_write_it_down(mailbridge: CommandLine, queue: Queue) -> None:
    database = Path(load(queue.config).database.url.removeprefix("sqlite:///"))
    database.rename(database.with_suffix(".gone"))
    assert mailbridge("queue", "drop", queue.aside, "--why", "x", "--yes", "-c", queue.config).status == 75
    assert queue.spooled()[1] == [queue.aside]
    assert mailbridge("queue", "retry", queue.aside, "-c", queue.config).status == 0
