"""Merging, splitting and taking back: no number is lost, none is given twice (F9)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from mailbridge.registry.authority import intake_of
from mailbridge.registry.conflicts import AlreadyEntered
from mailbridge.registry.corrections_fields import Value, WrongValue
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links import EntryEnded, LinkKind, NotDone
from mailbridge.registry.links_books import LinkBooks
from mailbridge.registry.merging import SqlMerging
from mailbridge.registry.rows import Author
from mailbridge.registry.states import lock_entries, restate
from mailbridge.registry.versions import versions_of_entry
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, draft, sha256
from tests.registry.conftest import Database

SECOND: dict[str, Value] = {
    "symbol": "16/QĐ-UBND",
    "issued_date": date(2026, 11, 18),
    "issuer": "Ủy ban nhân dân xã Yên Bình",
    "type": "Quyết định",
    "subject": "Về việc phân công",
}


def enter(database: Database, document: str, days: int = 0, **changes: Any) -> RegisterEntry:
    with database.registry.transaction() as current:
        return current.enter(draft(document, **changes), NOON + timedelta(days=days))


def merging(database: Database) -> SqlMerging:
    return SqlMerging(database.engine, clock=lambda: NOON + timedelta(hours=1))


def newest(database: Database, line: RegisterEntry) -> RegisterEntry:
    found = database.books.entry(agency="sonv", book=line.draft.book, year=line.year, number=line.number)
    assert found is not None
    return found


def known_by(database: Database, document: str) -> list[RegisterEntry]:
    return [each for _, each in database.registry.known("sonv", "none", [sha256(document)], []).same_file]


@pytest.mark.parametrize("order", ["later first", "earlier first"])
def test_the_later_entry_is_merged_into_the_earlier_one(database: Database, order: str) -> None:
    first, second = enter(database, "a"), enter(database, "b", note="hỏa tốc")
    pair = (second.id, first.id) if order == "later first" else (first.id, second.id)
    done = merging(database).merge(*pair, by="lan", why="bản gửi lại")
    assert (done.entry.status, done.entry.number, done.entry.version) == (EntryStatus.MERGED, 2, 2)
    assert done.entry.draft.note == "hỏa tốc; Trùng văn bản, xem số đến 01"
    assert done.into == first
    assert newest(database, second) == done.entry
    assert newest(database, first) == first
    assert enter(database, "c").number == 3


def test_whoever_sends_the_merged_file_again_is_told_the_number_that_stands(database: Database) -> None:
    first, second = enter(database, "a"), enter(database, "b")
    merging(database).merge(second.id, first.id, by="lan", why="x")
    assert known_by(database, "b") == known_by(database, "a") == [first]
    with pytest.raises(AlreadyEntered) as refused:
        enter(database, "b", mail_id="mail-again")
    assert refused.value.entry == first


def test_merged_twice_leads_to_the_first_of_three(database: Database) -> None:
    lines = [enter(database, name) for name in "abc"]
    merging(database).merge(lines[2].id, lines[1].id, by="lan", why="x")
    merging(database).merge(lines[1].id, lines[0].id, by="lan", why="x")
    assert known_by(database, "c") == [lines[0]]


def test_wrong_merge_is_taken_back_and_both_lines_stand_as_before(database: Database) -> None:
    first, second = enter(database, "a"), enter(database, "b", note="khẩn")
    done = merging(database).merge(second.id, first.id, by="lan", why="nhầm")
    undone = merging(database).undo(done.link.id, by="minh", why="hai văn bản khác nhau")
    assert (undone.entry.status, undone.entry.draft, undone.entry.version) == (EntryStatus.REGISTERED, second.draft, 3)
    assert known_by(database, "b") == [undone.entry]
    assert enter(database, "c").number == 3
    links = LinkBooks(database.engine)
    assert links.standing(second.id) == ()
    assert [each.kind for each in links.all(second.id)] == [LinkKind.SAME_DOCUMENT, LinkKind.UNDONE]
    with pytest.raises(NotDone, match="ended before"):
        merging(database).undo(done.link.id, by="minh", why="x")
    again = merging(database).merge(second.id, first.id, by="lan", why="cùng một văn bản")
    assert (again.entry.version, again.entry.draft.note) == (4, "khẩn; Trùng văn bản, xem số đến 01")
    assert [each.what for each in database.books.trace(second.draft.mail_id)] == [
        "registered",
        "merged",
        "link-undone",
        "merged",
    ]


def test_merge_across_the_year_names_the_year(database: Database) -> None:
    """F10: the number of the old year stands."""
    first = enter(database, "a")
    second = enter(database, "b", days=60)
    assert (first.year, second.year, second.number) == (2026, 2027, 1)
    done = merging(database).merge(first.id, second.id, by="lan", why="gửi lại")
    assert done.entry.draft.note == "Trùng văn bản, xem số đến 01/2026"
    assert known_by(database, "b") == [first]


def test_what_stands_for_no_document_is_not_merged(database: Database) -> None:
    first, second, third = (enter(database, name) for name in "abc")
    Changes(database.engine).void(third.id, by="lan", why="nhầm")
    for pair in ((first.id, third.id), (third.id, first.id)):
        with pytest.raises(EntryEnded, match="voided"):
            merging(database).merge(*pair, by="lan", why="x")
    merging(database).merge(first.id, second.id, by="lan", why="x")
    with pytest.raises(EntryEnded, match="merged"):
        merging(database).merge(first.id, second.id, by="lan", why="x")
    with pytest.raises(NotDone, match="different"):
        merging(database).merge(first.id, first.id, by="lan", why="x")
    with pytest.raises(LookupError):
        merging(database).merge(first.id, "nobody", by="lan", why="x")
    with pytest.raises(ValueError, match="reason"):
        merging(database).merge(first.id, second.id, by="lan", why=" ")


def test_entries_of_two_agencies_are_not_merged(database: Database) -> None:
    first, other = enter(database, "a"), enter(database, "a", agency="stc")
    with pytest.raises(NotDone, match="one agency"):
        merging(database).merge(first.id, other.id, by="lan", why="x")


def test_second_document_of_an_entry_gets_the_next_number(database: Database) -> None:
    first, _ = enter(database, "a", pages=4, due_date=date(2026, 12, 1)), enter(database, "b")
    done = merging(database).split(first.id, SECOND, document_sha256=sha256("phu"), by="lan", why="thư có hai văn bản")
    line = done.entry
    assert (line.number, line.arrived_at, line.draft.mail_id) == (3, first.arrived_at, first.draft.mail_id)
    assert (line.draft.symbol, line.draft.number, line.draft.notation) == ("16/QĐ-UBND", "16", "QĐ-UBND")
    assert (line.draft.pages, line.draft.due_date, line.draft.note) == (None, None, "Tách từ số đến 01")
    assert (done.link.kind, done.link.other_id) == (LinkKind.SPLIT_OFF, first.id)
    assert known_by(database, "phu") == [line]
    assert newest(database, first) == first


def test_second_document_in_the_same_file_has_no_file_of_its_own(database: Database) -> None:
    first = enter(database, "a")
    done = merging(database).split(first.id, SECOND, by="lan", why="một tệp, hai văn bản")
    assert done.entry.draft.document_sha256 == ""
    assert known_by(database, "a") == [first]
    with pytest.raises(AlreadyEntered):
        merging(database).split(first.id, SECOND, document_sha256=sha256("a"), by="lan", why="x")
    assert enter(database, "c").number == 3


def test_wrong_split_is_taken_back_and_its_number_stays(database: Database) -> None:
    first = enter(database, "a")
    done = merging(database).split(first.id, SECOND, document_sha256=sha256("phu"), by="lan", why="nhầm")
    undone = merging(database).undo(done.link.id, by="minh", why="chỉ là phụ lục")
    assert (undone.entry.status, undone.entry.number) == (EntryStatus.MERGED, 2)
    assert known_by(database, "phu") == [first]
    assert enter(database, "c").number == 3
    again = merging(database).undo(undone.by.id, by="minh", why="đúng là hai văn bản")
    assert (again.entry.status, again.entry.draft) == (EntryStatus.REGISTERED, done.entry.draft)
    assert known_by(database, "phu") == [again.entry]


def test_split_without_what_a_line_needs_takes_no_number(database: Database) -> None:
    first = enter(database, "a")
    with pytest.raises(WrongValue, match="missing"):
        merging(database).split(first.id, {**SECOND, "issuer": None}, by="lan", why="x")
    with pytest.raises(WrongValue):
        merging(database).split(first.id, {**SECOND, "issued_date": date(2027, 1, 1)}, by="lan", why="x")
    assert enter(database, "b").number == 2
    assert len(versions_of_entry(database.engine, first.id)) == 1


def test_one_of_several_who_merge_at_once_does_it(database: Database) -> None:
    first, second = enter(database, "a"), enter(database, "b")

    def work(who: str) -> bool:
        pair = (first.id, second.id) if who in "ab" else (second.id, first.id)
        try:
            merging(database).merge(*pair, by=who, why="x")
        except EntryEnded:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, "abcd")) == [False, False, False, True]
    assert len(versions_of_entry(database.engine, second.id)) == 2
    assert len(LinkBooks(database.engine).all(first.id)) == 1


def test_work_of_the_desk_is_there_again_when_a_merge_is_taken_back(database: Database) -> None:
    first, second = enter(database, "a"), enter(database, "b")
    author = Author("lan", NOON, "giao phòng")
    with database.engine.begin() as connection:
        (line,) = lock_entries(connection, (second.id,))
        restate(
            connection,
            line,
            author,
            Happening.CORRECTED,
            status=EntryStatus.TRANSFERRED,
            note=line.draft.note,
            said="x",
        )
    done = merging(database).merge(first.id, second.id, by="lan", why="x")
    undone = merging(database).undo(done.link.id, by="lan", why="x")
    assert (done.entry.status, undone.entry.status) == (EntryStatus.MERGED, EntryStatus.TRANSFERRED)


def test_entry_that_awaits_its_number_is_not_merged(database: Database) -> None:
    first, waiting = enter(database, "a"), enter(database, "b", book=intake_of("den"))
    assert waiting.awaits_number
    with pytest.raises(NotDone, match="awaits its number"):
        merging(database).merge(first.id, waiting.id, by="lan", why="x")
