"""What comes back about letters, and who was answered how often, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbridge.mail.letter import Letter, token_of
from mailbridge.registry.fates import Fate, LetterFate
from mailbridge.registry.journal_check import Asked, one_moment, prove
from mailbridge.registry.returned import MOST_FATES, Resent, Returned
from tests.registry.builders_registry import NOON, draft, letter
from tests.registry.conftest import Database

DAY = timedelta(days=1)


def posted(database: Database, key: str = "mail-a:sonv:accepted:an@peer.example") -> Letter:
    made = replace(letter(key), mail_id="mail-a")
    with database.registry.transaction() as tx:
        assert tx.post(made)
    return made


def fate(of: Letter, mail_id: str = "report", what: Fate = Fate.RETURNED) -> LetterFate:
    return LetterFate(key=of.key, at=NOON, what=what, mail_id=mail_id, status="5.1.1", said="550 User unknown")


def test_a_letter_is_found_by_its_key_its_token_and_the_beginning_of_it(database: Database) -> None:
    made = posted(database)
    returned = Returned(database.engine)
    for asked in (
        made.key,
        made.token,
        made.token[:20],
        made.token[:16].upper(),
        f"{made.token[:8]}-{made.token[8:16]}",
    ):
        found = returned.find(asked)
        assert found is not None
        assert found.letter == made


@pytest.mark.parametrize("asked", ["", "-", "%", "_" * 16, "0" * 15, "z" * 20, "0" * 32])
def test_what_is_no_token_finds_nothing(database: Database, asked: str) -> None:
    posted(database)
    assert Returned(database.engine).find(asked) is None
    assert Returned(database.engine).find(token_of("another")) is None


def test_a_return_is_told_to_the_mail_and_to_each_of_its_entries_once(database: Database) -> None:
    made = posted(database)
    with database.registry.transaction() as tx:
        entries = [tx.enter(draft(name, mail_id="mail-a"), NOON) for name in ("one", "two")]
    for expected in (True, False):
        with database.registry.transaction() as tx:
            assert tx.correspondence.note_fate(made, fate(made)) is expected
    told = [each for each in database.books.trace("mail-a") if each.what == "letter-returned"]
    assert [each.entry_id for each in told] == [each.id for each in entries]
    assert "550 User unknown" in told[0].detail
    returned = Returned(database.engine)
    assert returned.fates((made.key,)) == (fate(made),)
    assert returned.keys_of_returned() == {made.key}


def test_a_stranger_who_has_the_token_cannot_fill_the_history(database: Database) -> None:
    made = posted(database)
    with database.registry.transaction() as tx:
        written = [
            tx.correspondence.note_fate(made, fate(made, f"report-{number}")) for number in range(MOST_FATES + 5)
        ]
    assert written == [True] * MOST_FATES + [False] * 5
    assert len(Returned(database.engine).fates([made.key])) == MOST_FATES


def test_a_return_changes_neither_number_nor_state(database: Database) -> None:
    made = posted(database)
    with database.registry.transaction() as tx:
        line = tx.enter(draft("one", mail_id="mail-a"), NOON)
    with database.registry.transaction() as tx:
        tx.correspondence.note_fate(made, fate(made))
    assert tuple(database.books.entries()) == (line,)
    with database.registry.transaction() as tx:
        assert tx.enter(draft("two"), NOON).number == line.number + 1


def test_delays_and_answers_are_no_returns(database: Database) -> None:
    made = posted(database)
    with database.registry.transaction() as tx:
        tx.correspondence.note_fate(made, fate(made, "a", Fate.DELAYED))
        tx.correspondence.note_fate(made, fate(made, "b", Fate.ANSWERED))
    assert Returned(database.engine).keys_of_returned() == frozenset()
    assert [each.what for each in Returned(database.engine).fates()] == [Fate.DELAYED, Fate.ANSWERED]


def test_answers_are_counted_by_thread_and_forgotten_after_two_days(database: Database) -> None:
    with database.registry.transaction() as tx:
        book = tx.correspondence
        book.note_answer(("p", "t", "t"), "k1", NOON)
        book.note_answer(("p",), "k2", NOON + DAY)
        assert dict(book.answers(("p", "t", "x"), NOON - DAY)) == {"p": 2, "t": 1}
        assert dict(book.answers(("p",), NOON)) == {"p": 1}
        book.note_answer(("p",), "k3", NOON + 3 * DAY)
        assert dict(book.answers(("p", "t"), NOON - 9 * DAY)) == {"p": 2}


def test_the_first_answer_withheld_is_told_and_after_a_quiet_day_again(database: Database) -> None:
    times = (NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=26), NOON + timedelta(hours=27))
    told = []
    for at in times:
        with database.registry.transaction() as tx:
            told.append(tx.correspondence.withhold("sonv", "an@peer.example", at, DAY))
    assert told == [True, False, True, False]
    (found,) = Returned(database.engine).open_breakers(NOON)
    assert (found.peer, found.opened_at, found.withheld) == ("an@peer.example", times[2], 2)
    assert Returned(database.engine).open_breakers(times[-1]) == ()


def test_a_letter_sent_again_is_a_letter_of_its_own(database: Database) -> None:
    made = posted(database)
    keys = []
    for _ in range(2):
        again = Resent(database.engine).post(made, lambda place: replace(made, key=f"{made.key}:again-{place}"), NOON)
        keys.append(again.key)
    assert keys == [f"{made.key}:again-1", f"{made.key}:again-2"]
    assert len(list(database.books.letters())) == 3
    assert Returned(database.engine).find(token_of(keys[0])) is not None
    with one_moment(database.engine) as connection:
        assert prove(connection, Asked()).faults == ()


def test_how_long_letters_took_to_leave_is_known(database: Database) -> None:
    posted(database)
    database.outbox.lease(NOON, 60)
    database.outbox.sent("mail-a:sonv:accepted:an@peer.example", "250 Ok", NOON + timedelta(seconds=9))
    assert list(Returned(database.engine).seconds_to_leave(NOON)) == [9.0]
    assert list(Returned(database.engine).seconds_to_leave(NOON + DAY)) == []
