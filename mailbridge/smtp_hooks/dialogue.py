"""
The session of a client, with a session to the next hop beside it: all but mail itself.

aiosmtpd brings the command loop, the time-outs and STARTTLS; its words are replaced by ours.
"""

from __future__ import annotations

# ruff: noqa: N802 - aiosmtpd finds the commands by these names.
import asyncio
from contextlib import suppress
from typing import cast

from aiosmtpd.smtp import SMTP, Session

from mailbridge.errors import MailBridgeError
from mailbridge.mail.envelope import Client
from mailbridge.smtp_hooks.desk import Desk, log
from mailbridge.smtp_hooks.extensions import offer
from mailbridge.smtp_hooks.next_hop import NextHop, open_session
from mailbridge.smtp_hooks.paths import Argument
from mailbridge.smtp_hooks.replies import NextHopLost, NextHopUnreachable, Reply, Say, reply_for

# Content comes in blocks of this size at most; a session holds no more than a handful of them at any time.
BLOCK = 256 << 10


class _OneLimit(dict[str, int]):
    """The same length for every command. (A defaultdict would grow by each word a stranger makes up.)"""

    def __missing__(self, command: str) -> int:
        return Dialogue.command_size_limit


class Dialogue(SMTP):
    """One client, before and between its mails."""

    # As Postfix (line_length_limit): RFC 5321 §4.5.3.1.4 says 512, and each extension adds to it.
    command_size_limit = 2048
    command_size_limits = _OneLimit()
    # Also the mark at which the reader stops reading from the socket (at twice this).
    line_length_limit = BLOCK // 2

    def __init__(self, desk: Desk, sessions: set[Dialogue]) -> None:
        settings = desk.settings
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
        self._desk = desk
        self._sessions = sessions
        self._opening: asyncio.Task[NextHop] | None = None
        self._offer: tuple[str, ...] = ()
        self._mail: Argument | None = None
        self._recipients: list[Argument] = []

    # -- the session --------------------------------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        if len(self._sessions) >= self._desk.settings.max_sessions:
            with suppress(ConnectionError):
                await self.push(Say.TOO_MANY_SESSIONS)
            return
        self._sessions.add(self)
        self._open_next_hop()
        try:
            await super()._handle_client()
        except ConnectionError:
            return
        finally:
            self._sessions.discard(self)
            self._leave_next_hop()

    def leave_if_idle(self) -> None:
        """Say 421 when the client is between two mails; one that is in a mail hears it afterwards."""
        if self._mail is None and self.transport is not None:
            self._writer.write(Say.STOPPING.encode() + b"\r\n")
            self._hang_up()

    def cut(self) -> None:
        """End the session at once."""
        if self.transport is not None:
            self._wire.abort()

    async def push(self, status: str | bytes) -> None:
        """Send a reply; after 421 the connection ends (RFC 5321 §3.8)."""
        octets = status.encode("utf-8", "surrogateescape") if isinstance(status, str) else status
        self._start_clock()
        self._writer.write(octets + b"\r\n")
        await self._writer.drain()
        if octets.startswith(b"421"):
            self._hang_up()

    async def handle_exception(self, error: Exception) -> str:
        """Say an error to the client; what is not one of ours is a bug, and temporary for the client."""
        if isinstance(error, MailBridgeError):
            log.info("not done", extra={"client_ip": self._ip, "reason": str(error)})
        else:
            log.error("bug in a session", exc_info=error, extra={"client_ip": self._ip})
        return reply_for(error).decode("utf-8", "surrogateescape")

    def _hang_up(self) -> None:
        # What was pipelined behind is not heard any more.
        self._unread.clear()
        if self.transport is not None:
            self.transport.close()

    def _timeout_cb(self) -> None:
        if self.transport is None:
            return
        with suppress(ConnectionError):
            self._writer.write(Say.IDLE.encode() + b"\r\n")
        # A client that does not read would keep `close` waiting for ever.
        if self._wire.get_write_buffer_size():
            self._wire.abort()
        else:
            self._wire.close()

    @property
    def _wire(self) -> asyncio.Transport:
        return cast(asyncio.Transport, self.transport)

    @property
    def _unread(self) -> bytearray:
        # StreamReader has no public way to drop octets or to give them back; aiosmtpd reaches into it in the same way.
        buffer: bytearray = self._reader._buffer  # type: ignore[attr-defined]
        return buffer

    @property
    def _state(self) -> Session:
        """What aiosmtpd knows of the client; there as soon as there is a connection, and anew with TLS."""
        # No assertion: the constructor of aiosmtpd looks at every property, before there is a session.
        return cast(Session, self.session)

    @property
    def _ip(self) -> str | None:
        # The address of the peer, as the transport gives it (aiosmtpd calls it a str).
        peer = cast(object, self._state.peer)
        return str(peer[0]) if isinstance(peer, tuple) and peer else None

    def _client(self) -> Client:
        tls = self._state.ssl
        version = tls["ssl_object"].version() if tls else None
        name = (self._state.host_name or "").encode("utf-8", "replace").decode("utf-8")
        return Client(ip=self._ip, helo=name, tls=version)

    # -- the next hop -------------------------------------------------------------------------------------------------

    def _open_next_hop(self) -> None:
        self._opening = self.loop.create_task(open_session(self._desk.settings))

    async def _next_hop(self) -> NextHop:
        if self._opening is None:
            self._open_next_hop()
        assert self._opening is not None  # noqa: S101 - just opened
        self._stop_clock()
        try:
            return await self._opening
        finally:
            self._start_clock()

    async def _fresh_next_hop(self) -> None:
        """Before a mail begins, replace a session that ended meanwhile, if the new one offers what we promised."""
        hop = await self._next_hop()
        if not hop.is_alive:
            self._open_next_hop()
            hop = await self._next_hop()
            if self._mirrored(hop) != self._offer:
                raise NextHopUnreachable("it offers other extensions than before")

    async def _ask(self, line: str) -> Reply:
        """Pass a command on; raises `NextHopLost` and forgets the transaction when the session breaks."""
        hop = await self._next_hop()
        self._stop_clock()
        try:
            return await hop.command(line.encode("utf-8", "surrogateescape"))
        except NextHopLost:
            self._forget_mail()
            raise
        finally:
            self._start_clock()

    def _leave_next_hop(self) -> None:
        if self._opening is None:
            return
        if not self._opening.done():
            self._opening.cancel()
            self._opening.add_done_callback(_retrieve)
        elif not self._opening.cancelled() and self._opening.exception() is None:
            hop = self._opening.result()
            if hop.is_alive:
                self._desk.start(hop.quit())

    def _mirrored(self, hop: NextHop) -> tuple[str, ...]:
        starttls = self.tls_context is not None and self._state.ssl is None
        return offer(hop.keywords, max_size=self._desk.settings.max_size, starttls=starttls)

    def _stop_clock(self) -> None:
        """While we wait for others, the client's idle time does not run."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    def _start_clock(self) -> None:
        if self.transport is not None:
            self._reset_timeout()

    # -- commands that we answer ourselves ----------------------------------------------------------------------------

    async def check_helo_needed(self, helo: str = "HELO") -> bool:
        """Refuse what comes before HELO."""
        if not self._state.host_name:
            await self.push(Say.NEED_HELO)
            return True
        return False

    async def smtp_HELO(self, hostname: str | None) -> None:
        """Greet a client that knows no extensions."""
        if await self._greet(hostname, extended=False):
            await self.push(f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Greet, and offer what the next hop offers."""
        if await self._greet(hostname, extended=True):
            lines = (self.hostname, *self._offer)
            await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def _greet(self, hostname: str | None, *, extended: bool) -> bool:
        if not hostname or not hostname.isprintable():
            await self.push(Say.BAD_HELO)
            return False
        if not await self._reset():
            return False
        # With the next hop down we could offer nothing true: the client hears 421 here and tries again later. It would
        # be wrong to greet it with fewer extensions, since a mail that needs them would then be returned, not queued.
        hop = await self._next_hop()
        self._state.host_name = hostname
        self._state.extended_smtp = extended
        self._offer = self._mirrored(hop)
        return True

    async def smtp_NOOP(self, arg: str | None) -> None:
        """Do nothing."""
        await self.push(Say.OK)

    async def smtp_HELP(self, arg: str | None) -> None:
        """Say where to ask."""
        await self.push(Say.HELP)

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Neither confirm nor deny (RFC 5321 §7.3)."""
        await self.push(Say.CANNOT_VERIFY)

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Refuse: lists are the next hop's matter."""
        await self.push(Say.NOT_IMPLEMENTED)

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Refuse: nobody logs in at the hop."""
        await self.push(Say.NOT_IMPLEMENTED)

    async def smtp_BDAT(self, arg: str | None) -> None:
        """Refuse and leave: the octets behind BDAT are content, and must never be read as commands."""
        await self.push(Say.NOT_IMPLEMENTED)
        self._hang_up()

    async def smtp_QUIT(self, arg: str | None) -> None:
        """Say goodbye."""
        if arg:
            await self.push(Say.NO_ARGUMENT)
            return
        await self.push(Say.BYE)
        self._hang_up()

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Begin TLS; what was pipelined behind is dropped (RFC 3207 §4.2), and so is an open transaction."""
        if self.tls_context is None:
            await self.push(Say.TLS_NOT_HERE)
        elif self._state.ssl is not None:
            await self.push(Say.TLS_ALREADY)
        elif arg:
            await self.push(Say.NO_ARGUMENT)
        elif await self._reset():
            self._unread.clear()
            await super().smtp_STARTTLS(None)

    async def smtp_RSET(self, arg: str | None) -> None:
        """Forget the mail that was begun, here and at the next hop."""
        if arg:
            await self.push(Say.NO_ARGUMENT)
        elif await self._reset():
            await self.push(Say.OK)

    async def _reset(self) -> bool:
        """End an open transaction; False when the next hop would not, and the client has heard so."""
        if self._mail is None:
            return True
        self._forget_mail()
        try:
            reply = await self._ask("RSET")
        except NextHopLost:
            # Nothing is open any more: that is what was asked. The next mail gets a new session.
            return True
        if not reply.is_good:
            await self.push(reply.raw)
        return reply.is_good

    def _forget_mail(self) -> None:
        self._mail = None
        self._recipients = []


def _retrieve(task: asyncio.Task[NextHop]) -> None:
    """Take the result of an opening that nobody waits for any more."""
    if not task.cancelled() and task.exception() is None:
        task.result().abort()
