"""Where letters come back that cannot be delivered."""

from __future__ import annotations

from enum import StrEnum


class Bounces(StrEnum):
    """
    Where a letter that cannot be delivered comes back.

    `NULL`: nowhere, the reverse-path is empty (RFC 3834 §3.3). `PLUS`: to an address of its own, "vanthu+ack-…", whose
    mail reaches us and is never answered; the mail server must take such addresses (RFC 5233).
    """

    NULL = "null"
    PLUS = "plus"
