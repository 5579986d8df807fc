"""
PDF signatures (PAdES, ETSI EN 319 142; ISO 32000-1 §12.8), judged in the words of ETSI EN 319 102-1.

pyHanko does the cryptography; what it is asked and how its answers are read stands in `pdf_trust`, what a signature
must cover in `pdf_field`, what was changed after it in `pdf_changes`, what changes by itself in `pdf_shadow`. This
module puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from mailbridge.verify.evidence import Trust
from mailbridge.verify.pdf_changes import Judged, judge_changes
from mailbridge.verify.pdf_field import Encrypted, NoHead, SignedField, open_pdf, signed_fields
from mailbridge.verify.signature import Change, SignatureStatus, SignerCertificate, Status
from mailbridge.verify.signer import Signer, certificate_facts, possible_claim, read_signer

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from mailbridge.verify.material import Material
    from mailbridge.verify.pdf_shadow import Shadow
    from mailbridge.verify.timestamps import StampedTime
    from mailbridge.verify.verdict import Verdict

# What a signature covers is written by offset, so a signed file says so in plain; a forged one may say less.
_CLAIM = re.compile(rb"/ByteRange|/DocTimeStamp|/(?:Type|FT)\s*/Sig(?![\w.])")


def judge_pdf(part: str, content: bytes, trust: Trust, at: datetime) -> tuple[SignatureStatus, ...]:
    """
    Judge every signature of a PDF file, without any question to the network.

    Args:
        part: Index of the part, for the results.
        at: The moment to judge for (aware): the receipt of the mail, which proves that the signatures existed then.

    Returns:
        One status a filled signature field, by the end of what they cover, so in the order of signing; () for a file
        without signatures, also when it shows the picture of one. Document timestamps have no status of their own:
        they prove the time of the signatures that they cover. A file that claims signatures and cannot be read gives
        one status FORMAT_FAILURE.

    Source: ETSI EN 319 102-1 §5.2, §5.3. Raises nothing but `MemoryError`, which the sandbox reports.
    """
    if b"/ByteRange" not in content and _CLAIM.search(content) is None:
        return ()
    try:
        return _judge_file(part, content, trust, at)
    except MemoryError:
        raise
    except Encrypted:
        return (_blank(part, Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND", "the file is encrypted"),)
    except NoHead:
        return (_blank(part, Status.INDETERMINATE, "GENERIC", "something stands before the head of the PDF file"),)
    # A stranger's file: pyHanko answers a broken one with a dozen kinds of exceptions, and each means the same.
    except Exception as error:  # noqa: BLE001
        if b"/ByteRange" not in content:
            return ()
        reason = f"the file claims a signature and cannot be read ({type(error).__name__})"
        return (_blank(part, Status.TOTAL_FAILED, "FORMAT_FAILURE", reason),)


def _blank(part: str, status: Status, sub_indication: str, reason: str) -> SignatureStatus:
    return SignatureStatus(
        part=part,
        format="pades",
        status=status,
        sub_indication=sub_indication,
        changed_after=Change.SUSPICIOUS,
        reason=reason,
    )


def _judge_file(part: str, content: bytes, trust: Trust, at: datetime) -> tuple[SignatureStatus, ...]:
    from mailbridge.verify.pdf_trust import read_material

    reader = open_pdf(content)
    fields = signed_fields(reader, content)
    if not fields:
        return ()
    material = read_material(trust, reader)
    stamps = _read_stamps(fields, material, at)
    judged = []
    for field in fields:
        if field.is_timestamp:
            continue
        # A stamp of no normal shape covers nothing, but whoever put it there meddled with the file.
        later = [time for end, time in stamps if end == 0 or end > field.end]
        proven = min((time.at for time in later if time.at is not None), default=None)
        status = _judge_field(part, field, proven, material, at, len(content))
        judged.append(Judged(field=field, status=status, later_fit=not any(time.broken for time in later)))
    return _without_moving(judge_changes(judged, reader, content), reader)


def _without_moving(statuses: tuple[SignatureStatus, ...], reader: PdfFileReader) -> tuple[SignatureStatus, ...]:
    """Lower what passed in a file that can show something else than its signers saw; remark what can be switched."""
    from mailbridge.verify.pdf_shadow import find_shadow

    if not any(status.status is Status.TOTAL_PASSED for status in statuses):
        return statuses
    shadow = find_shadow(reader)
    return tuple(_lowered(status, shadow) if status.status is Status.TOTAL_PASSED else status for status in statuses)


def _lowered(status: SignatureStatus, shadow: Shadow) -> SignatureStatus:
    if shadow.moving:
        return replace(
            status,
            status=Status.INDETERMINATE,
            sub_indication="SIG_CONSTRAINTS_FAILURE",
            reason=shadow.moving[0],
        )
    remark = next(iter(shadow.remarks), None)
    return replace(status, reason=status.reason or remark)


def _read_stamps(fields: Sequence[SignedField], material: Material, at: datetime) -> list[tuple[int, StampedTime]]:
    """Read the document timestamps, the last first: each proves that the former ones existed by its time."""
    found: list[tuple[int, StampedTime]] = []
    later: datetime | None = None
    for field in reversed([field for field in fields if field.is_timestamp]):
        stamp = _proven_by(later, at, partial(_read_stamp, field, material))
        found.append((field.end, stamp))
        later = min((time for time in (stamp.at, later) if time is not None), default=None)
    return found


def _proven_by(later: datetime | None, at: datetime, read: Callable[[datetime], StampedTime]) -> StampedTime:
    """
    Read a timestamp at the receipt, or else at the time by which a later one proves that it existed.

    The authority's certificate may have expired since: that is what archive timestamps are for (ETSI EN 319 102-1
    §5.6.2.3).
    """
    stamp = read(at)
    if stamp.at is not None or stamp.broken or later is None:
        return stamp
    again = read(later)
    return again if again.at is not None else stamp


def _read_stamp(field: SignedField, material: Material, at: datetime) -> StampedTime:
    """Read a document timestamp; one that does not fit, or cannot be read, is broken."""
    from mailbridge.verify.pdf_trust import read_document_timestamp
    from mailbridge.verify.timestamps import StampedTime

    if field.embedded is None or field.problem:
        return StampedTime(broken=True)
    try:
        return read_document_timestamp(field.embedded, material, at)
    except MemoryError:
        raise
    # A stranger's file, see `judge_pdf`.
    except Exception:  # noqa: BLE001
        return StampedTime(broken=True)


def _judge_field(
    part: str, field: SignedField, proven: datetime | None, material: Material, at: datetime, size: int
) -> SignatureStatus:
    if field.unjudged and not field.problem:
        blank = _blank(part, Status.INDETERMINATE, "GENERIC", field.unjudged)
        return replace(blank, covers_whole_file=field.end == size)
    embedded = field.embedded
    if embedded is None or field.problem:
        return _blank(part, Status.TOTAL_FAILED, "FORMAT_FAILURE", field.problem or "the signature is malformed")
    try:
        return _judge_readable(part, embedded, proven, material, at, field.end == size)
    except MemoryError:
        raise
    # As above: asn1crypto reads late, so broken CMS shows up anywhere.
    except Exception as error:  # noqa: BLE001
        reason = f"the signature is malformed ({type(error).__name__})"
        return _blank(part, Status.TOTAL_FAILED, "FORMAT_FAILURE", reason)


def _judge_readable(
    part: str, embedded: EmbeddedPdfSignature, later: datetime | None, material: Material, at: datetime, whole: bool
) -> SignatureStatus:
    from mailbridge.verify.pdf_trust import check_signature

    stamp = _proven_by(later, at, partial(_read_own_stamp, embedded, material))
    proven = min((time for time in (stamp.at, later) if time is not None), default=None)
    claimed = _claimed_time(embedded)
    judged, chain = check_signature(embedded, material, proven or at, claimed)
    verdict = _with_timestamp(judged, stamp)
    signer, certificate = _signer(embedded)
    claimed = possible_claim(claimed, certificate.not_before if certificate else None, at)
    signed_at = proven or claimed
    return SignatureStatus(
        part=part,
        format="pades",
        status=verdict.status,
        sub_indication=verdict.sub_indication,
        signer=signer.name,
        organization=signer.organization,
        role=signer.role,
        signed_at=signed_at.astimezone(UTC) if signed_at else None,
        time_source="timestamp" if proven else "claimed" if claimed else None,
        covers_whole_file=whole,
        reason=verdict.reason,
        certificate=certificate,
        chain=tuple(link.sha256.hex() for link in chain),
        weaknesses=verdict.weaknesses,
    )


def _read_own_stamp(embedded: EmbeddedPdfSignature, material: Material, at: datetime) -> StampedTime:
    """Read the timestamp inside a signature; it is not signed, so a broken one makes no broken signature."""
    from mailbridge.verify.pdf_trust import read_timestamp
    from mailbridge.verify.timestamps import StampedTime

    try:
        return read_timestamp(embedded, material, at)
    except MemoryError:
        raise
    # A stranger's file, see `judge_pdf`.
    except Exception:  # noqa: BLE001
        return StampedTime(broken=True)


def _with_timestamp(verdict: Verdict, stamp: StampedTime) -> Verdict:
    """
    Lower a pass whose timestamp does not fit; only mention one that cannot be verified.

    A token of an unknown authority proves no time, but takes nothing from a signature that is good at its receipt
    (ETSI EN 319 102-1 §5.5.4: such a token is ignored). One that does not fit was moved here from elsewhere.
    """
    from mailbridge.verify.verdict import unclear

    if verdict.status is not Status.TOTAL_PASSED:
        return verdict
    if stamp.broken:
        return unclear("SIG_CONSTRAINTS_FAILURE", "the timestamp does not fit the signature")
    return replace(verdict, reason=stamp.reason or verdict.reason)


def _claimed_time(embedded: EmbeddedPdfSignature) -> datetime | None:
    """Return the signing time that the signer wrote; a time without its zone is no time."""
    try:
        time = embedded.self_reported_timestamp
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return time if isinstance(time, datetime) and time.utcoffset() is not None else None


def _signer(embedded: EmbeddedPdfSignature) -> tuple[Signer, SignerCertificate | None]:
    from pyhanko.sign.validation.errors import SignatureValidationError

    try:
        certificate = embedded.signer_cert
    except SignatureValidationError:
        return Signer(), None
    return read_signer(certificate.subject.native), certificate_facts(certificate)
