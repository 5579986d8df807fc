from __future__ import annotations

import pytest

from mailbridge.classifier.signs import announces_document, is_from_public_body, is_status, names_document
from tests.classifier.builders_classifier import message, part


@pytest.mark.parametrize(
    "name", ["CV 123.pdf", "12-QĐ-UBND.pdf", "quyet_dinh.pdf", "123_UBND.signed.pdf", "Giấy mời.docx"]
)
def test_file_names_of_documents(name: str) -> None:
    assert names_document(name)


@pytest.mark.parametrize("name", ["hoa don.pdf", "anh cuoi.jpg", "thong bao cuoc.pdf", "CVentura.pdf", None])
def test_other_file_names(name: str | None) -> None:
    assert not names_document(name)


@pytest.mark.parametrize("subject", ["Công văn 12", "V/v họp", "Fwd: Giấy mời", "Kính gửi: CV số 3", "Thông báo số 12"])
def test_subjects_that_announce_a_document(subject: str) -> None:
    assert announces_document(message(subject=subject))


@pytest.mark.parametrize("subject", ["Thông báo cước", "Ảnh", "Hỏi về công văn", "CVs of candidates"])
def test_other_subjects(subject: str) -> None:
    assert not announces_document(message(subject=subject))


def test_a_public_body_is_told_by_the_end_of_its_domain() -> None:
    assert is_from_public_body(message(sender="a@sonv.backan.gov.vn"))
    assert is_from_public_body(message(sender="a@dcs.vn"))
    assert not is_from_public_body(message(sender="a@gov.vn.example.com"))
    assert not is_from_public_body(message(sender="a@fakegov.vn"))


def test_a_packet_with_a_document_is_no_status() -> None:
    head = b"<edXMLHeader><MessageHeader>"
    assert not is_status(part(content=head + b"<Code/>"))
    assert is_status(part(content=head + b"<ResponseFor/><ResponseFor></ResponseFor><StatusCode>01</StatusCode>"))
