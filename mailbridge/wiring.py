"""The one place where ports meet what stands behind them."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.letters.environment import environment
from mailbridge.lookups.dns import Names, Resolver
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import MailObject
from mailbridge.outbound.next_hop import OutboundSettings as SenderSettings
from mailbridge.outbound.sender import LetterSender
from mailbridge.pipeline import Outcome, Ports
from mailbridge.reading.files import LimitedReading, Limits
from mailbridge.registry.database import open_database
from mailbridge.registry.outbox import SqlOutbox
from mailbridge.registry.schema import current, newest, upgrade
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import ListenerKind, ListenerSettings, Role, Settings
from mailbridge.smtp_hooks.server import HopServer
from mailbridge.smtp_hooks.settings import HopSettings
from mailbridge.spool import Pressure, Spool
from mailbridge.verify.evidence import Trust
from mailbridge.walk import Walk

log = logging.getLogger("mailbridge.wiring")

_UNKNOWN_EVERY = 60.0
"""Seconds between two looks at mails whose fate is unknown."""

Watcher = Callable[[MailObject, tuple[Outcome, ...]], None]


ROLES = frozenset({Role.HOP, Role.WORK, Role.SEND})
"""The roles that this version can take on."""


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = open_database(settings.database.url)
    try:
        yield engine
    finally:
        engine.dispose()


def lookups_for(settings: Settings | None, *, zone: Path | None = None, trust: Path | None = None) -> GatheredLookups:
    """
    Choose who answers questions: a zone file when there is one, the network otherwise.

    Without a configuration and without `trust` no certificate is trusted.
    """
    file = zone or (settings.dns.zone if settings else None)
    names: Names = ZoneFile(file) if file else Resolver(settings.dns.servers if settings else ())
    folder = trust or (settings.folder / "trust" if settings else None)
    trusted = load_trust(folder) if folder else Trust()
    return (
        GatheredLookups(names, trusted, patience=settings.dns.timeout) if settings else GatheredLookups(names, trusted)
    )


def reading_for(settings: Settings | None, *, parallel: int | None = None) -> LimitedReading:
    """Choose the limits for opening files; `parallel` processes at once."""
    limits = Limits()
    if settings:
        chosen = settings.reading
        limits = Limits(
            seconds=chosen.seconds,
            memory=chosen.memory,
            pages_first=chosen.pages_first,
            pages_last=chosen.pages_last,
            parallel=chosen.processes,
        )
    return LimitedReading(replace(limits, parallel=parallel) if parallel else limits)


def spool_path(settings: Settings) -> Path:
    """Return the folder of the spool."""
    return settings.data / "spool"


def hop_settings(settings: Settings, listener: ListenerSettings) -> HopSettings:
    """Return what the hop behind this listener needs to know."""
    if listener.next_hop is None:
        raise Misconfigured(f"the hop at {listener.listen} has no next_hop")
    return HopSettings(
        listen_host=listener.listen.host,
        listen_port=listener.listen.port,
        next_hop_host=listener.next_hop.host,
        next_hop_port=listener.next_hop.port,
        hostname=listener.hostname,
        max_size=listener.max_size,
        certificate=str(listener.tls_certificate) if listener.tls_certificate else None,
        key=str(listener.tls_key) if listener.tls_key else None,
        next_hop_tls=listener.next_hop_tls,
    )


def sender_settings(settings: Settings) -> SenderSettings:
    """Return what the sender of letters needs to know."""
    outbound = settings.outbound
    return SenderSettings(
        host=outbound.next_hop.host,
        port=outbound.next_hop.port,
        tls=outbound.tls,
        hostname=settings.hostname,
        timeout=outbound.timeout,
    )


class App:
    """The running program: the roles that one process takes on, around one spool and one database."""

    def __init__(self, settings: Settings, *, on_outcome: Watcher | None = None) -> None:
        self.settings = settings
        self._watcher = on_outcome
        self._hops: list[HopServer] = []
        self._walk: Walk | None = None
        self._sender: LetterSender | None = None

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
            engine = stack.enter_context(_engine(self.settings))
            spool = await asyncio.to_thread(Spool, spool_path(self.settings))
            stack.callback(spool.close)
            tasks = self._begin(roles, spool, engine, stack, stop)
            if Role.HOP in roles:
                log.info("spool recovered", extra={"found": repr(await asyncio.to_thread(spool.recover))})
                await self._open_doors(spool, stack)
            try:
                yield
            finally:
                stop.set()
                self._wake()
                for failure in await asyncio.gather(*tasks, return_exceptions=True):
                    if isinstance(failure, Exception):
                        raise failure

    def _begin(
        self, roles: frozenset[Role], spool: Spool, engine: Engine, stack: AsyncExitStack, stop: asyncio.Event
    ) -> list[asyncio.Task[None]]:
        """Start the roles that are loops; those that need the database wait for it."""
        loops: list[tuple[str, Coroutine[None, None, None]]] = []
        ready = asyncio.Event()
        if roles & {Role.SEND, Role.WORK}:
            loops.append(("database", _await_database(self.settings, ready, stop)))
        if Role.SEND in roles:
            stack.enter_context(_only_sender(self.settings.data / "send.lock"))
            outbox = SqlOutbox(engine, node=self.settings.hostname)
            self._sender = LetterSender(outbox, sender_settings(self.settings))
            loops.append(("send", _send_when_ready(self._sender, outbox, ready, stop)))
        if Role.WORK in roles:
            stack.enter_context(spool.lock())
            reading = reading_for(self.settings)
            stack.callback(reading.close)
            self._walk = self._make_walk(spool, engine, reading)
            loops += [
                ("work", _walk_when_ready(self._walk, ready, stop)),
                ("unknown", _settle_unknown(spool, self._wake, stop)),
            ]
        return [asyncio.create_task(_guarded(loop, name, stop), name=name) for name, loop in loops]

    def _make_walk(self, spool: Spool, engine: Engine, reading: LimitedReading) -> Walk:
        work = self.settings.work
        return Walk(
            spool=spool,
            ports=Ports(
                lookups=lookups_for(self.settings),
                reading=reading,
                registry=SqlRegistry(engine),
                templates=environment(self.settings.folder / "templates"),
            ),
            policies=self.settings.policies,
            on_outcome=self._decided,
            parallel=work.parallel,
            pause=work.pause,
            poll=work.poll,
        )

    async def _open_doors(self, spool: Spool, stack: AsyncExitStack) -> None:
        room = self.settings.spool
        is_full = Pressure(spool, least_free=room.least_free, most_waiting=room.most_waiting)
        for listener in self.settings.listeners:
            if listener.kind is not ListenerKind.HOP:
                problem = f"a listener of kind {listener.kind.value} is not part of this version"
                raise Misconfigured(problem, remedy="take it out of mailbridge.toml")
            hop = HopServer(
                hop_settings(self.settings, listener), spool, lambda _mail_id: self._wake(), is_full=is_full
            )
            await hop.start()
            stack.push_async_callback(hop.stop)
            self._hops.append(hop)

    def _decided(self, mail: MailObject, outcomes: tuple[Outcome, ...]) -> None:
        for outcome in outcomes:
            case = outcome.case
            log.info(
                "decided", extra={"mail": mail.id, "agency": case.agency, "action": case.action, "rule": case.rule}
            )
        if self._sender:
            self._sender.wake()
        if self._watcher:
            self._watcher(mail, outcomes)

    def _wake(self) -> None:
        if self._walk:
            self._walk.wake()
        if self._sender:
            self._sender.wake()

    @property
    def hop_port(self) -> int:
        """The port of the first hop that is open."""
        return self._hops[0].port


async def _guarded(loop: Coroutine[None, None, None], name: str, stop: asyncio.Event) -> None:
    """Run a loop; when it fails, the whole program stops, so that whoever watches it can start it anew."""
    try:
        await loop
    except Exception:
        log.critical("a role failed", exc_info=True, extra={"role": name})
        stop.set()
        raise


async def _settle_unknown(spool: Spool, wake: Callable[[], None], stop: asyncio.Event) -> None:
    """Offer mails to the walk whose fate at the next hop stays unknown; the spool says after how long."""
    while not stop.is_set():
        with suppress(Unavailable):  # the disk is gone for now; the door tells of it
            if await asyncio.to_thread(spool.settle_unknown):
                wake()
        await _nap(_UNKNOWN_EVERY, stop)


@contextmanager
def _only_sender(path: Path) -> Iterator[None]:
    """Hold the lock of the one sender of this data folder; the kernel lets it go when the process ends."""
    with path.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable("outbox", "another process sends the letters of this data folder") from error
        yield


async def _await_database(settings: Settings, ready: asyncio.Event, stop: asyncio.Event) -> None:
    """Set `ready` once the database answers and has our schema; raises `Misconfigured` when it has another one."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(_make_database_ready, settings)
        except Unavailable as error:
            log.error("database is away", extra={"detail": error.detail})
            await _nap(settings.work.pause, stop)
        else:
            break
    ready.set()


async def _send_when_ready(sender: LetterSender, outbox: SqlOutbox, ready: asyncio.Event, stop: asyncio.Event) -> None:
    await ready.wait()
    if not stop.is_set():
        with suppress(Unavailable):  # gone again: the leases run out by themselves
            await asyncio.to_thread(outbox.take_back)
    await sender.run(stop)


async def _walk_when_ready(walk: Walk, ready: asyncio.Event, stop: asyncio.Event) -> None:
    await ready.wait()
    await walk.run(stop)


async def _nap(seconds: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable("data folder", str(error)) from error


def _make_database_ready(settings: Settings) -> None:
    """Make the tables of a new database; an old schema is left for `mailbridge db upgrade`."""
    revision = current(settings.database.url)
    if revision is None:
        upgrade(settings.database.url)
    elif revision != newest():
        raise Misconfigured(
            f"the database has schema {revision}, this program needs {newest()}", remedy="run `mailbridge db upgrade`"
        )
