"""
A server that hands in copies: its connection and the commands around mail. The command loop is aiosmtpd's.
"""

from __future__ import annotations

# ruff: noqa: N802 - aiosmtpd finds the commands by these names.
import asyncio
from contextlib import suppress
from typing import cast

from aiosmtpd.smtp import SMTP, Session

from mailbridge.errors import MailBridgeError
from mailbridge.smtp_hooks.journal.desk import JournalDesk, log
from mailbridge.smtp_hooks.journal.settings import Protocol
from mailbridge.smtp_hooks.journal.words import JournalSay
from mailbridge.smtp_hooks.paths import Argument
from mailbridge.smtp_hooks.replies import Say, reply_for

# Content comes in blocks of this size at most; a session holds no more than a handful of them at any time.
BLOCK = 256 << 10


class _OneLimit(dict[str, int]):
    """The same length for every command. (A defaultdict would grow by each word a stranger makes up.)"""

    def __missing__(self, command: str) -> int:
        return JournalDialogue.command_size_limit


class JournalDialogue(SMTP):
    """One client, before and between its mails."""

    # As Postfix (line_length_limit): RFC 5321 §4.5.3.1.4 says 512, and each extension adds to it.
    command_size_limit = 2048
    command_size_limits = _OneLimit()
    # Also the mark at which the reader stops reading from the socket (at twice this).
    line_length_limit = BLOCK // 2

    def __init__(self, desk: JournalDesk, sessions: set[JournalDialogue]) -> None:
        settings = desk.settings
        super().__init__(
            object(),
            data_size_limit=settings.max_size,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident="LMTP" if settings.protocol is Protocol.LMTP else "ESMTP",
            tls_context=desk.tls_context,
            timeout=settings.client_timeout,
            loop=asyncio.get_running_loop(),
        )
        self._desk = desk
        self._sessions = sessions
        self._mail: Argument | None = None
        self._recipients: list[Argument] = []
        self._unheard: str | None = None

    # -- the session --------------------------------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        refusal = self._against_client()
        if refusal is not None:
            self._desk.counts.refused_sessions += 1
            log.warning("client refused", extra={"client_ip": self._ip, "reason": str(refusal)})
            with suppress(ConnectionError):
                await self.push(refusal)
            return
        address = self._ip or ""
        self._sessions.add(self)
        self._desk.clients[address] += 1
        self._desk.counts.sessions += 1
        try:
            await super()._handle_client()
        except ConnectionError:
            return
        finally:
            self._sessions.discard(self)
            if self._unheard is not None:
                self._desk.keeper.answer_lost(self._unheard)
            self._desk.clients[address] -= 1
            if not self._desk.clients[address]:
                del self._desk.clients[address]

    def _against_client(self) -> JournalSay | Say | None:
        settings = self._desk.settings
        if not settings.admits(self._ip):
            return JournalSay.NOT_LISTED
        if self._desk.stopping:
            return Say.STOPPING
        if len(self._sessions) >= settings.max_sessions:
            return Say.TOO_MANY_SESSIONS
        if self._desk.clients[self._ip or ""] >= settings.max_sessions_per_client:
            return Say.TOO_MANY_FROM_YOU
        return None

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
        if self._unheard is not None:
            # It went on to say something: so it has read our 250. That we could write it proves nothing.
            self._desk.keeper.answer_heard(self._unheard)
            self._unheard = None
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
        return reply_for(error).decode("ascii")

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
        # No assertion: the constructor of aiosmtpd looks at every property, before there is a session.
        return cast(Session, self.session)

    @property
    def _ip(self) -> str | None:
        # The address of the peer, as the transport gives it (aiosmtpd calls it a str).
        peer = cast(object, self._state.peer)
        return str(peer[0]) if isinstance(peer, tuple) and peer else None

    def _stop_clock(self) -> None:
        """While we wait for the disk, the client's idle time does not run."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    def _start_clock(self) -> None:
        if self.transport is not None:
            self._reset_timeout()

    # -- greetings and small words ------------------------------------------------------------------------------------

    async def check_helo_needed(self, helo: str = "HELO") -> bool:
        """Refuse what comes before the greeting."""
        if not self._state.host_name:
            await self.push(Say.NEED_HELO)
            return True
        return False

    async def smtp_HELO(self, hostname: str | None) -> None:
        """Greet a client that knows no extensions."""
        if await self._greet(hostname, extended=False):
            await self.push(f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Greet, and offer what a copy may need to come as it is."""
        if await self._greet(hostname, extended=True):
            size = f"SIZE {self._desk.settings.max_size}"
            tls = ("STARTTLS",) if self.tls_context is not None and self._state.ssl is None else ()
            lines = (self.hostname, "PIPELINING", size, *tls, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
            await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def _greet(self, hostname: str | None, *, extended: bool) -> bool:
        if not hostname or not hostname.isprintable():
            await self.push(Say.BAD_HELO)
            return False
        self._forget_mail()
        self._state.host_name = hostname
        self._state.extended_smtp = extended
        return True

    async def smtp_NOOP(self, arg: str | None) -> None:
        """Do nothing."""
        await self.push(Say.OK)

    async def smtp_HELP(self, arg: str | None) -> None:
        """Say what this is."""
        await self.push(JournalSay.HELP)

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Say that every address will do (RFC 5321 §7.3)."""
        await self.push(JournalSay.CANNOT_VERIFY)

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Refuse: there are no lists."""
        await self.push(Say.NOT_IMPLEMENTED)

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Refuse: who may hand in copies is said by address."""
        await self.push(Say.NOT_IMPLEMENTED)

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Begin TLS; what was pipelined behind is dropped (RFC 3207 §4.2), and so is a mail that was begun."""
        if self.tls_context is None:
            await self.push(Say.TLS_NOT_HERE)
        elif self._state.ssl is not None:
            await self.push(Say.TLS_ALREADY)
        elif arg:
            await self.push(Say.NO_ARGUMENT)
        else:
            self._forget_mail()
            self._unread.clear()
            await super().smtp_STARTTLS(None)

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

    async def smtp_RSET(self, arg: str | None) -> None:
        """Forget the mail that was begun."""
        if arg:
            await self.push(Say.NO_ARGUMENT)
            return
        self._forget_mail()
        await self.push(Say.OK)

    def _forget_mail(self) -> None:
        self._mail = None
        self._recipients = []
