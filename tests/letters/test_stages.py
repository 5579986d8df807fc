from __future__ import annotations

import email
import email.policy
import json
from dataclasses import replace
from datetime import date
from email.message import EmailMessage

import pytest

from mailbridge.letters.received import Received, received, received_of
from mailbridge.letters.stage import RETURN_REASONS, ReturnReason, Stage, reason_sentence
from mailbridge.letters.stages import Desk, Why, changes_told, correction_letter, stage_letter
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan
from mailbridge.record import as_object
from mailbridge.registry.entry import Case, EntryStatus
from tests.letters.builders_letters import AGENCY, NOW, SENDER, entry, judgement, mail, message

DESK = Desk(agency=AGENCY)
EVERY = Desk(agency=AGENCY, stages=tuple(Stage))
MAIL = received(mail(), message())


def read(letter: Letter) -> tuple[str, str]:
    """Return subject and text."""
    found = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    body = found.get_body(("plain",))
    assert body is not None
    return found["Subject"], " ".join(body.get_content().split())


def staged(stage: Stage, *, desk: Desk = EVERY, of: Received = MAIL, why: Why | None = None) -> Letter | None:
    entries = () if stage in (Stage.ARRIVED, Stage.REFUSED) else (entry(),)
    return stage_letter(stage, of, desk, now=NOW, entries=entries, why=why)


def written(stage: Stage, *, desk: Desk = EVERY, why: Why | None = None) -> Letter:
    letter = staged(stage, desk=desk, why=why)
    assert letter is not None
    return letter


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_stage_has_a_letter_with_its_code(stage: Stage, language: str) -> None:
    letter = written(stage, desk=replace(EVERY, language=language), why=Why(detail="gửi nhầm"))
    assert (letter.recipient, letter.kind) == (SENDER, stage.kind)
    subject, text = read(letter)
    assert subject.startswith("[")
    assert AGENCY.name in text
    assert b"Auto-Submitted: auto-" in letter.content
    found = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    status, *_ = found.iter_attachments()
    assert f"<edXML:StatusCode>{stage.value}<".encode() in status.get_content()


def test_stages_have_keys_of_their_own_and_the_same_one_twice() -> None:
    keys = [written(stage).key for stage in Stage]
    assert len(set(keys)) == len(keys)
    assert keys == [written(stage).key for stage in Stage]


def test_the_key_of_the_acknowledgement_is_that_of_the_walk() -> None:
    assert written(Stage.ACCEPTED).key == f"{mail().id}:{AGENCY.id}:accepted:{SENDER}"
    assert written(Stage.ARRIVED).key == f"{mail().id}:{AGENCY.id}:arrived:{SENDER}"


def test_stages_that_the_office_has_not_switched_on_are_silent() -> None:
    told = [stage for stage in Stage if staged(stage, desk=DESK) is not None]
    assert told == [Stage.ARRIVED, Stage.REFUSED, Stage.ACCEPTED, Stage.RECALL_AGREED, Stage.RECALL_REFUSED]


@pytest.mark.parametrize("suppressed", ["unproven-sender", "list", "auto-submitted", "secret", "ourselves"])
def test_who_could_not_be_answered_then_hears_nothing_now(suppressed: str) -> None:
    silent = replace(MAIL, suppressed=suppressed)
    assert [staged(stage, of=silent) for stage in Stage] == [None] * len(Stage)
    assert correction_letter(entry(), replace(entry(), version=2, number=16), silent, DESK, now=NOW) is None


@pytest.mark.parametrize("suppressed", ["policy", "rate"])
def test_a_clerk_overrules_what_was_our_own_choice(suppressed: str) -> None:
    waits = replace(MAIL, suppressed=suppressed)
    assert [stage for stage in Stage if staged(stage, of=waits) is None] == [Stage.ARRIVED]


@pytest.mark.parametrize("author", [None, "a b@c", "x@y\r\nBcc: z@w"])
def test_without_an_address_there_is_no_letter(author: str | None) -> None:
    assert staged(Stage.REFUSED, of=replace(MAIL, author=author)) is None


@pytest.mark.parametrize("reason", ReturnReason)
@pytest.mark.parametrize("detail", ["", "phu-luc.xlsx."])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_reason_is_a_whole_sentence(reason: ReturnReason, detail: str, language: str) -> None:
    said = reason_sentence(reason, "Sở Nội vụ", detail, language)
    assert "{" not in said
    assert ".." not in said.replace("…", "")
    assert not said or detail.rstrip(".") in said or "detail" not in RETURN_REASONS[reason].sentence[language]


def test_what_a_clerk_writes_fills_in_nothing() -> None:
    assert reason_sentence(ReturnReason.OTHER, "Sở", "{agency} {detail}", "vi") == "{agency} {detail}"


def test_a_return_says_that_the_document_is_not_in_the_book() -> None:
    subject, text = read(written(Stage.REFUSED, why=Why(reason=ReturnReason.WRONG_PLACE)))
    assert subject == "[Trả lại] Gửi công văn 3526/VPCP-KGVX — Gửi sai nơi nhận" or subject.endswith("Gửi sai nơi nhận")
    assert "chưa được đăng ký vào sổ văn bản đến" in text
    assert f"không thuộc phạm vi tiếp nhận của {AGENCY.name}" in text


def test_a_question_is_no_return() -> None:
    subject, text = read(written(Stage.REFUSED, why=Why(reason=ReturnReason.FILE_MISSING, detail="Phụ lục II")))
    assert subject.startswith("[Đề nghị bổ sung]")
    assert "thiếu phụ lục: Phụ lục II." in text


def test_a_correction_says_old_and_new() -> None:
    before = entry()
    after = replace(before, version=2, draft=replace(before.draft, symbol="3527/VPCP-KGVX", issued_date=None))
    letter = correction_letter(before, after, MAIL, DESK, now=NOW)
    assert letter is not None
    assert letter.kind is LetterKind.CORRECTION
    subject, text = read(letter)
    assert subject.startswith("[Đính chính báo nhận]")
    assert "Số, ký hiệu: trước đây “3526/VPCP-KGVX”, nay là “3527/VPCP-KGVX”" in text
    assert "Ngày văn bản: trước đây “04/05/2013”, nay để trống" in text


def test_a_voided_entry_is_told_with_the_code_of_a_refusal() -> None:
    after = replace(entry(), version=2, status=EntryStatus.VOIDED)
    letter = correction_letter(entry(), after, MAIL, DESK, now=NOW)
    assert letter is not None
    assert "Số đến: trước đây “15/2013”, nay là “không còn giá trị”" in read(letter)[1]
    found = email.message_from_bytes(letter.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    *_, said = found.iter_attachments()
    assert json.loads(said.get_content())["code"] == "02"


def test_one_version_has_one_correction_and_the_next_another() -> None:
    keys = set()
    for version in (2, 2, 3):
        after = replace(entry(), version=version, draft=replace(entry().draft, symbol=f"{version}/VPCP"))
        letter = correction_letter(entry(), after, MAIL, DESK, now=NOW)
        assert letter is not None
        keys.add(letter.key)
    assert len(keys) == 2


def test_what_an_acknowledgement_does_not_say_is_not_corrected() -> None:
    after = replace(
        entry(), version=2, draft=replace(entry().draft, note="x", recipients="y", due_date=date(2013, 6, 1))
    )
    assert changes_told(entry(), after, "vi") == ()
    assert correction_letter(entry(), after, MAIL, DESK, now=NOW) is None


def test_the_case_keeps_what_a_later_letter_needs() -> None:
    given = judgement()
    plans = (LetterPlan(kind=LetterKind.ACCEPTED, to=SENDER), LetterPlan(kind=LetterKind.NOTICE, to="lan@sonv.example"))
    case = Case(
        mail_id=mail().id,
        agency=AGENCY.id,
        door="hop",
        accepted_at=mail().accepted_at,
        decided_at=NOW,
        sha256=mail().sha256,
        size=1,
        kind="official-document",
        action="register",
        rule="r",
        reason="",
        message_id=message().message_id,
        author=SENDER,
        subject=message().subject,
        judgement=json.dumps(as_object(mail(), message(), given, plans, {})),
    )
    assert received_of(case) == replace(MAIL, references="")
    assert received_of(replace(case, judgement=None)) is None
