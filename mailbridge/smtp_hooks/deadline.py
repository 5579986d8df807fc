"""A time-out that costs next to nothing to move, as one must be that starts anew with every block of every mail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadline:
    """
    Calls `expired` when its moment comes.

    Moving it later only changes a number; the timer of the loop notices when it goes off too early, and is set again.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        self._loop = loop
        self._expired = expired
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Let it come in so many seconds from now, whatever was set before."""
        self._at = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._at:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._at, self._look)

    def clear(self) -> None:
        """Let it never come."""
        self._at = None

    def close(self) -> None:
        """Let it never come, and leave no timer behind."""
        self._at = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._at is None:
            return
        if self._loop.time() + 0.001 < self._at:
            self._timer = self._loop.call_at(self._at, self._look)
        else:
            self._at = None
            self._expired()
