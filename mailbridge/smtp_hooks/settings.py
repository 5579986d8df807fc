"""What an office chooses for its hop. `mailbridge.settings` reads it; nothing here looks at files or environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from mailbridge.ports import Tls

Network: TypeAlias = IPv4Network | IPv6Network


class ForwardClient(StrEnum):
    """How the next hop learns who the client is: not, or by the extension it offers (Postfix's XFORWARD, XCLIENT)."""

    OFF = "off"
    XFORWARD = "xforward"
    XCLIENT = "xclient"


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
class End:
    """Where a server listens."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Upstream:
    """The servers of one next hop: the next is asked when the one before does not answer or greets with a refusal."""

    ends: tuple[End, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where the recipients of some domains go (lower case, A-labels), when not to the usual next hop."""

    domains: frozenset[str]
    upstream: Upstream


@dataclass(frozen=True, kw_only=True, slots=True)
class HopSettings:
    """
    The SMTP door.

    Attributes:
        listen_port: 0 lets the system choose; `HopServer.port` tells.
        hostname: Our name in greeting, EHLO and Received; A-labels.
        max_size: Octets of content, as on the wire.
        max_header_size: Octets before the first empty line.
        max_line: Octets of one line of content without its end; 0 for any.
        max_hops: Received fields that a mail may have (RFC 5321 §6.3).
        max_mails_per_minute: That one client may begin; 0 for any number.
        client_timeout: Seconds without an octet from the client.
        stop_within: Seconds that sessions get to finish when the hop stops.
        keep_idle: Seconds that an unused session with the next hop is kept for the next client; 0 keeps none.
        certificate, key: PEM files; STARTTLS is offered when both are given.
        next_hop_ca: PEM file of the authorities that vouch for the next hop; None for those of the system.
        next_hop_name: Name in the next hop's certificate, when it is not the host we connect to.
        auth_pass: AUTH is offered as the next hop does, and its dialogue is passed through.
        xclient_from: Hosts that may tell us by XCLIENT or XFORWARD who the client is.
        proxy_from: Hosts that begin with a header of the PROXY protocol.
        internal: Only the agency's own people come through this door.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    next_hop: Upstream
    routes: tuple[Route, ...] = ()
    hostname: str
    max_size: int = 50 << 20
    max_header_size: int = 1 << 20
    max_line: int = 0
    max_hops: int = 50
    max_sessions: int = 1000
    max_sessions_per_client: int = 50
    max_mails_per_minute: int = 0
    client_timeout: float = 300
    stop_within: float = 30
    keep_idle: float = 10
    certificate: str | None = None
    key: str | None = None
    next_hop_tls: Tls = Tls.OFF
    next_hop_ca: str | None = None
    next_hop_name: str | None = None
    auth_pass: bool = False
    xclient_from: tuple[Network, ...] = ()
    proxy_from: tuple[Network, ...] = ()
    internal: bool = False
    forward_client: ForwardClient = ForwardClient.OFF
    patience: Patience = field(default_factory=Patience)

    def upstream_for(self, path: str) -> Upstream:
        """Choose the next hop of a recipient, by the domain of its path."""
        if not self.routes:
            return self.next_hop
        domain = _a_labels(path.rpartition("@")[2]) if "@" in path else ""
        return next((route.upstream for route in self.routes if domain in route.domains), self.next_hop)

    @property
    def upstreams(self) -> tuple[Upstream, ...]:
        """All next hops, the usual one first, each once."""
        return tuple(dict.fromkeys((self.next_hop, *(route.upstream for route in self.routes))))


def _a_labels(domain: str) -> str:
    """Write a domain as routes have it: lower case, A-labels (RFC 5890), no dot at the end."""
    domain = domain.rstrip(".").lower()
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
