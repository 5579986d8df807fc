"""The one place where ports meet what stands behind them."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
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
from mailbridge.pipeline import Outcome, Ports, Walk
from mailbridge.reading.files import LimitedReading, Limits
from mailbridge.registry.books import Books
from mailbridge.registry.database import open_database, read_url, sqlite_file
from mailbridge.registry.outbox import SqlOutbox
from mailbridge.registry.schema import current, newest, upgrade
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import ListenerKind, ListenerSettings, Role, Settings, load
from mailbridge.smtp_hooks.server import HopServer
from mailbridge.smtp_hooks.settings import HopSettings
from mailbridge.spool import Spool
from mailbridge.verify.evidence import Trust

log = logging.getLogger("mailbridge.wiring")

_UNKNOWN_EVERY = 60.0
"""Seconds between two looks at mails whose fate is unknown."""

Watcher = Callable[[MailObject, tuple[Outcome, ...]], None]


ROLES = frozenset({Role.HOP, Role.WORK, Role.SEND})
"""The roles that this version can take on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The book for those who read it."""

    books: Books
    language: str


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Open the book that the configuration at `path` names, for reading."""
    settings = load(path)
    with _engine(settings) as engine:
        yield Ledger(books=Books(engine), language=settings.language)


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

        Raises:
            Misconfigured: The schema of the database is not ours, or a file that the settings name cannot be used.
            Unavailable: Database, spool or port are gone.
        """
        await asyncio.to_thread(_make_ready, self.settings)
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
        """Start the roles that are loops."""
        loops: list[tuple[str, Coroutine[None, None, None]]] = []
        if Role.SEND in roles:
            stack.enter_context(_only_sender(self.settings.data / "send.lock"))
            outbox = SqlOutbox(engine, node=self.settings.hostname)
            outbox.take_back()
            self._sender = LetterSender(outbox, sender_settings(self.settings))
            loops.append(("send", self._sender.run(stop)))
        if Role.WORK in roles:
            stack.enter_context(spool.lock())
            reading = reading_for(self.settings)
            stack.callback(reading.close)
            self._walk = self._make_walk(spool, engine, reading)
            loops += [("work", self._walk.run(stop)), ("unknown", _settle_unknown(spool, self._wake, stop))]
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
        for listener in self.settings.listeners:
            if listener.kind is not ListenerKind.HOP:
                problem = f"a listener of kind {listener.kind.value} is not part of this version"
                raise Misconfigured(problem, remedy="take it out of mailbridge.toml")
            hop = HopServer(hop_settings(self.settings, listener), spool, lambda _mail_id: self._wake())
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
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _UNKNOWN_EVERY)


@contextmanager
def _only_sender(path: Path) -> Iterator[None]:
    """Hold the lock of the one sender of this data folder; the kernel lets it go when the process ends."""
    with path.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable("outbox", "another process sends the letters of this data folder") from error
        yield


def _make_ready(settings: Settings) -> None:
    """Make folders and a new database; an old schema is left for `mailbridge db upgrade`."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable("data folder", str(error)) from error
    revision = revision_of(settings.database.url)
    if revision is None:
        upgrade(settings.database.url)
    elif revision != newest():
        raise Misconfigured(
            f"the database has schema {revision}, this program needs {newest()}", remedy="run `mailbridge db upgrade`"
        )


def revision_of(url: str) -> str | None:
    """Return the revision of the database; None for one that has no tables of ours, or is a file still to be made."""
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite" and not sqlite_file(parsed).exists():
        return None
    return current(url)
