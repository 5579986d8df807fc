"""The reading side: lists, one line, and the time line of a mail by anything that people call it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mailbridge.registry.entry import RegisterEntry
from tests.registry.builders_registry import NOON, case, case_of_entry, draft, letter, private_case, sha256
from tests.registry.conftest import BOTH, Database, fresh_database

LAST_SECOND = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
DAY = timedelta(days=1)


def walk(database: Database, document: str, at: datetime = NOON, **changes: object) -> RegisterEntry:
    with database.registry.transaction() as current:
        entry = current.enter(draft(document, **changes), at)
        current.record(case_of_entry(entry, accepted_at=at, decided_at=at + timedelta(seconds=2)), [entry])
    return entry


@pytest.fixture(scope="module", params=BOTH)
def filled(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Three entries of two years and an agency more, and mails that were held, proposed to be returned and passed."""
    with fresh_database(request, request.param) as database:
        fill(database)
        yield database


def fill(database: Database) -> None:
    walk(database, "a", symbol="12/QĐ-UBND")
    walk(database, "b", NOON + DAY)
    walk(database, "c", LAST_SECOND + timedelta(seconds=1))
    walk(database, "d", agency="sotc", book="riêng")
    with database.registry.transaction() as current:
        current.record(case("held", accepted_at=NOON + DAY), [])
        current.record(case("return", action="return", accepted_at=NOON - DAY), [])
        current.record(case("elsewhere", agency="sotc", accepted_at=NOON), [])
        current.record(private_case("private", accepted_at=NOON), [])
        current.post(letter("ack-a", mail_id="mail-a", recipient="Van.Thu@vpcp.example"))


def numbers(entries: object) -> list[str]:
    assert hasattr(entries, "__iter__")
    return [f"{one.draft.agency} {one.draft.book} {one.number}/{one.year}" for one in entries]


def test_entries_are_listed_by_book_year_and_number(filled: Database) -> None:
    assert numbers(filled.books.entries()) == [
        "sonv den 1/2026",
        "sonv den 2/2026",
        "sonv den 1/2027",
        "sotc riêng 1/2026",
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"agency": "sotc"}, ["sotc riêng 1/2026"]),
        ({"book": "den", "year": 2026}, ["sonv den 1/2026", "sonv den 2/2026"]),
        ({"book": "den", "year": 2026, "first": 2}, ["sonv den 2/2026"]),
        ({"agency": "sonv", "last": 1}, ["sonv den 1/2026", "sonv den 1/2027"]),
        ({"limit": 1}, ["sonv den 1/2026"]),
        ({"year": 2025}, []),
    ],
)
def test_entries_are_chosen(filled: Database, asked: dict[str, object], expected: list[str]) -> None:
    assert numbers(filled.books.entries(**asked)) == expected  # type: ignore[arg-type]  # the table above knows


def test_numbers_sort_as_numbers(database: Database) -> None:
    with database.registry.transaction() as current:
        for one in range(11):
            current.enter(draft(str(one)), NOON)
    assert [entry.number for entry in database.books.entries()] == list(range(1, 12))


def test_one_line_is_found(filled: Database) -> None:
    found = filled.books.entry(agency="sonv", book="den", year=2026, number=2)
    assert found is not None
    assert found.draft.document_sha256 == sha256("b")
    assert filled.books.entry(agency="sotc", book="den", year=2026, number=2) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12/QĐ-UBND", ["sonv den 1/2026"]),
        (" 12/QĐ-UBND ", ["sonv den 1/2026"]),
        ("12/QD\u0323-UBND", []),
        ("2", ["sonv den 2/2026"]),
        ("02", ["sonv den 2/2026"]),
        ("1/2026", ["sonv den 1/2026", "sotc riêng 1/2026"]),
        ("01/2027", ["sonv den 1/2027"]),
        ("mail-c", ["sonv den 1/2027"]),
        ("3", []),
        ("0", []),
        ("99999999999999999999", []),
        ("", []),
        ("%", []),
        ("\x00", []),
    ],
)
def test_entries_are_found_by_what_people_call_them(filled: Database, text: str, expected: list[str]) -> None:
    assert numbers(filled.books.find_entries(text)) == expected


def test_found_entries_can_be_of_one_agency(filled: Database) -> None:
    assert numbers(filled.books.find_entries("1/2026", agency="sotc")) == ["sotc riêng 1/2026"]


def test_waiting_mails_are_listed_oldest_first(filled: Database) -> None:
    assert [one.mail_id for one in filled.books.held()] == ["return", "elsewhere", "held"]
    assert [one.mail_id for one in filled.books.held(agency="sonv")] == ["return", "held"]


def test_cases_are_listed_in_order_of_acceptance(filled: Database) -> None:
    books = filled.books
    assert [one.mail_id for one in books.cases(agency="sonv")] == [
        "return", "mail-a", "private", "held", "mail-b", "mail-c",
    ]  # fmt: skip
    assert [one.mail_id for one in books.cases(action="pass")] == ["private"]
    assert [one.mail_id for one in books.cases(agency="sonv", since=NOON, until=NOON + DAY)] == ["mail-a", "private"]
    assert [one.mail_id for one in books.cases(limit=1)] == ["return"]


def test_shadows_are_listed_and_counted_apart(database: Database) -> None:
    """Nothing of shadow mode waits for a clerk or looks as if it had happened."""
    with database.registry.transaction() as current:
        current.record(case("real"), [])
        current.record(case("one", shadow=True), [])
        current.record(case("two", shadow=True, accepted_at=NOON + DAY), [])
        current.record(case("three", shadow=True, action="register", rule="signed"), [])
    books = database.books
    assert [one.mail_id for one in books.held()] == ["real"]
    assert [one.mail_id for one in books.cases()] == ["real"]
    assert [one.mail_id for one in books.cases(shadow=True)] == ["one", "three", "two"]
    assert [(one.action, one.rule, one.mails) for one in books.counts(shadow=True)] == [
        ("hold", "no-signature", 2),
        ("register", "signed", 1),
    ]
    assert [one.mails for one in books.counts(since=NOON + DAY, shadow=True)] == [1]
    assert [one.mails for one in books.counts()] == [1]
    assert [one.what for one in books.trace("three")] == ["accepted", "shadow"]


WAY = ["accepted", "registered", "decided", "letter-queued"]


@pytest.mark.parametrize(
    "what",
    [
        "mail-a",
        "12/QĐ-UBND",
        "<mail-a@vpcp.example>",
        "mail-a@vpcp.example",
        sha256("a"),
        sha256("mail-a").upper(),
        "van.thu@vpcp.example",
    ],
)
def test_mail_is_traced_by_any_name(filled: Database, what: str) -> None:
    events = filled.books.trace(what)
    assert {one.mail_id for one in events} == {"mail-a"}
    assert sorted(one.what for one in events) == sorted(WAY)
    assert [one.at for one in events] == sorted(one.at for one in events)


def test_mail_is_traced_by_its_entry(filled: Database) -> None:
    (entry,) = filled.books.find_entries("12/QĐ-UBND")
    (registered,) = [one for one in filled.books.trace(entry.id) if one.what == "registered"]
    assert (registered.entry_id, registered.detail, registered.actor) == (entry.id, "den 01/2026", "mailbridge")


@pytest.mark.parametrize(
    ("what", "mails"),
    [
        ("2/2026", {"mail-b"}),
        ("1", {"mail-a", "mail-c", "mail-d"}),
        ("1/2027", {"mail-c"}),
        ("01/01/2027", {"mail-c"}),
        ("2027-01-01", {"mail-c"}),
        ("31/12/2026", set()),
        ("20/11/2026", {"mail-a", "mail-d", "elsewhere", "private"}),
        ("VANTHU@vpcp.example", {"mail-a", "mail-b", "mail-c", "mail-d", "held", "return", "elsewhere"}),
        ("32/13/2026", set()),
        ("31/12/9999", set()),
        ("0001-01-01", set()),
        ("nothing", set()),
        ("", set()),
    ],
)
def test_trace_finds_mails(filled: Database, what: str, mails: set[str]) -> None:
    assert {one.mail_id for one in filled.books.trace(what)} == mails


def test_trace_of_one_agency_shows_no_other(filled: Database) -> None:
    """P5: data of agencies stay apart."""
    assert {one.mail_id for one in filled.books.trace("20/11/2026", agency="sotc")} == {"mail-d", "elsewhere"}


def test_end_of_each_walk_stands_in_the_time_line(filled: Database) -> None:
    ends = {mail: filled.books.trace(mail)[-1] for mail in ("held", "return", "private", "mail-b")}
    assert {mail: one.what for mail, one in ends.items()} == {
        "held": "held",
        "return": "return-proposed",
        "private": "passed",
        "mail-b": "decided",
    }
    assert ends["held"].detail == "rule no-signature"


def test_series_that_was_set_stands_in_the_time_line(database: Database) -> None:
    database.registry.start_series("sonv", "den", 2026, 413, by="lan@sonv.example", why="sổ giấy đến 412")
    with database.engine.begin() as connection:
        rows = connection.exec_driver_sql("SELECT actor, what, detail, mail_id FROM event").fetchall()
    assert [tuple(row) for row in rows] == [
        ("lan@sonv.example", "series-started", "den 2026: next number 413 instead of 1: sổ giấy đến 412", None)
    ]
