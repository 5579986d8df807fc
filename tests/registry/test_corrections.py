"""Corrections and voiding: new versions, nothing lost, the second of two sees the first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mailbridge.registry.conflicts import AlreadyEntered, BookDamaged
from mailbridge.registry.corrections_fields import WrongValue
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.links import EntryEnded
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.versions import versions_of_entry
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, draft, sha256
from tests.registry.conftest import BOTH, Database, fresh_database


def enter(database: Database, document: str, **changes: Any) -> RegisterEntry:
    with database.registry.transaction() as current:
        return current.enter(draft(document, **changes), NOON)


def corrections(database: Database) -> Changes:
    return Changes(database.engine, clock=lambda: NOON)


def newest(database: Database, line: RegisterEntry) -> RegisterEntry:
    found = database.books.entry(agency="sonv", book=line.draft.book, year=line.year, number=line.number)
    assert found is not None
    return found


def test_correction_is_a_new_version_and_both_stay_readable(database: Database) -> None:
    """E5, O5: old and new value, who, when, why."""
    line = enter(database, "a")
    done = corrections(database).correct(line.id, {"subject": "Về việc họp"}, by="lan", why="đọc nhầm")
    assert [(each.field.name, each.old, each.new) for each in done.changes] == [
        ("subject", "Về việc tăng cường sử dụng văn bản điện tử", "Về việc họp")
    ]
    first, second = versions_of_entry(database.engine, line.id)
    assert first.entry == line
    assert second.entry == done.entry == newest(database, line)
    assert (second.author.by, second.author.at, second.author.why) == ("lan", NOON, "đọc nhầm")


def test_each_change_is_told_in_the_time_line(database: Database) -> None:
    line = enter(database, "a")
    corrections(database).correct(line.id, {"pages": 3, "note": "khẩn"}, by="lan", why="đếm lại")
    corrections(database).void(line.id, by="minh", why="gửi nhầm nơi")
    told = [(each.what, each.actor, each.detail) for each in database.books.trace(line.draft.mail_id)]
    assert told[1:] == [
        ("corrected", "lan", "den 01/2026, version 2: pages “” → “3”; note “” → “khẩn”: đếm lại"),
        ("voided", "minh", "den 01/2026, version 3: gửi nhầm nơi"),
    ]


def test_same_value_writes_nothing(database: Database) -> None:
    line = enter(database, "a")
    done = corrections(database).correct(line.id, {"subject": line.draft.subject}, by="lan", why="x")
    assert (done.changes, done.entry) == ((), line)
    assert len(versions_of_entry(database.engine, line.id)) == 1
    assert [each.what for each in database.books.trace(line.draft.mail_id)] == ["registered"]


def test_day_that_cannot_be_is_refused(database: Database) -> None:
    line = enter(database, "a")
    for values in ({"issued_date": date(2026, 11, 21)}, {"transfer_date": date(2026, 11, 19)}):
        with pytest.raises(WrongValue):
            corrections(database).correct(line.id, values, by="lan", why="x")
    assert newest(database, line) == line


def test_two_corrections_at_once_both_stand_and_the_second_sees_the_first(database: Database) -> None:
    line = enter(database, "a")
    names = ("note", "trace", "recipients", "signer_name", "signer_position", "file_notation", "issuer", "subject")

    def work(name: str) -> int:
        done = corrections(database).correct(line.id, {name: f"mới {name}"}, by=name, why="x")
        return done.entry.version

    with ThreadPoolExecutor(len(names)) as pool:
        versions = sorted(pool.map(work, names))
    assert versions == list(range(2, len(names) + 2))
    assert all(getattr(newest(database, line).draft, name) == f"mới {name}" for name in names)


def test_one_of_two_who_void_at_once_is_told(database: Database) -> None:
    line = enter(database, "a")

    def work(who: str) -> bool:
        try:
            corrections(database).void(line.id, by=who, why="x")
        except EntryEnded:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, ("a", "b", "c", "d"))) == [False, False, False, True]
    assert len(versions_of_entry(database.engine, line.id)) == 2


def test_voided_entry_keeps_its_line_and_its_number(database: Database) -> None:
    line = enter(database, "a")
    voided = corrections(database).void(line.id, by="lan", why="gửi nhầm")
    assert (voided.status, voided.number, voided.draft) == (EntryStatus.VOIDED, 1, line.draft)
    assert newest(database, line) == voided
    assert enter(database, "b").number == 2
    with pytest.raises(EntryEnded):
        corrections(database).correct(line.id, {"note": "x"}, by="lan", why="x")


def test_document_of_a_voided_entry_gets_a_new_number_once(database: Database) -> None:
    first = enter(database, "a")
    with pytest.raises(AlreadyEntered):
        enter(database, "a")
    corrections(database).void(first.id, by="lan", why="nhầm sổ")
    second = enter(database, "a", mail_id="mail-again")
    assert second.number == 2
    with pytest.raises(AlreadyEntered) as refused:
        enter(database, "a", mail_id="mail-third")
    assert refused.value.entry == second
    (told,) = database.books.trace("mail-again")
    assert told.detail == "den 02/2026, voided before as den 01/2026"


def test_the_walk_knows_a_voided_twin_by_its_symbol_only(database: Database) -> None:
    """A resent file whose entry was voided is no duplicate; its symbol still makes the decision look."""
    line = enter(database, "a")
    corrections(database).void(line.id, by="lan", why="nhầm")
    known = database.registry.known("sonv", "none", [sha256("a")], ["3526/VPCP-KGVX"])
    assert known.same_file == ()
    assert [each.status for _, each in known.same_symbol] == [EntryStatus.VOIDED]


def test_parallel_entries_of_a_voided_document_are_one(database: Database) -> None:
    line = enter(database, "a")
    corrections(database).void(line.id, by="lan", why="nhầm")

    def work(worker: int) -> int | None:
        try:
            return enter(database, "a", mail_id=f"mail-{worker}").number
        except AlreadyEntered:
            return None

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for number in pool.map(work, range(8)) if number is not None]
    assert numbers == [2]
    assert enter(database, "b").number == 3


def test_index_follows_what_an_entry_says_now(database: Database) -> None:
    line = enter(database, "a")
    corrections(database).correct(line.id, {"subject": "Phòng cháy"}, by="lan", why="x")
    search = SqlSearch(database.engine)
    assert [each.id for each in search.search(Question(words=("phong chay",)), most=5)] == [line.id]
    assert search.search(Question(words=("tang cuong",)), most=5) == ()


def test_versions_cannot_be_written_over(database: Database) -> None:
    line = enter(database, "a")
    corrections(database).correct(line.id, {"note": "x"}, by="lan", why="y")
    for change in ("UPDATE entry_version SET note = 'z'", "DELETE FROM entry_version", "UPDATE entry SET occasion = 2"):
        with pytest.raises(BookDamaged, match="only grows"), reaching_database(), database.engine.begin() as connection:
            connection.execute(text(change))


SUBJECTS = st.sampled_from(["Về việc họp", "Về việc đi công tác", "Mời dự lễ", ""])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 5), st.just("")),
        st.tuples(st.just("correct"), st.integers(0, 9), SUBJECTS),
        st.tuples(st.just("void"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("fail"), st.integers(0, 5), st.just("")),
    ),
    max_size=25,
)


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_happens_numbers_have_no_gap_and_every_old_value_is_read(
    request: pytest.FixtureRequest, kind: str, steps: list[tuple[str, int, str]]
) -> None:
    with fresh_database(request, kind) as database:
        written: list[list[tuple[str | None, EntryStatus]]] = []
        lines: list[RegisterEntry] = []
        for what, which, subject in steps:
            step(database, what, which, subject, lines, written)
        assert [each.number for each in database.books.entries()] == list(range(1, len(lines) + 1))
        for line, expected in zip(lines, written, strict=True):
            versions = versions_of_entry(database.engine, line.id)
            assert [(each.entry.draft.subject, each.entry.status) for each in versions] == expected
            assert [each.entry.version for each in versions] == list(range(1, len(expected) + 1))
        standing = [line.draft.document_sha256 for line, said in zip(lines, written, strict=True) if is_standing(said)]
        assert len(set(standing)) == len(standing)


def is_standing(said: list[tuple[str | None, EntryStatus]]) -> bool:
    return said[-1][1] is not EntryStatus.VOIDED


def step(
    database: Database,
    what: str,
    which: int,
    subject: str,
    lines: list[RegisterEntry],
    written: list[list[tuple[str | None, EntryStatus]]],
) -> None:
    """Do one thing to the book and note what must be readable afterwards."""
    if what in ("add", "fail"):
        document = f"document-{which}"
        stands = any(
            line.draft.document_sha256 == sha256(document) and is_standing(said)
            for line, said in zip(lines, written, strict=True)
        )
        try:
            with database.registry.transaction() as current:
                line = current.enter(draft(document), NOON)
                if what == "fail":
                    raise InterruptedError
        except AlreadyEntered:
            assert stands
        except InterruptedError:
            assert not stands
        else:
            assert not stands
            lines.append(line)
            written.append([(line.draft.subject, EntryStatus.REGISTERED)])
        return
    if which >= len(lines):
        return
    line, said = lines[which], written[which]
    try:
        if what == "void":
            corrections(database).void(line.id, by="lan", why="x")
            said.append((said[-1][0], EntryStatus.VOIDED))
        elif corrections(database).correct(line.id, {"subject": subject or None}, by="lan", why="x").changes:
            said.append((subject or None, EntryStatus.REGISTERED))
        else:
            assert said[-1][0] == (subject or None)
    except EntryEnded:
        assert not is_standing(said)
