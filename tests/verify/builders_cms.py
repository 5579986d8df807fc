"""CMS files made octet by octet, honest ones and those that no signing program writes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tests.keys.pki import AT, Identity, Pki, make_pki

FILE = b"%PDF-1.7 a letter that somebody signed " * 20
SIGNED_AT = AT - timedelta(hours=1)
_HASHES: dict[str, Any] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


def pki() -> Pki:
    return make_pki()


def certificate_of(who: Identity) -> Any:
    return asn1.Certificate.load(who.der)


def mailer(
    address: str,
    *,
    others: Sequence[str] = (),
    subject: str | None = None,
    key: Any = None,
    name: str = "Nguyễn Văn An",
    by: Identity | None = None,
) -> Identity:
    """Issue a certificate with addresses in its alternative name; `subject` is one in the subject, as old ones have."""
    made = pki()
    issuer = by or made.issuing
    attributes = [x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]
    if subject:
        attributes.append(x509.NameAttribute(x509.NameOID.EMAIL_ADDRESS, subject))
    private = key or made.person.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(attributes))
        .issuer_name(issuer.certificate.subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=300))
        .not_valid_after(AT + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    names = [x509.RFC822Name(each) for each in (address, *others) if each]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Identity(certificate=builder.sign(issuer.key, hashes.SHA256()), key=private, chain=(issuer.certificate,))


def attribute(kind: str, *values: Any) -> Any:
    return cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": list(values)})


def usual_attributes(
    content: bytes,
    who: Identity,
    *,
    digest: str = "sha256",
    content_type: str = "data",
    time: datetime | None = SIGNED_AT,
    cades: bool = False,
) -> list[Any]:
    made = [
        attribute("content_type", content_type),
        attribute("message_digest", hashlib.new(digest, content).digest()),
    ]
    if time is not None:
        made.append(attribute("signing_time", cms.Time(name="utc_time", value=time.astimezone(UTC))))
    if cades:
        made.append(naming(who))
    return made


def naming(who: Identity) -> Any:
    """Name a certificate as the one that signs (RFC 5035)."""
    certid = {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(who.der).digest()}
    return attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(certid)]}))


def signer_info(
    content: bytes,
    who: Identity,
    attributes: Sequence[Any] | None = None,
    *,
    digest: str = "sha256",
    scheme: str = "pkcs1",
    by_key_identifier: bool = False,
    stamped_by: Identity | None = None,
    stamped_at: datetime = SIGNED_AT,
) -> Any:
    """Sign: over these attributes, over the usual ones (None), or over the content itself (())."""
    if attributes is None:
        attributes = usual_attributes(content, who, digest=digest)
    signed = cms.CMSAttributes(list(attributes)).dump() if attributes else content
    value = _value(signed, who, digest, scheme)
    certificate = certificate_of(who)
    made: dict[str, Any] = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            name="subject_key_identifier",
            value=certificate.key_identifier,
        )
        if by_key_identifier
        else cms.SignerIdentifier(
            name="issuer_and_serial_number",
            value={"issuer": certificate.issuer, "serial_number": certificate.serial_number},
        ),
        "digest_algorithm": {"algorithm": digest},
        "signature_algorithm": _algorithm(digest, scheme),
        "signature": value,
    }
    if attributes:
        made["signed_attrs"] = list(attributes)
    if stamped_by is not None:
        made["unsigned_attrs"] = [attribute("signature_time_stamp_token", token(value, stamped_by, stamped_at))]
    return cms.SignerInfo(made)


def _value(signed: bytes, who: Identity, digest: str, scheme: str) -> bytes:
    key: Any = who.key
    if scheme == "ed25519":
        assert isinstance(key, ed25519.Ed25519PrivateKey)
        return key.sign(signed)
    algorithm = _HASHES[digest]()
    if scheme == "ecdsa":
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key.sign(signed, ec.ECDSA(algorithm))
    assert isinstance(key, rsa.RSAPrivateKey)
    if scheme == "pss":
        return key.sign(signed, padding.PSS(padding.MGF1(algorithm), 32), algorithm)
    return key.sign(signed, padding.PKCS1v15(), algorithm)


def _algorithm(digest: str, scheme: str) -> Any:
    if scheme == "ed25519":
        return {"algorithm": "ed25519"}
    if scheme == "pss":
        hashed = {"algorithm": digest}
        parameters = {
            "hash_algorithm": hashed,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashed},
            "salt_length": 32,
        }
        return {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    return {"algorithm": f"{digest}_ecdsa" if scheme == "ecdsa" else f"{digest}_rsa"}


def token(value: bytes, by: Identity, at: datetime) -> Any:
    """Stamp octets (RFC 3161)."""
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from tests.keys.pki import _asn1_key

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyhanko_certvalidator has no types
    store.register_multiple([asn1.Certificate.load(each.public_bytes(serialization.Encoding.DER)) for each in by.chain])
    stamper = DummyTimeStamper(certificate_of(by), _asn1_key(by), certs_to_embed=store, fixed_dt=at)
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": hashlib.sha256(value).digest(),
            },
            "cert_req": True,
        }
    )
    return stamper.request_tsa_response(request)["time_stamp_token"]


def wrapped(
    content: bytes | None,
    signers: Sequence[Any],
    certificates: Sequence[Identity] = (),
    *,
    content_type: str = "data",
    version: str = "v3",
) -> bytes:
    """Put signers into signed data, around this content or detached (None)."""
    inner: dict[str, Any] = {"content_type": content_type}
    if content is not None:
        inner["content"] = core.ParsableOctetString(content)
    everybody = {der for who in certificates for der in (who.der, *_links(who))}
    data = cms.SignedData(
        {
            "version": version,
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": cms.EncapsulatedContentInfo(inner),
            "certificates": [
                cms.CertificateChoices(name="certificate", value=asn1.Certificate.load(der))
                for der in sorted(everybody)
            ],
            "signer_infos": list(signers),
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _links(who: Identity) -> list[bytes]:
    return [each.public_bytes(serialization.Encoding.DER) for each in who.chain]


def enveloping(content: bytes = FILE, who: Identity | None = None, **how: Any) -> bytes:
    """Sign a file as signing programs do, the file inside."""
    signer = who or pki().person
    return wrapped(content, [signer_info(content, signer, **how)], [signer])


def detached(content: bytes = FILE, who: Identity | None = None, **how: Any) -> bytes:
    """Sign a file as signing programs do, the file beside."""
    signer = who or pki().person
    return wrapped(None, [signer_info(content, signer, **how)], [signer])


def pem(der: bytes) -> bytes:
    return b"-----BEGIN PKCS7-----\n" + base64.encodebytes(der) + b"-----END PKCS7-----\n"
