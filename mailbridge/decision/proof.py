"""What stands behind a document: whose valid signatures its main file carries, and whether paper must follow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from mailbridge.classifier.folding import fold
from mailbridge.classifier.kinds import Document
from mailbridge.verify.signature import Change, SignatureStatus, Status

_SHORT_FORMS = (("ubnd", "uy ban nhan dan"), ("hdnd", "hoi dong nhan dan"), ("tp", "thanh pho"))


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
    explained = signature.changed_after in (Change.ALLOWED, Change.COUNTERSIGNED)
    return signature.format != "pades" or signature.covers_whole_file or explained


def is_broken(signature: SignatureStatus) -> bool:
    """Say whether a signature speaks against its file: it failed, or the file was changed suspiciously after it."""
    return signature.status is Status.TOTAL_FAILED or signature.changed_after is Change.SUSPICIOUS


def signed_by(document: Document, signatures: Iterable[SignatureStatus]) -> SignedBy:
    """
    Say whose valid signatures stand on the main file of a document.

    A signature on an appendix says nothing about the main file. SOMEONE: valid, but person or organisation is not told.
    """
    roles = {signature.role for signature in signatures if signature.part == document.main and is_valid(signature)}
    if {"person", "organization"} <= roles:
        return SignedBy.BOTH
    if "organization" in roles:
        return SignedBy.ORGANIZATION
    if "person" in roles:
        return SignedBy.PERSON
    return SignedBy.SOMEONE if roles else SignedBy.NOBODY


def other_signers(document: Document, signatures: Iterable[SignatureStatus]) -> tuple[str, ...]:
    """
    Name the bodies that signed the main file validly, when none of them is the one in the letterhead.

    The common name of an organisation's certificate is the body (signatures.md §7); one that lacks the place, or has it
    where the letterhead has not, is the same. () when issuer or signer are not known: then there is nothing to compare.
    """
    issuer = _body(document.issuer.value or "")
    names = [
        signature.signer
        for signature in signatures
        if signature.part == document.main
        and signature.role == "organization"
        and signature.signer
        and is_valid(signature)
    ]
    bodies = [body for body in map(_body, names) if body]
    if not issuer or any(issuer in body or body in issuer for body in bodies):
        return ()
    return tuple(names)


def _body(name: str) -> str:
    """Return a body's name for comparing: no marks (old certificates have none), common short forms written out."""
    words = " ".join(re.findall(r"[a-z0-9]+", fold(name)))
    padded = f" {words} " if words else ""
    for short, full in _SHORT_FORMS:
        padded = padded.replace(f" {short} ", f" {full} ")
    return padded


def paper_needed(document: Document, signatures: Iterable[SignatureStatus]) -> bool:
    """
    Say whether paper or a signed version must follow.

    Only a document signed by the competent person and by the organisation is an original (NĐ 30/2020, Điều 5 khoản 1).
    """
    return signed_by(document, signatures) is not SignedBy.BOTH


def paper_note(document: Document, signatures: tuple[SignatureStatus, ...]) -> str:
    """Return what the remark column says of signatures and paper; the book is kept in Vietnamese in every office."""
    match signed_by(document, signatures):
        case SignedBy.BOTH:
            return "Bản điện tử có chữ ký số"
        case SignedBy.ORGANIZATION:
            return "Bản điện tử có chữ ký số của cơ quan"
        case SignedBy.PERSON:
            return "Có chữ ký số của người ký, chưa có chữ ký số của cơ quan: chờ bản giấy hoặc bản ký số"
        case SignedBy.SOMEONE:
            return "Có chữ ký số, chưa rõ là của cơ quan: chờ bản giấy hoặc bản ký số"
        case SignedBy.NOBODY:
            if any(signature.part == document.main for signature in signatures):
                return "Chữ ký số chưa xác minh được: chờ bản giấy hoặc bản ký số"
            return "Chưa ký số: chờ bản giấy hoặc bản ký số"
