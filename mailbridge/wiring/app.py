"""The running program in one process: the roles it takes on, around one spool and one database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mailbridge.control.status import DoorStatus, LedgerStatus, SpoolStatus, TrustStatus
from mailbridge.errors import Unavailable
from mailbridge.registry.entry import VIETNAM
from mailbridge.settings import Role, Settings
from mailbridge.spool import Spool
from mailbridge.wiring.doors import Doors, certificates_of
from mailbridge.wiring.lying import spool_status

if TYPE_CHECKING:
    from mailbridge.mail.envelope import MailObject
    from mailbridge.pipeline import Outcome
    from mailbridge.wiring.back import Back
    from mailbridge.wiring.chores import Loop
    from mailbridge.wiring.prepared import Prepared

log = logging.getLogger("mailbridge.wiring")

DOORS = frozenset({Role.HOP, Role.MILTER, Role.JOURNAL})
"""The roles that take mail."""
BEHIND = frozenset({Role.WORK, Role.SEND})
"""The roles that read it and answer."""
ROLES = DOORS | BEHIND
"""The roles that this version can take on."""


def spool_path(settings: Settings) -> Path:
    """Return the folder of the spool."""
    return settings.data / "spool"


class App:
    """
    The roles of one process.

    Args:
        on_outcome: Called after each mail that this process walks.
        on_accepted: Called for each mail that a door of this process accepted, in the event loop; must not block.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_outcome: Callable[[MailObject, tuple[Outcome, ...]], None] | None = None,
        on_accepted: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self._watcher = on_outcome
        self._on_accepted = on_accepted
        self._spool: Spool | None = None
        self._doors: Doors | None = None
        self._back: Back | None = None

    @asynccontextmanager
    async def running(self, *, roles: frozenset[Role] = ROLES, stop: asyncio.Event) -> AsyncIterator[None]:
        """
        Run until the block is left or a role fails; then `stop` is set, and what is under way is finished.

        A database that is away does not keep the door shut: mail flows into the spool, and is walked when it is back.

        Raises:
            Misconfigured: The schema of the database is not ours, or a file that the settings name cannot be used.
            Unavailable: Spool or port are gone.
        """
        await asyncio.to_thread(_make_folder, self.settings.data)
        async with AsyncExitStack() as stack:
            spool = self._spool = await asyncio.to_thread(Spool, spool_path(self.settings))
            stack.callback(spool.close)
            tasks = [
                asyncio.create_task(_guarded(loop(), name, stop), name=name)
                for name, loop in await self._begin(roles, spool, stack, stop)
            ]
            try:
                if roles & DOORS:
                    log.info("spool recovered", extra={"found": repr(await asyncio.to_thread(spool.recover))})
                    self._doors = Doors(self.settings, spool, self._accepted, lambda: datetime.now(UTC))
                    async with AsyncExitStack() as doors:
                        await self._doors.open(self.settings, roles, doors)
                        tasks.append(asyncio.create_task(_each_midnight(self.begin_day, stop), name="days"))
                        yield
                else:
                    yield
            finally:
                stop.set()
                self.wake()
                failures = await asyncio.gather(*tasks, return_exceptions=True)
                await asyncio.to_thread(spool.end_writing)
                if self._back:
                    await asyncio.to_thread(self._back.finish)
                for failure in failures:
                    if isinstance(failure, Exception):
                        raise failure

    async def _begin(
        self, roles: frozenset[Role], spool: Spool, stack: AsyncExitStack, stop: asyncio.Event
    ) -> list[Loop]:
        if not roles & BEHIND:
            return []
        # Doors alone do without the database, the letters and all that reads mail: that is half of the memory.
        from mailbridge.wiring.back import Back
        from mailbridge.wiring.prepared import prepare

        prepared = await asyncio.to_thread(prepare, self.settings)
        self._back = Back(prepared, spool, stop, self._watcher)
        return list(self._back.begin(roles, stack))

    def wake(self) -> None:
        """Say that mail waits, or that the program ends; call it in the loop's thread."""
        if self._back:
            self._back.wake()

    def _accepted(self) -> None:
        self.wake()
        self._on_accepted()

    async def prepare(self, settings: Settings) -> Prepared | None:
        """Read what `renew` will need; raises `Misconfigured`, and nothing has changed then."""
        await asyncio.to_thread(certificates_of, settings)
        if self._back is None:
            return None
        from mailbridge.wiring.prepared import checked

        return await asyncio.to_thread(checked, settings)

    def renew(self, settings: Settings, prepared: Prepared | None) -> None:
        """Go on by other settings: the next session, the next mail. `prepared` is for the same settings."""
        self.settings = settings
        if self._doors:
            self._doors.renew(settings)
        if self._back and prepared:
            self._back.renew(prepared)

    @property
    def hop_port(self) -> int:
        """The port of the first door that is open."""
        if self._doors is None or not self._doors.opened:
            raise Unavailable("hop", "is not open")
        return self._doors.opened[0].port

    @property
    def is_bypassed(self) -> bool:
        """Say whether the doors of this process keep nothing for now."""
        return self._doors is not None and self._doors.is_bypassed()

    def begin_day(self) -> None:
        """Count the mails of a new day from now on."""
        if self._doors:
            self._doors.begin_day()

    def door_status(self) -> tuple[DoorStatus, ...]:
        """Tell how the doors are."""
        return tuple(door.status() for door in self._doors.opened) if self._doors else ()

    def spool_status(self, now: datetime) -> SpoolStatus | None:
        """Tell what lies in the spool; None when its disk does not answer. Blocks."""
        if self._spool is None:
            return None
        try:
            return spool_status(self._spool, now)
        except (OSError, Unavailable):
            return None

    def ledger_status(self) -> LedgerStatus | None:
        """Tell how it is with what is done behind the doors; None when that is not done here. Blocks."""
        return self._back.status() if self._back else None

    def trust_status(self) -> TrustStatus | None:
        """Tell how long trust holds; None when this process judges nothing."""
        return self._back.trust_status() if self._back else None


async def _guarded(loop: Coroutine[None, None, None], name: str, stop: asyncio.Event) -> None:
    """Run a loop; when it fails, the whole program stops, so that whoever watches it can start it anew."""
    try:
        await loop
    except Exception:
        log.critical("a role failed", exc_info=True, extra={"role": name})
        stop.set()
        raise


async def _each_midnight(begin_day: Callable[[], None], stop: asyncio.Event) -> None:
    """Call `begin_day` at each midnight in Vietnam."""
    while not stop.is_set():
        now = datetime.now(VIETNAM)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            await asyncio.wait_for(stop.wait(), (midnight - now).total_seconds())
        except TimeoutError:
            begin_day()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable("data folder", str(error)) from error
