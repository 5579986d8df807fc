"""The walk of one mail, on the mails of the demonstration, with real reading and a ledger in memory."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from mailbridge.classifier.directory import Directory, Office
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.parse import parse
from mailbridge.pipeline import Outcome, Ports, process
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


def _forwarded(content: bytes) -> bytes:
    return (
        b"From: a@backan.gov.vn\r\nTo: vanthu@sonv.backan.gov.vn\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=outer-1\r\n\r\n"
        b"--outer-1\r\nContent-Type: text/plain\r\n\r\nxem thu\r\n--outer-1\r\nContent-Type: message/rfc822\r\n\r\n"
        + content
        + b"\r\n--outer-1--\r\n"
    )


def _zipped(content: bytes) -> bytes:
    """A mail with one ZIP that holds all files of another mail."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for place, part in enumerate(parse(content).attachments):
            archive.writestr(f"{place}/{part.name}", part.content)
    return (
        b"From: a@backan.gov.vn\r\nTo: vanthu@sonv.backan.gov.vn\r\nSubject: gui\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: application/zip; name="a.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(packed.getvalue()).replace(b"\n", b"\r\n")
    )


@pytest.mark.parametrize("wrapped", [_forwarded, _zipped])
async def test_nothing_of_a_secret_inside_another_file_is_written_down(
    ports: Ports, wrapped: Callable[[bytes], bytes]
) -> None:
    mail = demo("14")
    content = wrapped(mail.content)
    (outcome,) = await process(
        replace(mail, content=content, sha256=hashlib.sha256(content).hexdigest()), ports, (policy(),), AT
    )
    case = outcome.case
    assert (case.action, case.kind) == ("stop", "secret")
    kept = (case.author, case.subject, case.message_id, case.judgement, case.evidence, case.next_hop_reply)
    assert kept == (None,) * 6
    (record,) = ledger(ports).ledger.letters.values()
    told = record.letter.content.decode("utf-8", "replace")
    assert "01/UBND-NC" not in told
    assert "a.zip" not in told
    assert "van ban" not in told


@pytest.mark.parametrize("wrapped", [_forwarded, _zipped])
async def test_nothing_of_a_private_mail_inside_another_one_is_written_down(
    ports: Ports, wrapped: Callable[[bytes], bytes]
) -> None:
    mail = demo("12")
    content = wrapped(mail.content).replace(b"a@backan.gov.vn", b"lan@gmail.com")
    (outcome,) = await process(
        replace(mail, content=content, sha256=hashlib.sha256(content).hexdigest()), ports, (policy(),), AT
    )
    case = outcome.case
    assert case.action == "pass"
    assert (case.author, case.subject, case.message_id, case.judgement, case.evidence) == (None,) * 5
    assert ledger(ports).ledger.letters == {}


async def test_mail_for_nobody_here_is_not_even_read(ports: Ports) -> None:
    class NoReading:
        async def open(self, parts: object, evidence: object) -> tuple[()]:
            raise AssertionError("read")

        async def judge_mail(self, entities: object, author: object, evidence: object) -> tuple[()]:
            raise AssertionError("judged")

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


FIVE = tuple(f"{name}@sonv.backan.gov.vn" for name in ("vanthu", "tochuc", "thanhtra", "vanphong", "giamdoc"))


def to_five(mail: MailObject) -> MailObject:
    """Address a mail to four mailboxes of the agency, one by its alias; the fifth is for the envelope alone."""
    assert b"To: =?utf-8?" in mail.content
    assert FIVE[0].encode() in mail.content
    alias, cc = FIVE[1], ", ".join(FIVE[2:4])
    content = f"Delivered-To: {alias}\r\nCc: {cc}\r\n".encode() + mail.content
    return replace(mail, content=content, sha256=hashlib.sha256(content).hexdigest())


async def test_one_document_to_five_mailboxes_is_one_entry_that_lists_them(ports: Ports) -> None:
    mail = to_five(demo("01", recipients=FIVE))
    (outcome,) = await process(mail, ports, (policy(),), AT)
    (entry,) = outcome.entries
    assert entry.draft.recipients == "; ".join(FIVE)


async def test_one_mail_in_five_transactions_is_one_entry_that_lists_whom_it_is_addressed_to(ports: Ports) -> None:
    outcomes: list[Outcome] = []
    for number, mailbox in enumerate((FIVE[4], *FIVE[:4]), 1):
        mail = to_five(demo("01", number, recipients=(mailbox,)))
        outcomes += await process(mail, ports, (policy(),), AT)
    assert [outcome.case.action for outcome in outcomes] == ["register", *["duplicate"] * 4]
    (entry,) = outcomes[0].entries
    assert entry.draft.recipients is not None
    assert set(entry.draft.recipients.split("; ")) == set(FIVE)
    assert len(ledger(ports).ledger.entries) == 1
    assert all(f"số đến {entry.shown_number}" in outcome.case.reason for outcome in outcomes[1:])
    assert [record.letter.kind.value for record in ledger(ports).ledger.letters.values()].count("accepted") == 1


async def test_an_issuer_of_the_directory_is_surer(ports: Ports) -> None:
    directory = Directory((Office(name="UBND tỉnh Bắc Kạn"),))
    (outcome,) = await process(demo("01"), replace(ports, directory=directory), (policy(),), AT)
    assert outcome.case.judgement is not None
    (document,) = json.loads(outcome.case.judgement)["documents"]
    assert document["fields"]["issuer"]["source"].endswith("; directory")
    assert document["issuer"] == "Ủy ban nhân dân tỉnh Bắc Kạn"
