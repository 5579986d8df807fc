"""
The mail object: content and envelope as received (RFC 5321 §2.3.1).

Envelope facts never go into the header and are never read from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Door(StrEnum):
    """How a mail came to us."""

    HOP = "hop"
    MILTER = "milter"
    JOURNAL = "journal"
    PICKUP = "pickup"
    MANUAL = "manual"


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """
    The SMTP client at the door: `ip` and the name it gave in EHLO; both None when the mail came by hand.

    `internal`: it came through a door that is open to the agency's own people only.
    """

    ip: str | None = None
    helo: str | None = None
    tls: str | None = None
    internal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """
    What the SMTP client said before DATA.

    `mail_from` is the reverse-path without angle brackets, "" for the null sender, None when it is not known;
    `recipients` are the forward-paths that the next hop accepted, in order. Parameters (BODY, RET, NOTIFY, …) are
    the octets behind the path, as sent.
    """

    mail_from: str | None
    recipients: tuple[str, ...]
    mail_parameters: str = ""
    recipient_parameters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MailObject:
    """
    One mail as it stands in the spool.

    `id` is a UUIDv7; `content` the octets of DATA, unstuffed, without the headers that the hop adds;
    `accepted_at` (aware, UTC) the moment of our 250, which is the legal time of receipt
    (Luật 20/2023/QH15, Điều 16); `sha256` is of `content`, hex.
    """

    id: str
    door: Door
    client: Client
    envelope: Envelope
    content: bytes
    sha256: str
    accepted_at: datetime
    next_hop_reply: str | None = None
