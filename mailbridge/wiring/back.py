"""What is done behind the doors: the walk, the ledger of deliveries, and the sender; and the database they need."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from mailbridge.control.status import STEPS, DatabaseState, LedgerStatus
from mailbridge.desk.mail_secret import answer_secret
from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.kept import TrustFiles
from mailbridge.mail.envelope import MailObject
from mailbridge.noting import Noting
from mailbridge.outbound.sender import LetterSender
from mailbridge.pipeline import Outcome, Ports
from mailbridge.registry.acceptance import newest_acceptance
from mailbridge.registry.books import Books, LetterState
from mailbridge.registry.database import open_database
from mailbridge.registry.outbox import SqlOutbox
from mailbridge.registry.schema import current, newest, upgrade
from mailbridge.registry.store import SqlRegistry
from mailbridge.settings import Role, Settings
from mailbridge.spool import Spool
from mailbridge.walk import Walk
from mailbridge.wiring.books import declare_books
from mailbridge.wiring.chores import Chores, Loop, nap
from mailbridge.wiring.desk import command_desk, forward_desk
from mailbridge.wiring.looking import reading_for
from mailbridge.wiring.prepared import Prepared, dress_of, evidence_folder, sender_settings
from mailbridge.wiring.showing import MailboxRounds
from mailbridge.wiring.trust import trust_status

if TYPE_CHECKING:
    from mailbridge.control.status import TrustStatus

log = logging.getLogger("mailbridge.wiring")

_COUNT_LETTERS = 10_000
"""Letters that are counted at most: with so many waiting, the number says enough."""

Watcher = Callable[[MailObject, tuple[Outcome, ...]], None]


@dataclass(slots=True)
class Tempo:
    """How many mails were decided, how, and how long after their acceptance."""

    by_action: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    _steps: list[int] = field(default_factory=lambda: [0] * (len(STEPS) + 1))

    def note(self, action: str, seconds: float) -> None:
        """Count one mail."""
        self.by_action[action] += 1
        self.seconds += max(0.0, seconds)
        self._steps[bisect_left(STEPS, seconds)] += 1

    @property
    def within(self) -> tuple[int, ...]:
        """How many were decided within each of `STEPS`."""
        return tuple(accumulate(self._steps[:-1]))


class Back:
    """
    The roles `work` and `send` of one process.

    Args:
        stop: Set when the program ends, and by a role that fails.
        on_outcome: Called after each mail.
    """

    def __init__(self, prepared: Prepared, spool: Spool, stop: asyncio.Event, on_outcome: Watcher | None) -> None:
        self._prepared = prepared
        self._settings = prepared.settings
        self._spool = spool
        self._stop = stop
        self._watcher = on_outcome
        self._ready = asyncio.Event()
        self._turn = asyncio.Event()
        self._engine: Engine | None = None
        self._walk: Walk | None = None
        self._sender: LetterSender | None = None
        self._noting: Noting | None = None
        self._mailboxes: MailboxRounds | None = None
        self._tempo = Tempo()

    def begin(self, roles: frozenset[Role], stack: AsyncExitStack) -> Iterator[Loop]:
        """Take the locks of these roles and yield their loops by name; raises `Unavailable` when others have them."""
        engine = self._engine = stack.enter_context(_engine(self._settings.database.url))
        yield "database", self._await_database
        if Role.SEND in roles:
            stack.enter_context(_only_sender(self._settings.data / "send.lock"))
            outbox = SqlOutbox(engine, node=self._settings.hostname)
            self._sender = LetterSender(outbox, sender_settings(self._settings), dress=dress_of(self._settings))
            yield "send", partial(self._send, self._sender, outbox)
        if Role.WORK in roles:
            stack.enter_context(self._spool.lock())
            self._noting = Noting(
                spool=self._spool,
                ledger=SqlRegistry(engine),
                set_aside=self._set_aside,
                newest=partial(newest_acceptance, engine),
            )
            yield "work", partial(self._walks, engine)
            yield "ledger", partial(self._note, self._noting)
            yield from self._chores(engine).loops()
            self._mailboxes = MailboxRounds(engine, lambda: self._prepared.settings)
            yield "mailboxes", partial(self._show_in_mailboxes, self._mailboxes)

    def wake(self) -> None:
        """Say that there is something to do, or that the program ends; call it in the loop's thread."""
        if self._stop.is_set():
            self._turn.set()
            self._ready.set()
        if self._walk:
            self._walk.wake()
        if self._noting:
            self._noting.wake()
        if self._sender:
            self._sender.wake()

    def finish(self) -> None:
        """
        Note the last fates and wipe what nobody needs: private mail must not lie on the disk of a program that ended.

        Blocks; when the database is away, both wait for the next start.
        """
        if self._noting:
            with suppress(Unavailable):
                self._noting.finish()
                self._spool.wipe()

    def renew(self, prepared: Prepared) -> None:
        """Walk by other choices from the next mail on; what was read ahead is read again."""
        prepared.keeper.follow(self._prepared.keeper)
        self._prepared = prepared
        self._turn.set()
        self.wake()

    async def _walks(self, engine: Engine) -> None:
        """Walk, anew after each change of the configuration: one mail meets one set of choices."""
        await self._ready.wait()
        registry = SqlRegistry(engine)
        while not self._stop.is_set():
            self._turn.clear()
            prepared = self._prepared
            await self._declare_books(engine, prepared.settings)
            secret = await self._answer_secret(prepared.settings)
            if secret is None:
                return
            work = prepared.settings.work
            with closing(reading_for(prepared.settings, watch=prepared.keeper.note)) as reading:
                self._walk = Walk(
                    spool=self._spool,
                    ports=Ports(
                        lookups=prepared.lookups,
                        reading=reading,
                        registry=registry,
                        templates=prepared.templates,
                        directory=prepared.settings.directory,
                        hints=prepared.settings.hints,
                        trust=TrustFiles(evidence_folder(prepared.settings)),
                        commands=command_desk(prepared.settings, engine, secret),
                        forwards=forward_desk(prepared.settings, engine, secret),
                        secret=secret,
                    ),
                    policies=prepared.settings.policies,
                    on_outcome=self._decided,
                    parallel=work.parallel,
                    pause=work.pause,
                    poll=work.poll,
                )
                await self._walk.run(self._turn)

    async def _declare_books(self, engine: Engine, settings: Settings) -> None:
        """Let the database know who gives the numbers, before the first one is taken."""
        while not self._stop.is_set():
            try:
                await asyncio.to_thread(declare_books, engine, settings)
            except Unavailable as error:
                log.error("database is away", extra={"detail": error.detail})
                await nap(settings.work.pause, self._stop)
            else:
                return

    async def _answer_secret(self, settings: Settings) -> bytes | None:
        """Read the secret that seals notices; None when the program ends before the disk answers."""
        while not self._stop.is_set():
            try:
                return await asyncio.to_thread(answer_secret, settings.data)
            except Unavailable as error:
                log.error("disk is away", extra={"detail": error.detail})
                await nap(settings.work.pause, self._stop)
        return None

    def _decided(self, mail: MailObject, outcomes: tuple[Outcome, ...]) -> None:
        for outcome in outcomes:
            case = outcome.case
            self._tempo.note(case.action, (case.decided_at - mail.accepted_at).total_seconds())
            facts = {"mail": mail.id, "agency": case.agency, "action": case.action, "rule": case.rule}
            log.info("would be decided" if case.shadow else "decided", extra=facts)
        if self._sender:
            self._sender.wake()
        if self._watcher:
            self._watcher(mail, outcomes)

    async def _note(self, noting: Noting) -> None:
        await self._ready.wait()
        await noting.run(self._stop)

    def _chores(self, engine: Engine) -> Chores:
        return Chores(
            engine,
            self._spool,
            prepared=lambda: self._prepared,
            ready=self._ready,
            stop=self._stop,
            wake=self.wake,
            on_letters=lambda: self._sender.wake() if self._sender else None,
        )

    def _set_aside(self) -> list[str]:
        return [*(each.id for each in self._spool.aside()), *(each.id for each in self._spool.unknown())]

    async def _show_in_mailboxes(self, mailboxes: MailboxRounds) -> None:
        await self._ready.wait()
        await mailboxes.run(self._stop)

    async def _send(self, sender: LetterSender, outbox: SqlOutbox) -> None:
        await self._ready.wait()
        if not self._stop.is_set():
            with suppress(Unavailable):  # gone again: the leases run out by themselves
                await asyncio.to_thread(outbox.take_back)
        await sender.run(self._stop)

    async def _await_database(self) -> None:
        """Wait until the database answers and has our schema; raises `Misconfigured` when it has another one."""
        while not self._stop.is_set():
            try:
                await asyncio.to_thread(_make_database_ready, self._settings.database.url)
            except Unavailable as error:
                log.error("database is away", extra={"detail": error.detail})
                await nap(self._settings.work.pause, self._stop)
            else:
                break
        self._ready.set()

    def trust_status(self) -> TrustStatus:
        """Tell how it is with trust."""
        prepared = self._prepared
        return trust_status(prepared.keeper, datetime.now(UTC), prepared.settings.trust.warn_days)

    def status(self) -> LedgerStatus:
        """Tell how it is; blocks for as long as the database does."""
        letters = held = None
        try:
            state = _database_state(self._settings.database.url)
            if state is DatabaseState.READY and self._engine is not None:
                waiting = Books(self._engine).letters(state=LetterState.WAITING)
                letters = sum(1 for _ in islice(waiting, _COUNT_LETTERS))
                held = Books(self._engine).count_held()
        except Unavailable:
            state = DatabaseState.AWAY
        return LedgerStatus(
            database=state,
            letters_waiting=letters,
            held=held,
            gap=self._noting.ledger_gap if self._noting else 0,
            unexplained=self._noting.unexplained if self._noting else 0,
            decided=dict(self._tempo.by_action),
            decided_within=self._tempo.within,
            decided_seconds=self._tempo.seconds,
            mailboxes=self._mailboxes.problems() if self._mailboxes else {},
            clock_behind_seconds=self._noting.clock_behind.total_seconds() if self._noting else 0.0,
        )


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _only_sender(path: Path) -> Iterator[None]:
    """Hold the lock of the one sender of this data folder; the kernel lets it go when the process ends."""
    with path.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable("outbox", "another process sends the letters of this data folder") from error
        yield


def _make_database_ready(url: str) -> None:
    """Make the tables of a new database; an old schema is left for `mailbridge db upgrade`."""
    revision = current(url)
    if revision is None:
        upgrade(url)
    elif revision != newest():
        raise Misconfigured(
            f"the database has schema {revision}, this program needs {newest()}", remedy="run `mailbridge db upgrade`"
        )


def _database_state(url: str) -> DatabaseState:
    revision = current(url)
    if revision is None:
        return DatabaseState.AWAY
    return DatabaseState.READY if revision == newest() else DatabaseState.OTHER_SCHEMA
