"""A hop with its spool, and a client that speaks raw SMTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbridge.mail.envelope import MailObject
from mailbridge.smtp_hooks.server import HopServer
from mailbridge.smtp_hooks.settings import End, HopSettings, Upstream
from mailbridge.spool import Spool

MAIL = b"From: <vanthu@so.example>\r\nSubject: =?utf-8?q?C=C3=B4ng_v=C4=83n?=\r\n\r\nX\r\n"


@dataclass
class Hop:
    """A running hop."""

    server: HopServer
    spool: Spool
    root: Path
    accepted: list[str] = field(default_factory=list)

    @property
    def kept(self) -> list[MailObject]:
        """What waits in the spool, in order."""
        return [self.spool.load(mail_id) for mail_id in self.spool.waiting()]

    def written(self) -> list[bytes]:
        """The first octets of every file of the spool."""
        found = []
        for path in self.root.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    found.append(file.read(1 << 20))
        return found

    def files(self, place: str) -> list[Path]:
        return sorted((self.root / place).iterdir())


def unused_port() -> int:
    """A port of the loopback that nobody has just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def server_at(*ports: int) -> Upstream:
    """The servers of one next hop, on these ports of the loopback."""
    return Upstream(ends=tuple(End(host="127.0.0.1", port=port) for port in ports))


@asynccontextmanager
async def running_hop(
    root: Path,
    next_hop_port: int,
    *,
    is_full: Callable[[], bool] = lambda: False,
    passes: Callable[[Sequence[str]], bool] | None = None,
    is_bypassed: Callable[[], bool] = lambda: False,
    **settings: Any,
) -> AsyncIterator[Hop]:
    spool = Spool(root)
    spool.recover()
    accepted: list[str] = []
    given = {"hostname": "hop.example", "next_hop": server_at(next_hop_port), "stop_within": 5.0, **settings}
    server = HopServer(
        HopSettings(**given), spool, accepted.append, is_full=is_full, passes=passes, is_bypassed=is_bypassed
    )
    await server.start()
    try:
        yield Hop(server=server, spool=spool, root=root, accepted=accepted)
    finally:
        await server.stop()
        spool.close()


class RawClient:
    """Says octets, hears replies; every wait has an end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def hear(self) -> bytes:
        """One reply, all lines, without the last CRLF; b"" when the hop hung up."""
        lines: list[bytes] = []
        async with asyncio.timeout(20):
            while True:
                line = await self.reader.readline()
                if not line:
                    return b"".join(lines)
                lines.append(line)
                if line[3:4] != b"-":
                    return b"".join(lines).removesuffix(b"\r\n")

    async def say(self, octets: bytes) -> bytes:
        """Send a line and hear its reply."""
        self.writer.write(octets + b"\r\n")
        await self.writer.drain()
        return await self.hear()

    async def send(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def envelope(self, *recipients: bytes, sender: bytes = b"a@so.example", parameters: bytes = b"") -> bytes:
        """EHLO, MAIL, RCPT, DATA; returns the reply to DATA."""
        greeted = await self.say(b"EHLO client.example")
        heard = await self.say(b"MAIL FROM:<" + sender + b">" + parameters)
        assert heard[:3] == b"250", (greeted, heard)
        for recipient in recipients or (b"b@bo.example",):
            await self.say(b"RCPT TO:<" + recipient + b">")
        return await self.say(b"DATA")

    async def mail(self, content: bytes = MAIL, **envelope: Any) -> bytes:
        """A whole mail; returns the reply to the dot."""
        assert (await self.envelope(**envelope))[:3] == b"354"
        return await self.say(stuff(content) + b".")

    async def is_closed(self) -> bool:
        async with asyncio.timeout(20):
            return await self.reader.read(1) == b""


def stuff(content: bytes) -> bytes:
    """Double the dots (RFC 5321 §4.5.2); content ends with CRLF or is empty."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


@asynccontextmanager
async def client_of(port: int) -> AsyncIterator[RawClient]:
    """Connect and hear the greeting."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    client = RawClient(reader, writer)
    try:
        await client.hear()
        yield client
    finally:
        writer.close()


async def eventually(check: Any, seconds: float = 10) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.01)
