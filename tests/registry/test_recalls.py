"""Recall, replacement and change: asked for, frozen, answered (F8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mailbridge.registry.closings import Act, SqlClosings
from mailbridge.registry.closings_content import Period
from mailbridge.registry.copies import Copy, SqlCopies
from mailbridge.registry.entry import EntryStatus, RegisterEntry, local_day
from mailbridge.registry.links import EntryEnded, EntryFrozen, LinkKind, NotDone
from mailbridge.registry.links_books import LinkBooks
from mailbridge.registry.merging import SqlMerging
from mailbridge.registry.relations import RecallAsked, Relations
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, case, draft, sha256
from tests.registry.conftest import Database

LATER = NOON + timedelta(days=2)


def enter(database: Database, document: str, **changes: Any) -> RegisterEntry:
    with database.registry.transaction() as current:
        return current.enter(draft(document, **changes), NOON)


def ask(
    database: Database, line: RegisterEntry | None, kind: LinkKind = LinkKind.RECALL_ASKED, mail_id: str = "mail-ask"
) -> None:
    """Walk a mail in which something is asked of an entry."""
    asked = RecallAsked(kind=kind, symbol="3526/VPCP-KGVX", entry=line, why="gửi nhầm")
    with database.registry.transaction() as current:
        made = case(mail_id, kind="working-mail", rule="fixed:recall")
        current.record(made, ())
        current.relate(made, (), Relations(recalls=(asked,)))


def recalls(database: Database) -> Changes:
    return Changes(database.engine, clock=lambda: LATER)


def told(database: Database, line: RegisterEntry) -> list[str]:
    return [each.what for each in database.books.trace(line.id)]


def test_entry_is_frozen_until_a_clerk_answers(database: Database) -> None:
    line, other = enter(database, "a"), enter(database, "b")
    ask(database, line)
    corrections = Changes(database.engine, clock=lambda: LATER)
    for act in (
        lambda: corrections.correct(line.id, {"note": "x"}, by="lan", why="x"),
        lambda: corrections.void(line.id, by="lan", why="x"),
        lambda: SqlMerging(database.engine).merge(line.id, other.id, by="lan", why="x"),
        lambda: SqlMerging(database.engine).split(line.id, SECOND, by="lan", why="x"),
        lambda: SqlCopies(database.engine).join_paper(line.id, NOON, by="lan"),
    ):
        with pytest.raises(EntryFrozen, match="take the document back"):
            act()
    assert LinkBooks(database.engine).asked(line.id) is not None
    assert corrections.correct(other.id, {"note": "x"}, by="lan", why="x").entry.version == 2


SECOND: dict[str, Any] = {
    "symbol": "16/QĐ-UBND",
    "issued_date": NOON.date(),
    "issuer": "Ủy ban nhân dân xã Yên Bình",
    "type": "Quyết định",
    "subject": "Về việc phân công",
}


def test_agreed_recall_strikes_the_line_and_keeps_its_number(database: Database) -> None:
    line = enter(database, "a", note="khẩn")
    ask(database, line)
    done = recalls(database).agree(line.id, by="lan", why="đúng nơi ban hành")
    assert (done.entry.status, done.entry.number, done.entry.version) == (EntryStatus.RECALLED, 1, 2)
    assert done.entry.draft.note == "khẩn; Đã thu hồi ngày 22/11/2026"
    assert (done.status_code, done.mail_id, done.link.kind) == ("15", "mail-ask", LinkKind.RECALLED_BY)
    assert enter(database, "b").number == 2
    with pytest.raises(EntryEnded, match="recalled"):
        Changes(database.engine).correct(line.id, {"note": "x"}, by="lan", why="x")
    with pytest.raises(EntryEnded):
        recalls(database).agree(line.id, by="lan", why="x")
    assert told(database, line) == ["registered", "recall-asked", "recall-agreed"]
    known = database.registry.known("sonv", "none", [sha256("a")], [])
    assert [each.status for _, each in known.same_file] == [EntryStatus.RECALLED]


def test_refused_recall_changes_nothing(database: Database) -> None:
    line = enter(database, "a")
    ask(database, line)
    done = recalls(database).refuse(line.id, by="lan", why="đã thực hiện")
    assert (done.entry, done.status_code, done.mail_id) == (line, "16", "mail-ask")
    assert LinkBooks(database.engine).asked(line.id) is None
    assert Changes(database.engine).correct(line.id, {"note": "x"}, by="lan", why="x").entry.version == 2
    with pytest.raises(NotDone, match="Nobody has asked"):
        recalls(database).refuse(line.id, by="lan", why="x")


def test_recall_that_is_not_proven_freezes_nothing_and_says_so(database: Database) -> None:
    line = enter(database, "a")
    ask(database, None)
    assert LinkBooks(database.engine).all(line.id) == ()
    (unproven,) = [each for each in database.books.trace("mail-ask") if each.what == "recall-unproven"]
    assert "3526/VPCP-KGVX" in unproven.detail


def test_mail_in_shadow_mode_freezes_nothing(database: Database) -> None:
    line = enter(database, "a")
    made = case("mail-ask", shadow=True)
    asked = RecallAsked(kind=LinkKind.RECALL_ASKED, symbol="3526/VPCP-KGVX", entry=line)
    with database.registry.transaction() as current:
        current.record(made, ())
        current.relate(made, (), Relations(recalls=(asked,)))
    assert LinkBooks(database.engine).all(line.id) == ()


def test_replacement_stays_readable_and_names_what_stands_in_its_place(database: Database) -> None:
    line, newer = enter(database, "a"), enter(database, "b", symbol="3600/VPCP-KGVX")
    ask(database, line, LinkKind.REPLACE_ASKED)
    done = recalls(database).agree(line.id, by="lan", why="x", other_id=newer.id)
    assert done.entry.status is EntryStatus.REPLACED
    assert done.entry.draft.note == "Đã thay thế ngày 22/11/2026 theo văn bản số 3600/VPCP-KGVX, số đến 02"
    assert Changes(database.engine).correct(line.id, {"pages": 3}, by="lan", why="x").entry.draft.pages == 3
    assert [each.kind for each in LinkBooks(database.engine).standing(newer.id)] == [LinkKind.REPLACED_BY]


def test_agreed_change_leaves_the_entry_to_be_corrected(database: Database) -> None:
    line = enter(database, "a")
    ask(database, line, LinkKind.UPDATE_ASKED)
    done = recalls(database).agree(line.id, by="lan", why="x")
    assert (done.entry.status, done.link.kind) == (EntryStatus.REGISTERED, LinkKind.UPDATED_BY)
    assert Changes(database.engine).correct(line.id, {"pages": 3}, by="lan", why="x").entry.version == 3


def test_wrong_answer_is_taken_back_and_the_entry_is_frozen_again(database: Database) -> None:
    line = enter(database, "a", note="khẩn")
    ask(database, line)
    done = recalls(database).agree(line.id, by="lan", why="nhầm")
    undone = SqlMerging(database.engine, clock=lambda: LATER).undo(done.link.id, by="minh", why="nhầm")
    assert (undone.entry.status, undone.entry.draft, undone.entry.version) == (EntryStatus.REGISTERED, line.draft, 3)
    assert LinkBooks(database.engine).asked(line.id) is not None
    with pytest.raises(EntryFrozen):
        Changes(database.engine).correct(line.id, {"note": "x"}, by="lan", why="x")
    assert recalls(database).refuse(line.id, by="lan", why="x").entry == undone.entry


def test_what_is_asked_cannot_be_unlinked(database: Database) -> None:
    line = enter(database, "a")
    ask(database, line)
    (asked,) = LinkBooks(database.engine).standing(line.id)
    with pytest.raises(NotDone, match="agrees or refuses"):
        SqlMerging(database.engine).undo(asked.id, by="lan", why="x")


def test_two_mails_that_ask_are_answered_one_by_one(database: Database) -> None:
    line = enter(database, "a")
    ask(database, line, mail_id="mail-1")
    ask(database, line, LinkKind.REPLACE_ASKED, mail_id="mail-2")
    assert recalls(database).refuse(line.id, by="lan", why="x").mail_id == "mail-1"
    assert recalls(database).agree(line.id, by="lan", why="x").entry.status is EntryStatus.REPLACED


def test_repeated_step_asks_once(database: Database) -> None:
    line = enter(database, "a")
    ask(database, line)
    asked = RecallAsked(kind=LinkKind.RECALL_ASKED, symbol="3526/VPCP-KGVX", entry=line)
    for _ in range(2):
        with database.registry.transaction() as current:
            current.relate(case("mail-ask"), (), Relations(recalls=(asked,)))
    assert len(LinkBooks(database.engine).all(line.id)) == 1


def test_recall_of_a_closed_day_opens_it_visibly(database: Database) -> None:
    line = enter(database, "a")
    closings = SqlClosings(database.engine, clock=lambda: LATER)
    closings.close("sonv", "den", Period(year=2026, day=local_day(NOON)), by="lan")
    ask(database, line)
    done = recalls(database).agree(line.id, by="lan", why="x")
    assert done.entry.status is EntryStatus.RECALLED
    assert [(each.act, each.why) for each in closings.rows(year=2026)] == [
        (Act.CLOSED, ""),
        (Act.REOPENED, "Đã thu hồi: số đến 01"),
    ]


def test_other_entry_of_a_recall_is_another_of_the_same_agency(database: Database) -> None:
    line, foreign = enter(database, "a"), enter(database, "a", agency="stc")
    for other in (line.id, foreign.id):
        with pytest.raises(NotDone, match="another number"):
            recalls(database).agree(line.id, by="lan", why="x", other_id=other)
    with pytest.raises(LookupError):
        recalls(database).agree("nobody", by="lan", why="x")


def test_copy_of_a_recalled_document_is_still_joined(database: Database) -> None:
    """A retry of an old duplicate finds the entry whatever became of it."""
    line = enter(database, "a")
    ask(database, line)
    recalls(database).agree(line.id, by="lan", why="x")
    again = Copy(mail_id="mail-2", arrived_at=NOON, document_sha256=sha256("x"))
    assert SqlCopies(database.engine).join_mail(line.id, again, by="lan", why="x").entry.number == 1
