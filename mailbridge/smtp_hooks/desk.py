"""What all sessions of one hop share."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import Any, TypeVar

from mailbridge.smtp_hooks.counts import Counts
from mailbridge.smtp_hooks.keeping import Keeper
from mailbridge.smtp_hooks.pool import Pool
from mailbridge.smtp_hooks.rate import Rate
from mailbridge.smtp_hooks.settings import HopSettings

T = TypeVar("T")

log = logging.getLogger("mailbridge.hop")


@dataclass(kw_only=True, slots=True)
class Desk:
    """
    The shared state; lives in one event loop.

    Attributes:
        is_full: Says whether no mail may be taken for now; asked at each MAIL, must not block.
        passes: Says whether mail for these recipients is passed on when we cannot keep a copy.
        refuses_early: No mail passes without a copy, so MAIL can be refused already when there is no room.
        is_bypassed: Says whether all mail is passed on and none is kept.
        undecided: The keys of mails whose client left while the next hop had not answered yet.
        rate: How many mails each client began in this minute.
        clients: How many sessions each client has, by `client_of`.
    """

    settings: HopSettings
    spool: Keeper
    pool: Pool
    on_accepted: Callable[[str], None]
    clock: Callable[[], datetime]
    is_full: Callable[[], bool] = lambda: False
    passes: Callable[[Sequence[str]], bool] = lambda _recipients: False
    refuses_early: bool = True
    is_bypassed: Callable[[], bool] = lambda: False
    tls_context: ssl.SSLContext | None = None
    stopping: bool = False
    undecided: set[str] = field(default_factory=set)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    clients: Counter[str] = field(default_factory=Counter)
    counts: Counts = field(default_factory=Counts)
    rate: Rate = field(default_factory=Rate)

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


def client_of(ip: str | None) -> str:
    """Name whom an address belongs to: an IPv6 client has a whole /64 to choose from (RFC 6177)."""
    try:
        address = ip_address((ip or "").partition("%")[0])
    except ValueError:
        return ip or ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return address.exploded[:19]
    return str(address)
