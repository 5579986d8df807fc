"""
One mail on its way into the journal, from the first octet of DATA to the next hop's answer.

    begin ── write … ── seal ─┬─ accept    the next hop took it: it waits for its walk
                              ├─ refuse    the next hop did not want it: only that it was is remembered
                              ├─ unknown   the next hop went silent after the final dot
                              └─ discard   (at any time) nothing is kept
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Protocol

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Door, Envelope
from mailbridge.spool.commit_thread import CommitThread
from mailbridge.spool.frames import Kind, pack_accepting, pack_judging
from mailbridge.spool.record import MAX_REPLY, Acceptance, Head, head_line, identity
from mailbridge.spool.steps import ContentStep, Job, NoteStep, SealStep
from mailbridge.spool.writing import Entry, SlotWriter

# Content up to this size waits in memory until it is sealed, so that a small mail (nearly all) is one write.
MEMORY_BLOCK = 256 << 10
# With more than this in memory for all mails, content goes to the disk in smaller blocks.
_MOST_HELD = 16 << 20
_SMALL_BLOCK = 16 << 10
# How much may wait for the commit thread: of one mail, and of all.
_MOST_OF_ONE = 1 << 20
_MOST_OF_ALL = 32 << 20


class Load:
    """How much content is in memory: `held` until a seal or a full block, `queued` for the commit thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.held = 0
        self.queued = 0

    def hold(self, octets: int) -> None:
        """Count what a capture took (or, negative, gave away)."""
        with self._lock:
            self.held += octets

    def queue(self, octets: int) -> None:
        """Count what was given to the commit thread (or, negative, was written)."""
        with self._lock:
            self.queued += octets


class Register(Protocol):
    """What a capture tells its spool."""

    def next_instant(self) -> datetime:
        """Return the moment of an acceptance: no two are the same."""
        ...

    def taken(self, entry: Entry, key: str, accepted_at: datetime, reply: str | None) -> None:
        """Hear that a mail was accepted whose client has not got its answer yet."""
        ...

    def settled(self, key: str) -> Callable[[SlotWriter], None]:
        """Return what the commit thread has to do when a mail of this key was accepted."""
        ...

    def lost_sight(self, entry: Entry) -> Callable[[SlotWriter], None]:
        """Return what the commit thread has to do with a mail of unknown fate."""
        ...


class Capture:
    """Takes the octets of one mail; used by one task."""

    def __init__(
        self, head: Head, *, thread: CommitThread, load: Load, register: Register, clock: Callable[[], datetime]
    ) -> None:
        self.id = head.id
        self.size = 0
        self._head = head
        self._thread = thread
        self._load = load
        self._register = register
        self._clock = clock
        self._entry = Entry(id=head.id, door=head.door, head=head_line(head))
        self._digest = hashlib.sha256()
        self._held: list[bytes] = []
        self._held_size = 0
        self._given = 0
        self._written = 0
        self._failed = False
        self._is_begun = False
        self._is_sealed = False
        self._is_judged = False
        self._key, self._key_of = "", -1

    @property
    def envelope(self) -> Envelope:
        """The envelope it was begun with."""
        return self._head.envelope

    @property
    def sha256(self) -> str:
        """SHA-256 of the content so far as it came, hex."""
        return self._digest.hexdigest()

    @property
    def key(self) -> str:
        """What makes this mail the same as its retry: envelope and content, as one hash."""
        if self._key_of != self.size:
            self._key, self._key_of = identity(self._head.envelope, self.sha256), self.size
        return self._key

    @property
    def is_behind(self) -> bool:
        """Say whether so much waits for the disk that the door should stop reading until `room()`."""
        return self._given - self._written > _MOST_OF_ONE or self._load.queued > _MOST_OF_ALL

    def write(self, octets: bytes) -> None:
        """Take the next octets of the content; raises `Unavailable` when the disk did not take earlier ones."""
        if self._failed:
            raise Unavailable("spool", "the content could not be written")
        self._digest.update(octets)
        length = len(octets)
        self.size += length
        self._held.append(octets)
        self._held_size += length
        self._load.hold(length)
        if self._held_size >= (MEMORY_BLOCK if self._load.held < _MOST_HELD else _SMALL_BLOCK):
            held, held_size = self._let_go()
            self._is_begun = True
            self._given += held_size
            self._load.queue(held_size)
            self._thread.post(ContentStep(self._entry, held, held_size, self._content_written))

    async def room(self) -> None:
        """Wait until the disk has caught up; raises `Unavailable`."""
        while self.is_behind and not self._failed:
            await self._thread.ask(Job(_nothing))
        if self._failed:
            raise Unavailable("spool", "the content could not be written")

    async def seal(self) -> None:
        """Make content and envelope durable; afterwards a crash cannot lose them. Raises `Unavailable`."""
        await self._thread.ask(self._seal_step())

    async def accept(self, reply: str) -> str:
        """
        Record that the next hop took the mail, so that the end of this process cannot lose it; returns its id.

        Raises `Unavailable`; it is recorded then when the disk is back, or its fate is unknown after a restart.
        """
        # The client of another door is not asked for when it sends a mail again: it is walked as a copy (RFC 1047).
        owes = self._head.door is Door.HOP
        await self._thread.ask(self._accept_step(self._register.next_instant(), reply, owes=owes))
        return self.id

    async def refuse(self, reply: str) -> None:
        """Record that the next hop refused the whole mail; raises `Unavailable`."""
        if not self._is_sealed:
            self.discard()
        elif not self._is_judged:
            self._is_judged = True
            words = pack_judging(self._clock(), reply[:MAX_REPLY])
            await self._thread.ask(NoteStep(Kind.REFUSED, self._entry, words))

    async def unknown(self) -> None:
        """Record that nobody knows whether a sealed mail was taken; raises `Unavailable`."""
        if self._is_sealed and not self._is_judged:
            await self._thread.ask(self._unknown_step())

    def discard(self) -> None:
        """Forget the mail; harmless when there is nothing left to forget."""
        self._let_go()
        if not self._is_judged:
            self._is_judged = True
            if self._is_begun:
                self._thread.post(NoteStep(Kind.DISCARDED, self._entry, pack_judging(self._clock())))

    def leave(self) -> None:
        """Let go of a mail whose fate nobody knows; without a seal it is forgotten."""
        if not self._is_sealed:
            self.discard()
        elif not self._is_judged:
            self._thread.post(self._unknown_step())

    def keep_now(self, acceptance: Acceptance) -> None:
        """Seal and accept in one step, blocking: for doors where nobody is asked. Raises `Unavailable`."""
        self._thread.submit(self._seal_step()).result()
        self._thread.submit(self._accept_step(acceptance.accepted_at, acceptance.reply, owes=False)).result()

    def _seal_step(self) -> SealStep:
        self._is_begun = self._is_sealed = True
        held, held_size = self._let_go()
        return SealStep(self._entry, held, held_size, self._digest.digest())

    def _accept_step(self, accepted_at: datetime, reply: str | None, *, owes: bool) -> NoteStep:
        self._is_judged = True
        words = None if reply is None else reply[:MAX_REPLY]
        key = self.key
        if owes:
            self._register.taken(self._entry, key, accepted_at, words)
        payload = pack_accepting(accepted_at, words, bytes.fromhex(key), owes=owes)
        return NoteStep(Kind.ACCEPT, self._entry, payload, self._register.settled(key))

    def _unknown_step(self) -> NoteStep:
        self._is_judged = True
        at = pack_judging(self._clock())
        return NoteStep(Kind.UNKNOWN, self._entry, at, self._register.lost_sight(self._entry))

    def _let_go(self) -> tuple[list[bytes], int]:
        held, held_size = self._held, self._held_size
        self._held, self._held_size = [], 0
        self._load.hold(-held_size)
        return held, held_size

    def _content_written(self, length: int, is_written: bool) -> None:
        """Hear of a block, in the commit thread: `_written` is changed here only."""
        self._written += length
        self._load.queue(-length)
        if not is_written:
            self._failed = True


def _nothing(_writer: SlotWriter) -> None:
    """Be a step that only waits for those before it."""
