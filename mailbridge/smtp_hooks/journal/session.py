"""
A server that hands in copies: its mails, in SMTP and in LMTP.

Any recipient is taken, because nothing is delivered: the addresses only say what the copies are of.
"""

from __future__ import annotations

# ruff: noqa: N802 - aiosmtpd finds the commands by these names.
import asyncio

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.mail.journal_copy import OPEN_REPORTS
from mailbridge.smtp_hooks.journal.dialogue import BLOCK, JournalDialogue
from mailbridge.smtp_hooks.journal.intake import Intake
from mailbridge.smtp_hooks.journal.words import JournalSay
from mailbridge.smtp_hooks.paths import Argument, parameter, read_argument
from mailbridge.smtp_hooks.replies import Say

# RFC 5321 §4.5.3.1.8 wants at least 100; Postfix hands in 50 at a time.
MOST_RECIPIENTS = 1000
# Parameters of the extensions that are offered; another one would be a promise that nobody keeps (DSN, RFC 3461).
_MAIL_PARAMETERS = frozenset({"SIZE", "BODY", "SMTPUTF8"})


class JournalSession(JournalDialogue):
    """One client and its mails."""

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a mail."""
        if await self.check_helo_needed():
            return
        argument = read_argument("FROM:", arg)
        refusal = self._against_mail(argument)
        if refusal is None:
            self._mail, self._recipients = argument, []
        await self.push(refusal or JournalSay.MAIL_TAKEN)

    def _against_mail(self, argument: Argument | None) -> JournalSay | Say | None:
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
        if _names(argument.parameters) - _MAIL_PARAMETERS:
            return JournalSay.NOT_OFFERED
        if (parameter(argument.parameters, "BODY") or "").upper() == "BINARYMIME":
            return Say.NO_BINARY
        size = parameter(argument.parameters, "SIZE") or ""
        if size.isascii() and size.isdigit() and int(size[:20]) > self._desk.settings.max_size:
            return Say.TOO_BIG
        return None

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Take any recipient."""
        if await self.check_helo_needed():
            return
        argument = read_argument("TO:", arg)
        refusal = self._against_recipient(argument)
        if refusal is None and argument is not None:
            self._recipients.append(argument)
        await self.push(refusal or JournalSay.RCPT_TAKEN)

    def _against_recipient(self, argument: Argument | None) -> JournalSay | Say | None:
        if self._mail is None:
            return Say.NEED_MAIL
        if argument is None or not argument.path:
            return Say.BAD_RCPT
        if not _is_utf8(argument):
            return Say.BAD_UTF8
        if argument.parameters:
            return JournalSay.NOT_OFFERED
        return Say.TOO_MANY_RECIPIENTS if len(self._recipients) >= MOST_RECIPIENTS else None

    async def smtp_DATA(self, arg: str | None) -> None:
        """Keep the content; 250 says that it is durable."""
        if await self.check_helo_needed():
            return
        if self._mail is None:
            await self.push(Say.NEED_MAIL)
        elif arg:
            await self.push(Say.NO_ARGUMENT)
        elif not self._recipients:
            await self.push(Say.NEED_RECIPIENT)
        else:
            try:
                await self._data(self._mail)
            finally:
                self._forget_mail()
            if self._desk.stopping:
                self.leave_if_idle()

    async def _data(self, mail: Argument) -> None:
        client = Client(ip=self._ip, helo=(self._state.host_name or "").encode("utf-8", "replace").decode("utf-8"))
        capture = self._desk.keeper.begin(Door.JOURNAL, client, self._envelope(mail), self._desk.clock(), stuffed=True)
        intake = Intake(desk=self._desk, capture=capture, client_ip=self._ip)
        try:
            await self.push(JournalSay.GO_AHEAD)
        except BaseException:
            capture.discard()
            raise
        await intake.receive(self._read_block)
        self._unread[:0] = intake.rest
        self._stop_clock()
        settling = self._desk.start(intake.settle())
        try:
            await self._answer(await asyncio.shield(settling))
        except BaseException:
            intake.client_left()
            raise
        self._unheard = intake.accepted

    async def _answer(self, reply: bytes) -> None:
        await self.push(reply)

    def _envelope(self, mail: Argument) -> Envelope:
        marked = f"{mail.parameters} {OPEN_REPORTS}".strip() if self._desk.settings.unwrap else mail.parameters
        return Envelope(
            mail_from=mail.path,
            recipients=tuple(recipient.path for recipient in self._recipients),
            mail_parameters=marked,
            recipient_parameters=("",) * len(self._recipients),
        )

    async def _read_block(self) -> bytes:
        self._start_clock()
        try:
            block: bytes = await self._reader.read(BLOCK)
        finally:
            self._stop_clock()
        if not block:
            raise ConnectionResetError("the client left")
        return block


class LmtpSession(JournalSession):
    """The same in LMTP (RFC 2033): another greeting, and behind the dot one answer for each recipient."""

    async def smtp_LHLO(self, hostname: str | None) -> None:
        """Greet (RFC 2033 §4.1)."""
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str | None) -> None:
        """Refuse: a client that says HELO waits for one answer where several come."""
        await self.push(JournalSay.WRONG_GREETING)

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Refuse, as HELO."""
        await self.push(JournalSay.WRONG_GREETING)

    async def _answer(self, reply: bytes) -> None:
        # RFC 2033 §4.2: one reply for each RCPT that was granted, in their order. All are one capture.
        await self.push(b"\r\n".join([reply] * len(self._recipients)))


def _names(parameters: str) -> set[str]:
    return {one.partition("=")[0].upper() for one in parameters.split(" ") if one}


def _is_utf8(argument: Argument) -> bool:
    """Say whether octets above 127 are UTF-8; others cannot be an address (RFC 6531 §3.3)."""
    try:
        f"{argument.path}{argument.parameters}".encode()
    except UnicodeEncodeError:
        return False
    return True
