"""One journal being written: mails become frames, frames go into segments, what a broken disk owes is paid later."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailbridge.mail.envelope import Door
from mailbridge.spool import frames
from mailbridge.spool.frames import Kind, Opening, Sealing, Voiding, pack_sealing, pack_voiding
from mailbridge.spool.segments import NoRoom, Segment, Supply

# Private mail shall not wait for ever in a segment that fills slowly.
OLDEST_SEGMENT = 600.0
# After a fault of the disk: how long whatever needs a new segment is refused at once, instead of trying again.
_PAUSE = 0.5
# A smaller piece of content is not worth a frame of its own at the end of a segment.
_LEAST_PIECE = 4096

Note = tuple[Kind, int, bytes]


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a part of a mail lies: the number of the segment, offset and octets; `position` in the content."""

    segment: int
    at: int
    length: int
    position: int = 0


@dataclass(slots=True)
class Entry:
    """
    A mail of this journal while it is written; touched by the commit thread only, once it was submitted.

    `lies` says where its head is, `pieces` where its content is, of which there are `size` octets so far.
    """

    id: str
    door: Door
    head: bytes
    number: int = 0
    size: int = 0
    epoch: int = 0
    lies: Piece | None = None
    pieces: list[Piece] = field(default_factory=list)
    sealing: Sealing | None = None
    judged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """How far a journal is: what the next segment, mail and serial come after."""

    segment: int
    mail: int
    serial: int


class SlotWriter:
    """
    Writes the journal of one slot, whose lock is held; used by one thread at a time.

    What was added is written by `flush` and durable after `sync`. `Broken` out of any method means that nobody knows
    what became of the octets since the last sync: call `break_off`, which remembers what has to be said again. `NoRoom`
    means that only this frame found no place.
    """

    def __init__(self, slot: Path, supply: Supply, position: Position, clock: Callable[[], datetime]) -> None:
        self.slot = slot
        self._supply = supply
        self._clock = clock
        self._number = position.segment
        # Numbers are never used twice, not even by a run that finds none of the earlier ones left.
        self._mail = max(position.mail, frames.micros(clock()))
        self._serial = position.serial
        self._segment: Segment | None = None
        self._began = 0.0
        self._epoch = 0
        self._not_before = float("-inf")
        self._owed: list[Note] = []
        self._notes: list[Note] = []
        self._seals: list[Entry] = []
        self._content = 0
        self.accepted: dict[int, int] = {}

    # -- mails --------------------------------------------------------------------------------------------------------

    def content(self, entry: Entry, pieces: Sequence[bytes], length: int) -> None:
        """Add content of a mail; its head goes before the first of it."""
        if self._segment is not None and length > self._segment.room - frames.room_for(len(entry.head)):
            # A mail that will not fit shall not take the rest of the room from those that do.
            self._supply.ensure()
        self._begin(entry)
        while length:
            segment = self._with_room(frames.HEADER + min(frames.room_for(length), _LEAST_PIECE))
            taken = min(length, segment.room - frames.HEADER - frames.ALIGN)
            now, pieces = _split(pieces, taken) if taken < length else (pieces, ())
            at = segment.add_content(entry.number, entry.size, now, taken)
            entry.pieces.append(Piece(segment.number, at, taken, entry.size))
            entry.size += taken
            length -= taken
            self._content += taken

    def seal(self, entry: Entry, sha256: bytes) -> None:
        """Add the seal of a mail whose content was added; it has the next serial."""
        self._begin(entry)
        segment = self._with_room(frames.room_for(frames.SEALING_SIZE))
        sealed_at = self._clock()
        serial = self._serial + 1
        segment.add(Kind.SEAL, entry.number, pack_sealing(serial, entry.size, sealed_at, sha256))
        self._serial = serial
        entry.sealing = Sealing(serial=serial, size=entry.size, sealed_at=sealed_at, sha256=sha256)
        self._seals.append(entry)

    def note(self, kind: Kind, entry: Entry, payload: bytes = b"") -> None:
        """Add what became of a mail; when it cannot be, it is owed, and `NoRoom` or `Broken` is raised all the same."""
        if kind is Kind.ACCEPT and entry.lies is not None:
            self.accepted[entry.lies.segment] = self.accepted.get(entry.lies.segment, 0) + 1
        self.say(kind, entry.number, payload)

    def say(self, kind: Kind, number: int, payload: bytes = b"") -> None:
        """Add a note about the mail of this number."""
        note = (kind, number, payload)
        try:
            self._add(note)
        except OSError:
            self._owed.append(note)
            raise

    # -- the disk -----------------------------------------------------------------------------------------------------

    @property
    def is_unsynced(self) -> bool:
        """Say whether something was added since the last sync that somebody counts on."""
        return bool(self._notes or self._seals)

    @property
    def unsynced_content(self) -> int:
        """Octets of content added since the last sync."""
        return self._content

    @property
    def owes(self) -> bool:
        """Say whether something is to be said again."""
        return bool(self._owed)

    def owe(self, kind: Kind, number: int, payload: bytes = b"") -> None:
        """Let something be said with the next batch."""
        self._owed.append((kind, number, payload))

    def owe_gap(self, serial: int) -> None:
        """Let it be said that nothing is left of a serial that was given in an earlier run."""
        self._mail += 1
        name = f"lost-{self.slot.name}-{serial}"
        facts = Voiding(serial=serial, size=0, at=self._clock(), mail_id=name, door=Door.HOP.value)
        self.owe(Kind.GAP, self._mail, pack_voiding(facts))

    def pay(self) -> None:
        """Add what is owed, before anything else; raises `NoRoom` or `Broken`."""
        while self._owed:
            self._add(self._owed[0])
            self._owed.pop(0)

    def flush(self) -> None:
        """Write what was added: the end of this process cannot lose it any more."""
        if self._segment is not None:
            self._segment.flush()

    def sync(self) -> None:
        """Make what was written durable."""
        if self._segment is not None:
            self._segment.sync()
        self._all_durable()

    def break_off(self) -> None:
        """
        Leave a segment that did not take what was written.

        Notes since the last sync are said again in the next one; for seals it is said there that they do not count.
        """
        if self._segment is not None:
            self._segment.close()
            self._segment = None
        self._epoch += 1
        self._not_before = time.monotonic() + _PAUSE
        for entry in self._seals:
            self._owed.append((Kind.VOID, entry.number, self._void(entry)))
        self._owed[:0] = self._notes
        self._all_durable()

    def seconds_left(self) -> float | None:
        """Return after how many seconds the segment should be closed; None when there is none that was used."""
        if self._segment is None or not self._segment.used:
            return None
        return max(0.0, self._began + OLDEST_SEGMENT - time.monotonic())

    def prepare(self) -> None:
        """See that the next segment is made before it is needed."""
        if self._segment is not None and self._segment.used * 4 > self._segment.room:
            self._supply.prepare()

    def close_old(self) -> None:
        """Close a segment that was in use for long enough, and have another one ready; raises `Broken`."""
        if self.seconds_left() == 0.0:
            self.finish_segment()
            self._supply.prepare()

    def finish_segment(self) -> None:
        """Close the segment, durably; the next frame begins another one."""
        if self._segment is not None:
            segment = self._segment
            segment.finish()
            self._all_durable()
            self._segment = None
            segment.close()

    def close(self) -> None:
        """Let go of the files; what was added is written before by `finish_segment`."""
        if self._segment is not None:
            self._segment.close()
            self._segment = None
        self._supply.close()

    # -- inside -------------------------------------------------------------------------------------------------------

    def _begin(self, entry: Entry) -> None:
        if entry.number:
            if entry.epoch != self._epoch:
                raise OSError("a part of this mail lay in a segment that broke")
            return
        segment = self._with_room(frames.room_for(len(entry.head)))
        self._mail += 1
        entry.number, entry.epoch = self._mail, self._epoch
        at = segment.add(Kind.HEAD, entry.number, entry.head)
        entry.lies = Piece(segment.number, at, len(entry.head))

    def _add(self, note: Note) -> None:
        kind, number, payload = note
        self._with_room(frames.room_for(len(payload))).add(kind, number, payload)
        self._notes.append(note)

    def _with_room(self, octets: int) -> Segment:
        segment = self._segment
        if segment is None or segment.room < octets:
            segment = self._next_segment(octets)
        return segment

    def _next_segment(self, octets: int) -> Segment:
        # What was added goes to where it was added, even when there is nowhere to go on.
        self.finish_segment()
        if time.monotonic() < self._not_before:
            raise NoRoom("the disk failed a moment ago")
        self._number += 1
        try:
            opening = Opening(first_mail=self._mail + 1, last_serial=self._serial)
            self._segment = self._supply.take(self._number, opening, octets)
        except NoRoom:
            self._not_before = time.monotonic() + _PAUSE
            raise
        self._began = time.monotonic()
        return self._segment

    def _all_durable(self) -> None:
        self._notes = []
        self._seals = []
        self._content = 0

    def _void(self, entry: Entry) -> bytes:
        entry.judged = True
        serial = entry.sealing.serial if entry.sealing else 0
        facts = Voiding(serial=serial, size=entry.size, at=self._clock(), mail_id=entry.id, door=entry.door.value)
        return pack_voiding(facts)


def _split(pieces: Sequence[bytes], length: int) -> tuple[list[bytes], list[bytes]]:
    """Cut pieces of content in two, the first part being `length` octets."""
    first: list[bytes] = []
    rest = list(pieces)
    while length:
        piece = rest[0]
        if len(piece) <= length:
            first.append(rest.pop(0))
        else:
            first.append(piece[:length])
            rest[0] = piece[length:]
        length -= len(first[-1])
    return first, rest
