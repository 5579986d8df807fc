"""
Who the client really is, when somebody in between says so: XCLIENT and XFORWARD, both ways.

Source: Postfix XCLIENT_README and XFORWARD_README; values are xtext (RFC 3461 §4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address

from mailbridge.smtp_hooks.settings import Network

XCLIENT_NAMES = ("NAME", "ADDR", "PORT", "PROTO", "HELO")
XFORWARD_NAMES = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "SOURCE")

# LOGIN, DESTADDR, IDENT and the like are taken and not used.
_OTHER_NAMES = frozenset({"LOGIN", "DESTADDR", "DESTPORT", "IDENT"})
_UNKNOWN = frozenset({"[UNAVAILABLE]", "[TEMPUNAVAIL]"})
_XTEXT_CODE = re.compile(r"\+([0-9A-F]{2})")
_NAME = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """The client as it is told; None where nobody knows. `port` is its own, `proto` SMTP or ESMTP."""

    ip: str | None = None
    port: str | None = None
    name: str | None = None
    helo: str | None = None
    proto: str | None = None


def is_listed(ip: str | None, networks: tuple[Network, ...]) -> bool:
    """Say whether a host belongs to one of the networks; an IPv4 address in IPv6 form is that IPv4 address."""
    if ip is None or not networks:
        return False
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)


def told(peer: Peer, text: str, names: tuple[str, ...]) -> Peer | None:
    """
    Read the attributes of XCLIENT or XFORWARD into what is known of the peer.

    Returns:
        None when the line is not one that the specification allows.
    """
    for word in text.split():
        name, equals, value = word.partition("=")
        name = name.upper()
        value = _XTEXT_CODE.sub(lambda found: chr(int(found[1], 16)), value)
        known = None if value.upper() in _UNKNOWN else value
        if not equals or not value.isprintable() or len(value) > 255:
            return None
        if name in _OTHER_NAMES or name == "SOURCE":
            continue
        if name not in names:
            return None
        if name == "ADDR" and known is not None:
            known = _address(known)
            if known is None:
                return None
        peer = _with(peer, name, known)
    return peer


def _with(peer: Peer, name: str, value: str | None) -> Peer:
    match name:
        case "ADDR":
            return replace(peer, ip=value)
        case "PORT":
            return replace(peer, port=value)
        case "NAME":
            return replace(peer, name=value)
        case "HELO":
            return replace(peer, helo=value)
        case _:
            return replace(peer, proto=value)


def _address(text: str) -> str | None:
    if text[:5].upper() == "IPV6:":
        text = text[5:]
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def introduction(command: str, peer: Peer, keywords: Mapping[str, str]) -> bytes | None:
    """
    Write the line XCLIENT or XFORWARD with the attributes that the next hop offers to take.

    Returns:
        None when it does not offer the command.
    """
    if command not in keywords:
        return None
    offered = keywords[command].upper().split()
    address = f"IPV6:{peer.ip}" if peer.ip and ":" in peer.ip else peer.ip
    facts = {"NAME": peer.name, "ADDR": address, "PORT": peer.port, "PROTO": peer.proto, "HELO": peer.helo}
    words = [f"{name}={_xtext(value)}" for name, value in facts.items() if name in offered]
    if command == "XFORWARD" and "SOURCE" in offered:
        words.append("SOURCE=REMOTE")
    return " ".join([command, *words]).encode("ascii") if words else None


def as_helo(name: str | None) -> str | None:
    """Return a name that can stand in our own EHLO: an ASCII domain or address literal; None for any other."""
    return name if name and _NAME.fullmatch(name) else None


def _xtext(value: str | None) -> str:
    if not value:
        return "[UNAVAILABLE]"
    octets = value.encode("utf-8", "replace").decode("latin-1")[:255]
    return _NOT_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", octets)
