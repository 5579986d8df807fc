from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from mailbridge.classifier.directory import Confirmation, ConfirmedAddress, Directory, Office
from mailbridge.decision.findings import Action, Judgement
from mailbridge.decision.lookalike import Imitation, Trick
from mailbridge.decision.policy import USUAL, Asks
from mailbridge.decision.sender import Sender, SenderLevel
from mailbridge.decision.sentence import Sentence
from mailbridge.letters.question import question_letter
from mailbridge.mail.address import Address
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan
from mailbridge.mail.message import Message
from mailbridge.verify.results import DmarcResult, Result
from tests.letters.builders_answering import policy_of
from tests.letters.builders_letters import AGENCY, NOW, authentication, dkim, judgement, mail, message

CONFIRMED = ConfirmedAddress(
    address="vanthu@vpcp.example",
    confirmation=Confirmation(document="Công văn 12/VPCP", since=date(2013, 1, 1), until=date(2013, 12, 31)),
)
VPCP = Office(
    name="Văn phòng Chính phủ",
    addresses=("vanthu@vpcp.example", "vpcp@chinhphu.example"),
    domains=("vpcp.example",),
    confirmed=(CONFIRMED,),
)
FORGER = replace(message(), author=Address(local="vanthu", domain="vpcq.example"))
WITHHELD = (LetterPlan(kind=LetterKind.ARRIVED, to="vanthu@vpcq.example", suppressed="unproven-sender"),)


def imitating(action: Action = Action.HOLD) -> Judgement:
    sender = Sender(
        level=SenderLevel.CONTRADICTED,
        reason=Sentence(vi="x", en="x"),
        imitation=Imitation(trick=Trick.NEAR, of="vpcp.example"),
    )
    return replace(judgement(action), sender=sender)


def asked(
    given: Judgement | None = None,
    *,
    office: Office = VPCP,
    asks: Asks = Asks.CONFIRMED,
    planned: tuple[LetterPlan, ...] = WITHHELD,
    of: Message = FORGER,
    later: timedelta = timedelta(),
) -> Letter | None:
    policy = policy_of(AGENCY, replace(USUAL, asks=asks))
    return question_letter(given or imitating(), planned, mail(), of, policy, Directory((office,)), now=NOW + later)


def test_the_body_that_is_imitated_is_asked_at_the_address_it_confirmed() -> None:
    letter = asked()
    assert letter is not None
    assert (letter.recipient, letter.kind) == ("vanthu@vpcp.example", LetterKind.QUESTION)
    assert b"Auto-Submitted: auto-generated" in letter.content


def test_the_question_holds_nothing_of_the_mail_but_when_and_from_where() -> None:
    letter = asked()
    assert letter is not None
    found = message_from_bytes(letter.content, policy=default)
    body = found.get_body(("plain",))
    assert body is not None
    subject, text = found["Subject"], " ".join(body.get_content().split())
    assert subject == "[Đề nghị xác nhận] Thư ghi là của Quý cơ quan, nhận lúc 08:30 ngày 06/05/2013"
    assert "gửi từ địa chỉ vanthu@vpcq.example" in text
    assert "3526" not in text + subject
    assert "In-Reply-To" not in letter.content.decode()


def test_one_body_is_asked_once_a_day() -> None:
    keys = [letter.key for hours in (0, 1, 24) if (letter := asked(later=timedelta(hours=hours)))]
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)


@pytest.mark.parametrize(
    ("asks", "office", "to"),
    [
        (Asks.CONFIRMED, replace(VPCP, confirmed=()), None),
        (Asks.PUBLISHED, replace(VPCP, confirmed=()), "vanthu@vpcp.example"),
        (Asks.NEVER, VPCP, None),
        (Asks.CONFIRMED, replace(VPCP, domains=("other.example",)), None),
        (Asks.PUBLISHED, replace(VPCP, addresses=("lan@sonv.example",), domains=("vpcp.example",)), None),
    ],
)
def test_nobody_is_asked_where_the_office_does_not_want_it(asks: Asks, office: Office, to: str | None) -> None:
    letter = asked(asks=asks, office=office)
    assert (letter.recipient if letter else None) == to


def test_a_writing_that_holds_no_more_confirms_nothing() -> None:
    assert asked(later=timedelta(days=365)) is None


@pytest.mark.parametrize("suppressed", [None, "policy", "auto-submitted", "secret"])
def test_only_an_answer_withheld_from_a_forger_is_asked_about(suppressed: str | None) -> None:
    assert asked(planned=(replace(WITHHELD[0], suppressed=suppressed),)) is None


def test_a_domain_without_signatures_is_poor_and_not_forged() -> None:
    sender = Sender(level=SenderLevel.UNPROVEN, reason=Sentence(vi="x", en="x"))
    of = replace(message(), author=Address(local="vanthu", domain="vpcp.example"))
    poor = replace(judgement(Action.HOLD, results=authentication(dkim(Result.NONE))), sender=sender)
    assert asked(poor, of=of) is None
    failed = DmarcResult(result=Result.FAIL, domain="vpcp.example", policy="reject", reason="")
    forged = replace(poor, authentication=replace(poor.authentication, dmarc=failed))
    assert asked(forged, of=of) is not None
    assert asked(replace(forged, sender=replace(sender, pending=True)), of=of) is None


def test_another_document_under_a_proven_address_is_asked_of_its_letterhead() -> None:
    sender = Sender(level=SenderLevel.CONTRADICTED, reason=Sentence(vi="x", en="x"))
    letter = asked(replace(judgement(Action.HOLD), sender=sender))
    assert letter is not None
    assert letter.recipient == "vanthu@vpcp.example"
