"""An old book comes in as a whole, with its numbers (S1), and so do the pages of an emergency (E10)."""

from __future__ import annotations

from datetime import date

import pytest

from mailbridge.registry.authority import Authority
from mailbridge.registry.corrections_fields import name_key
from mailbridge.registry.entry import Channel, EntryStatus
from mailbridge.registry.importing import ImportRefused
from mailbridge.registry.importing_heads import Column
from mailbridge.registry.versions import versions_of_entry
from tests.registry.builders_importing import HEADS, bring, check, old
from tests.registry.builders_numbers import declare, enter, reserved
from tests.registry.conftest import Database


def codes(refused: ImportRefused) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in refused.checked.faults if each.stops]


def test_lines_stand_under_their_own_numbers_and_say_where_they_came_from(database: Database) -> None:
    done = bring(database, old(2), old(1, "04/01/2024"), old(3))
    assert [(each.year, each.lines, each.first, each.last) for each in done.years] == [(2024, 3, 1, 3)]
    first, second, _ = database.books.entries(agency="sonv", book="den", year=2024)
    assert (first.number, first.arrival_date, second.arrival_date) == (1, date(2024, 1, 4), date(2024, 1, 5))
    draft = second.draft
    assert (draft.channel, draft.mail_id, draft.symbol, draft.number) == (Channel.PAPER, "", "12/QĐ-UBND", "12")
    assert (draft.type, draft.subject, draft.type_and_subject) == (
        "Quyết định",
        "về việc họp",
        "Quyết định về việc họp",
    )
    assert (draft.transfer_date, draft.recipients, draft.note) == (date(2024, 1, 6), "Phòng TCCB", "Ký nhận: Hoa")
    ((_, author),) = versions_of_entry(database.engine, first.id)
    assert (author.by, author.why) == ("import", f"nhập sổ cũ: so-2024.xlsx, SHA-256 {'ab' * 32}")
    assert tuple(database.books.letters()) == ()


def test_series_goes_on_behind_what_was_imported(database: Database) -> None:
    bring(database, old(1, "05/01/2026"), old(2, "06/01/2026"))
    assert enter(database, "a").number == 3
    assert [each.number for each in database.books.entries(year=2026)] == [1, 2, 3]


def test_page_heads_totals_and_signatures_are_no_lines(database: Database) -> None:
    ordinals = tuple(f"({count})" for count in range(1, 11))
    done = bring(
        database,
        ordinals,
        old(1),
        ("", "", "", "", "", "", "", "", "", ""),
        ("Cộng trang này: 1 văn bản",),
        HEADS,
        old(2),
        ("", "", "", "", "", "Người lập sổ"),
    )
    assert (done.years[0].lines, done.left_out) == (
        2,
        {"head": 2, "ordinals": 1, "empty": 1, "total": 1, "signature": 1},
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([old(1), old(1)], [(3, "doubled")]),
        ([old(1), old("12a")], [(3, "sub-number")]),
        ([old("mười")], [(2, "wrong-number")]),
        ([old("")], [(2, "no-number")]),
        ([old(1, "")], [(2, "no-day")]),
        ([old(1, "31/02/2024")], [(2, "wrong-day")]),
        ([old(1), old(4)], [(0, "gap")]),
        ([old(1), old(900_000)], [(0, "far-away")]),
        ([old("5/2023", "05/03/2024")], [(2, "other-year")]),
        ([], [(0, "no-lines")]),
    ],
    ids=lambda value: value[0][1] if value and isinstance(value[0], tuple) and len(value[0]) == 2 else "rows",
)
def test_fault_names_its_row_and_nothing_is_written(
    database: Database, rows: list[tuple[str, ...]], expected: list[tuple[int, str]]
) -> None:
    with pytest.raises(ImportRefused) as refused:
        bring(database, *rows)
    assert codes(refused.value) == expected
    assert tuple(database.books.entries()) == ()
    assert [(each.row, each.code) for each in check(database, *rows).faults if each.stops] == expected


def test_file_without_heads_is_refused(database: Database) -> None:
    with pytest.raises(ImportRefused) as refused:
        bring(database, old(1), heads=("a", "b"))
    assert codes(refused.value) == [(0, "no-heads")]


def test_own_heads_are_mapped(database: Database) -> None:
    mapping = {name_key("Số vô sổ"): Column.NUMBER, name_key("Ngày vô sổ"): Column.ARRIVED}
    bring(database, ("07/02/2024", "1"), heads=("Ngày vô sổ", "Số vô sổ"), mapping=mapping)
    (line,) = database.books.entries()
    assert (line.number, line.arrival_date) == (1, date(2024, 2, 7))


def test_gaps_get_a_line_that_says_why(database: Database) -> None:
    done = bring(database, old(1), old(4), gaps="sổ giấy không ghi")
    assert done.years[0].missing == (2, 3)
    lines = list(database.books.entries())
    assert [each.number for each in lines] == [1, 2, 3, 4]
    assert [each.status for each in lines[1:3]] == [EntryStatus.VOIDED] * 2
    assert lines[1].draft.note == "Bỏ số 02/2024 do sổ giấy không ghi"


def test_numbers_that_the_book_has_are_not_given_twice(database: Database) -> None:
    bring(database, old(1), old(2))
    with pytest.raises(ImportRefused) as refused:
        bring(database, old(2), old(3))
    assert codes(refused.value) == [(2, "taken")]
    bring(database, old(3))
    assert [each.number for each in database.books.entries()] == [1, 2, 3]


def test_several_years_come_together_or_not_at_all(database: Database) -> None:
    with pytest.raises(ImportRefused):
        bring(database, old(1), old(1, "05/01/2025"), old(1, "06/01/2025"))
    assert tuple(database.books.entries()) == ()
    done = bring(database, old(1), old(1, "05/01/2025"))
    assert [each.year for each in done.years] == [2024, 2025]


def test_what_is_doubtful_is_told_and_left_empty(database: Database) -> None:
    later = ("05/01/2024", "1", "", "12/QĐ-UBND", "09/01/2024", "Họp", "", "mai", "", "")
    done = bring(database, later, old(2, "04/01/2024"))
    assert [(each.row, each.code, each.stops) for each in done.faults] == [
        (2, "issued-later", False),
        (2, "wrong-day", False),
        (3, "out-of-order", False),
    ]
    (line,) = database.books.entries(first=1, last=1)
    assert (line.draft.issued_date, line.draft.transfer_date, line.draft.issuer) == (None, None, None)


def test_merged_day_and_ditto_marks_say_what_stands_above(database: Database) -> None:
    bring(database, old(1), ("", "2", '"', "13/QĐ-UBND", "-nt-", "Quyết định khác"))
    (line,) = database.books.entries(first=2)
    assert (line.arrival_date, line.draft.issuer) == (date(2024, 1, 5), "UBND tỉnh Bắc Kạn")
    assert line.draft.issued_date == date(2024, 1, 3)


def test_external_book_takes_the_numbers_of_the_file_with_their_gaps(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    done = bring(database, old(5), old(9))
    assert ([each.code for each in done.faults], done.years[0].missing) == (["gap-elsewhere"], ())
    assert [each.number for each in database.books.entries()] == [5, 9]


TODAY = "20/11/2026"


def test_emergency_lines_come_first_and_the_backlog_behind_them(database: Database) -> None:
    """E10: two hours without the system; clerks went on by hand, and mail waited in the spool."""
    enter(database, "before")
    bring(database, old(2, TODAY), old(3, TODAY), emergency=True)
    assert [enter(database, each).number for each in ("spooled-1", "spooled-2")] == [4, 5]
    assert [each.number for each in database.books.entries()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("numbers", "row", "code"), [((1, 2), 2, "taken"), ((3, 4), 2, "not-next"), ((2, 4), 3, "not-next")]
)
def test_emergency_lines_that_do_not_continue_the_series_are_refused(
    database: Database, numbers: tuple[int, ...], row: int, code: str
) -> None:
    enter(database, "before")
    with pytest.raises(ImportRefused) as refused:
        bring(database, *(old(number, TODAY) for number in numbers), emergency=True)
    assert (row, code) in codes(refused.value)
    assert enter(database, "after").number == 2


def test_emergency_lines_fill_numbers_that_were_reserved_before(database: Database) -> None:
    reserved(database).reserve("sonv", "den", 3, by="lan", why="cúp điện theo lịch")
    enter(database, "mail")
    with pytest.raises(ImportRefused) as refused:
        bring(database, old(1, TODAY), old(2, TODAY))
    assert codes(refused.value) == [(2, "reserved"), (3, "reserved")]
    bring(database, old(1, TODAY), old(2, TODAY), old(5, TODAY), emergency=True)
    assert [each.number for each in reserved(database).open()] == [3]
    assert [each.number for each in database.books.entries()] == [1, 2, 4, 5]


def test_external_book_has_no_emergency_book(database: Database) -> None:
    declare(database, Authority.EXTERNAL)
    with pytest.raises(ImportRefused) as refused:
        bring(database, old(1, TODAY), emergency=True)
    assert codes(refused.value) == [(0, "not-ours")]
