"""The same document in two formats."""

from __future__ import annotations

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Document
from mailbridge.mail.pages import Layer, Pages
from tests.classifier.builders_classifier import letter_pages, message, part

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def read(scan: Pages, copy: Pages) -> Document:
    mail = message(part("1.2", "scan.pdf"), part("1.3", "ban mem.docx", of_type=DOCX))
    (document,) = classify(mail, {"1.2": scan, "1.3": copy}, mail_from="a@b.vn").documents
    return document


def test_a_copy_that_agrees_makes_a_scan_surer() -> None:
    alone = classify(message(part()), {"1.2": letter_pages(layer=Layer.OCR)}, mail_from="a@b.vn").documents[0]
    document = read(letter_pages(layer=Layer.OCR), letter_pages())
    assert document.main == "1.2"
    assert alone.symbol.confidence < 0.9 < document.symbol.confidence
    assert document.issuer.confidence > alone.issuer.confidence


def test_a_copy_that_differs_is_a_rival_and_lends_no_certainty() -> None:
    document = read(letter_pages(layer=Layer.OCR), letter_pages(date="Hà Nội, ngày 05 tháng 5 năm 2013"))
    assert [str(rival.value) for rival in document.issued_date.rivals] == ["2013-05-05"]
    assert document.issued_date.confidence < 0.9


def test_a_copy_never_fills_a_gap_of_what_was_signed() -> None:
    scan = letter_pages(layer=Layer.OCR, date="Hà Nội, ngày     tháng 5 năm 2013")
    document = read(scan, letter_pages())
    assert document.issued_date.value is None
    assert [str(rival.value) for rival in document.issued_date.rivals] == ["2013-05-04"]
