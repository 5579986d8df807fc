"""Who tells the time: an argument of all that writes moments, so that a test can say what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the present moment, aware."""


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
