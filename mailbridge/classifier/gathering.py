"""
The documents of a mail: which file is a document of its own, which belongs to another, which is the same once more.

Source: NĐ 30/2020/NĐ-CP, Điều 22 (one arrival number a document, its annexes included) and Phụ lục I, II.8 (annexes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailbridge.classifier.folding import fold
from mailbridge.classifier.hints import agree, compared, name_symbol
from mailbridge.classifier.kinds import Document
from mailbridge.classifier.likeness import is_other_paper
from mailbridge.classifier.meeting import read_meeting
from mailbridge.classifier.page import read_documents
from mailbridge.classifier.symbol import find_symbols
from mailbridge.classifier.twins import beside_twin, is_same_without_number
from mailbridge.mail.message import Message, Part
from mailbridge.mail.pages import Pages

_ANNEX = re.compile(r"\W{0,3}(?:phu luc\b|(?:ban hanh )?kem theo\b|mau so\b|bieu mau\b|danh muc kem theo\b)")
_ANNEX_LINES = 14
_PDF = "application/pdf"
_COVERS = ("Công văn", "Phiếu gửi", "Phiếu chuyển", "Thư công")
"""Types of letters that bring other documents; a decision only rests on those that it names."""
_NEVER_PARTS = (
    "text/calendar",
    "text/vcard",
    "application/pkcs7",
    "application/x-pkcs7",
    "application/pgp",
    "application/ms-tnef",
    "message/",
    "multipart/",
)
_NUMBER_IN_NAME = re.compile(
    r"(?:cv|qd|tb|kh|bc|nq|ttr|ct|cong van|quyet dinh|thong bao|ke hoach)[ .-]{0,2}(?:so )?0*(\d{1,6})\b"
)
_MARKS_IN_NAMES = re.compile(r"(?:[._ -](?:signed|sign|daky|ky|final|scan|ban\W?ky)|\(\d\))+\Z")


def gather_documents(message: Message, pages: Mapping[str, Pages]) -> tuple[Document, ...]:
    """
    Read the documents that have pages, each with its annexes and other copies in `parts`.

    Args:
        pages: By part index; a part without an entry could not be read and can only be an annex here.

    Returns:
        In the order of their main parts; () when no file has the form of a document. Where one file holds several
        documents, each stands there with that file as its main part.
    """
    files = {part.index: found for part in message.parts if (found := _documents_of(part, pages))}
    read = {index: found[0] for index, found in files.items()}
    mains = _mains(read, {part.index: part for part in message.parts}, pages)
    if not mains:
        return ()
    groups = _under_covers(_grouped(message, mains, read, pages), read)
    documents = [
        document
        for main, others in groups.items()
        for document in (
            replace(_beside_copies(read, main, mains[main]), main=main, parts=(main, *others)),
            *(replace(more, main=main, parts=(main,)) for more in files[main][1:]),
        )
    ]
    names = {part.index: part.name for part in message.parts}
    firsts = {document.main: document for document in reversed(documents)}
    return tuple(
        replace(
            # The name of a file speaks of the first document in it.
            compared(
                document,
                message,
                names=[(document.main, names[document.main])] if document is firsts[document.main] else [],
                alone=len(documents) == 1,
            ),
            meeting=read_meeting(pages[document.main], document) if len(files[document.main]) == 1 else None,
        )
        for document in documents
    )


def _documents_of(part: Part, pages: Mapping[str, Pages]) -> tuple[Document, ...]:
    """Read the documents of one file, but what its first one brings; () when the first has not the form of one."""
    file = pages.get(part.index)
    if file is None or is_other_paper(file):
        return ()
    found = read_documents(file, part=part.index, file_name=part.name)
    if not found or not _is_substantial(found[0]):
        return ()
    return (found[0], *(more for more in found[1:] if not _brings(found[0], more)))


def _is_substantial(document: Document) -> bool:
    """Ask for two of number, notation, issuer, date and type: the Quốc hiệu alone stands over contracts as well."""
    symbol = document.symbol.value
    signs = (
        symbol is not None and symbol.number is not None,
        symbol is not None or any(not rival.source.endswith("file name") for rival in document.symbol.rivals),
        document.issuer.value is not None,
        document.issued_date.value is not None,
        document.type.value is not None,
    )
    return sum(signs) >= 2


def _mains(read: Mapping[str, Document], parts: Mapping[str, Part], pages: Mapping[str, Pages]) -> dict[str, list[str]]:
    """Choose the files that are documents of their own; each with the copies of itself in other formats."""
    mains: dict[str, list[str]] = {}
    for index, document in read.items():
        twin = next((main for main in mains if _is_same(document, read[main], parts[index], parts[main])), None)
        if twin is None:
            mains[index] = []
        elif parts[index].type == _PDF and parts[twin].type != _PDF:
            mains = {index if main == twin else main: others for main, others in mains.items()}
            mains[index].append(twin)
        else:
            mains[twin].append(index)
    numbered = [main for main in mains if _has_number(read[main]) and not read[main].draft]
    if not numbered:
        return mains
    annexes = {main for main in mains if main not in numbered and _is_annex(read[main], pages[main])}
    return {main: others for main, others in mains.items() if main not in annexes}


def _has_number(document: Document) -> bool:
    return document.symbol.value is not None and document.symbol.value.number is not None


def _is_same(one: Document, other: Document, part: Part, other_part: Part) -> bool:
    """The same document in another format: same symbol, or same name of file with a symbol missing on one side."""
    first, second = one.symbol.value, other.symbol.value
    if first is not None and second is not None and first.number and second.number:
        same_issuer = (
            not one.issuer.value or not other.issuer.value or fold(one.issuer.value) == fold(other.issuer.value)
        )
        return agree(first, second) and len(first.text) == len(second.text) and same_issuer
    return _stem(part) == _stem(other_part) != "" or is_same_without_number(one, other)


def _stem(part: Part) -> str:
    stem = fold((part.name or "")[:200]).rsplit(".", 1)[0]
    return _MARKS_IN_NAMES.sub("", stem)


def _is_annex(document: Document, pages: Pages) -> bool:
    """A file without a number of its own that is a draft or says at its top what it belongs to."""
    return document.draft or _annex_lines(pages) != ""


def _annex_lines(pages: Pages) -> str:
    if not pages.pages:
        return ""
    lines = [line.text[:300] for line in pages.pages[0].lines[:_ANNEX_LINES]]
    place = next((place for place, line in enumerate(lines) if _ANNEX.match(fold(line))), None)
    return "" if place is None else " ".join(lines[place : place + 3])


def _grouped(
    message: Message, mains: Mapping[str, list[str]], read: Mapping[str, Document], pages: Mapping[str, Pages]
) -> dict[str, tuple[str, ...]]:
    """Give each remaining file to the document that its heading names, else to the one before it, else to the first."""
    groups = {main: list(copies) for main, copies in mains.items()}
    taken = {index for main, copies in mains.items() for index in (main, *copies)}
    containers = {part.inside for part in message.parts if part.inside}
    before = next(iter(groups))
    for part in message.parts:
        if part.index in taken:
            before = next(main for main, copies in mains.items() if part.index in (main, *copies))
        elif can_be_annex(part) and part.index not in containers:
            groups[_named(part, pages, groups, read) or before].append(part.index)
    return {main: tuple(others) for main, others in groups.items()}


def _beside_copies(read: Mapping[str, Document], main: str, copies: Sequence[str]) -> Document:
    document = read[main]
    for copy in copies:
        document = beside_twin(document, read[copy])
    return document


def _under_covers(groups: Mapping[str, tuple[str, ...]], read: Mapping[str, Document]) -> dict[str, tuple[str, ...]]:
    """
    Put what a covering letter forwards under that letter.

    The letter and what it brings are one document that came (Điều 22); only one that it names in its text is brought.
    """
    covers = {
        main: next((other for other in groups if other != main and _brings(read[other], read[main])), None)
        for main in groups
    }
    found: dict[str, tuple[str, ...]] = {main: groups[main] for main in groups if _top(main, covers) == main}
    for main in groups:
        top = _top(main, covers)
        if top != main:
            found[top] = (*found[top], main, *groups[main])
    return found


def _top(main: str, covers: Mapping[str, str | None]) -> str:
    """Follow the letters upwards to the one that nothing brings; in a ring each stands for itself."""
    seen, at = {main}, main
    while (over := covers[at]) is not None:
        if over in seen:
            return main
        seen.add(over)
        at = over
    return at


def _brings(letter: Document, document: Document) -> bool:
    """Say whether a letter names a document of the same day or before as what it speaks of."""
    symbol = document.symbol.value
    if letter.type.value not in _COVERS or symbol is None or symbol.number is None or not _has_number(letter):
        return False
    written, issued = letter.issued_date.value, document.issued_date.value
    if written is not None and issued is not None and issued > written:
        return False
    own = letter.symbol.value
    named = {name for name in letter.references if own is None or name != own.text}
    back = own is not None and own.text in document.references
    return not back and any(agree(symbol, found) for name in named for found in find_symbols(f"số {name}"))


def _named(
    part: Part, pages: Mapping[str, Pages], groups: Mapping[str, Sequence[str]], read: Mapping[str, Document]
) -> str | None:
    file = pages.get(part.index)
    heading = find_symbols(_annex_lines(file)) if file else ()
    told = name_symbol(part.name)
    for symbol in (*heading, *((told,) if told is not None else ())):
        for main in groups:
            own = read[main].symbol.value
            if own is not None and agree(symbol, own):
                return main
    return _numbered_by_name(part, groups, read)


def _numbered_by_name(part: Part, groups: Mapping[str, Sequence[str]], read: Mapping[str, Document]) -> str | None:
    """Find the one document whose number a file name gives: "PL CV 3526.xlsx"."""
    numbers = set(_NUMBER_IN_NAME.findall(fold((part.name or "")[:200]).replace("_", " ")))
    found = [
        main
        for main in groups
        if (own := read[main].symbol.value) is not None and (own.number or "").lstrip("0") in numbers
    ]
    return found[0] if len(found) == 1 else None


def can_be_annex(part: Part) -> bool:
    """Say whether a file may be a piece of a document: not a signature, a calendar entry or a picture in the text."""
    if not part.is_attachment or part.type.startswith(_NEVER_PARTS) or part.declared_type.startswith(_NEVER_PARTS):
        return False
    in_text = part.content_id is not None and part.disposition != "attachment"
    return not (part.type.startswith("image/") and in_text)
