"""Which letters are due after a judgement (NĐ 30/2020/NĐ-CP Điều 21 khoản 2; one row of register.md §8 each)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from mailbridge.decision.findings import Action, Agency, Judgement
from mailbridge.decision.objections import NOT_DELIVERED
from mailbridge.letters.manners import suppression
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import LetterKind, LetterPlan
from mailbridge.mail.message import Message


def plan(
    judgement: Judgement, mail: MailObject, message: Message, agency: Agency, *, same_mail: bool = False
) -> tuple[LetterPlan, ...]:
    """
    List the letters that are due, the one to the sender first; one that must not leave keeps its place and its reason.

    Args:
        same_mail: The same mail was decided before (`Known.same_mail`): the sender has had the answer, the clerks the
            notice. Anybody can send somebody's signed mail again and again; only a new number is worth a letter.

    A secret mail has one notice and a suppressed answer without address: what is planned may be printed or logged.
    """
    action = judgement.decision.action
    match action:
        case Action.PASS:
            # Kinds that the office has announced without entering them; of private and automatic mail nobody is told.
            return _notices(judgement.decision.notify) if judgement.classification.kind.is_stored else ()
        case Action.STOP:
            withheld = LetterPlan(kind=LetterKind.ARRIVED, to="", suppressed="secret")
            return (withheld, *_notices((agency.security_contact,) if agency.security_contact else agency.clerks))
        case Action.RETURN:
            # It leaves when a clerk confirms it, and then only to who may be answered at all.
            proposed = _answer(LetterKind.REFUSED, judgement, mail, message, agency, same_mail=True)
            return (proposed, *_inside(judgement, agency))
        case Action.REGISTER:
            return (_answer(LetterKind.ACCEPTED, judgement, mail, message, agency), *_inside(judgement, agency))
        case Action.DUPLICATE:
            return _once(LetterKind.ACCEPTED, judgement, mail, message, agency, same_mail=same_mail)
        case Action.HOLD:
            return _once(LetterKind.ARRIVED, judgement, mail, message, agency, same_mail=same_mail)
        case _:
            assert_never(action)


def _once(
    kind: LetterKind,
    judgement: Judgement,
    mail: MailObject,
    message: Message,
    agency: Agency,
    *,
    same_mail: bool,
) -> tuple[LetterPlan, ...]:
    """Plan answer and notices for a mail from which nothing was entered; the same mail again gets neither."""
    answer = _answer(kind, judgement, mail, message, agency, same_mail=same_mail)
    return (answer,) if same_mail else (answer, *_inside(judgement, agency))


def _answer(
    kind: LetterKind,
    judgement: Judgement,
    mail: MailObject,
    message: Message,
    agency: Agency,
    *,
    same_mail: bool = False,
) -> LetterPlan:
    suppressed = suppression(
        message,
        mail.envelope,
        judgement.classification,
        judgement.authentication,
        agency=agency,
        sender=judgement.sender,
    )
    # Nobody is told "received" while it is not known whether the mailbox has the mail.
    untold = same_mail or any(reason.rule == NOT_DELIVERED for reason in judgement.decision.reasons)
    return LetterPlan(
        kind=kind,
        to=str(message.author) if message.author else "",
        suppressed=suppressed or ("policy" if untold else None),
    )


def _inside(judgement: Judgement, agency: Agency) -> tuple[LetterPlan, ...]:
    return _notices((*agency.clerks, *judgement.decision.notify))


def _notices(addresses: Iterable[str]) -> tuple[LetterPlan, ...]:
    """Plan one notice an address, whatever its case, in the order given."""
    once: dict[str, str] = {}
    for address in filter(None, addresses):
        once.setdefault(address.lower(), address)
    return tuple(LetterPlan(kind=LetterKind.NOTICE, to=address) for address in once.values())
