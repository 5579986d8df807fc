from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.letters.typeset import COLUMNS, clock, day, moment, one_line, shortened, wrapped


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_a_foreign_text_becomes_one_line_that_can_be_sent(text: str) -> None:
    clean = one_line(text)
    assert len(clean.splitlines()) <= 1
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in clean)
    assert clean.encode().decode() == clean
    assert one_line(clean) == clean


def test_direction_and_hidden_characters_go() -> None:
    assert one_line("hóa\u202e fdp.\u200bđơn\ufeff") == "hóa fdp.đơn"
    assert one_line("a\r\nBcc: x@y\u2028b\x00c") == "a Bcc: x@y b c"


def test_decomposed_vietnamese_is_composed() -> None:
    assert one_line(unicodedata.normalize("NFD", "Ủy ban nhân dân")) == "Ủy ban nhân dân"


def test_a_long_text_is_cut_at_a_blank() -> None:
    assert shortened("một hai ba bốn", 11) == "một hai ba…"
    assert shortened("mộthaibabốn", 6) == "mộtha…"
    assert shortened("một", 3) == "một"


def test_dates_and_times_are_those_of_vietnam() -> None:
    at = datetime(2025, 12, 31, 17, 5, tzinfo=UTC)
    assert clock(at) == "00:05"
    assert moment(at) == "00:05 01/01/2026"
    assert day(date(2013, 5, 4)) == "04/05/2013"
    assert day(date(305, 1, 2)) == "02/01/0305"


def test_long_lines_hang_under_their_first_word() -> None:
    text = wrapped("- Trích yếu: " + "văn bản " * 20 + "\n\n\n\nhết\n\n")
    lines = text.splitlines()
    assert max(map(len, lines)) <= COLUMNS
    assert lines[1].startswith("  văn")
    assert lines[-2:] == ["", "hết"]
    assert text.endswith("hết\n")


def test_a_word_longer_than_the_line_is_not_broken() -> None:
    assert "x" * 100 in wrapped("- " + "x" * 100 + " sau").splitlines()[0] + wrapped("- " + "x" * 100)
