"""
Signatures in the form of files: CMS (RFC 5652) and CAdES (ETSI EN 319 122), around a file or beside it.

`cms_wrapper` reads the file, `cms_signer` judges each of its signers; here it is settled what they signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from mailbridge.verify.beside import DIGESTS, Beside, digest
from mailbridge.verify.chain import Purpose
from mailbridge.verify.cms_signer import OF_ATTRIBUTES, Digest, Judged, held_digest, judge_signer
from mailbridge.verify.cms_wrapper import MOST_SIGNERS, Wrapped, unwrap
from mailbridge.verify.evidence import Trust
from mailbridge.verify.material import Material
from mailbridge.verify.signature import SignatureStatus, Status
from mailbridge.verify.signer import certificate_facts, possible_claim, read_signer
from mailbridge.verify.verdict import Verdict, failed, unclear

_ENDINGS = (".p7s", ".p7m", ".p7c", ".p7b", ".p7", ".sig", ".cades", ".pkcs7")
_FILE_ENDING = re.compile(r"\.[a-z][a-z0-9]{2,4}\Z")

_MISSING = unclear("SIGNED_DATA_NOT_FOUND", "the file that was signed did not come with the signature")
_CONFUSING = unclear(
    "SIG_CONSTRAINTS_FAILURE", "several files have the name of the signed one, and others were not signed"
)


def judge_cms(
    part: str,
    content: bytes,
    trust: Trust,
    at: datetime,
    *,
    beside: Sequence[Beside] = (),
    name: str | None = None,
) -> tuple[SignatureStatus, ...]:
    """
    Judge every signature of a CMS file, without any question to the network.

    Args:
        part: Index of the part, for the results.
        content: DER, BER, PEM or base64.
        at: The moment to judge for (aware): the receipt of the mail.
        beside: The files that came with it; one of them is what a detached signature is over.
        name: Of the file; it tells which.

    Returns:
        One status a signer, in their order; () for certificates without a signature, and for what is not signed but
        encrypted. A file that cannot be read gives one status FORMAT_FAILURE. Counter-signatures are not looked at.

    Raises nothing but `MemoryError`, which the sandbox reports.
    """
    try:
        wrapped = unwrap(content)
        if wrapped is None or not wrapped.signers:
            return ()
        return _statuses(part, wrapped, trust, at, beside, name)
    except MemoryError:
        raise
    # A stranger's file: asn1crypto answers a broken one with a dozen kinds of exceptions, and each means the same.
    except Exception as error:  # noqa: BLE001
        verdict = failed("FORMAT_FAILURE", f"the signature cannot be read ({type(error).__name__})")
        return (_status(part, Judged(verdict=verdict), _Subject(), at),)


def judge_signers(
    wrapped: Wrapped, digests: Callable[[Any], Digest], trust: Trust, at: datetime, purpose: Purpose
) -> tuple[Judged, ...]:
    """
    Judge each signer of signed data; one more, indeterminate, stands for those that are too many.

    Args:
        digests: Gives for a signer (asn1crypto `cms.SignerInfo`) the digests of what he is said to have signed.
    """
    from asn1crypto import x509

    material = Material(trust, certificates=wrapped.certificates, crls=wrapped.crls, ocsps=wrapped.ocsps)
    # A signature may leave out the certificate of a signer whom everybody knows.
    ours = (x509.Certificate.load(der) for der in (*trust.others, *trust.anchors))
    known = replace(wrapped, certificates=(*wrapped.certificates, *ours))
    judged = [judge_signer(each, known, digests(each), material, at, purpose) for each in wrapped.signers]
    if wrapped.has_more:
        reason = f"more than {MOST_SIGNERS} signatures, the others were not judged"
        judged.append(Judged(verdict=unclear("GENERIC", reason)))
    return tuple(judged)


def digests_of(content: bytes) -> Digest:
    """Return what takes the digests of octets, each once."""
    taken: dict[str, bytes] = {}

    def by(algorithm: str) -> bytes | None:
        if algorithm not in taken and algorithm in DIGESTS:
            taken[algorithm] = digest(content, algorithm)
        return taken.get(algorithm)

    return by


@dataclass(frozen=True, kw_only=True, slots=True)
class _Subject:
    """What a signature is over: its own content (`whole`), a file beside it, or something that is not at hand."""

    whole: bool = False
    file: Beside | None = None
    doubt: Verdict | None = None


def _statuses(
    part: str, wrapped: Wrapped, trust: Trust, at: datetime, beside: Sequence[Beside], name: str | None
) -> tuple[SignatureStatus, ...]:
    content = wrapped.content
    if content is not None:
        own = digests_of(content)
        judged = judge_signers(wrapped, lambda _: own, trust, at, Purpose.SIGNING)
        return tuple(_status(part, each, _Subject(whole=True), at) for each in judged)
    subjects = [_subject(signer, beside, name) for signer in wrapped.signers]
    files = {id(signer): subject.file for signer, subject in zip(wrapped.signers, subjects, strict=True)}

    def digests(signer: Any) -> Digest:
        file = files[id(signer)]
        return file.digests.get if file is not None else lambda _: None

    judged = judge_signers(wrapped, digests, trust, at, Purpose.SIGNING)
    subjects += [_Subject()] * (len(judged) - len(subjects))
    return tuple(_status(part, each, subject, at) for each, subject in zip(judged, subjects, strict=True))


def _subject(signer: Any, beside: Sequence[Beside], name: str | None) -> _Subject:
    """
    Find the file that a detached signature is over.

    By name: "x.pdf.p7s" and "x.p7s" belong to "x.pdf". Among several of such a name, and where the name tells nothing,
    the one whose digest the signature holds.
    """
    held = held_digest(signer)
    exact, similar = _named(beside, name)
    if held is None:
        return _without_digest(exact, similar or beside)
    for files in (exact, similar):
        found = [file for file in files if held in file.digests.values()]
        if found:
            return _Subject(file=found[0], doubt=_doubt(found[0], exact))
        if files is exact and exact:
            return _Subject(file=exact[0])
    found = [file for file in beside if held in file.digests.values()]
    if found:
        return _Subject(file=found[0])
    if len(similar) == 1:
        return _Subject(file=similar[0])
    return _Subject(doubt=_MISSING)


def _without_digest(exact: Sequence[Beside], others: Sequence[Beside]) -> _Subject:
    """Find the file of a signature that holds no digest: only its name, or being alone, tells it."""
    files = exact or others
    if files and all(file.digests == files[0].digests for file in files):
        return _Subject(file=files[0], doubt=OF_ATTRIBUTES if files[0].is_attributes else None)
    return _Subject(doubt=_CONFUSING if exact else _MISSING)


def _doubt(found: Beside, exact: Sequence[Beside]) -> Verdict | None:
    """Doubt a signature over one of several files of the same name: a reader cannot tell which of them it is."""
    return None if all(file.digests == found.digests for file in exact) else _CONFUSING


def _named(beside: Sequence[Beside], name: str | None) -> tuple[list[Beside], list[Beside]]:
    """Return the files that are called as the signature without its ending, and those that are but for their own."""
    stem = (name or "").lower()
    ending = next((each for each in _ENDINGS if stem.endswith(each)), None)
    if ending is None:
        return [], []
    stem = stem.removesuffix(ending)
    names = [(file, (file.name or "").lower()) for file in beside]
    exact = [file for file, own in names if own == stem]
    # Each folder of an archive may have a file of this name, and its signature.
    exact = [file for file in exact if file.is_near] or exact
    # "a.pdf.p7s" belongs to no "a.pdf.txt".
    similar = [] if _FILE_ENDING.search(stem) else [file for file, own in names if own.rpartition(".")[0] == stem]
    return exact, similar


def _status(part: str, judged: Judged, subject: _Subject, at: datetime) -> SignatureStatus:
    file = subject.file
    verdict = judged.verdict
    # That the file is missing shows as a wrong digest: then nothing is known of it, good or bad.
    if subject.doubt is not None and (verdict.status is Status.TOTAL_PASSED or file is None):
        is_readable = verdict.sub_indication != "FORMAT_FAILURE"
        verdict = subject.doubt if is_readable else verdict
    certificate = judged.certificate
    signer = read_signer(certificate.subject.native) if certificate is not None else None
    claimed = possible_claim(judged.claimed, certificate.not_valid_before if certificate is not None else None, at)
    signed_at = judged.proven or claimed
    return SignatureStatus(
        part=part,
        format="cades" if judged.is_cades else "cms",
        status=verdict.status,
        sub_indication=verdict.sub_indication,
        signer=signer.name if signer else None,
        organization=signer.organization if signer else None,
        role=signer.role if signer else None,
        signed_at=signed_at.astimezone(UTC) if signed_at else None,
        time_source="timestamp" if judged.proven else "claimed" if claimed else None,
        covers_whole_file=subject.whole or file is not None,
        reason=verdict.reason,
        certificate=certificate_facts(certificate) if certificate is not None else None,
        chain=tuple(link.sha256.hex() for link in judged.chain),
        weaknesses=verdict.weaknesses,
        covers=(file.name or file.part,) if file is not None else (),
        signs=file.part if file is not None else None,
    )
