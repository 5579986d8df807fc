"""The settings as the rest of the program gets them: one frozen piece for each room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mailbridge.classifier.directory import Directory
from mailbridge.classifier.learned import NO_HINTS, Hints
from mailbridge.decision.duty import Shift
from mailbridge.decision.examples import Example
from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import USUAL, Answering, Book, DocumentKind, Policy
from mailbridge.decision.rules import RuleSet
from mailbridge.decision.timetable import USUAL_TIMES, Timetable
from mailbridge.decision.units import Unit
from mailbridge.decision.workdays import WorkCalendar
from mailbridge.mailboxes.settings import MailboxSettings
from mailbridge.outbound.bounces import Bounces
from mailbridge.ports import Tls
from mailbridge.smtp_hooks.journal.settings import Protocol as JournalProtocol
from mailbridge.smtp_hooks.settings import ForwardClient, Network


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
class UnixSocket:
    """A socket in the file system, where a mail server on this machine calls us."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


class Auth(StrEnum):
    """What becomes of AUTH at a hop: 502, or the dialogue of the next hop."""

    REFUSE = "refuse"
    PASS = "pass"  # a word of the configuration


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteSettings:
    """Where recipients of some domains go; `ends` are tried in order; domains are A-labels in small letters."""

    domains: tuple[str, ...]
    ends: tuple[HostPort, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListenerSettings:
    """
    One door. What its kind does not have, is at its default.

    Attributes:
        ends: The next hop and those tried after it, in order; empty where the kind has none.
        internal: Only the agency's own people come through it, so a clerk's reply counts as authenticated.
        xclient_from: Hosts that may tell by XCLIENT who the client is.
        proxy_from: Hosts that must begin with a PROXY protocol header.
        max_size: Octets of a mail; `max_header_size` of its header; `max_line` of one line, 0 for any.
        max_hops: `Received` fields after which a mail goes round in a loop.
        client_timeout: Seconds without an octet from the client.
        quarantine: Where no copy can be kept, a milter has the mail held instead of refused for now.
        copies_from: Who may hand in copies at a journal.
        unwrap: Exchange journal reports are opened, and what they enclose is walked.
    """

    kind: ListenerKind
    listen: HostPort | UnixSocket
    ends: tuple[HostPort, ...]
    routes: tuple[RouteSettings, ...]
    next_hop_tls: Tls
    next_hop_ca: Path | None
    next_hop_name: str | None
    hostname: str
    tls_certificate: Path | None
    tls_key: Path | None
    internal: bool
    auth: Auth
    xclient_from: tuple[Network, ...]
    proxy_from: tuple[Network, ...]
    forward_client: ForwardClient
    max_size: int
    max_header_size: int
    max_line: int
    max_hops: int
    max_sessions: int
    max_sessions_per_client: int
    max_mails_per_minute: int
    client_timeout: float
    quarantine: bool
    protocol: JournalProtocol
    unwrap: bool
    copies_from: tuple[Network, ...]

    @property
    def next_hop(self) -> HostPort | None:
        """The first server tried; None where the kind has none."""
        return self.ends[0] if self.ends else None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundSettings:
    """
    Where letters leave, and how; `timeout` in seconds.

    `dkim_key` and `dkim_selector` are both there or neither is, and so are `smime_key` and `smime_certificate`.
    """

    next_hop: HostPort
    tls: Tls
    timeout: float
    bounces: Bounces = Bounces.NULL
    dkim_key: Path | None = None
    dkim_selector: str = ""
    smime_key: Path | None = None
    smime_certificate: Path | None = None


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
class TrustSettings:
    """
    How trust is kept fresh.

    Attributes:
        fetch: Hosts that may be asked for lists and answers, "host" or "host:port"; empty: nothing is fetched.
        lists: Addresses of lists that are fetched in any case; their hosts are in `fetch`.
        proxy: What everything fetched goes through; None: nothing does.
        refresh: Seconds after which a list is fetched again at the latest.
        warn_days: How many days before an end an alarm is given, the longest span first.
    """

    fetch: tuple[str, ...]
    lists: tuple[str, ...]
    proxy: HostPort | None
    refresh: float
    warn_days: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofSettings:
    """
    The proof of the book.

    Attributes:
        timestamp_url: Of the authority that stamps the root of each day (RFC 3161); "": none does.
        keep_readings: Write down who reads what is kept.
    """

    timestamp_url: str = ""
    keep_readings: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthenticationSettings:
    """`sealers`: domains, in small letters, whose ARC seals are believed."""

    sealers: tuple[str, ...]


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

    `processes` run at once; `seconds` and `memory` (octets) hold for one, `scan_seconds` for one whose letters are
    recognised; the pages in between are not read. The containers of one mail give at most `unpacked` octets and
    `members` files.
    """

    processes: int
    seconds: float
    memory: int
    pages_first: int
    pages_last: int
    scan_seconds: float
    unpacked: int
    members: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """
    Everything that the files say. Paths are absolute; `folder` holds the files.

    Attributes:
        web: Where the page will listen; there is no page in this version.
        pass_in_failure: Whose mail passes without a copy when we cannot keep it: addresses, domains, "*".
        control_folder: Where running processes have their control sockets.
        shadow: Everything is decided, nothing entered and nothing sent.
        directory: The agencies that are known.
        hints: What was learnt from corrections, where the office uses it.
        units: The units that documents are handed over to, those of all agencies.
        mailboxes: Those in which people see the state of their mails.
        timetable: When the program tells by itself; in it which days are worked.
        roster: Who of the clerks is on duty, and who on leave.
        answering: Which stages senders are told of, and how often they are answered.
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
    trust: TrustSettings
    authentication: AuthenticationSettings
    web: HostPort | None
    spool: SpoolSettings
    work: WorkSettings
    reading: ReadingSettings
    roles: tuple[Role, ...]
    least_confidence: float
    pass_in_failure: tuple[str, ...]
    control_folder: Path
    metrics: HostPort | None
    shadow: bool
    rules: RuleSet
    books: tuple[Book, ...]
    kinds: tuple[DocumentKind, ...]
    examples: tuple[Example, ...]
    directory: Directory
    hints: Hints = NO_HINTS
    units: tuple[Unit, ...] = ()
    mailboxes: tuple[MailboxSettings, ...] = ()
    timetable: Timetable = USUAL_TIMES
    roster: tuple[Shift, ...] = ()
    answering: Answering = USUAL
    proof: ProofSettings = ProofSettings()

    def policy(self, agency: Agency) -> Policy:
        """Return the choices of one agency."""
        return Policy(
            agency=agency,
            rules=self.rules,
            books=self.books,
            kinds=self.kinds,
            language=self.language,
            least_confidence=self.least_confidence,
            shadow=self.shadow,
            roster=self.roster,
            answering=self.answering,
        )

    @property
    def calendar(self) -> WorkCalendar:
        """Which days are worked."""
        return self.timetable.hours.calendar

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The choices of all agencies, in their order."""
        return tuple(self.policy(agency) for agency in self.agencies)
