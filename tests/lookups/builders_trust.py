"""A certificate authority on elliptic curves, quick to make: certificates, lists and OCSP answers, good and bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from mailbridge.lookups.trust import Held, Kind
from mailbridge.verify.signature import SignatureStatus, SignerCertificate, Status

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Party:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def serial(self) -> int:
        return self.certificate.serial_number


def make_party(
    name: str = "RootCA thử nghiệm",
    *,
    by: Party | None = None,
    ca: bool = True,
    days: int = 3650,
    begin: datetime = NOW - 365 * DAY,
    usage: x509.ObjectIdentifier | None = None,
    lists: Sequence[str] = (),
    responders: Sequence[str] = (),
    crl_sign: bool = True,
) -> Party:
    """Issue a certificate; without `by` it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ban thử nghiệm"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    issuer, signing = (by.certificate.subject, by.key) if by else (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca, crl_sign=crl_sign), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if lists:
        points = [x509.DistributionPoint([x509.UniformResourceIdentifier(each)], None, None, None) for each in lists]
        builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
    if responders:
        ways = [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(each))
            for each in responders
        ]
        builder = builder.add_extension(x509.AuthorityInformationAccess(ways), critical=False)
    return Party(certificate=builder.sign(signing, hashes.SHA256()), key=key)


def _usage(*, ca: bool, crl_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca and crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


@cache
def authority() -> Party:
    """Return the CA that most tests need."""
    return make_party()


@cache
def person() -> Party:
    """Return somebody whom it has certified."""
    return make_party("Nguyễn Văn An", by=authority(), ca=False)


def make_list(
    by: Party,
    revoked: Sequence[Party] = (),
    *,
    this_update: datetime = NOW - HOUR,
    days: float | None = 7,
    delta: bool = False,
    claimed: Party | None = None,
) -> bytes:
    """Make a CRL, in DER; `claimed` is whom it names as its issuer, another than the one who signs: a forgery."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name((claimed or by).certificate.subject)
        .last_update(this_update)
        .next_update(this_update + timedelta(days=days or 1))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((claimed or by).key.public_key()), critical=False
        )
    )
    if delta:
        builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
    for each in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(each.serial).revocation_date(NOW - DAY).build()
        )
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def make_answer(
    about: Party,
    issuer: Party,
    *,
    by: Party | None = None,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    this_update: datetime = NOW - HOUR,
    next_update: datetime | None = NOW + DAY,
    embed: bool = True,
) -> bytes:
    """Make an OCSP response in DER; `by` is the responder, the issuer itself without one."""
    responder = by or issuer
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=issuer.certificate,
            algorithm=hashes.SHA1(),
            cert_status=status,
            this_update=this_update,
            next_update=next_update,
            revocation_time=NOW - DAY if revoked else None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    )
    if by and embed:
        builder = builder.certificates([by.certificate])
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def make_responder(by: Party, *, usage: bool = True, days: int = 3650) -> Party:
    """Issue the certificate of a responder; without `usage` it may not answer."""
    return make_party(
        "Máy trả lời", by=by, ca=False, usage=ExtendedKeyUsageOID.OCSP_SIGNING if usage else None, days=days
    )


def held(*parties: Party, kind: Kind = Kind.ANCHOR) -> tuple[Held, ...]:
    """Return certificates as `config/trust/` holds them."""
    return tuple(Held(kind=kind, der=each.der, file=Path("trust/a.pem")) for each in parties)


def judged(
    about: Party, issuer: Party, *sources: str, sub_indication: str | None = "TRY_LATER", chain: bool = True
) -> SignatureStatus:
    """Return the status of a signature whose certificate names these addresses."""
    from asn1crypto import x509 as asn1

    from mailbridge.verify.signer import certificate_facts

    facts = certificate_facts(asn1.Certificate.load(about.der))
    prints = tuple(
        certificate.fingerprint(hashes.SHA256()).hex() for certificate in (about.certificate, issuer.certificate)
    )
    return SignatureStatus(
        part="1.2",
        format="pades",
        status=Status.INDETERMINATE,
        sub_indication=sub_indication,
        certificate=SignerCertificate(
            subject=facts.subject,
            issuer=facts.issuer,
            serial=facts.serial,
            sha256=facts.sha256,
            not_before=facts.not_before,
            not_after=facts.not_after,
            sources=sources,
        ),
        chain=prints if chain else (),
    )
