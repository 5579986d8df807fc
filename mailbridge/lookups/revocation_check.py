"""
Says whether a revocation list or an OCSP answer may be believed: nothing counts for where it came from.

A list counts when the key of a certificate authority that we hold has signed it (RFC 5280 §6.3.3), an answer when the
authority itself or a responder that it has named for that has (RFC 6960 §4.2.2.2), and neither when it is from the
future. Judgements check once more by their own rules; here it is kept out of the store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
    from cryptography.x509 import ocsp

_SKEW = timedelta(minutes=10)
"""How far the clock of an authority may be before ours."""
_ANSWER_WITHOUT_END = timedelta(days=1)
"""How long an answer that names no next update is current (RFC 6960 §4.2.2.1: newer information is always at hand)."""


class Unbelievable(Exception):
    """Something that was fetched or brought does not count; the text says why, in English."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedList:
    """
    A list that counts, in DER.

    `key` names issuer, signing key and scope: two lists of one key replace each other. `next_update` is None when the
    list names none.
    """

    der: bytes
    key: str
    issuer: str
    this_update: datetime
    next_update: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateId:
    """One certificate as OCSP names it (RFC 6960 §4.1.1): its issuer's certificate in DER, and its serial number."""

    issuer: bytes
    serial: int

    @property
    def key(self) -> str:
        """A name that is safe as that of a file, and short."""
        return hashlib.sha256(self.issuer + b"/%x" % self.serial).hexdigest()[:40]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedAnswer:
    """An OCSP answer that counts: the whole response in DER, and what it says; `key` as in `CertificateId`."""

    der: bytes
    key: str
    revoked: bool
    this_update: datetime
    next_update: datetime


def check_list(octets: bytes, authorities: Sequence[bytes], now: datetime) -> CheckedList:
    """
    Check a CRL in DER or PEM.

    Args:
        authorities: Certificates that we hold, in DER.

    Raises:
        Unbelievable: it cannot be read, is incomplete (delta), from the future, or signed by nobody whom we hold.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        load = x509.load_pem_x509_crl if octets.lstrip()[:11] == b"-----BEGIN " else x509.load_der_x509_crl
        found = load(octets)
        key = list_key(found)
        is_delta = _has(found, x509.DeltaCRLIndicator)
        this_update, next_update = found.last_update_utc, found.next_update_utc
    except unreadable() as error:
        raise Unbelievable("no list could be read there") from error
    if is_delta:
        raise Unbelievable("it is a delta list, which says only what has changed")
    if this_update > now + _SKEW:
        raise Unbelievable(f"the list is from the future: {this_update:%Y-%m-%d %H:%M} UTC")
    if not any(_has_signed(authority, found) for authority in _named(authorities, found.issuer)):
        raise Unbelievable(f"no certificate that we hold has signed the list of {_name(found.issuer)}")
    return CheckedList(
        der=found.public_bytes(Encoding.DER),
        key=key,
        issuer=_name(found.issuer),
        this_update=this_update,
        next_update=next_update,
    )


def check_answer(octets: bytes, certificate: CertificateId, now: datetime) -> CheckedAnswer:
    """
    Check an OCSP response in DER that answers for one certificate.

    One that says "revoked" counts also when its time is over: what was revoked stays in doubt.

    Raises:
        Unbelievable: it cannot be read, answers for another certificate or says that it does not know this one, is
            over or from the future, or signed by nobody who may.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    issuer = x509.load_der_x509_certificate(certificate.issuer)
    try:
        found = ocsp.load_der_ocsp_response(octets)
        if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise Unbelievable(f"the responder does not answer: {found.response_status.name.lower()}")
        if not _answers_for(found, issuer, certificate.serial):
            raise Unbelievable("the answer is for another certificate")
        status, this_update, next_update = found.certificate_status, found.this_update_utc, found.next_update_utc
        _check_signer(found, issuer, now)
    except unreadable() as error:
        raise Unbelievable("no OCSP answer could be read there") from error
    if status is ocsp.OCSPCertStatus.UNKNOWN:
        raise Unbelievable("the responder does not know the certificate")
    if this_update > now + _SKEW:
        raise Unbelievable(f"the answer is from the future: {this_update:%Y-%m-%d %H:%M} UTC")
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    until = next_update or this_update + _ANSWER_WITHOUT_END
    if until < now - _SKEW and not revoked:
        raise Unbelievable(f"the answer was current only until {until:%Y-%m-%d %H:%M} UTC")
    return CheckedAnswer(
        der=found.public_bytes(Encoding.DER),
        key=certificate.key,
        revoked=revoked,
        this_update=this_update,
        next_update=until,
    )


def list_key(found: x509.CertificateRevocationList) -> str:
    """Hash issuer, key and scope of a CRL: an authority with a new key, or several lists, has lists side by side."""
    from cryptography import x509

    kinds = (x509.AuthorityKeyIdentifier, x509.IssuingDistributionPoint)
    scope = [each.value.public_bytes() for each in found.extensions if isinstance(each.value, kinds)]
    return hashlib.sha256(b"\0".join((found.issuer.public_bytes(), *scope))).hexdigest()[:40]


def question_for(certificate: CertificateId) -> bytes:
    """
    Return the OCSP request for one certificate, in DER; SHA-1 names it, as every responder understands that.

    Raises:
        Unbelievable: the serial number is none.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    issuer = x509.load_der_x509_certificate(certificate.issuer)
    name_hash, key_hash = _hashes(issuer, hashes.SHA1())  # noqa: S303 # names a certificate, protects nothing
    try:
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            name_hash,
            key_hash,
            certificate.serial,
            hashes.SHA1(),  # noqa: S303 # as above
        )
        return builder.build().public_bytes(Encoding.DER)
    except unreadable() as error:
        raise Unbelievable("the certificate has no number to ask for") from error


def answered_for(octets: bytes, authorities: Sequence[bytes]) -> CertificateId:
    """Say for which certificate an OCSP response in DER answers; raises `Unbelievable` when we hold no issuer of it."""
    from cryptography import x509
    from cryptography.x509 import ocsp

    try:
        found = ocsp.load_der_ocsp_response(octets)
        for der in authorities:
            if _answers_for(found, x509.load_der_x509_certificate(der), found.serial_number):
                return CertificateId(issuer=der, serial=found.serial_number)
    except unreadable() as error:
        raise Unbelievable("no OCSP answer could be read there") from error
    raise Unbelievable("we hold no certificate of the authority that the answer is about")


def _has(found: x509.CertificateRevocationList, kind: type[x509.ExtensionType]) -> bool:
    return any(isinstance(each.value, kind) for each in found.extensions)


def _named(authorities: Sequence[bytes], name: x509.Name) -> list[x509.Certificate]:
    from cryptography import x509

    return [each for each in map(x509.load_der_x509_certificate, authorities) if each.subject == name]


def _has_signed(authority: x509.Certificate, found: x509.CertificateRevocationList) -> bool:
    from cryptography import x509

    try:
        may_sign = authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        may_sign = True
    try:
        return may_sign and found.is_signature_valid(authority.public_key())  # type: ignore[arg-type] # or TypeError
    except TypeError:  # a key that signs nothing
        return False


def _hashes(issuer: x509.Certificate, algorithm: object) -> tuple[bytes, bytes]:
    """Return the hashes of an issuer's name and key as in CertID (RFC 6960 §4.1.1)."""
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    assert isinstance(algorithm, hashes.HashAlgorithm)  # noqa: S101 # for the type checker: imported late
    certificate = asn1.Certificate.load(issuer.public_bytes(Encoding.DER))

    def digest(octets: bytes) -> bytes:
        running = hashes.Hash(algorithm)
        running.update(octets)
        return running.finalize()

    return digest(issuer.subject.public_bytes()), digest(bytes(certificate.public_key["public_key"]))


def _answers_for(found: ocsp.OCSPResponse, issuer: x509.Certificate, serial: int) -> bool:
    hashes = _hashes(issuer, found.hash_algorithm)
    return (found.serial_number, found.issuer_name_hash, found.issuer_key_hash) == (serial, *hashes)


def _check_signer(found: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    """Ask whether the issuer has signed, or a responder with a current certificate of the issuer for just that."""
    if _is_signed_by(issuer.public_key(), found):
        return
    for each in found.certificates:
        if _is_named_responder(each, issuer, now) and _is_signed_by(each.public_key(), found):
            return
    raise Unbelievable("nobody who may answer for this authority has signed the answer")


def _is_named_responder(certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(issuer)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    current = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    return current and x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _is_signed_by(key: CertificateIssuerPublicKeyTypes | object, found: ocsp.OCSPResponse) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    algorithm, signature, signed = found.signature_hash_algorithm, found.signature, found.tbs_response_bytes
    try:
        match key:
            case rsa.RSAPublicKey() if algorithm is not None:
                key.verify(signature, signed, padding.PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey() if algorithm is not None:
                key.verify(signature, signed, ec.ECDSA(algorithm))
            case ed25519.Ed25519PublicKey():
                key.verify(signature, signed)
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _name(name: x509.Name) -> str:
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = str(common[0].value) if common else name.rfc4514_string()
    return " ".join(text.split())[:200]


def unreadable() -> tuple[type[Exception], ...]:
    """Name what cryptography raises for something malformed, some of it late; for `except`."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    return ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion
