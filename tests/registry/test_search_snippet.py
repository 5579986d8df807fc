"""The words that were asked for, where they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailbridge.registry.search_snippet import snippet_of
from mailbridge.registry.search_words import Word, read_words


def asked(*phrases: str) -> list[tuple[Word, ...]]:
    return [read_words(phrase) for phrase in phrases]


def shown(text: str, *phrases: str) -> str | None:
    found = snippet_of(text, asked(*phrases))
    return found.shown("[", "]") if found else None


def test_words_are_marked_as_they_stand_there() -> None:
    assert shown("Sửa chữa ĐƯỜNG phố", "duong") == "Sửa chữa [ĐƯỜNG] phố"
    assert shown("Sửa chữa đường phố", "sua", "duong pho") == "[Sửa] chữa [đường phố]"
    assert shown("số 0123/QĐ-UBND ngày", "123/qd") == "số [0123/QĐ]-UBND ngày"
    assert shown("đăng ký", "dang", "k") == "[đăng] [ký]"
    assert shown("đăng ký", "hop") is None


def test_place_with_the_marks_that_were_asked_comes_first() -> None:
    far = " x" * 200
    there = shown(f"dương{far} đường{far}", "đường") or ""
    assert "x [đường] x" in there
    assert "dương" not in there
    assert (there[:2], there[-2:]) == ("… ", " …")


def test_phrase_is_marked_side_by_side_only() -> None:
    assert shown("kinh tế, kinh phí", "kinh phi") == "kinh tế, [kinh phí]"


def test_line_breaks_and_invisible_marks_do_not_reach_the_line() -> None:
    assert shown("một\nhai\x1b[31m ba\u202e bốn", "hai") == "một [hai] [31m ba  bốn"


def test_hit_beyond_the_limit_is_not_shown() -> None:
    assert shown("x " * 160_000 + "đường", "duong") is None


@given(text=st.text(max_size=300), word=st.text(min_size=1, max_size=5))
def test_marks_are_put_into_the_text_itself(text: str, word: str) -> None:
    phrases = [words for words in asked(word) if words]
    found = snippet_of(text, phrases) if phrases else None
    if found is not None:
        assert found.hits
        assert all(start < end for start, end in found.hits)
        whole = found.shown("", "")
        assert found.text in whole
