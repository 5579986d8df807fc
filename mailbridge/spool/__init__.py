"""I/O: raw mail, durable before anybody hears 250, until it is decided."""

from __future__ import annotations

from mailbridge.spool.aside import AsideMail
from mailbridge.spool.capture import Capture
from mailbridge.spool.pressure import Pressure
from mailbridge.spool.record import Damaged
from mailbridge.spool.recovery import Recovered, UnknownMail
from mailbridge.spool.store import UNKNOWN_WAITS, Spool, WalkLock

__all__ = [
    "UNKNOWN_WAITS",
    "AsideMail",
    "Capture",
    "Damaged",
    "Pressure",
    "Recovered",
    "Spool",
    "UnknownMail",
    "WalkLock",
]
