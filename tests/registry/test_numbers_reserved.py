"""Numbers set apart for paper (E8)."""

from __future__ import annotations

from datetime import date

import pytest

from mailbridge.registry.conflicts import LooksEntered
from mailbridge.registry.corrections_fields import Value
from mailbridge.registry.entry import Channel, EntryStatus
from mailbridge.registry.numbers import NumberRefused
from mailbridge.registry.paper import enter_paper
from mailbridge.registry.series import Place
from tests.registry.builders_numbers import enter, reserved
from tests.registry.builders_registry import NOON
from tests.registry.conftest import Database

LETTER: dict[str, Value] = {
    "symbol": "15/QĐ-UBND",
    "issued_date": date(2026, 11, 18),
    "issuer": "Ủy ban nhân dân tỉnh Bắc Kạn",
    "type": "Quyết định",
    "subject": "Về việc kiện toàn",
}


def test_reserved_numbers_are_passed_by_the_walk_and_filled_later(database: Database) -> None:
    enter(database, "a")
    made = reserved(database).reserve("sonv", "den", 2, by="lan", why="cúp điện")
    assert [each.number for each in made] == [2, 3]
    assert enter(database, "b").number == 4
    told = {"agency": "sonv", "book": "den", "arrived_at": NOON, "now": NOON, "by": "lan"}
    line = enter_paper(database.registry, LETTER, reserved=3, **told)  # type: ignore[arg-type]
    assert (line.number, line.draft.channel) == (3, Channel.PAPER)
    assert reserved(database).open() == made[:1]
    with pytest.raises(NumberRefused, match="entered already"):
        enter_paper(database.registry, LETTER, reserved=3, **told)  # type: ignore[arg-type]
    with pytest.raises(LooksEntered):
        enter_paper(database.registry, LETTER, reserved=2, **told)  # type: ignore[arg-type]
    with pytest.raises(NumberRefused, match="not reserved"):
        enter_paper(database.registry, LETTER, reserved=9, **told)  # type: ignore[arg-type]
    assert reserved(database).open(agency="sonv", book="den", year=2026) == made[:1]


def test_number_that_is_let_go_says_why(database: Database) -> None:
    reserved(database).reserve("sonv", "den", 1, by="lan", why="cúp điện")
    line = reserved(database).release("sonv", Place("den", 2026, 1), by="lan", why="không có văn bản nào")
    assert (line.status, line.draft.note) == (EntryStatus.VOIDED, "Bỏ số 01/2026 do không có văn bản nào")
    assert reserved(database).open() == ()
    assert enter(database, "a").number == 2
    for number in (1, 2, 3):
        with pytest.raises(NumberRefused):
            reserved(database).release("sonv", Place("den", 2026, number), by="lan", why="nữa")
    happened = [each.what for each in database.books.trace("1/2026")]
    assert happened == ["registered", "number-skipped"]


@pytest.mark.parametrize("count", [0, -3, 501])
def test_counts_that_cannot_be_meant_are_refused(database: Database, count: int) -> None:
    with pytest.raises(NumberRefused):
        reserved(database).reserve("sonv", "den", count, by="lan", why="cúp điện")
    assert enter(database, "a").number == 1
