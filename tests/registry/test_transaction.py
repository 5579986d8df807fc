"""What a transaction gathers to write at once, and in which order it stands there."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event, select

from mailbridge.registry.conflicts import AlreadyJudged
from mailbridge.registry.entry import Event
from mailbridge.registry.happenings import BY_ACTION, Happening
from mailbridge.registry.returned import Returned
from mailbridge.registry.rows import write_event
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.store import SqlTransaction
from mailbridge.registry.tables import event as time_line
from mailbridge.registry.tables import letter_token
from mailbridge.registry.texts import DocumentText, TextSource
from tests.registry.builders_changes import Changes
from tests.registry.builders_journal import enter, proven
from tests.registry.builders_registry import NOON, case_of_entry, draft, letter, sha256, verdict
from tests.registry.conftest import Database

_MOST_BEHIND_NUMBER = 17
"""Statements behind the lock of the counter for an entry with its letter: each one is a wait of all who enter."""


def told(database: Database) -> list[str]:
    with database.engine.begin() as connection:
        return list(connection.execute(select(time_line.c.what).order_by(time_line.c.id)).scalars())


def text_of(document: str, words: str, *, file: str | None = None) -> DocumentText:
    return DocumentText(
        agency="sonv",
        mail_id=f"mail-{document}",
        document_sha256=sha256(document),
        file_sha256=sha256(file or document),
        source=TextSource.TEXT,
        text=words,
    )


def test_time_line_has_the_order_in_which_it_was_told_whoever_writes(database: Database) -> None:
    with database.registry.transaction() as current:
        line = current.enter(draft("a"), NOON)
        note = Event(at=NOON, mail_id="mail-a", actor="lan", what=Happening.SERIES_STARTED, detail="between")
        write_event(current.connection, "sonv", note)
        current.record(case_of_entry(line), [line])
        current.post(letter("ack"))
    assert told(database) == ["registered", "series-started", "accepted", BY_ACTION["register"], "letter-queued"]


def test_what_was_gathered_is_named_in_the_journal(database: Database) -> None:
    enter(database.registry, "a")
    enter(database.registry, "b")
    assert len(told(database)) == 8
    assert not proven(database.engine).faults


def trip(database: Database) -> None:
    with database.registry.transaction() as current:
        current.enter(draft("a"), NOON)
        current.post(letter("ack"))
        raise ZeroDivisionError


def test_a_transaction_that_fails_tells_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        trip(database)
    assert told(database) == []
    assert enter(database.registry, "b")


def test_a_letter_is_found_by_its_token_as_soon_as_it_is_posted(database: Database) -> None:
    with database.registry.transaction() as current:
        assert current.post(letter("ack-1"))
        assert current.post(letter("ack-2"))
        assert not current.post(letter("ack-1"))
    for key in ("ack-1", "ack-2"):
        record = Returned(database.engine).find(letter(key).token)
        assert record is not None
        assert record.letter.key == key
    with database.engine.begin() as connection:
        assert len(connection.execute(select(letter_token)).all()) == 2


def test_without_gathering_all_is_written_at_once(database: Database) -> None:
    with database.engine.begin() as connection:
        SqlTransaction(connection, lambda: NOON).enter(draft("a"), NOON)
        assert len(connection.execute(select(time_line)).all()) == 1


def judge(database: Database, times: int, **case: str) -> None:
    with database.registry.transaction() as current:
        line = current.enter(draft("a"), NOON)
        current.record(case_of_entry(line, **case), [line])
        for _ in range(times):
            current.judge(verdict("mail-a"))


def test_a_second_first_verdict_is_refused_in_the_same_transaction(database: Database) -> None:
    with pytest.raises(AlreadyJudged):
        judge(database, 2, judgement="{}", evidence="{}")


def test_a_case_without_judgement_gets_no_verdict(database: Database) -> None:
    with pytest.raises(ValueError, match="no verdict may be kept"):
        judge(database, 1)


def test_texts_that_come_before_their_entry_are_found_by_it(database: Database) -> None:
    with database.registry.transaction() as current:
        assert current.keep_texts([text_of("a", "phụ lục tiền lương", file="z"), text_of("a", "sốt xuất huyết")]) == 2
        line = current.enter(draft("a", subject="Về họp"), NOON)
    search = SqlSearch(database.engine)
    for words in ("xuat huyet", "tiền lương", "hop xuat"):
        assert [hit.entry.id for hit in search.hits(Question(words=tuple(words.split())), most=5)] == [line.id]


def test_a_voided_document_that_is_entered_again_is_found_by_its_text(database: Database) -> None:
    with database.registry.transaction() as current:
        current.keep_texts([text_of("a", "sốt xuất huyết")])
        first = current.enter(draft("a"), NOON)
    Changes(database.engine, clock=lambda: NOON).void(first.id, by="lan", why="nhầm")
    with database.registry.transaction() as current:
        current.enter(draft("a"), NOON)
    found = SqlSearch(database.engine).hits(Question(words=("huyet",)), most=5)
    assert [hit.entry.number for hit in found] == [2, 1]


def test_few_statements_stand_between_the_number_and_the_commit(database: Database) -> None:
    """Everybody who enters into a book waits for them; a walk under load waits for the scheduler with each."""
    said: list[str] = []

    def hear(_c: Connection, _k: object, statement: str, *_: object) -> None:
        said.append(statement)

    enter(database.registry, "first")
    with database.registry.transaction() as current:
        current.keep_texts([text_of("a", "sốt xuất huyết " * 200)])
        event.listen(database.engine, "before_cursor_execute", hear)
        line = current.enter(draft("a"), NOON)
        current.record(case_of_entry(line, judgement="{}", evidence="{}"), [line])
        current.judge(verdict("mail-a"))
        current.post(letter("ack-1", mail_id="mail-a"))
    event.remove(database.engine, "before_cursor_execute", hear)
    counted = next(place for place, each in enumerate(said) if each.startswith("UPDATE counter"))
    behind = said[counted + 1 :]
    assert len(behind) <= _MOST_BEHIND_NUMBER + (database.engine.dialect.name == "sqlite") * 4, behind
