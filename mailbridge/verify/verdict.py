"""What one step of judging a signature found, in the words of ETSI EN 319 102-1 §5.1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailbridge.verify.signature import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    A status with its sub-indication (None with total-passed) and reason, as in `SignatureStatus`.

    `weaknesses` name what is old but was not refused ("sha1", "short-key"), sorted. A pass can have a reason too: a
    remark.
    """

    status: Status
    sub_indication: str | None = None
    reason: str | None = None
    weaknesses: tuple[str, ...] = ()


PASSED = Verdict(status=Status.TOTAL_PASSED)

_REASONS = {
    "NO_CERTIFICATE_CHAIN_FOUND": "no chain leads from the certificate to an anchor that we trust",
    "NO_SIGNING_CERTIFICATE_FOUND": "the signer's certificate is not in the signature",
    "CHAIN_CONSTRAINTS_FAILURE": "the certificate is not meant for signing documents",
    "CRYPTO_CONSTRAINTS_FAILURE": "the signature uses an algorithm or a key that is too weak",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "the signature uses an algorithm or a key that is too weak",
    "REVOKED_CA_NO_POE": "a certificate of the issuing authority was revoked",
    "TRY_LATER": "revocation of the certificate could not be checked: no current list or answer is at hand",
    "NOT_YET_VALID": "the certificate was not yet valid",
    "OUT_OF_BOUNDS_NO_POE": "the certificate has expired and nothing proves that it was used before",
    "EXPIRED": "the certificate had expired when the signature was made",
    "FORMAT_FAILURE": "the signature is malformed",
}


_SEVERITY = {Status.TOTAL_FAILED: 0, Status.INDETERMINATE: 1, Status.TOTAL_PASSED: 2}


def failed(sub_indication: str, reason: str | None = None) -> Verdict:
    """Make a total-failed verdict, with the usual reason of its sub-indication unless one is given."""
    return Verdict(status=Status.TOTAL_FAILED, sub_indication=sub_indication, reason=reason or _usual(sub_indication))


def unclear(sub_indication: str, reason: str | None = None) -> Verdict:
    """Make an indeterminate verdict, with the usual reason of its sub-indication unless one is given."""
    return Verdict(status=Status.INDETERMINATE, sub_indication=sub_indication, reason=reason or _usual(sub_indication))


def weakened(verdict: Verdict, *weaknesses: str) -> Verdict:
    """Add words for what is old to a verdict, without changing its status."""
    return replace(verdict, weaknesses=tuple(sorted({*verdict.weaknesses, *weaknesses})))


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """
    Put the verdicts of several steps together, in their order.

    Returns:
        The first one that failed, else the first that is not a pass, else a pass with the first remark; with the
        weaknesses of all. A pass when there are none.
    """
    steps = (PASSED, *verdicts)
    worst = min(steps, key=lambda step: _SEVERITY[step.status])
    if worst.status is Status.TOTAL_PASSED:
        worst = next((step for step in steps if step.reason), PASSED)
    return weakened(worst, *(word for step in steps for word in step.weaknesses))


def _usual(sub_indication: str) -> str:
    return _REASONS.get(sub_indication, "the certificate could not be checked")
