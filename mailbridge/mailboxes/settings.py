"""How a mailbox is reached, and what is shown in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class MailState(StrEnum):
    """States of a mail, as the configuration names them."""

    WAITING = "waiting"  # for a clerk, or for a number that another system gives
    REGISTERED = "registered"
    DONE = "done"  # registered, and the work is finished
    DUPLICATE = "duplicate"  # its document stands in the book already
    RETURNED = "returned"
    NOT_DOCUMENT = "not-document"


class MailboxTls(StrEnum):
    """How a connection is protected; both ways check the certificate. OFF is for servers on this machine only."""

    TLS = "tls"  # from the first octet on, RFC 8314 §3.2
    STARTTLS = "starttls"
    OFF = "off"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxSettings:
    """
    One mailbox of an agency.

    Attributes:
        ca: Certificates that the one of the server must come from; None: those of the system.
        password_file: Holds the password and nothing else; only our user may read it.
        folder: Where mail comes in.
        keywords: States are shown as keywords.
        folders: Where mails of a state are moved to; others stay, or come back to `folder`.
    """

    agency: str
    host: str
    port: int
    tls: MailboxTls
    user: str
    password_file: Path
    ca: Path | None = None
    folder: str = "INBOX"
    keywords: bool = True
    folders: tuple[tuple[MailState, str], ...] = ()

    @property
    def name(self) -> str:
        """By what people and the database know it."""
        return f"{self.user} {self.host}:{self.port} {self.folder}"
