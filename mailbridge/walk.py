"""
The loop over the spool: one mail after the other in the order of arrival.

One bad mail stops nothing: it is set aside for a person, and the next one is walked.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TypeAlias

from mailbridge.decision.policy import Policy
from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import MailObject
from mailbridge.pipeline import Outcome, Ports, Seen, conclude, is_kept, prepare
from mailbridge.ports import Spool

log = logging.getLogger("mailbridge.walk")

_MOST_DEATHS = 10
"""Times that the program may end while a mail is walked, before a person has to look at that mail: a machine that is
switched off now and then must not count, a mail that takes all memory comes round in seconds."""

Prepared: TypeAlias = "tuple[MailObject, Seen | None]"


class Deadly(Exception):
    """A mail that the program did not survive several times; the walk of others may have been to blame."""


@dataclass(kw_only=True)
class Walk:
    """
    The loop over the spool: mails are read side by side and settled one by one in the order of arrival.

    `parallel` mails are read at once. When something of ours is gone, the first mail waits `pause` seconds and is
    tried again, and those behind it wait too, so that numbers stay in order. `on_outcome` is called after each mail.
    """

    spool: Spool
    ports: Ports
    policies: Sequence[Policy]
    on_outcome: Callable[[MailObject, tuple[Outcome, ...]], None]
    parallel: int = 2
    pause: float = 5.0
    poll: float = 1.0
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _ahead: deque[tuple[str, asyncio.Task[Prepared]]] = field(default_factory=deque, init=False)

    def wake(self) -> None:
        """Say that there is something to do; call it in the loop's thread."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Walk until `stop` is set (call `wake` after setting it); what is being settled then is settled."""
        try:
            while not stop.is_set():
                self._woken.clear()
                await self._read_ahead()
                if not self._ahead:
                    await self._nap(self.poll)
                elif not await self._settle_first():
                    await self._nap(self.pause)
        finally:
            await self._forget_ahead()

    async def _nap(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)

    async def _read_ahead(self) -> None:
        begun = {mail_id for mail_id, _ in self._ahead}
        wanted = self.parallel - len(begun)
        if wanted > 0:
            waiting = (mail_id for mail_id in self.spool.waiting() if mail_id not in begun)
            for mail_id in await asyncio.to_thread(lambda: list(islice(waiting, wanted))):
                self._ahead.append((mail_id, asyncio.create_task(self._prepare(mail_id))))

    async def _prepare(self, mail_id: str) -> Prepared:
        if await asyncio.to_thread(self.spool.begin_walk, mail_id) > _MOST_DEATHS:
            raise Deadly(f"the program ended {_MOST_DEATHS} times while this mail was walked")
        mail = await asyncio.to_thread(self.spool.load, mail_id)
        return mail, await prepare(mail, self.ports, self.policies)

    async def _settle_first(self) -> bool:
        """Settle the oldest mail; False when it has to wait because something of ours is gone."""
        mail_id, task = self._ahead.popleft()
        try:
            mail, seen = await task
            now = datetime.now(UTC)
            outcomes = await asyncio.to_thread(conclude, mail, seen, self.ports, self.policies, now)
            await asyncio.to_thread(self.spool.release, mail_id, keep=is_kept(outcomes))
        except Unavailable as error:
            log.error("walk waits", extra={"mail": mail_id, "what": error.what, "detail": error.detail})
            await asyncio.to_thread(self.spool.end_walk, mail_id)
            await self._forget_ahead()
            return False
        except Exception as error:  # a fault of ours in one mail must not stop the others
            log.exception("mail set aside", extra={"mail": mail_id})
            reason = str(error) if isinstance(error, Deadly) else f"{type(error).__name__} in the walk"
            await asyncio.to_thread(self.spool.set_aside, mail_id, reason)
        else:
            self.on_outcome(mail, outcomes)
        return True

    async def _forget_ahead(self) -> None:
        """Drop what was read ahead: after a pause the oldest comes first again."""
        for mail_id, task in self._ahead:
            task.cancel()
            await asyncio.to_thread(self.spool.end_walk, mail_id)
        self._ahead.clear()
