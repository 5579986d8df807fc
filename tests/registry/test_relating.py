"""What a mail has to do with the book: copies, answers, strangers who name a number (F4, F6, F7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mailbridge.registry.copies import arrivals
from mailbridge.registry.entry import Channel, RegisterEntry
from mailbridge.registry.links import LinkKind
from mailbridge.registry.links_books import LinkBooks
from mailbridge.registry.merging import SqlMerging
from mailbridge.registry.relations import Cited, File, Relations
from tests.registry.builders_registry import NOON, case, case_of_entry, draft, sha256
from tests.registry.conftest import Database


def walk(database: Database, document: str, known: Relations | None = None, **changes: Any) -> RegisterEntry:
    """Walk a mail whose document is entered."""
    with database.registry.transaction() as current:
        line = current.enter(draft(document, **changes), NOON)
        made = case_of_entry(line)
        current.record(made, (line,))
        current.relate(made, (line,), known or Relations())
        return line


def resend(database: Database, mail_id: str, days: int, *files: File) -> None:
    with database.registry.transaction() as current:
        made = case(mail_id, action="duplicate", rule="fixed:same-file", accepted_at=NOON + timedelta(days=days))
        current.record(made, ())
        current.relate(made, (), Relations(files=files))


def linked(database: Database, line: RegisterEntry) -> list[tuple[LinkKind, str | None]]:
    return [(each.kind, each.other_id) for each in LinkBooks(database.engine).standing(line.id)]


def test_each_copy_of_a_document_is_told_with_its_road_and_day(database: Database) -> None:
    line = walk(database, "a")
    resend(database, "mail-2", 1, File(sha256=sha256("a")))
    resend(database, "mail-3", 40, File(sha256=sha256("a"), channel=Channel.EDXML))
    told = arrivals(line, LinkBooks(database.engine).all(line.id))
    assert [(each.channel, (each.arrived_at - NOON).days, each.mail_id) for each in told] == [
        (Channel.MAIL, 0, "mail-a"),
        (Channel.MAIL, 1, "mail-2"),
        (Channel.EDXML, 40, "mail-3"),
    ]
    assert len(tuple(database.books.entries())) == 1


def test_copy_of_a_merged_document_is_one_of_the_entry_that_stands(database: Database) -> None:
    first, second = walk(database, "a"), walk(database, "b")
    SqlMerging(database.engine, clock=lambda: NOON).merge(first.id, second.id, by="lan", why="x")
    resend(database, "mail-3", 1, File(sha256=sha256("b")))
    links = LinkBooks(database.engine)
    assert [each.mail_id for each in links.standing(first.id) if each.kind is LinkKind.CHANNEL] == ["mail-3"]
    assert [each.kind for each in links.standing(second.id)] == [LinkKind.SAME_DOCUMENT]


def test_file_that_is_not_in_the_book_joins_nothing(database: Database) -> None:
    line = walk(database, "a")
    resend(database, "mail-2", 1, File(sha256=sha256("other")))
    assert linked(database, line) == []


@pytest.mark.parametrize("way", ["thread", "number"])
def test_later_document_of_the_same_body_is_linked_with_the_earlier_one(database: Database, way: str) -> None:
    earlier = walk(database, "a")
    known = {
        "thread": Relations(references=("<x@y>", "<mail-a@vpcp.example>")),
        "number": Relations(cited=(Cited(by=sha256("b"), symbols=("1/QĐ-TTg", "3526/VPCP-KGVX")),)),
    }[way]
    later = walk(database, "b", known, symbol="3600/VPCP-KGVX", issuer="VĂN PHÒNG CHÍNH PHỦ")
    assert linked(database, later) == [(LinkKind.REPLY_TO, earlier.id)]
    assert "reply-linked" in [each.what for each in database.books.trace("mail-b")]


def test_stranger_who_names_a_number_is_not_attached_and_the_time_line_says_why(database: Database) -> None:
    earlier = walk(database, "a")
    known = Relations(
        references=("<mail-a@vpcp.example>",), cited=(Cited(by=sha256("b"), symbols=("3526/VPCP-KGVX",)),)
    )
    later = walk(database, "b", known, symbol="7/UBND", issuer="Công ty TNHH Một thành viên")
    assert linked(database, later) == linked(database, earlier) == []
    (event,) = [each for each in database.books.trace("mail-b") if each.what == "reply-not-linked"]
    assert event.detail == "thread: den 01/2026, of another body"


def test_number_without_a_known_body_is_not_attached(database: Database) -> None:
    walk(database, "a", issuer=None)
    known = Relations(cited=(Cited(by=sha256("b"), symbols=("3526/VPCP-KGVX",)),))
    assert linked(database, walk(database, "b", known, symbol="9/X", issuer=None)) == []


def test_citation_counts_for_the_document_that_has_it(database: Database) -> None:
    walk(database, "a")
    known = Relations(cited=(Cited(by=sha256("other file"), symbols=("3526/VPCP-KGVX",)),))
    assert linked(database, walk(database, "b", known, symbol="9/X")) == []


def test_mail_of_another_agency_is_no_thread_here(database: Database) -> None:
    walk(database, "a", agency="stc")
    later = walk(database, "b", Relations(references=("<mail-a@vpcp.example>",)), symbol="9/X")
    assert linked(database, later) == []


def test_wrong_link_of_an_answer_is_taken_back(database: Database) -> None:
    walk(database, "a")
    later = walk(database, "b", Relations(references=("<mail-a@vpcp.example>",)), symbol="9/X")
    (found,) = LinkBooks(database.engine).standing(later.id)
    undone = SqlMerging(database.engine, clock=lambda: NOON).undo(found.id, by="lan", why="không liên quan")
    assert (undone.entry, linked(database, later)) == (later, [])
