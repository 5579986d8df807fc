"""The walk where numbers come from elsewhere (E7), behind an emergency (E10), and of mail brought by hand (A9)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailbridge.decision.findings import Action
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import Door, Envelope, MailObject
from mailbridge.mail.letter import LetterKind
from mailbridge.pipeline import Outcome, Ports, process
from mailbridge.reading.files import LimitedReading
from mailbridge.registry.authority import Authority
from mailbridge.registry.importing import SqlImport, Wanted
from mailbridge.registry.series import Declared, declare_numbers
from mailbridge.registry.store import SqlRegistry
from tests.demo.builders_demo import AT, DEMO, OURS, demo, policy
from tests.live.postgres import postgres
from tests.registry.conftest import Database, database, migrated_file, migrated_template, new_sqlite

__all__ = ["database", "migrated_file", "migrated_template", "new_sqlite", "postgres"]

NOW = AT + timedelta(hours=2)
BOOK = policy().books[0].id


@pytest.fixture(scope="module")
def opened() -> Iterator[LimitedReading]:
    """The readers of files, for all walks here."""
    reading = LimitedReading()
    yield reading
    reading.close()


def walk(database: Database, opened: LimitedReading, mail: MailObject) -> Outcome:
    lookups = GatheredLookups(ZoneFile(DEMO / "zone"), load_trust(DEMO / "trust"))
    ports = Ports(lookups=lookups, reading=opened, registry=SqlRegistry(database.engine, clock=lambda: NOW))
    (outcome,) = asyncio.run(process(mail, ports, (policy(),), NOW))
    return outcome


def letters(database: Database) -> list[LetterKind]:
    return [each.letter.kind for each in database.books.letters()]


def test_nobody_is_told_registered_while_the_number_is_awaited(database: Database, opened: LimitedReading) -> None:
    declare_numbers(database.engine, [Declared("sonv", BOOK, Authority.EXTERNAL)], at=AT)
    outcome = walk(database, opened, demo("01"))
    assert outcome.case.action == Action.REGISTER.value
    assert [each.awaits_number for each in outcome.entries] == [True]
    assert letters(database) == [LetterKind.ARRIVED, LetterKind.NOTICE]
    assert outcome.case.reason.startswith("Chờ cấp số đến: ")
    assert "đăng ký" not in outcome.case.reason.split(";")[0]
    (notice,) = (each.letter for each in database.books.letters() if each.letter.kind is LetterKind.NOTICE)
    assert b"Registered" not in notice.content


def test_same_document_again_is_told_nothing_that_is_not_so(database: Database, opened: LimitedReading) -> None:
    declare_numbers(database.engine, [Declared("sonv", BOOK, Authority.EXTERNAL)], at=AT)
    walk(database, opened, demo("01"))
    again = demo("01", 2)
    content = again.content + b"\r\n"
    outcome = walk(database, opened, replace(again, content=content, sha256="ab" * 32))
    assert outcome.case.action == Action.DUPLICATE.value
    assert LetterKind.ACCEPTED not in letters(database)


def test_backlog_of_an_outage_is_numbered_behind_what_was_written_by_hand(
    database: Database, opened: LimitedReading
) -> None:
    """E10: mail waited in the spool for two hours while clerks stamped paper."""
    rows = [(1, ("Ngày đến", "Số đến", "Tác giả", "Ghi chú")), (2, ("21/11/2026", "1", "Bộ Nội vụ", ""))]
    wanted = Wanted(agency="sonv", book=BOOK, file="khan.csv", sha256="ab" * 32, emergency=True)
    SqlImport(database.engine, clock=lambda: NOW).write(wanted, lambda: rows, by="lan", why="mất điện")
    numbers = [
        walk(database, opened, demo(name, place)).entries[0].number for place, name in enumerate(("01", "02"), 1)
    ]
    assert numbers == [2, 3]
    assert [each.number for each in database.books.entries()] == [1, 2, 3]


@pytest.mark.parametrize(("sender", "expected"), [(None, []), ("vanthu@ubnd.backan.gov.vn", ["accepted", "notice"])])
def test_mail_brought_by_hand_is_answered_only_when_asked(
    database: Database, opened: LimitedReading, sender: str | None, expected: list[str]
) -> None:
    mail = replace(demo("01"), door=Door.MANUAL, envelope=Envelope(mail_from=sender, recipients=(OURS,)))
    outcome = walk(database, opened, mail)
    assert [each.number for each in outcome.entries] == [1]
    assert outcome.case.door == "manual"
    assert letters(database) == expected
    assert {each.suppressed for each in outcome.letters} == ({"policy"} if sender is None else {None})
