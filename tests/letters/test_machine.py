from __future__ import annotations

import email
import email.policy
import json
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from mailbridge.classifier.classify import classify
from mailbridge.classifier.directory import Directory, Office
from mailbridge.classifier.kinds import Kind
from mailbridge.decision.findings import Action
from mailbridge.letters.compose import compose
from mailbridge.letters.machine import JSON_NAME, Told, machine_files
from mailbridge.letters.received import received
from mailbridge.letters.stage import Stage
from mailbridge.letters.stages import Desk, Why, stage_letter
from mailbridge.mail.letter import LetterKind, LetterPlan, token_of
from mailbridge.mail.parse import parse
from mailbridge.reading.edxml import read_edxml
from tests.letters.builders_letters import AGENCY, BOTH, MAIN, NOW, SENDER, entry, judgement, mail, message

ANSWER = LetterPlan(kind=LetterKind.ACCEPTED, to=SENDER)
SCHEMA = Path("docs/reference/ack.schema.json")


def answer(action: Action = Action.REGISTER, *, directory: Directory | None = None, count: int = 1) -> EmailMessage:
    kind = LetterKind.ARRIVED if action is Action.HOLD else LetterKind.ACCEPTED
    numbers = range(15, 15 + count) if action is Action.REGISTER else ()
    letter = compose(
        replace(ANSWER, kind=kind),
        judgement=judgement(action, signatures=BOTH),
        mail=mail(),
        message=message(),
        agency=AGENCY,
        entries=[entry(number=number) for number in numbers],
        language="vi",
        now=NOW,
        directory=directory or Directory(),
    )
    found = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def files(of: EmailMessage) -> dict[str, bytes]:
    parts = (part for part in of.iter_attachments() if isinstance(part, EmailMessage))
    return {part.get_filename() or "": part.get_payload(decode=True) for part in parts}  # type: ignore[misc]  # octets


def told(of: EmailMessage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(of)[JSON_NAME])
    return found


def test_the_human_part_stands_before_the_files_for_programs() -> None:
    letter = answer()
    assert letter.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in letter.iter_parts()] == [
        "multipart/alternative",
        "application/xml",
        "application/json",
    ]
    assert list(files(letter)) == ["status.edxml", JSON_NAME]


def test_the_json_proves_which_file_was_received() -> None:
    said = told(answer())
    attached = [part for part in message().attachments if part.inside is None]
    assert said["files"] == [{"name": part.name, "size": part.size, "sha256": part.sha256} for part in attached]
    assert (said["stage"], said["code"]) == ("accepted", "03")
    assert said["mail"]["sha256"] == mail().sha256
    (line,) = said["entries"]
    assert (line["number"], line["year"], line["sha256"]) == (15, 2013, MAIN.sha256)


def test_the_json_has_the_keys_of_its_schema_and_no_others() -> None:
    schema = json.loads(SCHEMA.read_text())
    for action in (Action.REGISTER, Action.HOLD, Action.DUPLICATE):
        said = told(answer(action))
        assert set(said) == set(schema["properties"]) == set(schema["required"])
        for name in ("agency", "mail"):
            assert set(said[name]) == set(schema["properties"][name]["required"])
        for name in ("files", "entries"):
            for each in said[name]:
                assert set(each) == set(schema["properties"][name]["items"]["required"])


def test_paper_is_spoken_of_as_in_the_human_part() -> None:
    letter = answer()
    body = letter.get_body(("plain",))
    assert body is not None
    says = "không cần gửi" in body.get_content()
    (line,) = told(letter)["entries"]
    assert line["paper_needed"] is (False if says else line["paper_needed"])
    assert (line["paper_needed"] is None) == ("Bản giấy" not in body.get_content())


def test_our_own_reader_reads_the_status_back() -> None:
    offices = Directory(
        (
            Office(name="Sở Nội vụ", code="H03.10", addresses=(AGENCY.addresses[0],)),
            Office(name="Văn phòng Chính phủ", code="G22", addresses=(SENDER,)),
        )
    )
    packet = files(answer(directory=offices))["status.edxml"]
    header, members = read_edxml(packet)
    assert (header.action, header.organ_id, header.organ_name, members) == (None, "H03.10", AGENCY.name, ())
    root = etree.fromstring(packet)
    values = {etree.QName(each).localname: (each.text or "").strip() for each in root.iter(etree.Element)}
    assert values["StatusCode"] == "03"
    assert values["DocumentId"] == "G22,2013/05/04,3526/VPCP-KGVX"
    assert values["PromulgationDate"] == "2013/05/04"


def test_two_entries_are_two_statuses() -> None:
    assert list(files(answer(count=2))) == ["status.edxml", "status-2.edxml", JSON_NAME]


def test_a_mail_that_waits_names_no_document() -> None:
    letter = answer(Action.HOLD)
    assert told(letter)["entries"] == []
    assert b"3526" not in files(letter)["status.edxml"]
    assert b"<edXML:StatusCode>01<" in files(letter)["status.edxml"]


def test_what_another_mail_brought_is_nobody_elses_to_know() -> None:
    other = replace(entry(), draft=replace(entry().draft, mail_id="other", document_sha256="ab" * 32))
    said = Told(kind=LetterKind.ACCEPTED, code="03", status="x", entries=(other,))
    *_, file = machine_files(said, received(mail(), message()), AGENCY, key="k", now=NOW)
    assert json.loads(file.content)["entries"][0]["sha256"] is None


@pytest.mark.parametrize("text", ["<a>&]]>", "a\r\nb", "\x00\x0b", "‮evil", "Uỷ ban"])
def test_whatever_a_stranger_writes_the_status_stays_well_formed(text: str) -> None:
    line = replace(entry(), draft=replace(entry().draft, symbol=text))
    said = Told(kind=LetterKind.ACCEPTED, code="03", status="Đã tiếp nhận", detail=text, entries=(line,))
    status, *_ = machine_files(said, received(mail(), message()), AGENCY, key="k", now=NOW)
    assert read_edxml(status.content)[0].action is None


@pytest.mark.parametrize("action", [Action.REGISTER, Action.HOLD, Action.DUPLICATE])
def test_another_installation_takes_the_answer_for_a_receipt(action: Action) -> None:
    found = classify(parse(answer(action).as_bytes()), {}, mail_from="")
    assert (found.kind, found.automatic) == (Kind.RECEIPT, "ourselves")


def test_the_token_in_the_json_is_that_of_the_message_id() -> None:
    letter = answer()
    assert letter["Message-ID"].startswith(f"<{told(letter)['token']}@")


def test_a_refusal_says_why_in_its_status() -> None:
    letter = stage_letter(
        Stage.REFUSED, received(mail(), message()), Desk(agency=AGENCY), now=NOW, why=Why(detail="gửi nhầm sở")
    )
    assert letter is not None
    found = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    said = told(found)
    assert (said["code"], said["detail"], said["token"]) == ("02", "gửi nhầm sở", token_of(letter.key))
