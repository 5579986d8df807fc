"""What an office chooses for its hop. `mailbridge.settings` reads it; nothing here looks at files or environment."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailbridge.ports import Tls


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """
    Seconds to wait for the next hop, by what was said last.

    The defaults are the minimum time-outs of RFC 5321 §4.5.3.2; only `connect` is ours, because the next hop is near.
    """

    connect: float = 30
    greeting: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    final: float = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class HopSettings:
    """
    The SMTP door.

    Attributes:
        listen_port: 0 lets the system choose; `HopServer.port` tells.
        hostname: Our name in greeting, EHLO and Received; A-labels.
        max_size: Octets of content, unstuffed.
        client_timeout: Seconds without an octet from the client.
        stop_within: Seconds that sessions get to finish when the hop stops.
        certificate, key: PEM files; STARTTLS is offered when both are given.
        next_hop_ca: PEM file of the authorities that vouch for the next hop; None for those of the system.
        next_hop_name: Name in the next hop's certificate, when it is not `next_hop_host`.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    next_hop_host: str
    next_hop_port: int
    hostname: str
    max_size: int = 50 << 20
    max_sessions: int = 200
    client_timeout: float = 300
    stop_within: float = 30
    certificate: str | None = None
    key: str | None = None
    next_hop_tls: Tls = Tls.OFF
    next_hop_ca: str | None = None
    next_hop_name: str | None = None
    patience: Patience = field(default_factory=Patience)
