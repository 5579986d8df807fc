"""Key records of DKIM (RFC 6376 §3.6.1, RFC 8463 §4) and the check of one signature with such a key."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailbridge.verify.dkim_text import Malformed, read_tags, without_blanks

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

# More than 8192 bits serve nobody but one who wants to see us calculate.
_LONGEST = 8192
SHORTEST_VALID = 1024  # RFC 8301 §3.2: a verifier must not accept less
SHORTEST_GOOD = 2048  # RFC 8301 §3.2 asks signers for it; so does TT 15/2025/TT-BKHCN of document signatures

HashName = Literal["sha1", "sha256"]


class Unusable(ValueError):
    """A key record cannot serve this signature; the message says why and is fit for a reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """
    One public key.

    `kind` is "rsa" or "ed25519"; `octets` the SubjectPublicKeyInfo or RSAPublicKey in DER, or the 32 octets of an
    Ed25519 key; `testing` is the flag t=y, `exact_domain` the flag t=s.
    """

    kind: str
    octets: bytes
    hashes: tuple[str, ...] | None
    testing: bool
    exact_domain: bool


def read_key(record: bytes) -> Key:
    """
    Read one TXT record.

    Raises:
        Unusable: no DKIM key, a withdrawn one (p= empty), or one for another service than mail.
    """
    try:
        tags = read_tags(record)
    except Malformed as error:
        raise Unusable("the key record is malformed") from error
    if tags.get(b"v", b"DKIM1") != b"DKIM1" or b"p" not in tags:
        raise Unusable("the key record is malformed")
    if not tags[b"p"]:
        raise Unusable("the key was withdrawn by its owner (p= is empty)")
    if not {b"*", b"email"} & _names(tags.get(b"s", b"*")):
        raise Unusable("the key is not meant for mail (s=)")
    try:
        octets = base64.b64decode(without_blanks(tags[b"p"]), validate=True)
    except binascii.Error as error:
        raise Unusable("the key record is malformed (p=)") from error
    flags = _names(tags.get(b"t", b""))
    hashes = None
    if b"h" in tags:
        hashes = tuple(sorted(name.decode("ascii", "replace") for name in _names(tags[b"h"])))
    return Key(
        kind=tags.get(b"k", b"rsa").decode("ascii", "replace").lower(),
        octets=octets,
        hashes=hashes,
        testing=b"y" in flags,
        exact_domain=b"s" in flags,
    )


def _names(text: bytes) -> set[bytes]:
    return {name.lower() for name in without_blanks(text).split(b":")}


def rsa_size(key: Key) -> int:
    """
    Return the bits of an RSA modulus, however short.

    Raises:
        Unusable: no RSA key, or one that is longer than anybody needs.
    """
    from asn1crypto import keys

    try:
        modulus = keys.RSAPublicKey.load(key.octets, strict=True)["modulus"].native
    except (ValueError, TypeError):
        try:
            modulus = keys.PublicKeyInfo.load(key.octets, strict=True)["public_key"].parsed["modulus"].native
        except (ValueError, TypeError, KeyError) as error:
            raise Unusable("the key is no RSA key") from error
    size = int(modulus).bit_length()
    if size > _LONGEST:
        raise Unusable(f"the key has {size} bits; more than {_LONGEST} are not tried")
    return size


def matches(key: Key, signature: bytes, signed: bytes, digest: HashName) -> bool:
    """
    Say whether `signature` was made over `signed` with the other half of this key.

    Raises:
        Unusable: the octets are no key that can be used.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        if key.kind == "ed25519":
            _check_ed25519(key, signature, signed)
        else:
            _check_rsa(key, signature, signed, digest)
    except InvalidSignature:
        return False
    return True


def _check_ed25519(key: Key, signature: bytes, signed: bytes) -> None:
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(key.octets)
    except ValueError as error:
        raise Unusable("the key is no Ed25519 key") from error
    # RFC 8463 §3: the SHA-256 hash is what Ed25519 signs.
    public.verify(signature, hashlib.sha256(signed).digest())


def _check_rsa(key: Key, signature: bytes, signed: bytes, digest: HashName) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    # SHA-1 is calculated to tell an old signature from a broken one; it never passes (RFC 8301 §3.1).
    algorithm = hashes.SHA1() if digest == "sha1" else hashes.SHA256()  # noqa: S303
    _rsa_key(key).verify(signature, signed, PKCS1v15(), algorithm)


def _rsa_key(key: Key) -> RSAPublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(key.octets)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unusable("the key is no RSA key that can be used") from error
    if not isinstance(public, RSAPublicKey):
        raise Unusable("the key is no RSA key")
    return public
