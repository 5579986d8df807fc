"""A next hop that does as it is told: replies are set per command, raw octets are kept, and it can hold its breath."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EHLO = (
    "250-next.example\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-VRFY\r\n250-ETRN\r\n250-ENHANCEDSTATUSCODES\r\n"
    "250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING"
)

Answer = str | Callable[[str], str | None]


@dataclass
class Taken:
    """One mail that was taken with its final dot; `content` is unstuffed."""

    mail: str
    recipients: list[str]
    raw: bytes

    @property
    def content(self) -> bytes:
        return self.raw.removeprefix(b".").replace(b"\r\n.", b"\r\n")

    @property
    def below(self) -> bytes:
        """What stands below the two header fields that the hop adds."""
        _, found, below = self.content.partition(b"X-MailBridge-ID: ")
        assert found
        return below.partition(b"\r\n")[2]


@dataclass
class NextHopDouble:
    """
    `answers` maps a verb (GREETING, EHLO, MAIL, …, DOT) to a reply without the last CRLF, or to a function of the line;
    a function that returns None closes the connection. `pause` names the step before which it waits for `go_on`.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    refused: list[Taken] = field(default_factory=list)
    unfinished: list[bytes] = field(default_factory=list)
    sessions: int = 0
    open_now: int = 0
    pause: str | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    tls: ssl.SSLContext | None = None
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        self.open_now += 1
        try:
            await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self.open_now -= 1
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mail, recipients = "", list[str]()
        if not await self._say(writer, "GREETING", "", "220 next.example ESMTP"):
            return
        while line := await reader.readline():
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            self.lines.append(text)
            verb = text.split(" ")[0].upper()
            match verb:
                case "EHLO":
                    offered = EHLO.replace("250-8BITMIME", "250-STARTTLS\r\n250-8BITMIME") if self.tls else EHLO
                    code = await self._say(writer, verb, text, offered)
                case "MAIL":
                    mail, recipients = text, []
                    code = await self._say(writer, verb, text, "250 2.1.0 Ok sender")
                case "RCPT":
                    code = await self._say(writer, verb, text, "250 2.1.5 Ok recipient")
                    if code[:1] == "2":
                        recipients.append(text)
                case "DATA":
                    code = await self._say(writer, verb, text, "354 go ahead, next hop")
                    if code == "354":
                        code = await self._content(reader, writer, mail, recipients)
                case "STARTTLS":
                    code = await self._say(writer, verb, text, "220 2.0.0 Ready")
                    if code == "220" and self.tls is not None:
                        await writer.start_tls(self.tls)
                case "QUIT":
                    await self._say(writer, verb, text, "221 2.0.0 Bye")
                    return
                case _:
                    code = await self._say(writer, verb, text, "250 2.0.0 Ok")
            if not code:
                return

    async def _content(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mail: str, recipients: list[str]
    ) -> str:
        raw = bytearray()
        while True:
            line = await reader.readline()
            if line == b".\r\n" and (not raw or raw.endswith(b"\r\n")):
                break
            raw += line
            if not line.endswith(b"\n"):
                self.unfinished.append(bytes(raw))
                return ""
        one = Taken(mail=mail, recipients=recipients, raw=bytes(raw))
        return await self._say(writer, "DOT", "", "250 2.0.0 Ok: queued as NEXT1", before=lambda: self._judge(one))

    def _judge(self, one: Taken) -> None:
        answer = self.answers.get("DOT", "250")
        good = isinstance(answer, str) and answer.startswith("2")
        (self.taken if good else self.refused).append(one)

    async def _say(
        self,
        writer: asyncio.StreamWriter,
        step: str,
        line: str,
        usual: str,
        before: Callable[[], None] = lambda: None,
    ) -> str:
        if self.pause == step:
            self.pause = None
            self.reached.set()
            await self.go_on.wait()
        answer = self.answers.get(step, usual)
        text = answer(line) if callable(answer) else answer
        before()
        if text is None:
            return ""
        writer.write(text.encode() + b"\r\n")
        await writer.drain()
        return text[:3]


@asynccontextmanager
async def next_hop(**settings: object) -> AsyncIterator[NextHopDouble]:
    """Serve on a free port of the loopback."""
    double = NextHopDouble(**settings)  # type: ignore[arg-type]  # passed on as they are
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0, limit=1 << 26)
    double.port = server.sockets[0].getsockname()[1]
    try:
        yield double
    finally:
        double.go_on.set()
        server.close()
        for _ in range(200):
            if not double.open_now:
                break
            await asyncio.sleep(0.01)
