"""What an office chooses for its journal door. `mailbridge.settings` reads it; nothing here looks at files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network

from mailbridge.smtp_hooks.peers import is_listed
from mailbridge.smtp_hooks.settings import Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class Protocol(StrEnum):
    """What is spoken at the door: SMTP (RFC 5321), or LMTP (RFC 2033), which answers for each recipient."""

    SMTP = "smtp"
    LMTP = "lmtp"


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalSettings:
    """
    The door for copies.

    Attributes:
        listen_port: 0 lets the system choose; `JournalServer.port` tells.
        hostname: Our name in greeting and EHLO; A-labels.
        max_size: Octets of content, as on the wire. At least the limit of the server that hands in the copies: a copy
            that is too big is gone, and Postfix tells nobody.
        max_sessions_per_client: Of one address.
        client_timeout: Seconds without an octet from the client.
        certificate, key: PEM files; STARTTLS is offered when both are given.
        stop_within: Seconds that sessions get to finish when the door closes.
        unwrap: Open journal reports of Exchange. Only for a listener that Exchange alone reaches: a report in a copy
            that Postfix makes was written by whoever sent the mail.
        allowed_clients: Who may hand in copies.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    protocol: Protocol = Protocol.SMTP
    hostname: str
    max_size: int = 50 << 20
    max_sessions: int = 200
    max_sessions_per_client: int = 50
    client_timeout: float = 300
    stop_within: float = 30
    certificate: str | None = None
    key: str | None = None
    unwrap: bool = False
    allowed_clients: tuple[Network, ...] = LOOPBACK

    def admits(self, ip: str | None) -> bool:
        """Say whether a host may hand in copies; one whose address is not known may not."""
        return is_listed(ip, self.allowed_clients)
