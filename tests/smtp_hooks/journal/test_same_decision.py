"""
The same mail through the hop and as a journal copy: the same record, but for door, id and times.

SPF is part of the door: it speaks of the client, and a copy tells nothing of who that was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.journal_copy import OPEN_REPORTS, mail_of
from mailbridge.pipeline import Outcome, Ports, process
from tests.demo.builders_demo import AT, demo, policy, ports, reading
from tests.mail.builders_journal_report import mail_part, report, text_part
from tests.registry.fakes_registry import FakeRegistry

__all__ = ["ports", "reading"]  # pytest finds fixtures by their names in this module

DEMO = ("01", "04", "07", "09", "11", "14")


def copied(mail: MailObject, content: bytes, recipients: tuple[str, ...], *, sender: str | None) -> MailObject:
    """What the spool holds of a copy: the octets of the wire, the envelope of the copy, the server as its client."""
    return replace(
        mail,
        id=mail.id[:-1] + "f",
        door=Door.JOURNAL,
        client=Client(ip="127.0.0.1", helo="mail.so.example"),
        envelope=Envelope(
            mail_from=sender,
            recipients=recipients,
            mail_parameters=f"SIZE=1 {OPEN_REPORTS}",
            recipient_parameters=("",) * len(recipients),
        ),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        next_hop_reply="250 2.0.0 Ok: kept as x",
    )


def as_copy(mail: MailObject) -> MailObject:
    named = tuple(f"{recipient}.mailbridge.invalid" for recipient in mail.envelope.recipients)
    return copied(mail, mail.content, named, sender=mail.envelope.mail_from)


def as_report(mail: MailObject, encoding: str) -> MailObject:
    facts = (
        f"Sender: {mail.envelope.mail_from or '<>'}",
        "Subject: …",
        "Message-Id: ",
        *(f"To: {recipient}" for recipient in mail.envelope.recipients),
    )
    content = report(text_part(facts), mail_part(mail.content, encoding), boundary=b"_report_of_exchange_")
    return copied(mail, content, ("journal@mailbridge.invalid",), sender="")


def record(outcome: Outcome) -> dict[str, Any]:
    case = outcome.case
    judgement = json.loads(case.judgement or "{}")
    judgement.pop("timings_ms", None)
    spf = judgement.get("authentication", {}).pop("spf", None)
    assert spf is None or spf["result"] == "none"  # so nothing below rests on it
    answers = json.loads(case.evidence or '{"answers": []}')["answers"]
    of_keys = [
        answer for answer in answers if answer["name"].split(".")[0].startswith("_") or "_domainkey" in answer["name"]
    ]
    evidence = [{**answer, "asked_at": None} for answer in of_keys]
    bare = replace(case, mail_id="", door="", judgement=None, evidence=None, next_hop_reply=None)
    return {"case": bare, "judgement": judgement, "evidence": evidence, "letters": outcome.letters}


THROUGH: dict[str, Callable[[MailObject], MailObject]] = {
    "copy": as_copy,
    "report": lambda mail: as_report(mail, "8bit"),
    "base64": lambda mail: as_report(mail, "base64"),
}


@pytest.mark.parametrize(
    ("name", "through"), [(name, way) for name in DEMO for way in ("copy", "report")] + [("01", "base64")]
)
async def test_the_record_is_the_same(ports: Ports, name: str, through: str) -> None:
    mail = demo(name)
    kept = THROUGH[through](mail)
    found = mail_of(kept)
    assert (found.content, found.sha256) == (mail.content, mail.sha256)
    (by_copy,) = await process(found, replace(ports, registry=FakeRegistry()), (policy(),), AT)
    (by_hop,) = await process(mail, ports, (policy(),), AT)
    assert record(by_copy) == record(by_hop)
    assert (by_copy.case.door, by_copy.case.mail_id) == ("journal", kept.id)
