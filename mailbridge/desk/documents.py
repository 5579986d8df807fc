"""
What was read of a mail when it came, out of the judgement that its case keeps.

A clerk confirms what was shown, so that what is entered is what stands there, not what a newer program would read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from mailbridge.classifier.kinds import Document, Kind, Reading, Signer
from mailbridge.classifier.symbol import DocumentSymbol, parse_symbol
from mailbridge.decision.policy import Policy
from mailbridge.decision.proof import paper_note
from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.verify.signature import Change, SignatureStatus, Status

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFile:
    """A file of the mail: the index of its part, its name ("" without one), its type, and the SHA-256 of its octets."""

    index: str
    name: str
    type: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """
    What a case keeps of a mail.

    `answered`: at reception a letter to the sender was planned, whether or not it left.
    """

    documents: tuple[Document, ...]
    signatures: tuple[SignatureStatus, ...]
    files: tuple[KeptFile, ...]
    verdict: str
    answered: bool

    def file(self, index: str) -> KeptFile | None:
        """Find the file of a part."""
        return next((each for each in self.files if each.index == index), None)


def kept_of(case: Case) -> Kept | None:
    """Read what a case keeps; None of a mail of which nothing is."""
    if case.judgement is None:
        return None
    told: Mapping[str, Any] = json.loads(case.judgement)
    answers = [each for each in told.get("letters", ()) if each["kind"] in ("arrived", "accepted", "refused")]
    assurance = told.get("assurance") or {}
    return Kept(
        documents=tuple(map(_document, told.get("documents", ()))),
        signatures=tuple(map(_signature, told.get("signatures", ()))),
        files=tuple(map(_file, (told.get("message") or {}).get("parts", ()))),
        verdict=": ".join(filter(None, (assurance.get("title"), assurance.get("reason")))),
        answered=bool(answers),
    )


def drafts_of(case: Case, kept: Kept, policy: Policy, recipients: str) -> tuple[DraftEntry, ...]:
    """
    Write one line for each document as `decision.draft` does: what was read with less confidence stays empty.

    Args:
        recipients: What stands in the column "Đơn vị hoặc người nhận".
    """
    lines: dict[str, DraftEntry] = {}
    for document in kept.documents:
        file = kept.file(document.main)
        if file is not None:
            lines.setdefault(file.sha256, _draft(document, file, case, kept, policy, recipients))
    return tuple(lines.values())


def bare_draft(case: Case, file: KeptFile, policy: Policy, recipients: str) -> DraftEntry:
    """Write a line for a file in which no document was seen; whoever enters it says what it is."""
    return _draft(Document(main=file.index, parts=(file.index,)), file, case, None, policy, recipients)


def whole_mail(case: Case) -> KeptFile:
    """Stand in for a file where a mail has none: the text of the mail is the document then."""
    return KeptFile(index="", name="", type="message/rfc822", sha256=case.sha256)


def as_another_file(draft: DraftEntry, file: KeptFile) -> DraftEntry:
    """Say that another file is the document."""
    return replace(draft, document_sha256=file.sha256)


def book_of(case: Case, policy: Policy) -> str:
    """Choose the book: that of the kind of mail, else the one for official documents, else the first."""
    return policy.book_for(Kind(case.kind)) or policy.book_for(Kind.OFFICIAL_DOCUMENT) or policy.books[0].id


def _draft(
    document: Document, file: KeptFile, case: Case, kept: Kept | None, policy: Policy, recipients: str
) -> DraftEntry:
    least = policy.least_confidence
    symbol, signer = _sure(document.symbol, least), _sure(document.signer, least)
    return DraftEntry(
        agency=case.agency,
        book=book_of(case, policy),
        mail_id=case.mail_id,
        document_sha256=file.sha256,
        type=_sure(document.type, least),
        number=symbol.number if symbol else None,
        notation=(symbol.notation or None) if symbol else None,
        symbol=symbol.text if symbol else None,
        issued_date=_sure(document.issued_date, least),
        issuer=_sure(document.issuer, least),
        subject=_sure(document.subject, least),
        pages=document.pages,
        note=paper_note(document, kept.signatures) if kept else None,
        signer_position=signer.position if signer else None,
        signer_name=signer.name if signer else None,
        urgency=_sure(document.urgency, least),
        recipients=recipients,
    )


def _sure(reading: Reading[T], least: float) -> T | None:
    return reading.value if reading.confidence >= least else None


def _document(told: Mapping[str, Any]) -> Document:
    def read(name: str, value: T | None) -> Reading[T]:
        return Reading(value=value, confidence=(told["fields"].get(name) or {}).get("confidence", 0.0))

    def day(name: str) -> date | None:
        return date.fromisoformat(told[name]) if told[name] else None

    symbol, signer = told["symbol"], told["signer"]
    return Document(
        main=told["main"],
        parts=tuple(told["parts"]),
        type=read("type", told["type"]),
        symbol=read("symbol", _symbol(told) if symbol else None),
        issued_date=read("issued_date", day("issued_date")),
        issuer=read("issuer", told["issuer"]),
        subject=read("subject", told["subject"]),
        signer=read("signer", Signer(**signer) if signer else None),
        urgency=read("urgency", told["urgency"]),
        due_date=read("due_date", day("due_date")),
        pages=told["pages"],
        draft=told["draft"],
    )


def _symbol(told: Mapping[str, Any]) -> DocumentSymbol:
    text: str = told["symbol"]
    return parse_symbol(text) or DocumentSymbol(text=text, raw=text, number=told["number"])


def _signature(told: Mapping[str, Any]) -> SignatureStatus:
    """Read a signature back without its certificate and what is told of the file, which nobody here asks for."""
    return SignatureStatus(
        part=told["part"],
        format=told["format"],
        status=Status(told["status"]),
        signer=told["signer"],
        role=told["role"],
        covers_whole_file=told["covers_whole_file"],
        changed_after=Change(told["changed_after"]),
        signs=told["signs"],
    )


def _file(told: Mapping[str, Any]) -> KeptFile:
    return KeptFile(index=told["index"], name=told["name"] or "", type=told["type"] or "", sha256=told["sha256"])
