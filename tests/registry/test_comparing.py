"""Our book beside another system's, for a parallel run (S4)."""

from __future__ import annotations

from datetime import date
from typing import Any

from mailbridge.registry.comparing import Where, compared, title_of
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.importing_lines import OldLine
from tests.registry.builders_registry import NOON, draft

DAY = date(2026, 11, 18)


def here(number: int, symbol: str | None, **changes: Any) -> RegisterEntry:
    told = draft(str(number), symbol=symbol, issued_date=DAY, **changes)
    return RegisterEntry(id=f"e{number}", year=2026, number=number, arrived_at=NOON, draft=told)


def there(number: int, symbol: str | None, **changes: Any) -> OldLine:
    values: dict[str, Any] = {
        "symbol": symbol,
        "issued_date": DAY,
        "issuer": "VĂN PHÒNG CHÍNH PHỦ",
        "type": None,
        "subject": "V/v tăng cường sử dụng văn bản điện tử",
    }
    return OldLine(row=number, year=2026, number=number, arrived=date(2026, 11, 20), values=values | changes)


def told(ours: list[RegisterEntry], theirs: list[OldLine]) -> list[tuple[Where, tuple[str, ...]]]:
    return [(each.where, tuple(name for name, _, _ in each.differing)) for each in compared(ours, theirs)]


def test_same_documents_under_the_same_numbers_say_the_same() -> None:
    assert told([here(1, "1/A-B")], [there(1, "1/A-B")]) == [(Where.BOTH, ())]


def test_documents_are_paired_by_what_they_are_not_by_number() -> None:
    pairs = compared([here(1, "1/A-B"), here(2, "2/A-B")], [there(2, "1/A-B"), there(1, "2/A-B")])
    assert [(each.here and each.here.number, each.there and each.there.number) for each in pairs] == [(1, 2), (2, 1)]
    assert pairs[0].differing == (("arrival_number", "1", "2"),)


def test_what_stands_in_one_book_only_is_told() -> None:
    assert told([here(1, "1/A-B")], [there(1, "9/X-Y", subject="khác")]) == [
        (Where.ONLY_HERE, ()),
        (Where.ONLY_THERE, ()),
    ]


def test_fields_that_say_something_else_are_named_with_both_values() -> None:
    (pair,) = compared(
        [here(1, "1/A-B", recipients="Phòng A")],
        [there(1, "1/A-B", issued_date=date(2026, 11, 19), subject="V/v khác", recipients="phong a")],
    )
    assert [(name, ours, theirs) for name, ours, theirs in pair.differing] == [
        ("issued_date", "18/11/2026", "19/11/2026"),
        ("type", "Công văn", ""),
        ("subject", "Về việc tăng cường sử dụng văn bản điện tử", "V/v khác"),
    ]


def test_same_symbol_twice_pairs_by_day_first() -> None:
    pairs = compared(
        [here(1, "1/A-B"), here(2, "1/A-B")],
        [there(5, "1/A-B", issued_date=date(2026, 1, 1)), there(6, "1/A-B")],
    )
    assert [each.there.number for each in pairs if each.there] == [6, 5]


def test_line_without_a_symbol_is_paired_by_issuer_and_summary() -> None:
    ours = here(1, None, subject="Họp giao ban")
    assert told([ours], [there(1, None, subject="HOP GIAO BAN")])[0][0] is Where.BOTH


def test_compared_fields_have_names() -> None:
    assert [title_of(each, "vi") for each in ("arrival_number", "arrival_date", "symbol")] == [
        "Số đến",
        "Ngày đến",
        "Số, ký hiệu",
    ]
