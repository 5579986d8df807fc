"""Documents on paper share the series of those that come by mail (A10)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from mailbridge.registry.conflicts import LooksEntered
from mailbridge.registry.corrections_fields import Value, WrongValue
from mailbridge.registry.entry import Channel, RegisterEntry
from mailbridge.registry.paper import enter_paper, missing
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database

LETTER: dict[str, Value] = {
    "symbol": "15/QĐ-UBND",
    "issued_date": date(2026, 11, 18),
    "issuer": "Ủy ban nhân dân tỉnh Bắc Kạn",
    "type": "Quyết định",
    "subject": "Về việc kiện toàn",
}


def enter(database: Database, values: dict[str, Value] | None = None, **changes: Any) -> RegisterEntry:
    told: dict[str, Any] = {"agency": "sonv", "book": "den", "arrived_at": NOON, "now": NOON, "by": "lan"}
    return enter_paper(database.registry, values or LETTER, **told | changes)


def test_paper_and_mail_of_a_day_are_one_series(database: Database) -> None:
    with database.registry.transaction() as current:
        first = current.enter(draft("a"), NOON)
    second = enter(database)
    with database.registry.transaction() as current:
        third = current.enter(draft("b"), NOON)
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
    assert tuple(database.books.entries()) == (first, second, third)
    assert (second.draft.channel, second.draft.mail_id, second.draft.document_sha256) == (Channel.PAPER, "", "")
    assert (second.draft.number, second.draft.notation) == ("15", "QĐ-UBND")


def test_entry_without_a_mail_is_traced_by_its_number_and_day(database: Database) -> None:
    line = enter(database)
    Changes(database.engine, clock=lambda: NOON).void(line.id, by="minh", why="nhầm")
    for what in ("1", "1/2026", "15/QĐ-UBND", line.id, "20/11/2026"):
        assert [each.what for each in database.books.trace(what)] == ["registered", "voided"]
    assert database.books.trace("21/11/2026") == ()
    assert database.books.trace("1", agency="stc") == ()


@pytest.mark.parametrize("name", ["symbol", "issued_date", "issuer", "type", "subject"])
def test_line_that_lacks_what_the_form_needs_is_refused(database: Database, name: str) -> None:
    with pytest.raises(WrongValue, match=name):
        enter(database, {**LETTER, name: None})
    with pytest.raises(WrongValue, match="reason"):
        enter(database, {**LETTER, name: None}, force=True)
    line = enter(database, {**LETTER, name: None}, force=True, why="bản gốc không ghi")
    assert (line.number, getattr(line.draft, name)) == (1, None)


def test_number_and_notation_are_a_symbol() -> None:
    assert missing({**{k: v for k, v in LETTER.items() if k != "symbol"}, "number": "1", "notation": "A"}) == ()
    assert missing({"number": "1"}) == ("type", "symbol", "issued_date", "issuer", "subject")


def test_late_entry_shows_its_reason(database: Database) -> None:
    """E8."""
    enter(database)
    late = {**LETTER, "symbol": "16/QĐ-UBND", "note": "bản sao"}
    with pytest.raises(WrongValue, match="late"):
        enter(database, late, arrived_at=NOON - timedelta(days=1))
    line = enter(database, late, arrived_at=NOON - timedelta(days=1), why="giấy đến cuối giờ")
    assert (line.number, line.arrival_date) == (2, date(2026, 11, 19))
    assert line.draft.note == "bản sao; Vào sổ muộn: giấy đến cuối giờ"


def test_what_has_not_arrived_yet_is_not_entered(database: Database) -> None:
    with pytest.raises(WrongValue, match="after now"):
        enter(database, arrived_at=NOON + timedelta(minutes=1))
    with pytest.raises(WrongValue, match="after that of its arrival"):
        enter(database, {**LETTER, "issued_date": date(2026, 11, 21)})
    assert tuple(database.books.entries()) == ()
    assert enter(database).number == 1


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({}, True),
        ({"issuer": "uỷ ban Nhân dân tỉnh bắc kạn", "subject": "Khác"}, True),
        ({"issued_date": date(2026, 2, 1)}, True),
        ({"issued_date": date(2025, 11, 18)}, False),
        ({"issuer": "Ủy ban nhân dân xã Hà Vị"}, False),
        ({"symbol": "16/QĐ-UBND"}, False),
    ],
)
def test_same_number_symbol_and_issuer_are_told(database: Database, change: dict[str, Value], is_same: bool) -> None:
    """F3: told, never blocked in silence, and entered on wish."""
    first = enter(database)
    if is_same:
        with pytest.raises(LooksEntered) as refused:
            enter(database, {**LETTER, **change})
        assert refused.value.entries == (first,)
    line = enter(database, {**LETTER, **change}, force=is_same, why="hai văn bản khác nhau")
    assert line.number == 2


def test_voided_twin_is_no_twin(database: Database) -> None:
    first = enter(database)
    Changes(database.engine).void(first.id, by="lan", why="sai sổ")
    assert enter(database).number == 2


def test_two_clerks_with_one_letter_enter_it_once(database: Database) -> None:
    def work(_worker: int) -> int | None:
        try:
            return enter(database).number
        except LooksEntered:
            return None

    with ThreadPoolExecutor(6) as pool:
        assert sorted(filter(None, pool.map(work, range(6)))) == [1]
    assert enter(database, {**LETTER, "symbol": "17/QĐ-UBND"}).number == 2
