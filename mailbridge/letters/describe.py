"""Turn a judgement and the entries made from it into what a letter says (`LetterView`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailbridge.classifier.kinds import Document
from mailbridge.decision.findings import Action, Agency, Judgement
from mailbridge.decision.objections import NOT_DELIVERED
from mailbridge.letters.doubts import doubts_of
from mailbridge.letters.typeset import clock, day, local, moment, one_line, shortened
from mailbridge.letters.view import AgencyView, DocumentView, LetterView, MailView, Row
from mailbridge.letters.wording import (
    BADGES,
    LABELS,
    Signed,
    Words,
    document_name,
    joined,
    most_urgent,
    problem_words,
    proof,
    proving_domain,
    signed,
    signed_summary,
    small,
)
from mailbridge.mail.envelope import Door, MailObject
from mailbridge.mail.message import Message
from mailbridge.registry.entry import RegisterEntry
from mailbridge.verify.signature import SignatureStatus

SHORT = 120
"""Characters of a trích yếu in the subject of a letter."""

_COLLEAGUE = Words(vi="Quý cơ quan", en="Sender")
_SENT_FROM = Words(vi="Thư gửi từ", en="Sent from")
_NO_AUTHOR = Words(vi="Thư không ghi rõ một người gửi", en="The mail does not name one author")
_SIGNED_BY = Words(vi="người ký", en="signer")
_SIGNED_AT = Words(vi="ký lúc", en="signed at")
_BY_TIMESTAMP = Words(vi="dấu thời gian", en="timestamp")
_AS_CLAIMED = Words(vi="theo máy của người ký", en="by the clock of the signer")


def described(
    *,
    judgement: Judgement,
    mail: MailObject,
    message: Message,
    agency: Agency,
    entries: Sequence[RegisterEntry],
    language: str,
    problems: Mapping[str, str],
) -> LetterView:
    """
    Gather what a letter about this mail may say.

    Args:
        entries: The entries made from this mail, or those that its documents duplicate.
        problems: Part index to the problem met when the file was opened.

    With STOP the result holds nothing of the mail but its id and the time of receipt.
    """
    if judgement.decision.action is Action.STOP:
        return _of_secret(judgement, mail, agency, language)
    documents = _documents(judgement, message, entries, language)
    numbers = [document.number for document in documents if document.number]
    # Only what is in the book is sure enough to greet by.
    issuers = {document.issuer for document in documents if document.number}
    return LetterView(
        agency=_agency(agency),
        mail=_mail(mail, message, judgement),
        documents=documents,
        action=judgement.decision.action.value,
        badge=BADGES[judgement.decision.action][language],
        numbers=", ".join(numbers) or None,
        urgency_mark=most_urgent([document.urgency for document in documents]),
        addressee=(issuers.pop() if len(issuers) == 1 else None) or _COLLEAGUE[language],
        verdict=_verdict(judgement, message, language),
        reasons=tuple(text for reason in judgement.decision.reasons if (text := one_line(reason.text))),
        rule=one_line(judgement.decision.reasons[0].rule) if judgement.decision.reasons else "",
        files=_unopened(message, problems, language),
        defects=tuple(one_line(defect) for defect in message.defects),
    )


def _of_secret(judgement: Judgement, mail: MailObject, agency: Agency, language: str) -> LetterView:
    received = _received(mail)
    return LetterView(
        agency=_agency(agency),
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


def _agency(agency: Agency) -> AgencyView:
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
    read = judgement.classification.documents
    if not entries:
        return tuple(_as_read(document, judgement, message, language) for document in read)
    return tuple(
        _as_entered(entry, _document_of(entry, read, message, entries), judgement, message, language)
        for entry in entries
    )


def _document_of(
    entry: RegisterEntry, read: Sequence[Document], message: Message, entries: Sequence[RegisterEntry]
) -> Document | None:
    """Find the document of this mail that an entry was made from, by its main file; a duplicate may have another."""
    digests = {part.index: part.sha256 for part in message.parts}
    same = [document for document in read if digests.get(document.main) == entry.draft.document_sha256]
    if same:
        return same[0]
    return read[0] if len(read) == len(entries) == 1 else None


def _as_entered(
    entry: RegisterEntry, document: Document | None, judgement: Judgement, message: Message, language: str
) -> DocumentView:
    draft = entry.draft
    signatures = _signatures(judgement, document)
    issued = day(draft.issued_date) if draft.issued_date else None
    values = {
        "number": entry.shown_number,
        "arrival": f"{day(entry.arrival_date)} {clock(entry.arrived_at)}",
        "issuer": draft.issuer,
        "symbol": draft.symbol,
        "issued_date": issued,
        "type": draft.type,
        "subject": draft.subject,
        "urgency": draft.urgency,
        "recipients": draft.recipients,
        "due_date": day(draft.due_date) if draft.due_date else None,
        "transfer_date": day(draft.transfer_date) if draft.transfer_date else None,
        "signer": ", ".join(filter(None, (draft.signer_name, draft.signer_position))),
        "pages": str(draft.pages) if draft.pages else None,
        "note": draft.note,
    }
    return _document_view(
        values,
        document,
        signatures,
        message,
        language,
        entry=entry,
    )


def _as_read(document: Document, judgement: Judgement, message: Message, language: str) -> DocumentView:
    symbol, signer = document.symbol.value, document.signer.value
    values = {
        "issuer": document.issuer.value,
        "symbol": symbol.text if symbol else None,
        "issued_date": day(document.issued_date.value) if document.issued_date.value else None,
        "type": document.type.value,
        "subject": document.subject.value,
        "urgency": document.urgency.value,
        "addressees": "; ".join(document.addressees.value or ()),
        "due_date": day(document.due_date.value) if document.due_date.value else None,
        "signer": ", ".join(filter(None, (signer.name, signer.position))) if signer else None,
        "pages": str(document.pages) if document.pages else None,
    }
    return _document_view(values, document, _signatures(judgement, document), message, language)


def _document_view(
    values: Mapping[str, str | None],
    document: Document | None,
    signatures: Sequence[SignatureStatus],
    message: Message,
    language: str,
    *,
    entry: RegisterEntry | None = None,
) -> DocumentView:
    clean = {name: one_line(value) for name, value in values.items() if value}
    symbol, issued = clean.get("symbol"), clean.get("issued_date")
    subject = clean.get("subject")
    # A signature on an appendix says nothing about the main file.
    state = signed_summary([each for each in signatures if document and each.part == document.main], language)
    shown = dict(clean)
    if document:
        shown["files"] = _file_names(document, message)
        shown["signatures"] = state
    return DocumentView(
        number=entry.shown_number if entry else None,
        year=str(entry.year) if entry else None,
        book_date=day(entry.arrival_date) if entry else None,
        book_time=clock(entry.arrived_at) if entry else None,
        name=document_name(clean.get("type"), symbol, issued, language),
        known_by=document_name(None, symbol, issued, language) if symbol else None,
        type=clean.get("type"),
        symbol=symbol,
        issued_date=issued,
        issuer=clean.get("issuer"),
        subject=subject,
        short_subject=shortened(subject, SHORT) if subject else None,
        urgency=clean.get("urgency"),
        due_date=clean.get("due_date"),
        files=len(document.parts) if document else None,
        signatures=state,
        fields=tuple(Row(label=words[language], text=shown[name]) for name, words in LABELS.items() if shown.get(name)),
        doubts=doubts_of(document, message, language) if document else (),
        signers=tuple(_signer_row(each, message, language) for each in signatures),
    )


def _file_names(document: Document, message: Message) -> str:
    names = {part.index: part.name for part in message.parts}
    return one_line("; ".join(names.get(index) or index for index in document.parts))


def _signatures(judgement: Judgement, document: Document | None) -> tuple[SignatureStatus, ...]:
    return tuple(each for each in judgement.signatures if document and each.part in document.parts)


def _signer_row(status: SignatureStatus, message: Message, language: str) -> Row:
    who = _holder(status)
    source = _BY_TIMESTAMP if status.time_source == "timestamp" else _AS_CLAIMED
    when = f"{_SIGNED_AT[language]} {moment(status.signed_at)} ({source[language]})" if status.signed_at else ""
    label = signed(status).value[language]
    name = next((part.name for part in message.parts if part.index == status.part), None)
    said = [f"{_SIGNED_BY[language]}: {who}" if who else "", when, one_line(name or ""), one_line(status.reason or "")]
    return Row(label=label, text="; ".join(filter(None, said)))


def _holder(status: SignatureStatus) -> str:
    """Write the holder of a certificate: common name, and the organisation when it says more."""
    name, organization = one_line(status.signer or "", 100), one_line(status.organization or "", 200)
    return f"{name} ({organization})" if name and organization and name != organization else name or organization


def _verdict(judgement: Judgement, message: Message, language: str) -> str:
    """Say in one sentence who sent the mail, by which proof, and what the signatures in it are."""
    author = message.author
    sender = f"{_SENT_FROM[language]} {one_line(str(author))}" if author else _NO_AUTHOR[language]
    words, domain = proof(judgement.authentication).value[language], proving_domain(judgement.authentication)
    origin = f"{words} ({one_line(domain, 255)})" if domain and not words.endswith(")") else words
    return f"{joined([sender, origin, _signed_by(judgement, language)])}."


def _signed_by(judgement: Judgement, language: str) -> str:
    """Name each state of the signatures on the main files once, with those who signed."""
    mains = {document.main for document in judgement.classification.documents}
    holders: dict[Signed, list[str]] = {}
    for status in judgement.signatures:
        if mains and status.part not in mains:
            continue
        holders.setdefault(signed(status), []).append(_holder(status))
    said = [_state(state, tuple(dict.fromkeys(filter(None, names))), language) for state, names in holders.items()]
    return joined(said) or signed_summary((), language)


def _state(state: Signed, names: Sequence[str], language: str) -> str:
    words = state.value[language]
    if state in (Signed.UNCHECKED, Signed.UNDECIDED):
        words = f"{LABELS['signatures'][language]} {small(words)}"
    return f"{words}: {', '.join(names)}" if names else words


def _unopened(message: Message, problems: Mapping[str, str], language: str) -> tuple[Row, ...]:
    return tuple(
        Row(label=one_line(part.name or part.index), text=one_line(problem_words(problem, language)))
        for part in message.parts
        if (problem := problems.get(part.index) or part.problem)
    )
