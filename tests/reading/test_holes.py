"""Number and date that are drawn without characters: it is known that they are there, not what they are."""

from __future__ import annotations

import pytest

from mailbridge.classifier.page import read_document
from mailbridge.mail.pages import UNREAD, Line
from mailbridge.reading.holes import awaits_number, is_hole
from mailbridge.reading.pdf import read_pdf
from tests.reading.builders_files import letter_pdf
from tests.reading.builders_pdf_raw import drawn_over, outlined, with_annotation

_WIDE = "\u00a0" * 10
_BLANK_FORM = letter_pdf(symbol=f"{_WIDE}/SNV-VP", place_date=f"Bắc Kạn, ngày{_WIDE}tháng{_WIDE}năm 2026")


def line(pdf: bytes, start: str) -> Line:
    return next(line for line in read_pdf(pdf).pages[0].lines if line.text.startswith(start))


def place(pdf: bytes, start: str, along: float) -> tuple[float, float]:
    """Return a point on the base line of a line, in page space."""
    box = line(pdf, start).box
    return box.left + along, 842 - box.bottom + 4


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Số:", "/SNV-VP", True),
        ("Số", "-QĐ/TU", True),
        ("SỐ: ......", "/QĐ-UBND", True),
        ("Bắc Kạn, ngày", "tháng", True),
        ("Bắc Kạn, ngày 05 tháng", "năm 2026", True),
        ("Số: 12", "/SNV-VP", False),
        ("Số:", "12/SNV-VP", False),
        ("theo số", "liệu", False),
        ("hằng ngày", "các đơn vị", False),
    ],
)
def test_hole_is_between_its_label_and_what_follows(before: str, after: str, expected: bool) -> None:
    assert is_hole(before, after) is expected


def test_label_at_the_end_awaits_its_number() -> None:
    assert awaits_number("Số:")
    assert not awaits_number("Số: 12")
    assert not awaits_number("các số liệu")


def test_holes_of_a_blank_form_stay_blank() -> None:
    assert line(_BLANK_FORM, "Số").text == "Số: /SNV-VP"
    assert line(_BLANK_FORM, "Bắc Kạn,").text == "Bắc Kạn, ngày tháng năm 2026"


def test_number_drawn_as_outlines_is_there_but_unread() -> None:
    pdf = drawn_over(_BLANK_FORM, outlined("123", *place(_BLANK_FORM, "Số:", 28)))
    assert line(pdf, "Số").text == f"Số: {UNREAD}/SNV-VP"
    found = read_document(read_pdf(pdf), part="1", file_name=None)
    assert found is not None
    assert found.symbol.value is None
    assert found.symbol.reason


def test_number_in_the_appearance_of_an_annotation_without_characters() -> None:
    x, y = place(_BLANK_FORM, "Số:", 28)
    pdf = with_annotation(_BLANK_FORM, (x, y, x + 40, y + 12), paint=outlined("77", 2, 1), Subtype="/Stamp")
    assert line(pdf, "Số").text == f"Số: {UNREAD}/SNV-VP"


def test_number_printed_later_into_the_hole_is_read_in_its_place() -> None:
    x, y = place(_BLANK_FORM, "Số:", 28)
    pdf = with_annotation(_BLANK_FORM, (x, y - 4, x + 40, y + 12), drawn="1234", Subtype="/FreeText", Contents="1234")
    assert line(pdf, "Số").text.replace(" ", "") == "Số:1234/SNV-VP"


def test_day_drawn_as_outlines() -> None:
    pdf = drawn_over(_BLANK_FORM, outlined("05", *place(_BLANK_FORM, "Bắc Kạn", 82)))
    assert line(pdf, "Bắc Kạn").text == f"Bắc Kạn, ngày {UNREAD} tháng năm 2026"


def test_leaders_are_no_writing_but_what_stands_on_them_is() -> None:
    dotted = letter_pdf(symbol="................/SNV-VP")
    assert line(dotted, "Số").text == "Số: ................/SNV-VP"
    written = drawn_over(dotted, outlined("9", *place(dotted, "Số", 40)))
    assert line(written, "Số").text == f"Số: ................{UNREAD}/SNV-VP"


def test_rule_or_border_in_a_hole_is_no_writing() -> None:
    x, y = place(_BLANK_FORM, "Số:", 28)
    for mark in (b"%f %f m %f %f l S" % (x, y, x + 25, y), b"%f %f m %f %f l S" % (x + 9, y - 3, x + 9, y + 12)):
        assert line(drawn_over(_BLANK_FORM, b"0 G 0.7 w " + mark), "Số").text == "Số: /SNV-VP"


def test_number_drawn_behind_a_label_without_notation() -> None:
    bare = letter_pdf(symbol="")
    assert line(bare, "Số").text == "Số:"
    assert line(drawn_over(bare, outlined("41", *place(bare, "Số:", 30))), "Số").text == f"Số: {UNREAD}"


def test_columns_that_are_far_apart_are_no_hole() -> None:
    assert line(letter_pdf(symbol=""), "Bắc Kạn").text == "Bắc Kạn, ngày 05 tháng 3 năm 2026"
