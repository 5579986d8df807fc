"""The loop that shows states in mailboxes: behind everything else, and nothing waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from mailbridge.errors import Unavailable
from mailbridge.mailboxes.connection import connected
from mailbridge.mailboxes.settings import MailboxSettings
from mailbridge.mailboxes.showing import Connect, Round, Showing
from mailbridge.settings import Settings

log = logging.getLogger("mailbridge.wiring")

_EVERY = 15.0
"""Seconds between two rounds of a mailbox."""
_PAUSES = tuple(timedelta(minutes=each) for each in (1, 2, 5, 15))
"""How long a mailbox is left alone that could not be reached once, twice, …"""
_SIDE_BY_SIDE = 4
"""Mailboxes looked into at once, each in a thread of its own."""


@dataclass(slots=True)
class _Shelf:
    """One mailbox, how it is, and when it is looked into again."""

    showing: Showing
    problem: str = ""
    failures: int = 0
    not_before: datetime | None = None
    task: asyncio.Task[None] | None = None

    def is_due(self, now: datetime) -> bool:
        return self.task is None and (self.not_before is None or self.not_before <= now)


class MailboxRounds:
    """
    Shows states in all mailboxes of the configuration.

    Args:
        settings: Returns those that hold at the moment.
        connect: Opens a connection to a mailbox.
    """

    def __init__(self, engine: Engine, settings: Callable[[], Settings], connect: Connect = connected) -> None:
        self._engine = engine
        self._settings = settings
        self._connect = connect
        self._shelves: dict[tuple[MailboxSettings, float], _Shelf] = {}

    def problems(self) -> dict[str, str]:
        """Tell by mailbox what is wrong with it; "" nothing."""
        return {mailbox.name: shelf.problem for (mailbox, _), shelf in tuple(self._shelves.items())}

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until `stop` is set; then what is under way is broken off, and done at the next start."""
        # Threads of their own: a server that hangs must not take those by which mail is walked.
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="mailbox") as threads:
            while not stop.is_set():
                self._follow(self._settings())
                now = datetime.now(UTC)
                for (mailbox, _), shelf in self._shelves.items():
                    if shelf.is_due(now):
                        shelf.task = asyncio.create_task(self._visit(mailbox, shelf, threads, stop))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _EVERY)
            for shelf in self._shelves.values():
                shelf.showing.end()  # a server that hangs must not keep the program from ending
            await asyncio.gather(*(shelf.task for shelf in self._shelves.values() if shelf.task))

    def _follow(self, settings: Settings) -> None:
        """Take up the mailboxes of a changed configuration; those that it left out are forgotten when they are done."""
        # In shadow mode nothing is shown to anybody.
        mailboxes = () if settings.shadow else settings.mailboxes
        wanted = {(mailbox, settings.least_confidence): mailbox for mailbox in mailboxes}
        for key, shelf in tuple(self._shelves.items()):
            if key not in wanted and shelf.task is None:
                del self._shelves[key]
        for key, mailbox in wanted.items():
            if key not in self._shelves:
                showing = Showing(self._engine, mailbox, settings.least_confidence, self._connect)
                self._shelves[key] = _Shelf(showing)

    async def _visit(
        self, mailbox: MailboxSettings, shelf: _Shelf, threads: ThreadPoolExecutor, stop: asyncio.Event
    ) -> None:
        try:
            run = asyncio.get_running_loop().run_in_executor
            done = await run(threads, shelf.showing.run, datetime.now(UTC), stop.is_set)
        except Unavailable as error:
            if not stop.is_set():
                self._failed(mailbox, shelf, error.detail)
        except Exception:  # a fault of ours, brought out by what some server sent, must not stop the walk
            log.exception("mailbox could not be shown", extra={"mailbox": mailbox.name})
            self._failed(mailbox, shelf, "a fault of ours, see the log")
        else:
            self._succeeded(mailbox, shelf, done)
        finally:
            shelf.task = None

    def _failed(self, mailbox: MailboxSettings, shelf: _Shelf, problem: str) -> None:
        pause = _PAUSES[min(shelf.failures, len(_PAUSES) - 1)]
        shelf.failures += 1
        shelf.not_before = datetime.now(UTC) + pause
        self._tell(mailbox, shelf, problem)

    def _succeeded(self, mailbox: MailboxSettings, shelf: _Shelf, done: Round) -> None:
        shelf.failures, shelf.not_before = 0, None
        if done.changed:
            log.info("states shown", extra={"mailbox": mailbox.name, "mails": done.changed})
        self._tell(mailbox, shelf, done.problem)

    def _tell(self, mailbox: MailboxSettings, shelf: _Shelf, problem: str) -> None:
        """Log a problem when it begins and when it is over, not each time it is met."""
        if problem and problem != shelf.problem:
            log.warning("states wait to be shown", extra={"mailbox": mailbox.name, "detail": problem})
        elif shelf.problem and not problem:
            log.info("states are shown again", extra={"mailbox": mailbox.name})
        shelf.problem = problem
