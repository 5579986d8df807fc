"""What all sessions of one journal door share."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from mailbridge.smtp_hooks.counts import Counts
from mailbridge.smtp_hooks.journal.settings import JournalSettings
from mailbridge.smtp_hooks.keeping import Keeper

T = TypeVar("T")

log = logging.getLogger("mailbridge.journal")


@dataclass(kw_only=True, slots=True)
class JournalDesk:
    """
    The shared state; lives in one event loop.

    Attributes:
        is_full: Says whether no mail may be taken for now; asked at each MAIL, must not block.
        undecided: The keys of mails whose client left while they were being written down.
        clients: How many sessions each address has.
    """

    settings: JournalSettings
    keeper: Keeper
    on_accepted: Callable[[str], None]
    clock: Callable[[], datetime]
    is_full: Callable[[], bool]
    tls_context: ssl.SSLContext | None = None
    stopping: bool = False
    undecided: set[str] = field(default_factory=set)
    clients: Counter[str] = field(default_factory=Counter)
    counts: Counts = field(default_factory=Counts)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work that must come to its end even when its session does not."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def tell_worker(self, mail_id: str) -> None:
        """Say that a mail waits. The mail is safe already, so nothing that goes wrong here may reach the client."""
        try:
            self.on_accepted(mail_id)
        except Exception:  # a bug of the listener; the worker finds the mail by itself
            log.exception("listener failed", extra={"mail_id": mail_id})
