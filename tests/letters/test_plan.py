from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.classifier.kinds import Kind
from mailbridge.decision.findings import Action, Reason
from mailbridge.decision.objections import NOT_DELIVERED
from mailbridge.letters.plan import plan
from mailbridge.mail.letter import LetterKind, LetterPlan
from tests.letters.builders_letters import AGENCY, SENDER, authentication, judgement, mail, message

NOTICES = (
    LetterPlan(kind=LetterKind.NOTICE, to="lan@sonv.example"),
    LetterPlan(kind=LetterKind.NOTICE, to="minh@sonv.example"),
)


def planned(action: Action, *, same_mail: bool = False) -> tuple[LetterPlan, ...]:
    return plan(judgement(action), mail(), message(), AGENCY, same_mail=same_mail)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (Action.REGISTER, LetterKind.ACCEPTED),
        (Action.HOLD, LetterKind.ARRIVED),
        (Action.DUPLICATE, LetterKind.ACCEPTED),
    ],
)
def test_the_author_hears_what_happened_and_each_clerk_gets_a_notice(action: Action, kind: LetterKind) -> None:
    assert planned(action) == (LetterPlan(kind=kind, to=SENDER), *NOTICES)


def test_a_proposed_return_tells_only_the_clerks_until_one_confirms_it() -> None:
    waits = LetterPlan(kind=LetterKind.REFUSED, to=SENDER, suppressed="policy")
    assert planned(Action.RETURN) == (waits, *NOTICES)


def test_a_mail_that_is_not_ours_has_no_letters() -> None:
    assert planned(Action.PASS) == ()


def test_a_kind_that_is_announced_without_entry_tells_those_whom_the_decision_names() -> None:
    """`kinds.toml`: treatment = "announced"; the sender hears nothing."""
    announced = judgement(Action.PASS, notify=("lan@sonv.example", "phong@sonv.example", "Lan@sonv.example"))
    assert plan(announced, mail(), message(), AGENCY) == (
        LetterPlan(kind=LetterKind.NOTICE, to="lan@sonv.example"),
        LetterPlan(kind=LetterKind.NOTICE, to="phong@sonv.example"),
    )


@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.is_stored])
def test_nobody_is_told_of_mail_whose_content_is_not_kept(kind: Kind) -> None:
    private = judgement(Action.PASS, kind=kind, notify=("lan@sonv.example",))
    assert plan(private, mail(), message(), AGENCY) == ()


def test_a_secret_tells_only_the_security_contact_and_the_plan_names_no_sender() -> None:
    withheld, told = planned(Action.STOP)
    assert withheld == LetterPlan(kind=LetterKind.ARRIVED, to="", suppressed="secret")
    assert told == LetterPlan(kind=LetterKind.NOTICE, to="baomat@sonv.example")


def test_without_security_contact_the_clerks_are_told_of_a_secret() -> None:
    office = replace(AGENCY, security_contact="")
    assert plan(judgement(Action.STOP), mail(), message(), office)[1:] == NOTICES


def test_the_same_mail_again_tells_nobody_again() -> None:
    accepted = LetterPlan(kind=LetterKind.ACCEPTED, to=SENDER, suppressed="policy")
    arrived = LetterPlan(kind=LetterKind.ARRIVED, to=SENDER, suppressed="policy")
    assert planned(Action.DUPLICATE, same_mail=True) == (accepted,)
    assert planned(Action.HOLD, same_mail=True) == (arrived,)
    assert planned(Action.REGISTER, same_mail=True)[0].suppressed is None, "a new number is news"


def test_a_suppressed_letter_keeps_its_place_and_its_reason() -> None:
    first, *others = plan(judgement(results=authentication()), mail(), message(), AGENCY)
    assert first == LetterPlan(kind=LetterKind.ACCEPTED, to=SENDER, suppressed="unproven-sender")
    assert tuple(others) == NOTICES


def test_nobody_is_told_received_while_the_next_server_may_not_have_the_mail() -> None:
    unsure = judgement(Action.HOLD, reasons=(Reason(rule="10-x", text="x."), Reason(rule=NOT_DELIVERED, text="y.")))
    assert plan(unsure, mail(), message(), AGENCY)[0].suppressed == "policy"


def test_one_notice_an_address_even_when_a_rule_names_a_clerk_again() -> None:
    named = judgement(notify=("LAN@sonv.example", "phong@sonv.example"))
    assert [each.to for each in plan(named, mail(), message(), AGENCY)[1:]] == [
        "lan@sonv.example",
        "minh@sonv.example",
        "phong@sonv.example",
    ]
