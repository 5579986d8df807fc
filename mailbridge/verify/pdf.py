"""
PDF signatures (PAdES, ETSI EN 319 142; ISO 32000-1 §12.8), judged in the words of ETSI EN 319 102-1.

pyHanko does the cryptography and the chains; what it is asked and how its answers are read stands in `pdf_trust`, what
a signature must cover in `pdf_field`. This module puts them together and judges what was changed after each signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailbridge.verify.evidence import Trust
from mailbridge.verify.pdf_field import Encrypted, SignedField, open_pdf, signed_fields
from mailbridge.verify.pdf_signer import Signer, read_signer
from mailbridge.verify.signature import Change, SignatureStatus, Status

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from mailbridge.verify.pdf_trust import Material, StampedTime, Verdict

# Real signatures that pyHanko cannot read are no malformed ones.
_UNSUPPORTED = ("/adbe.pkcs7.sha1", "/adbe.x509.rsa_sha1")


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
    if b"/ByteRange" not in content:
        return ()
    try:
        return _judge_file(part, content, trust, at)
    except MemoryError:
        raise
    except Encrypted:
        return (_blank(part, Status.INDETERMINATE, "SIGNED_DATA_NOT_FOUND", "the file is encrypted"),)
    # A stranger's file: pyHanko answers a broken one with a dozen kinds of exceptions, and each means the same.
    except Exception as error:  # noqa: BLE001
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """A signature; `later_fit` says whether all document timestamps that came after it fit the file."""

    field: SignedField
    status: SignatureStatus
    later_fit: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stamp:
    """A document timestamp, and the end of what it covers."""

    end: int
    time: StampedTime


def _judge_file(part: str, content: bytes, trust: Trust, at: datetime) -> tuple[SignatureStatus, ...]:
    from mailbridge.verify.pdf_trust import Material

    reader = open_pdf(content)
    fields = signed_fields(reader, content)
    if not fields:
        return ()
    material = Material(trust, reader)
    stamps = [_read_stamp(field, material, at, len(content)) for field in fields if field.is_timestamp]
    judged = []
    for field in fields:
        if field.is_timestamp:
            continue
        later = [stamp.time for stamp in stamps if stamp.end > field.end]
        proven = min((time.at for time in later if time.at is not None), default=None)
        status = _judge_field(part, field, proven, material, at, len(content))
        judged.append(_Judged(field=field, status=status, later_fit=not any(time.broken for time in later)))
    return _judge_changes(judged, content)


def _read_stamp(field: SignedField, material: Material, at: datetime, size: int) -> _Stamp:
    from mailbridge.verify.pdf_trust import StampedTime, read_document_timestamp

    broken = _Stamp(end=field.end or size, time=StampedTime(broken=True))
    if field.embedded is None or field.problem:
        return broken
    try:
        return _Stamp(end=field.end, time=read_document_timestamp(field.embedded, material, at))
    except MemoryError:
        raise
    # A stranger's file, see `judge_pdf`.
    except Exception:  # noqa: BLE001
        return broken


def _judge_field(
    part: str, field: SignedField, proven: datetime | None, material: Material, at: datetime, size: int
) -> SignatureStatus:
    embedded = field.embedded
    if embedded is None or field.problem:
        return _blank(part, Status.TOTAL_FAILED, "FORMAT_FAILURE", field.problem or "the signature is malformed")
    try:
        if embedded.sig_object.get("/SubFilter") in _UNSUPPORTED:
            return _blank(part, Status.INDETERMINATE, "GENERIC", "signatures of this old format cannot be judged")
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
    from mailbridge.verify.pdf_trust import check_signature, read_timestamp

    stamp = read_timestamp(embedded, material, at)
    proven = min((time for time in (stamp.at, later) if time is not None), default=None)
    claimed = _claimed_time(embedded)
    verdict = _with_timestamp(check_signature(embedded, material, proven or at, claimed), stamp)
    signer = _signer(embedded)
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
    )


def _with_timestamp(verdict: Verdict, stamp: StampedTime) -> Verdict:
    """
    Lower a pass whose timestamp does not fit; only mention one that cannot be verified.

    A token of an unknown authority proves no time, but takes nothing from a signature that is good at its receipt
    (ETSI EN 319 102-1 §5.5.4: such a token is ignored). One that does not fit was moved here from elsewhere.
    """
    from mailbridge.verify.pdf_trust import unclear

    if verdict.status is not Status.TOTAL_PASSED:
        return verdict
    if stamp.broken:
        return unclear("SIG_CONSTRAINTS_FAILURE", "the timestamp does not fit the signature")
    return replace(verdict, reason=stamp.reason)


def _claimed_time(embedded: EmbeddedPdfSignature) -> datetime | None:
    """Return the signing time that the signer wrote; a time without its zone is no time."""
    try:
        time = embedded.self_reported_timestamp
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return time if isinstance(time, datetime) and time.utcoffset() is not None else None


def _signer(embedded: EmbeddedPdfSignature) -> Signer:
    from pyhanko.sign.validation.errors import SignatureValidationError

    try:
        return read_signer(embedded.signer_cert.subject.native)
    except SignatureValidationError:
        return Signer()


def _judge_changes(judged: Sequence[_Judged], content: bytes) -> tuple[SignatureStatus, ...]:
    """
    Say what became of the file after each signature, from the last to the first.

    A signature that stops before the last octet vouches for less than a reader sees. That is right where a later
    signature that passed covers the file to its end, or where only timestamps, validation data or what a certification
    permits were added (additions which by their nature nobody signed). Otherwise it is suspicious, and never
    total-passed: SIG_CONSTRAINTS_FAILURE, indeterminate, as for S/MIME that covers only a part of a mail; the signature
    value itself did not fail, so it is no total-failed.
    """
    settled: list[SignatureStatus] = []
    for number in range(len(judged) - 1, -1, -1):
        field, status = judged[number].field, judged[number].status
        vouched = any(
            later.status is Status.TOTAL_PASSED and after.field.end > field.end
            for later, after in zip(reversed(settled), judged[number + 1 :], strict=True)
        )
        # A later timestamp or signature that no longer fits tells that what was added was tampered with.
        fit = judged[number].later_fit and not any(later.status is Status.TOTAL_FAILED for later in settled)
        change = _change(field, content, vouched=vouched, fit=fit)
        if change is Change.SUSPICIOUS and status.status is Status.TOTAL_PASSED:
            status = replace(
                status,
                status=Status.INDETERMINATE,
                sub_indication="SIG_CONSTRAINTS_FAILURE",
                reason="the file was changed after this signature, and no later good signature covers the change",
            )
        settled.append(replace(status, changed_after=change))
    return tuple(reversed(settled))


def _change(field: SignedField, content: bytes, *, vouched: bool, fit: bool) -> Change:
    if field.embedded is None or field.problem:
        return Change.SUSPICIOUS
    if field.end == len(content):
        return Change.NOTHING
    try:
        # Comparing revisions reads every object of the file; only a certification can forbid what others vouch for.
        if vouched and field.embedded.docmdp_level is None:
            return Change.COUNTERSIGNED
        permitted = _permitted(field.embedded, content) if fit else None
    except MemoryError:
        raise
    # As above; a change that cannot be understood is not permitted by anybody.
    except Exception:  # noqa: BLE001
        permitted = False
    if permitted:
        return Change.ALLOWED
    return Change.COUNTERSIGNED if permitted is None and vouched else Change.SUSPICIOUS


def _permitted(embedded: EmbeddedPdfSignature, content: bytes) -> bool | None:
    """
    Say whether all changes are timestamps and validation data, or what the signature's own certification permits.

    Returns:
        False when a certification forbids them, None when nobody permitted or forbade them.
    """
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
    from pyhanko.sign.fields import MDPPerm

    certified, xrefs = embedded.docmdp_level, embedded.reader.xrefs
    end = content.rfind(b"%%EOF") + 5
    # Octets behind the end, octets without a revision, a file that two readers read in two ways: nothing to compare.
    if (
        content[end:].strip(b"\r\n")
        or embedded.signed_revision + 1 >= xrefs.total_revisions
        or xrefs.hybrid_xrefs_present
    ):
        return False if certified is MDPPerm.NO_CHANGES else None
    embedded.compute_integrity_info(DEFAULT_DIFF_POLICY)  # type: ignore[no-untyped-call] # pyHanko leaves it untyped
    result = embedded.diff_result
    level = result.modification_level if isinstance(result, DiffResult) else ModificationLevel.OTHER
    if level <= ModificationLevel.LTA_UPDATES:
        return True
    # pyHanko does not judge annotations (P=3): those are neither permitted nor forbidden here.
    if certified in (MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS):
        return bool(level.value <= certified.value)
    return None
