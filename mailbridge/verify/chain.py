"""
The chain of a certificate, built from given material and judged in the words of ETSI EN 319 102-1 §5.2.6.

`links` finds the chains; pyHanko validates each by RFC 5280 §6.1 (period, names, path length, policies, critical
extensions), without revocation, which `revocation` answers; `purposes` says what the end certificate may be used for,
`algorithms` what it may rest on. The first chain that passes is taken.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from mailbridge.verify.algorithms import judge_algorithm, judge_key
from mailbridge.verify.material import Material
from mailbridge.verify.purposes import Purpose, judge_purpose
from mailbridge.verify.revocation import Asked, Revocation, find_revocation
from mailbridge.verify.signature import Status
from mailbridge.verify.verdict import PASSED, Verdict, combined, failed, unclear, weakened

__all__ = ["Purpose", "judge_chain", "run"]

_RULES = "the certificate breaks a rule of an authority above it"
_CA_EXPIRED = "a certificate of the issuing authority has expired"
_CA_UNBORN = "a certificate of the issuing authority was not yet valid"
_UNREADABLE = "the certificate could not be read"

# Which of several chains' findings is told: what is known of the certificate itself before what could not be asked.
_TOLD = (
    "REVOKED", "REVOKED_NO_POE", "TRY_LATER", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "CRYPTO_CONSTRAINTS_FAILURE",
    "REVOKED_CA_NO_POE", "EXPIRED", "OUT_OF_BOUNDS_NO_POE", "NOT_YET_VALID", "CHAIN_CONSTRAINTS_FAILURE",
)  # fmt: skip


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """
    Run a coroutine of pyHanko without an event loop.

    With nothing to fetch it never waits. A loop would open sockets, which the sandbox forbids and the core must not.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError("pyHanko waits for something although nothing may be fetched")


def judge_chain(
    certificate: Any,
    material: Material,
    moment: datetime,
    claimed: datetime | None,
    *,
    purpose: Purpose = Purpose.SIGNING,
) -> tuple[Verdict, tuple[Any, ...]]:
    """
    Build the chain of an end certificate and judge it at `moment`.

    Args:
        certificate: asn1crypto `x509.Certificate`.
        moment: When the signature existed at the latest: its timestamp, or the receipt of the file (aware).
        claimed: When the signer says that it was made; without a time zone it is no time.

    Returns:
        The verdict, and the certificates (asn1crypto) from the signer's to the anchor, () when no chain was found. The
        verdict is never total-failed but for REVOKED: a chain that cannot be followed proves nothing either way.

    Raises:
        MemoryError: and nothing else.
    """
    try:
        chains = material.links.chains(certificate)
        judged = []
        for chain in chains:
            judged.append((_judge(chain, material, moment, claimed, purpose), chain))
            if judged[-1][0].status is Status.TOTAL_PASSED:
                return judged[-1]
    except MemoryError:
        raise
    # A stranger's certificate: asn1crypto reads late, so malformed parts show up anywhere.
    except Exception:  # noqa: BLE001
        return unclear("GENERIC", _UNREADABLE), ()
    if not judged:
        return unclear("NO_CERTIFICATE_CHAIN_FOUND"), ()
    return min(judged, key=lambda each: _TOLD.index(each[0].sub_indication or ""))


def _judge(
    chain: tuple[Any, ...], material: Material, moment: datetime, claimed: datetime | None, purpose: Purpose
) -> Verdict:
    """Judge one chain; its signatures fit already."""
    aware = claimed if claimed is not None and claimed.utcoffset() is not None else None
    asked = [find_revocation(each, issuer, material, moment) for each, issuer in pairwise(chain)]
    strength = combined(_strengths(chain, moment))
    steps = (
        _revoked(asked, aware),
        _follow(chain, moment, aware),
        judge_purpose(chain, purpose),
        strength,
        unclear("TRY_LATER") if any(each.asked is Asked.UNKNOWN for each in asked) else PASSED,
    )
    first = next((step for step in steps if step.status is not Status.TOTAL_PASSED), PASSED)
    return weakened(first, *strength.weaknesses)


def _revoked(asked: list[Revocation], claimed: datetime | None) -> Verdict:
    if not asked:
        return PASSED
    since = asked[0].since
    if since is not None:
        day = f"{since:%Y-%m-%d}"
        # By the signer's own word it was made too late; a lie about that would not make it better.
        if claimed and claimed >= since:
            return failed("REVOKED", f"the certificate was revoked on {day}, before the signature was made")
        reason = f"the certificate was revoked on {day}; nothing proves that it was used before"
        return unclear("REVOKED_NO_POE", reason)
    return unclear("REVOKED_CA_NO_POE") if any(each.since for each in asked[1:]) else PASSED


def _follow(chain: tuple[Any, ...], moment: datetime, claimed: datetime | None) -> Verdict:
    """Validate a chain by RFC 5280 §6.1, the anchor's own period included."""
    from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathValidationError

    try:
        _validate(chain, moment)
    except NotYetValidError as error:
        return unclear("NOT_YET_VALID", None if error.is_ee_cert or len(chain) == 1 else _CA_UNBORN)
    except ExpiredError as error:
        if not (error.is_ee_cert or len(chain) == 1):
            return unclear("OUT_OF_BOUNDS_NO_POE", _CA_EXPIRED)
        return unclear("EXPIRED" if claimed and claimed > error.expired_dt else "OUT_OF_BOUNDS_NO_POE")
    except PathValidationError:
        return unclear("CHAIN_CONSTRAINTS_FAILURE", _RULES)
    return PASSED


def _validate(chain: tuple[Any, ...], moment: datetime) -> None:
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.authority import CertTrustAnchor
    from pyhanko_certvalidator.path import ValidationPath
    from pyhanko_certvalidator.policy_decl import NO_REVOCATION, AcceptAllAlgorithms, CertRevTrustPolicy
    from pyhanko_certvalidator.validate import async_validate_path

    *links, anchor = chain
    context = ValidationContext(
        trust_roots=[],
        moment=moment,
        allow_fetching=False,
        revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
        algorithm_usage_policy=AcceptAllAlgorithms(),
    )
    trusted = CertTrustAnchor(anchor, quals=_qualifiers(anchor))
    path = ValidationPath(trusted, list(reversed(links[1:])), links[0] if links else None)
    run(async_validate_path(context, path))


def _qualifiers(anchor: Any) -> Any:
    """
    Return what an anchor's certificate says of itself: period, path length and names (RFC 5937).

    Its policies are not asked for: many a root names some that nobody below repeats.
    """
    from dataclasses import replace

    from pyhanko_certvalidator.authority import TrustedServiceType, TrustQualifiers, derive_quals_from_cert
    from pyhanko_certvalidator.policy_decl import PKIXValidationParams

    derived: TrustQualifiers = derive_quals_from_cert(anchor)
    limits = derived.standard_parameters
    names = PKIXValidationParams(
        initial_permitted_subtrees=limits.initial_permitted_subtrees if limits else None,
        initial_excluded_subtrees=limits.initial_excluded_subtrees if limits else None,
    )
    return replace(
        derived,
        standard_parameters=names,
        # pyHanko counts both down and expects both or none.
        max_aa_path_length=derived.max_path_length,
        trusted_service_type=TrustedServiceType.UNSPECIFIED,
    )


def _strengths(chain: tuple[Any, ...], moment: datetime) -> Iterator[Verdict]:
    """
    Judge the keys of a chain and the signatures on its certificates; on the anchor's own nothing rests.

    A certificate with SHA-1 counts by the day it was issued: an authority that used it no longer since 2020 cannot be
    made to sign a colliding one today.
    """
    for certificate in chain:
        yield judge_key(certificate.public_key)
    for certificate in chain[:-1]:
        yield judge_algorithm(certificate["signature_algorithm"], min(certificate.not_valid_before, moment))
