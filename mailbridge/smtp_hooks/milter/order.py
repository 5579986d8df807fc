"""The order of a milter conversation: which message may come when. No I/O."""

from __future__ import annotations

from enum import Enum, auto

from mailbridge.smtp_hooks.milter.packets import (
    Abort,
    Body,
    Connect,
    Data,
    EndOfBody,
    EndOfHeader,
    Header,
    Helo,
    Mail,
    Offer,
    Packet,
    QuitNewConnection,
    Rcpt,
    Unknown,
)


class Phase(Enum):
    """Where the conversation stands."""

    NEW = auto()
    AGREED = auto()
    IDLE = auto()
    ENVELOPE = auto()
    HEADER = auto()
    BODY = auto()


# What may come, and where it leads. Macros and Quit may always come, Abort and QuitNewConnection once we have agreed.
# HELO may come within an envelope: the Abort that belongs to it comes behind. MAIL may come there too, from an MTA that
# says Abort only within content (Sendmail).
NEXT: dict[Phase, dict[type[Packet], Phase]] = {
    Phase.NEW: {Offer: Phase.AGREED},
    Phase.AGREED: {Connect: Phase.IDLE},
    Phase.IDLE: {Helo: Phase.IDLE, Mail: Phase.ENVELOPE, Unknown: Phase.IDLE},
    Phase.ENVELOPE: {
        Helo: Phase.ENVELOPE,
        Mail: Phase.ENVELOPE,
        Rcpt: Phase.ENVELOPE,
        Unknown: Phase.ENVELOPE,
        Data: Phase.ENVELOPE,
        Header: Phase.HEADER,
        EndOfHeader: Phase.BODY,
    },
    Phase.HEADER: {Header: Phase.HEADER, EndOfHeader: Phase.BODY},
    Phase.BODY: {Body: Phase.BODY, EndOfBody: Phase.IDLE},
}
for _phase in (Phase.AGREED, Phase.IDLE, Phase.ENVELOPE, Phase.HEADER, Phase.BODY):
    NEXT[_phase] |= {
        QuitNewConnection: Phase.AGREED,
        Abort: Phase.IDLE if _phase is not Phase.AGREED else Phase.AGREED,
    }
