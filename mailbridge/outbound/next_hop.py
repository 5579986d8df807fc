"""
The connection by which letters leave: one, kept open, `RSET` between letters (RFC 5321 §4.1.1.5).

What the next server says to a letter is `Refused`; that it cannot be talked to is `Unavailable`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib

from mailbridge.errors import MailBridgeError, Unavailable
from mailbridge.letters.typeset import one_line
from mailbridge.mail.letter import Letter
from mailbridge.ports import Tls

_SAID = 300
"""Characters of a reply that are kept."""

_NOT_ABOUT_THE_LETTER = frozenset({421, *range(500, 505), 521, *range(530, 539)})
"""Replies that speak of the session (closing, syntax, no service, authentication or TLS wanted), not of the letter."""

_START_TLS = {Tls.OFF: False, Tls.MAY: None, Tls.REQUIRE: True}
"""The words of aiosmtplib: None takes STARTTLS when the server offers it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundSettings:
    """
    Where letters leave, and how patiently; times in seconds.

    Attributes:
        hostname: The name we give in EHLO.
        timeout: For each step of the dialogue.
        idle: Close the connection after so long without a letter.
        poll: Look for due letters that often, even when nobody calls `wake()`.
        lease: Nobody else may try a letter for so long; longer than all time-outs of one delivery together.
    """

    host: str
    port: int = 25
    tls: Tls = Tls.OFF
    hostname: str = "localhost"
    timeout: float = 60.0
    idle: float = 30.0
    poll: float = 3.0
    lease: float = 600.0


class Refused(MailBridgeError):
    """The next server refused a letter; `permanent` when it will refuse it again (5yz, RFC 5321 §4.2.1)."""

    public = "the next server refused the letter"

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.text = one_line(text, _SAID)
        self.permanent = 500 <= code < 600
        super().__init__(f"{code} {self.text}")


class NextHop:
    """One connection to the next server, opened when it is needed. Not for two tasks at once."""

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings
        self._smtp: aiosmtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        """Say whether a connection is held."""
        return self._smtp is not None

    async def deliver(self, letter: Letter) -> str:
        """
        Hand one letter over and return the reply to its end of data.

        Raises `Refused` or `Unavailable`. When the connection breaks after the last octet nobody knows whether the
        letter was taken; that is `Unavailable` too, and the letter leaves again with the same Message-ID.
        """
        smtp = await self._ready()
        delivered = False
        try:
            reply = await _transaction(smtp, letter)
            delivered = True
        except aiosmtplib.SMTPResponseException as error:
            if error.code in _NOT_ABOUT_THE_LETTER:
                raise self._gone(f"{error.code} {error.message}") from error
            delivered = True
            raise Refused(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._gone(error) from error
        finally:
            # Also when this task is cancelled in the middle of a dialogue: what is half said cannot be continued.
            if not delivered:
                self._drop()
        return reply

    async def close(self) -> None:
        """Take leave, if a connection is held. Raises nothing."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit(timeout=min(self._settings.timeout, 5))
            smtp.close()

    async def _ready(self) -> aiosmtplib.SMTP:
        """Return a connection that answers: the one that is held, or a new one."""
        if self._smtp is not None:
            try:
                await self._smtp.rset()
            except (aiosmtplib.SMTPException, OSError):
                # It went away while it was idle; that is no fault of the letter.
                self._drop()
            else:
                return self._smtp
        return await self._open()

    async def _open(self) -> aiosmtplib.SMTP:
        settings = self._settings
        smtp = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=settings.hostname,
            timeout=settings.timeout,
            start_tls=_START_TLS[settings.tls],
            validate_certs=settings.tls is Tls.REQUIRE,
        )
        try:
            await smtp.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            smtp.close()
            raise self._gone(error) from error
        self._smtp = smtp
        return smtp

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _gone(self, why: object) -> Unavailable:
        return Unavailable("next server", one_line(f"{self._settings.host}:{self._settings.port}: {why}", _SAID))


async def _transaction(smtp: aiosmtplib.SMTP, letter: Letter) -> str:
    """Run MAIL, RCPT, DATA for one letter (RFC 5321 §3.3); SMTPUTF8 only for an address that needs it (RFC 6531)."""
    needs_utf8 = not (letter.recipient.isascii() and letter.sender.isascii() and letter.content.isascii())
    if needs_utf8:
        await smtp.ehlo()
        if not smtp.supports_extension("smtputf8"):
            raise Refused(553, "5.6.7 the next server takes no internationalised addresses")
    encoding = "utf-8" if needs_utf8 else "ascii"
    await smtp.mail(letter.sender, options=("SMTPUTF8", "BODY=8BITMIME") if needs_utf8 else (), encoding=encoding)
    await smtp.rcpt(letter.recipient, encoding=encoding)
    reply = await smtp.data(letter.content)
    return one_line(f"{reply.code} {reply.message}", _SAID)
