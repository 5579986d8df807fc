"""
Letters through a next hop that fails at random: none may be missing, and none double but where the hop lost its answer.

`python -m bench.letters [COUNT]` (100,000 without it) prints the figures as JSON; exit status 1 when one is missing
or came twice without need. The next hop is a real server on a loopback port; the outbox a real database on this disk.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from mailbridge.errors import Unavailable
from mailbridge.mail.letter import Letter, LetterKind, message_id_of
from mailbridge.outbound.next_hop import OutboundSettings
from mailbridge.outbound.sender import LetterSender
from mailbridge.registry.database import open_database
from mailbridge.registry.outbox import SqlOutbox
from mailbridge.registry.schema import upgrade
from mailbridge.registry.store import SqlRegistry

_START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
_PATIENCE = 1.0
"""Seconds that the sender waits for a reply; the hop hangs for longer, and never for less."""


class Fault(Enum):
    """What the next hop does instead of taking a letter."""

    LATER = "4xx"
    BUSY = "421 and hang up"
    REFUSED = "5xx"
    HANG = "no reply to the end of data"
    CUT = "hang up in the middle of the data"
    LOST = "take it and hang up before the reply"


FAULTS = {
    Fault.LATER: 0.05,
    Fault.BUSY: 0.01,
    Fault.REFUSED: 0.01,
    Fault.HANG: 0.001,
    Fault.CUT: 0.01,
    Fault.LOST: 0.01,
}
"""How often, a letter and an attempt."""


@dataclass
class FailingHop:
    """
    A server that fails at random; `taken` counts the Message-IDs that it took, `lost` those whose reply was lost.

    `refused` holds those that it said 5xx to, which nobody will try again.
    """

    chance: random.Random
    faults: dict[Fault, float]
    taken: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    met: Counter[str] = field(default_factory=Counter)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP with one client until it or we hang up."""
        try:
            writer.write(b"220 next.example ESMTP\r\n")
            while line := await reader.readline():
                if not await self._answer(line[:4].upper(), reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(self, command: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if command == b"DATA":
            return await self._data(reader, writer)
        if command == b"QUIT":
            writer.write(b"221 bye\r\n")
            await writer.drain()
            return False
        writer.write(b"250 next.example\r\n" if command == b"EHLO" else b"250 ok\r\n")
        return True

    async def _data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        fault = self._fault()
        writer.write(b"354 go on\r\n")
        if fault is Fault.CUT:
            await reader.read(64)
            return False
        content = await reader.readuntil(b"\r\n.\r\n")
        name = content.split(b"Message-ID: ", 1)[1].split(b"\r\n", 1)[0].decode()
        match fault:
            case Fault.LATER:
                writer.write(b"451 4.3.0 later\r\n")
            case Fault.BUSY:
                writer.write(b"421 4.3.2 closing\r\n")
                await writer.drain()
                return False
            case Fault.REFUSED:
                self.refused.add(name)
                writer.write(b"550 5.7.1 no\r\n")
            case Fault.HANG:
                await asyncio.sleep(3 * _PATIENCE)
                return False
            case Fault.LOST:
                self.taken[name] += 1
                self.lost[name] += 1
                return False
            case _:
                self.taken[name] += 1
                writer.write(b"250 2.0.0 ok\r\n")
        return True

    def _fault(self) -> Fault | None:
        drawn = self.chance.random()
        for fault, share in self.faults.items():
            if drawn < share:
                self.met[fault.value] += 1
                return fault
            drawn -= share
        return None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What became of the letters; `needless` were taken twice although the hop had said 250."""

    letters: int
    missing: int
    double: int
    needless: int
    refused: int
    faults: dict[str, int]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing is missing, and nothing double but where the hop lost its answer."""
        return self.missing == 0 and self.needless == 0


async def send_all(count: int, folder: Path, *, seed: int = 1, faults: dict[Fault, float] | None = None) -> Figures:
    """Post so many letters into a new outbox in `folder`, and send them all."""
    hop = FailingHop(random.Random(seed), faults or FAULTS)
    server = await asyncio.start_server(hop.serve, "127.0.0.1", 0, limit=1 << 20)
    url = f"sqlite:///{folder}/letters.db"
    await asyncio.to_thread(upgrade, url)
    engine = open_database(url)
    try:
        names = await asyncio.to_thread(_post, SqlRegistry(engine, clock=lambda: _START), count)
        port = server.sockets[0].getsockname()[1]
        began = time.monotonic()
        await _drain(SqlOutbox(engine), port)
        return _figures(hop, names, time.monotonic() - began)
    finally:
        engine.dispose()
        server.close()


def _post(registry: SqlRegistry, count: int) -> list[str]:
    names = []
    for first in range(0, count, 500):
        with registry.transaction() as tx:
            for number in range(first, min(first + 500, count)):
                letter = _letter(number)
                tx.post(letter)
                names.append(message_id_of(letter.key, "sonv.example"))
    return names


def _letter(number: int) -> Letter:
    key = f"mail-{number}:sonv:accepted:vanthu@vpcp.example"
    content = f"From: vanthu@sonv.example\r\nMessage-ID: {message_id_of(key, 'sonv.example')}\r\n\r\n.x\r\n"
    return Letter(
        key=key,
        kind=LetterKind.ACCEPTED,
        agency="sonv",
        mail_id=f"mail-{number}",
        sender="",
        recipient="vanthu@vpcp.example",
        content=content.encode(),
    )


async def _drain(outbox: SqlOutbox, port: int) -> None:
    """Send until nothing waits; where everything waits for its next attempt, the clock is put forward."""
    now = [_START]
    settings = OutboundSettings(host="127.0.0.1", port=port, timeout=_PATIENCE, lease=60)
    sender = LetterSender(outbox, settings, clock=lambda: now[0])
    while True:
        try:
            if await sender.send_next():
                continue
        except Unavailable:
            continue  # the running program waits a moment here
        due = await asyncio.to_thread(outbox.next_due, now[0])
        if due is None:
            break
        now[0] = max(due, now[0] + timedelta(seconds=1))
    stopped = asyncio.Event()
    stopped.set()
    await sender.run(stopped)


def _figures(hop: FailingHop, names: list[str], seconds: float) -> Figures:
    missing = [name for name in names if not hop.taken[name] and name not in hop.refused]
    double = {name: times for name, times in hop.taken.items() if times > 1}
    # Once is owed, and once more for each answer that the hop lost.
    needless = [name for name, times in double.items() if times > 1 + hop.lost[name]]
    return Figures(
        letters=len(names),
        missing=len(missing),
        double=len(double),
        needless=len(needless),
        refused=len(hop.refused),
        faults=dict(sorted(hop.met.items())),
        seconds=round(seconds, 1),
    )


def main() -> int:
    """Run it and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(send_all(count, Path(folder)))
    sys.stdout.write(json.dumps(asdict(figures) | {"holds": figures.holds}) + "\n")
    return 0 if figures.holds else 1


if __name__ == "__main__":
    sys.exit(main())
