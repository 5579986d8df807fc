"""Key records of DKIM (RFC 6376 §3.6.1, RFC 8463 §4): what a key is for, and how long it is."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

from mailbridge.verify.dkim_text import Malformed, read_tags, without_blanks

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

    @property
    def record(self) -> bytes:
        """Write the key as a record again, so that a second reader cannot see another key in it than we have."""
        return b"k=" + self.kind.encode("ascii") + b"; p=" + base64.b64encode(self.octets)


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
    return rsa_numbers(key)[0].bit_length()


def rsa_numbers(key: Key) -> tuple[int, int]:
    """Return modulus and public exponent; raises `Unusable` as `rsa_size`."""
    from asn1crypto import keys

    try:
        numbers = keys.RSAPublicKey.load(key.octets, strict=True).native
    except (ValueError, TypeError):
        try:
            numbers = keys.PublicKeyInfo.load(key.octets, strict=True)["public_key"].parsed.native
        except (ValueError, TypeError, KeyError) as error:
            raise Unusable("the key is no RSA key") from error
    try:
        modulus, exponent = int(numbers["modulus"]), int(numbers["public_exponent"])
    except (ValueError, TypeError, KeyError) as error:
        raise Unusable("the key is no RSA key") from error
    if modulus.bit_length() > _LONGEST:
        raise Unusable(f"the key has {modulus.bit_length()} bits; more than {_LONGEST} are not tried")
    return modulus, exponent
