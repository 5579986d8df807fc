"""Write the letter that a plan asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from mailbridge.classifier.automatic import OWN_LETTER
from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.decision.findings import Action, Agency, Judgement
from mailbridge.letters.describe import described, papers_of
from mailbridge.letters.environment import Template, packaged
from mailbridge.letters.machine import Told, machine_files
from mailbridge.letters.manners import is_writable
from mailbridge.letters.meeting import calendar_files
from mailbridge.letters.received import received
from mailbridge.letters.replies_answers import answer_views, choices_of
from mailbridge.letters.replies_seal import sealed, tag_of
from mailbridge.letters.stage import Stage
from mailbridge.letters.typeset import local, one_line, wrapped
from mailbridge.letters.view import LetterView
from mailbridge.letters.wording import LANGUAGES
from mailbridge.letters.writer import (
    AttachedFile,
    Field,
    mailbox,
    message_ids,
    structured,
    unstructured,
    written,
)
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import INSIDE, Letter, LetterKind, LetterPlan, message_id_of, token_of
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
    directory: Directory = NO_DIRECTORY,
    secret: bytes = b"",
) -> Letter:
    """
    Write one complete mail (RFC 5322), the same for the same arguments.

    Args:
        entries: What was entered from this mail; with DUPLICATE it may be empty, the decision names the old entry.
        language: "vi" or "en"; a Vietnamese acknowledgement closes with a line in English.
        problems: Part index to the problem that was met when the file was opened.
        templates: From `environment()`, for an agency that has templates of its own.
        directory: Where the codes of the agencies stand, for programs.
        secret: Seals a notice, so that it can be answered; without one it is only read.

    Raises ValueError for a plan that is suppressed, has no writable address, or is of a kind that no rule plans.
    The key is the same whenever the same letter is due again, and the Message-ID follows from the key.
    """
    if plan.suppressed or not is_writable(plan.to):
        raise ValueError(f"no letter may leave: {plan.suppressed or 'address'}")
    action = judgement.decision.action
    old = judgement.decision.duplicate_of
    key = f"{mail.id}:{agency.id}:{plan.kind.value}:{plan.to}"
    choices = choices_of(action) if secret and plan.kind is LetterKind.NOTICE else ()
    if choices:
        key = sealed(key, agency=agency.id, about=mail.id, to=plan.to, secret=secret)
    named = (old,) if action is Action.DUPLICATE and old and not entries else tuple(entries)
    view = described(
        judgement=judgement,
        mail=mail,
        message=message,
        agency=agency,
        entries=named,
        language=language,
        problems=problems,
        check=None if plan.kind in INSIDE else check_code(key),
    )
    subject, text, html = rendered(view, template_of(plan.kind, action), language, templates or packaged())
    if choices:
        links = answer_views(choices, address=agency.addresses[0], subject=subject, key=key, language=language)
        view = replace(view, answers=links)
        subject, text, html = rendered(view, template_of(plan.kind, action), language, templates or packaged())
        subject = f"{subject} {tag_of(key)}"
    if plan.kind in INSIDE:
        files = _calendars(plan, judgement, agency, key, language, now)
    else:
        told = _told(plan, judgement, message, agency, named, directory)
        files = machine_files(told, received(mail, message), agency, key=key, now=now)
    header = (
        *addressed(agency, plan.to, subject, key, now),
        *threaded(message.message_id, message.first("References") or "", secret=action is Action.STOP),
        *marked(plan.kind, mail.id),
        structured("Content-Language", language if language in LANGUAGES else LANGUAGES[0]),
    )
    return Letter(
        key=key,
        kind=plan.kind,
        agency=agency.id,
        mail_id=mail.id,
        sender="",
        recipient=plan.to,
        content=written(header, text, html, seed=key, files=files),
    )


def _calendars(
    plan: LetterPlan, judgement: Judgement, agency: Agency, key: str, language: str, now: datetime
) -> tuple[AttachedFile, ...]:
    """Offer the meetings that the documents invite to, to clerks only, and once: not of what came again."""
    action = judgement.decision.action
    if plan.kind is not LetterKind.NOTICE or action in (Action.STOP, Action.DUPLICATE):
        return ()
    domain = agency.addresses[0].rpartition("@")[2]
    said = language if language in LANGUAGES else LANGUAGES[0]
    return calendar_files(judgement.classification.documents, key=key, domain=domain, now=now, language=said)


def _told(
    plan: LetterPlan,
    judgement: Judgement,
    message: Message,
    agency: Agency,
    entries: tuple[RegisterEntry, ...],
    directory: Directory,
) -> Told:
    stage = Stage.ACCEPTED if plan.kind is LetterKind.ACCEPTED else Stage.ARRIVED
    # A mail that waits for a clerk has no entry, and its letter names no document.
    return Told(
        kind=plan.kind,
        code=stage.value,
        status=stage.words.vi,
        entries=entries if stage is Stage.ACCEPTED else (),
        paper=papers_of(judgement, message, entries),
        organ=organ_of(agency.addresses[0], directory),
        sender_organ=organ_of(plan.to, directory),
    )


def organ_of(address: str, directory: Directory) -> str:
    """Return the code of the one body that has published an address; "" when none or several have."""
    codes = {office.code for office in directory.with_address(address) if office.code}
    return codes.pop() if len(codes) == 1 else ""


def check_code(key: str) -> str:
    """Write the beginning of a letter's token as people read it: four groups of four digits."""
    token = token_of(key)
    return "-".join(token[place : place + 4] for place in range(0, 16, 4))


def template_of(kind: LetterKind, action: Action) -> Template:
    """Choose the template; raises ValueError for the kinds that only a clerk can send."""
    match kind:
        case LetterKind.ARRIVED:
            return Template.ARRIVED
        case LetterKind.ACCEPTED:
            return Template.DUPLICATE if action is Action.DUPLICATE else Template.ACCEPTED
        case LetterKind.NOTICE:
            return Template.SECRET if action is Action.STOP else Template.NOTICE
        case LetterKind.REFUSED | LetterKind.CORRECTION | LetterKind.PROGRESS | LetterKind.RECALL | LetterKind.QUESTION:
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


def addressed(agency: Agency, to: str, subject: str, key: str, now: datetime) -> tuple[Field, ...]:
    """Return the fields that say from whom, to whom, when and what about."""
    address = agency.addresses[0]
    domain = address.rpartition("@")[2]
    return (
        Field(name="Date", words=tuple(format_datetime(local(now)).split())),
        mailbox("From", agency.name, address),
        mailbox("To", "", to),
        unstructured("Subject", subject),
        structured("Message-ID", message_id_of(key, domain)),
    )


def threaded(message_id: str | None, references: str, *, secret: bool = False) -> tuple[Field, ...]:
    """Hang the letter under the mail; a notice about a secret names nothing of it, not even its identifier."""
    own = message_ids(message_id or "")[:1]
    if secret or not own:
        return ()
    earlier = [each for each in message_ids(references) if each not in own]
    kept = [*earlier[:1], *earlier[1:][-(_REFERENCES - 2) :], *own]
    return structured("In-Reply-To", *own), structured("References", *kept)


def marked(kind: LetterKind, mail_id: str) -> tuple[Field, ...]:
    """Tell machines that a machine wrote this (RFC 3834 §5), so that none answers."""
    submitted = "auto-generated" if kind in (LetterKind.NOTICE, LetterKind.QUESTION) else "auto-replied"
    return (
        structured("Auto-Submitted", submitted),
        structured("X-Auto-Response-Suppress", "All"),
        *((structured("X-MailBridge-ID", mail_id),) if mail_id else ()),
        structured(OWN_LETTER, kind.value),
    )
