"""How many mails each client began in the present minute."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

_WINDOW = 60.0


class Rate:
    """
    Counts by client and begins anew every minute, so that its memory is bounded by the clients of one.

    A client may thus begin twice its number around the turn of a minute: this stops floods, it is no accounting.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = float("-inf")
        self._begun: Counter[str] = Counter()

    def allows(self, client: str, most: int) -> bool:
        """Count one more mail of a client, and say whether it may begin it; `most` 0 allows any number."""
        if not most:
            return True
        now = self._clock()
        if now >= self._until:
            self._until = now + _WINDOW
            self._begun.clear()
        self._begun[client] += 1
        return self._begun[client] <= most
