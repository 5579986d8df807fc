"""
The hop: MAIL and RCPT go to the next hop as they are, each answer comes back as it is, and DATA is a `Transfer`.

Nothing here takes long: what a mail is and what becomes of it is found out later, by the walk.
"""

from __future__ import annotations

# ruff: noqa: N802 - aiosmtpd finds the commands by these names.
import asyncio

from mailbridge.mail.envelope import Door, Envelope
from mailbridge.smtp_hooks.dialogue import BLOCK, Dialogue
from mailbridge.smtp_hooks.keeping import Capture
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.paths import Argument, parameter, read_argument
from mailbridge.smtp_hooks.replies import NextHopLost, Say
from mailbridge.smtp_hooks.trace import protocol_name, trace_fields
from mailbridge.smtp_hooks.transfer import Transfer


class HopSession(Dialogue):
    """One client and its mails."""

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a mail at the next hop."""
        if await self.check_helo_needed():
            return
        argument = read_argument("FROM:", arg)
        refusal = self._against_mail(argument)
        if refusal is not None or argument is None:
            await self.push(refusal or Say.BAD_MAIL)
            return
        await self._fresh_next_hop()
        reply = await self._ask(f"MAIL {arg}")
        if reply.is_good:
            self._mail, self._recipients = argument, []
        await self.push(reply.raw)

    def _against_mail(self, argument: Argument | None) -> Say | None:
        if self._desk.stopping:
            return Say.STOPPING
        if self._mail is not None:
            return Say.NESTED_MAIL
        if argument is None:
            return Say.BAD_MAIL
        if self._desk.is_full():
            return Say.NO_ROOM
        if not _is_utf8(argument):
            return Say.BAD_UTF8
        if (parameter(argument.parameters, "BODY") or "").upper() == "BINARYMIME":
            return Say.NO_BINARY
        size = parameter(argument.parameters, "SIZE") or ""
        if size.isascii() and size.isdigit() and int(size[:20]) > self._desk.settings.max_size:
            return Say.TOO_BIG
        return None

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Name a recipient to the next hop; one refused does not cost the others."""
        if await self.check_helo_needed():
            return
        argument = read_argument("TO:", arg)
        if self._mail is None:
            await self.push(Say.NEED_MAIL)
        elif argument is None or not argument.path:
            await self.push(Say.BAD_RCPT)
        elif not _is_utf8(argument):
            await self.push(Say.BAD_UTF8)
        else:
            reply = await self._ask(f"RCPT {arg}")
            if reply.is_good:
                self._recipients.append(argument)
            await self.push(reply.raw)

    async def smtp_DATA(self, arg: str | None) -> None:
        """Pass the content on and keep it; the answer is the next hop's, once the copy is durable."""
        if await self.check_helo_needed():
            return
        if self._mail is None:
            await self.push(Say.NEED_MAIL)
        elif arg:
            await self.push(Say.NO_ARGUMENT)
        elif not self._recipients:
            await self.push(Say.NEED_RECIPIENT)
        else:
            await self._data(self._mail)
            if self._desk.stopping and self.transport is not None:
                await self.push(Say.STOPPING)

    async def _data(self, mail: Argument) -> None:
        now = self._desk.clock()
        capture = self._desk.spool.begin(Door.HOP, self._client(), self._envelope(mail), now)
        try:
            reply = await self._ask("DATA")
            if reply.code == 354:
                await self.push(reply.raw)
        except BaseException:
            capture.discard()
            (await self._next_hop()).abort()
            raise
        if reply.code == 354:
            await self._transfer(mail, capture)
            return
        capture.discard()
        if not reply.is_refusal:
            # "250" to DATA: it is out of step, and whatever follows would be taken for something else.
            (await self._next_hop()).abort()
            self._forget_mail()
            raise NextHopLost(f"it answers DATA with {reply.code}")
        await self.push(reply.raw)

    def _envelope(self, mail: Argument) -> Envelope:
        return Envelope(
            mail_from=mail.path,
            recipients=tuple(recipient.path for recipient in self._recipients),
            mail_parameters=mail.parameters,
            recipient_parameters=tuple(recipient.parameters for recipient in self._recipients),
        )

    async def _transfer(self, mail: Argument, capture: Capture) -> None:
        utf8 = parameter(mail.parameters, "SMTPUTF8") is not None
        trace = trace_fields(
            mail_id=capture.id,
            client=self._client(),
            hostname=self.hostname,
            protocol=protocol_name(extended=self._state.extended_smtp, tls=self._state.ssl is not None, utf8=utf8),
            now=self._desk.clock(),
        )
        hop = await self._next_hop()
        transfer = Transfer(desk=self._desk, hop=hop, capture=capture, trace=trace, client_ip=self._ip)
        await transfer.receive(self._read_block)
        self._unread[:0] = transfer.rest
        self._stop_clock()
        settling = self._desk.start(transfer.settle())
        try:
            await self.push(await asyncio.shield(settling))
        except BaseException:
            transfer.client_left()
            # The next hop may still owe its answer: the end of this session must not say QUIT in between.
            self._opening = None
            self._desk.start(_leave_after(settling, hop))
            raise
        finally:
            self._forget_mail()
        if transfer.delivered is not None:
            self._desk.spool.answer_heard(transfer.delivered)

    async def _read_block(self) -> bytes:
        self._start_clock()
        try:
            block: bytes = await self._reader.read(BLOCK)
        finally:
            self._stop_clock()
        if not block:
            raise ConnectionResetError("the client left")
        return block


async def _leave_after(settling: asyncio.Task[bytes], hop: NextHop) -> None:
    await asyncio.wait([settling])
    if hop.is_alive:
        await hop.quit()


def _is_utf8(argument: Argument) -> bool:
    """Say whether octets above 127 are UTF-8; others cannot be an address (RFC 6531 §3.3), as Postfix has it too."""
    try:
        f"{argument.path}{argument.parameters}".encode()
    except UnicodeEncodeError:
        return False
    return True
