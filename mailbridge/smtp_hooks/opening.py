"""How a session with the next hop begins: which server, which greeting, TLS, and who our client is."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import TypeAlias, cast

from mailbridge.ports import Tls
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.replies import NextHopLost, NextHopRefuses, NextHopUnreachable, Reply
from mailbridge.smtp_hooks.settings import End, HopSettings, Upstream
from mailbridge.smtp_hooks.wire import Connection, Wire

log = logging.getLogger("mailbridge.hop")

Introduction: TypeAlias = Callable[[dict[str, str]], tuple[bytes, str]]


async def open_session(
    settings: HopSettings,
    upstream: Upstream | None = None,
    *,
    introduce: Introduction | None = None,
    connections: set[Connection] | None = None,
) -> NextHop:
    """
    Connect, hear the greeting, say EHLO (HELO when that is all it knows) and begin TLS as configured.

    Asks the servers of `upstream` (the usual next hop without it) one after the other.

    Args:
        introduce: Says who our client is, given the keywords; returns the line to send and the name for the EHLO that
            follows. Raises `NextHopUnreachable` when the next hop cannot be told.
        connections: Gets each connection as long as it stands, so that we know ourselves when we meet us.

    Raises:
        NextHopUnreachable: None of them could be reached; `NextHopRefuses` when the last one greets with a refusal,
            which is passed on: one for now (4yz), or when all refuse for good (5yz).
    """
    chosen = upstream or settings.next_hop
    opened = set() if connections is None else connections
    failures: list[NextHopUnreachable] = []
    for end in chosen.ends:
        try:
            hop = await _Opening(settings, chosen, end, introduce, opened).run()
        except NextHopUnreachable as error:
            log.warning("next hop fails", extra={"next_hop": f"{end.host}:{end.port}", "reason": str(error)})
            failures.append(error)
        else:
            hop.is_first = not failures
            return hop
    last = failures[-1]
    for_good = [isinstance(each, NextHopRefuses) and each.reply.code >= 500 for each in failures]
    raise NextHopUnreachable(last.detail) if for_good[-1] and not all(for_good) else last


class _TlsFailed(Exception):
    """TLS could not be begun."""


class _Opening:
    """The opening of one session with one server."""

    def __init__(
        self,
        settings: HopSettings,
        upstream: Upstream,
        end: End,
        introduce: Introduction | None,
        connections: set[Connection],
    ) -> None:
        self._connections = connections
        self._settings = settings
        self._upstream = upstream
        self._end = end
        self._introduce = introduce

    async def run(self) -> NextHop:
        encrypted = self._settings.next_hop_tls is not Tls.OFF
        try:
            return await self._open(tls=encrypted)
        except _TlsFailed as failure:
            if self._settings.next_hop_tls is Tls.REQUIRE:
                raise NextHopUnreachable(f"TLS: {failure}") from failure
            # Opportunistic: mail in the clear is better than no mail (RFC 7435 §3).
            try:
                return await self._open(tls=False)
            except _TlsFailed as error:
                raise NextHopUnreachable(str(error)) from error

    async def _open(self, *, tls: bool) -> NextHop:
        wire = await self._connect()
        try:
            await self._greeted(wire)
            keywords = await self._hello(wire)
            if tls and "STARTTLS" in keywords:
                await self._start_tls(wire)
                keywords = await self._hello(wire)
            elif self._settings.next_hop_tls is Tls.REQUIRE:
                raise NextHopUnreachable("it does not offer STARTTLS")
            hop = NextHop(wire, self._settings, keywords, self._upstream)
            if self._introduce is not None:
                await self._present(wire, hop, *self._introduce(keywords))
        except NextHopLost as error:
            raise NextHopUnreachable(error.detail) from error
        except BaseException:
            wire.abort()
            raise
        return hop

    async def _connect(self) -> Wire:
        try:
            async with asyncio.timeout(self._settings.patience.connect):
                _, wire = await asyncio.get_running_loop().create_connection(
                    lambda: Wire(self._connections), self._end.host, self._end.port
                )
        except (OSError, TimeoutError) as error:
            raise NextHopUnreachable(str(error) or "time-out") from error
        return wire

    async def _greeted(self, wire: Wire) -> None:
        greeting = await wire.reply(self._settings.patience.greeting)
        _must_be_good(greeting)

    async def _say(self, wire: Wire, line: bytes) -> Reply:
        wire.send(line + b"\r\n")
        return await wire.reply(self._settings.patience.command)

    async def _hello(self, wire: Wire, helo: str | None = None) -> dict[str, str]:
        name = (helo or self._settings.hostname).encode("ascii")
        reply = await self._say(wire, b"EHLO " + name)
        if reply.is_good:
            words = [line[4:].decode("ascii", "replace").strip() for line in reply.lines[1:]]
            return {word.partition(" ")[0].upper(): word.partition(" ")[2].strip() for word in words if word}
        if reply.code >= 500:
            reply = await self._say(wire, b"HELO " + name)
        _must_be_good(reply)
        return {}

    async def _present(self, wire: Wire, hop: NextHop, line: bytes, helo: str) -> None:
        """
        Say XCLIENT, and begin anew as our client would: with a greeting for it (or a refusal, which is passed on), and
        with its EHLO, which the next hop's rules look at.
        """
        reply = await self._say(wire, line)
        _must_be_good(reply)
        hop.keywords = await self._hello(wire, helo)
        hop.is_bound = True

    async def _start_tls(self, wire: Wire) -> None:
        reply = await self._say(wire, b"STARTTLS")
        if reply.code != 220:
            raise _TlsFailed(f"refused with {reply.code}")
        wire.forget_unread()
        if wire.transport is None:
            raise _TlsFailed("no connection")
        try:
            wire.transport = await cast(
                "Awaitable[asyncio.Transport | None]",
                asyncio.get_running_loop().start_tls(
                    wire.transport,
                    wire,
                    _context(self._settings.next_hop_ca, verify=self._settings.next_hop_tls is Tls.REQUIRE),
                    server_hostname=self._settings.next_hop_name or self._end.host,
                    ssl_handshake_timeout=self._settings.patience.connect,
                ),
            )
        except (OSError, ssl.SSLError) as error:
            raise _TlsFailed(str(error) or "handshake failed") from error
        if wire.transport is None:
            raise _TlsFailed("connection closed during the handshake")


def _must_be_good(reply: Reply) -> None:
    if reply.is_refusal:
        raise NextHopRefuses(reply)
    if not reply.is_good:
        raise NextHopUnreachable(f"it begins with {reply.code}")


@lru_cache(maxsize=8)
def _context(authorities: str | None, *, verify: bool) -> ssl.SSLContext:
    # Reading the authorities of the system takes some 20 ms: too long for every session.
    context = ssl.create_default_context(cafile=authorities)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
