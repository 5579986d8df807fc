"""Words of Vietnamese, however they are typed."""

from __future__ import annotations

import unicodedata
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.search_words import Word, holds, read_words, words_of
from tests.registry.builders_registry import NOON, draft

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
ONSETS = (
    "",
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gh",
    "h",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "nh",
    "ph",
    "qu",
    "t",
    "th",
    "x",
)
RHYMES = ("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "oa", "oe", "uy", "uê", "ươ", "iê", "yê", "uô")
CODAS = ("", "c", "ch", "m", "n", "ng", "nh", "p", "t")


@st.composite
def syllables(draw: st.DrawFn) -> tuple[str, str, str]:
    """Draw a syllable taken apart: what is before the vowels, the vowels, and the tone with what is behind."""
    return draw(st.sampled_from(ONSETS)), draw(st.sampled_from(RHYMES)), draw(st.sampled_from(TONES))


def spelled(onset: str, rhyme: str, tone: str, coda: str, at: int) -> str:
    """Put the tone on the vowel at this place."""
    place = min(at, len(rhyme) - 1) + 1
    return unicodedata.normalize("NFC", onset + rhyme[:place] + tone + rhyme[place:] + coda)


@given(syllable=syllables(), coda=st.sampled_from(CODAS), place=st.integers(0, 1))
def test_all_ways_to_write_a_syllable_are_one_word(syllable: tuple[str, str, str], coda: str, place: int) -> None:
    """K2: composed or not, tone on this vowel or the next, large or small letters."""
    onset, rhyme, tone = syllable
    word = spelled(onset, rhyme, tone, coda, 0)
    other = spelled(onset, rhyme, tone, coda, place)
    (expected,) = read_words(word)
    for text in (other, other.upper(), unicodedata.normalize("NFD", other), unicodedata.normalize("NFD", word.title())):
        assert read_words(text) == (expected,)
    assert expected.plain.isascii()
    assert read_words(expected.plain)[0].plain == expected.plain


@given(one=syllables(), other=syllables())
def test_marks_part_words(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    first, second = (spelled(*each, "", 0) for each in (one, other))
    if read_words(first)[0].marked == read_words(second)[0].marked:
        settled = {
            unicodedata.normalize("NFD", each).translate(dict.fromkeys(range(0x300, 0x342))) for each in (first, second)
        }
        assert len({each.replace("y", "i") for each in settled}) == 1


@given(text=st.text(max_size=60))
def test_words_are_letters_and_digits_whatever_was_written(text: str) -> None:
    for word in read_words(text):
        assert word.plain.isalnum()
        assert word.marked.isalnum()
        assert len(word.plain) <= 40 >= len(word.marked)


def test_symbol_has_the_words_between_its_marks() -> None:
    assert [word.plain for word in read_words("0123/QĐ-UBND")] == ["123", "qd", "ubnd"]
    assert read_words("Hoà") == read_words("hòa") == (Word("hoaf", "hoa"),)
    assert read_words("Đường Ðà kỹ kĩ")[0] == Word("đươngf", "duong")
    assert [word.plain for word in read_words("Ðà 0 00")] == ["da", "0", "0"]
    assert read_words("—/ …") == ()


def test_every_text_and_day_of_an_entry_is_there() -> None:
    said = draft(
        "a",
        issued_date=date(2026, 1, 5),
        recipients="Phòng Một",
        note="ghi Hai",
        signer_name="Ông Ba",
        signer_position="Chức Bốn",
        trace="ý Năm",
        file_notation="hs Sáu",
        file_organ_id="H29.7",
        urgency="khẩn",
        due_date=date(2026, 12, 31),
        transfer_date=date(2026, 11, 23),
    )
    line = RegisterEntry(id="e", year=2026, number=7, arrived_at=NOON, draft=said)
    there = " ".join(word.plain for word in words_of(line).words)
    for text in (
        "7 2026",
        "20 11 2026",
        "3526 vpcp kgvx",
        "5 1 2026",
        "mot",
        "hai",
        "ba",
        "bon",
        "nam",
        "sau",
        "h29 7",
    ):
        assert text in there
    for text in ("khan", "31 12 2026", "23 11 2026", "cong van", "van phong chinh phu"):
        assert text in there
    assert words_of(line).inner == ("526", "vpcp", "kgvx")


def test_text_holds_words_that_begin_so() -> None:
    assert holds("Bộ Nội vụ", read_words("noi bo"))
    assert holds("Bộ Nội vụ", read_words("NỘI v"))
    assert not holds("Bộ Nội vụ", read_words("noi vu bo x"))
    assert not holds(None, read_words("a"))
