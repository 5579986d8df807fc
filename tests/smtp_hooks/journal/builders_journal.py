"""A journal door over a real spool, and a keeper that fails or waits where a test wants it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.smtp_hooks.journal.server import JournalServer
from mailbridge.smtp_hooks.journal.settings import JournalSettings
from mailbridge.smtp_hooks.keeping import Keeper
from mailbridge.spool import Spool

CLOCK = datetime(2026, 11, 21, 15, 40, 30, tzinfo=UTC)


@dataclass
class Earlier:
    id: str
    reply: str


@dataclass
class MemoryCapture:
    """Keeps one mail in memory; `keeper.fails` names the step that raises, `keeper.gates` the one that waits."""

    keeper: MemoryKeeper
    envelope: Envelope
    id: str
    content: bytes = b""
    behind: int = 0
    fate: str = "open"

    @property
    def key(self) -> str:
        return f"{self.envelope.mail_from} {self.envelope.recipients} {self.content.hex()}"

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def is_behind(self) -> bool:
        return self.keeper.slow_disk

    def write(self, octets: bytes) -> None:
        self.keeper.step("write")
        self.content += octets

    async def room(self) -> None:
        self.keeper.waited += 1
        await asyncio.sleep(0)

    async def seal(self) -> None:
        await self.keeper.step_slowly("seal")
        self.fate = "sealed"

    async def accept(self, reply: str) -> str:
        await self.keeper.step_slowly("accept")
        self.fate = "accepted"
        self.keeper.answers[self.key] = Earlier(self.id, reply)
        return self.id

    async def refuse(self, reply: str) -> None:
        self.fate = "refused"

    async def unknown(self) -> None:
        self.fate = "unknown"

    def discard(self) -> None:
        self.fate = "discarded"

    def leave(self) -> None:
        self.fate = "left"


@dataclass
class MemoryKeeper:
    fails: set[str] = field(default_factory=set)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    slow_disk: bool = False
    waited: int = 0
    begun: list[MemoryCapture] = field(default_factory=list)
    answers: dict[str, Earlier] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        self.reached.append(name)
        if name in self.fails:
            raise Unavailable("spool", f"no space left at {name}")

    async def step_slowly(self, name: str) -> None:
        self.step(name)
        if name in self.gates:
            await self.gates[name].wait()

    def begin(
        self, door: Door, client: Client, envelope: Envelope, now: datetime, *, stuffed: bool = False
    ) -> MemoryCapture:
        assert door is Door.JOURNAL
        assert stuffed
        self.step("begin")
        self.begun.append(MemoryCapture(self, envelope, f"id-{len(self.begun)}"))
        return self.begun[-1]

    def earlier_answer(self, key: str) -> Earlier | None:
        earlier = self.answers.get(key)
        return None if earlier is None or earlier.id in self.heard else earlier

    def answer_heard(self, mail_id: str) -> None:
        self.heard.append(mail_id)

    def answer_lost(self, mail_id: str) -> None:
        self.lost.append(mail_id)

    def fates(self) -> list[str]:
        return [capture.fate for capture in self.begun]


@dataclass
class Journal:
    """A running journal door."""

    server: JournalServer
    accepted: list[str] = field(default_factory=list)
    spool: Spool | None = None

    @property
    def kept(self) -> list[MailObject]:
        """What waits in the spool, in order."""
        assert self.spool is not None
        return [self.spool.load(mail_id) for mail_id in self.spool.waiting()]


@asynccontextmanager
async def running(
    keeper: Keeper,
    *,
    is_full: Callable[[], bool] = lambda: False,
    on_accepted: Callable[[str], None] | None = None,
    **settings: Any,
) -> AsyncIterator[Journal]:
    accepted: list[str] = []
    given = JournalSettings(**{"hostname": "journal.example", "stop_within": 5.0, **settings})
    server = JournalServer(given, keeper, on_accepted or accepted.append, is_full=is_full, clock=lambda: CLOCK)
    await server.start()
    try:
        yield Journal(server=server, accepted=accepted)
    finally:
        await server.stop()


@asynccontextmanager
async def running_journal(root: Path, **settings: Any) -> AsyncIterator[Journal]:
    """A journal door over a real spool."""
    spool = Spool(root)
    spool.recover()
    try:
        async with running(spool, **settings) as journal:
            journal.spool = spool
            yield journal
    finally:
        spool.close()
