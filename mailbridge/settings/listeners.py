"""`[[listener]]`: the doors, what each kind can have, and where their mail goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations
from pathlib import Path
from types import MappingProxyType

from mailbridge.settings.desk import Desk
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.pieces import HostPort, ListenerKind, ListenerSettings, RouteSettings, UnixSocket
from mailbridge.settings.values import DOMAIN_REMEDY, absolute, is_domain, is_host, same_end
from mailbridge.settings.written import ListenerTable, RouteTable

_UNIX = "unix:"

MOST_OCTETS_OF_SOCKET = 107
"""Octets of a path that a socket can have: 108 of `sun_path` with its end (Linux, unix(7))."""

_SERVERS = frozenset(("next_hop", "fall_back", "route", "next_hop_tls", "next_hop_ca", "next_hop_name"))
_PASSING = _SERVERS | {
    "auth",
    "forward_client",
    "xclient_from",
    "proxy_from",
    "max_header_size",
    "max_line",
    "max_hops",
    "max_mails_per_minute",
}
_SMTP = frozenset(("tls_certificate", "tls_key", "max_sessions_per_client", "on_bad_line_end"))
_MILTER = frozenset({"quarantine"})
_JOURNAL = frozenset(["protocol", "unwrap", "copies_from"])
_MEANINGLESS: Mapping[ListenerKind, frozenset[str]] = MappingProxyType(
    {
        ListenerKind.HOP: _MILTER | _JOURNAL,
        # The mail server that calls a milter has done all this before.
        ListenerKind.MILTER: _PASSING | _SMTP | _JOURNAL,
        ListenerKind.JOURNAL: _PASSING | _MILTER,
    }
)
"""Keys that a kind does not have: written all the same, they would promise what nobody does."""

_PATIENCE: Mapping[ListenerKind, float] = MappingProxyType(
    {
        ListenerKind.HOP: 300.0,
        # A mail server is quiet as long as its own client is; libmilter waits two hours and ten seconds.
        ListenerKind.MILTER: 7210.0,
        ListenerKind.JOURNAL: 300.0,
    }
)
"""Seconds without an octet from the client, where the file does not say."""


def read_listeners(tables: tuple[ListenerTable, ...], hostname: str, desk: Desk) -> Iterator[ListenerSettings]:
    """Check the doors and yield them; those that would meet each other, or feed themselves, are findings."""
    listeners = [_listener(table, ("listener", number), hostname, desk) for number, table in enumerate(tables)]
    taken: list[HostPort] = []
    for number, listener in enumerate(listeners):
        if isinstance(listener.listen, UnixSocket):
            if listener.listen in [other.listen for other in listeners[:number]]:
                desk.wrong(("listener", number, "listen"), "is taken by another listener", "choose another path")
            continue
        if any(same_end(*pair) for other in taken for pair in permutations((other, listener.listen))):
            desk.wrong(("listener", number, "listen"), "is taken by another listener", "choose another port")
        taken.append(listener.listen)
    for number, listener in enumerate(listeners):
        _find_loops(listener, ("listener", number), taken, desk)
    yield from listeners


def _find_loops(listener: ListenerSettings, path: KeyPath, taken: list[HostPort], desk: Desk) -> None:
    _find_loop(listener.ends, path, taken, desk)
    for number, route in enumerate(listener.routes):
        _find_loop(route.ends, (*path, "route", number), taken, desk)


def _find_loop(ends: tuple[HostPort, ...], path: KeyPath, taken: list[HostPort], desk: Desk) -> None:
    for number, end in enumerate(ends):
        if any(same_end(listen, end) for listen in taken):
            here: KeyPath = (*path, "next_hop") if number == 0 else (*path, "fall_back", number - 1)
            problem = f"is a listener of ours, mail would go round in a loop: {end}"
            desk.wrong(here, problem, "name the mail server that stood there before us")


def _listener(table: ListenerTable, path: KeyPath, hostname: str, desk: Desk) -> ListenerSettings:
    for key in sorted(_MEANINGLESS[table.kind]):
        if desk.is_written((*path, key)):
            desk.wrong((*path, key), f"has no meaning for a {table.kind.value}", "take the line out")
    is_hop = table.kind is ListenerKind.HOP
    if is_hop and not table.next_hop:
        desk.wrong((*path, "next_hop"), "is missing", 'a hop needs next_hop = "host:port"')
    name = (table.hostname or hostname).lower()
    if table.hostname and not is_host(name):
        desk.wrong((*path, "hostname"), "is not the name of a host", 'write a name such as "mail.backan.gov.vn"')
    if table.next_hop_name and not is_host(table.next_hop_name.lower()):
        desk.wrong((*path, "next_hop_name"), "is not the name of a host", "write the name that the certificate has")
    if bool(table.tls_certificate) != bool(table.tls_key):
        desk.wrong(path, "has only one of tls_certificate and tls_key", "give both files, or none")
    if table.max_header_size > table.max_size:
        desk.wrong((*path, "max_header_size"), "is more than max_size", "a header is a part of its mail")
    return ListenerSettings(
        kind=table.kind,
        listen=_where(table, path, desk),
        ends=desk.ends(path, table.next_hop, table.fall_back) if is_hop and table.next_hop else (),
        routes=tuple(_routes(table.route, path, desk)) if is_hop else (),
        next_hop_tls=table.next_hop_tls,
        next_hop_ca=desk.file((*path, "next_hop_ca"), table.next_hop_ca),
        next_hop_name=table.next_hop_name.lower() or None,
        hostname=name,
        tls_certificate=desk.file((*path, "tls_certificate"), table.tls_certificate),
        tls_key=desk.file((*path, "tls_key"), table.tls_key),
        internal=table.internal,
        auth=table.auth,
        xclient_from=desk.networks((*path, "xclient_from"), table.xclient_from),
        proxy_from=desk.networks((*path, "proxy_from"), table.proxy_from),
        forward_client=table.forward_client,
        max_size=table.max_size,
        max_header_size=table.max_header_size,
        max_line=table.max_line,
        max_hops=table.max_hops,
        max_sessions=table.max_sessions,
        max_sessions_per_client=table.max_sessions_per_client,
        max_mails_per_minute=table.max_mails_per_minute,
        client_timeout=table.client_timeout or _PATIENCE[table.kind],
        quarantine=table.quarantine,
        protocol=table.protocol,
        unwrap=table.unwrap,
        copies_from=desk.networks((*path, "copies_from"), table.copies_from, "lets anybody hand in copies"),
    )


def _where(table: ListenerTable, path: KeyPath, desk: Desk) -> HostPort | UnixSocket:
    here = (*path, "listen")
    if not table.listen.startswith(_UNIX):
        return desk.end(here, table.listen, any_port=True)
    socket = absolute(table.listen.removeprefix(_UNIX), desk.folder)
    if table.kind is not ListenerKind.MILTER:
        desk.wrong(here, f"is a path, which a {table.kind.value} cannot have", 'write "host:port"')
    elif not table.listen.removeprefix(_UNIX).strip():
        desk.wrong(here, "names no path", 'write such as "unix:/run/mailbridge/milter.sock"')
    elif len(str(socket).encode()) > MOST_OCTETS_OF_SOCKET:
        problem = f"is too long for a socket: {socket}"
        desk.wrong(here, problem, f"choose a path of at most {MOST_OCTETS_OF_SOCKET} octets")
    return UnixSocket(path=Path(socket))


def _routes(tables: tuple[RouteTable, ...], path: KeyPath, desk: Desk) -> Iterator[RouteSettings]:
    seen: set[str] = set()
    for number, table in enumerate(tables):
        route: KeyPath = (*path, "route", number)
        domains = tuple(domain.lower().rstrip(".") for domain in table.domains)
        if not domains:
            desk.wrong((*route, "domains"), "is empty", 'name at least one: domains = ["…"]')
        for place, domain in enumerate(domains):
            here = (*route, "domains", place)
            if not is_domain(domain):
                desk.wrong(here, f'is not a domain: "{domain}"', DOMAIN_REMEDY)
            elif domain in seen:
                desk.wrong(here, f'stands twice: "{domain}"', "a domain has one route; take one out")
            seen.add(domain)
        yield RouteSettings(domains=domains, ends=desk.ends(route, table.next_hop, table.fall_back))
