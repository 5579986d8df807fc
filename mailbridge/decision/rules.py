"""
The rules that administrators write, and their evaluation: top to bottom, nothing falls through unseen.

A final rule (`stop`) ends the list when it speaks; one that is not final sets an outcome that a later rule may
replace; a `notify` rule only names people to tell. When no rule has spoken, the default does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbridge.decision.conditions import Asked, holds, shown_seen, shown_wanted
from mailbridge.decision.findings import Action, Findings
from mailbridge.decision.sentence import NOTHING, Sentence
from mailbridge.registry.entry import RegisterEntry

DEFAULT = "default"
"""The name under which the default speaks."""


class Order(StrEnum):
    """What a rule may order."""

    REGISTER = "register"
    HOLD = "hold"
    PASS = "pass"
    RETURN = "return"
    STOP = "stop"
    NOTIFY = "notify"

    @property
    def action(self) -> Action | None:
        """The action that this order asks for; None for `notify`, which decides nothing."""
        return None if self is Order.NOTIFY else Action(self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """
    One rule.

    `when` must hold as a whole; one that holds of `unless` silences the rule. `origin` is "file:line".
    """

    name: str
    order: Order
    stop: bool
    text: Sentence
    when: tuple[Asked, ...] = ()
    unless: tuple[Asked, ...] = ()
    book: str | None = None
    notify: tuple[str, ...] = ()
    title: Sentence = NOTHING
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Default:
    """What becomes of a mail on which no rule has spoken: hold or pass."""

    action: Action
    text: Sentence
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSet:
    """All rules in their order; `version` is the SHA-256 of their text, hex."""

    rules: tuple[Rule, ...]
    default: Default
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the rules say; `rule` is the one that decided."""

    action: Action
    rule: str
    text: Sentence
    book: str | None = None
    notify: tuple[str, ...] = ()
    duplicate_of: RegisterEntry | None = None


class Answer(StrEnum):
    """What a rule did."""

    DECIDED = "decided"
    TENTATIVE = "tentative"
    NOTIFIED = "notified"
    SILENT = "silent"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One condition of a rule: what it wants, what was seen, and whether it holds."""

    key: str
    wanted: str
    seen: str
    holds: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One rule in an explanation; `unless` are the checks that would silence it."""

    rule: str
    answer: Answer
    checks: tuple[Check, ...] = ()
    unless: tuple[Check, ...] = ()
    origin: str = ""
    text: Sentence = NOTHING


def evaluate(rules: RuleSet, findings: Findings) -> tuple[Outcome, tuple[Step, ...]]:
    """Ask every rule in order; return what they say and how each of them came to its answer."""
    steps: list[Step] = []
    outcome: Outcome | None = None
    told: list[str] = []
    ended = False
    for rule in rules.rules:
        if ended:
            steps.append(Step(rule=rule.name, answer=Answer.NOT_ASKED, origin=rule.origin, text=rule.text))
            continue
        step = ask(rule, findings)
        steps.append(step)
        if step.answer is Answer.SILENT:
            continue
        told.extend(rule.notify)
        action = rule.order.action
        if action is not None:
            outcome = Outcome(action=action, rule=rule.name, text=rule.text, book=rule.book)
            ended = rule.stop
    steps.append(_default_step(rules.default, spoke=outcome is None))
    decided = outcome or Outcome(action=rules.default.action, rule=DEFAULT, text=rules.default.text)
    return _with_people(decided, told), tuple(steps)


def _with_people(outcome: Outcome, told: list[str]) -> Outcome:
    return Outcome(
        action=outcome.action,
        rule=outcome.rule,
        text=outcome.text,
        book=outcome.book,
        notify=tuple(dict.fromkeys(told)),
    )


def _default_step(default: Default, *, spoke: bool) -> Step:
    answer = Answer.DECIDED if spoke else Answer.NOT_ASKED
    return Step(rule=DEFAULT, answer=answer, origin=default.origin, text=default.text)


def ask(rule: Rule, findings: Findings) -> Step:
    """Ask one rule; every condition is looked at, so that an explanation is complete."""
    checks = tuple(_check(asked, findings) for asked in rule.when)
    unless = tuple(_check(asked, findings) for asked in rule.unless)
    speaks = all(check.holds for check in checks) and not any(check.holds for check in unless)
    return Step(
        rule=rule.name,
        answer=_answer(rule) if speaks else Answer.SILENT,
        checks=checks,
        unless=unless,
        origin=rule.origin,
        text=rule.text,
    )


def _answer(rule: Rule) -> Answer:
    if rule.order is Order.NOTIFY:
        return Answer.NOTIFIED
    return Answer.DECIDED if rule.stop else Answer.TENTATIVE


def _check(asked: Asked, findings: Findings) -> Check:
    seen = asked.condition.read(findings)
    return Check(
        key=asked.condition.key,
        wanted=shown_wanted(asked.wanted),
        seen=shown_seen(seen),
        holds=holds(asked, seen),
    )
