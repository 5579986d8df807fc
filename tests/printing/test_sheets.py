"""Lines are dealt to sheets without losing one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.printing.sheets import deal
from tests.printing.builders_printing import lines


def test_a_sheet_takes_as_many_lines_as_have_room() -> None:
    sheets = deal(lines(5), (40.0, 40.0, 20.0, 90.0, 10.0), 100)
    assert [len(sheet.lines) for sheet in sheets] == [3, 2]
    assert [(sheet.before, sheet.sum) for sheet in sheets] == [(0, 3), (3, 5)]


def test_a_line_higher_than_a_sheet_has_one_to_itself() -> None:
    assert [len(sheet.lines) for sheet in deal(lines(3), (50.0, 400.0, 50.0), 100)] == [1, 1, 1]


def test_an_empty_book_has_one_sheet() -> None:
    assert [(sheet.lines, sheet.sum) for sheet in deal((), (), 100)] == [((), 0)]


@given(st.lists(st.floats(min_value=1, max_value=300), max_size=40))
@settings(max_examples=60)
def test_no_line_is_lost_or_moved(heights: list[float]) -> None:
    those = lines(len(heights))
    sheets = deal(those, heights, 100)
    assert tuple(line for sheet in sheets for line in sheet.lines) == those
    assert sheets[-1].sum == len(those)
    for sheet in sheets:
        high = heights[sheet.before : sheet.sum]
        assert sum(high) <= 100 or len(high) == 1
