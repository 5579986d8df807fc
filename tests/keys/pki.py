"""
The recipe of the test PKI: certificates in the manner of the government CA, a CRL, a timestamp authority, signed PDF.

Nothing is stored: keys are made when a test run needs them, names and dates follow from the moment asked for.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mailbridge.verify.evidence import Trust
from tests.keys.authorities import Identity

__all__ = ["AT", "Identity", "Pki", "make_pki", "one_page_pdf"]

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
"""The moment that the tests judge for."""

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "E": NameOID.EMAIL_ADDRESS,
}
_CRL_ADDRESS = "http://crl.mailbridge.invalid/ca.crl"


@dataclass(frozen=True, kw_only=True)
class Pki:
    """
    All identities of one test PKI, judged at `at`.

    `person`, `organization`, `expired` and `revoked` name a CRL, `undeclared` and `undeclared_revoked` name none;
    `stranger` comes from a root that nobody trusts. The issuing CA's CRL is `crl`, in DER.
    """

    at: datetime
    root: Identity
    issuing: Identity
    person: Identity
    organization: Identity
    expired: Identity
    revoked: Identity
    undeclared: Identity
    undeclared_revoked: Identity
    tsa: Identity
    stranger: Identity
    crl: bytes

    def issue(self, **subject: str) -> Identity:
        """Issue a certificate that names the CRL; `subject` as C="VN", O="…", CN="…", in this order."""
        return _issue(_name(**subject), self.organization.key, by=self.issuing, at=self.at, crl=True)

    def trust(self, *, crls: bool = True) -> Trust:
        """Return what an administrator of this PKI would have put into config/trust/."""
        return Trust(anchors=(self.root.der,), others=(self.issuing.der,), crls=(self.crl,) if crls else ())

    def write_trust(self, directory: Path) -> Path:
        """Write the same as files: root.pem, intermediate/issuing.pem, issuing.crl.pem."""
        (directory / "intermediate").mkdir(parents=True, exist_ok=True)
        (directory / "root.pem").write_bytes(self.root.pem)
        (directory / "intermediate" / "issuing.pem").write_bytes(self.issuing.pem)
        crl = x509.load_der_x509_crl(self.crl)
        (directory / "issuing.crl.pem").write_bytes(crl.public_bytes(serialization.Encoding.PEM))
        return directory

    def sign_pdf(
        self,
        pdf: bytes,
        who: Identity,
        *,
        field: str,
        at: datetime | None = None,
        timestamp: bool = False,
        timestamp_by: Identity | None = None,
        reason: str | None = None,
        certify: bool = False,
    ) -> bytes:
        """
        Add one PAdES signature in an incremental update.

        Args:
            field: Name of the signature field; one name a signature.
            at: The claimed signing time and the time of the timestamp; an hour before the judgement by default.
            timestamp: Add an RFC 3161 token, made by `timestamp_by` or the TSA of this PKI.
            certify: Make it a certification that permits filling in forms (DocMDP, P=2).
        """
        signed_at = at or self.at - timedelta(hours=1)
        tsa = (timestamp_by or self.tsa) if timestamp or timestamp_by else None
        return _sign_pdf(pdf, who, field=field, at=signed_at, tsa=tsa, reason=reason, certify=certify)

    def sign_cms(
        self,
        content: bytes,
        who: Identity,
        *,
        detached: bool,
        at: datetime | None = None,
        timestamp: bool = False,
        timestamp_by: Identity | None = None,
        cades: bool = False,
        digest: str = "sha256",
    ) -> bytes:
        """
        Sign octets as CMS (RFC 5652), in DER, with one signer and the certificates up to the root.

        Args:
            detached: Leave the content out.
            at, timestamp, timestamp_by: As for `sign_pdf`.
            cades: Name the certificate among what is signed (ETSI EN 319 122-1 §5.2.2).
        """
        signed_at = at or self.at - timedelta(hours=1)
        tsa = (timestamp_by or self.tsa) if timestamp or timestamp_by else None
        return _sign_cms(content, who, detached=detached, at=signed_at, tsa=tsa, cades=cades, digest=digest)

    def stamp_document(self, pdf: bytes, *, field: str, at: datetime, by: Identity | None = None) -> bytes:
        """Add a document timestamp over the whole file (ISO 32000-2 §12.8.5)."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.signers import PdfTimeStamper

        out = io.BytesIO()
        PdfTimeStamper(_stamper(by or self.tsa, at), field_name=field).timestamp_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), "sha256", output=out
        )
        return out.getvalue()

    def add_store(self, pdf: bytes) -> bytes:
        """Add a document security store with the intermediate certificate and the CRL (ISO 32000-2 §12.8.4.3)."""
        from asn1crypto import crl
        from pyhanko.sign.validation.dss import DocumentSecurityStore

        out = io.BytesIO(pdf)
        DocumentSecurityStore.add_dss(out, None, certs=[_asn1(self.issuing)], crls=[crl.CertificateList.load(self.crl)])
        return out.getvalue()


@cache
def make_pki(at: datetime = AT, *, crl_days: int = 30) -> Pki:
    """Make a PKI whose certificates and CRL are good at `at` and `crl_days` longer; some 2 s, once a test run."""
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(4)]
    root = _issue(_name(CN="RootCA thử nghiệm MailBridge", O="Ban thử nghiệm", C="VN"), keys[0], at=at, ca=True)
    issuing = _issue(
        _name(CN="CA thử nghiệm phục vụ các cơ quan Nhà nước", O="Ban thử nghiệm", C="VN"),
        keys[1],
        by=root,
        at=at,
        ca=True,
    )
    province = "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"
    an = _name(C="VN", L="Bắc Kạn", O=province, OU="SỞ NỘI VỤ", CN="Nguyễn Văn An", E="an.nv@backan.gov.vn")
    binh = _name(C="VN", L="Bắc Kạn", O=province, OU="SỞ NỘI VỤ", CN="Trần Thị Bình", E="binh.tt@backan.gov.vn")
    office = _name(C="VN", L="Bắc Kạn", O=province, CN="SỞ NỘI VỤ TỈNH BẮC KẠN")
    revoked = _issue(binh, keys[2], by=issuing, at=at, crl=True)
    undeclared_revoked = _issue(binh, keys[2], by=issuing, at=at)
    forger = _name(C="VN", O=province, CN="Nguyễn Văn An")
    return Pki(
        at=at,
        root=root,
        issuing=issuing,
        person=_issue(an, keys[2], by=issuing, at=at, crl=True),
        organization=_issue(office, keys[2], by=issuing, at=at, crl=True),
        expired=_issue(an, keys[2], by=issuing, at=at - timedelta(days=5 * 365), crl=True, days=4 * 365),
        revoked=revoked,
        undeclared=_issue(an, keys[2], by=issuing, at=at),
        undeclared_revoked=undeclared_revoked,
        tsa=_issue(_name(CN="TSA thử nghiệm", O="Ban thử nghiệm", C="VN"), keys[3], by=issuing, at=at, tsa=True),
        stranger=_issue(forger, keys[3], at=at),
        crl=_revoke(issuing, (revoked, undeclared_revoked), at=at, days=crl_days),
    )


def one_page_pdf(lines: Sequence[str] = ("So: 12/SNV-VP",)) -> bytes:
    """Write an unsigned PDF of one A4 page, one line of Helvetica a text; ASCII letters only."""
    shown = b"".join(
        f"BT /F1 13 Tf 72 {760 - 18 * row} Td ({text}) Tj ET\n".encode("ascii") for row, text in enumerate(lines)
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    file = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    xref = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return bytes(file)


def _name(**parts: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(_OIDS[short], text) for short, text in parts.items()])


def _issue(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    *,
    at: datetime,
    by: Identity | None = None,
    days: int = 10 * 365,
    ca: bool = False,
    crl: bool = False,
    tsa: bool = False,
) -> Identity:
    """Issue a certificate that begins a year before `at`; without `by` it signs itself."""
    begin = at - timedelta(days=365)
    issuer, signing_key = (by.certificate.subject, by.key) if by else (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    if tsa:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(_CRL_ADDRESS)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    chain = (by.certificate, *by.chain) if by else ()
    return Identity(certificate=builder.sign(signing_key, hashes.SHA256()), key=key, chain=chain)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _revoke(by: Identity, revoked: Sequence[Identity], *, at: datetime, days: int) -> bytes:
    """Make a CRL of yesterday, good for `days`; everything on it was revoked 90 days ago."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(at - timedelta(days=1))
        .next_update(at + timedelta(days=days))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for identity in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(identity.certificate.serial_number)
            .revocation_date(at - timedelta(days=90))
            .build()
        )
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _sign_pdf(
    pdf: bytes,
    who: Identity,
    *,
    field: str,
    at: datetime,
    tsa: Identity | None,
    reason: str | None,
    certify: bool,
) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    class Signer(signers.PdfSigner):
        """Signs at a moment of ours instead of the clock's."""

        def init_signing_session(self, *args, **kwargs):  # type: ignore[no-untyped-def] # as many as pyHanko has
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = at
            return session

    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        reason=reason,
        certify=certify,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    out = io.BytesIO()
    signer = signers.SimpleSigner(_asn1(who), _asn1_key(who), _store(who))
    Signer(metadata, signer=signer, timestamper=_stamper(tsa, at) if tsa else None).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out
    )
    return out.getvalue()


def _sign_cms(
    content: bytes, who: Identity, *, detached: bool, at: datetime, tsa: Identity | None, cades: bool, digest: str
) -> bytes:
    from pyhanko.sign import signers
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    signer = signers.SimpleSigner(_asn1(who), _asn1_key(who), _store(who))
    signed = asyncio.run(
        signer.async_sign_general_data(
            content,
            digest,
            detached=detached,
            use_cades=cades,
            timestamper=_stamper(tsa, at) if tsa else None,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
        )
    )
    return bytes(signed.dump())


def _stamper(tsa: Identity, at: datetime):  # type: ignore[no-untyped-def] # pyHanko's class is imported late
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

    return DummyTimeStamper(_asn1(tsa), _asn1_key(tsa), certs_to_embed=_store(tsa), fixed_dt=at)


def _asn1(identity: Identity):  # type: ignore[no-untyped-def] # asn1crypto has no types
    from asn1crypto import x509 as asn1

    return asn1.Certificate.load(identity.der)


def _asn1_key(identity: Identity):  # type: ignore[no-untyped-def] # asn1crypto has no types
    from asn1crypto import keys

    return keys.PrivateKeyInfo.load(
        identity.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _store(identity: Identity):  # type: ignore[no-untyped-def] # pyhanko_certvalidator has no types
    from asn1crypto import x509 as asn1
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call] # as above
    store.register_multiple(
        [asn1.Certificate.load(link.public_bytes(serialization.Encoding.DER)) for link in identity.chain]
    )
    return store
