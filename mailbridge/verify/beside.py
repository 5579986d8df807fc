"""The files beside a detached signature, by what is needed to tell which of them it is over: name and digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
DIGESTS = tuple(_IDENTIFIERS)
"""Digest algorithms that are known, by the names of asn1crypto and hashlib."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """
    One file that came with a signature.

    `part` is its index, `digests` holds octets by algorithm, for those algorithms that the signature names.
    """

    part: str
    name: str | None
    digests: Mapping[str, bytes]


def named_digests(signature: bytes) -> tuple[str, ...]:
    """Return the digest algorithms whose identifiers stand in a CMS file, of whatever form."""
    octets = unarmoured(signature)
    return tuple(name for name, identifier in _IDENTIFIERS.items() if identifier in octets)


def measured(part: Part, algorithms: tuple[str, ...]) -> Beside:
    """Take the digests of one file."""
    digests = {algorithm: digest(part.content, algorithm) for algorithm in algorithms}
    return Beside(part=part.index, name=part.name, digests=digests)


def digest(content: bytes, algorithm: str) -> bytes:
    """Return the digest of octets by one of `DIGESTS`."""
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()
