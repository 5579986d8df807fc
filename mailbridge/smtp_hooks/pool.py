"""
Sessions with the next hop that no client uses just now, and what the next hop said it can do.

A client that comes finds a session open, and one that only greets and waits costs the next hop nothing. What a peer
sees stays the same: a session that knows its client (XCLIENT, AUTH) is never lent to another, and no mail is open in
one that is given back.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.opening import Introduction, open_session
from mailbridge.smtp_hooks.settings import HopSettings, Upstream
from mailbridge.smtp_hooks.wire import Connection

_OFFERS_GOOD_FOR = 30.0
"""Seconds for which the keywords of a next hop are told to clients without asking it again."""

_MOST_IDLE = 64
"""Sessions kept for each next hop: Postfix serves 100 clients at once (default_process_limit), not all of them ours."""

_OLDEST = 300.0
"""Seconds after which a session is not lent again (as Postfix's smtp_connection_reuse_time_limit)."""

_OLDEST_FALL_BACK = 30.0
"""The same for a server that stands in for the first one, which is to be asked again soon."""

_MOST_ERRORS = 5
"""Refusals in a session beyond which nobody else gets it: servers end sessions with many (smtpd_hard_error_limit)."""


class Pool:
    """Lends sessions; lives in one event loop."""

    def __init__(self, settings: HopSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.connections: set[Connection] = set()
        """All our connections to next hops: a client whose connection is one of them is ourselves."""
        self._clock = clock
        self._idle: dict[Upstream, deque[tuple[float, NextHop]]] = {}
        self._offers: dict[Upstream, tuple[float, dict[str, str]]] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._sweeping: asyncio.TimerHandle | None = None

    def offers(self, upstream: Upstream) -> dict[str, str] | None:
        """Return the keywords it offered a short while ago, None when it has to be asked."""
        at, keywords = self._offers.get(upstream, (float("-inf"), {}))
        return keywords if self._clock() - at < _OFFERS_GOOD_FOR else None

    async def take(self, upstream: Upstream, *, introduce: Introduction | None = None) -> NextHop:
        """Return an idle session, or open one; raises `NextHopUnreachable`."""
        idle = self._idle.get(upstream)
        while idle and introduce is None:
            _, hop = idle.pop()
            if hop.is_clean:
                hop.was_kept = True
                return hop
            hop.abort()
        hop = await open_session(self.settings, upstream, introduce=introduce, connections=self.connections)
        if not hop.is_bound:
            self._offers[upstream] = (self._clock(), hop.keywords)
        return hop

    def give_back(self, hop: NextHop) -> None:
        """Take a session that its client needs no more; one that another client must not have is ended."""
        idle = self._idle.setdefault(hop.upstream, deque())
        if not hop.is_clean:
            # What is half done in it ends with it.
            self.leave(hop)
        elif not self._is_welcome(hop) or len(idle) >= _MOST_IDLE:
            self.leave(hop)
        else:
            idle.append((self._clock(), hop))
            self._sweep_later()

    def _is_welcome(self, hop: NextHop) -> bool:
        oldest = _OLDEST if hop.is_first else _OLDEST_FALL_BACK
        is_good = hop.age < oldest and hop.errors <= _MOST_ERRORS
        return is_good and self.settings.keep_idle > 0 and hop.settings is self.settings

    def renew(self, settings: HopSettings) -> None:
        """Use other settings: what was opened and heard with the old ones is not lent any more."""
        self.settings = settings
        self._offers.clear()
        self._end_idle()

    def suspect(self, upstream: Upstream) -> None:
        """End the idle sessions with a next hop: one of them was found dead."""
        for _, hop in self._idle.pop(upstream, ()):
            self.leave(hop)

    def leave(self, hop: NextHop) -> None:
        """Say goodbye to a next hop, without waiting for it."""
        if hop.is_alive:
            task = asyncio.get_running_loop().create_task(hop.quit())
            self._goodbyes.add(task)
            task.add_done_callback(self._goodbyes.discard)

    def forget(self, upstream: Upstream) -> None:
        """Ask it anew what it offers: it does not answer as before."""
        self._offers.pop(upstream, None)

    async def close(self) -> None:
        """End all idle sessions."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        self._end_idle()
        if self._goodbyes:
            await asyncio.wait(self._goodbyes)

    def _end_idle(self) -> None:
        for upstream in tuple(self._idle):
            self.suspect(upstream)

    def _sweep_later(self) -> None:
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(self.settings.keep_idle, self._sweep)

    def _sweep(self) -> None:
        self._sweeping = None
        old = self._clock() - self.settings.keep_idle
        for idle in self._idle.values():
            while idle and idle[0][0] <= old:
                self.leave(idle.popleft()[1])
        if any(self._idle.values()):
            self._sweep_later()
