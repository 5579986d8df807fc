"""
The algorithms that XML signatures name, and the checking of a signature value by `cryptography`.

Source: xmldsig-core 1.1 §6, RFC 9231 (which took over RFC 6931 and 4051), TT 15/2025/TT-BKHCN.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from mailbridge.verify.verdict import unclear
from mailbridge.verify.xml_reading import Finding, child, malformed, needed, text_of, unsupported

if TYPE_CHECKING:
    from lxml.etree import _Element

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_XMLENC = "http://www.w3.org/2001/04/xmlenc#"

_DIGESTS = {
    _DSIG + "sha1": "sha1",
    _XMLENC + "sha256": "sha256",
    _MORE + "sha384": "sha384",
    _XMLENC + "sha512": "sha512",
    _MORE_2007 + "sha3-256": "sha3_256",
    _MORE_2007 + "sha3-384": "sha3_384",
    _MORE_2007 + "sha3-512": "sha3_512",
}
_WEAK_DIGESTS = frozenset({_MORE + "md5", _XMLENC + "ripemd160", _MORE + "sha224"})
_LONGEST_SALT = 1024


class Scheme(Enum):
    """How a key is used."""

    PKCS1 = "rsa"
    PSS = "rsa-pss"
    ECDSA = "ecdsa"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureMethod:
    """A scheme and the hashlib names of its digests; `salt` in octets and `mask` for PSS only."""

    scheme: Scheme
    digest: str
    mask: str = "sha256"
    salt: int = 0


_METHODS = {
    _DSIG + "rsa-sha1": SignatureMethod(scheme=Scheme.PKCS1, digest="sha1"),
    _MORE + "ecdsa-sha1": SignatureMethod(scheme=Scheme.ECDSA, digest="sha1"),
} | {
    f"{_MORE}{scheme.value}-{digest}": SignatureMethod(scheme=scheme, digest=digest)
    for scheme in (Scheme.PKCS1, Scheme.ECDSA)
    for digest in ("sha256", "sha384", "sha512")
} | {
    # RFC 9231 §2.3.10: the salt is as long as the digest, the mask is made with the same digest.
    f"{_MORE_2007}{digest}-rsa-MGF1": SignatureMethod(
        scheme=Scheme.PSS, digest=digest, mask=digest, salt=hashlib.new(digest).digest_size
    )
    for digest in ("sha256", "sha384", "sha512")
}  # fmt: skip
_PSS = _MORE_2007 + "rsa-pss"
_MGF1 = _MORE_2007 + "MGF1"


def digest_name(method: _Element) -> str:
    """Return the hashlib name of a DigestMethod."""
    uri = method.get("Algorithm", "")
    if uri in _WEAK_DIGESTS:
        raise Finding(unclear("CRYPTO_CONSTRAINTS_FAILURE"))
    if uri not in _DIGESTS:
        raise unsupported("the signature uses an algorithm that is not judged")
    return _DIGESTS[uri]


def signature_method(method: _Element) -> SignatureMethod:
    """Read a SignatureMethod."""
    uri = method.get("Algorithm", "")
    if uri == _PSS:
        return _read_pss(method)
    if "hmac" in uri.lower():
        reason = "the signature is made with a shared secret, which proves nobody"
        raise Finding(unclear("CRYPTO_CONSTRAINTS_FAILURE", reason))
    if uri in (_DSIG + "dsa-sha1", _MORE + "rsa-md5", _MORE + "rsa-ripemd160"):
        raise Finding(unclear("CRYPTO_CONSTRAINTS_FAILURE"))
    if uri not in _METHODS:
        raise unsupported("the signature uses an algorithm that is not judged")
    return _METHODS[uri]


def _read_pss(method: _Element) -> SignatureMethod:
    """Read RSASSA-PSS with its parameters written out (RFC 9231 §2.3.9)."""
    pss = f"{{{_MORE_2007}}}"
    parameters = child(method, pss + "RSAPSSParams")
    if parameters is None:
        return SignatureMethod(scheme=Scheme.PSS, digest="sha256", mask="sha256", salt=32)
    digest_element = child(parameters, f"{{{_DSIG}}}DigestMethod")
    digest = digest_name(digest_element) if digest_element is not None else "sha256"
    mask, mask_element = digest, child(parameters, pss + "MaskGenerationFunction")
    if mask_element is not None:
        if mask_element.get("Algorithm") != _MGF1:
            raise unsupported("the signature uses an algorithm that is not judged")
        mask = digest_name(needed(mask_element, f"{{{_DSIG}}}DigestMethod"))
    salt_element, trailer = child(parameters, pss + "SaltLength"), child(parameters, pss + "TrailerField")
    salt = text_of(salt_element).strip() if salt_element is not None else str(hashlib.new(digest).digest_size)
    if not (salt.isascii() and salt.isdigit() and len(salt) < 5 and int(salt) <= _LONGEST_SALT):
        raise malformed("the signature has wrong parameters")
    if trailer is not None and text_of(trailer).strip() != "1":
        raise unsupported("the signature uses an algorithm that is not judged")
    return SignatureMethod(scheme=Scheme.PSS, digest=digest, mask=mask, salt=int(salt))


def fits(method: SignatureMethod, public_key: bytes, value: bytes, signed: bytes) -> bool:
    """
    Say whether a signature value belongs to these octets and this key.

    Args:
        public_key: SubjectPublicKeyInfo in DER.

    Raises:
        Finding: the key is of another kind, or cannot be read.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise unsupported("the signature uses an algorithm that is not judged") from error
    try:
        _verify(key, method, value, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify(key: Any, method: SignatureMethod, value: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    digest = _hash(method.digest)
    if isinstance(key, rsa.RSAPublicKey) and method.scheme is Scheme.PKCS1:
        key.verify(value, signed, padding.PKCS1v15(), digest)
    elif isinstance(key, rsa.RSAPublicKey) and method.scheme is Scheme.PSS:
        mask = padding.MGF1(_hash(method.mask))
        key.verify(value, signed, padding.PSS(mgf=mask, salt_length=method.salt), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey) and method.scheme is Scheme.ECDSA:
        # xmldsig-core 1.1 §6.4.3: r and s side by side, each as long as the order of the curve.
        length = (key.curve.key_size + 7) // 8
        if len(value) != 2 * length:
            raise ValueError("not as long as the curve asks for")
        r, s = int.from_bytes(value[:length], "big"), int.from_bytes(value[length:], "big")
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(digest))
    else:
        raise malformed("the certificate's key is of another kind than the signature")


def _hash(name: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    kinds: dict[str, Any] = {
        "sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
        "sha3_256": hashes.SHA3_256, "sha3_384": hashes.SHA3_384, "sha3_512": hashes.SHA3_512,
    }  # fmt: skip
    return kinds[name]()
