"""Copies of one document meet in one entry: mail, edXML and paper (F6, T2, T3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mailbridge.registry.closings import Act, SqlClosings
from mailbridge.registry.closings_content import periods_of
from mailbridge.registry.conflicts import AlreadyEntered
from mailbridge.registry.copies import Copy, SqlCopies, arrivals
from mailbridge.registry.corrections_fields import WrongValue
from mailbridge.registry.entry import PAPER_AWAITED, Channel, EntryStatus, RegisterEntry
from mailbridge.registry.links import EntryEnded
from mailbridge.registry.links_books import LinkBooks
from mailbridge.registry.merging import SqlMerging
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, draft, sha256
from tests.registry.conftest import Database

LATER = NOON + timedelta(days=3)
NOTE = f"Chưa ký số: {PAPER_AWAITED}"


def enter(database: Database, document: str, **changes: Any) -> RegisterEntry:
    with database.registry.transaction() as current:
        return current.enter(draft(document, **changes), NOON)


def copies(database: Database) -> SqlCopies:
    return SqlCopies(database.engine, clock=lambda: LATER)


def awaited(database: Database) -> list[int]:
    return [each.number for each in copies(database).awaiting_paper(agency="sonv")]


def known_by(database: Database, document: str) -> list[RegisterEntry]:
    return [each for _, each in database.registry.known("sonv", "none", [sha256(document)], []).same_file]


def test_mail_packet_and_paper_of_one_document_are_one_entry_with_three_channels(database: Database) -> None:
    line = enter(database, "a", note=NOTE)
    packet = Copy(
        mail_id="mail-axis",
        arrived_at=NOON + timedelta(days=1),
        channel=Channel.EDXML,
        document_sha256=sha256("a ký lại"),
    )
    copies(database).join_mail(line.id, packet, by="lan", why="cùng văn bản")
    done = copies(database).join_paper(line.id, NOON + timedelta(days=2), by="lan")
    assert (done.entry.number, done.entry.draft.note) == (1, f"{NOTE}; Đã nhận bản giấy ngày 22/11/2026")
    told = arrivals(done.entry, LinkBooks(database.engine).all(line.id))
    assert [(each.channel, (each.arrived_at - NOON).days, each.mail_id) for each in told] == [
        (Channel.MAIL, 0, "mail-a"),
        (Channel.EDXML, 1, "mail-axis"),
        (Channel.PAPER, 2, None),
    ]
    assert enter(database, "b").number == 2


def test_file_of_a_joined_mail_leads_to_the_entry(database: Database) -> None:
    line = enter(database, "a")
    again = Copy(mail_id="mail-2", arrived_at=NOON, document_sha256=sha256("a ký lại"))
    done = copies(database).join_mail(line.id, again, by="lan", why="bản ký lại")
    assert known_by(database, "a ký lại") == [line]
    with pytest.raises(AlreadyEntered):
        enter(database, "a ký lại", mail_id="mail-3")
    SqlMerging(database.engine, clock=lambda: LATER).undo(done.link.id, by="minh", why="văn bản khác")
    assert known_by(database, "a ký lại") == []
    assert enter(database, "a ký lại", mail_id="mail-3").number == 2


def test_same_mail_is_joined_once_however_often_the_step_is_repeated(database: Database) -> None:
    """F1: a retry changes nothing."""
    line = enter(database, "a")
    again = Copy(mail_id="mail-2", arrived_at=NOON, document_sha256=sha256("x"))
    links = {copies(database).join_mail(line.id, again, by="lan", why="x").link.id for _ in range(3)}
    assert len(links) == 1
    assert [each.what for each in database.books.trace(line.draft.mail_id)] == ["registered", "joined"]


def test_list_of_awaited_paper_ends_with_paper_or_the_signed_version(database: Database) -> None:
    """T2: scans and what one signature lacks are waited for, originals and what was voided are not."""
    first = enter(database, "a", note=NOTE)
    enter(database, "b", note="Bản điện tử có chữ ký số")
    third = enter(database, "c", note=NOTE)
    fourth = enter(database, "d", note=NOTE)
    enter(database, "e", note=NOTE, channel=Channel.PAPER)
    fifth = enter(database, "f", note=NOTE)
    Changes(database.engine).void(fifth.id, by="lan", why="nhầm")
    assert awaited(database) == [1, 3, 4]
    paper = copies(database).join_paper(first.id, LATER, by="lan")
    assert awaited(database) == [3, 4]
    unsigned = Copy(mail_id="mail-x", arrived_at=LATER)
    assert copies(database).join_mail(third.id, unsigned, by="lan", why="gửi lại").entry.draft.note == NOTE
    signed = Copy(mail_id="mail-y", arrived_at=LATER, signed=True)
    done = copies(database).join_mail(fourth.id, signed, by="lan", why="bản ký số")
    assert done.entry.draft.note == f"{NOTE}; Đã nhận bản ký số ngày 23/11/2026"
    assert awaited(database) == [3]
    SqlMerging(database.engine, clock=lambda: LATER).undo(paper.link.id, by="minh", why="giấy của văn bản khác")
    assert awaited(database) == [1, 3]
    assert database.books.entry(agency="sonv", book="den", year=2026, number=1).draft.note == NOTE  # type: ignore[union-attr]


def test_paper_comes_once_and_not_after_now(database: Database) -> None:
    line = enter(database, "a")
    with pytest.raises(WrongValue, match="after now"):
        copies(database).join_paper(line.id, LATER + timedelta(hours=1), by="lan")
    copies(database).join_paper(line.id, NOON, by="lan")
    with pytest.raises(WrongValue, match="there already"):
        copies(database).join_paper(line.id, NOON, by="lan")
    with pytest.raises(LookupError):
        copies(database).join_paper("nobody", NOON, by="lan")


def test_remark_that_a_clerk_wrote_behind_ours_stays_when_paper_is_taken_back(database: Database) -> None:
    line = enter(database, "a", note="Khẩn")
    done = copies(database).join_paper(line.id, NOON, by="lan")
    Changes(database.engine).correct(line.id, {"note": f"{done.entry.draft.note}; gửi lãnh đạo"}, by="lan", why="x")
    undone = SqlMerging(database.engine, clock=lambda: LATER).undo(done.link.id, by="lan", why="nhầm")
    assert undone.entry.draft.note == "Khẩn; gửi lãnh đạo"
    assert undone.entry.status is EntryStatus.REGISTERED


def test_copy_of_what_was_merged_is_refused(database: Database) -> None:
    first, second = enter(database, "a"), enter(database, "b")
    SqlMerging(database.engine, clock=lambda: LATER).merge(first.id, second.id, by="lan", why="x")
    with pytest.raises(EntryEnded):
        copies(database).join_paper(second.id, NOON, by="lan")


def test_signed_version_opens_a_closed_year_and_leaves_its_day(database: Database) -> None:
    """A mail is never refused; a remark is sealed by the year only."""
    line = enter(database, "a", note=NOTE)
    closings = SqlClosings(database.engine, clock=lambda: NOON + timedelta(days=90))
    for period in periods_of(line.arrival_date):
        closings.close("sonv", "den", period, by="lan")
    signed = Copy(mail_id="mail-y", arrived_at=LATER, signed=True)
    done = copies(database).join_mail(line.id, signed, by="lan", why="bản ký số")
    assert done.entry.draft.note == f"{NOTE}; Đã nhận bản ký số ngày {LATER:%d/%m/%Y}"
    states = {each.period.text: each.act for each in closings.standing()}
    assert states == {"2026": Act.REOPENED, "2026-11-20": Act.CLOSED}


def test_signed_version_of_an_entry_that_stands_no_more_is_noted_without_a_word(database: Database) -> None:
    line = enter(database, "a", note=NOTE)
    merged = Changes(database.engine).void(line.id, by="lan", why="nhầm")
    signed = Copy(mail_id="mail-y", arrived_at=LATER, signed=True)
    done = copies(database).join_mail(line.id, signed, by="lan", why="bản ký số")
    assert (done.entry.version, done.link.mail_id) == (merged.version, "mail-y")
