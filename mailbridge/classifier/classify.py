"""
What a mail is, as a whole: the checks in their order, the first that speaks decides.

Secrets first, since nothing else may be learnt of them; then what machines write; then documents; then the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mailbridge.classifier import signs
from mailbridge.classifier.automatic import automatic_reason, is_reply, is_report
from mailbridge.classifier.folding import fold
from mailbridge.classifier.gathering import gather_documents
from mailbridge.classifier.hints import compared, name_symbol
from mailbridge.classifier.kinds import Classification, Document, Kind
from mailbridge.classifier.page import read_document
from mailbridge.classifier.page.markers import Role, role_of
from mailbridge.classifier.privacy import secrecy_mark
from mailbridge.classifier.unread import unread_documents
from mailbridge.mail.message import Message
from mailbridge.mail.pages import Box, Layer, Line, Page, Pages

_BODY_LINES = 400
_BODY_LENGTH = 60_000
_UNREAD = 0.5
_WIDTH, _LINE_HEIGHT = 595.0, 16.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mail:
    message: Message
    pages: Mapping[str, Pages]
    mail_from: str | None
    automatic: str | None


def classify(message: Message, pages: Mapping[str, Pages], *, mail_from: str | None) -> Classification:
    """
    Say what a mail is, and read the documents in it.

    Args:
        pages: What was read of the attachments, by part index; a part that is not there could not be read.
        mail_from: The reverse-path without brackets, "" for the null sender, None when it is not known.

    Returns:
        With documents when the kind is OFFICIAL_DOCUMENT, and for WORKING_MAIL the drafts. A file that looks like a
        document but could not be read is a document without values, so that a clerk is asked. Raises nothing.
    """
    mail = _Mail(message=message, pages=pages, mail_from=mail_from, automatic=automatic_reason(message, mail_from))
    return next(found for check in _CHECKS if (found := check(mail)) is not None)


def _answer(
    mail: _Mail, kind: Kind, confidence: float, *reasons: str, documents: tuple[Document, ...] = ()
) -> Classification:
    return Classification(
        kind=kind, confidence=confidence, reasons=reasons, documents=documents, automatic=mail.automatic
    )


def _secret(mail: _Mail) -> Classification | None:
    mark = secrecy_mark(mail.message, mail.pages)
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
    if signs.is_receipt(mail.message):
        return _answer(mail, Kind.RECEIPT, 0.98, "an acknowledgement or a status")
    return None


def _receipt_by_subject(mail: _Mail) -> Classification | None:
    """Only behind the documents: a clerk may answer an acknowledgement with the document that was missing."""
    if signs.speaks_of_receipt(mail.message):
        return _answer(mail, Kind.RECEIPT, 0.9, "the subject is that of an acknowledgement or a return")
    return None


def _attached(mail: _Mail) -> Classification | None:
    documents = gather_documents(mail.message, mail.pages)
    if not documents:
        return None
    if all(_is_draft(document, mail) for document in documents):
        return _answer(mail, Kind.WORKING_MAIL, 0.9, "it carries drafts without a number", documents=documents)
    more = unread_documents(mail.message, mail.pages, documents)
    more = tuple(document for document in more if not any(document.main == read.main for read in documents))
    taken = {document.main for document in more}
    documents = tuple(_without(document, taken) for document in documents)
    return _official(mail, (*documents, *more))


def _without(document: Document, parts: set[str]) -> Document:
    return replace(document, parts=tuple(part for part in document.parts if part not in parts))


def _is_draft(document: Document, mail: _Mail) -> bool:
    """A draft says so; a mere blank number may be one that the signing program drew as a picture."""
    symbol = document.symbol.value
    if symbol is not None and symbol.number is not None and not document.draft:
        return False
    said = f"{mail.message.subject[:300]} {_name(mail, document.main) or ''}"
    return document.draft or "du thao" in fold(said).replace("_", " ")


def _official(mail: _Mail, documents: tuple[Document, ...]) -> Classification:
    sureness = [_sureness(document) for document in documents]
    best = max(sureness, key=lambda pair: pair[0])
    reasons = tuple(dict.fromkeys(reason for _, reason in sorted(sureness, reverse=True)))
    return _answer(mail, Kind.OFFICIAL_DOCUMENT, best[0], *reasons, documents=documents)


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
    confidence = {4: 0.99, 3: 0.95, 2: 0.85}.get(len(seen), 0.6)
    return confidence, f"part {document.main} shows {', '.join(seen)} of an official document"


def _in_body(mail: _Mail) -> Classification | None:
    """An official letter pasted into the mail counts only with heading, letterhead and number."""
    if mail.automatic in ("list", "bulk") or not mail.message.text:
        return None
    lines = [line.strip() for line in mail.message.text[:_BODY_LENGTH].splitlines()[:_BODY_LINES]]
    if not any(role_of(line) in (Role.STATE_NAME, Role.PARTY_NAME) for line in lines[:40] if line):
        return None
    pages = _as_pages(lines)
    index = next((part.index for part in mail.message.parts if part.type.startswith("text/")), "1")
    document = read_document(pages, part=index, file_name=None)
    if document is None or document.issuer.value is None or document.draft:
        return None
    symbol = document.symbol.value
    if symbol is None or symbol.number is None or not symbol.issuers:
        return None
    return _official(mail, (compared(document, mail.message, names=(), alone=True),))


def _as_pages(lines: list[str]) -> Pages:
    """Lay the text of a mail out as one page, a line each."""
    laid = tuple(
        Line(
            text=" ".join(line.split()),
            box=Box(left=72.0, top=place * _LINE_HEIGHT, right=_WIDTH - 72.0, bottom=(place + 0.8) * _LINE_HEIGHT),
        )
        for place, line in enumerate(lines)
        if line
    )
    height = max(842.0, len(lines) * _LINE_HEIGHT)
    return Pages(
        pages=(Page(number=1, width=_WIDTH, height=height, lines=laid, layer=Layer.BODY),),
        total=1,
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


def _name(mail: _Mail, index: str) -> str | None:
    return next((part.name for part in mail.message.parts if part.index == index), None)


def _sent_by_machine(mail: _Mail) -> Classification | None:
    if mail.automatic is None:
        return None
    return _answer(mail, Kind.AUTOMATIC, 0.95, f"sent by a machine or to many ({mail.automatic}), without a document")


def _working(mail: _Mail) -> Classification | None:
    seen = signs.working_signs(mail.message)
    if not seen or not (signs.is_from_public_body(mail.message) or len(seen) > 1):
        return None
    return _answer(mail, Kind.WORKING_MAIL, 0.8, *seen)


def _other(mail: _Mail) -> Classification:
    message = mail.message
    texts = (message.subject, message.text, *(part.name or "" for part in message.attachments))
    official = signs.has_official_words(texts)
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
    _receipt_by_subject,
    _petition,
    _unread,
    _sent_by_machine,
    _working,
    _other,
)
