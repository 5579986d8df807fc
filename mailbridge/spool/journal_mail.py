"""One mail of a journal, as its frames tell it to a reader."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.mail.envelope import Door, MailObject
from mailbridge.spool.frames import (
    Accepting,
    Judging,
    Kind,
    Sealing,
    unpack_accepting,
    unpack_judging,
    unpack_sealing,
    unpack_voiding,
)
from mailbridge.spool.reading import Found, SegmentReader
from mailbridge.spool.record import Damaged, Head, read_head, unstuffed
from mailbridge.spool.writing import Piece


@dataclass(slots=True, eq=False)
class JournalMail:
    """
    What is known of a mail so far.

    `fate` is the first that was written; `answered` when its client is looked after, `forgotten` when it was discarded
    before its seal, `moved` when it lies in a file of its own.
    """

    number: int
    home: int
    """Number of the segment in which it begins."""
    id: str = ""
    door: Door = Door.HOP
    head: Piece | None = None
    pieces: list[Piece] = field(default_factory=list)
    sealing: Sealing | None = None
    accepting: Accepting | None = None
    judging: Judging | None = None
    fate: Fate | None = None
    forgotten: bool = False
    answered: bool = False
    moved: bool = False

    def take(self, kind: Kind, found: Found, segment: int) -> None:
        """Take one of its frames; raises one of `NONSENSE`."""
        header, payload = found.header, found.payload
        match kind:
            case Kind.HEAD:
                values = json.loads(payload)
                self.id, self.door = str(values["id"]), Door(values["door"])
                self.head = Piece(segment, found.at, header.length)
            case Kind.CONTENT:
                self.pieces.append(Piece(segment, found.at, header.length, header.position))
            case Kind.SEAL:
                self.sealing = self.sealing or unpack_sealing(payload)
            case Kind.VOID | Kind.GAP:
                self._void(payload, Fate.REFUSED if kind is Kind.VOID else Fate.HELD)
            case Kind.HEARD | Kind.LOST:
                self.answered = True
            case Kind.MOVED:
                self.moved = True
            case _:
                self._judge(kind, payload)

    def delivery(self, writer: str) -> Delivery | None:
        """Tell its fate, once it is known; None before, and for a mail without a seal."""
        if self.sealing is None or self.fate is None:
            return None
        if self.accepting is not None:
            ended_at, reply = self.accepting.accepted_at, self.accepting.reply
        else:
            ended_at = self.judging.at if self.judging else self.sealing.sealed_at
            reply = self.judging.reply if self.judging else None
        return Delivery(
            writer=writer,
            serial=self.sealing.serial,
            mail_id=self.id or f"{writer}/{self.number}",
            door=self.door,
            ended_at=ended_at,
            fate=self.fate,
            size=self.sealing.size,
            reply=reply,
        )

    def is_over(self, noted: int, *, is_done: bool) -> bool:
        """
        Say whether nobody will ask for it again.

        Args:
            noted: The last serial of its journal that stands in the ledger.
            is_done: The walk let go of it.
        """
        if self.fate is None:
            return self.forgotten
        if self.sealing is not None and self.sealing.serial > noted:
            return False
        if self.accepting is not None:
            return is_done and (self.answered or not self.accepting.owes)
        return self.fate is Fate.REFUSED or self.moved

    def _judge(self, kind: Kind, payload: bytes) -> None:
        if self.fate is not None:
            return
        if kind is Kind.ACCEPT:
            self.accepting = unpack_accepting(payload)
            self.fate = Fate.DELIVERED
        elif kind is Kind.DISCARDED and self.sealing is None:
            self.forgotten = True
        else:
            self.judging = unpack_judging(payload)
            self.fate = Fate.HELD if kind is Kind.UNKNOWN else Fate.REFUSED

    def _void(self, payload: bytes, fate: Fate) -> None:
        voiding = unpack_voiding(payload)
        self.moved = True  # there is nothing to be moved
        self.id, self.door = voiding.mail_id, Door(voiding.door)
        self.sealing = Sealing(serial=voiding.serial, size=voiding.size, sealed_at=voiding.at, sha256=b"")
        self.accepting, self.judging, self.fate = None, Judging(at=voiding.at), fate


NONSENSE = (ValueError, KeyError, TypeError, struct.error)
"""What `JournalMail.take` raises at a frame that is whole and says nothing that we could have written."""


def head_of(mail: JournalMail, segments: dict[int, SegmentReader], path: Path) -> Head:
    """Read the head again; raises `Damaged` or `OSError`."""
    if mail.head is None:
        raise Damaged(path, "its head cannot be read")
    octets = _octets(mail.head, segments)
    try:
        return read_head(octets)
    except NONSENSE as error:
        raise Damaged(path, "its head cannot be read") from error


def content_of(mail: JournalMail, segments: dict[int, SegmentReader], path: Path) -> bytes:
    """Read the content as it was written, and compare it with the seal; raises `Damaged` or `OSError`."""
    if mail.sealing is None:
        raise Damaged(path, "its seal cannot be read")
    content = rest_of(mail, segments)
    if len(content) != mail.sealing.size:
        raise Damaged(path, "the size is not what was sealed")
    if hashlib.sha256(content).digest() != mail.sealing.sha256:
        raise Damaged(path, "the content is not what was sealed")
    return content


def rest_of(mail: JournalMail, segments: dict[int, SegmentReader]) -> bytes:
    """Read whatever there is of the content; raises `OSError`."""
    return b"".join(_octets(piece, segments) for piece in sorted(mail.pieces, key=lambda piece: piece.position))


def mail_object(mail: JournalMail, head: Head, content: bytes, accepted_at: datetime) -> MailObject:
    """Make what the walk works with: content without the dots of transparency."""
    plain = unstuffed(content) if head.stuffed else content
    return MailObject(
        id=head.id,
        door=head.door,
        client=head.client,
        envelope=head.envelope,
        content=plain,
        sha256=hashlib.sha256(plain).hexdigest(),
        accepted_at=accepted_at,
        next_hop_reply=mail.accepting.reply if mail.accepting else None,
    )


def _octets(piece: Piece, segments: dict[int, SegmentReader]) -> bytes:
    segment = segments.get(piece.segment)
    return b"" if segment is None else segment.read(piece.at, piece.length)
