"""
The milter protocol, version 6 (Sendmail 8.14 and later, Postfix 2.6 and later): its messages, and which
reply may follow which.

There is no RFC. The names SMFIC_ (MTA to milter), SMFIR_ (milter to MTA), SMFIF_ and SMFIP_ of Sendmail's headers stand
beside ours. How a message looks as octets is said in `wire`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntFlag
from typing import TypeAlias

VERSION = 6


class Actions(IntFlag):
    """What a milter may do to a mail (SMFIF_); unknown bits are kept."""

    ADD_HEADERS = 0x001
    CHANGE_BODY = 0x002
    ADD_RECIPIENTS = 0x004
    REMOVE_RECIPIENTS = 0x008
    CHANGE_HEADERS = 0x010
    QUARANTINE = 0x020
    CHANGE_SENDER = 0x040
    ADD_RECIPIENTS_WITH_PARAMETERS = 0x080
    CHOOSE_MACROS = 0x100


class Options(IntFlag):
    """What a milter does not want to be told (NO_), does not reply to (SILENT_), and more (SMFIP_)."""

    NO_CONNECT = 0x000001
    NO_HELO = 0x000002
    NO_MAIL = 0x000004
    NO_RCPT = 0x000008
    NO_BODY = 0x000010
    NO_HEADERS = 0x000020
    NO_END_OF_HEADER = 0x000040
    SILENT_HEADER = 0x000080
    NO_UNKNOWN = 0x000100
    NO_DATA = 0x000200
    SKIP = 0x000400
    REFUSED_RECIPIENTS = 0x000800
    """SMFIP_RCPT_REJ: tell of refused recipients too. Without it only accepted ones come."""
    SILENT_CONNECT = 0x001000
    SILENT_HELO = 0x002000
    SILENT_MAIL = 0x004000
    SILENT_RCPT = 0x008000
    SILENT_DATA = 0x010000
    SILENT_UNKNOWN = 0x020000
    SILENT_END_OF_HEADER = 0x040000
    SILENT_BODY = 0x080000
    LEADING_SPACE = 0x100000
    """SMFIP_HDR_LEADSPC: header values come, and are given, with the blanks behind the colon."""


class Family(Enum):
    """How the SMTP client came to the MTA (SMFIA_)."""

    UNKNOWN = b"U"
    UNIX = b"L"
    INET = b"4"
    INET6 = b"6"


# -- what the MTA says ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """SMFIC_OPTNEG. The MTA says what it can, the milter answers with what it wants of that."""

    version: int
    actions: Actions
    options: Options


@dataclass(frozen=True, kw_only=True, slots=True)
class Macros:
    """SMFIC_MACRO: values that belong to the message whose letter is `step`; names as sent, with their braces."""

    step: bytes
    values: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Connect:
    """SMFIC_CONNECT; `port` is 0 and `address` empty when the family is unknown."""

    name: bytes
    family: Family
    port: int = 0
    address: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Helo:
    """SMFIC_HELO: the name that the client gave in HELO or EHLO."""

    name: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """SMFIC_MAIL: the reverse-path in angle brackets, then its parameters, as sent."""

    arguments: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rcpt:
    """SMFIC_RCPT: a forward-path in angle brackets, then its parameters, as sent."""

    arguments: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """SMFIC_DATA: the client wants to send the content."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """SMFIC_HEADER: a field without its colon; the lines of a folded value are separated by LF."""

    name: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class EndOfHeader:
    """SMFIC_EOH: the blank line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """SMFIC_BODY: the next octets of the body, lines ending with CRLF."""

    octets: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class EndOfBody:
    """SMFIC_BODYEOB: the content is complete; `octets` are the last ones, if any."""

    octets: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Abort:
    """SMFIC_ABORT: the transaction is over (see `session` for what this says of the mail: nothing)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quit:
    """SMFIC_QUIT: the connection ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuitNewConnection:
    """SMFIC_QUIT_NC: the SMTP client left; another one follows on the same connection, with nothing negotiated anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """SMFIC_UNKNOWN: an SMTP command that the MTA does not know."""

    line: bytes


# -- what the milter replies ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Continue:
    """SMFIR_CONTINUE: no objection so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accept:
    """SMFIR_ACCEPT: no objection, and tell me no more of this mail (of this connection, at Connect and Helo)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TempFail:
    """SMFIR_TEMPFAIL: refuse for now, in the MTA's words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyCode:
    """SMFIR_REPLYCODE: refuse in these words, "451 4.3.0 …"; a "%" is doubled on the wire, where it is a format."""

    text: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class AddHeader:
    """SMFIR_ADDHEADER: add a field at the end of the header."""

    name: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class InsertHeader:
    """SMFIR_INSHEADER: put a field before the one that stands at `index` (0: on top of all)."""

    index: int
    name: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantine:
    """SMFIR_QUARANTINE: take the mail, but hold it in the queue until a person lets it go."""

    reason: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """SMFIR_PROGRESS: still at work; the MTA's clock starts anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skip:
    """SMFIR_SKIP: send no more of the body, go on to its end."""


FromMta: TypeAlias = (
    Offer
    | Macros
    | Connect
    | Helo
    | Mail
    | Rcpt
    | Data
    | Header
    | EndOfHeader
    | Body
    | EndOfBody
    | Abort
    | Quit
    | QuitNewConnection
    | Unknown
)
FromMilter: TypeAlias = (
    Offer | Continue | Accept | TempFail | ReplyCode | AddHeader | InsertHeader | Quarantine | Progress | Skip
)
Packet: TypeAlias = FromMta | FromMilter


# -- which reply may follow which message -----------------------------------------------------------------------------

FINAL: frozenset[type[Packet]] = frozenset({Offer, Continue, Accept, TempFail, ReplyCode, Skip})
"""Replies that end the exchange; the others may come before one of these."""

_VERDICTS: frozenset[type[Packet]] = frozenset({Continue, Accept, TempFail, ReplyCode, Progress})

LEGAL: dict[type[Packet], frozenset[type[Packet]]] = {
    Offer: frozenset({Offer}),
    Macros: frozenset(),
    Connect: _VERDICTS,
    Helo: _VERDICTS,
    Mail: _VERDICTS,
    Rcpt: _VERDICTS,
    Data: _VERDICTS,
    Header: _VERDICTS,
    EndOfHeader: _VERDICTS,
    Body: _VERDICTS | {Skip},
    EndOfBody: _VERDICTS | {AddHeader, InsertHeader, Quarantine},
    Abort: frozenset(),
    Quit: frozenset(),
    QuitNewConnection: frozenset(),
    Unknown: _VERDICTS,
}

SILENCED_BY: dict[type[Packet], Options] = {
    Connect: Options.SILENT_CONNECT,
    Helo: Options.SILENT_HELO,
    Mail: Options.SILENT_MAIL,
    Rcpt: Options.SILENT_RCPT,
    Data: Options.SILENT_DATA,
    Header: Options.SILENT_HEADER,
    EndOfHeader: Options.SILENT_END_OF_HEADER,
    Body: Options.SILENT_BODY,
    Unknown: Options.SILENT_UNKNOWN,
}


def wants_reply(said: type[Packet], agreed: Options) -> bool:
    """Say whether the MTA waits for a reply to this message, with these options agreed on."""
    return bool(LEGAL[said]) and not SILENCED_BY.get(said, Options(0)) & agreed


def may_reply(said: type[Packet], reply: type[Packet], agreed: Options) -> bool:
    """Say whether this reply may follow this message."""
    if reply is Skip and not Options.SKIP & agreed:
        return False
    return reply in LEGAL[said] and wants_reply(said, agreed)
