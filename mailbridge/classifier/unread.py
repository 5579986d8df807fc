"""
Files that look like documents from outside but could not be read: a clerk must see them.

Missing a document has legal effect (Luật 20/2023/QH15, Điều 16: it is received all the same), so that a scan, an
encrypted file or a broken one with the name of a document becomes a `Document` without values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mailbridge.classifier.folding import fold
from mailbridge.classifier.gathering import can_be_annex
from mailbridge.classifier.hints import SUBJECT, name_symbol, subject_symbols
from mailbridge.classifier.kinds import Document, Reading, Rival, WorkingKind
from mailbridge.classifier.likeness import has_other_title
from mailbridge.classifier.page.agencies import starts_agency
from mailbridge.classifier.page.markers import is_number_line
from mailbridge.classifier.signs import (
    announces_document,
    is_edxml,
    is_from_public_body,
    names_document,
)
from mailbridge.classifier.symbol import DocumentSymbol, find_symbols
from mailbridge.classifier.types import type_by_title
from mailbridge.classifier.working import working_kind
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
        seen = form_signs(pages[part.index])
        if seen >= _FORM:
            return True
        told = part.type == "application/pdf" or announced or names_document(part.name)
        return seen >= (1 if told else 2) and is_from_public_body(message) and not _is_for_work(message)
    if numbered or announced or names_document(part.name) or subject_symbols(message) or is_edxml(part):
        return True
    is_scan = part.type.startswith(_SCANS)
    return is_scan and is_from_public_body(message) and not _is_for_work(message)


_FOR_WORK = (
    WorkingKind.DRAFT,
    WorkingKind.COMMENTS,
    WorkingKind.MEETING_PAPERS,
    WorkingKind.TABLES,
    WorkingKind.GENERAL_NOTICE,
)
"""Working mail whose scans are no documents; an invitation or a report that is scanned may well have a number."""
_HEAD_WORDS = 60
_FORM = 3
"""Signs of a form at which a file without the rest of it is looked at by a person, whoever has sent it."""
_BLANK_NUMBER = re.compile(r"so ?:?[ .…_]*(?:/|\Z)")


def _is_for_work(message: Message) -> bool:
    said = working_kind(message)
    return said is not None and said.kind in _FOR_WORK


def form_signs(file: Pages) -> int:
    """
    Count what page 1 has of the form of a document; one when its text layer fell to bits.

    Counted are the motto, an addressee, a title and a symbol behind "Số"; beside one of them a letterhead and a "V/v".
    Nothing counts in what private people sign.
    """
    lines = [line.text[:200] for line in file.pages[0].lines[:_HEAD_LINES]] if file.pages else []
    plain = [fold(line) for line in lines]
    if has_other_title(lines):
        return 0
    strong = sum(
        (
            any("doc lap" in line and "hanh phuc" in line for line in plain),
            any(line.startswith("kinh gui") for line in plain),
            any(type_by_title(line) is not None for line in lines),
            any(is_number_line(line) and bool(find_symbols(line)) for line in lines),
        )
    )
    # Names of agencies and "về việc" stand over news and papers of students as well.
    weak = sum(
        (
            any(line == line.upper() and starts_agency(line) for line in lines[:4]),
            any(line.startswith(("v/v", "ve viec")) for line in plain),
        )
    )
    if strong and any(_BLANK_NUMBER.fullmatch(line) for line in plain):
        # A model form leaves the number and the date to whoever fills it in.
        return 1
    return strong + weak if strong else int(_is_in_bits(plain))


def _is_in_bits(lines: Sequence[str]) -> bool:
    """Say whether a text layer has lost the letters with marks, so that single ones stand about."""
    words = " ".join(lines).split()[:_HEAD_WORDS]
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
