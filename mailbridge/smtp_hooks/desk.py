"""What all sessions of one hop share."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from mailbridge.smtp_hooks.keeping import Keeper
from mailbridge.smtp_hooks.settings import HopSettings

T = TypeVar("T")

log = logging.getLogger("mailbridge.hop")


@dataclass(kw_only=True, slots=True)
class Desk:
    """
    The shared state; lives in one event loop.

    `is_full` says whether no mail may be taken for now; it is asked at each MAIL and must not block.
    `undecided` holds the keys of mails whose client left while the next hop had not answered yet.
    """

    settings: HopSettings
    spool: Keeper
    on_accepted: Callable[[str], None]
    clock: Callable[[], datetime]
    is_full: Callable[[], bool] = lambda: False
    tls_context: ssl.SSLContext | None = None
    stopping: bool = False
    undecided: set[str] = field(default_factory=set)
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
