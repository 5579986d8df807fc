"""`[trust]` and `[authentication]`: whom we may ask, and whose seals are believed."""

from __future__ import annotations

from mailbridge.lookups.addresses import Address, Hosts, read_address
from mailbridge.settings.desk import Desk
from mailbridge.settings.pieces import HostPort, TrustSettings
from mailbridge.settings.values import DOMAIN_REMEDY, host_port, is_domain, is_host
from mailbridge.settings.written import AuthenticationTable, TrustTable

_HOST_REMEDY = 'write the name of one host, such as "ca.gov.vn" or "ca.gov.vn:8080"'
_LIST_REMEDY = 'write such as "http://ca.gov.vn/pki/pub/crl/cp.crl"'
_PROXY_REMEDY = 'write such as "http://192.0.2.8:3128"'


def read_trust_table(table: TrustTable, desk: Desk) -> TrustSettings:
    """Check the values; what is wrong is noted at the desk."""
    for number, name in enumerate(table.fetch):
        if not _is_host(name.lower()):
            desk.wrong(("trust", "fetch", number), f'is not a host: "{name}"', _HOST_REMEDY)
    if not table.warn_days:
        desk.wrong(("trust", "warn_days"), "is empty", "write such as warn_days = [90, 30, 7]")
    fetch = tuple(dict.fromkeys(name.lower() for name in table.fetch))
    return TrustSettings(
        fetch=fetch,
        lists=tuple(dict.fromkeys(str(each) for each in _lists(table, fetch, desk))),
        proxy=_proxy(table.proxy, desk),
        refresh=table.refresh,
        warn_days=tuple(sorted(set(table.warn_days), reverse=True)),
    )


def read_sealers(table: AuthenticationTable, desk: Desk) -> tuple[str, ...]:
    """Read the domains whose ARC seals are believed."""
    for number, name in enumerate(table.sealers):
        if not is_domain(name.lower()):
            desk.wrong(("authentication", "sealers", number), f'is not a domain: "{name}"', DOMAIN_REMEDY)
    return tuple(dict.fromkeys(name.lower() for name in table.sealers))


def _is_host(name: str) -> bool:
    return is_host(name) or host_port(name) is not None


def _lists(table: TrustTable, fetch: tuple[str, ...], desk: Desk) -> list[Address]:
    hosts, found = Hosts(fetch), []
    for number, text in enumerate(table.lists):
        here = ("trust", "lists", number)
        address = read_address(text)
        if address is None:
            desk.wrong(here, f'is not an address of http or https: "{text}"', _LIST_REMEDY)
        elif not hosts.has(address):
            remedy = f'add "{address.host}" (with its port, if it is not the usual one) to fetch below [trust]'
            desk.wrong(here, f'is at a host that may not be asked: "{address.host}"', remedy)
        else:
            found.append(address)
    return found


def _proxy(text: str, desk: Desk) -> HostPort | None:
    if not text:
        return None
    address = read_address(text)
    if address is None or address.scheme != "http" or address.path != "/":
        desk.wrong(("trust", "proxy"), f'is not an address such as "http://host:port": "{text}"', _PROXY_REMEDY)
        return None
    return HostPort(host=address.host, port=address.port)
