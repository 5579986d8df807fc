"""
One connection of an MTA: what it may say when, and what it hears.

The MTA is asked to wait for us only behind the content. What it would tell without waiting costs next to nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address

from mailbridge.errors import ProtocolViolation
from mailbridge.mail.envelope import Client
from mailbridge.smtp_hooks.deadline import Deadline
from mailbridge.smtp_hooks.milter.desk import MilterDesk, log
from mailbridge.smtp_hooks.milter.order import NEXT, Phase
from mailbridge.smtp_hooks.milter.packets import (
    LEGAL,
    VERSION,
    Abort,
    Actions,
    Body,
    Connect,
    Continue,
    Data,
    EndOfBody,
    EndOfHeader,
    Family,
    FromMilter,
    FromMta,
    Header,
    Helo,
    Macros,
    Mail,
    Offer,
    Options,
    Packet,
    Progress,
    Quit,
    QuitNewConnection,
    Rcpt,
    may_reply,
    wants_reply,
)
from mailbridge.smtp_hooks.milter.transaction import Transaction
from mailbridge.smtp_hooks.milter.wire import format_packet, reader_of_mta

# The block that is read at once, and half of what waits unread at most: a packet of body and what stands around it.
BLOCK = 128 << 10

# Without this the content would not come octet for octet.
_NEEDED = Options.LEADING_SPACE
_QUIET = (
    Options.SILENT_CONNECT
    | Options.SILENT_HELO
    | Options.SILENT_MAIL
    | Options.SILENT_RCPT
    | Options.SILENT_DATA
    | Options.SILENT_HEADER
    | Options.SILENT_END_OF_HEADER
    | Options.SILENT_BODY
    | Options.NO_UNKNOWN
)

# The macros that we look at: the queue id, and TLS of the client. Postfix writes a name of one letter without braces.
_MACROS = frozenset({b"i", b"{i}", b"{tls_version}"})


class Session:
    """Serves one connection; `run` once."""

    def __init__(self, desk: MilterDesk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._desk = desk
        self._reader = reader
        self._writer = writer
        self._clock = Deadline(asyncio.get_running_loop(), self._expire)
        self._acknowledge = _acknowledgement(writer)
        self._phase = Phase.NEW
        self._options = Options(0)
        self._actions = Actions(0)
        self._awaited: frozenset[type[Packet]] = frozenset()
        self._client = Client()
        self._macros: dict[bytes, bytes] = {}
        self._transaction: Transaction | None = None
        self._is_ending = False
        self._answered: Transaction | None = None
        self._over = False

    async def run(self) -> None:
        """Serve until one of both ends it; raises nothing that the MTA can cause."""
        try:
            await self._converse()
        except ProtocolViolation as violation:
            log.warning("not understood", extra=self._facts(reason=violation.what, octets=violation.octets[:40]))
        except ConnectionError as error:
            log.info("connection lost", extra=self._facts(reason=str(error)))
        finally:
            self._leave()

    def leave_if_idle(self) -> None:
        """End the connection when no mail is on its way."""
        if self._is_idle:
            self._writer.close()

    @property
    def _is_idle(self) -> bool:
        return self._answered is None and self._phase in (Phase.NEW, Phase.AGREED, Phase.IDLE)

    async def _converse(self) -> None:
        packets = reader_of_mta()
        while not self._over:
            said = packets.next()
            if said is not None:
                # Whatever it says next, it has heard our last answer.
                self._settle()
                await self._take(said)
                continue
            if self._desk.stopping and self._is_idle:
                return
            settings = self._desk.settings
            self._clock.set(settings.client_timeout if self._answered is None else settings.settle_within)
            block = await self._reader.read(BLOCK)
            self._clock.clear()
            if not block:
                return
            self._acknowledge()
            packets.feed(block)

    def _expire(self) -> None:
        """Hear that the time for what we wait for is over."""
        if self._is_ending:
            self._say(EndOfBody, Progress())
            self._clock.set(self._desk.settings.progress_every)
        elif self._answered is not None:
            self._settle()
            self._clock.set(self._desk.settings.client_timeout)
            if self._desk.stopping:
                self._writer.close()
        else:
            log.info("nothing heard for too long", extra=self._facts())
            self._writer.transport.abort()

    def _settle(self) -> None:
        if self._answered is not None:
            self._desk.start(self._answered.accept())
            self._answered = None

    def _leave(self) -> None:
        """End it from our side, in whatever state it is."""
        self._clock.close()
        self._drop()
        if self._answered is not None:
            self._desk.start(self._answered.unknown())
            self._answered = None
        self._writer.close()

    # -- what the MTA says --------------------------------------------------------------------------------------------

    async def _take(self, said: FromMta) -> None:
        if isinstance(said, Macros):
            self._macros.update((name, value) for name, value in said.values if name in _MACROS)
            return
        if isinstance(said, Quit):
            self._over = True
            return
        kind = type(said)
        following = NEXT[self._phase].get(kind)
        if following is None:
            raise ProtocolViolation(f"{kind.__name__} in phase {self._phase.name}")
        match said:
            case Offer():
                self._agree(said)
            case EndOfBody():
                await self._end(said)
            case Data() if Data in self._awaited:
                for reply in self._mail().early():
                    self._say(Data, reply)
            case _:
                self._note(said)
                if self._transaction is not None and self._transaction.is_behind:
                    await self._transaction.room()
                if kind in self._awaited:
                    self._say(kind, Continue())
        self._phase = following

    def _note(self, said: FromMta) -> None:
        """Take what needs no judgement."""
        match said:
            case Header():
                self._mail().take(_field(said))
            case Body():
                self._mail().take(said.octets)
            case EndOfHeader():
                self._mail().take(b"\r\n")
            case Rcpt():
                self._mail().add(said)
            case Mail():
                self._drop()
                self._transaction = Transaction(self._desk, self._client, said, self._actions)
            case Helo():
                name = said.name.decode("utf-8", "replace")
                self._client = replace(self._client, helo=name, tls=self._tls())
            case Connect():
                self._client = Client(ip=_ip(said), internal=self._desk.settings.internal)
            case Abort():
                self._drop()
                self._macros.clear()
            case QuitNewConnection():
                self._drop()
                self._macros.clear()
                self._client = Client()
            case _:
                pass

    def _agree(self, offer: Offer) -> None:
        """Choose of what the MTA offers; hang up when that is too little."""
        actions = Actions.ADD_HEADERS
        if self._desk.settings.quarantine:
            actions |= Actions.QUARANTINE
        if offer.version < VERSION or actions & ~offer.actions or _NEEDED & ~offer.options:
            log.error(
                "this MTA cannot give what a copy needs (Postfix: milter_protocol = 6)",
                extra=self._facts(version=offer.version, actions=hex(offer.actions), options=hex(offer.options)),
            )
            self._over = True
            return
        options = (_NEEDED | _QUIET) & offer.options
        if self._desk.is_bypassed() or self._desk.is_full():
            # Then it is kind to say so before the content comes.
            options &= ~Options.SILENT_DATA
        self._actions, self._options = actions, options
        self._awaited = frozenset(kind for kind in LEGAL if wants_reply(kind, options))
        self._say(Offer, Offer(version=VERSION, actions=actions, options=options))

    async def _end(self, said: EndOfBody) -> None:
        transaction = self._mail()
        transaction.take(said.octets)
        self._is_ending = True
        self._clock.set(self._desk.settings.progress_every)
        try:
            replies = await transaction.end(self._queue_id())
        finally:
            self._is_ending = False
            self._clock.clear()
        self._transaction = None
        self._macros.clear()
        if transaction.is_sealed:
            # From here on the MTA may have heard us.
            self._answered = transaction
        for reply in replies:
            self._say(EndOfBody, reply)

    def _say(self, to: type[Packet], reply: FromMilter) -> None:
        if not may_reply(to, type(reply), self._options):
            raise RuntimeError(f"{type(reply).__name__} is no reply to {to.__name__}")
        self._writer.write(format_packet(reply))

    # -- what it was told ---------------------------------------------------------------------------------------------

    def _mail(self) -> Transaction:
        if self._transaction is None:
            raise ProtocolViolation("no mail was begun")
        return self._transaction

    def _drop(self) -> None:
        if self._transaction is not None:
            self._transaction.let_go()
            self._transaction = None

    def _queue_id(self) -> str | None:
        value = self._macros.get(b"i") or self._macros.get(b"{i}")
        return value.decode("ascii", "replace") if value else None

    def _tls(self) -> str | None:
        value = self._macros.get(b"{tls_version}")
        return value.decode("ascii", "replace") if value else None

    def _facts(self, **more: object) -> dict[str, object]:
        return {"client_ip": self._client.ip, **more}


def _acknowledgement(writer: asyncio.StreamWriter) -> Callable[[], None]:
    """
    Return what lets the system acknowledge over TCP what was read, at once.

    Postfix writes a mail in pieces and, with Nagle's algorithm, holds the next one back until the one before is
    acknowledged. We have nothing to say in between, so Linux would wait 40 ms with that, at each mail.
    """
    connection = writer.get_extra_info("socket")
    option = getattr(socket, "TCP_QUICKACK", None)
    if connection is None or option is None or connection.family not in (socket.AF_INET, socket.AF_INET6):
        return lambda: None

    def acknowledge() -> None:
        # Gone already: the next read will tell.
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, option, 1)

    return acknowledge


def _field(header: Header) -> bytes:
    """Write a field as it came over SMTP: the MTA gives folded lines with LF."""
    value = header.value
    if b"\n" in value:
        value = value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return b"%b:%b\r\n" % (header.name, value)


def _ip(said: Connect) -> str | None:
    """Read the address of the SMTP client; Sendmail writes "IPv6:" before one of these."""
    if said.family not in (Family.INET, Family.INET6):
        return None
    text = said.address.decode("ascii", "replace")
    if text[:5].upper() == "IPV6:":
        text = text[5:]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
