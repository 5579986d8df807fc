"""The settings as the rest of the program gets them: one frozen piece for each room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mailbridge.decision.examples import Example
from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Book, DocumentKind, Policy
from mailbridge.decision.rules import RuleSet
from mailbridge.ports import Tls


class ListenerKind(StrEnum):
    """What stands behind a port of ours."""

    HOP = "hop"
    MILTER = "milter"
    JOURNAL = "journal"


class Role(StrEnum):
    """What a process of ours does (`serve --role`)."""

    HOP = "hop"
    MILTER = "milter"
    JOURNAL = "journal"
    PICKUP = "pickup"
    WORK = "work"
    SEND = "send"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class HostPort:
    """One end of a connection; an IPv6 address stands here without its brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListenerSettings:
    """
    One door. `next_hop` is None where the kind has none; `max_size` in octets.

    `internal`: only the agency's own people come through it, so a clerk's reply counts as authenticated.
    """

    kind: ListenerKind
    listen: HostPort
    next_hop: HostPort | None
    hostname: str
    max_size: int
    tls_certificate: Path | None
    tls_key: Path | None
    next_hop_tls: Tls
    internal: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundSettings:
    """Where letters leave; `timeout` in seconds."""

    next_hop: HostPort
    tls: Tls
    timeout: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseSettings:
    """Where the book lies: a SQLAlchemy URL; it may hold a password, so it is not for logs."""

    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DnsSettings:
    """`servers` empty: the system's. `zone`: a master file that replaces the network. `timeout` in seconds."""

    servers: tuple[str, ...]
    zone: Path | None
    timeout: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SpoolSettings:
    """Thresholds above which the door answers 4xx; `least_free` in octets."""

    least_free: int
    most_waiting: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkSettings:
    """The walk: mails read side by side; seconds to wait when something of ours is gone, and between two looks."""

    parallel: int
    pause: float
    poll: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingSettings:
    """
    Limits for opening one file of a stranger.

    `processes` run at once; `seconds` and `memory` (octets) hold for one; the pages in between are not read.
    """

    processes: int
    seconds: float
    memory: int
    pages_first: int
    pages_last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """
    Everything that the files say. Paths are absolute; `folder` holds the files.

    `web` is where the page will listen; there is no page in this version.
    """

    folder: Path
    language: str
    data: Path
    hostname: str
    database: DatabaseSettings
    agencies: tuple[Agency, ...]
    listeners: tuple[ListenerSettings, ...]
    outbound: OutboundSettings
    dns: DnsSettings
    web: HostPort | None
    spool: SpoolSettings
    work: WorkSettings
    reading: ReadingSettings
    roles: tuple[Role, ...]
    least_confidence: float
    rules: RuleSet
    books: tuple[Book, ...]
    kinds: tuple[DocumentKind, ...]
    examples: tuple[Example, ...]

    def policy(self, agency: Agency) -> Policy:
        """Return the choices of one agency."""
        return Policy(
            agency=agency,
            rules=self.rules,
            books=self.books,
            kinds=self.kinds,
            language=self.language,
            least_confidence=self.least_confidence,
        )

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The choices of all agencies, in their order."""
        return tuple(self.policy(agency) for agency in self.agencies)
