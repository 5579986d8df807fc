"""Signatures written step by step from RFC 6376 §3.4 and §3.7, without any library for mail."""

from __future__ import annotations

import base64
import hashlib
import re

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.keys.dkim_keys import DkimKey, rsa_key
from tests.verify.builders_dkim import DOMAIN


def relaxed(value: bytes) -> bytes:
    """RFC 6376 §3.4.2, step by step, of what stands behind the colon."""
    return re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")


def body_form(body: bytes, form: str) -> bytes:
    """RFC 6376 §3.4.3 and §3.4.4, line by line."""
    lines = body.split(b"\r\n")
    if form == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    text = b"".join(line + b"\r\n" for line in lines)
    return text or (b"\r\n" if form == "simple" else b"")


def header_form(fields: list[bytes], form: str) -> bytes:
    """RFC 6376 §3.4.1 and §3.4.2."""
    if form == "simple":
        return b"".join(field + b"\r\n" for field in fields)
    parts = [field.split(b":", 1) for field in fields]
    return b"".join(name.strip().lower() + b":" + relaxed(value) + b"\r\n" for name, value in parts)


def sign_by_the_book(
    fields: list[bytes], body: bytes, *, form: str = "relaxed/relaxed", key: DkimKey | None = None, names: str = "from"
) -> bytes:
    """Sign `fields`, each once and in their order, without dkimpy; `names` is the text of h=."""
    key = key or rsa_key()
    header, _, rest = form.partition("/")
    digest = base64.b64encode(hashlib.sha256(body_form(body, rest)).digest()).decode()
    own = (
        f"DKIM-Signature: v=1; a={key.algorithm}; c={form}; d={DOMAIN}; s=s1;\r\n\th={names};\r\n\tbh={digest};\r\n\tb="
    )
    signed = (header_form(fields, header) + header_form([own.encode()], header)).removesuffix(b"\r\n")
    signature = base64.b64encode(raw_signature(key, signed))
    return own.encode() + signature + b"\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def raw_signature(key: DkimKey, signed: bytes) -> bytes:
    if key.kind == "ed25519":
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.private)).sign(hashlib.sha256(signed).digest())
    private = load_pem_private_key(key.private, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private.sign(signed, PKCS1v15(), hashes.SHA256())
