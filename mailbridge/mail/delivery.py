"""What became of a mail at the next hop, as its door saw it: the facts that the ledger of deliveries is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbridge.mail.envelope import Door

# "250 2.0.0 Ok: queued as 4bXYZ12", "250 2.0.0 OK id=1abc-000", "250 … <id> Queued mail for delivery": what Postfix,
# Exim and Exchange say. No standard says where a queue id stands in a reply (RFC 5321 §4.2 leaves the text free).
_QUEUE_ID = re.compile(
    r"queued as (?P<postfix>[0-9A-Za-z]{6,})|\bid=(?P<exim>[0-9A-Za-z-]{6,})|"
    r"\[InternalId=(?P<exchange>\d+)|\bqueued (?:as|with id) (?P<other>\S{4,})",
    re.IGNORECASE,
)


class Fate(StrEnum):
    """The one outcome that each mail has whose content was complete."""

    DELIVERED = "delivered"
    """The next hop took it, and a copy waits for its walk."""
    REFUSED = "refused"
    """The next hop, or we, refused it after its last octet; the client knows."""
    HELD = "held"
    """Nobody knows whether the next hop took it: it fell silent, or we died."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """
    One mail at one door.

    `writer` names the journal it was kept in, and `serial` counts the mails of that journal from 1 without a gap, so
    that a missing one shows. `ended_at` (aware, UTC) is when its fate was known; `reply` are the next hop's words.
    """

    writer: str
    serial: int
    mail_id: str
    door: Door
    ended_at: datetime
    fate: Fate
    size: int
    reply: str | None = None

    @property
    def queue_id(self) -> str | None:
        """The id under which the next hop speaks of it in its own log, when its reply names one."""
        found = _QUEUE_ID.search(self.reply or "")
        return next((group for group in found.groups() if group), None) if found else None
