from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.hints import agree, compared, name_symbol
from mailbridge.classifier.kinds import Document, Reading
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


def test_a_subject_may_write_a_cited_symbol_in_its_own_way() -> None:
    pages = letter_pages(subject="vướng mắc Nghị định số 69/2018/NĐ-CP")
    symbol = weighed("Vướng mắc nghị định số 69/2018/nđ-cp", pages=pages).symbol
    assert symbol.rivals == ()


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


LETTER = letter_pages(subject="tăng cường công tác văn thư, lưu trữ", issuer="ỦY BAN NHÂN DÂN TỈNH BẮC KẠN")
DAY = date(2013, 5, 4)


def told(
    subject: str = "Gửi văn bản", text: str = "", *, alone: bool = True, fields: Sequence[tuple[str, str]] = ()
) -> Document:
    mail = message(subject=subject, text=text, fields=fields)
    return compared(read(LETTER), mail, names=[("1.2", "van-ban.pdf")], alone=alone)


OWN = "Công văn số 3526/VPCP-KGVX"
OTHER = "Công văn số 3527/VPCP-KGVX"


@pytest.mark.parametrize(
    ("subject", "text"),
    [(OWN, ""), ("", f"Kính gửi quý cơ quan {OWN}."), (f"Fwd: {OWN}", ""), ("", f"{OWN} và Công văn số 1/SNV-VP")],
)
def test_subject_and_text_may_agree_with_the_symbol(subject: str, text: str) -> None:
    alone, helped = told().symbol, told(subject, text).symbol
    assert helped.confidence > alone.confidence
    assert helped.rivals == ()


@pytest.mark.parametrize(
    ("subject", "text", "source"),
    [
        (OTHER, "", "mail subject"),
        (f"Fwd: {OTHER}", "", "mail subject"),
        (f"Chuyển tiếp: {OTHER}", "", "mail subject"),
        ("Gửi văn bản", f"Kính gửi quý cơ quan {OTHER}.", "mail text"),
        ("Fwd: văn bản", f"Sở gửi kèm {OTHER}", "mail text"),
    ],
)
def test_a_source_that_names_another_document_is_shown(subject: str, text: str, source: str) -> None:
    symbol = told(subject, text).symbol
    assert symbol.value is not None
    assert symbol.value.text == "3526/VPCP-KGVX"
    assert symbol.confidence < 0.9
    assert [(rival.value.text, rival.source) for rival in symbol.rivals] == [("3527/VPCP-KGVX", source)]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (f"V/v trả lời {OTHER}", ""),
        (f"Báo cáo thực hiện {OTHER}", ""),
        (f"Re: {OTHER}", ""),
        (f"Fwd: RE: {OTHER}", ""),
        (f"Trả lời: {OTHER}", f"> Kính gửi quý cơ quan {OTHER}"),
        ("", f"Theo {OTHER}, Sở gửi báo cáo."),
        ("", f"Đã nhận được {OTHER}."),
        ("", f"> Kính gửi quý cơ quan {OTHER}"),
        ("", f"Kính gửi {OTHER} và Công văn số 1/SNV-VP"),
        (f"Re: {OTHER}", f"Kính gửi quý cơ quan {OTHER}"),
    ],
)
def test_a_document_that_is_cited_or_answered_is_no_disagreement(subject: str, text: str) -> None:
    assert told(subject, text).symbol == told().symbol


def test_an_answer_sent_as_a_reply_names_what_it_answers() -> None:
    text = f"Kính gửi quý cơ quan {OTHER}"
    assert told(text=text).symbol.rivals != ()
    assert told(text=text, fields=[("In-Reply-To", "<1@a.vn>")]).symbol.rivals == ()


def test_a_cited_document_does_not_confirm_a_number() -> None:
    assert told(f"V/v trả lời {OWN}").symbol == told().symbol
    assert told(text=f"Thực hiện {OWN}").symbol == told().symbol
    assert told(f"Re: {OWN}").symbol == told().symbol


def test_with_several_documents_the_mail_names_others_too() -> None:
    both = f"{OWN} ngày 5/5/2013 và {OTHER} ngày 6/6/2013"
    found = told(both, alone=False)
    assert found.symbol.rivals == ()
    assert found.symbol.confidence > told().symbol.confidence
    assert [rival.value for rival in found.issued_date.rivals] == [date(2013, 5, 5)]
    assert told(OTHER, f"Kính gửi {OTHER}", alone=False).symbol == told().symbol


@pytest.mark.parametrize("subject", [f"{OWN} ngày 4/5/2013", f"{OWN} (04.05.2013)", "Gửi văn bản ngày 4/5/2013"])
def test_the_date_may_be_confirmed(subject: str) -> None:
    assert told(subject).issued_date.confidence >= told().issued_date.confidence
    assert told(subject).issued_date.rivals == ()


def test_a_doubtful_date_becomes_surer() -> None:
    doubtful = replace(read(LETTER), issued_date=Reading(value=DAY, confidence=0.8, source="part 1.2, page 1"))
    found = compared(doubtful, message(text=f"{OWN} ngày 4/5/2013"), names=(), alone=True).issued_date
    assert (found.value, found.confidence) == (DAY, 0.94)


@pytest.mark.parametrize(
    ("subject", "text", "source"),
    [(f"{OWN} ngày 5/5/2013", "", "mail subject"), ("", f"{OWN} ngày 5/5/2013", "mail text")],
)
def test_another_date_of_the_same_document_is_shown_and_not_taken(subject: str, text: str, source: str) -> None:
    found = told(subject, text).issued_date
    assert (found.value, found.confidence) == (DAY, told().issued_date.confidence)
    assert [(rival.value, rival.source) for rival in found.rivals] == [(date(2013, 5, 5), source)]


@pytest.mark.parametrize("subject", ["Giấy mời họp ngày 20/5/2013", f"{OTHER} ngày 20/5/2013", "Văn bản 20.5.2013"])
def test_a_date_of_something_else_is_no_disagreement(subject: str) -> None:
    assert told(subject).issued_date == told().issued_date


def test_a_date_in_a_file_name_counts_behind_its_word() -> None:
    day = date(2013, 5, 5)
    for name, rivals in (("3526_VPCP-KGVX_ngày 5.5.2013.pdf", [day]), ("3526_VPCP-KGVX_5.5.2013.pdf", [])):
        found = compared(read(LETTER), message(), names=[("1.2", name)], alone=True).issued_date
        assert [rival.value for rival in found.rivals] == rivals


def test_a_date_that_the_page_does_not_have_is_never_filled() -> None:
    dateless = replace(read(LETTER), issued_date=Reading(reason="the date is blank on the page"))
    found = compared(dateless, message(subject=f"{OWN} ngày 4/5/2013"), names=(), alone=True).issued_date
    assert (found.value, found.reason) == (None, "the date is blank on the page")
    assert [rival.value for rival in found.rivals] == [DAY]


@pytest.mark.parametrize(
    ("issuer", "superior", "named", "surer", "rivals"),
    [
        ("Ủy ban nhân dân tỉnh Bắc Kạn", None, "UBND tỉnh Bắc Kạn", True, []),
        ("Sở Nội vụ", "UBND tỉnh Bắc Kạn", "Sở Nội vụ tỉnh Bắc Kạn", True, []),
        ("Sở Nội vụ tỉnh Bắc Kạn", None, "Sở Nội vụ", False, []),
        ("Sở Nội vụ", "UBND tỉnh Bắc Kạn", "UBND tỉnh Bắc Kạn", False, []),
        ("Sở Nội vụ", None, "Sở Nội vụ tỉnh Bắc Kạn", False, []),
        ("Sở Nội vụ", "UBND tỉnh Bắc Kạn", "Sở Tài chính", False, ["Sở Tài chính"]),
        ("Văn phòng", None, "Văn phòng Chính phủ", False, ["Văn phòng Chính phủ"]),
    ],
)
def test_the_issuer_is_compared(issuer: str, superior: str | None, named: str, surer: bool, rivals: list[str]) -> None:
    page = replace(
        read(LETTER),
        issuer=Reading(value=issuer, confidence=0.8, source="part 1.2, page 1"),
        superior=Reading(value=superior, confidence=0.8),
    )
    found = compared(page, message(text=f"{OWN} ngày 4/5/2013 của {named}."), names=(), alone=True).issuer
    assert found.value == issuer
    assert (found.confidence > 0.8) is surer
    assert [rival.value for rival in found.rivals] == rivals


@pytest.mark.parametrize(
    ("subject", "surer"),
    [
        ("V/v tăng cường công tác văn thư, lưu trữ", True),
        ("Fwd: CV 3526/VPCP-KGVX về việc tăng cường công tác văn thư - lưu trữ", True),
        ("V/v tăng cường công tác văn thư, lưu trữ năm 2013", False),
        ("V/v tang cuong cong tac van thu, luu tru", False),
        ("V/v tăng cường công tác", False),
        ("lưu trữ", False),
    ],
)
def test_a_subject_that_repeats_the_summary_confirms_it(subject: str, surer: bool) -> None:
    page = replace(
        read(LETTER), subject=Reading(value="tăng cường công tác văn thư, lưu trữ", confidence=0.8, source="page 1")
    )
    found = compared(page, message(subject=subject), names=(), alone=True).subject
    assert (found.value, found.rivals) == ("tăng cường công tác văn thư, lưu trữ", ())
    assert (found.confidence > 0.8) is surer


def test_a_document_in_the_text_is_not_confirmed_by_itself() -> None:
    mail = message(text=f"Gửi {OWN} ngày 4/5/2013")
    inside = compared(read(LETTER), mail, names=(), alone=True, in_text=True)
    assert inside.symbol == compared(read(LETTER), message(), names=(), alone=True).symbol


def test_the_header_of_a_packet_stays_sure_beside_a_typed_number() -> None:
    page = read(LETTER)
    header = replace(page, symbol=replace(page.symbol, confidence=0.99, source="part 1.2, edXML"))
    symbol = compared(header, message(subject=OTHER), names=(), alone=True).symbol
    assert symbol.confidence == 0.99
    assert [rival.value.text for rival in symbol.rivals] == ["3527/VPCP-KGVX"]
