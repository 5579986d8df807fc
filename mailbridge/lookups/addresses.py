"""Addresses of lists and responders (RFC 3986), and the hosts that may be asked: by the letter, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+")
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """An address of http or https: `host` in small letters, an IPv6 address without brackets; `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def read_address(text: str) -> Address | None:
    """Read an address; None for another scheme, a user name or password, control characters, or what is none."""
    if not text.isprintable() or len(text) > _LONGEST:
        return None
    try:
        split = urlsplit(text.strip())
        host, port = split.hostname, split.port
    except ValueError:
        return None
    if split.scheme not in _PORTS or not host or not _HOST.fullmatch(host) or "@" in split.netloc or port == 0:
        return None
    query = f"?{split.query}" if split.query else ""
    # What is escaped already stays; blanks and Vietnamese letters, which authorities do write, become escapes.
    path = quote(f"{split.path or '/'}{query}", safe="/%:=&?~#+!$,;'@()*[]")
    return Address(scheme=split.scheme, host=host, port=port or _PORTS[split.scheme], path=path)


class Hosts:
    """
    The hosts that may be asked.

    Args:
        names: "ca.gov.vn" (on the usual ports of http and https) or "ca.gov.vn:8080"; what is not here, is not asked.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in names)

    def has(self, address: Address) -> bool:
        """Say whether the host of an address may be asked, on that port."""
        host = f"[{address.host}]" if ":" in address.host else address.host
        usual = address.port == _PORTS[address.scheme]
        return f"{host}:{address.port}" in self._names or (usual and {host, address.host} & self._names != set())
