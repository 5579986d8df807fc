"""What all sessions of one milter door share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from mailbridge.smtp_hooks.counts import Counts
from mailbridge.smtp_hooks.keeping import Keeper
from mailbridge.smtp_hooks.milter.settings import MilterSettings

T = TypeVar("T")

log = logging.getLogger("mailbridge.milter")


@dataclass(kw_only=True, slots=True)
class MilterDesk:
    """
    The shared state; lives in one event loop. None of its questions may block.

    Attributes:
        is_full: Whether no copy may be kept for now.
        passes: Whether a mail for these recipients passes without a copy when none can be kept.
        is_bypassed: Whether all mail passes, with no copy and no mark.
    """

    settings: MilterSettings
    keeper: Keeper
    on_accepted: Callable[[str], None]
    clock: Callable[[], datetime]
    is_full: Callable[[], bool]
    passes: Callable[[Sequence[str]], bool]
    is_bypassed: Callable[[], bool]
    stopping: bool = False
    counts: Counts = field(default_factory=Counts)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work that must come to its end even when its session does not; a bug in it is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("bug in a task", exc_info=task.exception())

    def tell_worker(self, mail_id: str) -> None:
        """Say that a mail waits. The mail is safe already, so nothing that goes wrong here may reach the MTA."""
        try:
            self.on_accepted(mail_id)
        except Exception:  # a bug of the listener; the worker finds the mail by itself
            log.exception("listener failed", extra={"mail_id": mail_id})
