"""
The connection of a client: who it is, its time-outs, and its commands one after the other.

aiosmtpd brings the protocol's frame, the session and STARTTLS. Its loop over commands and its way to read content go
line by line through several layers; ours answers what was pipelined together at once, and hands content on in blocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import ClassVar, cast

from aiosmtpd.proxy_protocol import AF, V2_CMD, get_proxy
from aiosmtpd.smtp import SMTP, Session, TLSSetupException

from mailbridge.errors import MailBridgeError
from mailbridge.mail.envelope import Client
from mailbridge.smtp_hooks.deadline import Deadline
from mailbridge.smtp_hooks.desk import Desk, client_of, log
from mailbridge.smtp_hooks.peers import Peer, is_listed
from mailbridge.smtp_hooks.replies import NextHopLost, Say, reply_for

# Commands that lead nowhere (NOOP, RSET, VRFY, EHLO, …) since the last mail: beyond these each counts as an error. Both
# as Postfix (smtpd_junk_command_limit, smtpd_hard_error_limit).
_MOST_JUNK = 100
_MOST_ERRORS = 20

# While nearly all sessions are taken, a silent client waits only so many seconds (as smtpd_timeout under stress).
_CROWDED = 0.8
_PATIENCE_IN_A_CROWD = 10.0

# Seconds that a client gets to read our last words.
_PATIENCE_WITH_GOODBYE = 10.0

# Commands that one client may have answered in a row before the others have their turn.
_IN_A_ROW = 50

_READ_AHEAD = 128 << 10


class _OneLimit(dict[str, int]):
    """The same length for every command. (A defaultdict would grow by each word a stranger makes up.)"""

    def __missing__(self, command: str) -> int:
        return Connection.command_size_limit


class Connection(SMTP):
    """One client. What its commands do is said by `dialogue` and `proxy`."""

    # As Postfix (line_length_limit): RFC 5321 §4.5.3.1.4 says 512, and each extension adds to it.
    command_size_limit = 2048
    command_size_limits = _OneLimit()
    # The mark at which the reader stops reading from the socket (at twice this).
    line_length_limit = _READ_AHEAD
    _command_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Note which commands this kind of client may give."""
        cls._command_names = tuple(name for name in dir(cls) if name.startswith("smtp_"))

    def __init__(self, desk: Desk, sessions: set[Connection]) -> None:
        settings = desk.settings
        self._desk = desk
        self._settings = settings
        self._sessions = sessions
        self._idle = Deadline(asyncio.get_running_loop(), self._timeout_cb)
        self._seen: Peer | None = None
        self._told: Peer | None = None
        self._told_by_balancer: Peer | None = None
        self._forwarded: Peer | None = None
        self._is_trusted = False
        self._errors = 0
        self._junk = 0
        super().__init__(
            object(),
            data_size_limit=settings.max_size,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident="ESMTP",
            tls_context=desk.tls_context,
            timeout=settings.client_timeout,
            loop=asyncio.get_running_loop(),
        )

    def __dir__(self) -> list[str]:
        """Name the commands: aiosmtpd's constructor looks for them through all names, at each connection."""
        return list(self._command_names)

    # -- for those who know what a command is -------------------------------------------------------------------------

    @property
    def _mail_is_open(self) -> bool:
        """Whether the client is in the middle of a mail."""
        return False

    def _leave_next_hop(self) -> None:
        """Have nothing more to do with the next hop."""

    # -- the connection -----------------------------------------------------------------------------------------------

    def connection_lost(self, error: Exception | None) -> None:
        """End the session. (Not as aiosmtpd does: what is being settled must come to its end.)"""
        self._idle.close()
        if self._original_transport is not None:
            self._original_transport.close()
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        self.transport = None
        self._client_left()

    def eof_received(self) -> bool:
        """End the session: who closes its half does not wait for answers either."""
        self._client_left()
        self._see_off()
        return False

    def _client_left(self) -> None:
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    async def _handle_client(self) -> None:
        if not await self._let_in():
            return
        key = client_of(self._ip)
        self._sessions.add(self)
        self._desk.clients[key] += 1
        self._desk.counts.sessions += 1
        try:
            await self.push(f"220 {self.hostname} ESMTP")
            await self._converse()
        except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
            return
        finally:
            self._sessions.discard(self)
            self._desk.clients[key] -= 1
            if not self._desk.clients[key]:
                del self._desk.clients[key]
            self._idle.close()
            self._leave_next_hop()

    async def _let_in(self) -> bool:
        """Say whether there is room for one more; hear the PROXY header first where one is due."""
        settings = self._settings
        refusal = Say.STOPPING if self._desk.stopping else None
        if len(self._sessions) >= settings.max_sessions:
            refusal = Say.TOO_MANY_SESSIONS
        elif is_listed(self._ip, settings.proxy_from):
            refusal = await self._hear_proxy() or (Say.STOPPING if self._desk.stopping else None)
        self._is_trusted = is_listed(self._ip, settings.xclient_from)
        many = self._desk.clients[client_of(self._ip)] >= settings.max_sessions_per_client
        if refusal is None and many and not self._is_trusted:
            refusal = Say.TOO_MANY_FROM_YOU
        if refusal is not None:
            self._desk.counts.refused_sessions += 1
            with suppress(ConnectionError):
                await self.push(refusal)
        return refusal is None

    async def _hear_proxy(self) -> Say | None:
        """Read the header of the PROXY protocol, version 1 or 2 (HAProxy's proxy-protocol.txt)."""
        with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            header = await get_proxy(self._reader)
            if header.valid:
                # LOCAL and UNKNOWN: the balancer itself is the client (its health check).
                local = header.command == V2_CMD.LOCAL
                if header.family in {AF.INET, AF.INET6} and header.src_addr is not None and not local:
                    self._told = self._told_by_balancer = Peer(ip=str(header.src_addr), port=str(header.src_port))
                return None
        return Say.NO_PROXY_HEADER

    def leave_if_idle(self) -> None:
        """Say 421 when the client is between two mails; one that is in a mail hears it afterwards."""
        if self._mail_is_open is False and self.transport is not None:
            self._writer.write(Say.STOPPING.encode() + b"\r\n")
            self._hang_up()

    def cut(self) -> None:
        """End the session at once, also while a mail is being settled."""
        if self.transport is not None:
            self._wire.abort()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    async def push(self, status: str | bytes) -> None:
        """Send a reply; after 421 the connection ends (RFC 5321 §3.8)."""
        octets = status.encode("utf-8", "surrogateescape") if isinstance(status, str) else status
        if self.transport is None:
            raise ConnectionResetError("the client left")
        self._start_clock()
        self._writer.write(octets + b"\r\n")
        if self.transport is not None and self._wire.get_write_buffer_size() > _READ_AHEAD:
            await self._writer.drain()
        if octets.startswith(b"421"):
            self._hang_up()

    async def handle_exception(self, error: Exception) -> str:
        """Say an error to the client; what is not one of ours is a bug, and temporary for the client."""
        if isinstance(error, MailBridgeError):
            log.info("not done", extra={"client_ip": self._ip, "reason": str(error)})
        else:
            log.error("bug in a session", exc_info=error, extra={"client_ip": self._ip})
        if isinstance(error, NextHopLost):
            # Not 451: behind a command that was lost stand others, pipelined, which would hear 503: refused for good.
            return Say.NEXT_HOP_GONE
        return reply_for(error).decode("utf-8", "surrogateescape")

    def _hang_up(self) -> None:
        # What was pipelined behind is not heard any more.
        self._drop_unread()
        if self.transport is None:
            return
        self._wire.close()
        self._see_off()

    def _see_off(self) -> None:
        """Let a client that does not read wait for its answers no longer than this: `close` waits for ever."""
        # Under TLS, what is encrypted already waits in the transport below.
        for each in (self.transport, self._original_transport):
            # Not isinstance: uvloop's transports fulfil it without deriving from it.
            wire = cast("asyncio.Transport | None", each)
            if wire is not None and wire.get_write_buffer_size():
                self.loop.call_later(_PATIENCE_WITH_GOODBYE, wire.abort)

    def _drop_unread(self) -> bytes:
        """Take all octets that wait to be read as commands, and let more come."""
        unread = bytes(self._unread)
        self._unread.clear()
        self._reader._maybe_resume_transport()  # type: ignore[attr-defined]  # as for `_unread`
        return unread

    def _timeout_cb(self) -> None:
        if self.transport is None:
            return
        with suppress(ConnectionError):
            self._writer.write(Say.IDLE.encode() + b"\r\n")
        self._hang_up()

    @property
    def _wire(self) -> asyncio.Transport:
        return cast(asyncio.Transport, self.transport)

    @property
    def _unread(self) -> bytearray:
        # StreamReader has no public way to look ahead, to drop octets or to give them back; aiosmtpd reaches into it in
        # the same way.
        buffer: bytearray = self._reader._buffer  # type: ignore[attr-defined]
        return buffer

    @property
    def _state(self) -> Session:
        """What aiosmtpd knows of the client; there as soon as there is a connection, and anew with TLS."""
        # No assertion: the constructor of aiosmtpd looks at every property, before there is a session.
        return cast(Session, self.session)

    @property
    def _peer(self) -> Peer:
        """Who the client is: as somebody we believe has told, or as the connection shows."""
        told = self._forwarded or self._told or self._seen
        if told is not None:
            return told
        peer = cast(object, self._state.peer) if self.session is not None else None
        # The address of the peer, as the transport gives it (aiosmtpd calls it a str).
        if isinstance(peer, tuple) and len(peer) > 1:
            self._seen = Peer(ip=str(peer[0]), port=str(peer[1]))
            return self._seen
        return Peer()

    @property
    def _ip(self) -> str | None:
        return self._peer.ip

    def _client(self) -> Client:
        tls = self._state.ssl
        version = tls["ssl_object"].version() if tls else None
        peer = self._peer
        name = peer.helo or self._state.host_name or ""
        helo = name.encode("utf-8", "replace").decode("utf-8")
        return Client(ip=peer.ip, helo=helo, tls=version, internal=self._settings.internal)

    def _reset_timeout(self, duration: float | None = None) -> None:
        self._idle.set(duration or self._settings.client_timeout)

    def _stop_clock(self) -> None:
        """While we wait for others, the client's idle time does not run."""
        self._idle.clear()

    def _start_clock(self) -> None:
        if self.transport is None:
            return
        crowded = len(self._sessions) > _CROWDED * self._settings.max_sessions
        seconds = self._settings.client_timeout
        self._idle.set(min(seconds, _PATIENCE_IN_A_CROWD) if crowded else seconds)

    # -- commands -----------------------------------------------------------------------------------------------------

    async def _converse(self) -> None:
        """Hear and answer commands until the client, or we, hang up."""
        done = 0
        while self.transport is not None and not self._wire.is_closing():
            if b"\n" not in self._unread:
                done = 0
                self._start_clock()
            done += 1
            if done % _IN_A_ROW == 0:
                await asyncio.sleep(0)
            try:
                line = await self._reader.readuntil()
            except asyncio.LimitOverrunError as error:
                await self._skip_line(error)
                await self._complain(Say.LINE_LIMIT)
                continue
            try:
                await self._obey(line.rstrip(b"\r\n"))
            except (ConnectionError, asyncio.IncompleteReadError, TLSSetupException):
                raise
            except Exception as error:  # noqa: BLE001 - a bug in one command must not cost the other clients
                await self.push(await self.handle_exception(error))
            if self._desk.stopping and not self._mail_is_open and self.transport is not None:
                await self.push(Say.STOPPING)

    async def _skip_line(self, error: asyncio.LimitOverrunError) -> None:
        await self._reader.readexactly(error.consumed)
        while True:
            try:
                await self._reader.readuntil()
            except asyncio.LimitOverrunError as more:
                await self._reader.readexactly(more.consumed)
            else:
                return

    async def _obey(self, line: bytes) -> None:
        verb, _, rest = line.partition(b" ")
        command = self._commands.get(verb.upper())
        if command is None:
            await self._complain(Say.UNKNOWN_COMMAND if verb.isalnum() and verb.isascii() else Say.BAD_COMMAND)
        elif len(line) > self.command_size_limit and verb.upper() != b"AUTH":
            await self._complain(Say.LINE_LIMIT)
        else:
            # Octets that are not UTF-8 come out again as they were.
            text = rest.strip().decode("utf-8", "surrogateescape")
            await command(text or None)

    @property
    def _commands(self) -> dict[bytes, Callable[[str | None], Awaitable[None]]]:
        commands = self.__dict__.get("_by_verb")
        if commands is None:
            verbs = (name.removeprefix("smtp_") for name in self._command_names)
            commands = {verb.encode(): getattr(self, f"smtp_{verb}") for verb in verbs}
            self.__dict__["_by_verb"] = commands
        return cast("dict[bytes, Callable[[str | None], Awaitable[None]]]", commands)

    async def _complain(self, say: Say) -> None:
        """Refuse a command; a client that does little else is sent away."""
        self._errors += 1
        await self.push(Say.TOO_MANY_ERRORS if self._errors > _MOST_ERRORS else say)

    async def _is_junk(self) -> bool:
        """Count a command that leads nowhere; True when there were too many, and the client has heard so."""
        self._junk += 1
        if self._junk <= _MOST_JUNK:
            return False
        self._errors += 1
        if self._errors <= _MOST_ERRORS:
            return False
        await self.push(Say.TOO_MANY_ERRORS)
        return True
