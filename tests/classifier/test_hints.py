from __future__ import annotations

import pytest

from mailbridge.classifier.hints import agree, compared, name_symbol
from mailbridge.classifier.kinds import Document
from mailbridge.classifier.page import read_document
from mailbridge.classifier.symbol import parse_symbol
from mailbridge.mail.pages import Pages
from tests.classifier.builders_classifier import letter_pages, message


def read(pages: Pages) -> Document:
    document = read_document(pages, part="1.2", file_name=None)
    assert document is not None
    return document


def weighed(subject: str = "Gửi văn bản", name: str | None = None, *, pages: Pages | None = None) -> Document:
    document = read(pages or letter_pages())
    return compared(document, message(subject=subject), names=[("1.2", name)], alone=True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3526/VPCP-KGVX", "3526/VPCP-KGVX", True),
        ("05/CT-UBND", "5/CT-UBND", True),
        ("15/QĐ-BNV", "15/QD-BNV", True),
        ("123/UBND-VX", "123/UBND", True),
        ("28/2018/QĐ-TTg", "28/QĐ-TTg", True),
        ("57-NQ/TW", "57/NQ-TW", True),
        ("3526/VPCP-KGVX", "3527/VPCP-KGVX", False),
        ("12/KH-UBND", "12/QĐ-UBND", False),
    ],
)
def test_two_writings_of_one_symbol_agree(one: str, other: str, same: bool) -> None:
    first, second = parse_symbol(one), parse_symbol(other)
    assert first is not None
    assert second is not None
    assert agree(first, second) is same


def test_a_blank_number_agrees_with_nothing() -> None:
    blank, full = parse_symbol("/VPCP-KGVX"), parse_symbol("3526/VPCP-KGVX")
    assert blank is not None
    assert full is not None
    assert not agree(blank, full)


@pytest.mark.parametrize(
    ("subject", "name"),
    [("Công văn số 3526/VPCP-KGVX", None), ("Gửi", "3526_VPCP-KGVX.signed.pdf"), ("Gửi", "3526_VPCP.pdf")],
)
def test_an_agreeing_hint_makes_the_symbol_surer(subject: str, name: str | None) -> None:
    alone, helped = weighed().symbol, weighed(subject, name).symbol
    assert helped.value == alone.value
    assert helped.confidence > alone.confidence
    assert helped.rivals == ()


@pytest.mark.parametrize(
    ("subject", "name", "source"),
    [("Công văn số 3527/VPCP-KGVX", None, "mail subject"), ("Gửi", "3527_VPCP-KGVX.pdf", "part 1.2, file name")],
)
def test_a_differing_hint_is_a_rival_and_makes_it_doubtful(subject: str, name: str | None, source: str) -> None:
    symbol = weighed(subject, name).symbol
    assert symbol.value is not None
    assert symbol.value.text == "3526/VPCP-KGVX"
    assert symbol.confidence < 0.9
    assert [(rival.value.text, rival.source) for rival in symbol.rivals] == [("3527/VPCP-KGVX", source)]


def test_a_subject_that_names_a_cited_document_is_no_rival() -> None:
    pages = letter_pages(subject="triển khai Quyết định số 28/2018/QĐ-TTg")
    symbol = weighed("V/v triển khai Quyết định số 28/2018/QĐ-TTg", pages=pages).symbol
    assert symbol.rivals == ()
    assert symbol.confidence >= 0.95


def test_a_hint_never_fills_a_blank_number() -> None:
    symbol = weighed("Công văn 3526/VPCP-KGVX", pages=letter_pages(number="      /VPCP-KGVX")).symbol
    assert symbol.value is None
    assert "3526/VPCP-KGVX" in [rival.value.text for rival in symbol.rivals]


@pytest.mark.parametrize(
    ("name", "text"),
    [("3526_VPCP-KGVX.signed.pdf", "3526/VPCP-KGVX"), ("tai lieu.pdf", None), ("IMG_20240512.jpg", None), (None, None)],
)
def test_a_file_name_may_hold_a_symbol(name: str | None, text: str | None) -> None:
    found = name_symbol(name)
    assert (found.text if found else None) == text
