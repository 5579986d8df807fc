"""Write the letter that a plan asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from mailbridge.classifier.automatic import OWN_LETTER
from mailbridge.decision.findings import Action, Agency, Judgement
from mailbridge.letters.describe import described
from mailbridge.letters.environment import Template, packaged
from mailbridge.letters.manners import is_writable
from mailbridge.letters.meeting import CalendarFile, calendar_files
from mailbridge.letters.typeset import local, one_line, wrapped
from mailbridge.letters.view import LetterView
from mailbridge.letters.wording import LANGUAGES
from mailbridge.letters.writer import Field, mailbox, message_ids, structured, unstructured, written
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import Letter, LetterKind, LetterPlan
from mailbridge.mail.message import Message
from mailbridge.registry.entry import RegisterEntry

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_NO_PROBLEMS: Mapping[str, str] = MappingProxyType({})

_REFERENCES = 10
"""Message identifiers kept in References: the first of the thread and the newest ones (RFC 5537 §3.4.4 does so)."""


def compose(
    plan: LetterPlan,
    *,
    judgement: Judgement,
    mail: MailObject,
    message: Message,
    agency: Agency,
    entries: Sequence[RegisterEntry],
    language: str,
    now: datetime,
    problems: Mapping[str, str] = _NO_PROBLEMS,
    templates: SandboxedEnvironment | None = None,
) -> Letter:
    """
    Write one complete mail (RFC 5322), the same for the same arguments.

    Args:
        entries: What was entered from this mail; with DUPLICATE it may be empty, the decision names the old entry.
        language: "vi" or "en"; a Vietnamese acknowledgement closes with a line in English.
        problems: Part index to the problem that was met when the file was opened.
        templates: From `environment()`, for an agency that has templates of its own.

    Raises ValueError for a plan that is suppressed, has no writable address, or is of a kind that no rule plans.
    The key is the same whenever the same letter is due again, and the Message-ID follows from the key.
    """
    if plan.suppressed or not is_writable(plan.to):
        raise ValueError(f"no letter may leave: {plan.suppressed or 'address'}")
    action = judgement.decision.action
    old = judgement.decision.duplicate_of
    view = described(
        judgement=judgement,
        mail=mail,
        message=message,
        agency=agency,
        entries=(old,) if action is Action.DUPLICATE and old and not entries else entries,
        language=language,
        problems=problems,
    )
    key = f"{mail.id}:{agency.id}:{plan.kind.value}:{plan.to}"
    subject, text, html = rendered(view, template_of(plan.kind, action), language, templates or packaged())
    calendars = _calendars(plan, judgement, agency, key, language, now)
    header = (
        *_addressed(plan, agency, subject, key, now),
        *_threaded(message, secret=action is Action.STOP),
        *_marked(plan, mail),
        structured("Content-Language", language if language in LANGUAGES else LANGUAGES[0]),
    )
    return Letter(
        key=key,
        kind=plan.kind,
        agency=agency.id,
        mail_id=mail.id,
        sender="",
        recipient=plan.to,
        content=written(header, text, html, seed=key, calendars=calendars),
    )


def _calendars(
    plan: LetterPlan, judgement: Judgement, agency: Agency, key: str, language: str, now: datetime
) -> tuple[CalendarFile, ...]:
    """Offer the meetings that the documents invite to, to clerks only, and once: not of what came again."""
    action = judgement.decision.action
    if plan.kind is not LetterKind.NOTICE or action in (Action.STOP, Action.DUPLICATE):
        return ()
    domain = agency.addresses[0].rpartition("@")[2]
    said = language if language in LANGUAGES else LANGUAGES[0]
    return calendar_files(judgement.classification.documents, key=key, domain=domain, now=now, language=said)


def template_of(kind: LetterKind, action: Action) -> Template:
    """Choose the template; raises ValueError for the kinds that only a clerk can send."""
    match kind:
        case LetterKind.ARRIVED:
            return Template.ARRIVED
        case LetterKind.ACCEPTED:
            return Template.DUPLICATE if action is Action.DUPLICATE else Template.ACCEPTED
        case LetterKind.NOTICE:
            return Template.SECRET if action is Action.STOP else Template.NOTICE
        case LetterKind.REFUSED | LetterKind.CORRECTION:
            raise ValueError(f"a letter of kind {kind.value} follows a clerk's decision, not a judgement")
        case _:
            assert_never(kind)


def rendered(
    view: LetterView, template: Template, language: str, templates: SandboxedEnvironment
) -> tuple[str, str, str]:
    """
    Render subject, text and HTML; an unknown language is Vietnamese.

    Raises `jinja2.TemplateError` for a template that `check_templates` would have named.
    """
    folder = f"{language if language in LANGUAGES else LANGUAGES[0]}/{template.value}"
    names = {field.name: getattr(view, field.name) for field in fields(view)}
    subject, text, html = (
        templates.get_template(f"{folder}/{part}").render(names) for part in ("subject.txt", "body.txt", "body.html")
    )
    return one_line(subject), wrapped(text), html.strip() + "\n"


def _addressed(plan: LetterPlan, agency: Agency, subject: str, key: str, now: datetime) -> tuple[Field, ...]:
    address = agency.addresses[0]
    domain = address.rpartition("@")[2]
    return (
        Field(name="Date", words=tuple(format_datetime(local(now)).split())),
        mailbox("From", agency.name, address),
        mailbox("To", "", plan.to),
        unstructured("Subject", subject),
        structured("Message-ID", f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"),
    )


def _threaded(message: Message, *, secret: bool) -> tuple[Field, ...]:
    """Hang the letter under the mail; a notice about a secret names nothing of it, not even its identifier."""
    own = message_ids(message.message_id or "")[:1]
    if secret or not own:
        return ()
    earlier = [each for each in message_ids(message.first("References") or "") if each not in own]
    kept = [*earlier[:1], *earlier[1:][-(_REFERENCES - 2) :], *own]
    return structured("In-Reply-To", *own), structured("References", *kept)


def _marked(plan: LetterPlan, mail: MailObject) -> tuple[Field, ...]:
    """Tell machines that a machine wrote this (RFC 3834 §5), so that none answers."""
    submitted = "auto-generated" if plan.kind is LetterKind.NOTICE else "auto-replied"
    return (
        structured("Auto-Submitted", submitted),
        structured("X-Auto-Response-Suppress", "All"),
        structured("X-MailBridge-ID", mail.id),
        structured(OWN_LETTER, plan.kind.value),
    )
