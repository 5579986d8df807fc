"""
Letters leave: leased from the outbox, handed to the next server, noted as sent.

At least once: when the program dies between the reply of the next server and the note, the lease runs out and the
letter leaves again, word for word the same and with the same Message-ID, by which a receiver knows it. As long as the
program lives, a letter that was taken is never sent again, even when the database is away for a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from mailbridge.errors import MailBridgeError, Unavailable
from mailbridge.mail.letter import Letter
from mailbridge.outbound.dress import Dress
from mailbridge.outbound.next_hop import NextHop, OutboundSettings, Refused
from mailbridge.outbound.schedule import delay

log = logging.getLogger("mailbridge.outbound")

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds without any attempt after the next server or the database was not there, once, twice, …"""


class Queued(Protocol):
    """A letter on lease; `attempts` counts this one."""

    @property
    def letter(self) -> Letter:
        """The letter."""
        ...

    @property
    def attempts(self) -> int:
        """How many attempts there were, with this one."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was written, aware."""
        ...


class Outbox(Protocol):
    """Letters that wait. The methods block and may raise `Unavailable`; they are called in threads."""

    def lease(self, now: datetime, seconds: float) -> Queued | None:
        """Take the letter that is due longest; nobody else gets it for so many seconds. None: nothing is due."""
        ...

    def sent(self, key: str, reply: str, now: datetime) -> bool:
        """Note that the next server took it, and its words; harmless when noted before."""
        ...

    def failed(self, key: str, error: str, retry_at: datetime | None, now: datetime) -> bool:
        """Note a failed attempt; without `retry_at` the letter is given up and a clerk has to act."""
        ...


class LetterSender:
    """
    Sends the letters of one outbox, one after the other.

    Args:
        dress: What each letter gets when it leaves.
        on_sent: Told of each letter that the next server took, and when; must not block.
    """

    def __init__(
        self,
        outbox: Outbox,
        settings: OutboundSettings,
        *,
        dress: Dress | None = None,
        on_sent: Callable[[Queued, datetime], None] = lambda _queued, _at: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._outbox = outbox
        self._settings = settings
        self._dress = dress or Dress()
        self._on_sent = on_sent
        self._clock = clock
        self._next_hop = NextHop(settings)
        self._taken: dict[str, str] = {}
        self._awake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """Say that a letter was posted, so that it leaves at once. May be called from any thread, at any time."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._awake.set)

    async def run(self, stop: asyncio.Event) -> None:
        """
        Send what is due until `stop` is set; a letter that is on its way is finished first.

        A next server or a database that is away costs nothing but time: it is tried again, less and less often.
        """
        self._loop = asyncio.get_running_loop()
        troubles, last_used = 0, self._loop.time()
        try:
            while not stop.is_set():
                try:
                    worked = await self.send_next()
                except Unavailable as error:
                    pause = _PAUSES[min(troubles, len(_PAUSES) - 1)]
                    troubles += 1
                    log.warning("letters wait %d s: %s", pause, error)
                    await _wait(pause, stop)
                    continue
                troubles = 0
                if worked:
                    last_used = self._loop.time()
                    continue
                if self._next_hop.is_open and self._loop.time() - last_used >= self._settings.idle:
                    await self._next_hop.close()
                await _wait(self._settings.poll, stop, self._awake)
                self._awake.clear()
        finally:
            self._loop = None
            await self._next_hop.close()

    async def send_next(self) -> bool:
        """
        Send the letter that is due longest; False when none is.

        Raises `Unavailable` when the next server or the database is not there; a letter on lease is put back first.
        """
        await self._note_taken()
        queued = await asyncio.to_thread(self._outbox.lease, self._clock(), self._settings.lease)
        if queued is None:
            return False
        try:
            dressed = await asyncio.to_thread(self._dress.dressed, queued.letter)
            reply = await self._next_hop.deliver(dressed)
        except Refused as error:
            await self._note_failure(queued, error, again=not error.permanent)
        except Unavailable as error:
            await self._note_failure(queued, error, again=True)
            raise
        else:
            self._taken[queued.letter.key] = reply
            self._on_sent(queued, self._clock())
            await self._note_taken()
        return True

    async def _note_taken(self) -> None:
        """Note what the next server has taken, before anything else is done: such a letter must not leave again."""
        for key, reply in tuple(self._taken.items()):
            await asyncio.to_thread(self._outbox.sent, key, reply, self._clock())
            del self._taken[key]
            log.info("letter sent: %s", reply)

    async def _note_failure(self, queued: Queued, error: MailBridgeError, *, again: bool) -> None:
        now = self._clock()
        wait = delay(queued.attempts) if again else None
        log.log(logging.INFO if wait else logging.WARNING, "letter %s: %s", "deferred" if wait else "given up", error)
        retry_at = now + wait if wait else None
        await asyncio.to_thread(self._outbox.failed, queued.letter.key, str(error), retry_at, now)


async def _wait(seconds: float, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, or so many seconds."""
    waiters = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiters, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
