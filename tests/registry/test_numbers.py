"""Numbers that another system gives (E7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mailbridge.registry.authority import Authority
from mailbridge.registry.conflicts import AlreadyEntered
from mailbridge.registry.entry import EntryStatus
from mailbridge.registry.figures_facts import read_facts
from mailbridge.registry.numbers import Gift, NumberRefused
from mailbridge.registry.search_books import Question, SqlSearch
from tests.registry.builders_changes import Changes
from tests.registry.builders_numbers import declare, enter, numbers, reserved
from tests.registry.builders_registry import NOON, draft, sha256
from tests.registry.conftest import Database


def test_line_of_an_external_book_waits_and_says_so(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    assert (line.status, line.awaits_number, line.shown_number) == (EntryStatus.AWAITING, True, "chờ cấp số")
    assert numbers(database).awaiting() == (line,) == tuple(database.books.entries(book="den"))
    assert tuple(database.books.entries(book="den", first=1)) == ()
    assert database.books.entry(agency="sonv", book="den", year=2026, number=1) is None
    assert database.books.find_entries("1/2026") == ()
    assert database.books.find_entries(line.id) == (line,)
    assert [each.what for each in database.books.trace(line.id)] == ["number-awaited"]


def test_number_is_given_once_and_the_line_stands_under_it(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    (given,) = numbers(database).give([Gift(entry_id=line.id, number=457)], by="lan", why="VNPT iOffice")
    assert (given.number, given.year, given.draft.book, given.status) == (457, 2026, "den", EntryStatus.REGISTERED)
    assert (given.arrived_at, given.draft.mail_id) == (line.arrived_at, line.draft.mail_id)
    assert tuple(database.books.entries()) == (given,) == database.books.find_entries("457/2026")
    assert numbers(database).awaiting() == ()
    assert [each.what for each in database.books.trace(line.draft.mail_id)] == [
        "number-awaited",
        "registered",
        "number-given",
    ]
    with pytest.raises(NumberRefused, match="does not wait"):
        numbers(database).give([Gift(entry_id=line.id, number=458)], by="lan", why="lại")


def test_document_that_waits_or_has_its_number_is_not_entered_again(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    with pytest.raises(AlreadyEntered):
        enter(database, "a")
    assert database.registry.known("sonv", "", [sha256("a")], []).same_file == ((sha256("a"), line),)
    (given,) = numbers(database).give([Gift(entry_id=line.id, number=3)], by="lan", why="iOffice")
    assert database.registry.known("sonv", "", [sha256("a")], []).same_file == ((sha256("a"), given),)
    with pytest.raises(AlreadyEntered):
        enter(database, "a")


def test_correction_made_while_it_waited_stands_in_the_book(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    Changes(database.engine, clock=lambda: NOON).correct(line.id, {"note": "bản sao"}, by="lan", why="thiếu")
    (given,) = numbers(database).give([Gift(entry_id=line.id, number=3)], by="lan", why="iOffice")
    assert (given.draft.note, given.version) == ("bản sao", 1)


@pytest.mark.parametrize("number", [0, -1, 2**31])
def test_what_is_no_number_is_refused(database: Database, number: int) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    with pytest.raises(NumberRefused, match="no arrival number"):
        numbers(database).give([Gift(entry_id=line.id, number=number)], by="lan", why="iOffice")


def test_batch_with_one_taken_number_writes_nothing(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    first, second = enter(database, "a"), enter(database, "b")
    gifts = [Gift(entry_id=first.id, number=7), Gift(entry_id=second.id, number=7)]
    with pytest.raises(NumberRefused, match="has another document"):
        numbers(database).give(gifts, by="lan", why="iOffice")
    assert numbers(database).awaiting() == (first, second)


def test_number_of_another_year_goes_into_that_year(database: Database) -> None:
    """A letter of the last evening gets the first number of the new year from an e-office that was asleep."""
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    (given,) = numbers(database).give([Gift(entry_id=line.id, number=1, year=2027)], by="lan", why="iOffice")
    assert (given.year, given.number, given.arrival_date.year) == (2027, 1, 2026)


def test_number_is_given_to_one_of_many_who_ask_at_once(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    lines = [enter(database, str(count)) for count in range(6)]

    def ask(place: int) -> bool:
        try:
            numbers(database).give([Gift(entry_id=lines[place].id, number=9)], by="lan", why="iOffice")
        except NumberRefused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(6))) == 1
    assert len(numbers(database).awaiting()) == 5


def test_book_that_is_ours_again_continues_behind_the_highest_number(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    numbers(database).give([Gift(entry_id=line.id, number=40)], by="lan", why="iOffice")
    declare(database, Authority.OURS)
    assert enter(database, "b").number == 41


def test_number_is_not_given_from_outside_where_we_count(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    declare(database, Authority.OURS)
    with pytest.raises(NumberRefused, match="ours to give"):
        numbers(database).give([Gift(entry_id=line.id, number=40)], by="lan", why="iOffice")


def test_declaring_the_same_again_writes_nothing(database: Database) -> None:
    assert [declare(database, Authority.OURS), declare(database, Authority.BLOCK)] == [0, 1]
    assert [declare(database, Authority.BLOCK), declare(database, Authority.OURS)] == [0, 1]


def test_other_books_count_as_before(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    assert enter(database, "a", book="don-thu").number == 1
    with database.registry.transaction() as current:
        assert current.enter(draft("b", agency="stc"), NOON).number == 1
    with pytest.raises(NumberRefused):
        reserved(database).reserve("sonv", "den", 1, by="lan", why="cúp điện")


def test_change_needs_a_person_and_a_reason(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    for by, why in (("", "iOffice"), ("lan", " ")):
        with pytest.raises(ValueError, match="reason"):
            numbers(database).give([Gift(entry_id=line.id, number=40)], by=by, why=why)
    with pytest.raises(LookupError):
        numbers(database).give([Gift(entry_id="none", number=40)], by="lan", why="iOffice")


def test_line_that_waited_is_found_once(database: Database) -> None:
    """Under the number that came; while it waits, and when it is voided without a number, as the line that it is."""
    declare(database, Authority.EXTERNAL)
    line, other = enter(database, "a"), enter(database, "b")
    search = SqlSearch(database.engine)
    asked = Question(words=(line.draft.symbol or "",), book="den")
    assert {each.id for each in search.search(asked, most=9)} == {line.id, other.id}
    (given,) = numbers(database).give([Gift(entry_id=line.id, number=457)], by="lan", why="VNPT iOffice")
    Changes(database.engine).void(other.id, by="lan", why="nhầm")
    assert {each.id for each in search.search(asked, most=9)} == {given.id, other.id}


def test_line_that_waited_is_counted_once(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    line = enter(database, "a")
    numbers(database).give([Gift(entry_id=line.id, number=457)], by="lan", why="VNPT iOffice")
    facts = read_facts(database.engine, line.arrival_date, line.arrival_date)
    assert (len(facts.documents), facts.voided) == (1, 0)
