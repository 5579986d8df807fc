"""A milter door, and an MTA that speaks to it over a real socket with the wire table of the door itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mailbridge.smtp_hooks.milter.packets import (
    FINAL,
    VERSION,
    Actions,
    Body,
    Connect,
    Data,
    EndOfBody,
    EndOfHeader,
    Family,
    FromMilter,
    FromMta,
    Header,
    Helo,
    Macros,
    Mail,
    Offer,
    Options,
    Rcpt,
    may_reply,
    wants_reply,
)
from mailbridge.smtp_hooks.milter.server import MilterServer
from mailbridge.smtp_hooks.milter.settings import MilterSettings
from mailbridge.smtp_hooks.milter.wire import format_packet, reader_of_milter
from tests.smtp_hooks.milter.keeper_memory import MemoryKeeper

# What Postfix 3.7 offers.
POSTFIX_ACTIONS = Actions(0x1FF)
POSTFIX_OPTIONS = Options(0x1FFFFF)

FIELDS = ((b"From", b" <vanthu@so.example>"), (b"Subject", b" =?utf-8?q?C=C3=B4ng?=\n =?utf-8?q?v=C4=83n?="))
BODY = b"Xin ch\xc3\xa0o\r\n.\r\n\r\n"
CONTENT = b"From: <vanthu@so.example>\r\nSubject: =?utf-8?q?C=C3=B4ng?=\r\n =?utf-8?q?v=C4=83n?=\r\n\r\n" + BODY


class Mta:
    """Says packets as Postfix does, hears replies and checks that each was legal."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.options = Options(0)
        self.agreed: Offer | None = None
        self._packets = reader_of_milter()

    async def hear(self) -> FromMilter | None:
        """The next packet; None when the milter hung up."""
        async with asyncio.timeout(20):
            while (packet := self._packets.next()) is None:
                try:
                    block = await self.reader.read(65536)
                except ConnectionError:
                    return None
                if not block:
                    return None
                self._packets.feed(block)
        return packet

    async def send(self, *said: FromMta) -> None:
        self.writer.write(b"".join(format_packet(one) for one in said))
        await self.writer.drain()

    async def say(self, said: FromMta) -> tuple[FromMilter, ...]:
        """Send one message and hear what belongs to it, to the final reply; () when none is due or the door closed."""
        await self.send(said)
        replies: list[FromMilter] = []
        while wants_reply(type(said), self.options):
            reply = await self.hear()
            if reply is None:
                break
            assert may_reply(type(said), type(reply), self.options), f"{reply} to {said}"
            replies.append(reply)
            if type(reply) in FINAL:
                break
        return tuple(replies)

    async def negotiate(
        self, *, version: int = VERSION, actions: Actions = POSTFIX_ACTIONS, options: Options = POSTFIX_OPTIONS
    ) -> Offer | None:
        replies = await self.say(Offer(version=version, actions=actions, options=options))
        for reply in replies:
            assert isinstance(reply, Offer)
            self.agreed, self.options = reply, reply.options
        return self.agreed

    async def greet(self, *, address: bytes = b"192.0.2.7", helo: bytes = b"client.example") -> None:
        await self.say(Connect(name=b"client.example", family=Family.INET, port=2525, address=address))
        await self.send(Macros(step=b"H", values=((b"{tls_version}", b"TLSv1.3"), (b"{cipher}", b"x"))))
        await self.say(Helo(name=helo))

    async def envelope(self, *recipients: bytes, mail: tuple[bytes, ...] = (b"<a@so.example>",)) -> None:
        await self.say(Mail(arguments=mail))
        for recipient in recipients or (b"<b@bo.example>",):
            await self.say(Rcpt(arguments=(recipient,)))

    async def content(
        self,
        *,
        fields: Sequence[tuple[bytes, bytes]] = FIELDS,
        body: Sequence[bytes] = (BODY,),
        queue_id: bytes = b"4bXYZ12",
    ) -> tuple[FromMilter, ...]:
        """All of the content; returns the replies to its end."""
        for name, value in fields:
            await self.send(Macros(step=b"L", values=((b"i", queue_id),)))
            await self.say(Header(name=name, value=value))
        await self.say(EndOfHeader())
        for octets in body:
            await self.say(Body(octets=octets))
        await self.send(Macros(step=b"E", values=((b"i", queue_id),)))
        return await self.say(EndOfBody())

    async def mail(self, *recipients: bytes, **content: Any) -> tuple[FromMilter, ...]:
        """A whole mail; returns the replies to its end."""
        await self.envelope(*recipients)
        await self.say(Data())
        return await self.content(**content)

    async def is_closed(self) -> bool:
        async with asyncio.timeout(20):
            try:
                return await self.reader.read(1) == b""
            except ConnectionError:
                return True

    async def close(self) -> None:
        self.writer.close()


@dataclass
class Door:
    """A running milter door."""

    server: MilterServer
    keeper: MemoryKeeper
    accepted: list[str] = field(default_factory=list)
    full: bool = False
    bypassed: bool = False
    passing: frozenset[str] = frozenset()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Mta]:
        """An MTA that has connected and said nothing."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        try:
            yield Mta(reader, writer)
        finally:
            writer.close()

    @asynccontextmanager
    async def client(self, **greeting: Any) -> AsyncIterator[Mta]:
        """An MTA with a client that has said EHLO."""
        async with self.connection() as mta:
            await mta.negotiate()
            await mta.greet(**greeting)
            yield mta


@asynccontextmanager
async def running_door(**settings: Any) -> AsyncIterator[Door]:
    keeper = MemoryKeeper()
    given = {"settle_within": 30.0, "stop_within": 5.0, **settings}
    accepted: list[str] = []
    door: Door
    server = MilterServer(
        MilterSettings(**given),
        keeper,
        accepted.append,
        is_full=lambda: door.full,
        passes=lambda recipients: door.passing.issuperset(recipients),
        is_bypassed=lambda: door.bypassed,
    )
    door = Door(server=server, keeper=keeper, accepted=accepted)
    await server.start()
    try:
        yield door
    finally:
        await server.stop()


async def eventually(check: Any, seconds: float = 10) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.01)
