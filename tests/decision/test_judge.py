"""From what was learnt to the judgement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.classifier.kinds import Kind
from mailbridge.decision.findings import Action, Findings, Judgement
from mailbridge.decision.judge import is_delivered, judge
from mailbridge.mail.envelope import Door, MailObject
from mailbridge.registry.entry import Acquaintance
from tests.decision.builders_decision import findings, mail, message, policy


def judged(accepted: MailObject, seen: Findings | None = None) -> Judgement:
    seen = seen or findings()
    return judge(
        mail=accepted,
        message=message(),
        authentication=seen.authentication,
        classification=seen.classification,
        signatures=(),
        attachment_problems=(),
        known=seen.known,
        policy=policy(),
        directory=seen.directory,
    )


def test_a_judgement_carries_what_it_rests_on() -> None:
    judgement = judged(mail())
    assert judgement.decision.action is Action.REGISTER
    assert judgement.classification == findings().classification


def test_a_judgement_says_who_sent_it_and_how_far_it_can_be_relied_on() -> None:
    seen = findings(listed=True, proven=True, met=Acquaintance.STRANGER)
    judgement = judged(mail(), replace(seen, author=message().author))
    assert judgement.sender is not None
    assert judgement.assurance is not None
    assert len(judgement.identities) == 1
    assert judgement.met is Acquaintance.STRANGER


def test_nothing_is_said_of_the_sender_of_a_mail_whose_content_is_not_kept() -> None:
    judgement = judged(mail(), findings(kind=Kind.SECRET, secrecy="mật", documents=0))
    assert (judgement.sender, judgement.assurance, judgement.identities) == (None, None, ())


@pytest.mark.parametrize(
    ("door", "reply", "delivered"),
    [
        (Door.HOP, "250 2.0.0 Ok: queued", True),
        (Door.HOP, None, False),
        (Door.HOP, "451 4.3.0 later", False),
        (Door.JOURNAL, None, True),
        (Door.PICKUP, None, True),
        (Door.MANUAL, None, True),
        (Door.MILTER, None, True),
    ],
)
def test_behind_the_hop_the_next_server_must_have_said_so(door: Door, reply: str | None, delivered: bool) -> None:
    accepted = mail(door=door, next_hop_reply=reply)
    assert is_delivered(accepted) is delivered
    assert (judged(accepted).decision.action is Action.REGISTER) is delivered


def test_the_day_of_arrival_is_the_day_in_vietnam() -> None:
    """The document of 2 November arrives on 1 November, 17:30 UTC: in Vietnam it is the 2nd already."""
    evening = mail().accepted_at.replace(month=11, day=1, hour=17, minute=30)
    assert judged(mail(accepted_at=evening)).decision.action is Action.REGISTER
    earlier = judged(replace(mail(), accepted_at=evening.replace(hour=16))).decision
    assert earlier.reasons[0].rule == "fixed:future-date"
