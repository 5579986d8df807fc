"""The doors of a process: opened for the listeners of its roles, renewed by a reload, counted for the status."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from mailbridge.control.bypass import Bypass, bypass_path
from mailbridge.control.status import DoorStatus, MailCounts
from mailbridge.errors import Misconfigured
from mailbridge.settings import Auth, HostPort, ListenerKind, ListenerSettings, Role, Settings, UnixSocket
from mailbridge.smtp_hooks.failure import pass_list
from mailbridge.smtp_hooks.journal.server import JournalServer
from mailbridge.smtp_hooks.journal.settings import JournalSettings
from mailbridge.smtp_hooks.milter.server import MilterServer
from mailbridge.smtp_hooks.milter.settings import MilterSettings
from mailbridge.smtp_hooks.server import HopServer
from mailbridge.smtp_hooks.settings import End, HopSettings, Route, Upstream
from mailbridge.spool import Pressure, Spool

DoorServer: TypeAlias = HopServer | MilterServer | JournalServer


def hop_settings(listener: ListenerSettings) -> HopSettings:
    """Return what the hop behind this listener needs to know."""
    if not listener.ends:
        raise Misconfigured(f"the hop at {listener.listen} has no next_hop")
    host, port = _ends_of(listener)
    return HopSettings(
        listen_host=host,
        listen_port=port,
        next_hop=_upstream(listener.ends),
        routes=tuple(
            Route(domains=frozenset(route.domains), upstream=_upstream(route.ends)) for route in listener.routes
        ),
        hostname=listener.hostname,
        max_size=listener.max_size,
        max_header_size=listener.max_header_size,
        max_line=listener.max_line,
        max_hops=listener.max_hops,
        max_sessions=listener.max_sessions,
        max_sessions_per_client=listener.max_sessions_per_client,
        max_mails_per_minute=listener.max_mails_per_minute,
        client_timeout=listener.client_timeout,
        certificate=str(listener.tls_certificate) if listener.tls_certificate else None,
        key=str(listener.tls_key) if listener.tls_key else None,
        next_hop_tls=listener.next_hop_tls,
        next_hop_ca=str(listener.next_hop_ca) if listener.next_hop_ca else None,
        next_hop_name=listener.next_hop_name,
        auth_pass=listener.auth is Auth.PASS,
        xclient_from=listener.xclient_from,
        proxy_from=listener.proxy_from,
        internal=listener.internal,
        forward_client=listener.forward_client,
    )


def milter_settings(listener: ListenerSettings) -> MilterSettings:
    """Return what the milter behind this listener needs to know."""
    host, port = _ends_of(listener)
    return MilterSettings(
        listen_host=host,
        listen_port=port,
        unix_path=str(listener.listen.path) if isinstance(listener.listen, UnixSocket) else None,
        max_size=listener.max_size,
        max_sessions=listener.max_sessions,
        client_timeout=listener.client_timeout,
        quarantine=listener.quarantine,
        internal=listener.internal,
    )


def journal_settings(listener: ListenerSettings) -> JournalSettings:
    """Return what the journal behind this listener needs to know."""
    host, port = _ends_of(listener)
    return JournalSettings(
        listen_host=host,
        listen_port=port,
        protocol=listener.protocol,
        hostname=listener.hostname,
        max_size=listener.max_size,
        max_sessions=listener.max_sessions,
        max_sessions_per_client=listener.max_sessions_per_client,
        client_timeout=listener.client_timeout,
        certificate=str(listener.tls_certificate) if listener.tls_certificate else None,
        key=str(listener.tls_key) if listener.tls_key else None,
        unwrap=listener.unwrap,
        allowed_clients=listener.copies_from,
    )


def _ends_of(listener: ListenerSettings) -> tuple[str, int]:
    return (listener.listen.host, listener.listen.port) if isinstance(listener.listen, HostPort) else ("", 0)


def _upstream(ends: Sequence[HostPort]) -> Upstream:
    return Upstream(ends=tuple(End(host=end.host, port=end.port) for end in ends))


@dataclass(kw_only=True, slots=True)
class Door:
    """One open listener; `before_today` is what it had counted at midnight."""

    listener: ListenerSettings
    server: DoorServer
    before_today: MailCounts = field(default_factory=MailCounts)

    @property
    def port(self) -> int:
        """The port it listens on; raises `Unavailable` when it has none."""
        return self.server.port

    @property
    def mails(self) -> MailCounts:
        """What became of its mails since it opened."""
        counts = self.server.counts
        return MailCounts(
            taken=counts.taken,
            delivered=counts.delivered,
            refused=counts.refused,
            unknown=counts.unknown,
            passed_without_copy=counts.passed_without_copy,
        )

    def status(self) -> DoorStatus:
        """Tell how it is."""
        mails = self.mails
        counts = self.server.counts
        return DoorStatus(
            kind=self.listener.kind.value,
            listen=str(self.listener.listen),
            sessions_now=self.server.sessions,
            sessions=counts.sessions,
            refused_sessions=counts.refused_sessions,
            mails=mails,
            today=mails.since(self.before_today),
        )

    def renew(self, listener: ListenerSettings) -> None:
        """Use other settings for the sessions to come; raises `Misconfigured`."""
        match self.server:
            case HopServer():
                self.server.renew(hop_settings(listener))
            case MilterServer():
                self.server.renew(milter_settings(listener))
            case JournalServer():
                self.server.renew(journal_settings(listener))
        self.listener = listener


class Doors:
    """
    All doors of one process.

    Args:
        on_accepted: Called in the event loop when mail waits for its walk; must not block.
        clock: Returns the time (aware, UTC).
    """

    def __init__(
        self, settings: Settings, spool: Spool, on_accepted: Callable[[], None], clock: Callable[[], datetime]
    ) -> None:
        self._spool = spool
        self._on_accepted = on_accepted
        self._clock = clock
        self.is_bypassed = Bypass(bypass_path(settings.data))
        self._is_full, self._passes = _pressure(settings, spool), _passes(settings)
        self._some_pass = bool(settings.pass_in_failure)
        self.opened: list[Door] = []

    async def open(self, settings: Settings, roles: frozenset[Role], stack: AsyncExitStack) -> None:
        """Open the doors of these roles; they close with `stack`. Raises `Misconfigured` and `Unavailable`."""
        for listener in settings.listeners:
            if Role(listener.kind.value) not in roles:
                continue
            server = self._server(listener)
            await server.start()
            stack.push_async_callback(server.stop)
            self.opened.append(Door(listener=listener, server=server))

    def _server(self, listener: ListenerSettings) -> DoorServer:
        def accepted(_mail_id: str) -> None:
            self._on_accepted()

        match listener.kind:
            case ListenerKind.HOP:
                return HopServer(
                    hop_settings(listener),
                    self._spool,
                    accepted,
                    clock=self._clock,
                    is_full=lambda: self._is_full(),
                    # Without any such mailbox MAIL can be refused already; with one, the recipients must be known.
                    passes=(lambda recipients: self._passes(recipients)) if self._some_pass else None,
                    is_bypassed=self.is_bypassed,
                )
            case ListenerKind.MILTER:
                return MilterServer(
                    milter_settings(listener),
                    self._spool,
                    accepted,
                    clock=self._clock,
                    is_full=lambda: self._is_full(),
                    passes=lambda recipients: self._passes(recipients),
                    is_bypassed=self.is_bypassed,
                )
            case ListenerKind.JOURNAL:
                return JournalServer(
                    journal_settings(listener),
                    self._spool,
                    accepted,
                    clock=self._clock,
                    is_full=lambda: self._is_full(),
                )

    def renew(self, settings: Settings) -> None:
        """Use the new settings of the listeners that are open; `certificates_of` has found them usable."""
        self._is_full, self._passes = _pressure(settings, self._spool), _passes(settings)
        by_end = {(listener.kind, listener.listen): listener for listener in settings.listeners}
        for door in self.opened:
            listener = by_end.get((door.listener.kind, door.listener.listen))
            if listener is not None and listener != door.listener:
                door.renew(listener)

    def begin_day(self) -> None:
        """Count for a new day from now on."""
        for door in self.opened:
            door.before_today = door.mails


def _pressure(settings: Settings, spool: Spool) -> Callable[[], bool]:
    return Pressure(spool, least_free=settings.spool.least_free, most_waiting=settings.spool.most_waiting)


def _passes(settings: Settings) -> Callable[[Sequence[str]], bool]:
    official = [address for agency in settings.agencies for address in agency.addresses]
    return pass_list(settings.pass_in_failure, official)


def certificates_of(settings: Settings) -> None:
    """Try the certificates of all listeners; raises `Misconfigured` for the first that cannot be used."""
    for listener in settings.listeners:
        if listener.tls_certificate and listener.tls_key:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            try:
                context.load_cert_chain(listener.tls_certificate, listener.tls_key)
            except OSError as error:  # ssl.SSLError is one
                problem = f"certificate or key cannot be used: {error.strerror or error}"
                raise Misconfigured(problem, file=str(listener.tls_certificate)) from error
