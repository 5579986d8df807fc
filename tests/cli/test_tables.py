"""Lists: fitted to a terminal, plain in a pipe, one line an object in JSON."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.cli.register import COLUMNS
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import VIETNAMESE, say, visible

ROW = (
    "01",
    "21/11/2026",
    "Ủy ban nhân dân tỉnh Bắc Kạn",
    "3526/UBND-KGVX",
    "20/11/2026",
    "Công văn về việc tăng cường gửi, nhận văn bản điện tử có ký số giữa các cơ quan nhà nước",
    "vanthu@sonv.backan.gov.vn",
    "Chưa ký số: chờ bản giấy hoặc bản ký số",
)


def on_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, *rows: tuple[str, ...]
) -> str:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    # rich believes that a dumb terminal has 80 columns, unless both are said.
    monkeypatch.setenv("LINES", "25")
    monkeypatch.setenv("TERM", "dumb")
    print_table("vi", COLUMNS, rows)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_the_book_fits_the_terminal_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    shown = on_terminal(monkeypatch, capsys, width, ROW, ROW)
    assert max(map(len, shown.splitlines())) <= width
    for number in (ROW[0], ROW[1], ROW[3], ROW[4]):
        assert number in shown, "numbers, dates and symbols are never torn"
    words = "".join(shown.split())
    assert all(words.count(word) >= 2 for cell in (ROW[2], ROW[5], ROW[7]) for word in cell.split())


def test_at_80_columns_an_address_stays_in_one_piece(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Nơi nhận: vanthu@sonv.backan.gov.vn" in on_terminal(monkeypatch, capsys, 80, ROW)


def test_a_wide_terminal_has_a_line_an_entry(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(on_terminal(monkeypatch, capsys, 300, ROW, ROW).splitlines()) == 4


def test_columns_without_content_are_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Ghi chú" not in on_terminal(monkeypatch, capsys, 200, (*ROW[:7], ""))


def test_a_pipe_gets_every_column_in_full_width(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("vi", COLUMNS, [ROW, (*ROW[:7], "")])
    heads, first, second = capsys.readouterr().out.splitlines()
    assert "Ghi chú" in heads
    assert [cell for cell in ROW if cell not in first] == []
    assert second == second.rstrip()


def test_nothing_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_table("en", [Column(head="No.")], []) == 0
    assert capsys.readouterr().out == "nothing found\n"


@given(st.dictionaries(st.text(), st.text(st.characters(exclude_categories=["Cs"]))))
def test_an_object_is_one_line_for_every_reader_of_lines(value: dict[str, str]) -> None:
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.stdout, "write", lines.append)
        print_json([value])
    (line,) = "".join(lines).splitlines()
    assert json.loads(line) == value


@given(st.text())
def test_what_is_shown_moves_no_cursor(text: str) -> None:
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in shown)


def test_both_languages_name_the_same_facts() -> None:
    for english, vietnamese in VIETNAMESE.items():
        facts = {part.split("}")[0] for part in english.split("{")[1:]}
        assert facts == {part.split("}")[0] for part in vietnamese.split("{")[1:]}, english


def test_what_is_not_translated_is_said_in_english() -> None:
    assert say("vi", "brand new: {fact}", fact=1) == "brand new: 1"
