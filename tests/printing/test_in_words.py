"""Counts in Vietnamese words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.printing.in_words import MOST, in_words

SAID = {
    0: "không",
    1: "một",
    5: "năm",
    10: "mười",
    11: "mười một",
    15: "mười lăm",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi bốn",
    25: "hai mươi lăm",
    40: "bốn mươi",
    99: "chín mươi chín",
    100: "một trăm",
    101: "một trăm linh một",
    105: "một trăm linh năm",
    110: "một trăm mười",
    115: "một trăm mười lăm",
    221: "hai trăm hai mươi mốt",
    1000: "một nghìn",
    1001: "một nghìn không trăm linh một",
    1010: "một nghìn không trăm mười",
    20000: "hai mươi nghìn",
    10021: "mười nghìn không trăm hai mươi mốt",
    1000000: "một triệu",
    1000005: "một triệu không trăm linh năm",
}


@pytest.mark.parametrize(("number", "said"), SAID.items(), ids=[str(number) for number in SAID])
def test_numbers_are_said_as_people_say_them(number: int, said: str) -> None:
    assert in_words(number) == said


@pytest.mark.parametrize("number", [-1, MOST + 1])
def test_others_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        in_words(number)


@given(st.integers(0, MOST), st.integers(0, MOST))
def test_no_two_numbers_are_said_alike(one: int, other: int) -> None:
    assert (in_words(one) == in_words(other)) is (one == other)
    assert "  " not in in_words(one)
    assert in_words(one) == in_words(one).strip()
