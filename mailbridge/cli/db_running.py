"""Which files say that a program of ours is running."""

from __future__ import annotations

from pathlib import Path

from mailbridge.settings import Settings


def locks_of(settings: Settings) -> tuple[Path, ...]:
    """Return the locks that the roles `work` and `send` hold for as long as they run."""
    return (settings.data / "spool" / "worker.lock", settings.data / "send.lock")
