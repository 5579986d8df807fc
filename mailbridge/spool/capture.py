"""
One mail on its way into the spool, from the first octet of DATA to the next hop's answer.

    begin ── write … ── seal ─┬─ accept    the next hop took it: it waits for its walk
                              ├─ unknown   the next hop went silent after the final dot
                              └─ discard   (at any time) refused: nothing is kept
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Envelope
from mailbridge.spool.answers import Answer, Answers
from mailbridge.spool.committer import Committer, Work
from mailbridge.spool.places import Places, accepted_name
from mailbridge.spool.record import (
    MAX_REPLY,
    Acceptance,
    Head,
    Seal,
    acceptance_line,
    head_line,
    identity,
    seal_line,
)

# Content up to this size waits in memory until it is sealed, so that small mails (nearly all) cost the event loop no
# call to the disk at all. Larger content goes to the page cache in blocks of this size.
MEMORY_BLOCK = 256 << 10


class Capture:
    """Takes the octets of one mail. Its file is locked (flock) as long as its writer lives."""

    def __init__(
        self,
        head: Head,
        *,
        places: Places,
        committer: Committer,
        answers: Answers,
        next_instant: Callable[[], datetime],
        settled: Callable[[str, Path | None], None],
    ) -> None:
        self.id = head.id
        self.size = 0
        self._head = head
        self._places = places
        self._committer = committer
        self._answers = answers
        self._next_instant = next_instant
        self._settled = settled
        self._digest = hashlib.sha256()
        self._held: list[bytes] = [head_line(head)]
        self._held_size = 0
        self._path = places.open / head.id
        self._descriptor: int | None = None
        self._pending: Future[None] | None = None

    @property
    def envelope(self) -> Envelope:
        """The envelope it was begun with."""
        return self._head.envelope

    @property
    def sha256(self) -> str:
        """SHA-256 of the content so far, hex."""
        return self._digest.hexdigest()

    @property
    def key(self) -> str:
        """What makes this mail the same as its retry: envelope and content, as one hash."""
        return identity(self._head.envelope, self.sha256)

    def write(self, octets: bytes) -> None:
        """Take the next octets of the content; raises `Unavailable` when the disk does not."""
        self._digest.update(octets)
        self.size += len(octets)
        self._held.append(octets)
        self._held_size += len(octets)
        if self._held_size >= MEMORY_BLOCK:
            try:
                self._flush()
            except OSError as error:
                raise Unavailable("spool", str(error)) from error

    async def seal(self) -> None:
        """Make content and envelope durable; afterwards a crash cannot lose them. Raises `Unavailable`."""
        await self._commit(self._seal)

    async def accept(self, reply: str) -> str:
        """
        Record that the next hop took the mail, durably, and hand it to the worker; returns its id.

        Raises `Unavailable`; the mail then lies in `unknown` (or still in `sealed`) and is settled from there.
        """
        acceptance = Acceptance(accepted_at=self._next_instant(), reply=reply[:MAX_REPLY])
        try:
            await self._commit(lambda: self._accept(acceptance))
        except Unavailable:
            with suppress(Unavailable):
                await self.unknown()
            self._close()
            raise
        self._close()
        self._settled(self.key, None)
        return self.id

    async def unknown(self) -> None:
        """Put a sealed mail where it waits until its fate is known; raises `Unavailable`."""
        if self._path.parent != self._places.sealed:
            return
        await self._commit(self._to_unknown)
        self._close()
        self._settled(self.key, self._path)

    def discard(self) -> None:
        """Forget the mail; harmless when there is nothing left to forget."""
        self._held.clear()
        self._after_pending(self._delete)

    def leave(self) -> None:
        """Let go of the file as it is, for `recover()` to judge."""
        self._after_pending(self._close)

    def keep_now(self, acceptance: Acceptance) -> None:
        """Seal and accept in one step, blocking: for doors where nobody is asked. Raises `Unavailable`."""
        self._committer.submit(self._seal).result()
        self._committer.submit(lambda: self._accept(acceptance, answer=False)).result()
        self._close()

    async def _commit(self, work: Work) -> None:
        self._pending = self._committer.submit(work)
        await asyncio.shield(asyncio.wrap_future(self._pending))

    def _after_pending(self, step: Callable[[], None]) -> None:
        """Do a step when the committer is done with this file: it may still be writing for one who was cancelled."""
        if self._pending is None:
            step()
        else:
            self._pending.add_done_callback(lambda _: step())

    def _delete(self) -> None:
        if self._descriptor is not None and self._path.parent in (self._places.open, self._places.sealed):
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        self._close()

    def _flush(self) -> int:
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)
            # `recover()` of a process that starts beside us must see that this file has a living writer.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        octets, self._held, self._held_size = b"".join(self._held), [], 0
        _write_all(self._descriptor, octets)
        return self._descriptor

    def _seal(self) -> Path:
        seal = Seal(size=self.size, sha256=self.sha256, sealed_at=datetime.now(UTC))
        self._held.append(seal_line(seal))
        os.fdatasync(self._flush())
        self._move(self._places.sealed / self.id)
        return self._places.sealed

    def _accept(self, acceptance: Acceptance, *, answer: bool = True) -> Path:
        self._held.append(acceptance_line(acceptance))
        os.fdatasync(self._flush())
        if answer:
            # Before the worker can see (and release) the mail: otherwise a crash could leave no trace of it here.
            words = acceptance.reply or ""
            self._answers.accepted(Answer(id=self.id, key=self.key, reply=words, accepted_at=acceptance.accepted_at))
        self._move(self._places.accepted / accepted_name(acceptance.accepted_at, self.id))
        return self._places.accepted

    def _to_unknown(self) -> Path:
        self._move(self._places.unknown / self.id)
        return self._places.unknown

    def _move(self, target: Path) -> None:
        self._path.rename(target)
        self._path = target

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _write_all(descriptor: int, octets: bytes) -> None:
    view = memoryview(octets)
    while view:
        view = view[os.write(descriptor, view) :]
