"""
What a mail is, as a whole: the checks in their order, the first that speaks decides.

Secrets first, since nothing else may be learnt of them; then what machines write; then documents; then the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mailbridge.classifier import signs
from mailbridge.classifier.automatic import automatic_reason, is_reply, is_report
from mailbridge.classifier.directory import NO_DIRECTORY, Directory, confirmed
from mailbridge.classifier.edxml import documents_of_packets, inside_of, is_status_header
from mailbridge.classifier.folding import fold
from mailbridge.classifier.gathering import gather_documents
from mailbridge.classifier.hints import compared, name_symbol, subject_symbols
from mailbridge.classifier.kinds import Classification, Document, Kind, Notice, WorkingKind
from mailbridge.classifier.page.markers import Role, role_of
from mailbridge.classifier.pasted import pasted_document
from mailbridge.classifier.privacy import secrecy_mark
from mailbridge.classifier.recall import notices
from mailbridge.classifier.unread import form_signs, unread_documents
from mailbridge.classifier.working import Working, says, working_kind
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.mail.links import document_links
from mailbridge.mail.message import Message
from mailbridge.mail.pages import Pages

_NO_PACKETS: Mapping[str, EdxmlHeader] = MappingProxyType({})
_UNREAD = 0.5
_HEAD_LINES = 15
_SHORT = 2_000
_HEADINGS = (Role.STATE_NAME, Role.PARTY_NAME)
_DRAFT_SENT = re.compile(
    r"(?:(?:re|fw|fwd|gui|chuyen|kinh gui|xin y kien|lay y kien|gop y)[: ]{1,3}){0,4}(?:ban )?du thao\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mail:
    message: Message
    pages: Mapping[str, Pages]
    edxml: Mapping[str, EdxmlHeader]
    mail_from: str | None
    automatic: str | None


def classify(
    message: Message,
    pages: Mapping[str, Pages],
    *,
    mail_from: str | None,
    edxml: Mapping[str, EdxmlHeader] = _NO_PACKETS,
    directory: Directory = NO_DIRECTORY,
) -> Classification:
    """
    Say what a mail is, and read the documents in it.

    Args:
        pages: What was read of the attachments, by part index; a part that is not there could not be read.
        mail_from: The reverse-path without brackets, "" for the null sender, None when it is not known.
        edxml: What the headers of edXML packets say, by the index of the packet.
        directory: The agencies that are known; an issuer that stands there is surer.

    Returns:
        With documents when the kind is OFFICIAL_DOCUMENT, and for WORKING_MAIL the drafts. A file that looks like a
        document but could not be read is a document without values, so that a clerk is asked; so does a confidence
        under 0.9. Raises nothing.
    """
    mail = _Mail(
        message=message,
        pages=pages,
        edxml=edxml,
        mail_from=mail_from,
        automatic=automatic_reason(message, mail_from),
    )
    found = next(found for check in _CHECKS if (found := check(mail)) is not None)
    documents = tuple(confirmed(document, directory) for document in found.documents)
    return replace(found, documents=documents, notices=_notices(mail, found))


def _notices(mail: _Mail, found: Classification) -> tuple[Notice, ...]:
    """Tell what is asked of earlier documents; who confirms that he took one back asks for nothing."""
    if found.kind is Kind.RECEIPT or not found.kind.is_stored:
        return ()
    subjects = [each.subject.value for each in found.documents if each.subject.value]
    return notices(mail.message, mail.edxml, subjects, carries_document=bool(found.documents))


def _answer(
    mail: _Mail, kind: Kind, confidence: float, *reasons: str, documents: tuple[Document, ...] = ()
) -> Classification:
    return Classification(
        kind=kind, confidence=confidence, reasons=reasons, documents=documents, automatic=mail.automatic
    )


def _secret(mail: _Mail) -> Classification | None:
    subjects = [header.subject for header in mail.edxml.values() if header.subject]
    mark = secrecy_mark(mail.message, mail.pages, subjects)
    if mark is None:
        return None
    return Classification(
        kind=Kind.SECRET,
        confidence=0.95,
        reasons=(f"a mark of state secrecy stands in a {mark.where}",),
        secrecy=mark.level,
        automatic=mail.automatic,
    )


def _machine(mail: _Mail) -> Classification | None:
    if is_report(mail.message, mail.mail_from):
        return _answer(mail, Kind.AUTOMATIC, 0.99, "a report of a mail system")
    if mail.automatic != "ourselves" and is_reply(mail.message):
        return _answer(mail, Kind.AUTOMATIC, 0.98, "an automatic reply")
    return None


def _receipt(mail: _Mail) -> Classification | None:
    answers = bool(mail.edxml) and all(is_status_header(header) for header in mail.edxml.values())
    if answers or signs.is_receipt(mail.message):
        return _answer(mail, Kind.RECEIPT, 0.98, "an acknowledgement or a status")
    return None


def _receipt_by_subject(mail: _Mail) -> Classification | None:
    """Only behind the documents: a clerk may answer an acknowledgement with the document that was missing."""
    if signs.speaks_of_receipt(mail.message):
        return _answer(mail, Kind.RECEIPT, 0.9, "the subject is that of an acknowledgement or a return")
    return None


def _attached(mail: _Mail) -> Classification | None:
    documents = _gathered(mail)
    if not documents:
        return None
    if all(_is_draft(document, mail) for document in documents):
        return _drafts(mail, documents)
    more = unread_documents(mail.message, mail.pages, documents)
    more = tuple(document for document in more if not any(document.main == read.main for read in documents))
    taken = {document.main for document in more}
    documents = tuple(_without(document, taken) for document in documents)
    return _official(mail, (*documents, *more))


def _drafts(mail: _Mail, documents: tuple[Document, ...]) -> Classification:
    """Whoever sends a draft asks for an opinion, or gives one on it."""
    said = working_kind(mail.message)
    gives = said is not None and said.kind is WorkingKind.COMMENTS
    kind = WorkingKind.COMMENTS if gives else WorkingKind.DRAFT
    reasons = ("it carries drafts without a number", says(kind))
    return replace(_answer(mail, Kind.WORKING_MAIL, 0.9, *reasons, documents=documents), working=kind)


def _gathered(mail: _Mail) -> tuple[Document, ...]:
    """Read the documents of all files; what lies in an edXML packet is told by its header."""
    packets = [part for part in mail.message.parts if part.index in mail.edxml]
    if not packets:
        return gather_documents(mail.message, mail.pages)
    inside = {index for part in packets for index in (part.index, *inside_of(part, mail.message))}
    told = replace(mail.message, parts=tuple(part for part in mail.message.parts if part.index not in inside))
    read = gather_documents(mail.message, {index: file for index, file in mail.pages.items() if index in inside})
    others = gather_documents(told, mail.pages)
    packed = documents_of_packets(mail.message, mail.edxml, read)
    alone = len(packed) + len(others) == 1
    return (*(_beside_mail(document, mail, alone=alone) for document in packed), *others)


def _beside_mail(document: Document, mail: _Mail, *, alone: bool) -> Document:
    """Compare what a header of edXML says with what the mail around it says."""
    names = [(document.main, _name(mail, document.main))]
    return compared(document, mail.message, names=names, alone=alone)


def _without(document: Document, parts: set[str]) -> Document:
    return replace(document, parts=tuple(part for part in document.parts if part not in parts))


def _is_draft(document: Document, mail: _Mail) -> bool:
    """A draft says so; a mere blank number may be one that the signing program drew as a picture."""
    symbol = document.symbol.value
    if symbol is not None and symbol.number is not None and not document.draft:
        return False
    if document.draft or "du thao" in fold(_name(mail, document.main) or "").replace("_", " "):
        return True
    # The subject of a letter may speak of drafts while the letter itself is none.
    return bool(_DRAFT_SENT.match(fold(mail.message.subject[:300]))) or _is_headed_draft(mail.pages.get(document.main))


def _is_headed_draft(pages: Pages | None) -> bool:
    """Say whether a draft is spoken of over the heading, where no document has text of its own."""
    lines = pages.pages[0].lines[:_HEAD_LINES] if pages and pages.pages else ()
    heading = next((place for place, line in enumerate(lines) if role_of(line.text) in _HEADINGS), 0)
    return any("du thao" in fold(line.text[:200]) for line in lines[:heading])


def _official(mail: _Mail, documents: tuple[Document, ...]) -> Classification:
    sureness = [_sureness(document) for document in documents]
    best = max(sureness, key=lambda pair: pair[0])
    reasons = tuple(dict.fromkeys(reason for _, reason in sorted(sureness, reverse=True)))
    found = _answer(mail, Kind.OFFICIAL_DOCUMENT, best[0], *reasons, documents=documents)
    return replace(found, links=tuple(link.url for link in document_links(mail.message)))


def _sureness(document: Document) -> tuple[float, str]:
    has = {
        "number": document.symbol.value is not None and document.symbol.value.number is not None,
        "letterhead": document.issuer.value is not None,
        "date": document.issued_date.value is not None,
        "type": document.type.value is not None,
    }
    seen = [name for name, is_there in has.items() if is_there]
    if not seen:
        return _UNREAD, f"part {document.main} looks like a document from outside: {document.symbol.reason}"
    confidence = {4: 0.99, 3: 0.95, 2: 0.75}.get(len(seen), 0.6)
    return confidence, f"part {document.main} shows {', '.join(seen)} of an official document"


def _in_body(mail: _Mail) -> Classification | None:
    """Take a document that is pasted into the text; one that others talk about first is for a person to judge."""
    if mail.automatic in ("list", "bulk") or not mail.message.text:
        return None
    pasted = pasted_document(mail.message)
    if pasted is None:
        return None
    found = _official(mail, (compared(pasted.document, mail.message, names=(), alone=True, in_text=True),))
    if not pasted.introduced and pasted.document.symbol.value is not None:
        return found
    return replace(
        found, confidence=_UNREAD, reasons=("the text of the mail holds what looks like a document", *found.reasons)
    )


def _petition(mail: _Mail) -> Classification | None:
    if mail.automatic in ("list", "bulk") or not signs.is_petition(mail.message, mail.pages):
        return None
    return _answer(mail, Kind.PETITION, 0.9, "a complaint, denunciation or petition of a person")


def _unread(mail: _Mail) -> Classification | None:
    documents = unread_documents(mail.message, mail.pages)
    if mail.automatic in ("list", "bulk"):
        # A newsletter speaks of documents in its subject; only a file that bears a number itself may be one.
        documents = tuple(document for document in documents if name_symbol(_name(mail, document.main)) is not None)
    return _official(mail, documents) if documents else None


def _linked(mail: _Mail) -> Classification | None:
    """A mail that says where the document can be fetched, and brings none: nobody fetches it, a clerk is told."""
    if mail.automatic in ("list", "bulk") or not _announces(mail.message):
        return None
    links = tuple(link.url for link in document_links(mail.message))
    if not links:
        return None
    found = _answer(mail, Kind.OFFICIAL_DOCUMENT, _UNREAD, "it only has a link to a document")
    return replace(found, links=links)


def _announces(message: Message) -> bool:
    if signs.announces_document(message) or subject_symbols(message):
        return True
    said = working_kind(message)
    official = signs.has_official_words((message.subject, message.text))
    return signs.is_from_public_body(message) and official and not (said is not None and said.is_plain)


def _name(mail: _Mail, index: str) -> str | None:
    return next((part.name for part in mail.message.parts if part.index == index), None)


def _sent_by_machine(mail: _Mail) -> Classification | None:
    if mail.automatic is None:
        return None
    return _answer(mail, Kind.AUTOMATIC, 0.95, f"sent by a machine or to many ({mail.automatic}), without a document")


def _asks_back(mail: _Mail) -> Classification | None:
    """Keep a mail that only asks for a document back: a clerk has to answer it, whoever wrote it."""
    if mail.automatic is not None or not notices(mail.message, mail.edxml):
        return None
    return _answer(mail, Kind.WORKING_MAIL, 0.9, "it asks to take back a document that was sent before")


def _working(mail: _Mail) -> Classification | None:
    said = working_kind(mail.message)
    if said is None or not (signs.is_from_public_body(mail.message) or _is_work_anywhere(said, mail.message)):
        return None
    return replace(_answer(mail, Kind.WORKING_MAIL, 0.8, said.reason), working=said.kind)


def _is_work_anywhere(said: Working, message: Message) -> bool:
    """From a mailbox that is not of a public body, much must speak for work, and more where anybody has a mailbox."""
    if signs.is_from_free_mail(message):
        return said.is_plain and said.kind in _WORK_ALONE
    return said.is_plain


_WORK_ALONE = (WorkingKind.DRAFT, WorkingKind.COMMENTS, WorkingKind.MEETING_PAPERS)


def _other(mail: _Mail) -> Classification:
    message = mail.message
    names = (part.name or "" for part in message.attachments)
    heads = (file.text[:_SHORT] for file in mail.pages.values() if form_signs(file))
    official = signs.has_official_words((message.subject, message.text, *names, *heads))
    if signs.is_talk(message) and not message.attachments and not official:
        return _answer(mail, Kind.PERSONAL, 0.9, "a conversation without official signs")
    if signs.is_from_free_mail(message) and not official:
        return _answer(mail, Kind.PERSONAL, 0.85, "from a free mailbox, without official signs")
    return _answer(mail, Kind.OTHER, 0.7 if official else 0.85, "no form of an official document")


_CHECKS: tuple[Callable[[_Mail], Classification | None], ...] = (
    _secret,
    _machine,
    _receipt,
    _attached,
    _in_body,
    _asks_back,
    _receipt_by_subject,
    _petition,
    _unread,
    _linked,
    _sent_by_machine,
    _working,
    _other,
)
