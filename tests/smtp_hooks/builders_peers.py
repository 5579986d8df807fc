"""Clients that are told by somebody in between, and what is looked at of them; for the tests about peers."""

from __future__ import annotations

import struct
from ipaddress import ip_address
from typing import Any

from tests.smtp_hooks.next_hop_double import Answer
from tests.smtp_hooks.probes import (
    LOOPBACK,
    MAIL,
    Hop,
    RawClient,
    networks,
)

LISTED: dict[str, Any] = {"xclient_from": networks(*LOOPBACK)}
PROXIED: dict[str, Any] = {"proxy_from": networks(*LOOPBACK)}
TRUE = "203.0.113.9"


async def send(client: RawClient, sender: bytes = b"a@so.example") -> None:
    """A mail in a session that has greeted."""
    assert (await client.say(b"MAIL FROM:<" + sender + b">"))[:3] == b"250"
    assert (await client.say(b"RCPT TO:<b@bo.example>"))[:3] == b"250"
    assert (await client.say(b"DATA"))[:3] == b"354"
    assert (await client.say(MAIL + b"."))[:3] == b"250"


def received(double: object) -> bytes:
    """The Received field that the hop put on the last mail, unfolded."""
    assert hasattr(double, "taken")
    field: bytes = double.taken[-1].content.partition(b"X-MailBridge-ID")[0]
    assert field.startswith(b"Received: ")
    assert field.count(b"\r\n") == 3
    return field.replace(b"\r\n", b"")


def last_ip(hop: Hop) -> str | None:
    ip = hop.kept[-1].client.ip
    if ip is None:
        return None
    address = ip_address(ip)
    return str(getattr(address, "ipv4_mapped", None) or address)


SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def version_2(
    *,
    command: int = 0x21,
    family: int = 0x11,
    source: str = TRUE,
    target: str = "192.0.2.25",
    more: bytes = b"",
    length: int | None = None,
) -> bytes:
    """Write a header of version 2; `more` are TLVs, `length` a lie about it all."""
    block = ip_address(source).packed + ip_address(target).packed + struct.pack("!HH", 4711, 25) + more
    return SIGNATURE + struct.pack("!BBH", command, family, len(block) if length is None else length) + block


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack("!BH", kind, len(value)) + value


SIX = {"family": 0x21, "source": "2001:db8::9", "target": "2001:db8::25"}


def offering(*words: str) -> Answer:
    return "\r\n".join([*(f"250-{word}" for word in ("next.example", "PIPELINING", *words)), "250 8BITMIME"])


def attributes(line: str) -> dict[str, str]:
    pairs = [word.partition("=")[::2] for word in line.split()[1:]]
    assert len({name for name, _ in pairs}) == len(pairs), line
    return dict(pairs)
