"""Back-pressure: when the spool takes no more mail, so that its senders keep it (B11)."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable

from mailbridge.errors import Unavailable
from mailbridge.spool.store import Spool

log = logging.getLogger("mailbridge.spool")

_GOOD_FOR = 1.0
"""Seconds after which it is looked again, in a thread of its own: a disk that hangs must not stop the dialogue."""


class Pressure:
    """
    Says whether the spool is full: called at each MAIL of a client, and does not wait for the disk.

    Args:
        least_free: Octets that must stay free on the disk.
        most_waiting: Mails that may wait for their walk.
    """

    def __init__(
        self, spool: Spool, *, least_free: int, most_waiting: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Look for the first time."""
        self._spool = spool
        self._least_free = least_free
        self._most_waiting = most_waiting
        self._clock = clock
        self._full = False
        self._looked_at = clock()
        self._looking: threading.Thread | None = None
        self._look()

    def __call__(self) -> bool:
        """Return True while there is too little room or too much waits, or the disk does not answer."""
        now = self._clock()
        is_looking = self._looking is not None and self._looking.is_alive()
        if now - self._looked_at >= _GOOD_FOR and not is_looking:
            self._looked_at = now
            self._looking = threading.Thread(target=self._look, name="spool-pressure", daemon=True)
            self._looking.start()
        return self._full

    def _look(self) -> None:
        reason = self._reason()
        if bool(reason) is not self._full:
            log.warning("mail is refused for now: %s" if reason else "mail is taken again", *filter(None, (reason,)))
        self._full = bool(reason)

    def _reason(self) -> str | None:
        try:
            free = shutil.disk_usage(self._spool.root).free
            waiting = self._spool.count_waiting()
        except (OSError, Unavailable):
            return "the disk of the spool does not answer"
        if free < self._least_free:
            return f"{free >> 20} MB are free on the disk of the spool"
        return f"{waiting} mails wait for their walk" if waiting > self._most_waiting else None
