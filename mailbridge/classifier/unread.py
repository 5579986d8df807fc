"""
Files that look like documents from outside but could not be read: a clerk must see them.

Missing a document has legal effect (Luật 20/2023/QH15, Điều 16: it is received all the same), so that a scan, an
encrypted file or a broken one with the name of a document becomes a `Document` without values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailbridge.classifier.folding import fold
from mailbridge.classifier.gathering import can_be_annex
from mailbridge.classifier.hints import SUBJECT, name_symbol, subject_symbols
from mailbridge.classifier.kinds import Document, Reading, Rival
from mailbridge.classifier.signs import (
    announces_document,
    is_edxml,
    is_from_public_body,
    names_document,
    working_signs,
)
from mailbridge.classifier.symbol import DocumentSymbol
from mailbridge.classifier.types import type_by_title
from mailbridge.mail.message import Message, Part
from mailbridge.mail.pages import Pages

_LEAST_TEXT = 40
"""Characters; a scan carries some stray ones of a stamp or a signing program."""
_LEAST_PICTURE = 50_000
"""Octets; logos and icons are smaller, a photographed page is not."""
_HEAD_LINES = 15
_SCANS = ("application/pdf", "image/")
_CARRIERS = (
    "application/pdf",
    "application/msword",
    "application/vnd",
    "application/rtf",
    "text/rtf",
    "application/zip",
    "application/x-",
    "application/octet-stream",
    "application/xml",
    "text/xml",
    "image/",
)


def unread_documents(
    message: Message, pages: Mapping[str, Pages], read: Sequence[Document] = ()
) -> tuple[Document, ...]:
    """
    Make a document without values of each file that must be one by its name, the subject or the sender.

    Args:
        read: Documents that were read; with some, only a file that names another number is one more document.
    """
    candidates = [part for part in message.parts if _is_candidate(part, message, pages)]
    if read:
        return tuple(_document((part,), pages, message) for part in candidates if _is_another(part, read))
    looked_for = [part for part in candidates if _is_suspected(part, message, pages)]
    if not looked_for:
        return ()
    named = [part for part in looked_for if name_symbol(part.name) is not None]
    mains = named or looked_for[:1]
    rest = [part for part in message.parts if part not in mains and can_be_annex(part)]
    groups = [[main, *(rest if place == 0 else ())] for place, main in enumerate(mains)]
    return tuple(_document(group, pages, message, alone=len(mains) == 1) for group in groups)


def _is_candidate(part: Part, message: Message, pages: Mapping[str, Pages]) -> bool:
    if not can_be_annex(part) or any(other.inside == part.index and other.index in pages for other in message.parts):
        return False
    if part.type.startswith("image/"):
        return part.size >= _LEAST_PICTURE
    return part.type.startswith(_CARRIERS) or is_edxml(part)


def _has_text(part: Part, pages: Mapping[str, Pages]) -> bool:
    file = pages.get(part.index)
    return file is not None and sum(len(line.text) for page in file.pages for line in page.lines) >= _LEAST_TEXT


def _is_suspected(part: Part, message: Message, pages: Mapping[str, Pages]) -> bool:
    """
    Weigh the signs outside the file.

    A file whose text was read and shows no form needs a number in its own name, or in a subject that begins as that of
    a document; one that could not be read needs less: a scan from a public body is enough.
    """
    numbered = name_symbol(part.name) is not None
    announced = announces_document(message)
    if _has_text(part, pages):
        if numbered or (announced and bool(subject_symbols(message))):
            return True
        half = part.type == "application/pdf" and _is_half_a_form(pages[part.index])
        return half and is_from_public_body(message) and not working_signs(message)
    if numbered or announced or names_document(part.name) or subject_symbols(message) or is_edxml(part):
        return True
    is_scan = part.type.startswith(_SCANS)
    return is_scan and is_from_public_body(message) and not working_signs(message)


def _is_half_a_form(file: Pages) -> bool:
    """Say whether page 1 has the motto, an addressee or a title without the rest, or a text layer that fell to bits."""
    lines = [line.text[:200] for line in file.pages[0].lines[:_HEAD_LINES]] if file.pages else []
    bare = [fold(line) for line in lines]
    if any(line.startswith("kinh gui") or ("doc lap" in line and "hanh phuc" in line) for line in bare):
        return True
    if any(type_by_title(line) is not None for line in lines):
        return True
    words = " ".join(bare).split()
    return len(words) > 20 and sum(len(word) == 1 and word.isalpha() for word in words) * 5 > len(words)


def _is_another(part: Part, read: Sequence[Document]) -> bool:
    symbol = name_symbol(part.name)
    if symbol is None or any(part.index == document.main for document in read):
        return False
    numbers = {document.symbol.value.number for document in read if document.symbol.value is not None}
    return symbol.number not in numbers and None not in numbers and bool(numbers)


def _document(parts: Sequence[Part], pages: Mapping[str, Pages], message: Message, *, alone: bool = False) -> Document:
    main = parts[0]
    reason = _why(main, pages)
    file = pages.get(main.index)
    absent: Reading[str] = Reading(reason=reason)
    return Document(
        main=main.index,
        parts=tuple(part.index for part in parts),
        type=absent,
        symbol=Reading(reason=reason, rivals=_rivals(main, message, alone=alone)),
        issued_date=Reading(reason=reason),
        place=absent,
        superior=absent,
        issuer=absent,
        subject=absent,
        signer=Reading(reason=reason),
        addressees=Reading(reason=reason),
        recipients=Reading(reason=reason),
        urgency=absent,
        due_date=Reading(reason=reason),
        pages=file.total if file else None,
    )


def _why(part: Part, pages: Mapping[str, Pages]) -> str:
    if part.problem:
        return f"the file could not be read ({part.problem})"
    if part.index not in pages:
        return "the file could not be read"
    return "its text shows no form of a document" if _has_text(part, pages) else "the file has no text layer"


def _rivals(part: Part, message: Message, *, alone: bool) -> tuple[Rival[DocumentSymbol], ...]:
    symbol = name_symbol(part.name)
    named = (Rival(value=symbol, source=f"part {part.index}, file name"),) if symbol else ()
    told = subject_symbols(message)[:1] if alone else ()
    return (*named, *(Rival(value=symbol, source=SUBJECT) for symbol in told))
