"""Bars stand for characters here: only their places and heights count."""

from __future__ import annotations

import pytest

from mailbridge.mail.pages import UNREAD
from mailbridge.reading.scan_engine import Glyph
from mailbridge.reading.scan_hand import Space, checked, tails
from mailbridge.reading.scan_ink import Blob, whole_characters
from mailbridge.reading.scan_sheet import Sheet

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")

BOX = (0, 0, 400, 80)
GAP = Space(left=50, right=160, beside=((160, 400),))


def sheet(*characters: tuple[int, int, int], colour: tuple[int, int, int, int] | None = None) -> Sheet:
    """Draw characters of (left, top, bottom) beside four printed ones, which reach from 20 to 44."""
    black = Image.new("L", (400, 80), 250)
    for left, top, bottom in (*characters, (170, 20, 44), (200, 20, 44), (230, 20, 44), (260, 20, 44)):
        ImageDraw.Draw(black).rectangle((left, top, left + 9, bottom - 1), fill=20)
    coloured = None
    if colour:
        coloured = Image.new("L", (400, 80), 255)
        ImageDraw.Draw(coloured).rectangle(colour, fill=60)
    return Sheet(number=1, black=black, coloured=coloured, width=595.0, height=842.0)


def test_digits_as_high_as_the_letters_beside_them_are_printed() -> None:
    assert checked("12", GAP, BOX, sheet((70, 20, 44), (90, 21, 44))) == "12"


@pytest.mark.parametrize("digit", [(70, 10, 44), (70, 20, 52), (70, 8, 40)])
def test_digits_that_reach_further_are_written(digit: tuple[int, int, int]) -> None:
    assert checked("12", GAP, BOX, sheet(digit, (90, 20, 44))) == UNREAD


def test_ink_in_colour_is_written_whatever_was_read() -> None:
    assert checked("12", GAP, BOX, sheet((70, 20, 44), colour=(100, 20, 112, 40))) == UNREAD
    assert checked("", GAP, BOX, sheet(colour=(100, 20, 112, 40))) == UNREAD


def test_colour_elsewhere_does_not_matter() -> None:
    assert checked("12", GAP, BOX, sheet((70, 20, 44), colour=(300, 20, 340, 40))) == "12"


def test_an_empty_gap_is_blank_and_one_with_ink_is_unread() -> None:
    assert checked("", GAP, BOX, sheet()) == ""
    assert checked("", GAP, BOX, sheet((70, 12, 46))) == UNREAD


def test_dots_of_a_leader_are_no_ink() -> None:
    assert checked("", GAP, BOX, sheet(*((left, 41, 44) for left in range(60, 150, 20)))) == ""


def test_a_broken_digit_is_one_character() -> None:
    pieces = [Blob(10, 20, 20, 30, 60), Blob(11, 33, 21, 44, 60), Blob(30, 20, 40, 44, 90)]
    assert [(blob.top, blob.bottom) for blob in whole_characters(pieces)] == [(20, 44), (20, 44)]


def test_feet_of_the_line_above_do_not_make_the_digits_under_them_high() -> None:
    with_feet = sheet((70, 20, 44), (90, 20, 44))
    ImageDraw.Draw(with_feet.black).rectangle((66, 0, 104, 3), fill=20)
    assert checked("12", GAP, BOX, with_feet) == "12"


def test_three_digits_lower_than_the_capitals_and_all_alike_are_printed() -> None:
    assert checked("123", GAP, BOX, sheet((70, 23, 44), (90, 23, 44), (110, 22, 44))) == "123"


@pytest.mark.parametrize(
    "digits",
    [((70, 23, 44), (90, 23, 44)), ((70, 22, 44), (90, 25, 44), (110, 23, 44)), ((70, 27, 44),) * 3],
    ids=["only-two", "uneven", "much-lower"],
)
def test_other_low_digits_are_written(digits: tuple[tuple[int, int, int], ...]) -> None:
    assert checked("123", GAP, BOX, sheet(*digits)) == UNREAD


def test_a_letter_that_hangs_below_the_line_is_told_from_one_that_does_not() -> None:
    glyphs = [Glyph("O", left, left + 10, 0.9) for left in (70, 170, 200, 230)]
    assert tails(glyphs, BOX, sheet((70, 20, 50))) == (True, False, False, False)


def test_of_a_letter_without_ink_of_its_own_nothing_is_said() -> None:
    glyphs = [Glyph("O", left, left + 10, 0.9) for left in (110, 170, 200)]
    assert tails(glyphs, BOX, sheet()) == (None, False, False)
