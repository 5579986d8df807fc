"""Turn a judgement and the entries made from it into what a letter says (`LetterView`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailbridge.classifier.kinds import Document
from mailbridge.decision.assurance import AssuranceLevel
from mailbridge.decision.findings import Action, Agency, Judgement
from mailbridge.decision.objections import NOT_DELIVERED
from mailbridge.decision.proof import paper_needed
from mailbridge.letters.authenticity import cautions_of, notes_of, signers_to_look_at, verdict
from mailbridge.letters.doubts import doubts_of, proposed_due
from mailbridge.letters.meeting import meeting_line
from mailbridge.letters.reasons import problem_words, said
from mailbridge.letters.typeset import clock, day, local, one_line, shortened
from mailbridge.letters.view import AgencyView, AssuranceView, DocumentView, LetterView, MailView, Row
from mailbridge.letters.wording import BADGES, LABELS, Words, badge, document_name, most_urgent, signed_summary
from mailbridge.mail.envelope import Door, MailObject
from mailbridge.mail.message import Message
from mailbridge.registry.entry import RegisterEntry, type_and_subject
from mailbridge.verify.signature import SignatureStatus

SHORT = 120
"""Characters of type and trích yếu in the subject of a letter."""

FIXED = "fixed:"
"""Begins the names of rules that no office can change; they say nothing to a clerk."""

_COLUMNS = (
    "number",
    "arrival",
    "issuer",
    "symbol",
    "issued_date",
    "about",
    "urgency",
    "recipients",
    "transfer_date",
    "due_date",
    "note",
    "proposed_due",
    "meeting",
    "files",
)
"""What is told of an entry: the columns of the book (Phụ lục IV mục VI), urgency, deadline, and where to look."""

_READ = (
    "issuer",
    "symbol",
    "issued_date",
    "about",
    "urgency",
    "addressees",
    "signer",
    "proposed_due",
    "meeting",
    "pages",
    "files",
)
"""What is told of a document that was not entered: what a clerk would type, and where to compare it."""

_NO_PAPER = Words(vi="không cần gửi, trừ khi có quy định khác", en="not needed, unless a rule asks for it")
_PAPER = Words(
    vi="đề nghị gửi bản giấy hoặc bản có đủ chữ ký số", en="please send paper, or a version with all digital signatures"
)
_COLLEAGUE = Words(vi="Quý cơ quan", en="Sender")


def described(
    *,
    judgement: Judgement,
    mail: MailObject,
    message: Message,
    agency: Agency,
    entries: Sequence[RegisterEntry],
    language: str,
    problems: Mapping[str, str],
    check: str | None = None,
) -> LetterView:
    """
    Gather what a letter about this mail may say.

    Args:
        entries: The entries made from this mail, or those that its documents duplicate.
        problems: Part index to the problem met when the file was opened.
        check: What the letter can be checked by.

    With STOP the result holds nothing of the mail but its id and the time of receipt.
    """
    if judgement.decision.action is Action.STOP:
        return _of_secret(judgement, mail, agency, language)
    documents = _documents(judgement, message, entries, language)
    numbers = [document.number for document in documents if document.number]
    # Only what is in the book is sure enough to greet by.
    issuers = {document.issuer for document in documents if document.number}
    return LetterView(
        agency=agency_view(agency),
        mail=_mail(mail, message, judgement),
        documents=documents,
        action=judgement.decision.action.value,
        badge=badge(judgement, entries)[language],
        numbers=", ".join(numbers) or None,
        urgency_mark=most_urgent([document.urgency for document in documents]),
        addressee=(issuers.pop() if len(issuers) == 1 else None) or _COLLEAGUE[language],
        verdict=verdict(judgement, message, language),
        reasons=_reasons(judgement, language),
        rule=_own_rule(judgement),
        files=_unopened(message, problems, language),
        defects=tuple(dict.fromkeys(one_line(said(defect, language)) for defect in message.defects)),
        assurance=_assurance(judgement, language),
        cautions=cautions_of(judgement, language),
        notes=notes_of(judgement, language),
        check=check,
    )


def _assurance(judgement: Judgement, language: str) -> AssuranceView | None:
    found = judgement.assurance
    if found is None:
        return None
    step = found.step_after(judgement.decision.action)
    title, reason, next_step = (one_line(each.said(language)) for each in (found.title, found.reason, step))
    return AssuranceView(level=found.level.value, title=title, reason=reason, next_step=next_step)


def _reasons(judgement: Judgement, language: str) -> tuple[str, ...]:
    """
    Say the reasons of the decision, the deciding one first.

    What the level says already is left out, and so is the word of a rule that wanted to enter what is held.
    """
    found = judgement.decision.reasons
    if judgement.decision.action is Action.HOLD and found and found[0].rule.startswith(FIXED):
        found = tuple(each for each in found if each.rule.startswith(FIXED))
    known = judgement.assurance.reason.said(language) if judgement.assurance else ""
    texts = (one_line(each.text) for each in found)
    return tuple(text for text in dict.fromkeys(texts) if text and text not in known)


def _own_rule(judgement: Judgement) -> str:
    """Name the rule that decided, when the office has written it."""
    name = judgement.decision.reasons[0].rule if judgement.decision.reasons else ""
    return "" if name.startswith(FIXED) else one_line(name)


def _of_secret(judgement: Judgement, mail: MailObject, agency: Agency, language: str) -> LetterView:
    received = _received(mail)
    return LetterView(
        agency=agency_view(agency),
        mail=MailView(
            id=one_line(mail.id),
            date=received[0],
            time=received[1],
            sender=None,
            subject=None,
            files=0,
            in_mailbox=_is_in_mailbox(mail, judgement),
        ),
        documents=(),
        action=Action.STOP.value,
        badge=BADGES[Action.STOP][language],
        numbers=None,
        urgency_mark=None,
        addressee=_COLLEAGUE[language],
        verdict="",
        reasons=(),
        rule="",
        files=(),
        defects=(),
    )


def agency_view(agency: Agency) -> AgencyView:
    """Say who writes, and how the clerks can be reached."""
    address, phone = one_line(agency.addresses[0]), one_line(agency.phone)
    return AgencyView(
        name=one_line(agency.name),
        address=address,
        phone=phone or None,
        # A telephone number stays on one line.
        contact=", ".join(filter(None, (phone.replace(" ", "\u00a0"), address))),
    )


def _received(mail: MailObject) -> tuple[str, str]:
    return day(local(mail.accepted_at).date()), clock(mail.accepted_at)


def _is_in_mailbox(mail: MailObject, judgement: Judgement) -> bool:
    unsure = any(reason.rule == NOT_DELIVERED for reason in judgement.decision.reasons)
    return mail.door is not Door.MANUAL and not unsure


def _mail(mail: MailObject, message: Message, judgement: Judgement) -> MailView:
    date, time = _received(mail)
    return MailView(
        id=one_line(mail.id),
        date=date,
        time=time,
        sender=one_line(str(message.author)) if message.author else None,
        subject=one_line(message.subject) or None,
        files=len(message.attachments),
        in_mailbox=_is_in_mailbox(mail, judgement),
    )


def _documents(
    judgement: Judgement, message: Message, entries: Sequence[RegisterEntry], language: str
) -> tuple[DocumentView, ...]:
    """
    Tell of each entry, or of each document when nothing was entered.

    A file that was attached twice is one document with one entry, so entries and documents are never paired by their
    place: the digest of the main file says what belongs together.
    """
    digests = {part.index: part.sha256 for part in message.parts}
    read: dict[str, Document] = {}
    for document in judgement.classification.documents:
        read.setdefault(digests.get(document.main, document.main), document)
    if not entries:
        return tuple(_as_read(document, judgement, message, language) for document in read.values())
    return tuple(
        _as_entered(entry, read.get(entry.draft.document_sha256), judgement, message, language) for entry in entries
    )


def _as_entered(
    entry: RegisterEntry, document: Document | None, judgement: Judgement, message: Message, language: str
) -> DocumentView:
    draft = entry.draft
    # What the book has had before is neither doubted nor given a deadline by the copy that came now.
    is_new = judgement.decision.action is not Action.DUPLICATE
    proposed = proposed_due(document, language) if document and is_new and not draft.due_date else None
    values = {
        "number": entry.shown_number,
        "arrival": f"{day(entry.arrival_date)} {clock(entry.arrived_at)}",
        "issuer": draft.issuer,
        "symbol": draft.symbol,
        "issued_date": day(draft.issued_date) if draft.issued_date else None,
        "type": draft.type,
        "subject": draft.subject,
        "about": draft.type_and_subject,
        "urgency": draft.urgency,
        "recipients": draft.recipients,
        "due_date": day(draft.due_date) if draft.due_date else None,
        "proposed_due": proposed,
        "meeting": _meeting(document, language) if is_new else None,
        "transfer_date": day(draft.transfer_date) if draft.transfer_date else None,
        "note": draft.note,
        "files": _file_names(document, message) if document else None,
    }
    view = _document_view(values, _COLUMNS, document, judgement, message, language)
    return replace(
        view,
        number=entry.shown_number,
        awaits_number=entry.awaits_number,
        year=str(entry.year),
        book_date=day(entry.arrival_date),
        book_time=clock(entry.arrived_at),
        doubts=view.doubts if is_new else (),
    )


def entry_view(entry: RegisterEntry, language: str) -> DocumentView:
    """Tell of an entry as the book has it, where neither its mail nor its files are at hand."""
    draft = entry.draft
    issued = day(draft.issued_date) if draft.issued_date else None
    symbol = one_line(draft.symbol or "") or None
    about = one_line(draft.type_and_subject) or None
    kind = one_line(draft.type or "") or None
    return DocumentView(
        number=entry.shown_number,
        year=str(entry.year),
        book_date=day(entry.arrival_date),
        book_time=clock(entry.arrived_at),
        name=document_name(kind, symbol, issued, language),
        known_by=document_name(None, symbol, issued, language) if symbol else None,
        type=kind,
        symbol=symbol,
        issued_date=issued,
        issuer=one_line(draft.issuer or "") or None,
        subject=one_line(draft.subject or "") or None,
        about=about,
        short_about=shortened(about, SHORT) if about else None,
        urgency=one_line(draft.urgency or "") or None,
        due_date=day(draft.due_date) if draft.due_date else None,
        signatures=signed_summary((), language),
    )


def _meeting(document: Document | None, language: str) -> str | None:
    return meeting_line(document.meeting, language) if document is not None and document.meeting is not None else None


def _as_read(document: Document, judgement: Judgement, message: Message, language: str) -> DocumentView:
    symbol, signer = document.symbol.value, document.signer.value
    values = {
        "issuer": document.issuer.value,
        "symbol": symbol.text if symbol else None,
        "issued_date": day(document.issued_date.value) if document.issued_date.value else None,
        "type": document.type.value,
        "subject": document.subject.value,
        "about": type_and_subject(document.type.value, document.subject.value),
        "urgency": document.urgency.value,
        "addressees": "; ".join(document.addressees.value or ()),
        "proposed_due": proposed_due(document, language),
        "meeting": _meeting(document, language),
        "signer": ", ".join(filter(None, (signer.name, signer.position))) if signer else None,
        "pages": str(document.pages) if document.pages else None,
        "files": _file_names(document, message),
    }
    return _document_view(values, _READ, document, judgement, message, language)


def _document_view(
    values: Mapping[str, str | None],
    shown: Sequence[str],
    document: Document | None,
    judgement: Judgement,
    message: Message,
    language: str,
) -> DocumentView:
    clean = {name: one_line(value) for name, value in values.items() if value}
    symbol, issued, about = clean.get("symbol"), clean.get("issued_date"), clean.get("about")
    signatures = _signatures(judgement, document)
    # A signature on an appendix says nothing about the main file.
    on_main = [each for each in signatures if document and each.part == document.main]
    return DocumentView(
        name=document_name(clean.get("type"), symbol, issued, language),
        known_by=document_name(None, symbol, issued, language) if symbol else None,
        type=clean.get("type"),
        symbol=symbol,
        issued_date=issued,
        issuer=clean.get("issuer"),
        subject=clean.get("subject"),
        about=about,
        short_about=shortened(about, SHORT) if about else None,
        urgency=clean.get("urgency"),
        due_date=clean.get("due_date"),
        proposed_due=clean.get("proposed_due"),
        files=len(document.parts) if document else None,
        signatures=signed_summary(on_main, language),
        paper=_paper(document, judgement, language),
        fields=tuple(Row(label=LABELS[name][language], text=clean[name]) for name in shown if clean.get(name)),
        doubts=doubts_of(document, message, language) if document else (),
        signers=signers_to_look_at(signatures, document, message, language),
    )


def _paper(document: Document | None, judgement: Judgement, language: str) -> str | None:
    needed = wants_paper(document, judgement)
    return None if needed is None else (_PAPER if needed else _NO_PAPER)[language]


def wants_paper(document: Document | None, judgement: Judgement) -> bool | None:
    """Say whether paper has to follow; None while a signature is not verified, or the signer is not the issuer."""
    if document is None or judgement.assurance is None:
        return None
    needed = paper_needed(document, judgement.signatures)
    match judgement.assurance.level:
        case AssuranceLevel.ORIGINAL if not needed:
            return False
        case AssuranceLevel.PAPER_TO_COME if needed:
            return True
        case _:
            return None


def papers_of(judgement: Judgement, message: Message, entries: Sequence[RegisterEntry]) -> tuple[tuple[str, bool], ...]:
    """Say for each entry, by its id, whether paper has to follow; those of which it is not known are not named."""
    digests = {part.index: part.sha256 for part in message.parts}
    read = {digests.get(each.main, each.main): each for each in reversed(judgement.classification.documents)}
    found = ((entry.id, wants_paper(read.get(entry.draft.document_sha256), judgement)) for entry in entries)
    return tuple((entry_id, needed) for entry_id, needed in found if needed is not None)


def _file_names(document: Document, message: Message) -> str:
    names = {part.index: part.name for part in message.parts}
    return one_line("; ".join(names.get(index) or index for index in document.parts))


def _signatures(judgement: Judgement, document: Document | None) -> tuple[SignatureStatus, ...]:
    return tuple(each for each in judgement.signatures if document and each.part in document.parts)


def _unopened(message: Message, problems: Mapping[str, str], language: str) -> tuple[Row, ...]:
    return tuple(
        Row(label=one_line(part.name or part.index), text=one_line(problem_words(problem, language)))
        for part in message.parts
        if (problem := problems.get(part.index) or part.problem)
    )
