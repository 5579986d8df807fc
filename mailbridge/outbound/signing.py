"""
Signatures on our letters: the seal of the agency (S/MIME, RFC 8551 §3.5.3), and the signature of its domain (DKIM).

Both are made when a letter leaves, the seal first. Raises `Misconfigured` while keys are read, and nothing later.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from mailbridge.errors import Misconfigured

_CRLF = b"\r\n"

_SIGNED_FIELDS = (
    b"from",
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-language",
    b"auto-submitted",
)
"""Fields under the signature (RFC 6376 §5.4); From stands there twice, so that no second one can be added."""

_LEAST_BITS = 1024
"""RFC 8301 §3.2: signers use 1024 bits at least, and should use 2048."""

_KEY_REMEDY = "make one with: openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out dkim.pem"


@dataclass(frozen=True, kw_only=True, slots=True)
class DkimKey:
    """
    The key by which a domain signs, and the name under which the DNS has its public half.

    `algorithm` is "rsa-sha256" or "ed25519-sha256"; `public` the value of p= in the DNS (RFC 6376 §3.6.1).
    """

    selector: str
    algorithm: str
    public: str
    secret: bytes = field(repr=False)

    def record_name(self, domain: str) -> str:
        """Return where the DNS has the public key."""
        return f"{self.selector}._domainkey.{domain}"

    def record(self) -> str:
        """Return what has to stand there."""
        return f"v=DKIM1; k={self.algorithm.partition('-')[0]}; p={self.public}"

    def signed(self, content: bytes, domain: str) -> bytes:
        """Put a signature on top of a mail (CRLF); the domain in A-labels."""
        import dkim  # by the first letter that is signed: who sends none, or signs none, pays nothing for it

        header = dkim.DKIM(content).sign(
            self.selector.encode(),
            domain.encode("ascii"),
            self.secret,
            signature_algorithm=self.algorithm.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(_SIGNED_FIELDS),
        )
        return bytes(header) + content


def load_dkim_key(path: Path, selector: str) -> DkimKey:
    """Read a private key in PEM, RSA or Ed25519 (RFC 8463); raises `Misconfigured`."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise Misconfigured("the DKIM key cannot be read", file=str(path), remedy=_KEY_REMEDY) from error
    if isinstance(key, Ed25519PrivateKey):
        seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return DkimKey(
            selector=selector,
            algorithm="ed25519-sha256",
            public=base64.b64encode(public).decode(),
            secret=base64.b64encode(seed),
        )
    if isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_BITS:
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return DkimKey(
            selector=selector,
            algorithm="rsa-sha256",
            public=base64.b64encode(public).decode(),
            secret=key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        )
    raise Misconfigured(
        "the DKIM key is neither Ed25519 nor RSA of 1024 bits or more", file=str(path), remedy=_KEY_REMEDY
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SmimeKey:
    """The agency's seal: a private key, its certificate, and those above it that travel along."""

    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...]
    key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)

    def sealed(self, content: bytes) -> bytes:
        """Return the same mail with its body under a detached signature (multipart/signed)."""
        outer, inner = _divided(content)
        builder = PKCS7SignatureBuilder().set_data(inner).add_signer(self.certificate, self.key, SHA256())
        for each in self.above:
            builder = builder.add_certificate(each)
        signature = builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
        boundary = f"=_seal_{sha256(inner).hexdigest()[:24]}"
        lines = (
            *outer,
            b'Content-Type: multipart/signed; protocol="application/pkcs7-signature";',
            f' micalg=sha-256; boundary="{boundary}"'.encode(),
            b"",
            f"--{boundary}".encode(),
        )
        tail = (
            f"--{boundary}".encode(),
            b'Content-Type: application/pkcs7-signature; name="smime.p7s"',
            b"Content-Transfer-Encoding: base64",
            b'Content-Disposition: attachment; filename="smime.p7s"',
            b"",
            *base64.encodebytes(signature).splitlines(),
            f"--{boundary}--".encode(),
            b"",
        )
        # The line break before a boundary belongs to the boundary (RFC 2046 §5.1.1), not to what is signed.
        return _CRLF.join(lines) + _CRLF + inner + _CRLF + _CRLF.join(tail)


def load_smime_key(key_path: Path, certificate_path: Path) -> SmimeKey:
    """Read key and certificates in PEM, the signer's certificate first; raises `Misconfigured`."""
    try:
        key = load_pem_private_key(key_path.read_bytes(), password=None)
        certificate, *above = x509.load_pem_x509_certificates(certificate_path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        remedy = "give key and certificates as PEM files that the user of mailbridge may read"
        raise Misconfigured(
            "the S/MIME key or certificate cannot be read", file=str(key_path), remedy=remedy
        ) from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        remedy = "use an RSA or elliptic-curve key"
        raise Misconfigured("the S/MIME key is of a kind that does not sign mail", file=str(key_path), remedy=remedy)
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        remedy = "put the certificate of this key first in the file"
        raise Misconfigured("the S/MIME certificate is not of this key", file=str(certificate_path), remedy=remedy)
    return SmimeKey(certificate=certificate, above=tuple(above), key=key)


def _divided(content: bytes) -> tuple[list[bytes], bytes]:
    """Divide a mail into the fields that stay outside a signature, and the entity that goes under it."""
    head, _, body = content.partition(_CRLF + _CRLF)
    outer: list[bytes] = []
    inside: list[bytes] = []
    target = outer
    for line in head.split(_CRLF):
        if not line.startswith((b" ", b"\t")):
            is_of_body = line.lower().startswith((b"content-type:", b"content-transfer-encoding:"))
            target = inside if is_of_body else outer
        target.append(line)
    return outer, _CRLF.join((*inside, b"", body))
