"""Mail addresses as the envelope and the header write them (RFC 5321 §4.1.2, RFC 5322 §3.4, RFC 6531)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """
    One mailbox.

    `local` keeps its case; `domain` is lower case, A-labels as received (U-labels stay as written when they are
    not valid IDNA), and empty for the bare `postmaster`. `name` is the display name, NFC, never trusted.
    """

    local: str
    domain: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}" if self.domain else self.local
