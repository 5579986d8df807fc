"""
A recipe for whole authorities: certificates of any shape, lists and OCSP answers, also such as nobody should make.

Keys are elliptic (P-256) unless asked for otherwise: those cost no time. Everything is valid around the moment given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Answer = Literal["good", "revoked", "unknown"]

SIGNING = ("digital_signature", "content_commitment")
ISSUING = ("key_cert_sign", "crl_sign")
EMAIL, SERVER, TIME, OCSP = (
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.TIME_STAMPING,
    ExtendedKeyUsageOID.OCSP_SIGNING,
)
LIST, RESPONDER = "http://crl.mailbridge.invalid/ca.crl", "http://ocsp.mailbridge.invalid"

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "E": NameOID.EMAIL_ADDRESS,
}
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def make_name(**parts: str) -> x509.Name:
    """Make a name, as C="VN", O="…", CN="…", in this order; several OU with "|" between them."""
    attributes = [(_OIDS[short], text) for short, texts in parts.items() for text in texts.split("|")]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in attributes])


@cache
def rsa_key(number: int = 0, size: int = 2048) -> rsa.RSAPrivateKey:
    """Make an RSA key once a test run (some 100 ms); another one for another number."""
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a P-256 key; costs nothing."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A certificate with its key (RSA or elliptic) and the certificates between it and the root."""

    certificate: x509.Certificate
    key: Any
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def serial(self) -> int:
        return self.certificate.serial_number


@dataclass(frozen=True, kw_only=True)
class Shape:
    """
    What a certificate says besides its name; the default is a signer's that names no list.

    `usage` and `extended` None leave the extension out; `begin` and `end` are days from the moment of the authority.
    `old` is a digest for the issuer's signature, for an issuer with an RSA key.
    """

    begin: int = -365
    end: int = 10 * 365 - 365
    authority: bool = False
    path_length: int | None = None
    basic: bool = True
    usage: Sequence[str] | None = SIGNING
    extended: Sequence[ObjectIdentifier] | None = None
    extended_critical: bool = False
    lists: Sequence[str] = ()
    responder: str | None = None
    no_check: bool = False
    permitted: Sequence[x509.GeneralName] = ()
    excluded: Sequence[x509.GeneralName] = ()
    mail: str | None = None
    strange: bool = False
    old: Literal["sha1", "md5"] | None = None
    pss: bool = False


AUTHORITY = Shape(authority=True, usage=ISSUING)
STAMPING = Shape(extended=(TIME,), extended_critical=True)
ANSWERING = Shape(extended=(OCSP,), no_check=True)


def issue(
    subject: x509.Name, shape: Shape, at: datetime, *, by: Identity | None = None, key: Key | None = None
) -> Identity:
    """Issue a certificate for a moment; without `by` it signs itself, without `key` a new P-256 one is made."""
    key = key or new_key()
    issuer, signing = (by.certificate.subject, by.key) if by else (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at + timedelta(days=shape.begin))
        .not_valid_after(at + timedelta(days=shape.end))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    for extension, critical in _extensions(shape):
        builder = builder.add_extension(extension, critical)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH) if shape.pss else None
    certificate = builder.sign(signing, hashes.SHA256(), rsa_padding=pss)
    if shape.old:
        certificate = _sign_anew(certificate, signing, shape.old)
    return Identity(certificate=certificate, key=key, chain=(by.certificate, *by.chain) if by else ())


def _sign_anew(certificate: x509.Certificate, key: Any, old: str) -> x509.Certificate:
    """Sign with a digest that `cryptography` will not use any more."""
    made = asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    made["tbs_certificate"]["signature"] = made["signature_algorithm"] = {"algorithm": f"{old}_rsa"}
    digest = {"sha1": hashes.SHA1(), "md5": hashes.MD5()}[old]
    made["signature_value"] = key.sign(made["tbs_certificate"].dump(), padding.PKCS1v15(), digest)
    return x509.load_der_x509_certificate(made.dump())


def _extensions(shape: Shape) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if shape.basic:
        found.append((x509.BasicConstraints(ca=shape.authority, path_length=shape.path_length), True))
    if shape.usage is not None:
        found.append((x509.KeyUsage(**{usage: usage in shape.usage for usage in _USAGES}), True))
    if shape.extended is not None:
        found.append((x509.ExtendedKeyUsage(shape.extended), shape.extended_critical))
    if shape.lists:
        names = [x509.UniformResourceIdentifier(address) for address in shape.lists]
        points = [x509.DistributionPoint([name], None, None, None) for name in names]
        found.append((x509.CRLDistributionPoints(points), False))
    if shape.responder:
        place = x509.UniformResourceIdentifier(shape.responder)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        found.append((x509.AuthorityInformationAccess([access]), False))
    if shape.no_check:
        found.append((x509.OCSPNoCheck(), False))
    if shape.permitted or shape.excluded:
        found.append((x509.NameConstraints(list(shape.permitted) or None, list(shape.excluded) or None), True))
    if shape.mail:
        found.append((x509.SubjectAlternativeName([x509.RFC822Name(shape.mail)]), False))
    if shape.strange:
        found.append((x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True))
    return found


def make_list(
    by: Identity,
    revoked: Mapping[int, datetime | tuple[datetime, x509.ReasonFlags]],
    *,
    begin: datetime,
    end: datetime,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
    issuer: x509.Name | None = None,
) -> bytes:
    """
    Make a CRL, in DER.

    Args:
        revoked: By serial number, when and perhaps why.
        extra: Extensions and whether they are critical, e.g. `x509.DeltaCRLIndicator`.
        issuer: Another name than that of the key's owner.
    """
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer or by.certificate.subject)
        .last_update(begin)
        .next_update(end)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for serial, told in revoked.items():
        since, reason = told if isinstance(told, tuple) else (told, None)
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(by.key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def make_answer(
    about: Identity,
    issuer: Identity,
    *,
    by: Identity | None = None,
    answer: Answer = "good",
    begin: datetime,
    end: datetime | None,
    since: datetime | None = None,
    embedded: bool = True,
    by_name: bool = False,
) -> bytes:
    """
    Make the answer of a responder, in DER.

    Args:
        by: Who signs it; the issuer itself by default.
        since: Of the revocation.
        embedded: Put the responder's certificate into the answer.
        by_name: Name the responder by its name instead of its key.
    """
    states = {
        "good": ocsp.OCSPCertStatus.GOOD,
        "revoked": ocsp.OCSPCertStatus.REVOKED,
        "unknown": ocsp.OCSPCertStatus.UNKNOWN,
    }
    by = by or issuer
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=issuer.certificate,
            algorithm=hashes.SHA1(),
            cert_status=states[answer],
            this_update=begin,
            next_update=end,
            revocation_time=since,
            revocation_reason=x509.ReasonFlags.key_compromise if since else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH, by.certificate)
    )
    if embedded:
        builder = builder.certificates([by.certificate])
    made = builder.sign(by.key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)
