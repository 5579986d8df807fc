"""Text of strangers on paper."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.printing.showable import breakable, showable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ủy ban nhân dân", "Ủy ban nhân dân"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Ước"), "Nguyễn Thị Ước"),
        ("hai\r\n dòng\tvà\u00a0cách  ", "hai dòng và cách"),
        ("đảo \u202echiều", "đảo [U+202E]chiều"),
        ("\x1b[31m", "[U+001B][31m"),
        ("中文 🎉", "[U+4E2D][U+6587] [U+1F389]"),
        ("ẩn\u200b\u00ad", "ẩn[U+200B][U+00AD]"),
        ("a\u0489", "a[U+0489]"),
        ("", ""),
    ],
)
def test_what_paper_cannot_show_is_named(text: str, shown: str) -> None:
    assert showable(text) == shown


@given(st.text(max_size=60))
def test_whatever_comes_out_is_one_line_and_stays_as_it_is(text: str) -> None:
    shown = showable(text)
    assert showable(shown) == shown
    assert not any(unicodedata.category(letter)[0] == "C" for letter in shown)


def test_a_word_wider_than_its_column_may_break() -> None:
    assert breakable("ngắn " + "W" * 9, 26) == "ngắn WW\u200bWW\u200bWWW\u200bWW"
    assert breakable("1234/UBND-VXNV", 26) == "1234/UBND-VXNV"
    assert breakable("nghiêng " * 20, 26) == "nghiêng " * 20


@given(st.text(alphabet="Wmi.@ơ-/ ", max_size=80), st.integers(10, 60))
def test_no_piece_is_wider_than_its_column_and_no_letter_is_lost(text: str, width: int) -> None:
    broken = breakable(text, width)
    assert broken.replace("\u200b", "") == text
    assert all(len(piece) * 2.1 <= width for piece in re.split(r"[\s\u200b/-]", broken))
