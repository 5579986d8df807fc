"""
One signer of a CMS file, judged (RFC 5652 §5.3–5.6; CAdES: ETSI EN 319 122-1).

What the signed attributes must say is looked at here, strictly: a signature over something else must not pass as one
over this. pyHanko and `chain` do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailbridge.verify.beside import DIGESTS, digest, is_like_attributes
from mailbridge.verify.chain import Purpose, judge_chain
from mailbridge.verify.cms_wrapper import Wrapped
from mailbridge.verify.material import Material
from mailbridge.verify.signature import Status
from mailbridge.verify.timestamps import StampedTime, read_tokens
from mailbridge.verify.value import judge_value
from mailbridge.verify.verdict import PASSED, Verdict, combined, failed, unclear

_SINGLE = ("content_type", "message_digest")
_SIGNING_CERTIFICATES = ("signing_certificate", "signing_certificate_v2")
_WITHOUT_DIGEST = ("ed25519", "ed448")

UNCHECKED = unclear("GENERIC", "signatures by this algorithm cannot be checked")
"""Of what is signed no digest can be had, or nobody can calculate with the key."""
OF_ATTRIBUTES = failed("FORMAT_FAILURE", "the content is what another signature has signed about its content")
"""The signed attributes of another signature, passed off as what was signed by one without any."""

Digest = Callable[[str], bytes | None]
"""Gives the digest of the signed content by an algorithm ("sha256"); None when it cannot be had."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """
    What was found of one signer.

    `certificate` and `chain` (from the signer's to the anchor) are asn1crypto objects. `claimed` is when the signer
    says that he signed, `proven` when a timestamp that we trust saw the signature. `is_cades`: it names its certificate
    among what is signed (ETSI EN 319 122-1 §5.2.2).
    """

    verdict: Verdict
    certificate: Any = None
    chain: tuple[Any, ...] = ()
    claimed: datetime | None = None
    proven: datetime | None = None
    is_cades: bool = False


def judge_signer(
    signer: Any, wrapped: Wrapped, digests: Digest, material: Material, at: datetime, purpose: Purpose
) -> Judged:
    """
    Judge one signer at the moment `at`.

    Args:
        signer: asn1crypto `cms.SignerInfo`.
        wrapped: What it stands in; its certificates are looked through for the signer's.

    Raises nothing but `MemoryError`: one that is malformed is a finding.
    """
    try:
        return _judged(signer, wrapped, digests, material, at, purpose)
    except MemoryError:
        raise
    # A stranger's file: asn1crypto reads late, so broken CMS shows up anywhere, as a dozen kinds of exceptions.
    except Exception as error:  # noqa: BLE001
        return Judged(verdict=_malformed(error))


def held_digest(signer: Any) -> bytes | None:
    """Return the digest of the content that a signer signed; None where there is none or more, or it is malformed."""
    try:
        values = [each.native for each in _values_by_kind(signer["signed_attrs"]).get("message_digest", ())]
    except MemoryError:
        raise
    # A stranger's file, see `judge_signer`, which says what is wrong.
    except Exception:  # noqa: BLE001
        return None
    return values[0] if len(values) == 1 and isinstance(values[0], bytes) else None


def _judged(
    signer: Any, wrapped: Wrapped, digests: Digest, material: Material, at: datetime, purpose: Purpose
) -> Judged:
    attributes = _values_by_kind(signer["signed_attrs"])
    claimed, is_cades = _claimed(attributes), any(kind in attributes for kind in _SIGNING_CERTIFICATES)
    told = Judged(verdict=PASSED, claimed=claimed, is_cades=is_cades)
    problem = _problem(signer, attributes, wrapped)
    if problem is not None:
        return replace(told, verdict=problem, certificate=next(_candidates(signer, wrapped.certificates), None))
    certificate, verdict = _signed_by(signer, attributes, wrapped, digests, at)
    if certificate is None or verdict.status is Status.TOTAL_FAILED or verdict is UNCHECKED:
        return replace(told, verdict=verdict, certificate=certificate)
    stamp = _stamped(signer, material, at)
    proven = stamp.at
    if proven is not None:
        # What was too weak at its receipt may have been good when it was stamped.
        certificate, verdict = _signed_by(signer, attributes, wrapped, digests, proven)
    chain_verdict, chain = judge_chain(certificate, material, proven or at, claimed, purpose=purpose)
    whole = combined([verdict, chain_verdict, _of_stamp(stamp)])
    return replace(told, verdict=whole, certificate=certificate, chain=chain, proven=proven)


def _values_by_kind(attributes: Any) -> dict[str, list[Any]]:
    """
    Collect the values of all attributes of a kind, wherever they stand.

    From a copy: the library writes anew what it has read in some places, and what is signed are the octets as they are.
    """
    found: dict[str, list[Any]] = {}
    if not attributes:
        return found
    for attribute in type(attributes).load(attributes.untag().dump()):
        found.setdefault(str(attribute["type"].native), []).extend(attribute["values"])
    return found


def _problem(signer: Any, attributes: dict[str, list[Any]], wrapped: Wrapped) -> Verdict | None:
    """Say what is wrong with the form, None when nothing is."""
    if not attributes:
        if wrapped.content_type != "data":
            return failed("FORMAT_FAILURE", "the type of the content is not signed")
        if wrapped.content is not None and is_like_attributes(wrapped.content):
            return OF_ATTRIBUTES
        # These sign the content, not a digest of it (RFC 8419 §3), and that is not at hand here.
        return UNCHECKED if signer["signature_algorithm"]["algorithm"].native in _WITHOUT_DIGEST else None
    if any(len(attributes.get(kind, ())) != 1 for kind in _SINGLE):
        return failed("FORMAT_FAILURE", "the signature does not say once what its content is")
    if attributes["content_type"][0].native != wrapped.content_type:
        return failed("FORMAT_FAILURE", "the content is of another type than the signature says")
    if any(len(attributes.get(kind, ())) > 1 for kind in _SIGNING_CERTIFICATES):
        return unclear("NO_SIGNING_CERTIFICATE_FOUND", "the signature names several certificates as its own")
    if wrapped.content_type != "data":
        # A timestamp token or a signed program is none that a person has put under a document.
        return unclear("SIG_CONSTRAINTS_FAILURE", "what is signed is no document")
    if _names_two_digests(signer):
        return unclear("CRYPTO_CONSTRAINTS_FAILURE", "the signature names two different digest algorithms")
    return None


def _names_two_digests(signer: Any) -> bool:
    """Say whether the value was made with another digest algorithm than the content's (RFC 8933 §3)."""
    algorithm = signer["signature_algorithm"]
    try:
        kind, own = algorithm.signature_algo, algorithm.hash_algo
    except ValueError:
        return False
    return kind in ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa") and own != signer["digest_algorithm"]["algorithm"].native


def _claimed(attributes: dict[str, list[Any]]) -> datetime | None:
    """Return the signing time that the signer wrote; a time without its zone, or twice, is no time."""
    values = attributes.get("signing_time", ())
    if len(values) != 1:
        return None
    try:
        time = values[0].native
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return time if isinstance(time, datetime) and time.utcoffset() is not None else None


def _signed_by(
    signer: Any, attributes: dict[str, list[Any]], wrapped: Wrapped, digests: Digest, moment: datetime
) -> tuple[Any, Verdict]:
    """Find the certificate whose key made the signature; return it with what is said of the value."""
    named = [values[0] for kind in _SIGNING_CERTIFICATES if (values := attributes.get(kind))]
    algorithm = str(signer["digest_algorithm"]["algorithm"].native)
    octets = digests(algorithm)
    found: list[tuple[Any, Verdict]] = []
    strangers = 0
    for certificate in _candidates(signer, wrapped.certificates):
        if not all(_fits(certificate, each) for each in named):
            strangers += 1
            continue
        verdict = _value(signer, certificate, wrapped.content_type, octets, moment)
        if verdict.status is Status.TOTAL_PASSED:
            return certificate, verdict
        found.append((certificate, verdict))
    if found:
        return next((each for each in found if each[1].status is Status.INDETERMINATE), found[0])
    reason = "the certificate is not the one that the signature names" if strangers else None
    return None, unclear("NO_SIGNING_CERTIFICATE_FOUND", reason)


def _value(signer: Any, certificate: Any, content_type: str, octets: bytes | None, moment: datetime) -> Verdict:
    """Judge the value by one key; a key that is a stranger's in all but name must not spoil the next one."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from pyhanko_certvalidator.errors import AlgorithmNotSupported

    try:
        verdict = judge_value(signer, certificate, content_type, octets or b"", moment)
    except MemoryError:
        raise
    except (AlgorithmNotSupported, UnsupportedAlgorithm, NotImplementedError):
        return UNCHECKED
    # A stranger's key: whatever it cannot be used for, pyHanko says in a dozen kinds of exceptions.
    except Exception as error:  # noqa: BLE001
        return UNCHECKED if octets is None else _malformed(error)
    # An empty digest among the attributes would fit one that could not be taken.
    is_refused = verdict.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE"
    return UNCHECKED if octets is None and not is_refused else verdict


def _malformed(error: Exception) -> Verdict:
    return failed("FORMAT_FAILURE", f"the signature is malformed ({type(error).__name__})")


def _candidates(signer: Any, certificates: Iterable[Any]) -> Iterator[Any]:
    """Give the certificates that the signer may mean; two can have the same name and number, by a stranger's will."""
    seen: set[bytes] = set()
    for certificate in certificates:
        if _is_meant(signer["sid"], certificate) and certificate.sha256 not in seen:
            seen.add(certificate.sha256)
            yield certificate


def _is_meant(named: Any, certificate: Any) -> bool:
    from pyhanko.sign.general import match_issuer_serial

    try:
        if named.name == "subject_key_identifier":
            return bool(certificate.key_identifier == named.chosen.native)
        number = named.chosen["serial_number"].native
        return bool(certificate.serial_number == number and match_issuer_serial(named.chosen, certificate))
    except MemoryError:
        raise
    # A stranger's certificate that cannot be read is not the signer's.
    except Exception:  # noqa: BLE001
        return False


def _fits(certificate: Any, named: Any) -> bool:
    """Say whether this is the first certificate of an ESS signing-certificate attribute (RFC 5035 §3)."""
    from pyhanko.sign.general import check_ess_certid

    return bool(check_ess_certid(certificate, named["certs"][0]))


def _stamped(signer: Any, material: Material, at: datetime) -> StampedTime:
    """Judge the timestamps of the signature value (ETSI EN 319 122-1 §5.3)."""
    value = signer["signature"].native
    tokens = _values_by_kind(signer["unsigned_attrs"]).get("signature_time_stamp_token", [])
    return read_tokens(
        tokens, lambda algorithm: digest(value, algorithm) if algorithm in DIGESTS else b"", material, at
    )


def _of_stamp(stamp: StampedTime) -> Verdict:
    """
    Lower a pass whose timestamp does not fit; only mention one that cannot be verified.

    A token of an unknown authority proves no time, but takes nothing from a signature that is good at its receipt
    (ETSI EN 319 102-1 §5.5.4: such a token is ignored). One that does not fit was moved here from elsewhere.
    """
    if stamp.broken:
        return unclear("SIG_CONSTRAINTS_FAILURE", "the timestamp does not fit the signature")
    return PASSED if stamp.at is not None else replace(PASSED, reason=stamp.reason)
