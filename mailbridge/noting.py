"""
The ledger of deliveries, kept: what the doors put into the spool is written into the database.

Every mail whose content was complete has a serial number of its journal and one outcome. The loop writes them down, and
raises its voice when a number is missing or a delivered mail is nowhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Delivery
from mailbridge.mail.ident import moment_of
from mailbridge.registry.entry import local_day
from mailbridge.registry.equation import PATIENCE
from mailbridge.registry.serials import Gap, Tally, WriterSerials

log = logging.getLogger("mailbridge.noting")

_DAYS_BACK = timedelta(days=2)
"""How far back delivered mails are looked for that are nowhere; what is older has been told of."""


class Told(Protocol):
    """The side of the spool that tells what became of mails; part of `ports.Spool`."""

    def waiting(self) -> Iterator[str]:
        """Ids of mail that waits for its walk."""
        ...

    def deliveries(self, most: int) -> Sequence[Delivery]:
        """Return the oldest fates that are not in the ledger yet."""
        ...

    def noted(self, deliveries: Sequence[Delivery]) -> None:
        """Note that these stand in the ledger."""
        ...


class Ledger(Protocol):
    """The ledger of deliveries; `registry.store` fulfils it. Its methods block and raise `Unavailable`."""

    def note_deliveries(self, deliveries: Sequence[Delivery]) -> int:
        """Write them down, all or none; those that stand there already stay as they are."""
        ...

    def serials(self) -> tuple[WriterSerials, ...]:
        """Tell which serials stand there."""
        ...

    def undecided(self, since: date, until: datetime) -> tuple[str, ...]:
        """List delivered mails without a case."""
        ...


@dataclass(kw_only=True)
class Noting:
    """
    The loop from the spool's fates to the ledger.

    At most `batch` fates go into one transaction, and a small batch is followed by `linger` seconds, so that a trickle
    of mail costs one transaction a moment and not one a mail. While the database is away it tries again every `pause`
    seconds: the spool keeps what is not noted. Every `look` seconds it looks for what is missing; what is missing for
    less than `patience` may still come. `set_aside` tells the ids of mails that lie in the spool without waiting.
    `newest` (blocks) tells when the newest mail in the book was accepted: a clock that is more than `slack` behind it
    has jumped, and days of arrival are not to be trusted until somebody looks; no mail is refused for that.
    """

    spool: Told
    ledger: Ledger
    set_aside: Callable[[], Iterable[str]] = tuple
    newest: Callable[[], datetime | None] = lambda: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    batch: int = 500
    linger: float = 1.0
    pause: float = 5.0
    poll: float = 5.0
    look: float = 60.0
    patience: timedelta = PATIENCE
    slack: timedelta = timedelta(minutes=5)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _tally: Tally | None = field(default=None, init=False)
    _gaps: tuple[Gap, ...] = field(default=(), init=False)
    _unexplained: frozenset[str] = field(default=frozenset(), init=False)
    _behind: timedelta = field(default=timedelta(), init=False)
    _looked: float = field(default=float("-inf"), init=False)

    @property
    def ledger_gap(self) -> int:
        """How many mails have no recorded outcome, as of the last look."""
        return sum(gap.size for gap in self._gaps)

    @property
    def unexplained(self) -> int:
        """How many delivered mails of these days have no case and are not in the spool, as of the last look."""
        return len(self._unexplained)

    @property
    def clock_behind(self) -> timedelta:
        """How far the clock is behind the newest mail, as of the last look; zero within `slack`."""
        return self._behind

    def wake(self) -> None:
        """Say that there is something to note; call it in the loop's thread."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Note until `stop` is set (call `wake` after setting it)."""
        while not stop.is_set():
            self._woken.clear()
            try:
                written = await asyncio.to_thread(self.note_once)
                if asyncio.get_running_loop().time() - self._looked >= self.look:
                    await asyncio.to_thread(self.look_once)
                    self._looked = asyncio.get_running_loop().time()
            except Unavailable as error:
                log.error("ledger of deliveries waits", extra={"what": error.what, "detail": error.detail})
                await _until(stop, self.pause)
                continue
            if written < self.batch:
                await _until(self._woken, self.poll)
                await _until(stop, self.linger)

    def finish(self) -> None:
        """Note what is left when nothing more can come; blocks, raises `Unavailable`."""
        while self.note_once():
            pass

    def note_once(self) -> int:
        """Write down one batch, and return how many fates it had; blocks, raises `Unavailable`."""
        tally = self._tally
        if tally is None:
            tally = self._tally = Tally(self.ledger.serials())
        deliveries = self.spool.deliveries(self.batch)
        if deliveries:
            self.ledger.note_deliveries(deliveries)
            # From here on they stand there, whether or not the spool can be told: it tells them again.
            for each in deliveries:
                tally.note(each.writer, each.serial, each.ended_at)
            self.spool.noted(deliveries)
        return len(deliveries)

    def look_once(self) -> None:
        """Look for what is missing, and log an error for each loss once; blocks, raises `Unavailable`."""
        before = self.clock() - self.patience
        gaps = self._tally.gaps(before) if self._tally else ()
        for gap in _news(gaps, self._gaps):
            log.error(
                "mails without a recorded outcome",
                extra={"writer": gap.writer, "first": gap.first, "last": gap.last, "since": gap.since.isoformat()},
            )
        self._gaps = gaps
        # The spool first: a mail leaves it after its case was written.
        in_spool = {*self.spool.waiting(), *self.set_aside()}
        undecided = self.ledger.undecided(local_day(before - _DAYS_BACK), before)
        lost = frozenset(undecided) - in_spool
        for mail_id in sorted(lost - self._unexplained):
            log.error("a delivered mail has no case and is not in the spool", extra={"mail": mail_id})
        self._unexplained = lost
        self._look_at_clock(in_spool)

    def _look_at_clock(self, in_spool: Iterable[str]) -> None:
        """Log an error once when the clock went back behind mail that is here already."""
        moments = [self.newest(), *map(moment_of, in_spool)]
        now = self.clock()
        newest = max((each for each in moments if each), default=now)
        behind = newest - now if newest - now > self.slack else timedelta()
        if behind and not self._behind:
            log.error(
                "the clock is behind mail that was accepted",
                extra={"seconds": int(behind.total_seconds()), "newest": newest.isoformat()},
            )
        self._behind = behind


def _news(gaps: Iterable[Gap], told: Sequence[Gap]) -> Iterator[Gap]:
    """Yield the gaps that are not what is left of one that was told of."""
    for gap in gaps:
        if not any(old.writer == gap.writer and old.first <= gap.first and gap.last <= old.last for old in told):
            yield gap


async def _until(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
