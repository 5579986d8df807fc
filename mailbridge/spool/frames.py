"""
The frames that a journal is made of: octets ⇄ facts.

    magic 4 · kind 1 · 3 zeros · generation 8 · mail 8 · position 8 · length 4 · crc32 of the payload 4
    crc32 of these 40 octets 4 · 4 zeros · the payload, with zeros up to a multiple of 16

Numbers are little-endian. `generation` is a random number of the segment, which its frames share: it tells them from
what lay there before, and from a mail whose content was made to look like frames. `mail` is the number of a mail in its
journal, `position` where a piece of content begins in it. Content has no crc here: the seal holds its SHA-256.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from zlib import crc32

MAGIC = b"\xa7MBJ"
HEADER = 48
"""Octets of a header; the payload follows it."""
ALIGN = 16
_FACTS = struct.Struct("<4sB3xQQQII")
_CHECK = struct.Struct("<I4x")
_PADDING = tuple(bytes(count) for count in range(ALIGN))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Kind(IntEnum):
    """What a frame says; the numbers stand on disks and never change."""

    OPEN = 1
    """The first of a segment (and once more at its end): who writes it, and how far its journal was then."""
    HEAD = 2
    """One line of JSON, `record.head_line`."""
    CONTENT = 3
    SEAL = 4
    ACCEPT = 5
    REFUSED = 6
    UNKNOWN = 7
    HEARD = 8
    """The client has its answer."""
    LOST = 9
    """The client went away without its answer; that is on record elsewhere (`answers`)."""
    DISCARDED = 10
    VOID = 11
    """The seal was not written for certain, and the client was told so: its serial is used, the mail is not kept."""
    MOVED = 12
    """The mail lies in a file of its own now."""
    CLOSE = 13
    """The last of a segment: its writer went on to the next one."""
    GAP = 14
    """After a crash: nothing is left of the seal with this serial. A power cut does that to one that was not synced."""


_KINDS = {int(kind): kind for kind in Kind}


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """A header that was found whole."""

    kind: Kind
    generation: int
    mail: int
    position: int
    length: int
    crc: int

    @property
    def room(self) -> int:
        """Octets that the frame takes with its padding."""
        return room_for(self.length)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """
    What the first frame of a segment says.

    The heads of mails with a number below `first_mail` are in earlier segments, and `last_serial` was given before.
    """

    first_mail: int
    last_serial: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealing:
    """That a mail is complete: `size` and `sha256` (32 octets) of the content as written."""

    serial: int
    size: int
    sealed_at: datetime
    sha256: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepting:
    """That a mail was taken; `owes` while its client waits for the answer. `key` (32 octets) is `record.identity`."""

    accepted_at: datetime
    reply: str | None
    key: bytes
    owes: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """That a mail was refused, is of unknown fate, or was forgotten; since when, and the next hop's words."""

    at: datetime
    reply: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Voiding:
    """What a seal would have said to the ledger."""

    serial: int
    size: int
    at: datetime
    mail_id: str
    door: str


def room_for(length: int) -> int:
    """Return the octets that a frame with a payload of this length takes."""
    return (HEADER + length + ALIGN - 1) & -ALIGN


def header(kind: Kind, generation: int, mail: int, length: int, crc: int = 0, position: int = 0) -> bytes:
    """Write a header."""
    facts = _FACTS.pack(MAGIC, kind, generation, mail, position, length, crc)
    return facts + _CHECK.pack(crc32(facts))


def padding(length: int) -> bytes:
    """Return what follows a payload of this length."""
    return _PADDING[-(HEADER + length) % ALIGN]


def frame(kind: Kind, generation: int, mail: int, payload: bytes = b"") -> bytes:
    """Write a whole frame, of any kind but content."""
    length = len(payload)
    crc = crc32(payload) if length else 0
    return header(kind, generation, mail, length, crc) + payload + padding(length)


def read_header(octets: bytes, at: int = 0) -> Header | None:
    """Read the header at an offset; None when there is none that is whole."""
    if octets[at : at + 4] != MAGIC or len(octets) < at + HEADER:
        return None
    (check,) = _CHECK.unpack_from(octets, at + _FACTS.size)
    if crc32(octets[at : at + _FACTS.size]) != check:
        return None
    _, kind, generation, mail, position, length, crc = _FACTS.unpack_from(octets, at)
    known = _KINDS.get(kind)
    if known is None:
        return None
    return Header(kind=known, generation=generation, mail=mail, position=position, length=length, crc=crc)


def headers_in(octets: bytes, generation: int) -> Iterator[int]:
    """Find the offsets of whole headers of a segment among octets that begin at a multiple of 16."""
    at = octets.find(MAGIC)
    while at >= 0:
        if at % ALIGN == 0:
            found = read_header(octets, at)
            if found is not None and found.generation == generation:
                yield at
        at = octets.find(MAGIC, at + 1)


# -- payloads ---------------------------------------------------------------------------------------------------------

_OPENING = struct.Struct("<QQ")
_SEALING = struct.Struct("<QQq32s")
_ACCEPTING = struct.Struct("<q32sBB")
SEALING_SIZE = _SEALING.size
_JUDGING = struct.Struct("<qB")
_VOIDING = struct.Struct("<QQqB")


def micros(at: datetime) -> int:
    """Return microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return the moment, aware, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def pack_opening(opening: Opening) -> bytes:
    """Write the payload of OPEN."""
    return _OPENING.pack(opening.first_mail, opening.last_serial)


def unpack_opening(payload: bytes) -> Opening:
    """Read it; raises `struct.error`."""
    first_mail, last_serial = _OPENING.unpack(payload)
    return Opening(first_mail=first_mail, last_serial=last_serial)


def pack_sealing(serial: int, size: int, sealed_at: datetime, sha256: bytes) -> bytes:
    """Write the payload of SEAL."""
    return _SEALING.pack(serial, size, micros(sealed_at), sha256)


def unpack_sealing(payload: bytes) -> Sealing:
    """Read it; raises `struct.error`."""
    serial, size, at, sha256 = _SEALING.unpack(payload)
    return Sealing(serial=serial, size=size, sealed_at=moment(at), sha256=sha256)


def pack_accepting(accepted_at: datetime, reply: str | None, key: bytes, *, owes: bool) -> bytes:
    """Write the payload of ACCEPT."""
    return _ACCEPTING.pack(micros(accepted_at), key, owes, reply is not None) + _words(reply)


def unpack_accepting(payload: bytes) -> Accepting:
    """Read it; raises `struct.error`."""
    at, key, owes, has_reply = _ACCEPTING.unpack_from(payload)
    reply = payload[_ACCEPTING.size :].decode("utf-8", "surrogatepass") if has_reply else None
    return Accepting(accepted_at=moment(at), reply=reply, key=key, owes=bool(owes))


def pack_judging(at: datetime, reply: str | None = None) -> bytes:
    """Write the payload of REFUSED, UNKNOWN and DISCARDED."""
    return _JUDGING.pack(micros(at), reply is not None) + _words(reply)


def unpack_judging(payload: bytes) -> Judging:
    """Read it; raises `struct.error`."""
    at, has_reply = _JUDGING.unpack_from(payload)
    reply = payload[_JUDGING.size :].decode("utf-8", "surrogatepass") if has_reply else None
    return Judging(at=moment(at), reply=reply)


def pack_voiding(voiding: Voiding) -> bytes:
    """Write the payload of VOID."""
    door = voiding.door.encode("ascii")
    facts = _VOIDING.pack(voiding.serial, voiding.size, micros(voiding.at), len(door))
    return facts + door + voiding.mail_id.encode("ascii")


def unpack_voiding(payload: bytes) -> Voiding:
    """Read it; raises `struct.error`."""
    serial, size, at, length = _VOIDING.unpack_from(payload)
    words = payload[_VOIDING.size :].decode("ascii")
    return Voiding(serial=serial, size=size, at=moment(at), mail_id=words[length:], door=words[:length])


def _words(reply: str | None) -> bytes:
    return b"" if reply is None else reply.encode("utf-8", "surrogatepass")
