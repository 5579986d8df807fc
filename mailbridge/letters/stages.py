"""
Letters that follow from what a clerk decided: refused, accepted after a check, assigned, done, recalled, corrected.

Each leaves once for a stage of a mail or of an entry: the key says so, and the outbox refuses a second one. Whether the
sender may be answered was settled when the mail came, and is not asked anew: a machine does not become a person later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.decision.findings import Action, Agency
from mailbridge.letters.compose import addressed, check_code, marked, organ_of, rendered, threaded
from mailbridge.letters.describe import agency_view, entry_view
from mailbridge.letters.environment import Template, packaged
from mailbridge.letters.machine import Told, machine_files
from mailbridge.letters.manners import is_writable
from mailbridge.letters.received import Received
from mailbridge.letters.stage import RETURN_REASONS, USUAL_STAGES, ReturnReason, Stage, reason_sentence
from mailbridge.letters.typeset import clock, day, local, one_line
from mailbridge.letters.view import ChangeView, LetterView, MailView, StageView
from mailbridge.letters.wording import LABELS, LANGUAGES, Words, most_urgent
from mailbridge.letters.writer import structured, written
from mailbridge.mail.letter import Letter, LetterKind
from mailbridge.registry.entry import EntryStatus, RegisterEntry

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_TOLD = ("symbol", "issued_date", "type", "issuer", "subject")
"""What an acknowledgement says of a document; when one of them is corrected, the sender is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """How an office writes its letters: in which language, by which templates, and which stages it tells."""

    agency: Agency
    language: str = "vi"
    templates: SandboxedEnvironment | None = None
    directory: Directory = NO_DIRECTORY
    stages: Collection[Stage] = USUAL_STAGES

    @property
    def said(self) -> str:
        """The language, one that there are templates for."""
        return self.language if self.language in LANGUAGES else LANGUAGES[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """Why something is refused: a reason of the list, and what the clerk adds to it in his own words."""

    reason: ReturnReason = ReturnReason.OTHER
    detail: str = ""


def may_be_told(mail: Received, stage: Stage) -> bool:
    """
    Say whether the sender of a mail may have a letter about a stage.

    "policy" and "rate" were choices of ours, and a clerk who decides overrules them; every other reason stands.
    """
    ours = stage is not Stage.ARRIVED and mail.suppressed in ("policy", "rate")
    return (mail.suppressed is None or ours) and mail.author is not None and is_writable(mail.author)


def stage_letter(
    stage: Stage,
    mail: Received,
    desk: Desk,
    *,
    now: datetime,
    entries: Sequence[RegisterEntry] = (),
    why: Why | None = None,
) -> Letter | None:
    """
    Write the letter that tells the sender of a mail about a stage; None when none may or is to leave.

    Args:
        mail: From `received()` or `received_of()`.
        entries: What the stage is about: all entries of a mail with ACCEPTED, one with the stages behind it, () with
            REFUSED and with the answer to a recall of a mail that was never entered.
        why: With REFUSED, and with RECALL_REFUSED where there is a reason.

    The key is that of the acknowledgement for ARRIVED and ACCEPTED, so that a clerk who confirms what the walk has
    acknowledged already causes no second letter.
    """
    if stage not in desk.stages or not may_be_told(mail, stage) or mail.author is None:
        return None
    whose = "" if stage in (Stage.ARRIVED, Stage.ACCEPTED, Stage.REFUSED) else f"-{stage.value}"
    about = f"-{entries[0].id}" if whose and entries else ""
    key = f"{mail.id}:{desk.agency.id}:{stage.kind.value}{whose}{about}:{mail.author}"
    told = Told(
        kind=stage.kind,
        code=stage.value,
        status=stage.words.vi,
        detail=_sentence(why, desk, "vi"),
        entries=tuple(entries) if stage is not Stage.ARRIVED else (),
    )
    view = _view(mail, desk, entries, key, _stage_view(stage, why, desk))
    return _letter(view, _template(stage), told, mail, desk, key=key, now=now)


def correction_letter(
    before: RegisterEntry, after: RegisterEntry, mail: Received, desk: Desk, *, now: datetime
) -> Letter | None:
    """
    Write the letter that tells the sender what was changed in an entry since its acknowledgement (E12).

    Args:
        before: The version that the sender was told last.
        after: The new version; a voided one says that its number stands for nothing any more.

    Returns:
        None when nothing changed that an acknowledgement says, or the sender may not be answered. Exactly one letter
        follows from one version of an entry: its key names it.
    """
    changes = changes_told(before, after, desk.said)
    if not changes or not may_be_told(mail, Stage.ACCEPTED) or mail.author is None:
        return None
    key = f"{mail.id}:{desk.agency.id}:correction-{after.id}-{after.version}:{mail.author}"
    voided = after.status is EntryStatus.VOIDED
    stage = Stage.REFUSED if voided else Stage.ACCEPTED
    told = Told(
        kind=LetterKind.CORRECTION,
        code=stage.value,
        status=stage.words.vi,
        detail="; ".join(f"{each.label}: {each.old or '-'} → {each.new or '-'}" for each in changes),
        entries=(after,),
    )
    shown = StageView(code=stage.value, title=stage.words[desk.said], changes=changes)
    view = _view(mail, desk, (after,), key, shown)
    return _letter(view, Template.CORRECTION, told, mail, desk, key=key, now=now)


def changes_told(before: RegisterEntry, after: RegisterEntry, language: str) -> tuple[ChangeView, ...]:
    """List what an acknowledgement says and is different now, as people read it."""
    pairs = [(LABELS["number"][language], _number(before, language), _number(after, language))]
    for name in _TOLD:
        old, new = (_shown(getattr(each.draft, name)) for each in (before, after))
        pairs.append((LABELS[name][language] if name in LABELS else name, old, new))
    return tuple(ChangeView(label=label, old=old, new=new) for label, old, new in pairs if old != new)


def _number(entry: RegisterEntry, language: str) -> str:
    return _VOID[language] if entry.status is EntryStatus.VOIDED else f"{entry.shown_number}/{entry.year}"


def _shown(value: object) -> str:
    if value is None:
        return ""
    return day(value) if isinstance(value, date) else one_line(str(value))


def _template(stage: Stage) -> Template:
    match stage:
        case Stage.ARRIVED:
            return Template.ARRIVED
        case Stage.REFUSED:
            return Template.REFUSED
        case Stage.ACCEPTED:
            return Template.ACCEPTED
        case Stage.ASSIGNED | Stage.IN_PROGRESS | Stage.DONE:
            return Template.PROGRESS
        case Stage.RECALL_ASKED | Stage.RECALL_AGREED | Stage.RECALL_REFUSED:
            return Template.RECALL
        case _:
            assert_never(stage)


def _sentence(why: Why | None, desk: Desk, language: str) -> str:
    if why is None:
        return ""
    return one_line(reason_sentence(why.reason, one_line(desk.agency.name), one_line(why.detail), language))


def _stage_view(stage: Stage, why: Why | None, desk: Desk) -> StageView:
    words = RETURN_REASONS[why.reason] if why else None
    return StageView(
        code=stage.value,
        title=stage.words[desk.said],
        short=words.short[desk.said] if words else "",
        sentence=_sentence(why, desk, desk.said),
        is_question=words.is_question if words else False,
        is_agreed=stage is Stage.RECALL_AGREED,
    )


def _view(
    mail: Received, desk: Desk, entries: Sequence[RegisterEntry], key: str, stage: StageView | None
) -> LetterView:
    language = desk.said
    documents = tuple(entry_view(each, language) for each in entries)
    issuers = {document.issuer for document in documents if document.issuer}
    return LetterView(
        agency=agency_view(desk.agency),
        mail=MailView(
            id=one_line(mail.id),
            date=day(local(mail.accepted_at).date()),
            time=clock(mail.accepted_at),
            sender=one_line(mail.author or "") or None,
            subject=one_line(mail.subject) or None,
            files=len(mail.files),
            in_mailbox=True,
        ),
        documents=documents,
        action=(Action.REGISTER if entries else Action.RETURN).value,
        badge=stage.title if stage else "",
        numbers=", ".join(document.number for document in documents if document.number) or None,
        urgency_mark=most_urgent([document.urgency for document in documents]),
        addressee=issuers.pop() if len(issuers) == 1 else _COLLEAGUE[language],
        verdict="",
        reasons=(),
        rule="",
        files=(),
        defects=(),
        check=check_code(key),
        stage=stage,
    )


_VOID = Words(vi="không còn giá trị", en="void")
_COLLEAGUE = Words(vi="Quý cơ quan", en="Sender")


def _letter(
    view: LetterView, template: Template, told: Told, mail: Received, desk: Desk, *, key: str, now: datetime
) -> Letter:
    to = mail.author or ""
    told = replace(
        told,
        organ=organ_of(desk.agency.addresses[0], desk.directory),
        sender_organ=organ_of(to, desk.directory),
    )
    subject, text, html = rendered(view, template, desk.said, desk.templates or packaged())
    header = (
        *addressed(desk.agency, to, subject, key, now),
        *threaded(mail.message_id, mail.references),
        *marked(told.kind, mail.id),
        structured("Content-Language", desk.said),
    )
    files = machine_files(told, mail, desk.agency, key=key, now=now)
    return Letter(
        key=key,
        kind=told.kind,
        agency=desk.agency.id,
        mail_id=mail.id,
        sender="",
        recipient=to,
        content=written(header, text, html, seed=key, files=files),
    )
