"""
The hop: MAIL and RCPT go to the next hop as they are, each answer comes back as it is, and DATA is a `Transfer`.

Nothing here takes long: what a mail is and what becomes of it is found out later, by the walk.
"""

from __future__ import annotations

# ruff: noqa: N802 - aiosmtpd finds the commands by these names.
from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Door, Envelope
from mailbridge.smtp_hooks.desk import client_of, log
from mailbridge.smtp_hooks.dialogue import Dialogue
from mailbridge.smtp_hooks.keeping import Capture
from mailbridge.smtp_hooks.paths import Argument, parameter, read_argument
from mailbridge.smtp_hooks.replies import NextHopLost, NextHopUnreachable, Reply, Say
from mailbridge.smtp_hooks.settings import Upstream
from mailbridge.smtp_hooks.trace import protocol_name, trace_fields
from mailbridge.smtp_hooks.transfer import Transfer

# RFC 5321 §4.5.3.1.8 asks for 100 at least; the next hop has a limit of its own, this one bounds our memory.
_MOST_RECIPIENTS = 10_000

# Recipients that are asked for at once.
_MOST_TOGETHER = 100


class HopSession(Dialogue):
    """One client and its mails."""

    _transfer: Transfer | None = None
    _is_settling = False

    # -- MAIL and RCPT ------------------------------------------------------------------------------------------------

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a mail at the next hop, together with the recipients that were sent behind."""
        if await self.check_helo_needed():
            return
        argument = read_argument("FROM:", arg)
        refusal = self._against_mail(argument)
        if refusal is not None or argument is None:
            await self._complain(refusal or Say.BAD_MAIL)
            return
        self._stop_clock()
        keywords = (await self._counterpart.open()).keywords
        together: list[tuple[str, Argument]] = []
        asks_data = False
        if "PIPELINING" in keywords and not self._settings.routes:
            together, asks_data = self._commands_behind()
        lines = [f"MAIL {arg}", *(text for text, _ in together), *(["DATA"] if asks_data else [])]
        replies = await self._begin_mail(lines)
        for _ in replies[1:]:
            await self._reader.readuntil()
        if replies and replies[0].is_good:
            self._mail = argument
            self._recipients = [to for (_, to), reply in zip(together, replies[1:], strict=False) if reply.is_good]
        if asks_data and len(replies) == len(lines):
            await self._data_asked(argument, replies)
        else:
            await self._tell(replies, complete=len(replies) == len(lines))

    async def _tell(self, replies: list[Reply], *, complete: bool) -> None:
        """Pass replies on; some missing, or 421 the last, say that the next hop is gone: then the client goes too."""
        if self._mail is None:
            self._counterpart.rest()
        if replies:
            await self.push(b"\r\n".join(reply.raw for reply in replies))
        if replies and replies[-1].code == 421:
            self._hang_up()
        elif not complete:
            await self.push(Say.NEXT_HOP_GONE)

    async def _data_asked(self, mail: Argument, replies: list[Reply]) -> None:
        """Go on when MAIL, RCPT and DATA went to the next hop together."""
        if replies[-1].is_refusal:
            await self._tell(replies, complete=True)
        elif replies[-1].code != 354:
            # "250" to DATA: it is out of step, and whatever follows would be taken for something else.
            self._counterpart.drop()
            self._forget_mail()
            await self._tell(replies[:-1], complete=False)
        elif not self._recipients:
            # RFC 2920 §3.1: it waits for content, though nobody is to get it. Without a dot nothing comes of it.
            self._counterpart.drop()
            self._forget_mail()
            await self._tell(replies[:-1], complete=True)
            await self._complain(Say.NEED_RECIPIENT)
        else:
            capture = await self._begin_behind(mail, replies[:-1])
            try:
                await self.push(b"\r\n".join(reply.raw for reply in replies))
            except BaseException:
                self._give_up(capture)
                raise
            await self._receive(mail, capture)

    async def _begin_behind(self, mail: Argument, before: list[Reply]) -> Capture | None:
        try:
            return self._begin(mail)
        except Exception:
            # Whatever it was: each command was answered by the next hop, and the client has to hear those answers.
            self._counterpart.drop()
            self._forget_mail()
            await self._tell(before, complete=True)
            raise

    def _give_up(self, capture: Capture | None) -> None:
        """Leave nothing of a mail whose content will not come."""
        if capture is not None:
            capture.discard()
        self._counterpart.drop()

    async def _begin_mail(self, lines: list[str], upstream: Upstream | None = None) -> list[Reply]:
        """Say MAIL and what follows it, behind XFORWARD where the next hop is to know the client."""
        forwarding = self._counterpart.forwarding
        if not forwarding:
            return await self._begin_with(lines, upstream)
        first, *replies = await self._begin_with([forwarding, *lines], upstream)
        if first.code == 421:
            return [first]
        if not replies:
            self._counterpart.drop()
            raise NextHopLost("it left before MAIL")
        # Whether it takes the fact or not, the mail goes on.
        return replies

    def _commands_behind(self) -> tuple[list[tuple[str, Argument]], bool]:
        """
        Look ahead at the commands that are here already; they stay unread.

        Returns:
            The RCPT commands, as (line, argument), and whether DATA stands behind them.
        """
        found: list[tuple[str, Argument]] = []
        octets, start = self._unread, 0
        while len(found) < _MOST_TOGETHER:
            end = octets.find(b"\n", start)
            line = bytes(octets[start : end + 1])
            if found and line.upper() == b"DATA\r\n" and not self._desk.stopping:
                return found, True
            if end < 0 or len(line) > self.command_size_limit or line[:5].upper() != b"RCPT ":
                break
            text = line[5:].rstrip(b"\r\n").strip().decode("utf-8", "surrogateescape")
            argument = read_argument("TO:", text)
            if argument is None or not argument.path or not _is_utf8(argument):
                break
            found.append((f"RCPT {text}", argument))
            start = end + 1
        return found, False

    def _against_mail(self, argument: Argument | None) -> Say | None:
        if self._desk.stopping:
            return Say.STOPPING
        if self._mail is not None:
            return Say.NESTED_MAIL
        if argument is None:
            return Say.BAD_MAIL
        if not _is_utf8(argument):
            return Say.BAD_UTF8
        if (parameter(argument.parameters, "BODY") or "").upper() == "BINARYMIME":
            return Say.NO_BINARY
        size = parameter(argument.parameters, "SIZE") or ""
        if size.isascii() and size.isdigit() and int(size[:20]) > self._settings.max_size:
            return Say.TOO_BIG
        most = 0 if self._is_trusted else self._settings.max_mails_per_minute
        if not self._desk.rate.allows(client_of(self._ip) if most else "", most):
            return Say.TOO_FAST
        if self._desk.refuses_early and self._desk.is_full() and not self._desk.is_bypassed():
            return Say.NO_ROOM
        return None

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Name a recipient to the next hop; one refused does not cost the others."""
        if await self.check_helo_needed():
            return
        argument = read_argument("TO:", arg)
        if self._mail is None:
            await self._complain(Say.NEED_MAIL)
        elif argument is None or not argument.path:
            await self._complain(Say.BAD_RCPT)
        elif not _is_utf8(argument):
            await self._complain(Say.BAD_UTF8)
        elif len(self._recipients) >= _MOST_RECIPIENTS:
            await self.push(Say.TOO_MANY_RECIPIENTS)
        else:
            await self._recipient(f"RCPT {arg}", argument)

    async def _recipient(self, line: str, argument: Argument) -> None:
        upstream = self._settings.upstream_for(argument.path)
        if self._settings.routes and self._counterpart.upstream != upstream:
            refusal = Say.OTHER_ROUTE.encode() if self._recipients else await self._turn_to(upstream)
            if refusal is not None:
                await self.push(refusal)
                return
        [reply] = await self._ask([line])
        if reply.is_good:
            self._recipients.append(argument)
        await self.push(reply.raw)

    async def _turn_to(self, upstream: Upstream) -> bytes | None:
        """Begin the open mail at another next hop instead; return what stands against it there."""
        mail = self._mail
        if mail is None:
            return None
        self._stop_clock()
        self._counterpart.leave()
        parameters = f" {mail.parameters}" if mail.parameters else ""
        try:
            await self._counterpart.open(upstream)
            [reply] = await self._begin_mail([f"MAIL FROM:<{mail.path}>{parameters}"], upstream)
        except (NextHopUnreachable, NextHopLost) as error:
            # This one is down; the recipients of the others need not suffer.
            log.info("not done", extra={"client_ip": self._ip, "reason": str(error)})
            return Say.NEXT_HOP_LOST.encode()
        if reply.is_good:
            return None
        # The next recipient asks anew: without MAIL it would hear 503, which is for good.
        self._counterpart.leave()
        return reply.raw

    # -- DATA ---------------------------------------------------------------------------------------------------------

    async def smtp_DATA(self, arg: str | None) -> None:
        """Pass the content on and keep it; the answer is the next hop's, once the copy is durable."""
        if await self.check_helo_needed():
            return
        if self._mail is None:
            await self._complain(Say.NEED_MAIL)
        elif arg:
            await self._complain(Say.NO_ARGUMENT)
        elif not self._recipients:
            await self._complain(Say.NEED_RECIPIENT)
        else:
            await self._data(self._mail)

    async def _data(self, mail: Argument) -> None:
        capture = self._begin(mail)
        try:
            [reply] = await self._ask(["DATA"])
            if reply.code == 354:
                await self.push(reply.raw)
        except BaseException:
            self._give_up(capture)
            raise
        if reply.code == 354:
            await self._receive(mail, capture)
            return
        if capture is not None:
            capture.discard()
        if not reply.is_refusal:
            # "250" to DATA: it is out of step, and whatever follows would be taken for something else.
            self._counterpart.drop()
            self._forget_mail()
            raise NextHopLost(f"it answers DATA with {reply.code}")
        await self.push(reply.raw)

    def _begin(self, mail: Argument) -> Capture | None:
        """Begin to keep the mail; None when it passes without a copy. Raises `Unavailable` when it must not."""
        if self._desk.is_bypassed():
            return None
        envelope = self._envelope(mail)
        try:
            if not self._desk.refuses_early and self._desk.is_full():
                raise Unavailable("spool", "full")
            return self._desk.spool.begin(Door.HOP, self._client(), envelope, self._desk.clock(), stuffed=True)
        except Unavailable as error:
            if not self._desk.passes(envelope.recipients):
                raise
            log.error("passed without a copy", extra={"client_ip": self._ip, "reason": str(error)})
            return None

    def _envelope(self, mail: Argument) -> Envelope:
        return Envelope(
            mail_from=mail.path,
            recipients=tuple(recipient.path for recipient in self._recipients),
            mail_parameters=mail.parameters,
            recipient_parameters=tuple(recipient.parameters for recipient in self._recipients),
        )

    async def _receive(self, mail: Argument, capture: Capture | None) -> None:
        utf8 = parameter(mail.parameters, "SMTPUTF8") is not None
        trace = trace_fields(
            mail_id=capture.id if capture else None,
            client=self._client(),
            hostname=self.hostname,
            protocol=protocol_name(extended=self._state.extended_smtp, tls=self._state.ssl is not None, utf8=utf8),
            now=self._desk.clock(),
        )
        transfer = Transfer(
            desk=self._desk,
            settings=self._settings,
            hop=self._counterpart.current,
            capture=capture,
            trace=trace,
            recipients=[recipient.path for recipient in self._recipients],
            client_ip=self._ip,
        )
        self._transfer = transfer
        try:
            self._feed_what_is_here(transfer)
            await transfer.received()
            await self._settle(transfer)
        finally:
            self._transfer = None
            self._forget_mail()
        self._counterpart.rest()

    async def _settle(self, transfer: Transfer) -> None:
        self._stop_clock()
        # From here on a client that leaves does not end this task (`_client_left`): the next hop may have the mail.
        self._is_settling = True
        try:
            answer = await transfer.settle()
        finally:
            self._is_settling = False
        self._junk = 0
        try:
            await self.push(answer)
        except ConnectionError:
            transfer.client_left()
            raise
        if transfer.delivered is not None:
            self._desk.spool.answer_heard(transfer.delivered)

    def _client_left(self) -> None:
        if self._is_settling and self._transfer is not None and self._handler_coroutine is not None:
            self._transfer.client_left()
            # It is no session any more, but work that must come to its end.
            self._desk.tasks.add(self._handler_coroutine)
            self._handler_coroutine.add_done_callback(self._desk.tasks.discard)
            self._sessions.discard(self)
        else:
            super()._client_left()

    # -- the content comes straight from the connection ---------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Take octets of the client: content goes to its transfer, commands to the reader."""
        transfer = self._transfer
        if transfer is None or transfer.ended:
            super().data_received(data)
        else:
            self._feed(transfer, data)

    def _feed_what_is_here(self, transfer: Transfer) -> None:
        """Take the content that came together with DATA (from a client that does not wait for 354)."""
        here = self._drop_unread()
        if here:
            self._feed(transfer, here)

    def _feed(self, transfer: Transfer, octets: bytes) -> None:
        self._start_clock()
        rest = transfer.feed(octets)
        if rest:
            super().data_received(rest)
        elif transfer.must_wait and not transfer.ended:
            self._wire.pause_reading()
            self._stop_clock()
            self._desk.start(self._read_on(transfer))

    async def _read_on(self, transfer: Transfer) -> None:
        await transfer.room()
        if self.transport is not None:
            self._start_clock()
            self._wire.resume_reading()


def _is_utf8(argument: Argument) -> bool:
    """Say whether octets above 127 are UTF-8; others cannot be an address (RFC 6531 §3.3), as Postfix has it too."""
    try:
        f"{argument.path}{argument.parameters}".encode()
    except UnicodeEncodeError:
        return False
    return True
