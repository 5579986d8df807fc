"""Numbers out of blocks that another system set apart (E7)."""

from __future__ import annotations

import pytest

from mailbridge.registry.authority import Authority
from mailbridge.registry.numbers import NumberRefused
from tests.registry.builders_numbers import blocks, declare, enter, numbers, reserved
from tests.registry.conftest import Database


def add(database: Database, first: int, last: int, year: int = 2026) -> list[int]:
    entered = blocks(database).add("sonv", "den", year, first, last, by="lan", why="công văn 12")
    return [each.number for each in entered]


def test_numbers_come_from_the_blocks_in_order_and_then_lines_wait(database: Database) -> None:
    declare(database, Authority.BLOCK)
    assert add(database, 10, 11) == []
    assert add(database, 50, 50) == []
    assert [enter(database, each).number for each in "abc"] == [10, 11, 50]
    waiting = [enter(database, each) for each in "de"]
    assert numbers(database).awaiting() == tuple(waiting)
    assert [each.left for each in blocks(database).blocks()] == [0, 0]


def test_new_block_numbers_those_that_wait_in_the_order_of_arrival(database: Database) -> None:
    declare(database, Authority.BLOCK)
    waiting = [enter(database, each) for each in "abc"]
    assert add(database, 7, 8) == [7, 8]
    assert [each.draft.document_sha256 for each in database.books.entries(first=7)] == [
        each.draft.document_sha256 for each in waiting[:2]
    ]
    assert numbers(database).awaiting() == (waiting[2],)
    assert add(database, 20, 30) == [20]
    assert enter(database, "d").number == 21
    assert [(each.first, each.left) for each in blocks(database).blocks(agency="sonv", book="den")] == [(7, 0), (20, 9)]


@pytest.mark.parametrize(("first", "last"), [(0, 3), (9, 8), (12, 15), (5, 9), (15, 20)])
def test_block_that_cannot_be_is_refused(database: Database, first: int, last: int) -> None:
    declare(database, Authority.BLOCK)
    add(database, 10, 15)
    enter(database, "a")
    with pytest.raises(NumberRefused):
        add(database, first, last)


def test_book_that_counts_itself_takes_no_block(database: Database) -> None:
    with pytest.raises(NumberRefused, match="takes no blocks"):
        add(database, 10, 15)


def test_reservation_stays_within_the_blocks_or_is_refused_whole(database: Database) -> None:
    declare(database, Authority.BLOCK)
    add(database, 10, 12)
    assert [each.number for each in reserved(database).reserve("sonv", "den", 2, by="lan", why="họp")] == [10, 11]
    with pytest.raises(NumberRefused):
        reserved(database).reserve("sonv", "den", 2, by="lan", why="họp")
    assert enter(database, "a").number == 12


def test_block_of_another_year_is_left_for_it(database: Database) -> None:
    declare(database, Authority.BLOCK)
    line = enter(database, "a")
    assert add(database, 1, 5, year=2027) == []
    assert numbers(database).awaiting(agency="sonv", book="den") == (line,)
