"""The recipe of DKIM signatures: keys made when needed, mails signed by dkimpy, the zone lines that go with them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

SIGNED = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding")


@dataclass(frozen=True, kw_only=True)
class DkimKey:
    """
    A key pair as dkimpy and the DNS want it.

    `private` is a PEM (PKCS #1) for RSA, the base64 of the seed for Ed25519; `public` the value of p=.
    """

    kind: str
    private: bytes
    public: str

    @property
    def algorithm(self) -> str:
        return f"{self.kind}-sha256"

    def record(self, *, flags: str = "", public: str | None = None) -> str:
        """Return the text of the TXT record; `flags` such as "t=y; ", `public` "" for a withdrawn key."""
        return f"v=DKIM1; k={self.kind}; {flags}p={self.public if public is None else public}"

    def zone_line(self, domain: str, selector: str, *, flags: str = "", public: str | None = None) -> str:
        """Return the line of a zone file, cut into strings of 255 octets at most."""
        text = self.record(flags=flags, public=public)
        strings = " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
        return f"{selector}._domainkey.{domain}. 3600 IN TXT {strings}\n"


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> DkimKey:
    """Make an RSA key; another `number` is another key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return DkimKey(kind="rsa", private=private, public=base64.b64encode(public).decode("ascii"))


@cache
def ed25519_key() -> DkimKey:
    """Make an Ed25519 key (RFC 8463)."""
    key = ed25519.Ed25519PrivateKey.generate()
    return DkimKey(
        kind="ed25519",
        private=base64.b64encode(key.private_bytes_raw()),
        public=base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii"),
    )


def sign_mail(
    content: bytes,
    domain: str,
    selector: str,
    key: DkimKey,
    *,
    algorithm: str | None = None,
    length: bool = False,
    headers: Sequence[str] = SIGNED,
    form: str = "relaxed/relaxed",
    identity: str | None = None,
    at: datetime | None = None,
    expires: datetime | None = None,
) -> bytes:
    """
    Put a DKIM-Signature on top of a mail.

    Args:
        content: The mail with CRLF.
        algorithm: Such as "rsa-sha1"; by default the key's own with SHA-256.
        length: Add l=, so that text can be appended.
        headers: Names to sign; those that the mail lacks are signed as missing.
        at: The value of t=; the clock of the machine otherwise.
        expires: The value of x=, which dkimpy itself never writes.
    """

    class Signer(dkim.DKIM):  # type: ignore[misc] # dkimpy has no types
        """Writes t= and x= as asked."""

        def gen_header(self, fields, *args, **kwargs):  # type: ignore[no-untyped-def] # as many as dkimpy has
            changed = [field for field in fields if field[0] != b"t" or at is None]
            if at is not None:
                changed.insert(1, (b"t", str(int(at.timestamp())).encode("ascii")))
            if expires is not None:
                changed.insert(1, (b"x", str(int(expires.timestamp())).encode("ascii")))
            return super().gen_header(changed, *args, **kwargs)

    header, body = form.encode("ascii").split(b"/")
    field = Signer(content).sign(
        selector.encode("ascii"),
        domain.encode("ascii"),
        key.private,
        signature_algorithm=(algorithm or key.algorithm).encode("ascii"),
        identity=identity.encode("ascii") if identity else None,
        canonicalize=(header, body),
        include_headers=[name.encode("ascii") for name in headers],
        length=length,
    )
    return bytes(field) + content
