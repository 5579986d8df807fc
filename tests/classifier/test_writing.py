"""Writing of symbols, before the grammar looks at them."""

from __future__ import annotations

import pytest

from mailbridge.classifier.writing import clean, plain, with_sure_letters


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("l23/QD-UBND", "123/QĐ-UBND"),
        ("1O2/BGDDT-GDTrH", "102/BGDĐT-GDTrH"),
        ("O5/ND-CP", "05/NĐ-CP"),
        ("12/CD-TTg", "12/CĐ-TTg"),
        ("12a/TB-SNV", "12a/TB-SNV"),
        ("12/DA-UBND", "12/DA-UBND"),
        ("12/HD-STP", "12/HD-STP"),
        ("28/NQ-HĐND", "28/NQ-HĐND"),
        ("28/QĐ-ĐUND", "28/QĐ-ĐUND"),
        ("lO/TB-ABC", "lO/TB-ABC"),
        ("S12/TB-ABC", "S12/TB-ABC"),
        ("", ""),
    ],
)
def test_only_letters_that_can_be_no_others_are_mended(text: str, mended: str) -> None:
    """DA is Dự án and HD Hướng dẫn, as ĐA and HĐ are types too; without a digit nothing shows what O and l are."""
    assert with_sure_letters(text) == mended


@pytest.mark.parametrize(
    ("text", "regular"),
    [("12–SNV", "12-SNV"), ("12\u00ad-SNV", "12--SNV"), ("12\u200b/SNV", "12/SNV"), ("12/SNV", "12/SNV")],
)
def test_marks_and_shapeless_letters_become_regular(text: str, regular: str) -> None:
    assert plain(text) == regular


def test_what_was_mended_is_named() -> None:
    assert clean("Số: 12 /QÐ-UBND.") == (
        "12/QĐ-UBND",
        ("a foreign letter was read as Đ", "blanks around a separator"),
    )
