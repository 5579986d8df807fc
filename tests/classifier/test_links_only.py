"""A mail that only has a link to its document is flagged, and nobody follows the link (FEATURES A16)."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Classification, Kind
from mailbridge.mail.parse import parse
from tests.classifier.builders_classifier import letter_pages

URL = "https://drive.google.com/file/d/1AbC/view"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a link was followed")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


def judged(subject: str, text: str, *, sender: str = "vanthu@sonv.gov.vn", fields: str = "") -> Classification:
    head = f"From: {sender}\r\nSubject: {subject}\r\n{fields}Content-Type: text/plain; charset=utf-8\r\n\r\n"
    return classify(parse((head + text).encode()), {}, mail_from=sender)


@pytest.mark.parametrize("sender", ["vanthu@sonv.gov.vn", "lan@gmail.com"])
def test_it_waits_for_a_clerk(sender: str) -> None:
    found = judged("Công văn số 12/SNV-VP", f"Kính gửi Quý cơ quan, tải văn bản tại: {URL}", sender=sender)
    assert (found.kind, found.confidence, found.documents) == (Kind.OFFICIAL_DOCUMENT, 0.5, ())
    assert found.links == (URL,)
    assert found.reasons == ("it only has a link to a document",)


def test_a_notice_of_a_document_system_waits_too() -> None:
    found = judged(
        "Văn bản mới: 12/SNV-VP",
        f"Tải văn bản tại {URL}",
        sender="noreply@sonv.gov.vn",
        fields="Auto-Submitted: auto-generated\r\n",
    )
    assert (found.kind, found.links, found.automatic) == (Kind.OFFICIAL_DOCUMENT, (URL,), "auto-submitted")


@pytest.mark.parametrize(
    ("subject", "text", "fields", "kind"),
    [
        ("Ảnh đám cưới", f"Xem ảnh ở {URL}", "", Kind.PERSONAL),
        ("Tài liệu họp ngày mai", f"Tải tài liệu họp tại {URL}", "", Kind.WORKING_MAIL),
        ("Công văn mới trong tuần", f"Tải văn bản tại {URL}", "List-Id: <tin.gov.vn>\r\n", Kind.AUTOMATIC),
        ("Công văn số 12/SNV-VP", "Xem website: https://sonv.gov.vn/", "", Kind.OTHER),
    ],
)
def test_other_mail_with_links_is_what_it_is(subject: str, text: str, fields: str, kind: Kind) -> None:
    sender = "lan@gmail.com" if kind is Kind.PERSONAL else "lan@sonv.gov.vn"
    found = judged(subject, text, sender=sender, fields=fields)
    assert (found.kind, found.links) == (kind, ())


def test_a_document_that_is_there_needs_no_link_but_shows_it() -> None:
    octets = (
        "From: a@sonv.gov.vn\r\nSubject: CV\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nTải phụ lục tại {URL}\r\n"
        '--b\r\nContent-Type: application/pdf; name="12.pdf"\r\n\r\n%PDF-1.7\r\n--b--\r\n'
    )
    message = parse(octets.encode())
    found = classify(message, {message.attachments[0].index: letter_pages()}, mail_from="a@sonv.gov.vn")
    assert (len(found.documents), found.confidence, found.links) == (1, 0.99, (URL,))
