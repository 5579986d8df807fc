"""The answer to "did you get our 45/TB-STC?" (N10), on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mailbridge.registry.search_asked import came
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, case, draft
from tests.registry.conftest import Database


@pytest.fixture
def book(database: Database) -> Database:
    with database.registry.transaction() as current:
        for number, (symbol, issuer) in enumerate(
            [("45/TB-STC", "Sở Tài chính"), ("145/TB-STC", "Sở Tài chính"), ("45/QĐ-UBND", "UBND xã Một")]
        ):
            at = NOON + timedelta(hours=number)
            current.enter(draft(symbol, symbol=symbol, issuer=issuer, subject="Về 46/TB-STC"), at)
        told = json.dumps({"documents": [{"symbol": "47/TB-STC", "issuer": "Sở Tài chính"}, {"symbol": None}]})
        current.record(case("waiting", judgement=told), ())
    return database


@pytest.mark.parametrize("asked", ["45/TB-STC", "45/tb-stc", " 045 / TB - STC "])
def test_what_came_is_told_with_its_number(book: Database, asked: str) -> None:
    (found,) = came(book.engine, asked)
    assert found.entry is not None
    assert (found.symbol, found.received_at, found.entry.number) == ("45/TB-STC", NOON, 1)


def test_number_alone_stands_for_all_symbols_that_begin_so(book: Database) -> None:
    assert [each.symbol for each in came(book.engine, "45")] == ["45/QĐ-UBND", "45/TB-STC"]
    assert [each.symbol for each in came(book.engine, "45", issuer="tai chinh")] == ["45/TB-STC"]


def test_mail_that_waits_has_no_number_and_says_so(book: Database) -> None:
    (found,) = came(book.engine, "47/TB-STC")
    assert found.entry is None
    assert found.waiting is not None
    assert found.waiting.mail_id == "waiting"
    assert came(book.engine, "47/TB-STC", issuer="y te") == ()


@pytest.mark.parametrize("asked", ["46/TB-STC", "45/TB-STC-KT", "", "…", "5/TB-STC"])
def test_what_did_not_come_is_not_told(book: Database, asked: str) -> None:
    """A document that is only spoken of in another one did not come."""
    assert came(book.engine, asked) == ()


def test_other_agencies_do_not_answer(book: Database) -> None:
    assert came(book.engine, "45/TB-STC", agency="stc") == ()
    assert len(came(book.engine, "45/TB-STC", agency="sonv")) == 1


def test_voided_entry_is_told_as_such(book: Database) -> None:
    (found,) = came(book.engine, "45/TB-STC")
    assert found.entry is not None
    Changes(book.engine).void(found.entry.id, by="lan", why="nhầm")
    (found,) = came(book.engine, "45/TB-STC")
    assert found.entry is not None
    assert found.entry.status.value == "voided"
