"""The walk of one mail, on the mails of the demonstration, with real reading and a ledger in memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from mailbridge.pipeline import Ports, process
from mailbridge.ports import Reading
from tests.demo.builders_demo import AT, OURS, demo, ledger, policy, ports, reading

__all__ = ["ports", "reading"]  # pytest finds fixtures by their names in this module


async def test_a_signed_document_gets_a_number_a_case_and_letters(ports: Ports) -> None:
    (outcome,) = await process(demo("01"), ports, (policy(),), AT)
    (entry,) = outcome.entries
    assert (entry.number, entry.draft.symbol, entry.draft.issuer) == (
        1,
        "3526/UBND-KGVX",
        "Ủy ban nhân dân tỉnh Bắc Kạn",
    )
    assert outcome.case.action == "register"
    assert outcome.case.judgement is not None
    assert json.loads(outcome.case.judgement)["decision"]["action"] == "register"
    assert outcome.case.evidence is not None
    assert json.loads(outcome.case.evidence)["answers"][0]["answered"] == "found"
    kinds = sorted(record.letter.kind.value for record in ledger(ports).ledger.letters.values())
    assert kinds == ["accepted", "notice"]


async def test_walking_twice_changes_nothing(ports: Ports) -> None:
    first = await process(demo("01"), ports, (policy(),), AT)
    again = await process(demo("01"), ports, (policy(),), AT + timedelta(hours=1))
    assert [outcome.case for outcome in again] == [outcome.case for outcome in first]
    assert len(ledger(ports).ledger.entries) == 1
    assert len(ledger(ports).ledger.letters) == 2


async def test_the_same_document_again_gets_no_second_number(ports: Ports) -> None:
    await process(demo("01"), ports, (policy(),), AT)
    (outcome,) = await process(demo("05", 2), ports, (policy(),), AT)
    assert (outcome.case.action, outcome.entries) == ("duplicate", ())
    assert len(ledger(ports).ledger.entries) == 1


async def test_the_very_same_octets_are_not_acknowledged_again(ports: Ports) -> None:
    await process(demo("01"), ports, (policy(),), AT)
    (outcome,) = await process(demo("01", 2), ports, (policy(),), AT)
    assert next((letter.kind.value, letter.suppressed) for letter in outcome.letters) == ("accepted", "policy")


@pytest.mark.parametrize("name", ["01", "07"])
async def test_a_signed_mail_that_is_sent_again_and_again_floods_nobody(ports: Ports, name: str) -> None:
    """A stranger needs no key for that: a field on top leaves the DKIM signature good and changes the SHA-256."""
    for number in range(1, 6):
        mail = demo(name, number)
        content = b"X-Replay: %d\r\n" % number + mail.content
        again = replace(mail, content=content, sha256=hashlib.sha256(content).hexdigest())
        await process(again, ports, (policy(),), AT)
    assert len(ledger(ports).ledger.letters) == 2


@pytest.mark.parametrize("name", ["11", "12", "13", "14"])
async def test_nothing_of_private_automatic_or_secret_mail_is_written_down(ports: Ports, name: str) -> None:
    mail = demo(name)
    (outcome,) = await process(mail, ports, (policy(),), AT)
    case = outcome.case
    assert case.action in ("pass", "stop")
    kept = (case.author, case.subject, case.message_id, case.judgement, case.evidence, case.next_hop_reply)
    assert kept == (None,) * 6
    for record in ledger(ports).ledger.letters.values():
        text = record.letter.content.decode("utf-8", "replace")
        assert "01/UBND-NC" not in text
        assert "van ban.pdf" not in text


async def test_mail_for_nobody_here_is_not_even_read(ports: Ports) -> None:
    class NoReading:
        async def open(self, parts: object, evidence: object) -> tuple[()]:
            raise AssertionError("read")

    blind: Reading = NoReading()
    (outcome,) = await process(
        demo("01", recipients=("x@elsewhere.example",)), replace(ports, reading=blind), (policy(),), AT
    )
    assert (outcome.case.agency, outcome.case.rule, outcome.case.subject) == ("", "fixed:not-ours", None)


async def test_two_agencies_have_two_books(ports: Ports) -> None:
    other = policy(id="stc", domains=("stc.backan.gov.vn",), addresses=("vanthu@stc.backan.gov.vn",))
    outcomes = await process(demo("01", recipients=(OURS, "vanthu@stc.backan.gov.vn")), ports, (policy(), other), AT)
    assert [(outcome.case.agency, outcome.entries[0].number) for outcome in outcomes] == [("sonv", 1), ("stc", 1)]


async def test_a_mail_that_may_not_have_been_delivered_is_at_most_held(ports: Ports) -> None:
    (outcome,) = await process(replace(demo("01"), next_hop_reply=None), ports, (policy(),), AT)
    assert (outcome.case.action, outcome.case.rule) == ("hold", "fixed:not-delivered")
