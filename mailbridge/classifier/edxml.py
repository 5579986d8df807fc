"""
The document that an edXML packet speaks of: its header says what the pages inside only show.

Source: QCVN 102:2016/BTTTT, MessageHeader. The sender's own system wrote the header, so that it stands before every
reading of a page; where a page says otherwise, both are shown and a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from mailbridge.classifier.folding import fold
from mailbridge.classifier.hints import agree
from mailbridge.classifier.kinds import Document, Reading, Rival, Signer
from mailbridge.classifier.symbol import DocumentSymbol, parse_symbol
from mailbridge.classifier.types import type_by_name
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.mail.message import Message, Part

T = TypeVar("T")

_SURE, _DOUBTED, _SURE_PAGE = 0.99, 0.85, 0.9
_NOT_SAID = "the edXML header does not say it"


def is_status_header(header: EdxmlHeader) -> bool:
    """Say whether a packet only answers a document that was sent before."""
    return header.action is None


def is_new_document(header: EdxmlHeader) -> bool:
    """Say whether a packet brings a document with a number, in its own right or in place of another."""
    return header.action in ("new", "replace") and header.number is not None


def document_of_header(header: EdxmlHeader, part: str) -> Document:
    """
    Return the document that a header describes; a field that it leaves out is absent with a reason.

    A packet that revokes or changes an earlier document has no values: it names that document as a rival, so that a
    clerk looks (NĐ 30/2020/NĐ-CP, Điều 18 khoản 3).
    """
    symbol = _symbol(header)
    if not is_new_document(header):
        return _about_earlier(header, part, symbol)
    return Document(
        main=part,
        parts=(part,),
        type=_read(_type_name(header), part),
        symbol=_read(symbol, part),
        issued_date=_read(header.issued_date, part),
        place=_read(header.place, part),
        superior=_read(header.superior, part),
        issuer=_read(header.organ_name, part),
        subject=_read(header.subject, part),
        signer=_read(_signer(header), part),
        addressees=_read(header.addressees or None, part),
        recipients=Reading(reason=_NOT_SAID),
        urgency=_read(header.urgency, part),
        due_date=_read(header.due_date, part),
        pages=header.pages,
    )


def documents_of_packets(
    message: Message, headers: Mapping[str, EdxmlHeader], gathered: Sequence[Document]
) -> tuple[Document, ...]:
    """
    Return one document for each packet of a mail that is no mere status.

    Args:
        gathered: The documents that were read of pages; one whose file lies in a packet is told by the header of that
            packet, and its pages only say what the header leaves out or where they differ.
    """
    return tuple(
        _with_files(document_of_header(headers[part.index], part.index), part, message, gathered)
        for part in message.parts
        if part.index in headers and not is_status_header(headers[part.index])
    )


def inside_of(part: Part, message: Message) -> tuple[str, ...]:
    """Return the indices of everything that lies in a part, at any depth, in order."""
    inside = {part.index}
    for each in message.parts:
        if each.inside in inside:
            inside.add(each.index)
    return tuple(each.index for each in message.parts if each.index in inside and each.index != part.index)


def _with_files(document: Document, part: Part, message: Message, gathered: Sequence[Document]) -> Document:
    files = inside_of(part, message)
    pages = [each for each in gathered if each.main in files]
    page = next((each for each in pages if _is_same_symbol(each, document)), pages[0] if pages else None)
    if page is None:
        main = files[0] if files else part.index
        return replace(document, main=main, parts=tuple(dict.fromkeys((main, *files, part.index))))
    parts = tuple(dict.fromkeys((page.main, *page.parts, *files, part.index)))
    return _compared(replace(document, main=page.main, parts=parts), page)


def _is_same_symbol(one: Document, other: Document) -> bool:
    first, second = one.symbol.value, other.symbol.value
    return first is not None and second is not None and agree(first, second)


def _compared(document: Document, page: Document) -> Document:
    """Set the readings of the page beside those of the header: taken where it is silent, rivals where they differ."""
    return replace(
        document,
        type=_beside(document.type, page.type, _same_text),
        symbol=_beside(document.symbol, page.symbol, agree),
        issued_date=_beside(document.issued_date, page.issued_date, _equal),
        place=_beside(document.place, page.place, _same_text),
        superior=_beside(document.superior, page.superior, _same_text),
        issuer=_beside(document.issuer, page.issuer, _same_text),
        subject=_beside(document.subject, page.subject, _same_text),
        signer=document.signer if document.signer.value is not None else page.signer,
        addressees=document.addressees if document.addressees.value is not None else page.addressees,
        recipients=page.recipients,
        urgency=_beside(document.urgency, page.urgency, _equal),
        due_date=_beside(document.due_date, page.due_date, _equal),
        meeting=page.meeting,
        references=page.references,
        pages=page.pages or document.pages,
        draft=page.draft,
    )


def _beside(header: Reading[T], page: Reading[T], same: Callable[[T, T], bool]) -> Reading[T]:
    if header.value is None:
        return page if page.value is not None else header
    if page.value is None or same(header.value, page.value):
        return header
    # A page that says otherwise with certainty is no guess: one of the two is wrong, and nobody here knows which.
    confidence = _DOUBTED if page.confidence >= _SURE_PAGE else header.confidence
    return replace(header, confidence=confidence, rivals=(Rival(value=page.value, source=page.source),))


def _same_text(one: str, other: str) -> bool:
    return fold(one) == fold(other)


def _equal(one: object, other: object) -> bool:
    return one == other


def _read(value: T | None, part: str) -> Reading[T]:
    if value is None:
        return Reading(reason=_NOT_SAID)
    return Reading(value=value, confidence=_SURE, source=f"part {part}, edXML")


def _symbol(header: EdxmlHeader) -> DocumentSymbol | None:
    if header.number is None:
        return None
    text = f"{header.number}/{header.notation}" if header.notation else header.number
    title = (header.type_name or "").upper() or None
    number, raw = header.number, text
    return parse_symbol(text, title=title) or DocumentSymbol(text=text, raw=raw, number=number)


def _type_name(header: EdxmlHeader) -> str | None:
    if header.type_name is None:
        return None
    known = type_by_name(header.type_name)
    return known.name if known else header.type_name


def _signer(header: EdxmlHeader) -> Signer | None:
    if header.signer_name is None:
        return None
    return Signer(name=header.signer_name, position=header.signer_position, authority=header.signer_authority)


def _about_earlier(header: EdxmlHeader, part: str, symbol: DocumentSymbol | None) -> Document:
    reason = _EARLIER.get(header.action or "", "the edXML header gives no number")
    rivals = (Rival(value=symbol, source=f"part {part}, edXML"),) if symbol else ()
    absent: Reading[str] = Reading(reason=reason)
    return Document(
        main=part,
        parts=(part,),
        type=absent,
        symbol=Reading(reason=reason, rivals=rivals),
        issued_date=Reading(reason=reason),
        issuer=absent,
        subject=absent,
    )


_EARLIER = {
    "revoke": "the edXML packet revokes a document that was sent before",
    "update": "the edXML packet changes a document that was sent before",
}
