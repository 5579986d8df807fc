"""
The forwarded copy: a mail of the office's own people that passes on another mail.

Whoever is proven to have sent it is not who sent the document, and what it says of the first sender proves nothing.
When the first mail came through us too, the copy does not get this far (`desk.forwarding`).
"""

from __future__ import annotations

from dataclasses import replace

from mailbridge.decision.findings import Action, Agency, Judgement, Reason
from mailbridge.decision.objections import ALARMS
from mailbridge.decision.sentence import Sentence
from mailbridge.mail.forwarded import Forwarded, forwarded
from mailbridge.mail.message import Message

FORWARDED_COPY = "fixed:forwarded-copy"
"""The rule named in the case of a forwarded copy that a clerk has to look at."""

_LONGEST_SENDER = 100


def passed_on(message: Message, agency: Agency) -> tuple[Forwarded, ...]:
    """Return the mails that a mail of the office's own people passes on; () for mail of everybody else."""
    author = message.author
    if author is None or author.domain not in agency.domains:
        return ()
    return forwarded(message)


def as_forwarded_copy(judgement: Judgement, message: Message, agency: Agency, language: str) -> Judgement:
    """
    Return the judgement of a mail that a clerk has to look at when it is a forwarded copy.

    What the book has already stays a duplicate, and what is left alone or stopped stays so.
    """
    decision = judgement.decision
    if decision.action not in (Action.REGISTER, Action.HOLD, Action.RETURN):
        return judgement
    inner = passed_on(message, agency)
    if not inner:
        return judgement
    told = Reason(rule=FORWARDED_COPY, text=_sentence(message, inner[0]).said(language))
    alarms = [each for each in decision.reasons if decision.action is Action.HOLD and each.rule in ALARMS]
    others = [each for each in decision.reasons if each not in alarms]
    reasons = (*alarms, told, *others)
    return replace(judgement, decision=replace(decision, action=Action.HOLD, book=None, reasons=reasons))


def _sentence(message: Message, inner: Forwarded) -> Sentence:
    sender = " ".join(inner.sender.split())[:_LONGEST_SENDER] or "?"
    return Sentence(
        vi=f"Bản chuyển tiếp do {message.author} gửi; nơi gửi ghi trong thư là {sender}, chưa xác thực. Thư gốc không "
        "có trong hệ thống; đề nghị Văn thư đối chiếu.",
        en=f"A forwarded copy, sent by {message.author}; the sender it names is {sender}, which is not proven. The "
        "first mail is not known here; a clerk has to compare.",
    )
