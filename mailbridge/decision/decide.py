"""
The decision, from top to bottom: what no rule can change, the administrator's rules, what stands against an entry.

The first of the fixed rules that speaks decides. What the rules want to enter is entered only when no objection is
raised; otherwise a clerk decides, and reads why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, assert_never

from mailbridge.classifier.kinds import Kind
from mailbridge.decision import fields
from mailbridge.decision.findings import Action, Decision, Findings, Reason
from mailbridge.decision.objections import (
    ABOUT_DELIVERY,
    ABOUT_DOCUMENTS,
    ABOUT_ENTERING,
    ALARMS,
    NOT_DELIVERED,
    Ground,
    Objection,
    Proposal,
    raised,
)
from mailbridge.decision.policy import DocumentKind, Policy, Treatment, treatment, working_treatment
from mailbridge.decision.proof import is_broken
from mailbridge.decision.recall import recall
from mailbridge.decision.rules import Answer, Outcome, Step, evaluate
from mailbridge.decision.sentence import Sentence
from mailbridge.registry.entry import EntryStatus, RegisterEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """A decision, and every rule that was asked on the way to it, in order."""

    decision: Decision
    steps: tuple[Step, ...]


Fixed: TypeAlias = Callable[[Findings], Outcome | None]


def secret(findings: Findings) -> Outcome | None:
    """Stop at a mark of state secrecy; only the security contact is told (Luật 117/2025/QH15; email-rules §3)."""
    classification = findings.classification
    if classification.kind is not Kind.SECRET and classification.secrecy is None:
        return None
    contact = findings.agency.security_contact
    return Outcome(
        action=Action.STOP,
        rule="fixed:secret",
        text=Sentence(
            vi="Phát hiện dấu hiệu bí mật nhà nước; nội dung không được lưu, không hiển thị.",
            en="A mark of state secrecy was seen; the content is neither kept nor shown.",
        ),
        notify=(contact,) if contact else findings.agency.clerks,
    )


def automatic(findings: Findings) -> Outcome | None:
    """Leave bounces, automatic replies, lists and bulk mail alone."""
    if findings.classification.kind is not Kind.AUTOMATIC:
        return None
    return Outcome(
        action=Action.PASS,
        rule="fixed:automatic",
        text=Sentence(vi="Thư tự động, không phải văn bản.", en="An automatic mail, not a document."),
    )


def private(findings: Findings) -> Outcome | None:
    """Leave private mail alone: nothing of it is kept."""
    if findings.classification.kind is not Kind.PERSONAL:
        return None
    return Outcome(
        action=Action.PASS,
        rule="fixed:private",
        text=Sentence(vi="Thư riêng, không lưu.", en="Private mail, not kept."),
    )


def duplicate(findings: Findings) -> Outcome | None:
    """Give no second number to a mail whose documents are all in the book, file by file."""
    known = findings.known.same_file
    if not known or len(dict(known)) < len(findings.classification.documents):
        return None
    if not findings.classification.kind.is_stored:
        return None
    entry = known[0][1]
    if entry.status is EntryStatus.RECALLED:
        return _recalled_before(entry)
    return Outcome(
        action=Action.DUPLICATE,
        rule="fixed:same-file",
        text=Sentence(
            vi=f"Văn bản này đã được đăng ký ngày {entry.arrival_date:%d/%m/%Y} với số đến {entry.shown_number}; "
            "không cấp số mới.",
            en=f"This document was entered on {entry.arrival_date:%d/%m/%Y} as number {entry.shown_number}; "
            "no new number is given.",
        ),
        duplicate_of=entry,
    )


def _recalled_before(entry: RegisterEntry) -> Outcome:
    """Hold what is sent again after its issuer took it back: only a clerk can say whether it counts again."""
    return Outcome(
        action=Action.HOLD,
        rule="fixed:same-file",
        text=Sentence(
            vi=f"Văn bản này (số đến {entry.shown_number} ngày {entry.arrival_date:%d/%m/%Y}) đã được thu hồi và nay "
            "gửi lại; đề nghị Văn thư kiểm tra.",
            en=f"This document (number {entry.shown_number} of {entry.arrival_date:%d/%m/%Y}) was recalled and is "
            "sent again; please look.",
        ),
    )


FIRST: tuple[tuple[str, Fixed], ...] = (
    ("fixed:secret", secret),
    ("fixed:automatic", automatic),
    ("fixed:private", private),
    ("fixed:same-file", duplicate),
    ("fixed:recall", recall),
)
"""The fixed rules that are asked before the administrator's, in order."""


def decide(findings: Findings, policy: Policy, *, arrived: date | None = None) -> Decision:
    """
    Decide what becomes of a mail for one agency.

    Args:
        arrived: The day of arrival in Vietnam; None when it shall not be compared with the date of the document.
    """
    return explain(findings, policy, arrived=arrived).decision


def explain(findings: Findings, policy: Policy, *, arrived: date | None = None) -> Explanation:
    """Decide, and tell how: every fixed rule, every rule of the administrator, every objection."""
    spoken, steps = _ask_in_order(findings, policy)
    outcome = _outside_the_book(spoken, findings, policy) or _by_regulation(spoken, findings, policy) or spoken
    grounds = _grounds(outcome.action)
    objections = raised(grounds, Proposal(findings=findings, policy=policy, outcome=outcome, arrived=arrived))
    action = _what_remains(outcome.action, objections)
    if outcome is not spoken:
        steps = (*steps, Step(rule=outcome.rule, answer=Answer.DECIDED, text=outcome.text))
    return Explanation(
        decision=Decision(
            action=action,
            confidence=_confidence(findings, action),
            reasons=_reasons(spoken, outcome, action, objections, policy.language),
            book=(outcome.book or policy.book_for(findings.classification.kind)) if action is Action.REGISTER else None,
            duplicate_of=outcome.duplicate_of if action is Action.DUPLICATE else None,
            notify=outcome.notify,
            version=policy.rules.version,
        ),
        steps=(*steps, *_steps(grounds, objections)),
    )


def _ask_in_order(findings: Findings, policy: Policy) -> tuple[Outcome, tuple[Step, ...]]:
    """Ask the fixed rules, then the administrator's; once a fixed one has spoken, nobody else is asked."""
    steps: list[Step] = []
    for name, fixed in FIRST:
        outcome = fixed(findings)
        if outcome is not None:
            return outcome, (*steps, Step(rule=name, answer=Answer.DECIDED, text=outcome.text))
        steps.append(Step(rule=name, answer=Answer.SILENT))
    outcome, asked = evaluate(policy.rules, findings)
    return outcome, (*steps, *asked)


def _outside_the_book(outcome: Outcome, findings: Findings, policy: Policy) -> Outcome | None:
    """
    Leave out of the book what the office exchanges without entering it (`kinds.toml`), when all documents are such.

    A broken signature is looked at by a clerk first, whatever the kind.
    """
    if outcome.action is not Action.REGISTER or any(is_broken(each) for each in findings.signatures):
        return None
    listed = [treatment(document, findings, policy) for document in findings.classification.documents]
    outside = [kind for kind in listed if kind is not None and kind.treatment is not Treatment.BOOKED]
    if not outside or len(outside) < len(listed):
        return None
    announced = any(kind.treatment is Treatment.ANNOUNCED for kind in outside)
    told = (*outcome.notify, *(findings.agency.clerks if announced else ()))
    return Outcome(
        action=Action.PASS,
        rule=f"fixed:kind:{outside[0].name}",
        text=_not_entered(outside[0]),
        notify=tuple(dict.fromkeys(told)),
    )


def _by_regulation(outcome: Outcome, findings: Findings, policy: Policy) -> Outcome | None:
    """
    Treat working mail as the office's regulation says (`kinds.toml`), where a rule would leave it alone.

    It has no document with a number, so that what the office books is entered by a clerk.
    """
    kind = working_treatment(findings, policy) if outcome.action is Action.PASS else None
    if kind is None:
        return None
    rule = f"fixed:kind:{kind.name}"
    if kind.treatment is Treatment.BOOKED:
        text = Sentence(
            vi=f"Vào sổ theo quy chế của cơ quan: {kind.title}; đề nghị Văn thư đăng ký.",
            en=f"Entered by the agency's own regulation: {kind.title}; a clerk has to enter it.",
        )
        return Outcome(action=Action.HOLD, rule=rule, text=text, notify=outcome.notify)
    told = (*outcome.notify, *(findings.agency.clerks if kind.treatment is Treatment.ANNOUNCED else ()))
    return Outcome(action=Action.PASS, rule=rule, text=_not_entered(kind), notify=tuple(dict.fromkeys(told)))


def _not_entered(kind: DocumentKind) -> Sentence:
    return Sentence(
        vi=f"Không vào sổ theo quy chế của cơ quan: {kind.title}.",
        en=f"Not entered, by the agency's own regulation: {kind.title}.",
    )


def _grounds(action: Action) -> tuple[tuple[str, Ground], ...]:
    """Return what may stand against an action; nothing stands against stopping or leaving alone."""
    match action:
        case Action.STOP | Action.PASS:
            return ()
        case Action.REGISTER:
            return (*ABOUT_DELIVERY, *ABOUT_ENTERING, *ABOUT_DOCUMENTS)
        case Action.HOLD | Action.RETURN:
            return (*ABOUT_DELIVERY, *ABOUT_DOCUMENTS)
        case Action.DUPLICATE:
            return ABOUT_DELIVERY
    assert_never(action)


def _what_remains(action: Action, objections: tuple[Objection, ...]) -> Action:
    """Return HOLD when an objection forbids the action; a proposed return is forbidden by unknown delivery alone."""
    if action is Action.REGISTER and objections:
        return Action.HOLD
    undelivered = any(each.rule == NOT_DELIVERED for each in objections)
    return Action.HOLD if undelivered else action


def _reasons(
    spoken: Outcome, outcome: Outcome, action: Action, objections: tuple[Objection, ...], language: str
) -> tuple[Reason, ...]:
    """
    Put the deciding rule first: an objection when it changed the action, the rule when it did not.

    What a clerk must not overlook leads, whichever rule holds the mail as well.
    """
    raised_by = [(each.rule, each.text) for each in objections]
    rules = list(dict.fromkeys(((outcome.rule, outcome.text), (spoken.rule, spoken.text))))
    ordered = [*rules, *raised_by] if action is outcome.action else [*raised_by, *rules]
    if action is Action.HOLD:
        ordered.sort(key=lambda each: each[0] not in ALARMS)
    return tuple(Reason(rule=rule, text=text.said(language)) for rule, text in ordered)


def _steps(grounds: tuple[tuple[str, Ground], ...], objections: tuple[Objection, ...]) -> tuple[Step, ...]:
    said = tuple(Step(rule=each.rule, answer=Answer.DECIDED, text=each.text) for each in objections)
    speakers = {each.rule for each in objections}
    return (*said, *(Step(rule=name, answer=Answer.SILENT) for name, _ in grounds if name not in speakers))


def _confidence(findings: Findings, action: Action) -> float:
    """Return the lowest confidence of what the decision rests on."""
    classification = findings.classification
    if action is Action.DUPLICATE:
        return 1.0
    if action is not Action.REGISTER:
        return classification.confidence
    return min((fields.lowest_confidence(document) for document in classification.documents), default=0.0)
