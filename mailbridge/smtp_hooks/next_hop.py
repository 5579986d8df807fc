"""
Our side of the session with the next hop.

Replies keep their raw lines, so that they can be passed on unchanged. Anything the next hop says without being asked
would shift every later reply by one; such a session is given up.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from contextlib import suppress
from typing import cast

from mailbridge.ports import Tls
from mailbridge.smtp_hooks.replies import NextHopLost, NextHopRefuses, NextHopUnreachable, Reply
from mailbridge.smtp_hooks.settings import HopSettings, Patience

# RFC 5321 §4.5.3.1.5 says 512 octets a line; real servers write longer ones. Beyond these it is no SMTP server.
MAX_LINE = 8192
MAX_LINES = 200

_CODE = re.compile(rb"[2-5][0-9]{2}(?=[ -]|$)")


class _Wire(asyncio.Protocol):
    """Turns octets of the next hop into replies, and knows when it can take more of ours."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.replies: deque[Reply] = deque()
        self.lost: str | None = None
        self._octets = b""
        self._lines: list[bytes] = []
        self._arrival: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # create_connection gives no other; uvloop's transports fulfil it without deriving from it.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, octets: bytes) -> None:
        *lines, self._octets = (self._octets + octets).split(b"\n")
        for line in lines:
            self._take(line.removesuffix(b"\r"))
        if len(self._octets) > MAX_LINE:
            self._break("a line without end")

    def connection_lost(self, error: Exception | None) -> None:
        self._break(str(error) if error else "closed by the other side")

    def pause_writing(self) -> None:
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        _wake(room)

    async def reply(self, seconds: float) -> Reply:
        """Wait for one reply; raises `NextHopLost`."""
        while not self.replies:
            self._check()
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._arrival
            except TimeoutError as error:
                self._break("time-out")
                raise NextHopLost("time-out") from error
        return self.replies.popleft()

    def send(self, octets: bytes) -> None:
        """Hand octets to the system; raises `NextHopLost`."""
        self._check()
        if self.transport is None:
            raise NextHopLost("no connection")
        self.transport.write(octets)

    async def room(self, seconds: float) -> None:
        """Wait until the next hop has taken enough of what we sent; raises `NextHopLost`."""
        self._check()
        if self._room is None:
            return
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._room)
        except TimeoutError as error:
            self._break("time-out")
            raise NextHopLost("time-out") from error
        self._check()

    def abort(self) -> None:
        """Cut the connection; what was not sent is never sent."""
        self._break("aborted")

    def forget_unread(self) -> None:
        """Drop what came before TLS (RFC 3207 §6: it may come from anybody)."""
        self._octets, self._lines = b"", []
        self.replies.clear()

    def _take(self, line: bytes) -> None:
        code = _CODE.match(line)
        same = not self._lines or self._lines[0][:3] == line[:3]
        if self.lost is not None:
            return
        if code is None or not same or len(line) > MAX_LINE or len(self._lines) >= MAX_LINES:
            self._break("what it says is not SMTP")
            return
        self._lines.append(line)
        if line[3:4] != b"-":
            self.replies.append(Reply(int(code[0]), tuple(self._lines)))
            self._lines = []
            _wake(self._arrival)

    def _break(self, why: str) -> None:
        if self.lost is None:
            self.lost = why
        if self.transport is not None:
            self.transport.abort()
        _wake(self._arrival)
        _wake(self._room)

    def _check(self) -> None:
        if self.lost is not None:
            raise NextHopLost(self.lost)


class NextHop:
    """One session with the next hop; `keywords` are those of its EHLO, upper case, with their parameters."""

    def __init__(self, wire: _Wire, patience: Patience, keywords: dict[str, str]) -> None:
        self._wire = wire
        self._patience = patience
        self.keywords = keywords

    @property
    def is_alive(self) -> bool:
        """Say whether commands can be sent, as far as is known; something unread (421) is still to be heard."""
        return self._wire.lost is None

    async def command(self, line: bytes) -> Reply:
        """
        Send one line and wait for its reply.

        A 421 that came unasked is the reply (RFC 5321 §3.8); raises `NextHopLost`.
        """
        if self._wire.replies:
            early = self._wire.replies.popleft()
            if early.code == 421:
                return early
            self._wire.abort()
            raise NextHopLost("it spoke without being asked")
        self._wire.send(line + b"\r\n")
        seconds = self._patience.data if line == b"DATA" else self._patience.command
        return await self._wire.reply(seconds)

    async def pass_on(self, octets: bytes) -> None:
        """Send content, stuffed, at the pace of the next hop; raises `NextHopLost`."""
        self._wire.send(octets)
        await self._wire.room(self._patience.block)

    def early_reply(self) -> Reply | None:
        """Return what it said before the content was complete, often right before it closed."""
        return self._wire.replies.popleft() if self._wire.replies else None

    async def end_of_content(self) -> Reply:
        """Send the final dot; from now on the mail may be theirs. Raises `NextHopLost`."""
        self._wire.send(b".\r\n")
        return await self._wire.reply(self._patience.final)

    def abort(self) -> None:
        """Leave without the final dot: nothing of the mail in transfer counts (RFC 5321 §4.1.1.4, §3.8)."""
        self._wire.abort()

    async def quit(self, seconds: float = 5) -> None:
        """Say goodbye; raises nothing."""
        with suppress(NextHopLost):
            self._wire.send(b"QUIT\r\n")
            await self._wire.reply(seconds)
        self._wire.abort()


async def open_session(settings: HopSettings) -> NextHop:
    """
    Connect, hear the greeting, say EHLO (HELO when that is all it knows) and begin TLS as configured.

    Raises `NextHopUnreachable`, or `NextHopRefuses` with the greeting to be passed on.
    """
    encrypted = settings.next_hop_tls is not Tls.OFF
    try:
        return await _open(settings, tls=encrypted)
    except _TlsFailed as failure:
        if settings.next_hop_tls is Tls.REQUIRE:
            raise NextHopUnreachable(f"TLS: {failure}") from failure
        # Opportunistic: mail in the clear is better than no mail (RFC 7435 §3).
        try:
            return await _open(settings, tls=False)
        except _TlsFailed as error:
            raise NextHopUnreachable(str(error)) from error


class _TlsFailed(Exception):
    """TLS could not be begun."""


async def _open(settings: HopSettings, *, tls: bool) -> NextHop:
    patience = settings.patience
    wire = await _connect(settings)
    try:
        greeting = await wire.reply(patience.greeting)
        if not greeting.is_good:
            raise NextHopRefuses(greeting)
        keywords = await _hello(wire, settings)
        if tls and "STARTTLS" in keywords:
            await _start_tls(wire, settings)
            keywords = await _hello(wire, settings)
        elif settings.next_hop_tls is Tls.REQUIRE:
            raise NextHopUnreachable("it does not offer STARTTLS")
    except NextHopLost as error:
        raise NextHopUnreachable(error.detail) from error
    except BaseException:
        wire.abort()
        raise
    return NextHop(wire, patience, keywords)


async def _connect(settings: HopSettings) -> _Wire:
    try:
        async with asyncio.timeout(settings.patience.connect):
            _, wire = await asyncio.get_running_loop().create_connection(
                _Wire, settings.next_hop_host, settings.next_hop_port
            )
    except (OSError, TimeoutError) as error:
        raise NextHopUnreachable(str(error) or "time-out") from error
    return wire


async def _hello(wire: _Wire, settings: HopSettings) -> dict[str, str]:
    name = settings.hostname.encode("ascii")
    wire.send(b"EHLO " + name + b"\r\n")
    reply = await wire.reply(settings.patience.command)
    if reply.is_good:
        words = [line[4:].decode("ascii", "replace").strip() for line in reply.lines[1:]]
        return {word.partition(" ")[0].upper(): word.partition(" ")[2].strip() for word in words if word}
    if reply.code >= 500:
        wire.send(b"HELO " + name + b"\r\n")
        reply = await wire.reply(settings.patience.command)
    if not reply.is_good:
        raise NextHopRefuses(reply)
    return {}


async def _start_tls(wire: _Wire, settings: HopSettings) -> None:
    wire.send(b"STARTTLS\r\n")
    reply = await wire.reply(settings.patience.command)
    if reply.code != 220:
        raise _TlsFailed(f"refused with {reply.code}")
    wire.forget_unread()
    if wire.transport is None:
        raise _TlsFailed("no connection")
    try:
        wire.transport = await asyncio.get_running_loop().start_tls(
            wire.transport,
            wire,
            _context(settings),
            server_hostname=settings.next_hop_name or settings.next_hop_host,
            ssl_handshake_timeout=settings.patience.connect,
        )
    except (OSError, ssl.SSLError) as error:
        raise _TlsFailed(str(error) or "handshake failed") from error
    if wire.transport is None:
        raise _TlsFailed("connection closed during the handshake")


def _context(settings: HopSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.next_hop_ca)
    if settings.next_hop_tls is not Tls.REQUIRE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
