"""The files beside a detached signature, by what is needed to tell which of them it is over: name and digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mailbridge.mail.message import Part
from mailbridge.mail.smime import unarmoured

# Object identifiers as DER writes them: SHA-1 (RFC 3279), the SHA-2 and SHA-3 families (NIST, 2.16.840.1.101.3.4.2.n).
_NIST = bytes.fromhex("06096086480165030402")
_IDENTIFIERS: Mapping[str, bytes] = {
    "sha1": bytes.fromhex("06052b0e03021a"),
    **{
        name: _NIST + bytes([number])
        for number, name in enumerate(
            (
                *("sha256", "sha384", "sha512", "sha224", "sha512_224", "sha512_256"),
                *("sha3_224", "sha3_256", "sha3_384", "sha3_512"),
            ),
            start=1,
        )
    },
}
# RFC 5652 §11.2: the attribute that every signature with attributes has, as DER writes its identifier.
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SET = b"\x31"
DIGESTS = tuple(_IDENTIFIERS)
"""Digest algorithms that are known, by the names of asn1crypto and hashlib."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """
    One file that came with a signature.

    `part` is its index, `digests` holds octets by algorithm, for those algorithms that the signature names;
    `is_attributes` as `is_like_attributes` says of its content. `is_near`: it lies in the folder of the signature.
    """

    part: str
    name: str | None
    digests: Mapping[str, bytes]
    is_attributes: bool = False
    is_near: bool = True


def named_digests(signature: bytes) -> tuple[str, ...]:
    """Return the digest algorithms whose identifiers stand in a CMS file, of whatever form."""
    octets = unarmoured(signature)
    return tuple(name for name, identifier in _IDENTIFIERS.items() if identifier in octets)


def measured(part: Part, algorithms: tuple[str, ...], take: Callable[[Part, str], bytes] | None = None) -> Beside:
    """Take the digests of one file; `take` gives one, where it is known already."""
    digests = {each: take(part, each) if take else digest(part.content, each) for each in algorithms}
    is_attributes = is_like_attributes(part.content)
    return Beside(part=part.index, name=part.name, digests=digests, is_attributes=is_attributes)


def is_like_attributes(content: bytes) -> bool:
    """
    Say whether octets are what a signature with attributes is over: a set of attributes (RFC 5652 §5.4).

    Taken from an honest signature, they can be passed off as content that was signed without any (RFC 5652 §14).
    """
    return content.startswith(_SET) and _MESSAGE_DIGEST in content


def digest(content: bytes, algorithm: str) -> bytes:
    """Return the digest of octets by one of `DIGESTS`."""
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()
