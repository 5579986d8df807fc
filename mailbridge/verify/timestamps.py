"""RFC 3161 timestamp tokens: what they prove about when something existed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from mailbridge.verify.algorithms import judge_digest
from mailbridge.verify.chain import judge_chain
from mailbridge.verify.material import Material
from mailbridge.verify.purposes import Purpose
from mailbridge.verify.signature import Status
from mailbridge.verify.value import judge_value
from mailbridge.verify.verdict import Verdict, combined, unclear

# A signature has one token; each costs two signature values.
MOST_TOKENS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class StampedTime:
    """
    What a timestamp of a signature or of the whole file proves (RFC 3161).

    `at` (aware, UTC) is None unless the token fits what it stamps and comes from an authority that we trust; it is the
    latest moment that the token's accuracy leaves. `broken` says that it does not fit; `reason` what else is wrong.
    """

    at: datetime | None = None
    broken: bool = False
    reason: str | None = None


_BROKEN = StampedTime(broken=True)


def read_tokens(
    tokens: Iterable[Any], stamped: Callable[[str], bytes], material: Material, at: datetime
) -> StampedTime:
    """
    Judge several tokens over the same octets, as `read_token`: the earliest good one counts.

    Returns:
        `StampedTime()` when there are none. Without a good one: broken when any is, else the first one's reason.
    """
    found = [read_token(token, stamped, material, at) for token in islice(tokens, MOST_TOKENS)]
    good = [each for each in found if each.at is not None]
    if good:
        return min(good, key=lambda each: each.at or at)
    return next((each for each in found if each.broken), found[0] if found else StampedTime())


def read_token(token: Any, stamped: Callable[[str], bytes], material: Material, at: datetime) -> StampedTime:
    """
    Judge one timestamp token at the moment `at`, like a signature with a chain of its own.

    Args:
        token: asn1crypto `cms.ContentInfo` of type SignedData.
        stamped: Gives the digest that must stand in the token, by the asn1crypto name of the algorithm ("sha256").
        material: To judge the authority with; what lies in the token is put beside it.

    Returns:
        Broken when it is malformed, stamps something else, is not signed as RFC 3161 says or speaks of a time after
        `at`. A token whose authority we do not trust, or whose strength is past, proves nothing; that is a `reason`.

    Raises:
        MemoryError: and nothing else.
    """
    try:
        return _judge(token, stamped, material, at)
    except MemoryError:
        raise
    # A stranger's token: asn1crypto reads late, so malformed parts show up anywhere.
    except Exception:  # noqa: BLE001
        return _BROKEN


def _judge(token: Any, stamped: Callable[[str], bytes], material: Material, at: datetime) -> StampedTime:
    from asn1crypto import tsp
    from pyhanko.sign.validation.generic_cms import extract_certs_for_validation

    signed_data = token["content"]
    content = signed_data["encap_content_info"]
    if token["content_type"].native != "signed_data" or content["content_type"].native != "tst_info":
        return _BROKEN
    (signer,) = signed_data["signer_infos"]
    octets = bytes(content["content"])
    info = tsp.TSTInfo.load(octets, strict=True)
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    if any(each["critical"].native for each in info["extensions"] or ()):
        return _unproven(unclear("GENERIC"))
    weak = judge_digest(algorithm, at)
    if weak.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE":
        # Whether it would fit says nothing, and perhaps we cannot calculate it.
        return _unproven(weak)
    if imprint["hashed_message"].native != stamped(algorithm):
        return _BROKEN
    # Without the signed attribute that names the certificate another one could be put in (RFC 3161 §2.4.1).
    if not _names_signer(signer):
        return _BROKEN
    extracted = extract_certs_for_validation(signed_data)
    certificate = extracted.signer_cert
    begin, end = _moments(info)
    if begin > at:
        return _BROKEN
    value = combined(
        (
            judge_value(signer, certificate, "tst_info", _digest(signer, octets), end),
            judge_digest(algorithm, end),
        )
    )
    if value.status is Status.TOTAL_FAILED:
        return _BROKEN
    if value.status is not Status.TOTAL_PASSED:
        return _unproven(value)
    beside = material.beside(certificates=extracted.other_certs)
    chain, _ = judge_chain(certificate, beside, at, end, purpose=Purpose.TIMESTAMPING)
    return StampedTime(at=min(end, at)) if chain.status is Status.TOTAL_PASSED else _unproven(chain)


def _unproven(verdict: Verdict) -> StampedTime:
    return StampedTime(reason=f"its timestamp could not be verified ({verdict.sub_indication})")


def _names_signer(signer: Any) -> bool:
    named = {"signing_certificate", "signing_certificate_v2"}
    return any(attribute["type"].native in named for attribute in signer["signed_attrs"])


def _digest(signer: Any, octets: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from pyhanko_certvalidator.util import get_pyca_cryptography_hash

    digest = hashes.Hash(get_pyca_cryptography_hash(signer["digest_algorithm"]["algorithm"].native))
    digest.update(octets)
    return digest.finalize()


def _moments(info: Any) -> tuple[datetime, datetime]:
    """Return the earliest and the latest moment that the token may speak of (RFC 3161 §2.4.2, accuracy)."""
    named: datetime = info["gen_time"].native.astimezone(UTC)
    accuracy = info["accuracy"].native or {}
    width = timedelta(
        seconds=accuracy.get("seconds") or 0,
        milliseconds=accuracy.get("millis") or 0,
        microseconds=accuracy.get("micros") or 0,
    )
    return named - width, named + width
