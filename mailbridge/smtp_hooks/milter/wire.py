"""
The milter protocol on the wire: octets ⇄ messages. No I/O.

A packet is a length (32 bits, network order, of what follows), a letter, and the letter's arguments: strings that end
with NUL, numbers in network order, or all octets up to the end. `_FROM_MTA` and `_FROM_MILTER` are the one table of
letters; it serves both directions and both peers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import Generic, TypeVar, cast

from mailbridge.errors import ProtocolViolation
from mailbridge.smtp_hooks.milter.packets import (
    Abort,
    Accept,
    Actions,
    AddHeader,
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
    InsertHeader,
    Macros,
    Mail,
    Offer,
    Options,
    Packet,
    Progress,
    Quarantine,
    Quit,
    QuitNewConnection,
    Rcpt,
    ReplyCode,
    Skip,
    TempFail,
    Unknown,
)

# Postfix sends body in packets of 64 KiB; a header field has at most some 100 KiB (Postfix: header_size_limit). Nobody
# who means well comes near this.
MAX_PACKET = 1 << 20

_LENGTH = Struct("!I")


class _Arguments:
    """Reads the arguments of one packet from left to right; raises `ProtocolViolation`."""

    __slots__ = ("_at", "_octets")

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 1

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "big")

    def take(self, size: int) -> bytes:
        taken = self._octets[self._at : self._at + size]
        if len(taken) != size:
            raise ProtocolViolation("packet ends within an argument", self._octets)
        self._at += size
        return taken

    def string(self) -> bytes:
        end = self._octets.find(b"\0", self._at)
        if end < 0:
            raise ProtocolViolation("string without its end", self._octets)
        text = self._octets[self._at : end]
        self._at = end + 1
        return text

    def strings(self) -> tuple[bytes, ...]:
        rest = self.rest()
        if not rest.endswith(b"\0"):
            raise ProtocolViolation("string without its end", self._octets)
        return tuple(rest[:-1].split(b"\0"))

    def pairs(self) -> tuple[tuple[bytes, bytes], ...]:
        # Postfix sends macros for a step that has none: the letter of the step and nothing behind.
        if self._at == len(self._octets):
            return ()
        flat = self.strings()
        if len(flat) % 2:
            raise ProtocolViolation("a macro without its value", self._octets)
        return tuple(zip(flat[::2], flat[1::2], strict=True))

    def family(self) -> Family:
        try:
            return Family(self.take(1))
        except ValueError:
            raise ProtocolViolation("unknown address family", self._octets) from None

    def rest(self) -> bytes:
        taken = self._octets[self._at :]
        self._at = len(self._octets)
        return taken

    def end(self) -> None:
        if self._at != len(self._octets):
            raise ProtocolViolation("octets behind the last argument", self._octets)


def _text(*values: bytes) -> bytes:
    if any(b"\0" in value for value in values):
        raise ValueError("a string on the wire cannot hold NUL")
    return b"".join(value + b"\0" for value in values)


def _number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "big")


def _read_connect(arguments: _Arguments) -> Connect:
    name, family = arguments.string(), arguments.family()
    if family is Family.UNKNOWN:
        return Connect(name=name, family=family)
    return Connect(name=name, family=family, port=arguments.number(2), address=arguments.string())


def _write_connect(said: Connect) -> bytes:
    head = _text(said.name) + said.family.value
    return head if said.family is Family.UNKNOWN else head + _number(said.port, 2) + _text(said.address)


def _read_reply_code(arguments: _Arguments) -> ReplyCode:
    return ReplyCode(text=arguments.string().replace(b"%%", b"%"))


P = TypeVar("P", bound=Packet)


@dataclass(frozen=True, slots=True)
class _Form(Generic[P]):
    """One row: a letter, its message, and how its arguments are read and written."""

    letter: bytes
    kind: type[P]
    read: Callable[[_Arguments], P]
    write: Callable[[P], bytes]


def _plain(letter: bytes, packet: P) -> _Form[P]:
    return _Form(letter, type(packet), lambda _: packet, lambda _: b"")


_OFFER = _Form(
    b"O",
    Offer,
    lambda a: Offer(version=a.number(), actions=Actions(a.number()), options=Options(a.number())),
    lambda m: _number(m.version) + _number(m.actions) + _number(m.options),
)
_FROM_MTA = (
    _OFFER,
    _Form(
        b"D",
        Macros,
        lambda a: Macros(step=a.take(1), values=a.pairs()),
        lambda m: m.step + b"".join(_text(*pair) for pair in m.values),
    ),
    _Form(b"C", Connect, _read_connect, _write_connect),
    _Form(b"H", Helo, lambda a: Helo(name=a.string()), lambda m: _text(m.name)),
    _Form(b"M", Mail, lambda a: Mail(arguments=a.strings()), lambda m: _text(*m.arguments)),
    _Form(b"R", Rcpt, lambda a: Rcpt(arguments=a.strings()), lambda m: _text(*m.arguments)),
    _plain(b"T", Data()),
    _Form(b"L", Header, lambda a: Header(name=a.string(), value=a.string()), lambda m: _text(m.name, m.value)),
    _plain(b"N", EndOfHeader()),
    _Form(b"B", Body, lambda a: Body(octets=a.rest()), lambda m: m.octets),
    _Form(b"E", EndOfBody, lambda a: EndOfBody(octets=a.rest()), lambda m: m.octets),
    _plain(b"A", Abort()),
    _plain(b"Q", Quit()),
    _plain(b"K", QuitNewConnection()),
    _Form(b"U", Unknown, lambda a: Unknown(line=a.string()), lambda m: _text(m.line)),
)
_FROM_MILTER = (
    _OFFER,
    _plain(b"c", Continue()),
    _plain(b"a", Accept()),
    _plain(b"t", TempFail()),
    _Form(b"y", ReplyCode, _read_reply_code, lambda m: _text(m.text.replace(b"%", b"%%"))),
    _Form(b"h", AddHeader, lambda a: AddHeader(name=a.string(), value=a.string()), lambda m: _text(m.name, m.value)),
    _Form(
        b"i",
        InsertHeader,
        lambda a: InsertHeader(index=a.number(), name=a.string(), value=a.string()),
        lambda m: _number(m.index) + _text(m.name, m.value),
    ),
    _Form(b"q", Quarantine, lambda a: Quarantine(reason=a.string()), lambda m: _text(m.reason)),
    _plain(b"p", Progress()),
    _plain(b"s", Skip()),
)
_BY_LETTER = {
    "mta": {form.letter: form for form in _FROM_MTA},
    "milter": {form.letter: form for form in _FROM_MILTER},
}
_BY_KIND = {form.kind: form for form in (*_FROM_MTA, *_FROM_MILTER)}


# -- reading and writing ----------------------------------------------------------------------------------------------


def format_packet(packet: Packet) -> bytes:
    """Write a packet with its length; raises ValueError when a string holds NUL or a number does not fit."""
    form = cast(_Form[Packet], _BY_KIND[type(packet)])
    arguments = form.write(packet)
    return _number(len(arguments) + 1) + form.letter + arguments


class Reader(Generic[P]):
    """
    Takes the octets of one peer in blocks of any size and gives its packets one after the other.

    Holds at most one packet and one block. After `ProtocolViolation` it gives nothing but that again.
    """

    def __init__(self, forms: dict[bytes, _Form[P]], max_packet: int = MAX_PACKET) -> None:
        self._forms = forms
        self._max_packet = max_packet
        self._held = bytearray()
        self._at = 0
        self._broken: ProtocolViolation | None = None

    @property
    def is_between(self) -> bool:
        """Say whether no packet has been begun and not been ended."""
        return self._at == len(self._held)

    def feed(self, block: bytes) -> None:
        """Take the next octets."""
        del self._held[: self._at]
        self._at = 0
        self._held += block

    def next(self) -> P | None:
        """Return the next packet, None when it is not complete; raises `ProtocolViolation`."""
        if self._broken is not None:
            raise self._broken
        try:
            return self._next()
        except ProtocolViolation as violation:
            self._broken = violation
            raise

    def _next(self) -> P | None:
        begin = self._at + 4
        if len(self._held) < begin:
            return None
        (length,) = _LENGTH.unpack_from(self._held, self._at)
        if not 1 <= length <= self._max_packet:
            raise ProtocolViolation(f"a packet of {length} octets", bytes(self._held[self._at : begin + 100]))
        end = begin + length
        if len(self._held) < end:
            return None
        octets = bytes(self._held[begin:end])
        form = self._forms.get(octets[:1])
        if form is None:
            raise ProtocolViolation(f"unknown letter {octets[:1]!r}", octets)
        arguments = _Arguments(octets)
        packet = form.read(arguments)
        arguments.end()
        self._at = end
        return packet


def reader_of_mta(max_packet: int = MAX_PACKET) -> Reader[FromMta]:
    """Read what an MTA says."""
    return Reader(cast(dict[bytes, _Form[FromMta]], _BY_LETTER["mta"]), max_packet)


def reader_of_milter(max_packet: int = MAX_PACKET) -> Reader[FromMilter]:
    """Read what a milter replies."""
    return Reader(cast(dict[bytes, _Form[FromMilter]], _BY_LETTER["milter"]), max_packet)
