"""
Next hops that are not as ours would like them: other extensions, other manners, no manners.

`watched()` is the double with a memory for who said what in which session; `gullible()` ends content at whatever looks
like an end, so that a false end that reaches it is a second mail.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.smtp_hooks.next_hop_double import Answer, NextHopDouble


@dataclass(frozen=True, kw_only=True)
class Profile:
    """
    What a next hop offers, word by word; `shown` are the keywords that a client of ours must hear then.

    `size` is the limit that stands in EHLO, None when SIZE is not offered at all, 0 when there is no fixed limit.
    """

    words: tuple[str, ...]
    shown: frozenset[str]
    size: int | None = None

    @property
    def ehlo(self) -> str:
        lines = ("next.example at your service", *self.words)
        return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])


# PIPELINING and STARTTLS are ours, whatever the next hop does. CHUNKING may be shown only by a hop that passes it.
OURS = frozenset({"PIPELINING"})

PROFILES = {
    "modern": Profile(
        words=(
            "PIPELINING", "SIZE 10240000", "VRFY", "ETRN", "STARTTLS", "XCLIENT NAME ADDR", "XFORWARD NAME ADDR",
            "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING",
        ),
        shown=OURS | {"SIZE", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8"},
        size=10_240_000,
    ),
    "without-8bitmime": Profile(
        words=("PIPELINING", "SIZE 10240000", "DSN", "ENHANCEDSTATUSCODES"),
        shown=OURS | {"SIZE", "DSN", "ENHANCEDSTATUSCODES"},
        size=10_240_000,
    ),
    "without-smtputf8": Profile(
        words=("SIZE 36700160", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME", "BINARYMIME", "AUTH NTLM"),
        shown=OURS | {"SIZE", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME"},
        size=36_700_160,
    ),
    "smtputf8-without-8bitmime": Profile(words=("SMTPUTF8", "SIZE"), shown=OURS | {"SIZE"}, size=0),
    "small-size": Profile(words=("SIZE 20000", "8BITMIME"), shown=OURS | {"SIZE", "8BITMIME"}, size=20_000),
    "without-size": Profile(words=("8BITMIME", "DSN"), shown=OURS | {"8BITMIME", "DSN"}),
    "any-size": Profile(words=("SIZE 0", "8BITMIME"), shown=OURS | {"SIZE", "8BITMIME"}, size=0),
    "odd-words": Profile(
        words=("8bitmime", "size 5000000", "X-LINK2STATE", "AUTH=LOGIN", "  dsn  ", "\x7f\x01", "", "CHUNKING-NOT"),
        shown=OURS | {"8BITMIME", "SIZE", "DSN"},
        size=5_000_000,
    ),
}  # fmt: skip


@dataclass
class WatchedNextHop(NextHopDouble):
    """
    Notes each line with the number of its session, and octets that came before their time.

    Replies may hold octets that are no UTF-8, written with surrogate escapes.
    """

    talk: list[tuple[int, str]] = field(default_factory=list)
    impatient: list[str] = field(default_factory=list)
    pipelining: bool = True
    at_most: int = 1_000_000
    _numbers: dict[asyncio.StreamWriter, tuple[int, asyncio.StreamReader]] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.open_now >= self.at_most:
            writer.write(b"421 4.7.0 next.example Error: too many connections from you\r\n")
            writer.close()
            return
        self._numbers[writer] = (len(self._numbers) + 1, reader)
        await super().serve(reader, writer)

    @property
    def writers(self) -> list[asyncio.StreamWriter]:
        """Where words can be put that nobody asked for."""
        return list(self._numbers)

    def of_session(self, number: int) -> list[str]:
        """What was said in one session, in order."""
        return [line for session, line in self.talk if session == number]

    async def _say(
        self,
        writer: asyncio.StreamWriter,
        step: str,
        line: str,
        usual: str,
        before: Callable[[], None] = lambda: None,
    ) -> str:
        number, reader = self._numbers[writer]
        if line:
            self.talk.append((number, line))
        if not self.pipelining or step in {"GREETING", "EHLO", "HELO", "DATA", "STARTTLS"}:
            # RFC 2920 §3.1: these end a group; without PIPELINING each command does (RFC 5321 §4.1.1.1).
            await asyncio.sleep(0.003)
            if reader._buffer:  # type: ignore[attr-defined]  # the only way to see what waits
                self.impatient.append(f"{step}: {bytes(reader._buffer)[:80]!r}")  # type: ignore[attr-defined]
        if self.pause == step:
            self.pause = None
            self.reached.set()
            await self.go_on.wait()
        answer = self.answers.get(step, usual)
        text = answer(line) if callable(answer) else answer
        before()
        if text is None:
            return ""
        writer.write(text.encode("utf-8", "surrogateescape") + b"\r\n")
        await writer.drain()
        return text[:3]


@asynccontextmanager
async def watched(
    profile: Profile | None = None, *, answers: dict[str, Answer] | None = None, **settings: object
) -> AsyncIterator[WatchedNextHop]:
    """Serve on a free port of the loopback; unknown parameters are refused as by a server that lacks the extension."""
    given: dict[str, Answer] = dict(answers or {})
    if profile is not None:
        given.setdefault("EHLO", profile.ehlo)
        given.setdefault("MAIL", _strict_mail(profile))
    one = WatchedNextHop(answers=given, **settings)  # type: ignore[arg-type]  # passed on as they are
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, limit=1 << 26, backlog=1024)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        one.go_on.set()
        server.close()
        for _ in range(200):
            if not one.open_now:
                break
            await asyncio.sleep(0.01)


def _strict_mail(profile: Profile) -> Answer:
    known = {word.split()[0].upper() for word in profile.words if word.split()}

    def answer(line: str) -> str:
        parameters = {part.partition("=")[0].upper() for part in line.partition("> ")[2].split()}
        needed = {"BODY": "8BITMIME", "SIZE": "SIZE", "SMTPUTF8": "SMTPUTF8", "RET": "DSN", "ENVID": "DSN"}
        missing = [name for name in parameters if needed.get(name, name) not in known]
        return f"555 5.5.4 Unsupported option: {missing[0]}" if missing else "250 2.1.0 Ok sender"

    return answer


# All that has been taken for the end of content somewhere: any line end, a dot, any line end, NULs dropped.
_ANY_END = re.compile(rb"(?:\r\n|\r|\n)\.(?:\r\n|\r(?!\n)|\n)")


@dataclass
class GullibleNextHop:
    """
    The server that mail smugglers look for.

    It drops NULs, takes CR, LF and CRLF for a line end, in content as among commands, and answers 250 to everything.
    `mails` are (MAIL line, content as it came); `lines` all commands.
    """

    mails: list[tuple[bytes, bytes]] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 gullible.example ESMTP\r\n")
            await self._session(reader, writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting, sender, in_content = b"", b"", False
        while block := await reader.read(1 << 16):
            waiting += block.replace(b"\0", b"")
            while True:
                if in_content:
                    # The line of DATA ended with a line end: a dot may come at once. A CR at the very end may be half.
                    found = _ANY_END.search(b"\r\n" + waiting)
                    if found is None or (found[0].endswith(b"\r") and found.end() == len(waiting) + 2):
                        break
                    self.mails.append((sender, waiting[: max(0, found.start() - 2)]))
                    waiting, in_content = waiting[found.end() - 2 :], False
                    writer.write(b"250 2.0.0 Ok: queued as GULLIBLE\r\n")
                    continue
                line, ended, rest = _first_line(waiting)
                if not ended:
                    break
                waiting = rest
                self.lines.append(line)
                verb = line[:4].upper()
                if verb == b"MAIL":
                    sender = line
                in_content = verb == b"DATA"
                writer.write(REPLIES.get(verb, b"250 2.0.0 Ok\r\n"))
                if verb == b"QUIT":
                    return
            await writer.drain()


REPLIES = {
    b"EHLO": b"250-gullible.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 0\r\n250 CHUNKING\r\n",
    b"DATA": b"354 tell me\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}


def _first_line(octets: bytes) -> tuple[bytes, bytes, bytes]:
    found = re.search(rb"\r\n|\r|\n", octets)
    if found is None or (found[0] == b"\r" and found.end() == len(octets)):
        return octets, b"", b""
    return octets[: found.start()], found[0], octets[found.end() :]


@asynccontextmanager
async def gullible() -> AsyncIterator[GullibleNextHop]:
    one = GullibleNextHop()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()


@dataclass
class FickleNextHop:
    """
    Takes envelopes, and of the content only so much: then it says its `words`, or nothing, and closes.

    Attributes:
        most: Octets of content that it reads before it leaves; None for all.
        reads: False: it stops reading at `most`, and stays.
        mails: Content of what came with its dot, dots of transparency and all.
    """

    most: int | None = None
    words: bytes = b""
    reads: bool = True
    mails: list[bytes] = field(default_factory=list)
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.get_running_loop().create_task(self._serve(reader, writer)))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 fickle.example\r\n")
        try:
            while line := await reader.readline():
                if line[:4].upper() != b"DATA":
                    writer.write(b"250 ok\r\n")
                    continue
                writer.write(b"354 go\r\n")
                if not await self._content(reader, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _content(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.most is None:
            self.mails.append((await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n"))
            writer.write(b"250 2.0.0 Ok: queued as FICKLE\r\n")
            return True
        if not self.reads:
            reader._transport.pause_reading()  # type: ignore[attr-defined]  # to be deaf, not only slow
            await asyncio.sleep(60)
        await reader.readexactly(self.most)
        if self.words:
            writer.write(self.words + b"\r\n")
            await writer.drain()
        return False


@asynccontextmanager
async def fickle(*, most: int | None = None, words: bytes = b"", reads: bool = True) -> AsyncIterator[FickleNextHop]:
    one = FickleNextHop(most=most, words=words, reads=reads)
    server = await asyncio.start_server(one.begin, "127.0.0.1", 0, limit=1 << 26)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        await one.close()
