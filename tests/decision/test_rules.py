"""The rules of the administrator: order, stop, unless, notify, default."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.decision.findings import Action
from mailbridge.decision.rules import DEFAULT, Answer, Order, Rule, evaluate
from tests.decision.builders_decision import findings, rule, rule_set

NEVER = {"proven": True}


def test_the_first_final_rule_that_speaks_decides() -> None:
    rules = rule_set(rule("never", when=NEVER), rule("first", Order.HOLD), rule("second", Order.PASS))
    outcome, steps = evaluate(rules, findings())
    assert (outcome.action, outcome.rule) == (Action.HOLD, "first")
    assert [step.answer for step in steps] == [Answer.SILENT, Answer.DECIDED, Answer.NOT_ASKED, Answer.NOT_ASKED]


def test_a_later_rule_replaces_a_tentative_one() -> None:
    rules = rule_set(rule("maybe", Order.PASS, stop=False), rule("sure", Order.HOLD))
    outcome, steps = evaluate(rules, findings())
    assert outcome.rule == "sure"
    assert steps[0].answer is Answer.TENTATIVE


def test_a_tentative_rule_stands_when_nobody_replaces_it() -> None:
    rules = rule_set(rule("maybe", Order.PASS, stop=False), rule("never", Order.HOLD, when=NEVER))
    outcome, steps = evaluate(rules, findings())
    assert (outcome.action, outcome.rule) == (Action.PASS, "maybe")
    assert steps[-1].answer is Answer.NOT_ASKED


@pytest.mark.parametrize("default", [Action.HOLD, Action.PASS])
def test_the_default_speaks_when_no_rule_does(default: Action) -> None:
    outcome, steps = evaluate(rule_set(rule("never", when=NEVER), default=default), findings())
    assert (outcome.action, outcome.rule) == (default, DEFAULT)
    assert steps[-1].answer is Answer.DECIDED


def test_notify_goes_on_and_its_people_are_told_whatever_follows() -> None:
    rules = rule_set(
        rule("tell", Order.NOTIFY, stop=False, notify=("a@x.vn", "b@x.vn")),
        rule("enter", notify=("b@x.vn", "c@x.vn"), book="den"),
    )
    outcome, steps = evaluate(rules, findings())
    assert outcome.notify == ("a@x.vn", "b@x.vn", "c@x.vn")
    assert (outcome.action, outcome.book) == (Action.REGISTER, "den")
    assert steps[0].answer is Answer.NOTIFIED


def test_notify_alone_decides_nothing() -> None:
    outcome, _ = evaluate(rule_set(rule("tell", Order.NOTIFY, stop=False, notify=("a@x.vn",))), findings())
    assert (outcome.rule, outcome.notify) == (DEFAULT, ("a@x.vn",))


@pytest.mark.parametrize(
    ("proven", "urgent", "draft", "speaks"),
    [
        (True, True, False, True),
        (True, True, True, False),
        (True, False, False, False),
        (False, True, False, False),
        (False, False, False, False),
        (False, False, True, False),
        (False, True, True, False),
        (True, False, True, False),
    ],
)
def test_all_of_when_and_none_of_unless(proven: bool, urgent: bool, draft: bool, speaks: bool) -> None:
    rules = rule_set(
        rule("it", when={"proven": True, "document.urgency": ("khẩn", "hỏa tốc")}, unless={"document.draft": True})
    )
    outcome, steps = evaluate(rules, findings(proven=proven, urgency="hỏa tốc" if urgent else None, draft=draft))
    assert (outcome.rule == "it") is speaks
    assert [check.holds for check in steps[0].checks] == [proven, urgent]
    assert [check.holds for check in steps[0].unless] == [draft]


def test_a_step_tells_what_was_wanted_and_what_was_seen() -> None:
    _, steps = evaluate(rule_set(rule("it", when={"kind": ("petition", "receipt")})), findings())
    check = steps[0].checks[0]
    assert (check.key, check.wanted, check.seen, check.holds) == (
        "kind",
        "petition | receipt",
        "official-document",
        False,
    )


@st.composite
def any_rule(draw: st.DrawFn) -> Rule:
    order = draw(st.sampled_from(list(Order)))
    when = draw(st.sampled_from([{}, {"proven": True}, {"proven": False}, {"document.draft": True}]))
    stop = draw(st.booleans()) and order is not Order.NOTIFY
    return rule(draw(st.text("abc", min_size=1, max_size=4)), order, stop=stop, when=when, notify=("a@x.vn",))


@settings(max_examples=150, deadline=None)
@given(st.lists(any_rule(), max_size=8), st.booleans(), st.booleans())
def test_evaluation_is_what_a_reader_of_the_list_expects(rules: list[Rule], proven: bool, draft: bool) -> None:
    mail = findings(proven=proven, draft=draft)
    outcome, steps = evaluate(rule_set(*rules), mail)
    assert [step.rule for step in steps] == [*(each.name for each in rules), DEFAULT]
    decided = [each for each, step in zip(rules, steps, strict=False) if step.answer is Answer.DECIDED]
    tentative = [each for each, step in zip(rules, steps, strict=False) if step.answer is Answer.TENTATIVE]
    last = [each.name for each in decided or tentative] or [DEFAULT]
    assert outcome.rule == last[-1]
    assert len(decided) <= 1
    if decided:
        behind = steps[next(at for at, step in enumerate(steps) if step.answer is Answer.DECIDED) + 1 :]
        assert all(step.answer is Answer.NOT_ASKED for step in behind)
