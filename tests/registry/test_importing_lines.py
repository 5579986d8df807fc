"""Numbers, days, symbols and heads as old books have them."""

from __future__ import annotations

from datetime import date

import pytest

from mailbridge.classifier.types import type_by_name
from mailbridge.registry.entry import type_and_subject
from mailbridge.registry.importing_heads import PRINTED, Column, read_heads
from mailbridge.registry.importing_lines import Reader, old_symbol, parted, read_old_day, tidy
from tests.registry.builders_importing import HEADS, old


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/01/2024", date(2024, 1, 5)),
        ("5-1-2024", date(2024, 1, 5)),
        ("5.1.24", date(2024, 1, 5)),
        ("05/01", date(2024, 1, 5)),
        ("2024-01-05", date(2024, 1, 5)),
        ("2024-01-05 00:00:00", date(2024, 1, 5)),
        ("45296", date(2024, 1, 5)),
        ("45296.5", date(2024, 1, 5)),
        ("29/02/2023", None),
        ("13/13/2024", None),
        ("12", None),
        ("hôm qua", None),
    ],
)
def test_days_as_they_were_written(text: str, day: date | None) -> None:
    assert read_old_day(text, 2024) == day


def test_day_without_a_year_is_none_where_no_year_is_known() -> None:
    assert read_old_day("05/01") is None


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("12/QĐ-UBND", "12/QĐ-UBND"),
        ("Số: 12 / QĐ - UBND.", "12/QĐ-UBND"),
        ("12/2024/NĐ-CP;", "12/2024/NĐ-CP"),
        ("không số", "không số"),
        ("", ""),
    ],
)
def test_noise_is_taken_off_symbols_and_nothing_is_guessed(text: str, symbol: str) -> None:
    assert old_symbol(text) == symbol


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Quyết định về việc ban hành Quy chế", ("Quyết định", "về việc ban hành Quy chế")),
        ("GIẤY MỜI họp giao ban", ("Giấy mời", "họp giao ban")),
        ("Báo cáo: Kết quả tháng 5", ("Báo cáo", "Kết quả tháng 5")),
        ("V/v tăng cường", ("", "V/v tăng cường")),
        ("Tăng cường quản lý", ("", "Tăng cường quản lý")),
        ("Tờ trình", ("Tờ trình", "")),
        ("", ("", "")),
    ],
)
def test_column_six_is_parted_only_behind_a_known_type(text: str, parts: tuple[str, str]) -> None:
    assert parted(text) == parts


@pytest.mark.parametrize("name", ["Quyết định", "Tờ trình", "Giấy mời", "Thông báo", "Kế hoạch"])
def test_what_our_own_print_joined_is_parted_again(name: str) -> None:
    found = type_by_name(name)
    assert found is not None
    printed = type_and_subject(name, "Về việc kiện toàn Ban chỉ đạo")
    assert type_and_subject(*parted(printed)) == printed


def test_letter_is_called_so_when_its_symbol_says_it() -> None:
    reader = Reader(heads=read_heads(HEADS, {}) or {})
    line, _ = reader.line(2, old(1, symbol="15/UBND-VX", about="V/v tăng cường"))
    assert line is not None
    assert line.values["type"] == "Công văn"
    line, _ = reader.line(3, old(2, symbol="15/BC-UBND", about="V/v tăng cường"))
    assert line is not None
    assert line.values["type"] is None


def test_printed_heads_are_known_in_any_case_and_order() -> None:
    heads = read_heads([each.value.upper() for each in reversed(PRINTED)], {})
    assert heads == {each: 9 - place for place, each in enumerate(PRINTED)}


def test_line_of_a_book_is_no_row_of_heads() -> None:
    assert read_heads(old(1), {}) is None
    assert read_heads(("Ngày đến", "Tác giả", "Ghi chú", "Ký nhận"), {}) is None


def test_guard_against_formulas_is_taken_off() -> None:
    assert [tidy(each) for each in ("'=1+1", "'- nt", "'quoted'", "a\x07b\n c")] == [
        "=1+1",
        "- nt",
        "'quoted'",
        "a b c",
    ]


def test_heads_name_columns_once() -> None:
    heads = read_heads(("Số đến", "Ngày đến", "Ghi chú", "Nơi gửi", "Ghi chú"), {})
    assert heads is not None
    assert heads[Column.NOTE] == 2
