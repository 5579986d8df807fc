"""Mails and evidence for the tests of DKIM."""

from __future__ import annotations

from mailbridge.mail.address import Address
from mailbridge.verify.dkim import questions
from mailbridge.verify.evidence import Answer, Answered, Evidence, Question, Trust
from tests.keys.dkim_keys import DkimKey
from tests.keys.pki import AT

DOMAIN = "sonv.backan.gov.vn"
AUTHOR = Address(local="vanthu", domain=DOMAIN)
BODY = "Kính gửi: Ủy ban nhân dân tỉnh.\r\n\r\nGửi  kèm công văn  số 12/SNV-VP. \r\n\r\n\r\n".encode()
MAIL = (
    b"Received: from a.example by b.example; Mon, 1 Jun 2026 08:00:00 +0700\r\n"
    b"From: Van thu <vanthu@sonv.backan.gov.vn>\r\n"
    b"To: vanthu@stttt.backan.gov.vn\r\n"
    b"Subject: =?utf-8?q?C=C3=B4ng_v=C4=83n?=\r\n so 12\r\n"
    b"Date: Mon, 1 Jun 2026 08:00:00 +0700\r\n"
    b"Message-ID: <1@sonv.backan.gov.vn>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n"
    b"\r\n" + BODY
)


def evidence(*answers: Answer) -> Evidence:
    return Evidence(at=AT, trust=Trust(), answers=answers)


def found(
    key: DkimKey, *, domain: str = DOMAIN, selector: str = "s1", flags: str = "", public: str | None = None
) -> Answer:
    return answer(key.record(flags=flags, public=public).encode(), domain=domain, selector=selector)


def answer(*values: bytes, domain: str = DOMAIN, selector: str = "s1", how: Answered = Answered.FOUND) -> Answer:
    question = Question(name=f"{selector}._domainkey.{domain}", type="TXT")
    return Answer(question=question, answered=how, values=values, asked_at=AT)


def everything(content: bytes, record: bytes) -> Evidence:
    """Answer every question of a mail with the same record."""
    return evidence(
        *(Answer(question=each, answered=Answered.FOUND, values=(record,), asked_at=AT) for each in questions(content))
    )
