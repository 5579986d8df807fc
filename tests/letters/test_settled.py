"""The notice that a verdict is settled."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from mailbridge.letters.settled import Settled, compose_settled
from mailbridge.mail.letter import Letter
from mailbridge.mail.parse import parse
from mailbridge.recheck.again import look_by
from mailbridge.registry.entry import Known
from mailbridge.seen import judge_seen
from mailbridge.verify.evidence import Evidence, Trust
from tests.demo.builders_demo import AGENCY, AT, demo, policy, reading

__all__ = ["reading"]  # pytest finds the fixture by its name in this module

CLERK = AGENCY.clerks[0]


@pytest.fixture
async def settled(reading: Any) -> Settled:
    seen = await look_by(Evidence(at=AT, trust=Trust()), demo("04"), reading)
    judgement, _ = judge_seen(seen, Known(), policy())
    return Settled(judgement=judgement, mail=seen.mail, message=seen.message, sequence=3)


def written(settled: Settled, language: str = "vi") -> tuple[Letter, EmailMessage]:
    letter = compose_settled(settled, agency=AGENCY, to=CLERK, language=language, now=AT)
    parsed = email.message_from_bytes(letter.content, policy=default)
    assert isinstance(parsed, EmailMessage)
    return letter, parsed


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


async def test_it_says_what_is_known_now_and_that_nothing_else_changed(settled: Settled) -> None:
    letter, mail = written(settled)
    assert (letter.kind.value, letter.recipient, letter.sender) == ("notice", CLERK, "")
    assert letter.key.endswith(f"settled-3:{CLERK}")
    assert str(mail["Subject"]).startswith("Kết quả xác minh bổ sung: ")
    assert mail["Auto-Submitted"] == "auto-generated"
    said = text(mail)
    assert said.startswith("Mức tin cậy: Chưa xác minh xong. Chưa ký số.")
    assert said.index("Việc cần làm: Chờ hệ thống tự xác minh lại") < said.index("nay đã có kết quả")
    assert "vẫn như khi tiếp nhận, không tự thay đổi: chờ xử lý. Lý do khi đó: " in said
    assert settled.mail.id in text(mail)
    assert "verification could not be completed" in text(written(settled, "en")[1])


async def test_the_same_is_written_the_same_and_each_verdict_has_its_own(settled: Settled) -> None:
    assert written(settled)[0] == written(settled)[0]
    other = Settled(judgement=settled.judgement, mail=settled.mail, message=settled.message, sequence=4)
    assert written(other)[1]["Message-ID"] != written(settled)[1]["Message-ID"]


async def test_of_a_secret_nothing_is_named(settled: Settled) -> None:
    secret = Settled(judgement=settled.judgement, mail=settled.mail, message=settled.message, sequence=3, secret=True)
    _, mail = written(secret)
    subject = parse(settled.mail.content).subject
    assert subject
    assert subject not in text(mail)
    assert str(mail["Subject"]) == "Kết quả xác minh bổ sung"
    assert "dấu hiệu bí mật nhà nước" in text(mail)
