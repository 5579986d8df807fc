"""An edXML packet: its header stands before what its pages show (FEATURES D6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.classifier.edxml import document_of_header
from mailbridge.classifier.kinds import Classification, Kind
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.mail.pages import Pages
from tests.classifier.builders_classifier import letter_pages, message, part

HEADER = EdxmlHeader(
    document_id="000.00.00.G22,2013/05/04,3526/VPCP-KGVX",
    number="3526",
    notation="VPCP-KGVX",
    issued_date=date(2013, 5, 4),
    place="Hà Nội",
    type_name="CÔNG VĂN",
    type_code=18,
    subject="thực hiện Chỉ thị",
    organ_id="000.00.00.G22",
    organ_name="Văn phòng Chính phủ",
    superior=None,
    addressees=("Bộ Nội vụ",),
    signer_name="Nguyễn Khắc Định",
    signer_position="Phó Chủ nhiệm",
    signer_authority="KT. BỘ TRƯỞNG",
    due_date=date(2013, 5, 20),
    urgency="khẩn",
    pages=2,
    action="new",
)
PACKET = part("1.2", "3526.edxml", of_type="application/xml", content=b"<edXML><edXMLHeader>")
FILE = part("1.2.1", "3526.pdf", inside="1.2", content=b"%PDF inside")
ANNEX = part("1.2.2", "PL.xlsx", of_type="application/vnd.ms-excel", inside="1.2", content=b"xls")


def judged(header: EdxmlHeader, pages: Pages | None = None) -> Classification:
    read = {} if pages is None else {"1.2.1": pages}
    return classify(message(PACKET, FILE, ANNEX), read, mail_from="a@b.vn", edxml={"1.2": header})


def test_the_header_fills_the_fields() -> None:
    found = judged(HEADER)
    (document,) = found.documents
    assert (found.kind, found.confidence) == (Kind.OFFICIAL_DOCUMENT, 0.99)
    assert (document.main, set(document.parts)) == ("1.2.1", {"1.2", "1.2.1", "1.2.2"})
    symbol = document.symbol.value
    assert symbol is not None
    assert (symbol.text, symbol.number, symbol.notation) == ("3526/VPCP-KGVX", "3526", "VPCP-KGVX")
    assert (document.type.value, document.issuer.value) == ("Công văn", "Văn phòng Chính phủ")
    assert (document.issued_date.value, document.due_date.value) == (date(2013, 5, 4), date(2013, 5, 20))
    assert (document.symbol.confidence, document.symbol.source) == (0.99, "part 1.2, edXML")
    assert document.superior.reason == "the edXML header does not say it"


def test_a_page_that_agrees_changes_nothing_and_fills_what_is_left_out() -> None:
    (document,) = judged(replace(HEADER, place=None), letter_pages()).documents
    assert document.symbol.rivals == ()
    assert document.symbol.confidence == 0.99
    assert document.place.value == "Hà Nội"
    assert document.place.source.startswith("part 1.2.1")


def test_a_page_that_says_otherwise_is_a_rival_and_a_doubt() -> None:
    (document,) = judged(HEADER, letter_pages(number="3527/VPCP-KGVX")).documents
    symbol = document.symbol.value
    assert symbol is not None
    assert symbol.text == "3526/VPCP-KGVX"
    assert [rival.value.text for rival in document.symbol.rivals] == ["3527/VPCP-KGVX"]
    assert document.symbol.confidence < 0.9


def test_a_status_is_a_receipt() -> None:
    assert judged(replace(HEADER, action=None)).kind is Kind.RECEIPT


@pytest.mark.parametrize("action", ["revoke", "update"])
def test_a_packet_about_an_earlier_document_waits_for_a_clerk(action: str) -> None:
    found = judged(replace(HEADER, action=action))
    (document,) = found.documents
    assert (found.kind, found.confidence) == (Kind.OFFICIAL_DOCUMENT, 0.5)
    assert document.symbol.value is None
    assert [rival.value.text for rival in document.symbol.rivals] == ["3526/VPCP-KGVX"]


def test_a_header_without_a_number_has_no_values() -> None:
    document = document_of_header(replace(HEADER, number=None), "1.2")
    assert (document.symbol.value, document.symbol.reason) == (None, "the edXML header gives no number")


def test_a_number_that_fits_no_rule_is_kept_as_it_stands() -> None:
    symbol = document_of_header(replace(HEADER, number="12a", notation=None), "1.2").symbol.value
    assert symbol is not None
    assert (symbol.text, symbol.number) == ("12a", "12a")


def test_two_packets_are_two_documents() -> None:
    other = part("1.3", "155.edxml", of_type="application/xml", content=b"<edXML> other")
    headers = {"1.2": HEADER, "1.3": replace(HEADER, number="155")}
    found = classify(message(PACKET, FILE, other), {}, mail_from="a@b.vn", edxml=headers)
    assert [document.main for document in found.documents] == ["1.2.1", "1.3"]


def test_a_secret_mark_in_the_header_stops() -> None:
    found = judged(replace(HEADER, subject="[TỐI MẬT] kế hoạch"))
    assert (found.kind, found.secrecy, found.documents) == (Kind.SECRET, "tối mật", ())


def test_what_the_mail_says_otherwise_is_shown_beside_the_header() -> None:
    mail = replace(message(PACKET, FILE), subject="Công văn số 99/SNV-VP")
    (document,) = classify(mail, {}, mail_from="a@b.vn", edxml={"1.2": HEADER}).documents
    assert document.symbol.value is not None
    assert document.symbol.value.text != "99/SNV-VP"
    assert document.symbol.confidence == 0.99
    assert [(rival.value.text, rival.source) for rival in document.symbol.rivals] == [("99/SNV-VP", "mail subject")]
