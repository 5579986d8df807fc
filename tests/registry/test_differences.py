"""Two documents side by side: what they say, not how their files were made (F5)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.registry.differences import compare_fields, compare_texts, says_the_same
from tests.registry.builders_registry import draft

TEXT = (
    "ỦY BAN NHÂN DÂN\nXÃ YÊN BÌNH\nSố: 01/QĐ-UBND\nQUYẾT ĐỊNH\nVề việc phân bổ kinh phí năm 2026\n"
    "Điều 1. Phân bổ 150.000.000 đồng cho trường tiểu học.\fĐiều 2. Quyết định có hiệu lực từ ngày ký.\nNơi nhận"
)
STAMP = "Người ký: Ủy ban nhân dân xã Yên Bình\nEmail: ubnd@yenbinh.gov.vn\nThời gian ký: 18.11.2026 08:00:00 +07:00\n"


@pytest.mark.parametrize(
    "other",
    [
        TEXT,
        TEXT.replace("\n", " ").replace("\f", "\n"),
        TEXT.replace(" ", "  "),
        STAMP + TEXT,
        TEXT.replace("\f", f"\f{STAMP}"),
    ],
    ids=["same", "other lines", "other blanks", "signed", "signed on page 2"],
)
def test_same_document_in_another_file(other: str) -> None:
    assert says_the_same(TEXT, other)
    assert compare_texts(TEXT, other).same


@pytest.mark.parametrize(
    ("old", "new"), [("150.000.000", "950.000.000"), ("tiểu học", "trung học"), ("Điều 2", "Điều 3"), ("năm 2026", "")]
)
def test_one_word_more_or_less_is_another_document(old: str, new: str) -> None:
    other = TEXT.replace(old, new)
    found = compare_texts(TEXT, other)
    assert found.lines is not None
    assert not found.same
    changed = [line for line in found.lines if line[0] in "-+"]
    assert len(changed) == 2
    assert all(line[0] != "-" or old in line for line in changed)


def test_page_of_a_difference_is_named() -> None:
    found = compare_texts(TEXT, TEXT.replace("Điều 2", "Điều 3"))
    assert found.lines is not None
    assert "@@ trang 1 | trang 1" in found.lines
    assert "-Điều 2. Quyết định có hiệu lực từ ngày ký." in found.lines


def test_text_that_says_too_little_is_never_the_same() -> None:
    assert not says_the_same("Công văn", "Công văn")
    assert compare_texts("Công văn", "Công văn").lines == ()
    assert compare_texts(None, TEXT).lines is None
    assert compare_texts("", TEXT).lines is not None


@given(st.text(max_size=300), st.text(max_size=300))
def test_texts_of_strangers_are_compared_without_an_error(one: str, other: str) -> None:
    found = compare_texts(one, other)
    assert found.same == says_the_same(one, other) == says_the_same(other, one)
    assert found.lines is not None


def test_fields_are_compared_as_people_read_them() -> None:
    left = draft("a", issued_date=date(2026, 11, 18), pages=2)
    right = draft("b", issued_date=date(2026, 11, 18), subject=f"{left.subject} ", issuer="Bộ Nội vụ")
    pairs = {each.name: each.differs for each in compare_fields(left, right)}
    assert (pairs["issued_date"], pairs["subject"], pairs["issuer"], pairs["pages"]) == (False, False, True, True)
    assert "due_date" not in pairs
