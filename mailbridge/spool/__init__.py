"""I/O: raw mail, durable before anybody hears 250, until it is decided."""

from __future__ import annotations

from mailbridge.spool.capture import Capture
from mailbridge.spool.record import Damaged
from mailbridge.spool.store import UNKNOWN_WAITS, AsideMail, Recovered, Spool, UnknownMail, WalkLock

__all__ = ["UNKNOWN_WAITS", "AsideMail", "Capture", "Damaged", "Recovered", "Spool", "UnknownMail", "WalkLock"]
