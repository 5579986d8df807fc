"""`mailbridge.toml`: from what is written to the pieces of the program, with the values checked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Answering
from mailbridge.decision.timetable import Timetable
from mailbridge.decision.units import Unit
from mailbridge.mailboxes.settings import MailboxSettings
from mailbridge.settings.database_url import DATABASE_VARIABLE, check_database_url
from mailbridge.settings.desk import Desk
from mailbridge.settings.letters_table import read_letters, read_outbound
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.listeners import read_listeners
from mailbridge.settings.mailbox_tables import read_mailboxes
from mailbridge.settings.pieces import (
    AuthenticationSettings,
    DatabaseSettings,
    DnsSettings,
    HostPort,
    ListenerSettings,
    OutboundSettings,
    ProofSettings,
    ReadingSettings,
    Role,
    SpoolSettings,
    TrustSettings,
    WorkSettings,
)
from mailbridge.settings.problem import Place, Report
from mailbridge.settings.proof_table import read_proof_table
from mailbridge.settings.source import Source
from mailbridge.settings.timetable import read_timetable
from mailbridge.settings.trust_table import read_sealers, read_trust_table
from mailbridge.settings.unit_tables import read_units
from mailbridge.settings.values import (
    ADDRESS_REMEDY,
    DOMAIN_REMEDY,
    NAME_REMEDY,
    absolute,
    is_domain,
    is_file,
    is_host,
    is_ip,
    is_mailbox,
    is_name,
    same_end,
)
from mailbridge.settings.written import AgencyTable, MainFile


@dataclass(frozen=True, kw_only=True, slots=True)
class MainSettings:
    """What `mailbridge.toml` gives to `Settings`."""

    language: str
    data: Path
    hostname: str
    database: DatabaseSettings
    agencies: tuple[Agency, ...]
    units: tuple[Unit, ...]
    mailboxes: tuple[MailboxSettings, ...]
    listeners: tuple[ListenerSettings, ...]
    outbound: OutboundSettings
    dns: DnsSettings
    trust: TrustSettings
    proof: ProofSettings
    authentication: AuthenticationSettings
    web: HostPort | None
    spool: SpoolSettings
    work: WorkSettings
    reading: ReadingSettings
    roles: tuple[Role, ...]
    least_confidence: float
    use_hints: bool
    timetable: Timetable
    pass_in_failure: tuple[str, ...]
    control_folder: Path
    metrics: HostPort | None
    shadow: bool
    answering: Answering


def main_settings(
    written: MainFile, source: Source, folder: Path, report: Report, database_url: str | None
) -> MainSettings:
    """
    Check the values and build the pieces; what is wrong goes into `report`, and the result is not to be used then.

    Args:
        database_url: The one from the environment, which replaces the one of the file.
    """
    desk = _Desk(source=source, folder=folder, report=report)
    data = desk.data(written.data)
    hostname = written.hostname.lower() or socket.gethostname().lower()
    if written.hostname and not is_host(hostname):
        desk.wrong(("hostname",), "is not the name of a host", 'write a name such as "mail.sonv.backan.gov.vn"')
    agencies = tuple(desk.agencies(written.agency))
    listeners = tuple(read_listeners(written.listener, hostname, desk))
    _check_roles(written, listeners, desk)
    trust = read_trust_table(written.trust, desk)
    return MainSettings(
        language=written.language,
        data=data,
        hostname=hostname,
        database=DatabaseSettings(url=desk.database(written.database.url, database_url, data)),
        agencies=agencies,
        units=tuple(read_units(written.unit, agencies, desk)),
        mailboxes=tuple(read_mailboxes(written.mailbox, agencies, desk)),
        listeners=listeners,
        outbound=read_outbound(written.outbound, desk),
        dns=desk.dns(written),
        trust=trust,
        proof=read_proof_table(written.proof, trust.fetch, desk),
        authentication=AuthenticationSettings(sealers=read_sealers(written.authentication, desk)),
        web=desk.end(("web", "listen"), written.web.listen, any_port=True) if written.web.listen else None,
        spool=SpoolSettings(least_free=written.spool.least_free, most_waiting=written.spool.most_waiting),
        work=WorkSettings(parallel=written.work.parallel, pause=written.work.pause, poll=written.work.poll),
        reading=ReadingSettings(
            processes=written.reading.processes,
            seconds=written.reading.seconds,
            memory=written.reading.memory,
            pages_first=written.reading.pages_first,
            pages_last=written.reading.pages_last,
            scan_seconds=written.reading.scan_seconds,
            unpacked=written.reading.unpacked,
            members=written.reading.members,
        ),
        roles=tuple(dict.fromkeys(written.roles.run)),
        least_confidence=written.decision.least_confidence,
        use_hints=written.decision.hints,
        timetable=read_timetable(written, desk),
        pass_in_failure=desk.pass_in_failure(written.failure.pass_),
        control_folder=desk.control_folder(written.control.folder, data),
        metrics=desk.metrics(written.metrics.listen, listeners),
        shadow=written.shadow,
        answering=read_letters(written.letters),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk(Desk):
    """The desk for what stands in this file only."""

    def data(self, text: str) -> Path:
        path = absolute(text, self.folder)
        if not text.strip():
            self.wrong(("data",), "is empty", 'write the folder for data, such as "/var/lib/mailbridge"')
        elif is_file(path):
            self.wrong(("data",), "is a file", "write a folder")
        return path

    def database(self, written: str, environment: str | None, data: Path) -> str:
        url = environment or written or f"sqlite:///{data.absolute()}/mailbridge.db"
        problem = check_database_url(url, data)
        if problem is not None and environment:
            self.report.add(Place(file=DATABASE_VARIABLE), *problem)
        elif problem is not None:
            place = self.source.place(("database", "url"))
            self.report.add(place, f'"database.url" {problem[0]}', problem[1])
        return url

    def dns(self, written: MainFile) -> DnsSettings:
        for number, server in enumerate(written.dns.servers):
            if not is_ip(server):
                self.wrong(
                    ("dns", "servers", number), f'is not an IP address: "{server}"', 'write such as "192.0.2.53"'
                )
        zone = self.file(("dns", "zone"), written.dns.zone)
        return DnsSettings(servers=written.dns.servers, zone=zone, timeout=written.dns.timeout)

    def pass_in_failure(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Read `[failure] pass`: addresses, domains, or "*" for everybody."""
        for number, name in enumerate(names):
            if name != "*" and not (is_mailbox(name) if "@" in name else is_domain(name.lower())):
                problem = f'is neither an address nor a domain: "{name}"'
                self.wrong(("failure", "pass", number), problem, f'{ADDRESS_REMEDY}, a domain, or "*" for everybody')
        return names

    def metrics(self, text: str, listeners: tuple[ListenerSettings, ...]) -> HostPort | None:
        """Read where the figures are shown."""
        if not text:
            return None
        path = ("metrics", "listen")
        end = self.end(path, text, any_port=True)
        ends = [listener.listen for listener in listeners if isinstance(listener.listen, HostPort)]
        if any(same_end(*pair) for other in ends for pair in permutations((other, end))):
            self.wrong(path, "is taken by a listener", "choose another port")
        return end

    def control_folder(self, text: str, data: Path) -> Path:
        """Read the folder of control sockets."""
        path = absolute(text, self.folder) if text else data / "run"
        if text and is_file(path):
            self.wrong(("control", "folder"), "is a file", "write a folder")
        return path

    def agencies(self, tables: tuple[AgencyTable, ...]) -> Iterator[Agency]:
        if not tables:
            self.wrong(("agency",), "is empty", "describe at least one agency below a line [[agency]]")
        ids: set[str] = set()
        domains: dict[str, str] = {}
        for number, table in enumerate(tables):
            path: KeyPath = ("agency", number)
            if not is_name(table.id):
                self.wrong((*path, "id"), f'is not a name: "{table.id}"', NAME_REMEDY)
            if table.id in ids:
                self.wrong((*path, "id"), f'stands twice: "{table.id}"', "give each agency its own id")
            ids.add(table.id)
            yield self._agency(table, path, domains)

    def _agency(self, table: AgencyTable, path: KeyPath, domains: dict[str, str]) -> Agency:
        if not table.name.strip():
            self.wrong((*path, "name"), "is empty", "write the full name, as it stands in letterheads")
        own = tuple(domain.lower().rstrip(".") for domain in table.domains)
        for number, domain in enumerate(own):
            here = (*path, "domains", number)
            if not is_domain(domain):
                self.wrong(here, f'is not a domain: "{domain}"', DOMAIN_REMEDY)
            elif domain in domains:
                self.wrong(here, f'stands twice: "{domain}" is of agency "{domains[domain]}"', "keep it in one place")
            domains.setdefault(domain, table.id)
        for key in ("domains", "addresses", "clerks"):
            if not getattr(table, key):
                self.wrong((*path, key), "is empty", f'name at least one: {key} = ["…"]')
        if table.void == "heads" and not table.heads:
            self.wrong((*path, "void"), "nobody could void an entry: heads is empty", 'name them: heads = ["…"]')
        lists = (("addresses", table.addresses), ("clerks", table.clerks), ("heads", table.heads))
        mailboxes = [((*path, key, number), text) for key, texts in lists for number, text in enumerate(texts)]
        if table.security_contact:
            mailboxes.append(((*path, "security_contact"), table.security_contact))
        for here, text in mailboxes:
            if not is_mailbox(text):
                self.wrong(here, f'is not a mail address: "{text}"', ADDRESS_REMEDY)
        return Agency(
            id=table.id,
            name=table.name.strip(),
            domains=own,
            addresses=table.addresses,
            clerks=table.clerks,
            security_contact=table.security_contact,
            phone=table.phone,
            heads=table.heads,
            heads_void=table.void == "heads",
        )


def _check_roles(written: MainFile, listeners: tuple[ListenerSettings, ...], desk: _Desk) -> None:
    """Find roles that would have nothing to do, and doors that nobody would open."""
    roles = set(written.roles.run)
    if not roles:
        desk.wrong(("roles", "run"), "is empty", 'write such as run = ["hop", "work", "send"]')
    kinds = {listener.kind.value for listener in listeners}
    for role in (Role.HOP, Role.MILTER, Role.JOURNAL):
        if role in roles and role.value not in kinds:
            remedy = f'add a [[listener]] with kind = "{role.value}", or take "{role.value}" out of roles.run'
            desk.wrong(("roles", "run"), f'has "{role.value}", but no listener is of this kind', remedy)
    for number, listener in enumerate(listeners):
        if Role(listener.kind.value) not in roles:
            remedy = f'add "{listener.kind.value}" to roles.run, or take the listener out'
            desk.wrong(("listener", number, "kind"), f'is "{listener.kind.value}", a role that is not run', remedy)
    if Role.WEB in roles and not written.web.listen:
        desk.wrong(("roles", "run"), 'has "web", but [web] has no listen', 'add listen = "127.0.0.1:8080" below [web]')
