"""
What CMS wraps (RFC 5652): the mail in an opaque S/MIME signature (RFC 8551 §3.5.2), the file in a .p7m.

Only the content is taken out here; whether the signature around it is good is not said.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from asn1crypto.cms import ContentInfo

from mailbridge.mail.filetype import MAIL
from mailbridge.mail.smime import is_mime_entity, unarmoured
from mailbridge.reading.members import Member, Ration
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.verify.ber import definite

_LOCKED = ("enveloped_data", "encrypted_data", "authenticated_enveloped_data", "signed_and_enveloped_data")


def unpack_cms(content: bytes, ration: Ration) -> Iterator[Member]:
    """
    Give what is signed: a mail entity as a mail, anything else as a file without a name.

    Raises:
        Unreadable: it is encrypted, holds nothing, is damaged, or too much.
    """
    octets = _content(content, ration)
    ration.count()
    declared = MAIL if is_mime_entity(octets) else ""
    yield Member(raw_name="", content=octets, declared_type=declared)


def _content(content: bytes, ration: Ration) -> bytes:
    try:
        message = ContentInfo.load(definite(unarmoured(content)))
        kind = message["content_type"].native
        if kind in _LOCKED:
            raise Unreadable(Problem.ENCRYPTED, "the content opens only with the key of its recipient")
        if kind == "compressed_data":
            packed = _octets(message["content"]["encap_content_info"]["content"])
            return _inflated(packed, ration)
        if kind != "signed_data":
            raise Unreadable(Problem.UNSUPPORTED, "a wrapper of another kind than a signature")
        signed = message["content"]["encap_content_info"]["content"]
        return ration.take(_octets(signed))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, zlib.error) as error:
        raise Unreadable(Problem.MALFORMED, "the signed wrapper cannot be opened") from error


def _octets(signed: Any) -> bytes:
    """Return the OCTET STRING, put together where it comes in pieces; raises `Unreadable` when there is none."""
    octets = signed.native if signed else None
    if not isinstance(octets, bytes):
        raise Unreadable(Problem.MALFORMED, "the wrapper holds no content")
    return octets


def _inflated(packed: bytes, ration: Ration) -> bytes:
    """Unpack compressed data (RFC 3274) within the ration."""
    stream = zlib.decompressobj()
    waiting = [packed]

    def read(most: int) -> bytes:
        piece = stream.decompress(waiting.pop(), most) if waiting else b""
        if stream.unconsumed_tail:
            waiting.append(stream.unconsumed_tail)
        return piece

    return ration.draw(read)
