"""Closing days and years, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mailbridge.registry.closings import Act, ClosingRefused, PeriodClosed, SqlClosings, open_for_mail
from mailbridge.registry.closings_content import Period, day_of
from mailbridge.registry.corrections_fields import Value
from mailbridge.registry.entry import EntryStatus, RegisterEntry
from mailbridge.registry.paper import enter_paper
from mailbridge.registry.store import SqlRegistry
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, draft
from tests.registry.conftest import Database

DAY, YEAR = day_of(date(2026, 11, 20)), Period(year=2026)
NEXT_DAY = NOON + timedelta(days=1)
NEXT_YEAR = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
PAPER: dict[str, Value] = {
    "type": "Công văn",
    "symbol": "15/SNV",
    "issued_date": date(2026, 11, 19),
    "issuer": "Sở Nội vụ",
    "subject": "Về việc họp",
}


def closings(database: Database, now: datetime = NEXT_DAY) -> SqlClosings:
    return SqlClosings(database.engine, clock=lambda: now)


def entered(database: Database, name: str, at: datetime = NOON, **changes: Any) -> RegisterEntry:
    with SqlRegistry(database.engine, clock=lambda: at).transaction() as current:
        return current.enter(draft(name, **changes), at)


def corrections(database: Database) -> Changes:
    return Changes(database.engine, clock=lambda: NEXT_DAY)


def acts(database: Database, period: Period = DAY) -> list[tuple[int, Act, str]]:
    rows = closings(database).rows(agency="sonv", book="den", year=2026)
    return [(each.sequence, each.act, each.by) for each in rows if each.period == period]


def test_closing_says_what_stood_there(database: Database) -> None:
    for name in "abc":
        entered(database, name)
    entered(database, "later", NEXT_DAY)
    done = closings(database).close("sonv", "den", DAY, by="lan")
    assert done.totals is not None
    assert (done.totals.numbers, done.totals.entries, done.totals.mail) == (((1, 3),), 3, 3)
    assert done == closings(database).of_day("sonv", "den", date(2026, 11, 20))[0]
    assert done.totals == closings(database).totals("sonv", "den", DAY)


def test_a_day_without_documents_is_closed_too(database: Database) -> None:
    done = closings(database).close("sonv", "den", DAY, by="lan")
    assert done.totals is not None
    assert (done.totals.first, done.totals.entries) == (None, 0)
    assert entered(database, "next", NEXT_DAY).number == 1


def test_a_day_that_is_not_over_is_not_closed(database: Database) -> None:
    with pytest.raises(ClosingRefused, match="not over"):
        closings(database, NOON).close("sonv", "den", DAY, by="lan")
    with pytest.raises(ClosingRefused) as refused:
        closings(database).close("sonv", "den", YEAR, by="lan")
    assert refused.value.said("vi") == "Chưa hết năm 2026, chưa thể khóa sổ."
    assert acts(database) == []


def test_what_is_closed_is_not_closed_twice_nor_opened_twice(database: Database) -> None:
    desk = closings(database)
    desk.close("sonv", "den", DAY, by="lan")
    with pytest.raises(ClosingRefused, match="already"):
        desk.close("sonv", "den", DAY, by="lan")
    desk.reopen("sonv", "den", DAY, by="hoa", why="đính chính trích yếu")
    with pytest.raises(ClosingRefused, match="not closed"):
        desk.reopen("sonv", "den", DAY, by="hoa", why="một lần nữa")
    desk.close("sonv", "den", DAY, by="lan")
    assert [(number, act.value) for number, act, _ in acts(database)] == [
        (1, "closed"),
        (2, "reopened"),
        (3, "closed"),
    ]


def test_opening_needs_a_reason(database: Database) -> None:
    closings(database).close("sonv", "den", DAY, by="lan")
    with pytest.raises(ValueError, match="reason"):
        closings(database).reopen("sonv", "den", DAY, by="lan", why=" ")


@pytest.mark.parametrize("period", [DAY, YEAR], ids=["day", "year"])
def test_closed_lines_are_neither_corrected_nor_voided(database: Database, period: Period) -> None:
    line = entered(database, "a")
    closings(database, NEXT_YEAR).close("sonv", "den", period, by="lan")
    with pytest.raises(PeriodClosed) as refused:
        corrections(database).correct(line.id, {"subject": "khác"}, by="lan", why="nhầm")
    assert f"Sổ {period.shown} đã khóa; không thể thêm hoặc sửa." in refused.value.vi
    assert f"{period.option} --reopen --why" in refused.value.vi
    with pytest.raises(PeriodClosed):
        corrections(database).void(line.id, by="lan", why="nhầm")
    closings(database).reopen("sonv", "den", period, by="lan", why="nhầm")
    assert corrections(database).correct(line.id, {"subject": "khác"}, by="lan", why="nhầm").changes


def test_hand_over_and_directions_go_on_after_the_day(database: Database) -> None:
    line = entered(database, "a")
    done = closings(database).close("sonv", "den", DAY, by="lan")
    values: dict[str, Value] = {"recipients": "Phòng Nội vụ", "transfer_date": date(2026, 11, 21), "trace": "Giao A"}
    assert corrections(database).correct(line.id, values, by="lan", why="chuyển").changes
    assert closings(database).totals("sonv", "den", DAY) == done.totals


def test_closed_year_seals_the_hand_over_and_leaves_the_file(database: Database) -> None:
    line = entered(database, "a")
    closings(database, NEXT_YEAR).close("sonv", "den", YEAR, by="lan")
    with pytest.raises(PeriodClosed):
        corrections(database).correct(line.id, {"recipients": "Phòng A"}, by="lan", why="chuyển")
    assert corrections(database).correct(line.id, {"file_notation": "01/HC"}, by="lan", why="lập hồ sơ").changes


def test_paper_of_a_closed_day_is_refused_and_takes_no_number(database: Database) -> None:
    entered(database, "a")
    closings(database).close("sonv", "den", DAY, by="lan")
    said: dict[str, Any] = {"agency": "sonv", "book": "den", "by": "lan", "why": "gửi qua bưu điện", "now": NEXT_DAY}
    registry = SqlRegistry(database.engine, clock=lambda: NEXT_DAY)
    with pytest.raises(PeriodClosed, match="reopen"):
        enter_paper(registry, PAPER, arrived_at=NOON, **said)
    assert enter_paper(registry, PAPER, arrived_at=NEXT_DAY, **said).number == 2
    assert len(acts(database)) == 1


@pytest.mark.parametrize("closed", [(DAY,), (YEAR,), (DAY, YEAR)], ids=["day", "year", "both"])
def test_mail_of_a_closed_day_opens_it_visibly(database: Database, closed: tuple[Period, ...]) -> None:
    for each in closed:
        closings(database, NEXT_YEAR).close("sonv", "den", each, by="lan")
    line = entered(database, "late")
    assert line.number == 1
    for each in closed:
        assert acts(database, each) == [(1, Act.CLOSED, "lan"), (2, Act.REOPENED, "mailbridge")]
    opened = closings(database).standing(agency="sonv", year=2026)
    assert [each.is_closed for each in opened] == [False] * len(closed)
    assert opened[0].why == "Văn bản đến qua thư điện tử ngày 20/11/2026 vào sổ sau khi khóa: số đến 01"
    told = [each for each in database.books.trace("1/2026") if each.what == "registered"]
    assert len(told) == 1


def test_a_recall_opens_the_day_of_its_document(database: Database) -> None:
    line = entered(database, "a")
    closings(database).close("sonv", "den", DAY, by="lan")
    with database.engine.begin() as connection:
        opened = open_for_mail(connection, line, "Bên gửi thu hồi văn bản số đến 01", at=NEXT_DAY)
    assert [(each.act, each.period) for each in opened] == [(Act.REOPENED, DAY)]


def test_other_books_and_agencies_stay_open(database: Database) -> None:
    closings(database).close("sonv", "den", DAY, by="lan")
    entered(database, "a", book="don-thu")
    entered(database, "b", agency="soyt")
    assert len(acts(database)) == 1


def test_voided_lines_are_counted(database: Database) -> None:
    line = entered(database, "a")
    corrections(database).void(line.id, by="lan", why="trùng")
    done = closings(database).close("sonv", "den", DAY, by="lan")
    assert done.totals is not None
    assert (done.totals.entries, done.totals.voided) == (1, 1)
    assert line.status is EntryStatus.REGISTERED


def test_the_digest_finds_what_was_changed_past_the_program(database: Database) -> None:
    entered(database, "a")
    done = closings(database).close("sonv", "den", DAY, by="lan")
    off = "DROP TRIGGER entry_version_no_update"
    if database.engine.dialect.name == "postgresql":
        off = "ALTER TABLE entry_version DISABLE TRIGGER USER"
    with database.engine.begin() as connection:
        connection.execute(text(off))
        connection.execute(text("UPDATE entry_version SET subject = 'x'"))
    assert closings(database).totals("sonv", "den", DAY) != done.totals


@pytest.mark.parametrize("statement", ["UPDATE closing SET why = 'x'", "DELETE FROM closing"])
def test_closings_only_grow(database: Database, statement: str) -> None:
    closings(database).close("sonv", "den", DAY, by="lan")
    with pytest.raises(DBAPIError, match="only grows"), database.engine.begin() as connection:
        connection.execute(text(statement))


def test_no_line_slips_in_beside_a_closing(database: Database) -> None:
    """Whatever the order, a line is either counted or has opened the day."""
    entered(database, "first")
    start = threading.Barrier(5)

    def enter(name: str) -> None:
        start.wait()
        entered(database, name)

    threads = [threading.Thread(target=enter, args=(f"t{number}",)) for number in range(4)]
    for each in threads:
        each.start()
    start.wait()
    done = closings(database).close("sonv", "den", DAY, by="lan")
    for each in threads:
        each.join()
    assert done.totals is not None
    now = closings(database).totals("sonv", "den", DAY)
    assert now.entries == 5
    opened = [act for _, act, _ in acts(database)] == [Act.CLOSED, Act.REOPENED]
    assert opened == (done.totals.entries < 5)
