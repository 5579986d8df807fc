"""What is done from time to time beside the walk, a loop each; none waits for another, and no mail waits for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime

from sqlalchemy import Engine

from mailbridge.errors import Unavailable
from mailbridge.recheck import ask_due
from mailbridge.registry.journal_roots import make_due_roots
from mailbridge.registry.verdicts import SqlVerdicts
from mailbridge.spool import Spool
from mailbridge.wiring.closing import close_due
from mailbridge.wiring.looking import reading_for
from mailbridge.wiring.prepared import Prepared, world_of
from mailbridge.wiring.rounds import tell_by_the_clock
from mailbridge.wiring.stamping import Stamper

log = logging.getLogger("mailbridge.wiring")

_UNKNOWN_EVERY = 60.0
"""Seconds between two looks at mails whose fate is unknown."""
_VERDICTS_EVERY = 15.0
"""Seconds between two looks at verdicts that are due to be asked for again; the first pause of one is a minute."""
_ROOTS_EVERY = 60.0
"""Seconds between two looks for a day that is over, or a root without its stamp."""
_CLOSINGS_EVERY = 300.0
"""Seconds between two looks for a day that is to be closed."""
_TRUST_EVERY = 5.0
"""Seconds between two looks at what is to be fetched."""

Loop = tuple[str, Callable[[], Coroutine[None, None, None]]]
"""A name, and what runs until the program ends."""


class Chores:
    """
    The chores of the role `work`.

    Args:
        prepared: Returns the choices that hold at the moment.
        ready: Set when the database can be used.
        stop: Set when the program ends.
        wake: Called in the loop's thread when the walk has something to do.
        on_letters: Called in the loop's thread when letters were put into the outbox.
    """

    def __init__(
        self,
        engine: Engine,
        spool: Spool,
        *,
        prepared: Callable[[], Prepared],
        ready: asyncio.Event,
        stop: asyncio.Event,
        wake: Callable[[], None],
        on_letters: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._spool = spool
        self._prepared = prepared
        self._ready = ready
        self._stop = stop
        self._wake = wake
        self._on_letters = on_letters

    def loops(self) -> Iterator[Loop]:
        """Yield them by name."""
        yield "unknown", self._settle_unknown
        yield "trust", self._keep_trust
        yield "verdicts", self._judge_again
        yield "roots", self._keep_roots
        yield "closings", self._close_days
        yield "rounds", self._tell_by_the_clock

    async def _settle_unknown(self) -> None:
        """Offer mails to the walk whose fate at the next hop stays unknown; the spool says after how long."""
        while not self._stop.is_set():
            with suppress(Unavailable):  # the disk is gone for now; the door tells of it
                if await asyncio.to_thread(self._spool.settle_unknown):
                    self._wake()
            await nap(_UNKNOWN_EVERY, self._stop)

    async def _judge_again(self) -> None:
        """Ask again for verdicts that had no answer; which are due stands in the database, and outlives a restart."""
        await self._ready.wait()
        left_alone: dict[tuple[str, str], datetime] = {}
        while not self._stop.is_set():
            try:
                now = datetime.now(UTC)
                if await asyncio.to_thread(SqlVerdicts(self._engine).due, now, 1 + len(left_alone)):
                    await self._ask_due(left_alone, now)
            except Unavailable as error:
                log.error("verdicts wait", extra={"what": error.what, "detail": error.detail})
            await nap(_VERDICTS_EVERY, self._stop)

    async def _ask_due(self, left_alone: dict[tuple[str, str], datetime], now: datetime) -> None:
        prepared = self._prepared()
        # Processes that read files are started for these alone: seldom is anything due.
        with closing(reading_for(prepared.settings, parallel=1, watch=prepared.keeper.note)) as reading:
            added = await ask_due(world_of(prepared, self._engine, reading), left_alone, now)
        if added:
            self._on_letters()

    async def _keep_trust(self) -> None:
        """Fetch lists and answers when they are due; walks take what is there, and wait for none of it."""
        while not self._stop.is_set():
            keeper, now = self._prepared().keeper, datetime.now(UTC)
            try:
                keeper.tell(await asyncio.to_thread(keeper.refresh, now, is_over=self._stop.is_set))
            except Exception:  # a fault of ours, brought out by what some host sent, must not stop the walk
                log.exception("trust could not be refreshed")
            keeper.warn(now, self._prepared().settings.trust.warn_days)
            await nap(_TRUST_EVERY, self._stop)

    async def _keep_roots(self) -> None:
        """Make the roots of days that are over, and have the newest stamped where an authority is chosen."""
        await self._ready.wait()
        stamper = Stamper(self._engine)
        while not self._stop.is_set():
            try:
                now = datetime.now(UTC)
                await asyncio.to_thread(make_due_roots, self._engine, now)
                await asyncio.to_thread(stamper.stamp_due, self._prepared(), now)
            except Unavailable as error:
                log.error("roots wait", extra={"what": error.what, "detail": error.detail})
            await nap(_ROOTS_EVERY, self._stop)

    async def _close_days(self) -> None:
        """Close days that are over, of the books that want it."""
        await self._ready.wait()
        while not self._stop.is_set():
            try:
                settings, now = self._prepared().settings, datetime.now(UTC)
                for done in await asyncio.to_thread(close_due, self._engine, settings, now):
                    log.info("day closed", extra={"book": done.book, "day": done.period.text})
            except Unavailable as error:
                log.error("closings wait", extra={"what": error.what, "detail": error.detail})
            await nap(_CLOSINGS_EVERY, self._stop)

    async def _tell_by_the_clock(self) -> None:
        await self._ready.wait()
        await tell_by_the_clock(self._engine, lambda: self._prepared().settings, self._stop, self._on_letters)


async def nap(seconds: float, stop: asyncio.Event) -> None:
    """Wait so many seconds, or until `stop` is set."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
