"""A forwarded copy is looked at by a clerk, whatever the rules say; what is known or left alone stays so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbridge.decision.findings import Action, Judgement, Reason
from mailbridge.decision.forwarded_copy import FORWARDED_COPY, as_forwarded_copy, passed_on
from mailbridge.decision.objections import ALARMS
from mailbridge.mail.message import Message
from mailbridge.mail.parse import parse
from mailbridge.registry.entry import Known
from mailbridge.seen import judge_seen
from tests.decision.builders_decision import AGENCY
from tests.demo.builders_demo import demo
from tests.desk.builders_mail import look_at, office_policy

TEXT = """\
From: Nguyen Thi Hoa <{sender}>
To: vanthu@sonv.backan.gov.vn
Subject: {subject}

Kinh chuyen.

---------- Forwarded message ---------
From: Van thu <vanthu@ubnd.backan.gov.vn>
Date: Mon, Nov 23, 2026 at 8:00 AM
Subject: Cong van 12
To: <hoa@sonv.backan.gov.vn>

Cong van so 12.
"""


def forward(sender: str = "hoa@sonv.backan.gov.vn", subject: str = "Fwd: Cong van 12") -> Message:
    return parse(TEXT.format(sender=sender, subject=subject).replace("\n", "\r\n").encode())


def judged(action: Action, *rules: str) -> Judgement:
    judgement, _ = judge_seen(look_at(demo("11"), {}), Known(), office_policy())
    reasons = tuple(Reason(rule=rule, text=rule) for rule in rules or ("some-rule",))
    return replace(judgement, decision=replace(judgement.decision, action=action, reasons=reasons, book="den"))


@pytest.mark.parametrize("action", [Action.REGISTER, Action.HOLD, Action.RETURN])
def test_a_copy_waits_for_a_clerk_who_reads_whom_it_names(action: Action) -> None:
    decision = as_forwarded_copy(judged(action), forward(), AGENCY, "vi").decision
    assert (decision.action, decision.book) == (Action.HOLD, None)
    assert [each.rule for each in decision.reasons] == [FORWARDED_COPY, "some-rule"]
    assert "Bản chuyển tiếp do hoa@sonv.backan.gov.vn gửi" in decision.reasons[0].text
    assert "Van thu <vanthu@ubnd.backan.gov.vn>, chưa xác thực" in decision.reasons[0].text


@pytest.mark.parametrize("action", [Action.DUPLICATE, Action.STOP, Action.PASS])
def test_what_is_known_or_left_alone_stays_so(action: Action) -> None:
    judgement = judged(action)
    assert as_forwarded_copy(judgement, forward(), AGENCY, "vi") is judgement


def test_an_alarm_leads() -> None:
    alarm = sorted(ALARMS)[0]
    decision = as_forwarded_copy(judged(Action.HOLD, alarm, "some-rule"), forward(), AGENCY, "en").decision
    assert [each.rule for each in decision.reasons] == [alarm, FORWARDED_COPY, "some-rule"]


def test_only_the_offices_own_people_pass_on() -> None:
    assert passed_on(forward(), AGENCY)
    assert passed_on(forward(sender="vanthu@moha.gov.vn"), AGENCY) == ()
    judgement = judged(Action.REGISTER)
    assert as_forwarded_copy(judgement, forward(sender="vanthu@moha.gov.vn"), AGENCY, "vi") is judgement
