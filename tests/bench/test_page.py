from __future__ import annotations

from pathlib import Path

import pytest

from bench.loads import Load
from bench.page import PAGE, NoPlace, number, put, table_of
from tests.bench.builders_bench import one

LOAD = Load(mails="official", connections=8, each=20)


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- bench: a -->\nold\n<!-- bench: end of a -->\nbelow\n", encoding="utf-8")
    put(page, "a", "mới")
    put(page, "a", "mới hơn")
    assert page.read_text(encoding="utf-8") == ("above\n<!-- bench: a -->\nmới hơn\n<!-- bench: end of a -->\nbelow\n")


def test_a_page_without_markers_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- bench: a -->\nold\n", encoding="utf-8")
    with pytest.raises(NoPlace):
        put(page, "a", "new")
    assert page.read_text(encoding="utf-8") == "<!-- bench: a -->\nold\n"


@pytest.mark.parametrize("part", ["compare", "memory", "reading", "signatures"])
def test_the_page_has_a_place_for_each_part(tmp_path: Path, part: str) -> None:
    copy = tmp_path / "performance.md"
    copy.write_bytes(PAGE.read_bytes())
    put(copy, part, "measured")
    assert f"<!-- bench: {part} -->\nmeasured\n" in copy.read_text(encoding="utf-8")


def test_a_table_has_a_row_for_each_target_and_a_column_for_each_peer_that_was_there() -> None:
    table = table_of(LOAD, [one("postfix", delivered=100.0, cpu=2.0), one("mailbridge", delivered=250.0, cpu=0.5)])
    assert "× postfix" in table
    assert "amavisd" not in table
    assert "| **mailbridge** | 250 | 0.5 | 5 | 10 | 20 | 0 | 0 | 2.5 · 0.25 |" in table


def test_numbers_have_as_many_digits_as_they_are_worth() -> None:
    assert [number(value) for value in (None, 0.0, 0.1234, 12.34, 1234.5)] == ["–", "–", "0.123", "12.3", "1234"]
