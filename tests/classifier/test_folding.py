from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.folding import fold, fold_tones

VIETNAMESE = st.text(alphabet="aàáảãạăằâấeèéêềiìíoòóôồơờuùúưừyỳýđĐOUYhqktnAÂ \u0300\u0301\u0323", max_size=40)


def test_folding_drops_marks_case_and_strokes() -> None:
    assert fold("  ỦY BAN\u00a0nhân  dân Đắk Lắk ") == "uy ban nhan dan dak lak"
    assert fold("QÐ") == "qd"
    assert fold("M\u200bẬ\u00adT") == "mat"


@pytest.mark.parametrize(
    ("one", "other"), [("uỷ ban", "ủy ban"), ("HOÀ", "HÒA"), ("khoẻ", "khỏe"), ("thuý", "thúy"), ("kỹ", "kĩ")]
)
def test_the_place_of_the_tone_does_not_count(one: str, other: str) -> None:
    assert fold_tones(one) == fold_tones(other)


@pytest.mark.parametrize(
    ("one", "other"), [("hoà", "hoá"), ("uỷ", "UỶ"), ("mật", "mất"), ("tay", "tai"), ("đa", "da"), ("thuỷ", "thuý")]
)
def test_everything_else_counts(one: str, other: str) -> None:
    assert fold_tones(one) != fold_tones(other)


@settings(max_examples=150, deadline=None)
@given(VIETNAMESE)
def test_nfc_and_nfd_fold_alike(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert fold(composed) == fold(decomposed)
    assert fold_tones(composed) == fold_tones(decomposed)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | VIETNAMESE)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=150, deadline=None)
@given(VIETNAMESE)
def test_what_folds_alike_by_tone_folds_alike_without_marks(text: str) -> None:
    assert fold(fold_tones(text)).replace("y", "i") == fold(text).replace("y", "i")
