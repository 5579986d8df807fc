"""The files as administrators write them: the keys of each table, their kinds and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, JsonValue

from mailbridge.classifier.kinds import Kind, WorkingKind
from mailbridge.decision.examples import ExampleMail, ExampleSignature
from mailbridge.decision.policy import Asks, Treatment
from mailbridge.decision.rules import Order
from mailbridge.mailboxes.settings import MailboxTls, MailState
from mailbridge.outbound.bounces import Bounces
from mailbridge.ports import Tls
from mailbridge.registry.authority import Authority
from mailbridge.settings.pieces import Auth, ListenerKind, Role
from mailbridge.settings.shape import CLOSED
from mailbridge.smtp_hooks.journal.settings import Protocol as JournalProtocol
from mailbridge.smtp_hooks.settings import ForwardClient

MIB = 1024 * 1024

Octets = Annotated[int, Field(ge=1024, le=1 << 40)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseTable:
    """`[database]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AgencyTable:
    """`[[agency]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    id: str
    name: str
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    clerks: tuple[str, ...]
    security_contact: str = ""
    phone: str = ""
    heads: tuple[str, ...] = ()
    void: Literal["clerks", "heads"] = "clerks"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitTable:
    """`[[unit]]`; `agency` may be left out where there is one only."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    id: str
    name: str
    agency: str = ""
    address: str = ""
    members: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxTable:
    """`[[mailbox]]`; `agency` may be left out where there is one only."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    server: str
    user: str
    password_file: str
    agency: str = ""
    tls: MailboxTls = MailboxTls.TLS
    ca: str = ""
    folder: str = "INBOX"
    keywords: bool = True
    folders: dict[MailState, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteTable:
    """`[[listener.route]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    domains: tuple[str, ...]
    next_hop: str
    fall_back: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ListenerTable:
    """`[[listener]]`; which keys a kind has is for `settings.listeners` to say."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    kind: ListenerKind
    listen: str
    next_hop: str = ""
    fall_back: tuple[str, ...] = ()
    route: tuple[RouteTable, ...] = ()
    next_hop_tls: Tls = Tls.MAY
    next_hop_ca: str = ""
    next_hop_name: str = ""
    hostname: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    internal: bool = False
    auth: Auth = Auth.REFUSE
    xclient_from: tuple[str, ...] = ()
    proxy_from: tuple[str, ...] = ()
    forward_client: ForwardClient = ForwardClient.OFF
    max_size: Octets = 50 * MIB
    max_header_size: Octets = MIB
    max_line: Annotated[int, Field(ge=0, le=1 << 40)] = 0
    max_hops: Annotated[int, Field(ge=1, le=1000)] = 50
    max_sessions: Count = 1000
    max_sessions_per_client: Count = 50
    max_mails_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    client_timeout: Annotated[float, Field(gt=0, le=86400)] | None = None
    on_bad_line_end: Literal["refuse"] = "refuse"
    quarantine: bool = False
    protocol: JournalProtocol = JournalProtocol.SMTP
    unwrap: bool = False
    copies_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboundTable:
    """`[outbound]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    next_hop: str
    tls: Tls = Tls.MAY
    timeout: Seconds = 60.0
    bounces: Bounces = Bounces.NULL
    dkim_key: str = ""
    dkim_selector: str = ""
    smime_key: str = ""
    smime_certificate: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LettersTable:
    """`[letters]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    stages: tuple[Literal["01", "02", "03", "04", "05", "06", "13", "15", "16"], ...] = ("01", "02", "03", "15", "16")
    per_peer_hour: Count = 300
    per_thread: Count = 3
    question: Asks = Asks.CONFIRMED


@dataclass(frozen=True, kw_only=True, slots=True)
class DnsTable:
    """`[dns]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    servers: tuple[str, ...] = ()
    zone: str = ""
    timeout: Seconds = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustTable:
    """`[trust]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    fetch: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    proxy: str = ""
    refresh: Annotated[float, Field(ge=60, le=7 * 86400)] = 3600.0
    warn_days: tuple[Annotated[int, Field(ge=1, le=3650)], ...] = (90, 30, 7)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofTable:
    """`[proof]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    timestamp_url: str = ""
    keep_readings: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthenticationTable:
    """`[authentication]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    sealers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WebTable:
    """`[web]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    listen: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpoolTable:
    """`[spool]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    least_free: Annotated[int, Field(ge=0)] = 512 * MIB
    most_waiting: Count = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkTable:
    """`[work]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    parallel: Annotated[int, Field(ge=1, le=64)] = 2
    pause: Seconds = 5.0
    poll: Seconds = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingTable:
    """`[reading]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    processes: Annotated[int, Field(ge=1, le=64)] = 2
    seconds: Seconds = 10.0
    memory: Octets = 512 * MIB
    pages_first: Annotated[int, Field(ge=1, le=1000)] = 3
    pages_last: Annotated[int, Field(ge=0, le=1000)] = 2
    scan_seconds: Seconds = 60.0
    unpacked: Octets = 200 * MIB
    members: Annotated[int, Field(ge=1, le=100_000)] = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionTable:
    """`[decision]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    least_confidence: Annotated[float, Field(ge=0.5, le=1.0)] = 0.9
    hints: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureTable:
    """`[failure]`; `pass` is no name for Python, so it is one by its alias only."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    pass_: Annotated[tuple[str, ...], Field(alias="pass")] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlTable:
    """`[control]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    folder: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricsTable:
    """`[metrics]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    listen: str = ""


Minutes = Annotated[int, Field(ge=1, le=7 * 1440)]
Days = Annotated[int, Field(ge=1, le=60)]


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursTable:
    """`[hours]`; `from` is no name for Python, so it is one by its alias only."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    from_: Annotated[str, Field(alias="from")] = "07:30"
    to: str = "17:00"


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestTable:
    """`[digest]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    at: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RemindersTable:
    """`[reminders]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    before: tuple[Days, ...] = (3, 1)
    after: tuple[Days, ...] = (1, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class UrgentTable:
    """`[urgent]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    escalate: tuple[Minutes, ...] = (15, 60)


@dataclass(frozen=True, kw_only=True, slots=True)
class RolesTable:
    """`[roles]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    run: tuple[Role, ...] = (Role.HOP, Role.WORK, Role.SEND)


@dataclass(frozen=True, kw_only=True, slots=True)
class MainFile:
    """`mailbridge.toml` with `conf.d/*.toml` laid over it."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    data: str
    agency: tuple[AgencyTable, ...]
    outbound: OutboundTable
    language: Literal["vi", "en"] = "vi"
    hostname: str = ""
    shadow: bool = False
    database: DatabaseTable = field(default_factory=DatabaseTable)
    unit: tuple[UnitTable, ...] = ()
    mailbox: tuple[MailboxTable, ...] = ()
    listener: tuple[ListenerTable, ...] = ()
    letters: LettersTable = field(default_factory=LettersTable)
    dns: DnsTable = field(default_factory=DnsTable)
    trust: TrustTable = field(default_factory=TrustTable)
    proof: ProofTable = field(default_factory=ProofTable)
    authentication: AuthenticationTable = field(default_factory=AuthenticationTable)
    web: WebTable = field(default_factory=WebTable)
    spool: SpoolTable = field(default_factory=SpoolTable)
    work: WorkTable = field(default_factory=WorkTable)
    reading: ReadingTable = field(default_factory=ReadingTable)
    decision: DecisionTable = field(default_factory=DecisionTable)
    failure: FailureTable = field(default_factory=FailureTable)
    control: ControlTable = field(default_factory=ControlTable)
    metrics: MetricsTable = field(default_factory=MetricsTable)
    roles: RolesTable = field(default_factory=RolesTable)
    hours: HoursTable = field(default_factory=HoursTable)
    digest: DigestTable = field(default_factory=DigestTable)
    reminders: RemindersTable = field(default_factory=RemindersTable)
    urgent: UrgentTable = field(default_factory=UrgentTable)


@dataclass(frozen=True, kw_only=True, slots=True)
class BookTable:
    """`[[book]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    id: str
    title: str
    kinds: tuple[Kind, ...] = ()
    numbers: Authority = Authority.OURS
    close_daily: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BooksFile:
    """`books.toml`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    book: tuple[BookTable, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KindTable:
    """`[[kind]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    name: str
    title: str
    treatment: Treatment
    types: tuple[str, ...] = ()
    working: tuple[WorkingKind, ...] = ()
    internal: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KindsFile:
    """`kinds.toml`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    kind: tuple[KindTable, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleTable:
    """`[[rule]]`; `when` and `unless` are read by the table of conditions."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    name: str
    action: Order
    stop: bool
    text: str
    text_en: str = ""
    title: str = ""
    title_en: str = ""
    book: str = ""
    notify: tuple[str, ...] = ()
    when: dict[str, JsonValue] = field(default_factory=dict)
    unless: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultTable:
    """`[default]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    action: Literal["hold", "pass"]
    text: str
    text_en: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesFile:
    """`rules.d/NN-name.toml`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    rule: tuple[RuleTable, ...] = ()
    default: DefaultTable | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleSignatureTable(ExampleSignature):
    """One of `example.findings.signatures`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleFindingsTable(ExampleMail):
    """`[example.findings]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    signatures: tuple[ExampleSignatureTable, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectTable:
    """`expect` of an example."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    action: Literal["register", "hold", "duplicate", "return", "stop", "pass"]
    rule: str | None = None
    book: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleTable:
    """`[[example]]`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    name: str
    expect: ExpectTable
    findings: ExampleFindingsTable | None = None
    mail: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExamplesFile:
    """`rules.d/tests/*.toml`."""

    __pydantic_config__: ClassVar[ConfigDict] = CLOSED
    example: tuple[ExampleTable, ...] = ()
