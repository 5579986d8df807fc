"""Letters changed quickly are the letters changed slowly, for any text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier import folding, writing
from mailbridge.classifier.folding import fold
from mailbridge.classifier.page import markers
from mailbridge.classifier.usual import usual_letters

_USUAL = st.text(st.sampled_from("ỦY BAN NHÂN DÂN tỉnh Đắk Lắk, số 12/QĐ-UBND “V/v …” – ngày 01 \u00a0\n\0đằểỡ−‑"))
_ANY = _USUAL | st.text() | st.tuples(_USUAL, st.text(max_size=3), _USUAL).map("".join)


@settings(max_examples=150)
@given(_ANY)
def test_quick_and_slow_way_agree(text: str) -> None:
    assert markers.bare(text) == text.translate(markers._BARE)
    assert fold(text) == " ".join(folding._fold_letters(text).split())
    if not text.isascii():
        assert writing.plain(text) == writing._plain(text)


def test_usual_text_never_takes_the_slow_way() -> None:
    slow: list[str] = []

    def upper(text: str) -> str:
        slow.append(text)
        return text.upper()

    quick = usual_letters(upper)
    slow.clear()
    assert quick("Về việc “báo cáo…” – số 5/ĐỘI") == "VỀ VIỆC “BÁO CÁO…” – SỐ 5/ĐỘI"
    assert not slow


def test_text_with_an_unusual_letter_is_changed_too() -> None:
    assert usual_letters(str.upper)("số ж") == "SỐ Ж"


def test_letter_that_becomes_two_is_left_to_the_slow_way() -> None:
    assert usual_letters(lambda text: text.replace("đ", "dd"))("đi đâu") == "ddi ddâu"


def test_letters_that_mean_nothing_in_unicode_stay_as_they_are() -> None:
    assert markers.bare("a\ufffe\uffffđ") == "a\ufffe\uffffd"
