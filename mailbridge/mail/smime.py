"""
What an S/MIME mail has signed, as it stood on the wire (RFC 8551 §3.5): nothing is judged here.

The octets of the signed entity are cut out of the mail unchanged, line ends and transfer encoding included: these are
what the signature is over.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailbridge.mail.canonical import nfc
from mailbridge.mail.filetype import ENVELOPE, SIGNATURE, UNKNOWN
from mailbridge.mail.message import Message, Part
from mailbridge.mail.tree import LONGEST_FIELD, LONGEST_HEADER, SignedPlace, signed_places

MOST_ENTITIES = 10
"""Signed entities of one mail that are looked at; a mail in a mail in a mail has three."""
_MOST_COPIES = 3
"""All entities together are at most this often the mail; they lie in one another."""

_SIGNATURES = frozenset({SIGNATURE, "application/x-pkcs7-signature"})
_WRAPPERS = frozenset({ENVELOPE, "application/x-pkcs7-mime"})
# The names that RFC 8551 §3.2.1 asks for, and what old programs write.
_OWN_NAMES = frozenset({"", "smime.p7s", "signature.p7s"})
_LONGEST_FROM = 1000
_BOUNDARY = re.compile(r";\s*boundary", re.I)
_PLAIN_TYPE = re.compile(
    r'multipart/signed\s*;[^()\\]*?\bboundary=(?:"[^"\\]{1,70}"|[^\s"\\;()]{1,70})\s*(?:;[^()\\]*)?', re.I
)
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"']+@[^\s<>()\[\]\\,;:\"']+")
# A name with dots behind an @, whatever stands between the two.
_HOST = re.compile(r"@[^\w@]*([\w-]+(?:\.[\w-]+)+)")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
# NUL, VT, FF: some programs end or break a line there.
_OTHER_BREAK = re.compile(rb"[\0\v\f]")
# A MIME entity begins with fields, one of which says of what kind it is.
_ENTITY = re.compile(rb"(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*){0,50}?Content-(?:Type|Transfer-Encoding):", re.I)
_HEAD = 16_384
_PEM = re.compile(rb"\s*-----BEGIN [A-Z0-9 #]+-----\s*([A-Za-z0-9+/=\s]+)")
_BASE64 = re.compile(rb"\s*(M[A-Za-z0-9+/=\s]+)\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedEntity:
    """
    One signed entity of a mail.

    Attributes:
        part: Index of what is signed: of the first part of a multipart/signed, of the part that is an opaque signature.
        signed: The octets that a detached signature is over, as they stood in the mail; None for an opaque one.
        cms: The signature (RFC 5652), its transfer encoding undone; None when its part is missing.
        covers_whole_mail: It is the whole body of the mail that came, and every reader takes it apart in the same way.
            The fields of the header are never covered (RFC 8551 §3.1).
        shows_one_author: From names one address only, in whatever place of the field.
    """

    part: str
    signed: bytes | None
    cms: bytes | None
    covers_whole_mail: bool
    shows_one_author: bool


def signed_entities(content: bytes, message: Message) -> tuple[SignedEntity, ...]:
    """
    Find what is signed by S/MIME in a mail, an outer entity before those in it; at most `MOST_ENTITIES`.

    Args:
        content: The mail as it was received.
        message: The same, read.

    Returns:
        () at once for a mail without a part that could be such a signature.
    """
    if not any(map(_is_of_smime, message.parts)) and not _is_signed_multipart(message):
        return ()
    one_author, is_plain = _shows_one_author(message), _has_plain_header(content)
    found: list[SignedEntity] = []
    left = _MOST_COPIES * len(content)
    for entity in _entities(content, message, one_author=one_author):
        left -= len(entity.signed or b"") + len(entity.cms or b"")
        if len(found) == MOST_ENTITIES or left < 0:
            break
        found.append(replace(entity, covers_whole_mail=entity.covers_whole_mail and is_plain))
    return tuple(found)


def is_own_signature(part: Part) -> bool:
    """Say whether a part is the signature of the mail around it, and not of a file that was sent."""
    name = (part.name or "").lower()
    return part.declared_type in _SIGNATURES and name in _OWN_NAMES


def is_opaque(part: Part) -> bool:
    """Say whether a part may be a signed mail entity in the form of a file (RFC 8551 §3.5.2)."""
    return is_declared_opaque(part) or (part.type == ENVELOPE and part.declared_type == UNKNOWN)


def is_declared_opaque(part: Part) -> bool:
    """Say whether the mail itself calls a part S/MIME (RFC 8551 §3.2)."""
    return part.declared_type in _WRAPPERS


def is_mime_entity(octets: bytes) -> bool:
    """Say whether octets begin as a MIME entity does: with fields that say of what kind it is."""
    return _ENTITY.match(octets[:_HEAD]) is not None


def unarmoured(content: bytes) -> bytes:
    """Undo base64, with or without the lines of PEM around it (RFC 7468); anything else stays as it is."""
    found = _PEM.match(content) or _BASE64.match(content)
    if found is None:
        return content
    letters = b"".join(found[1].split()).rstrip(b"=")
    # A single letter over stands for nothing: the end was cut off.
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return base64.b64decode(whole + b"=" * (-len(whole) % 4))
    except (binascii.Error, ValueError):
        return content


def _is_of_smime(part: Part) -> bool:
    return part.declared_type in _SIGNATURES or part.type in (SIGNATURE, ENVELOPE) or is_opaque(part)


def _is_signed_multipart(message: Message) -> bool:
    declared = (message.first("Content-Type") or "").lower()
    return declared.startswith("multipart/signed") and "pkcs7-signature" in declared


def _entities(content: bytes, message: Message, *, one_author: bool) -> Iterator[SignedEntity]:
    parts = {part.index: part for part in message.parts}
    for place in signed_places(content):
        entity = _detached(place, content, message, parts, one_author=one_author)
        if entity is not None:
            yield entity
    for part in message.parts:
        if is_opaque(part) and not part.problem:
            yield SignedEntity(
                part=part.index,
                signed=None,
                cms=part.content,
                covers_whole_mail=_is_root(part, message),
                shows_one_author=one_author,
            )


def _detached(
    place: SignedPlace, content: bytes, message: Message, parts: dict[str, Part], *, one_author: bool
) -> SignedEntity | None:
    """Read one multipart/signed; None when it is signed by something else (PGP) or holds nothing."""
    if not place.sections:
        return None
    below = f"{place.index}." if place.index else ""
    signature = parts.get(f"{below}2")
    # Where the whole mail says that it is signed, a missing or unreadable signature is told.
    is_told = not place.index and _is_signed_multipart(message)
    if not is_told and (signature is None or not _is_of_smime(signature)):
        return None
    start, end = place.sections[0]
    is_whole = not place.index and place.is_plain and len(place.sections) == 2 and _is_read_in_one_way(message)
    return SignedEntity(
        part=f"{below}1",
        signed=content[start:end],
        cms=signature.content if signature is not None else None,
        covers_whole_mail=is_whole,
        shows_one_author=one_author,
    )


def _is_root(part: Part, message: Message) -> bool:
    """Say whether an opaque part is the body of the mail itself: the header of the mail declares it."""
    declared = (message.first("Content-Type") or "").partition(";")[0].strip().lower()
    is_alone = part.index == "1" and part.inside is None and declared == part.declared_type
    return is_alone and len(message.every("Content-Type")) == 1


def _is_read_in_one_way(message: Message) -> bool:
    """
    Say whether any reader finds the same parts.

    With two Content-Type fields, two boundaries in one, comments, or an encoding around the parts, each program chooses
    for itself, and one may show what nobody signed. Of a very long field programs read different beginnings.
    """
    fields = message.every("Content-Type")
    encodings = message.every("Content-Transfer-Encoding") or ("",)
    is_decoded = len(encodings) != 1 or encodings[0].strip().lower() not in _IDENTITY
    if len(fields) != 1 or is_decoded or len(fields[0]) > LONGEST_FIELD:
        return False
    return len(_BOUNDARY.findall(fields[0])) == 1 and _PLAIN_TYPE.fullmatch(fields[0].strip()) is not None


def _has_plain_header(content: bytes) -> bool:
    """
    Say whether any reader finds the same fields in the header: its lines end in one way, and in none but that.

    What stands behind a bare CR is a field to some programs and hidden to others, and so is a second boundary there.
    """
    end = _HEADER_END.search(content, 0, LONGEST_HEADER)
    header = content[: end.start()] if end is not None else content[:LONGEST_HEADER]
    feeds = header.count(b"\n")
    return header.count(b"\r") == header.count(b"\r\n") in (0, feeds) and _OTHER_BREAK.search(header) is None


def _shows_one_author(message: Message) -> bool:
    """
    Say whether From shows no other address than that of the author.

    "boss@gov.vn <attacker@example>" shows a reader the one and is signed by the other; the same with the address in
    a comment or in the name of a group, or with blanks in it ("boss @gov.vn").
    """
    author = message.author
    shown = message.every("From")
    if author is None or len(shown) != 1 or len(shown[0]) > _LONGEST_FROM:
        return False
    text = unicodedata.normalize("NFKC", nfc(shown[0]))
    shown_hosts = {host.lower() for host in _HOST.findall(text)}
    shown_addresses = {address.lower() for address in _ADDRESS.findall(text)}
    return shown_addresses == {str(author).lower()} and shown_hosts <= {author.domain.lower()}
