"""The two header fields that the hop adds on top, the only octets of a mail that are ours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from mailbridge.mail.envelope import Client

# Vietnam keeps UTC+7 all year, so no time-zone data is needed.
VIETNAM = timezone(timedelta(hours=7))

# More than these cannot stand in a host name or an address literal; anything else from a stranger becomes "?".
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.:_\[\]-]")


def trace_fields(*, mail_id: str | None, client: Client, hostname: str, protocol: str, now: datetime) -> bytes:
    """
    Write `Received` and `X-MailBridge-ID`; only the first for a mail that is passed on without being kept.

    Args:
        protocol: ESMTP, ESMTPS, UTF8SMTP, … (RFC 3848, RFC 6531 §4.3).
        now: When the content begins to come.

    Source: RFC 5321 §4.4; folded before each clause, no line is longer than 300 octets.
    """
    name = _NOT_IN_NAMES.sub("?", client.helo or "")[:200] or "unknown"
    date = _written(now.replace(microsecond=0))
    known_as = f" id {mail_id}" if mail_id else ""
    marked = f"X-MailBridge-ID: {mail_id}\r\n" if mail_id else ""
    return (
        f"Received: from {name} ({address_literal(client.ip)})\r\n"
        f"\tby {hostname} with {protocol}{known_as};\r\n"
        f"\t{date}\r\n"
        f"{marked}"
    ).encode("ascii", "replace")


@lru_cache(maxsize=4)
def _written(now: datetime) -> str:
    return format_datetime(now.astimezone(VIETNAM))


@lru_cache(maxsize=1024)
def address_literal(ip: str | None) -> str:
    """Write an address as RFC 5321 §4.1.3 wants it, "[192.0.2.1]" or "[IPv6:2001:db8::1]"."""
    if ip is None:
        return "[unknown]"
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return "[unknown]"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"[IPv6:{address}]"
    return f"[{getattr(address, 'ipv4_mapped', None) or address}]"


def protocol_name(*, extended: bool, tls: bool, utf8: bool) -> str:
    """Name the protocol for the `with` clause (RFC 3848; RFC 6531 §4.3)."""
    if utf8:
        return "UTF8SMTPS" if tls else "UTF8SMTP"
    if not extended:
        return "SMTP"
    return "ESMTPS" if tls else "ESMTP"
