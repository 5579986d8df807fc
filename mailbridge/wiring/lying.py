"""What lies in the spool, counted."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.control.status import SpoolStatus
from mailbridge.spool import Spool

_DONE_WITH = "archive"
"""The folder of mail that has been walked: it is kept, it does not wait."""


def spool_status(spool: Spool, now: datetime) -> SpoolStatus:
    """Count; blocks, and raises `Unavailable` or `OSError` when the disk does not answer."""
    waiting = list(spool.waiting())
    return SpoolStatus(
        waiting=len(waiting),
        oldest_seconds=max(0.0, (now - begun_at(waiting[0])).total_seconds()) if waiting else None,
        set_aside=len(spool.aside()),
        unknown=len(spool.unknown()),
        octets=_octets_below(spool.root),
        free=shutil.disk_usage(spool.root).free,
    )


def begun_at(mail_id: str) -> datetime:
    """Return when a mail began to come in, which its id says (UUIDv7, RFC 9562 §5.7)."""
    return datetime.fromtimestamp(int(mail_id.replace("-", "")[:12], 16) / 1000, UTC)


def _octets_below(root: Path) -> int:
    """Sum up what the files take on the disk, without mail that was walked."""
    total = 0
    for folder, folders, files in os.walk(root):
        if Path(folder) == root and _DONE_WITH in folders:
            folders.remove(_DONE_WITH)
        for name in files:
            try:
                total += os.lstat(Path(folder, name)).st_blocks * 512
            except FileNotFoundError:  # walked meanwhile
                continue
    return total
