"""
The session of a client: its connection, its commands, and those that we answer ourselves.

aiosmtpd brings the protocol's frame, the session and STARTTLS. Its loop over commands and its way to read content go
line by line through several layers; ours answers what was pipelined together at once, and hands content on in blocks.
"""

from __future__ import annotations

# ruff: noqa: N802 - aiosmtpd finds the commands by these names.
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import cast

from aiosmtpd.proxy_protocol import AF, V2_CMD, get_proxy
from aiosmtpd.smtp import SMTP, Session, TLSSetupException

from mailbridge.errors import MailBridgeError
from mailbridge.mail.envelope import Client
from mailbridge.smtp_hooks.counterpart import Counterpart
from mailbridge.smtp_hooks.deadline import Deadline
from mailbridge.smtp_hooks.desk import Desk, client_of, log
from mailbridge.smtp_hooks.extensions import offer
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.paths import Argument, has_control
from mailbridge.smtp_hooks.peers import XCLIENT_NAMES, XFORWARD_NAMES, Peer, is_listed, told
from mailbridge.smtp_hooks.replies import NextHopLost, Reply, Say, reply_for
from mailbridge.smtp_hooks.settings import Upstream
from mailbridge.smtp_hooks.wire import connection_of

# Commands that lead nowhere (NOOP, RSET, VRFY, EHLO, …) since the last mail: beyond these each counts as an error. Both
# as Postfix (smtpd_junk_command_limit, smtpd_hard_error_limit).
_MOST_JUNK = 100
_MOST_ERRORS = 20

# RFC 4954 §4.
_AUTH_LINE = 12288

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
        return Dialogue.command_size_limit


class Dialogue(SMTP):
    """One client, before and between its mails."""

    # As Postfix (line_length_limit): RFC 5321 §4.5.3.1.4 says 512, and each extension adds to it.
    command_size_limit = 2048
    command_size_limits = _OneLimit()
    # The mark at which the reader stops reading from the socket (at twice this).
    line_length_limit = _READ_AHEAD

    def __init__(self, desk: Desk, sessions: set[Dialogue]) -> None:
        settings = desk.settings
        self._desk = desk
        self._settings = settings
        self._sessions = sessions
        self._idle = Deadline(asyncio.get_running_loop(), self._timeout_cb)
        self._counterpart = Counterpart(desk, settings, self._keeps_promise)
        self._seen: Peer | None = None
        self._told: Peer | None = None
        self._told_by_balancer: Peer | None = None
        self._forwarded: Peer | None = None
        self._is_trusted = False
        self._offered: dict[str, str] = {}
        self._promised: tuple[str, ...] = ()
        self._errors = 0
        self._junk = 0
        self._mail: Argument | None = None
        self._recipients: list[Argument] = []
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
        return Client(ip=peer.ip, helo=name.encode("utf-8", "replace").decode("utf-8"), tls=version)

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
            verbs = (name.removeprefix("smtp_") for name in _names_of_commands(type(self)))
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

    # -- commands that we answer ourselves ----------------------------------------------------------------------------

    async def check_helo_needed(self, helo: str = "HELO") -> bool:
        """Refuse what comes before HELO."""
        if not self._state.host_name:
            await self._complain(Say.NEED_HELO)
            return True
        return False

    async def smtp_HELO(self, hostname: str | None) -> None:
        """Greet a client that knows no extensions."""
        if await self._greet(hostname, extended=False):
            await self.push(f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Greet, and offer what the next hop offers."""
        if await self._greet(hostname, extended=True):
            lines = (self.hostname, *self._promised)
            await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def _greet(self, hostname: str | None, *, extended: bool) -> bool:
        if await self._is_junk():
            return False
        if not hostname or not hostname.isprintable():
            await self._complain(Say.BAD_HELO)
            return False
        if self._is_ourselves():
            await self.push(Say.LOOP)
            return False
        if not await self._reset():
            return False
        self._state.host_name = hostname
        self._state.extended_smtp = extended
        # With the next hop down we could offer nothing true: the client hears 421 here and tries again later. It would
        # be wrong to greet it with fewer extensions, since a mail that needs them would then be returned, not queued.
        self._stop_clock()
        try:
            self._introduce()
            self._offered = await self._counterpart.offers()
            self._promised = self._mirrored(self._offered)
        except BaseException:
            self._state.host_name = None
            raise
        finally:
            self._start_clock()
        self._counterpart.rest()
        return True

    def _is_ourselves(self) -> bool:
        """Say whether the next hop is this very door: mail would go round and round."""
        connection = connection_of(self._state.peer, self._wire.get_extra_info("sockname"))
        return connection in self._desk.pool.connections

    def _introduce(self) -> None:
        """Tell the counterpart who our client is, for XCLIENT and XFORWARD."""
        peer = self._peer
        proto = peer.proto or ("ESMTP" if self._state.extended_smtp else "SMTP")
        self._counterpart.peer = replace(peer, helo=self._client().helo or None, proto=proto)

    def _keeps_promise(self, hop: NextHop) -> bool:
        """Say whether a session offers what the client heard in EHLO; a smaller SIZE it will say itself."""
        if hop.keywords == self._offered:
            return True
        now = {word.partition(" ")[0] for word in self._mirrored(hop.keywords)}
        return all(word.partition(" ")[0] in now for word in self._promised)

    def _mirrored(self, keywords: dict[str, str]) -> tuple[str, ...]:
        starttls = self.tls_context is not None and self._state.ssl is None
        more = []
        if self._is_trusted:
            more = [" ".join(("XCLIENT", *XCLIENT_NAMES)), " ".join(("XFORWARD", *XFORWARD_NAMES))]
        # A password in the clear is nobody's wish where TLS can be had.
        auth = self._settings.auth_pass and not starttls
        return offer(keywords, max_size=self._settings.max_size, starttls=starttls, auth=auth, more=more)

    async def smtp_NOOP(self, arg: str | None) -> None:
        """Do nothing."""
        if not await self._is_junk():
            await self.push(Say.OK)

    async def smtp_HELP(self, arg: str | None) -> None:
        """Say where to ask."""
        if not await self._is_junk():
            await self.push(Say.HELP)

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Neither confirm nor deny (RFC 5321 §7.3)."""
        if not await self._is_junk():
            await self.push(Say.CANNOT_VERIFY)

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Refuse: lists are the next hop's matter."""
        await self._complain(Say.NOT_IMPLEMENTED)

    async def smtp_BDAT(self, arg: str | None) -> None:
        """Refuse and leave: the octets behind BDAT are content, and must never be read as commands."""
        await self.push(Say.NOT_IMPLEMENTED)
        self._hang_up()

    async def smtp_QUIT(self, arg: str | None) -> None:
        """Say goodbye."""
        if arg:
            await self._complain(Say.NO_ARGUMENT)
            return
        await self.push(Say.BYE)
        self._hang_up()

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Begin TLS; what was pipelined behind is dropped (RFC 3207 §4.2), and so is an open transaction."""
        if self.tls_context is None:
            await self._complain(Say.TLS_NOT_HERE)
        elif self._state.ssl is not None:
            await self._complain(Say.TLS_ALREADY)
        elif arg:
            await self._complain(Say.NO_ARGUMENT)
        elif await self._reset():
            # What was said in the clear may have been said by somebody in between: a login, or who the client is.
            self._counterpart.leave()
            self._forwarded = None
            self._told = self._told_by_balancer
            self._drop_unread()
            await super().smtp_STARTTLS(None)

    async def smtp_RSET(self, arg: str | None) -> None:
        """Forget the mail that was begun, here and at the next hop."""
        if arg:
            await self._complain(Say.NO_ARGUMENT)
        elif not await self._is_junk() and await self._reset():
            await self.push(Say.OK)

    # -- who the client is, by somebody we believe --------------------------------------------------------------------

    async def smtp_XCLIENT(self, arg: str | None) -> None:
        """Take a listed host's word for who the client is, and begin anew (Postfix XCLIENT_README)."""
        peer = await self._told_by(arg, XCLIENT_NAMES)
        if peer is None:
            return
        self._counterpart.leave()
        self._told, self._forwarded = peer, None
        self._state.host_name = None
        await self.push(f"220 {self.hostname} ESMTP")

    async def smtp_XFORWARD(self, arg: str | None) -> None:
        """Take a listed host's word for where the next mail came from (Postfix XFORWARD_README)."""
        peer = await self._told_by(arg, XFORWARD_NAMES)
        if peer is not None:
            self._forwarded = peer
            self._introduce()
            await self.push(Say.OK)

    async def _told_by(self, arg: str | None, names: tuple[str, ...]) -> Peer | None:
        if not self._is_trusted:
            await self._complain(Say.NOT_FOR_YOU)
        elif self._mail_is_open:
            await self._complain(Say.NESTED_MAIL)
        else:
            peer = told(self._peer, arg, names) if arg else None
            if peer is None:
                await self._complain(Say.BAD_ATTRIBUTES)
            return peer
        return None

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Pass the dialogue on to the next hop (RFC 4954), or refuse: nobody logs in at the hop itself."""
        if not self._settings.auth_pass:
            await self._complain(Say.NOT_IMPLEMENTED)
        elif self.tls_context is not None and self._state.ssl is None:
            await self._complain(Say.AUTH_NEEDS_TLS)
        elif not await self.check_helo_needed():
            if self._mail_is_open or not arg or has_control(arg):
                await self._complain(Say.NESTED_MAIL if self._mail_is_open else Say.BAD_AUTH)
            else:
                await self._log_in(f"AUTH {arg}")

    async def _log_in(self, line: str) -> None:
        [reply] = await self._begin_with([line])
        try:
            while reply.code == 334:
                await self.push(reply.raw)
                answer = await self._login_answer()
                if answer is None:
                    # Out of step: the next hop still waits for an answer that it will not get.
                    self._counterpart.drop()
                    await self._complain(Say.BAD_AUTH)
                    return
                [reply] = await self._ask([answer])
        except BaseException:
            self._counterpart.drop()
            raise
        if reply.is_good:
            self._counterpart.log_in()
        await self.push(reply.raw)

    async def _login_answer(self) -> str | None:
        """Read a line of the dialogue of AUTH; None when the next hop must not get it."""
        try:
            line = (await self._reader.readuntil()).rstrip(b"\r\n")
        except asyncio.LimitOverrunError as error:
            await self._skip_line(error)
            return None
        text = line.decode("ascii", "replace")
        return text if len(line) <= _AUTH_LINE and text.isascii() and not has_control(text) else None

    # -- the mail that is open, if any; what is in it see `proxy` -----------------------------------------------------

    @property
    def _mail_is_open(self) -> bool:
        return self._mail is not None

    async def _reset(self) -> bool:
        """End an open transaction; False when the next hop would not, and the client has heard so."""
        if self._mail is None:
            return True
        self._forget_mail()
        try:
            [reply] = await self._ask(["RSET"])
        except NextHopLost:
            # Nothing is open any more: that is what was asked. The next mail gets a new session.
            return True
        if not reply.is_good:
            # A session in which a mail stays open is of no use to anybody; without it nothing is open.
            self._counterpart.drop()
        self._counterpart.rest()
        return True

    async def _ask(self, lines: Sequence[str]) -> list[Reply]:
        """Pass commands on; raises `NextHopLost` and forgets the transaction when the session breaks."""
        self._stop_clock()
        try:
            return await self._counterpart.ask(lines)
        except NextHopLost:
            self._forget_mail()
            raise
        finally:
            self._start_clock()

    async def _begin_with(self, lines: Sequence[str], upstream: Upstream | None = None) -> list[Reply]:
        """Pass on the commands that begin something, in a new session if need be."""
        self._stop_clock()
        try:
            return await self._counterpart.begin(lines, upstream)
        finally:
            self._start_clock()

    def _forget_mail(self) -> None:
        self._mail = None
        if self._forwarded is not None:
            # XFORWARD speaks of one mail only.
            self._forwarded = None
            self._introduce()
        self._recipients = []

    def _leave_next_hop(self) -> None:
        self._counterpart.leave()


def _names_of_commands(kind: type) -> list[str]:
    return [name for name in dir(kind) if name.startswith("smtp_")]
