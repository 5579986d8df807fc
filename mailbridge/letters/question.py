"""
The question to a body in whose name a mail came that seems forged (G11, C16).

The sender of such a mail hears nothing. The body hears it at the address that it has published, once a day at most, and
nothing of the mail but when it came and which address stood in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from mailbridge.classifier.directory import Directory, Office
from mailbridge.decision.findings import Action, Judgement
from mailbridge.decision.policy import Asks, Policy
from mailbridge.decision.sender import SenderLevel
from mailbridge.letters.compose import addressed, marked, rendered
from mailbridge.letters.describe import agency_view
from mailbridge.letters.environment import Template, packaged
from mailbridge.letters.manners import is_ours, is_writable
from mailbridge.letters.typeset import clock, day, local, one_line
from mailbridge.letters.view import LetterView, MailView
from mailbridge.letters.wording import LANGUAGES, badge
from mailbridge.letters.writer import structured, written
from mailbridge.mail.address import Address
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan
from mailbridge.mail.message import Message
from mailbridge.registry.entry import local_day
from mailbridge.verify.results import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2.sandbox import SandboxedEnvironment

_ASKED = (Action.HOLD, Action.REGISTER, Action.RETURN)


def question_letter(
    judgement: Judgement,
    planned: Sequence[LetterPlan],
    mail: MailObject,
    message: Message,
    policy: Policy,
    directory: Directory,
    *,
    now: datetime,
    templates: SandboxedEnvironment | None = None,
) -> Letter | None:
    """
    Write the question; None when nothing seems forged, or there is no address at which it may be asked.

    Args:
        planned: The letters of the judgement; only an answer that was withheld as "unproven-sender" is asked about.
    """
    if not _seems_forged(judgement, planned):
        return None
    offices = tuple(_named(judgement, message, directory))
    if len({office.name for office in offices}) != 1:
        return None
    to = _address_of(offices[0], policy, now)
    agency = policy.agency
    if to is None or is_ours(Address(local=to.rpartition("@")[0], domain=to.rpartition("@")[2]), agency):
        return None
    language = policy.language if policy.language in LANGUAGES else LANGUAGES[0]
    view = _view(judgement, mail, message, policy, offices[0], language)
    subject, text, html = rendered(view, Template.QUESTION, language, templates or packaged())
    key = f"question:{agency.id}:{local_day(now).isoformat()}:{to.lower()}"
    header = (
        *addressed(agency, to, subject, key, now),
        *marked(LetterKind.QUESTION, mail.id),
        structured("Content-Language", language),
    )
    return Letter(
        key=key,
        kind=LetterKind.QUESTION,
        agency=agency.id,
        mail_id=mail.id,
        sender="",
        recipient=to,
        content=written(header, text, html, seed=key),
    )


def _seems_forged(judgement: Judgement, planned: Sequence[LetterPlan]) -> bool:
    """A domain that has no signatures is poor, not forged: it must not hear a question for each mail it sends."""
    withheld = any(each.suppressed == "unproven-sender" for each in planned)
    sender = judgement.sender
    if not withheld or sender is None or sender.pending or judgement.decision.action not in _ASKED:
        return False
    if judgement.classification.secrecy or not judgement.classification.documents:
        return False
    return sender.level is SenderLevel.CONTRADICTED or judgement.authentication.dmarc.result is Result.FAIL


def _named(judgement: Judgement, message: Message, directory: Directory) -> Iterator[Office]:
    """Yield the bodies that the mail pretends to be from: whom it imitates, whose letterhead or address it shows."""
    sender, author = judgement.sender, message.author
    if sender is not None and sender.imitation is not None:
        of = sender.imitation.of
        match = directory.find(of)
        yield from directory.with_address(of) or directory.with_domain(of) or ((match.office,) if match else ())
    elif sender is not None and sender.level is SenderLevel.CONTRADICTED:
        for document in judgement.classification.documents:
            if document.issuer.value and (match := directory.find(document.issuer.value, document.superior.value)):
                yield match.office
    elif author is not None:
        yield from directory.with_address(str(author)) or directory.with_domain(author.domain)


def _address_of(office: Office, policy: Policy, now: datetime) -> str | None:
    today = local_day(now)
    match policy.answering.asks:
        case Asks.NEVER:
            return None
        case Asks.CONFIRMED:
            found = tuple(each.address for each in office.confirmed if office.confirmation(each.address, today))
        case Asks.PUBLISHED:
            found = office.addresses
        case _:
            assert_never(policy.answering.asks)
    return next(filter(is_writable, found), None)


def _view(
    judgement: Judgement, mail: MailObject, message: Message, policy: Policy, office: Office, language: str
) -> LetterView:
    return LetterView(
        agency=agency_view(policy.agency),
        mail=MailView(
            id=one_line(mail.id),
            date=day(local(mail.accepted_at).date()),
            time=clock(mail.accepted_at),
            sender=one_line(str(message.author)) if message.author else None,
            subject=None,
            files=0,
            in_mailbox=False,
        ),
        documents=(),
        action=judgement.decision.action.value,
        badge=badge(judgement)[language],
        numbers=None,
        urgency_mark=None,
        addressee=one_line(office.name),
        verdict="",
        reasons=(),
        rule="",
        files=(),
        defects=(),
    )
