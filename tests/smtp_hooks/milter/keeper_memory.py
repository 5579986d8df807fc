"""A keeper that holds mail in memory and can be made to fail; fulfils `keeping.Keeper`."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.smtp_hooks.keeping import EarlierAnswer


@dataclass(kw_only=True)
class Kept:
    """One capture. `fate` is where it ended: open, discarded, sealed, left, accepted, refused or unknown."""

    id: str
    keeper: MemoryKeeper
    door: Door
    client: Client
    envelope: Envelope
    stuffed: bool
    content: bytearray = field(default_factory=bytearray)
    fate: str = "open"
    reply: str = ""
    waited: int = 0

    @property
    def key(self) -> str:
        return hashlib.sha256(repr(self.envelope).encode() + self.content).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def is_behind(self) -> bool:
        return self.keeper.behind

    def write(self, octets: bytes) -> None:
        assert self.fate == "open"
        self.keeper.stumble("write")
        self.content += octets

    async def room(self) -> None:
        self.waited += 1
        await self.keeper.gate.wait()
        self.keeper.stumble("room")

    async def seal(self) -> None:
        assert self.fate == "open"
        await asyncio.sleep(self.keeper.slow)
        self.keeper.stumble("seal")
        self.fate = "sealed"

    async def accept(self, reply: str) -> str:
        assert self.fate == "sealed"
        await asyncio.sleep(0)
        self.keeper.stumble("accept")
        self.fate, self.reply = "accepted", reply
        return self.id

    async def refuse(self, reply: str) -> None:
        self.fate, self.reply = "refused", reply

    async def unknown(self) -> None:
        assert self.fate == "sealed"
        self.keeper.stumble("unknown")
        self.fate = "unknown"

    def discard(self) -> None:
        assert self.fate == "open"
        self.fate = "discarded"

    def leave(self) -> None:
        assert self.fate in ("open", "sealed")
        self.fate = "left"


class MemoryKeeper:
    """`fails` names the steps that raise `Unavailable` (begin, write, room, seal, accept, unknown)."""

    def __init__(self) -> None:
        self.all: list[Kept] = []
        self.fails: set[str] = set()
        self.bugs: set[str] = set()
        self.behind = False
        self.slow = 0.0
        self.gate = asyncio.Event()
        self.gate.set()
        self.heard: list[str] = []

    def begin(self, door: Door, client: Client, envelope: Envelope, now: datetime, *, stuffed: bool = False) -> Kept:
        assert now.tzinfo is not None
        self.stumble("begin")
        kept = Kept(
            id=f"0190-{len(self.all)}", keeper=self, door=door, client=client, envelope=envelope, stuffed=stuffed
        )
        self.all.append(kept)
        return kept

    def earlier_answer(self, key: str) -> EarlierAnswer | None:
        return None

    def answer_heard(self, mail_id: str) -> None:
        self.heard.append(mail_id)

    def answer_lost(self, mail_id: str) -> None:
        raise AssertionError("a milter is no client's partner")

    def stumble(self, step: str) -> None:
        if step in self.bugs:
            raise LookupError(f"a bug in {step}")
        if step in self.fails:
            raise Unavailable("spool", f"{step}: no space left on device")

    def fates(self) -> list[str]:
        return [kept.fate for kept in self.all]
