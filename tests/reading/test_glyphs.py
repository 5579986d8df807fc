from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.reading.glyph_lines import lines_of
from mailbridge.reading.glyphs import Glyph, Style, clean, dominant_direction, turned


def word(text: str, x: float, y: float, *, size: float = 10.0, direction: int | None = 0, run: int = 1) -> list[Glyph]:
    """Draw letters half as wide as high, one behind the other."""
    style = Style(size=size, bold=False, italic=None, direction=direction)
    wide = size / 2
    return [
        Glyph(letter, x + n * wide, y - size, x + (n + 1) * wide, y + 2, x + n * wide, y, run, style)
        for n, letter in enumerate(text)
    ]


def texts(glyphs: list[Glyph]) -> list[str]:
    return [line.text for line in lines_of(glyphs)]


def test_order_in_the_file_does_not_matter() -> None:
    glyphs = word("one", 0, 20) + word("two", 20, 20) + word("three", 0, 40)
    expected = texts(glyphs)
    assert expected == ["one two", "three"]
    random.Random(1).shuffle(glyphs)
    assert texts(glyphs) == expected


def test_gap_without_a_blank_parts_columns_sooner_than_one_with() -> None:
    assert texts(word("left", 0, 20) + word("right", 35, 20)) == ["left", "right"]
    assert texts(word("left ", 0, 20) + word("right", 35, 20)) == ["left right"]
    assert texts(word("left ", 0, 20) + word("right", 60, 20)) == ["left", "right"]


def test_letter_spacing_is_no_blank_where_blanks_are_written() -> None:
    letters = [glyph for n, letter in enumerate("TAM GIAC") for glyph in word(letter, n * 7.0, 20)]
    assert texts(letters) == ["TAM GIAC"]


def test_lines_of_a_row_share_top_and_bottom() -> None:
    left, right = lines_of(word("small", 0, 20, size=10) + word("LARGE", 80, 21, size=14))
    assert (left.box.top, left.box.bottom) == (right.box.top, right.box.bottom)
    assert (left.size, right.size) == (10, 14)


def test_boldness_is_that_of_most_letters() -> None:
    bold = [glyph._replace(style=Style(size=10, bold=True, italic=None, direction=0)) for glyph in word("ab", 40, 20)]
    [line] = lines_of(word("regular", 0, 20) + bold)
    assert line.bold is False
    assert line.italic is None


def test_text_askew_is_one_line_for_each_object() -> None:
    stamp = word("SAO", 5, 5, direction=None, run=2)[::1]
    assert sorted(texts(word("text", 0, 100) + stamp)) == ["SAO", "text"]


def test_page_is_turned_only_by_most_of_its_text() -> None:
    assert dominant_direction(word("aaaa", 0, 0, direction=3)) == 3
    assert dominant_direction(word("aa", 0, 0, direction=3) + word("bb", 0, 0)) == 0
    assert dominant_direction(word("aaaa", 0, 0, direction=None)) == 0
    assert dominant_direction([]) == 0


@settings(max_examples=50)
@given(st.sampled_from([1, 2, 3]), st.floats(0, 500), st.floats(0, 500))
def test_four_quarters_or_a_turn_and_its_opposite_give_the_same_page(direction: int, x: float, y: float) -> None:
    glyphs = word("abc", x, y)
    width, height = 600.0, 900.0
    once = turned(glyphs, direction, width, height)
    wide, high = (height, width) if direction in (1, 3) else (width, height)
    back = turned(once, -direction % 4, wide, high)
    for before, after in zip(glyphs, back, strict=True):
        assert after.style == before.style
        assert all(abs(a - b) < 1e-6 for a, b in zip(before[1:7], after[1:7], strict=True))


def test_clean_drops_what_deceives_the_eye() -> None:
    assert clean(" Số\u200b \u202e12\u0000\ue000/QĐ\ufeff ") == "Số 12 /QĐ"
    assert clean("\u0007 \u2060") == ""
    assert clean("Vie\u0323\u0302t\u00a0Nam") == "Việt Nam"
