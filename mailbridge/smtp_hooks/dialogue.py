"""
The session of a client, before and between its mails: greeting, logging in, and the commands that we answer ourselves.
"""

from __future__ import annotations

# ruff: noqa: N802 - aiosmtpd finds the commands by these names.
import asyncio
from collections.abc import Sequence
from dataclasses import replace

from mailbridge.smtp_hooks.connection import Connection
from mailbridge.smtp_hooks.counterpart import Counterpart
from mailbridge.smtp_hooks.desk import Desk
from mailbridge.smtp_hooks.extensions import offer
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.paths import Argument, has_control
from mailbridge.smtp_hooks.peers import XCLIENT_NAMES, XFORWARD_NAMES, Peer, told
from mailbridge.smtp_hooks.replies import NextHopLost, Reply, Say
from mailbridge.smtp_hooks.settings import Upstream
from mailbridge.smtp_hooks.wire import connection_of

# RFC 4954 §4.
_AUTH_LINE = 12288


class Dialogue(Connection):
    """One client, before and between its mails."""

    def __init__(self, desk: Desk, sessions: set[Connection]) -> None:
        self._counterpart = Counterpart(desk, desk.settings, self._keeps_promise)
        self._offered: dict[str, str] = {}
        self._promised: tuple[str, ...] = ()
        self._mail: Argument | None = None
        self._recipients: list[Argument] = []
        super().__init__(desk, sessions)

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
