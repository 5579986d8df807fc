"""What stands behind a document: whose valid signatures its main file carries, and whether paper must follow."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from mailbridge.classifier.kinds import Document
from mailbridge.registry.entry import PAPER_AWAITED
from mailbridge.verify.signature import Change, SignatureStatus, Status

_AROUND = frozenset({"cms", "cades", "xades", "xmldsig"})
"""Formats that can enclose other files of a mail."""


class SignedBy(StrEnum):
    """Whose valid signature a file carries."""

    BOTH = "both"
    ORGANIZATION = "organization"
    PERSON = "person"
    SOMEONE = "someone"
    NOBODY = "nobody"


def is_valid(signature: SignatureStatus) -> bool:
    """
    Say whether a signature vouches for the file as it is now.

    Bytes after the signed range count as unsigned unless the judge of the file knows them as harmless.
    """
    if signature.status is not Status.TOTAL_PASSED or signature.changed_after is Change.SUSPICIOUS:
        return False
    if signature.covers_whole_file or signature.changed_after in (Change.ALLOWED, Change.COUNTERSIGNED):
        return True
    # Other formats than PDF name what they sign where that is not the whole file.
    return signature.format != "pades" and not signature.covers


def is_replaced_under(signature: SignatureStatus) -> bool:
    """
    Say whether what a signer saw was replaced afterwards, under the good signature of somebody else.

    His signature then does not speak for what is shown now (`verify.pdf_changes`); only a clerk can tell a corrected
    number from a sum made higher. A stamp that was set anew is no such thing.
    """
    return signature.changed_after is Change.COUNTERSIGNED and signature.reason in _replaced()


@cache
def _replaced() -> frozenset[str]:
    """Return the reasons that say so; the hop, which tries the examples of rules, need not load what compares files."""
    from mailbridge.verify.pdf_changes import REPLACED_WORDS
    from mailbridge.verify.pdf_changes_kinds import Kind

    return frozenset(words for kind, words in REPLACED_WORDS.items() if kind is not Kind.ANNOTATION_REPLACED)


def is_broken(signature: SignatureStatus) -> bool:
    """Say whether a signature speaks against its file: it failed, or the file was changed suspiciously after it."""
    return signature.status is Status.TOTAL_FAILED or signature.changed_after is Change.SUSPICIOUS


def stands_on(signature: SignatureStatus, document: Document) -> bool:
    """
    Say whether a signature is one of the main file of a document.

    It stands in that file, in a file beside it (.p7s) or, as that of an edXML packet or of a CMS wrapper, on the whole
    of the file around it.
    """
    if document.main in (signature.part, signature.signs):
        return True
    return (
        signature.format in _AROUND and signature.covers_whole_file and document.main.startswith(f"{signature.part}.")
    )


def signed_by(document: Document, signatures: Iterable[SignatureStatus]) -> SignedBy:
    """
    Say whose valid signatures stand on the main file of a document.

    A signature on an appendix says nothing about the main file. SOMEONE: valid, but person or organisation is not told.
    """
    roles = {signature.role for signature in signatures if stands_on(signature, document) and is_valid(signature)}
    if {"person", "organization"} <= roles:
        return SignedBy.BOTH
    if "organization" in roles:
        return SignedBy.ORGANIZATION
    if "person" in roles:
        return SignedBy.PERSON
    return SignedBy.SOMEONE if roles else SignedBy.NOBODY


class Missing(StrEnum):
    """Which of the signatures of an original is not there (NĐ 30/2020, Điều 5 khoản 1)."""

    NOTHING = "nothing"
    PERSON = "person"
    ORGANIZATION = "organization"
    BOTH = "both"


_COPIES = frozenset({"bản sao y", "bản trích sao", "bản sao lục", "bản sao"})
"""Kinds of electronic copies: signed by the organisation alone (NĐ 30/2020, Phụ lục I phần II mục II)."""


def is_copy(document: Document) -> bool:
    """Say whether a document is a copy by its own title; then no person signs it."""
    return (document.type.value or "").casefold() in _COPIES


def missing(document: Document, signatures: Iterable[SignatureStatus]) -> Missing:
    """
    Say which valid signature the main file lacks; of a signer that is neither person nor body for sure, both.

    A copy needs that of the organisation alone.
    """
    match signed_by(document, signatures):
        case SignedBy.BOTH:
            return Missing.NOTHING
        case SignedBy.ORGANIZATION:
            return Missing.NOTHING if is_copy(document) else Missing.PERSON
        case SignedBy.PERSON:
            return Missing.ORGANIZATION
        case SignedBy.SOMEONE | SignedBy.NOBODY:
            return Missing.ORGANIZATION if is_copy(document) else Missing.BOTH


def paper_needed(document: Document, signatures: Iterable[SignatureStatus]) -> bool:
    """
    Say whether paper or a signed version must follow.

    Only a document signed by the competent person and by the organisation is an original (NĐ 30/2020, Điều 5 khoản 1);
    a copy is signed by the organisation alone (Điều 25). What is not signed is "để biết, tham khảo" until then
    (QĐ 28/2018/QĐ-TTg).
    """
    return missing(document, tuple(signatures)) is not Missing.NOTHING


def paper_note(document: Document, signatures: tuple[SignatureStatus, ...]) -> str:
    """Return what the remark column says of signatures and paper; the book is kept in Vietnamese in every office."""
    match signed_by(document, signatures):
        case SignedBy.BOTH:
            return "Bản điện tử có chữ ký số"
        case SignedBy.ORGANIZATION if is_copy(document):
            return "Bản sao điện tử có chữ ký số của cơ quan"
        case SignedBy.ORGANIZATION:
            return f"Có chữ ký số của cơ quan, chưa có chữ ký số của người ký: {PAPER_AWAITED}"
        case SignedBy.PERSON:
            return f"Có chữ ký số của người ký, chưa có chữ ký số của cơ quan: {PAPER_AWAITED}"
        case SignedBy.SOMEONE:
            return f"Có chữ ký số, chưa rõ là của cơ quan: {PAPER_AWAITED}"
        case SignedBy.NOBODY:
            return f"{_why_nobody(document, signatures)}: {PAPER_AWAITED}"


def _why_nobody(document: Document, signatures: Iterable[SignatureStatus]) -> str:
    own = [each for each in signatures if stands_on(each, document)]
    if any(is_broken(each) for each in own):
        return "Chữ ký số không hợp lệ"
    return "Chữ ký số chưa xác minh được" if own else "Chưa ký số"
