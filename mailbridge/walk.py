"""
The loop over the spool: one mail after the other in the order of arrival.

One bad mail stops nothing: it is set aside for a person, and the next one is walked.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TypeAlias

from mailbridge.decision.policy import Policy
from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.journal_copy import OpenedCopy, open_copy
from mailbridge.pipeline import Outcome, Ports, conclude, is_kept, prepare
from mailbridge.ports import Spool
from mailbridge.seen import Seen

log = logging.getLogger("mailbridge.walk")

_MOST_DEATHS = 10
"""Times that the program may end while a mail is walked, before a person has to look at that mail: a machine that is
switched off now and then must not count, a mail that takes all memory comes round in seconds."""

_AT_ONCE = 200
"""Ids of waiting mail taken from the spool at a time: listing a backlog anew for each mail would cost its square."""

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
    _begun: dict[str, int] = field(default_factory=dict, init=False)
    _next: deque[str] = field(default_factory=deque, init=False)

    def wake(self) -> None:
        """Say that there is something to do; call it in the loop's thread."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Walk until `stop` is set (call `wake` after setting it); what is being settled then is settled."""
        try:
            while not stop.is_set():
                self._woken.clear()
                try:
                    await self._read_ahead()
                    if self._ahead:
                        await self._settle_first()
                        continue
                except Unavailable as error:
                    log.error("walk waits", extra={"what": error.what, "detail": error.detail})
                    self._forget_ahead()
                    # New mail does not cut this short: each try reads the first mails anew.
                    await _until(stop, self.pause)
                else:
                    await _until(self._woken, self.poll)
        finally:
            self._forget_ahead()
            with suppress(Unavailable):  # the disk is away too: one death too many is counted
                for mail_id in self._begun:
                    await asyncio.to_thread(self.spool.end_walk, mail_id)

    async def _read_ahead(self) -> None:
        if len(self._ahead) >= self.parallel:
            return
        if not self._next:
            self._next = await asyncio.to_thread(self._list_waiting, {mail_id for mail_id, _ in self._ahead})
        while self._next and len(self._ahead) < self.parallel:
            mail_id = self._next.popleft()
            self._ahead.append((mail_id, asyncio.create_task(self._prepare(mail_id))))

    def _list_waiting(self, begun: Collection[str]) -> deque[str]:
        return deque(islice((mail_id for mail_id in self.spool.waiting() if mail_id not in begun), _AT_ONCE))

    async def _prepare(self, mail_id: str) -> Prepared:
        # Noted once in the life of the program: to be put off by a database that is away is no death.
        if mail_id not in self._begun:
            self._begun[mail_id] = await asyncio.to_thread(self.spool.begin_walk, mail_id)
        if self._begun[mail_id] > _MOST_DEATHS:
            raise Deadly(f"the program ended {_MOST_DEATHS} times while this mail was walked")
        copy = await asyncio.to_thread(self._load, mail_id)
        return copy.mail, await prepare(copy.mail, self.ports, self.policies, copy.problem)

    def _load(self, mail_id: str) -> OpenedCopy:
        """Load a mail; one that a mail server handed in as a copy is judged as the mail that it is a copy of."""
        return open_copy(self.spool.load(mail_id))

    async def _settle_first(self) -> None:
        """Settle the oldest mail; raises `Unavailable` when it has to wait because something of ours is gone."""
        mail_id, task = self._ahead.popleft()
        try:
            mail, seen = await task
            now = datetime.now(UTC)
            outcomes = await asyncio.to_thread(conclude, mail, seen, self.ports, self.policies, now)
            await asyncio.to_thread(self.spool.release, mail_id, keep=is_kept(outcomes))
        except Unavailable:
            raise
        except Exception as error:  # a fault of ours in one mail must not stop the others
            log.exception("mail set aside", extra={"mail": mail_id})
            reason = str(error) if isinstance(error, Deadly) else f"{type(error).__name__} in the walk"
            await asyncio.to_thread(self.spool.set_aside, mail_id, reason)
            self._begun.pop(mail_id, None)
        else:
            self._begun.pop(mail_id, None)
            self.on_outcome(mail, outcomes)

    def _forget_ahead(self) -> None:
        """Drop what was read ahead: after a pause the oldest comes first again."""
        for _, task in self._ahead:
            task.cancel()
        self._ahead.clear()
        self._next.clear()


async def _until(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
