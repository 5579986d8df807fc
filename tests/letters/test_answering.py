"""Never a war: what an office does with programs that answer it, with storms, and with letters that come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.directory import Directory
from mailbridge.classifier.directory import Office as Listed
from mailbridge.decision.findings import Action, Agency
from mailbridge.decision.policy import USUAL
from mailbridge.mail.letter import Letter, LetterKind, return_address
from mailbridge.registry.fates import Fate
from tests.classifier.builders_automatic import Sample, dsn, every_automatic
from tests.letters.builders_answering import Office, Program, talk
from tests.letters.builders_letters import AGENCY

OTHER = Agency(
    id="vpcp",
    name="Văn phòng Chính phủ",
    domains=("vpcp.example",),
    addresses=("vanthu@vpcp.example",),
    clerks=("hoa@vpcp.example",),
)
PEER = OTHER.addresses[0]
TEXTS = (
    "Yêu cầu của Quý cơ quan đã được tiếp nhận. Mã yêu cầu: 10245.",
    "Your request has been received and a ticket has been created.",
    "Tôi hiện đang đi vắng, sẽ phản hồi sau ngày 12/5.",
    "I am out of the office.",
    "Đây là thư trả lời tự động.",
)
MARKS = (
    (),
    (("Auto-Submitted", 'auto-replied; owner-email="a@b"'),),
    (("Precedence", "bulk"),),
    (("List-Id", "<vb.vpcp.example>"),),
    (("X-Autoreply", "yes"),),
)


@pytest.mark.parametrize(
    "sample", every_automatic(), ids=lambda sample: sample.name.encode("ascii", "replace").decode()
)
def test_no_automatic_mail_gets_an_answer_even_with_a_document(sample: Sample) -> None:
    office = Office(agency=AGENCY)
    assert office.receive(sample.content, "an@peer.example" if sample.mail_from is None else sample.mail_from) == []


@settings(max_examples=30, deadline=None)
@given(
    text=st.sampled_from(TEXTS),
    fields=st.sampled_from(MARKS),
    keeps_thread=st.booleans(),
    keeps_subject=st.booleans(),
    null=st.booleans(),
)
def test_a_program_that_answers_gets_one_letter(
    text: str, fields: tuple[tuple[str, str], ...], keeps_thread: bool, keeps_subject: bool, null: bool
) -> None:
    program = Program(
        address=PEER,
        text=text,
        subject="[#48213] Yêu cầu đã được tiếp nhận",
        fields=fields,
        keeps_thread=keeps_thread,
        keeps_subject=keeps_subject,
        mail_from="" if null else None,
    )
    assert talk(Office(agency=AGENCY), program) == 1


def test_two_installations_exchange_one_letter_each() -> None:
    one, other = Office(agency=AGENCY), Office(agency=OTHER)
    program = Program(address=PEER, text="x")
    counts = {one.address: 0, other.address: 0}
    # Each has sent the other a document at the same time.
    first = one.receive(program.first(one.address), PEER) + other.receive(
        Program(address=one.address, text="x").first(PEER), one.address
    )
    waiting = first
    while waiting:
        counts |= {each: counts[each] + sum(1 for letter in waiting if _from(letter) == each) for each in counts}
        back: list[Letter] = []
        for letter in waiting:
            receiver = other if letter.recipient == PEER else one
            # As its own reverse-path, and as that of a relay that put its name there.
            back += receiver.receive(letter.content, "") + receiver.receive(letter.content, "relay@x.example")
        waiting = back
    assert counts == {one.address: 1, other.address: 1}


def _from(letter: Letter) -> str:
    return AGENCY.addresses[0] if letter.agency == AGENCY.id else PEER


def test_what_nothing_gives_away_stops_after_three() -> None:
    program = Program(address=PEER, text="ok", subject="hi", keeps_thread=False, keeps_subject=False)
    office = Office(agency=AGENCY)
    assert talk(office, program, rounds=50) == USUAL.per_thread
    assert office.suppressed[-1] == "rate"


def test_a_storm_of_a_thousand_gets_three_answers_and_one_alarm() -> None:
    office = Office(agency=AGENCY)
    program = Program(address=PEER, text="x")
    letters = [letter for _ in range(1000) for letter in office.receive(program.first(office.address), PEER)]
    assert len(letters) == 3
    assert [each.recipient for each in office.notices] == list(AGENCY.clerks)
    assert b"X-MailBridge-Letter: notice" in office.notices[0].content


def test_documents_are_owed_their_number_up_to_the_limit_of_a_peer() -> None:
    office = Office(agency=AGENCY, action=Action.REGISTER, answering=replace(USUAL, per_peer_hour=5))
    program = Program(address=PEER, text="x")
    office.ledger.answered.extend((f"peer:sonv:{PEER}", f"k{number}", office.now) for number in range(5))
    assert office.receive(program.first(office.address), PEER) == []
    office.now += timedelta(hours=2)
    office.action = Action.HOLD
    assert len(office.receive(program.first(office.address), PEER)) == 1


def test_other_peers_are_answered_while_one_is_not() -> None:
    office = Office(agency=AGENCY)
    program = Program(address=PEER, text="x")
    for _ in range(10):
        office.receive(program.first(office.address), PEER)
    friend = Program(address="vanthu@sotc.example", text="x")
    assert len(office.receive(friend.first(office.address), friend.address)) == 1


def test_stages_that_are_switched_off_are_not_told() -> None:
    office = Office(agency=AGENCY, answering=replace(USUAL, stages=("03",)))
    assert office.receive(Program(address=PEER, text="x").first(office.address), PEER) == []
    assert office.suppressed == ["policy"]


def acknowledged(office: Office) -> Letter:
    (letter,) = office.receive(Program(address=PEER, text="x").first(office.address), PEER)
    return letter


def test_a_letter_that_comes_back_becomes_a_task_with_the_other_address() -> None:
    listed = Listed(name="VPCP", addresses=(PEER, "vpcp@chinhphu.example"), domains=("vpcp.example",))
    office = Office(agency=AGENCY, directory=Directory((listed,)))
    letter = acknowledged(office)
    report = dsn()
    back = return_address(office.address, letter.key)
    assert office.receive(report.content, "", back) == []
    (fate,) = office.ledger.fates
    assert (fate.key, fate.what, fate.status) == (letter.key, Fate.RETURNED, "5.1.1")
    assert [each.recipient for each in office.notices] == list(AGENCY.clerks)
    text = _text(office.notices[0])
    assert f"letters resend {letter.token[:16]} --to vpcp@chinhphu.example" in text
    assert "không thay đổi" in text


def test_it_is_found_by_its_identifier_where_the_address_is_lost() -> None:
    office = Office(agency=AGENCY)
    letter = acknowledged(office)
    report = dsn().content.replace(b"0123456789abcdef0123456789abcdef", letter.token.encode())
    office.receive(report, "", office.address)
    assert [(each.key, each.what) for each in office.ledger.fates] == [(letter.key, Fate.RETURNED)]


def test_the_same_report_counts_once_and_a_delay_is_no_task() -> None:
    office = Office(agency=AGENCY)
    letter = acknowledged(office)
    back = return_address(office.address, letter.key)
    office.receive(dsn("delayed", "4.4.1").content, "", back)
    assert (office.ledger.fates[0].what, office.notices) == (Fate.DELAYED, [])


def test_a_notice_that_comes_back_is_no_reason_for_another_one() -> None:
    office = Office(agency=AGENCY)
    letter = acknowledged(office)
    key = f"{letter.mail_id}:sonv:notice:lan@sonv.example"
    notice = replace(letter, key=key, kind=LetterKind.NOTICE, recipient="lan@sonv.example")
    office.ledger.letters[key] = replace(office.ledger.letters[letter.key], letter=notice)
    office.receive(dsn().content, "", return_address(office.address, key))
    assert [each.key for each in office.ledger.fates] == [key]
    assert office.notices == []


def test_letters_of_another_agency_stay_its_own() -> None:
    office = Office(agency=AGENCY)
    letter = acknowledged(office)
    office.ledger.letters[letter.key] = replace(
        office.ledger.letters[letter.key], letter=replace(letter, agency="other")
    )
    office.receive(dsn().content, "", return_address(office.address, letter.key))
    assert office.ledger.fates == []


def _text(letter: Letter) -> str:
    body = message_from_bytes(letter.content, policy=default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())
