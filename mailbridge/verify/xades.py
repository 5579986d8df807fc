"""
XAdES: what a signer says with his signature, and the proofs that others put beside it (ETSI EN 319 132-1).

Only properties that the signature itself covers are believed. Proofs beside it (timestamps, certificates, lists) are
signed by those who made them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailbridge.verify.material import Material
from mailbridge.verify.timestamps import StampedTime, read_token
from mailbridge.verify.verdict import Verdict, unclear
from mailbridge.verify.xml_algorithms import digest_name
from mailbridge.verify.xml_canonical import DEFAULT, METHODS, canonical_part
from mailbridge.verify.xml_core import Core
from mailbridge.verify.xml_key import load_certificate
from mailbridge.verify.xml_reading import DSIG, Finding, local_name, namespace, needed, octets_of, text_of, unsupported

if TYPE_CHECKING:
    from lxml.etree import _Element

XADES = "http://uri.etsi.org/01903/v1.3.2#"
XADES_141 = "http://uri.etsi.org/01903/v1.4.1#"
VERSIONS = (XADES, "http://uri.etsi.org/01903/v1.1.1#", "http://uri.etsi.org/01903/v1.2.2#")
_SIGNED = "SignedProperties"
_SIGNED_TYPE = "http://uri.etsi.org/01903#SignedProperties"
_D = f"{{{DSIG}}}"
_MOST_PROOFS = 50
_MOST_TOKENS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Properties:
    """
    What was found; `doubt` when the properties do not belong to this signature.

    `tokens` are timestamps (asn1crypto `cms.ContentInfo`) with the octets that each must stamp.
    """

    claimed: datetime | None = None
    doubt: Verdict | None = None
    broken_token: bool = False
    tokens: tuple[tuple[Any, bytes], ...] = ()
    certificates: tuple[Any, ...] = ()
    crls: tuple[Any, ...] = field(default=())
    ocsps: tuple[Any, ...] = field(default=())


def read_properties(core: Core) -> Properties | None:
    """
    Read the qualifying properties of a signature that was checked.

    Returns:
        None for a plain XML signature.
    """
    found = [
        each
        for holder in core.element.iterchildren(_D + "Object")
        for each in holder
        if local_name(each) == "QualifyingProperties" and namespace(each) in VERSIONS
    ]
    if not found:
        return _without_properties(core)
    if len(found) > 1:
        return Properties(doubt=_doubt("the signature has more than one set of signed properties"))
    qualifying = found[0]
    name = f"{{{namespace(qualifying)}}}"
    unsigned = _below(qualifying, name, "UnsignedProperties", "UnsignedSignatureProperties")
    tokens, broken = _tokens(core, unsigned) if unsigned is not None else ((), False)
    proofs = _proofs(unsigned) if unsigned is not None else ((), (), ())
    signed = _below(qualifying, name, _SIGNED)
    doubt = _mismatch(core, qualifying, signed, name)
    return Properties(
        claimed=_claimed(signed, name) if signed is not None and doubt is None else None,
        doubt=doubt,
        tokens=tokens,
        broken_token=broken,
        certificates=proofs[0],
        crls=proofs[1],
        ocsps=proofs[2],
    )


def read_stamp(properties: Properties, material: Material, at: datetime) -> StampedTime:
    """
    Judge the timestamps of the signature value at `at`; the earliest that can be trusted counts.

    One that does not fit was moved here from elsewhere, whatever the others say.
    """
    if properties.broken_token:
        return StampedTime(broken=True)
    best = StampedTime()
    for token, octets in properties.tokens:
        stamp = read_token(token, _digester(octets), material, at)
        if stamp.broken:
            return stamp
        if best.at is None or (stamp.at is not None and stamp.at < best.at):
            best = stamp
    return best


def _digester(octets: bytes) -> Any:
    def digest(algorithm: str) -> bytes:
        return hashlib.new(algorithm, octets).digest()

    return digest


def _without_properties(core: Core) -> Properties | None:
    """Refuse a reference of the type of signed properties that leads to something else."""
    if any(each.reference.type == _SIGNED_TYPE for each in core.covered):
        return Properties(doubt=_doubt("the signed properties do not belong to this signature"))
    return None


def _mismatch(core: Core, qualifying: _Element, signed: _Element | None, name: str) -> Verdict | None:
    target = qualifying.get("Target", "")
    own = core.element.get("Id")
    if target and own is not None and target != f"#{own}":
        return _doubt("the signed properties do not belong to this signature")
    typed = [each for each in core.covered if each.reference.type == _SIGNED_TYPE]
    if signed is None:
        # Only proofs beside a signature that has no signed properties at all.
        return _doubt("the signed properties do not belong to this signature") if typed else None
    if len(typed) != 1 or not typed[0].wholly or typed[0].element is not signed:
        # A reference that failed or could not be read has its own verdict already.
        return _doubt("the signed properties are not covered by the signature")
    return _wrong_certificate(core, signed, name)


def _wrong_certificate(core: Core, signed: _Element, name: str) -> Verdict | None:
    """Compare the certificate with the one that the signer named (EN 319 132-1 §5.2.2)."""
    listed = _below(signed, name, "SignedSignatureProperties", "SigningCertificateV2")
    if listed is None:
        listed = _below(signed, name, "SignedSignatureProperties", "SigningCertificate")
    if listed is None or core.certificate is None:
        return None
    try:
        first = next(iter(listed.iterchildren(name + "Cert")), None)
        if first is None:
            return _other_certificate()
        digest = needed(first, name + "CertDigest")
        method, value = needed(digest, _D + "DigestMethod"), octets_of(needed(digest, _D + "DigestValue"))
        fits = hmac.compare_digest(hashlib.new(digest_name(method), core.certificate.dump()).digest(), value)
    except Finding as finding:
        return finding.verdict
    return None if fits else _other_certificate()


def _other_certificate() -> Verdict:
    return unclear("NO_SIGNING_CERTIFICATE_FOUND", "the certificate is another than the one that the signer named")


def _doubt(reason: str) -> Verdict:
    return unclear("SIG_CONSTRAINTS_FAILURE", reason)


def _claimed(signed: _Element, name: str) -> datetime | None:
    element = _below(signed, name, "SignedSignatureProperties", "SigningTime")
    return read_time(element) if element is not None else None


def read_time(element: _Element) -> datetime | None:
    """Read an xsd:dateTime; a time without its zone is no time, nor is one that cannot be in UTC."""
    try:
        text = text_of(element).strip()
        time = datetime.fromisoformat(text) if len(text) <= 40 else None
        if time is None or time.utcoffset() is None or abs(time.utcoffset() or timedelta()) > timedelta(hours=14):
            return None
        return time.astimezone(UTC)
    except (Finding, ValueError, OverflowError):
        return None


def _below(parent: _Element, name: str, *path: str) -> _Element | None:
    """Follow a path of names; None when a step is missing or there are two ways."""
    current = parent
    for step in path:
        found = list(current.iterchildren(name + step))
        if len(found) != 1:
            return None
        current = found[0]
    return current


def _tokens(core: Core, unsigned: _Element) -> tuple[tuple[tuple[Any, bytes], ...], bool]:
    """Read the timestamps of the signature value (EN 319 132-1 §5.3); True when one cannot be read."""
    from asn1crypto import cms

    found = []
    for stamp in _named(unsigned, "SignatureTimeStamp", _MOST_TOKENS):
        try:
            method = next(stamp.iterchildren(_D + "CanonicalizationMethod"), None)
            how = DEFAULT if method is None else METHODS.get(method.get("Algorithm", ""))
            if how is None:
                raise unsupported("the signature uses a canonicalization that is not judged")
            octets = canonical_part(needed(core.element, _D + "SignatureValue"), how)
            for each in _named(stamp, "EncapsulatedTimeStamp", _MOST_TOKENS):
                token = cms.ContentInfo.load(octets_of(each))
                if token["content_type"].native != "signed_data":
                    return (), True
                found.append((token, octets))
        except (Finding, ValueError, TypeError, KeyError):
            return (), True
    return tuple(found), False


def _proofs(unsigned: _Element) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Read certificates, revocation lists and OCSP answers beside the signature; what is broken is no proof."""
    from asn1crypto import crl, ocsp

    certificates, crls, ocsps = [], [], []
    for octets in _encapsulated(unsigned, "EncapsulatedX509Certificate"):
        try:
            certificates.append(load_certificate(octets))
        except Finding:
            continue
    for octets in _encapsulated(unsigned, "EncapsulatedCRLValue"):
        try:
            crls.append(_whole(crl.CertificateList.load(octets, strict=True)))
        except (ValueError, TypeError, KeyError):
            continue
    for octets in _encapsulated(unsigned, "EncapsulatedOCSPValue"):
        try:
            ocsps.append(_whole(ocsp.OCSPResponse.load(octets, strict=True)))
        except (ValueError, TypeError, KeyError):
            continue
    return tuple(certificates), tuple(crls), tuple(ocsps)


def _whole(value: Any) -> Any:
    """Read a value to its end now, so that nothing in it can break later."""
    _ = value.native
    return value


def _encapsulated(unsigned: _Element, name: str) -> Iterator[bytes]:
    for version in (*VERSIONS, XADES_141):
        for number, element in enumerate(unsigned.iter(f"{{{version}}}{name}")):
            if number >= _MOST_PROOFS:
                return
            try:
                yield octets_of(element)
            except Finding:
                continue


def _named(parent: _Element, name: str, most: int) -> list[_Element]:
    return [each for each in parent if local_name(each) == name and namespace(each) in VERSIONS][:most]
