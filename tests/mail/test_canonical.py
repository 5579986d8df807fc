"""Normalising what a stranger wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.folding import fold, fold_tones
from mailbridge.mail.canonical import MOST_MARKS, nfc
from mailbridge.mail.parse import parse


@settings(max_examples=100)
@given(st.text(alphabet="aạêếo\u0301\u0323đ \U00011046", max_size=60), st.integers(0, 40))
def test_ordinary_text_is_normalised_and_nothing_else(text: str, times: int) -> None:
    whole = "Cộng hòa xã hội chủ nghĩa Việt Nam " * times + " ".join(text)
    assert nfc(whole) == unicodedata.normalize("NFC", whole)


@pytest.mark.timeout(60)  # sorting by insertion takes hours
@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0f73\u0f71", "\U0001d165\u0323\u0301", "\u0344\u0323"])
def test_marks_without_end_are_cut(marks: str) -> None:
    text = "a" + marks * 500_000
    assert len(nfc(text)) < 4 * MOST_MARKS
    assert len(fold(text)) < 4 * MOST_MARKS
    assert len(fold_tones("ấạ" * 200_000)) < 1_000_000


@pytest.mark.timeout(60)
def test_a_subject_of_marks_ends() -> None:
    parse(b"From: a@x.test\r\nSubject: a" + "\u0301\u0323".encode() * 60_000 + b"\r\n\r\n" + "a\u0301\u0323".encode())
