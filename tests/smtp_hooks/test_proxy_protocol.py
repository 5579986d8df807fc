"""
Who the client is, when a balancer says so (FEATURES B6): HAProxy's PROXY protocol, sections 2.1 and 2.2.

From a listed host a right header must come first, and nothing else does; from all others it is nonsense.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.smtp_hooks.builders_peers import (
    LISTED,
    PROXIED,
    SIGNATURE,
    SIX,
    TRUE,
    last_ip,
    received,
    send,
    tlv,
    version_2,
)
from tests.smtp_hooks.builders_smtp import eventually
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.probes import (
    connected,
    hear_to_the_end,
    hop_before,
    in_pieces,
    keywords,
    networks,
)

pytestmark = pytest.mark.timeout(60)


TRUE_CLIENTS: dict[str, tuple[bytes, str]] = {
    "v1-ipv4": (b"PROXY TCP4 203.0.113.9 192.0.2.25 4711 25\r\n", TRUE),
    "v1-ipv6": (b"PROXY TCP6 2001:db8::9 2001:db8::25 4711 25\r\n", "2001:db8::9"),
    "v1-ipv6-long": (b"PROXY TCP6 2001:0DB8:0000:0000:0000:0000:0000:0009 2001:db8::25 65535 65535\r\n", "2001:db8::9"),
    "v1-ipv6-mapped": (b"PROXY TCP6 ::ffff:203.0.113.9 ::ffff:192.0.2.25 4711 25\r\n", TRUE),
    "v1-unknown": (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    "v1-unknown-and-more": (b"PROXY UNKNOWN ffff::1 203.0.113.9 1 2 whatever\r\n", "127.0.0.1"),
    "v2-ipv4": (version_2(), TRUE),
    "v2-ipv6": (version_2(**SIX), "2001:db8::9"),  # type: ignore[arg-type]
    "v2-tlvs": (version_2(more=tlv(2, b"mail.example") + tlv(3, b"\0" * 4) + tlv(4, b"\0" * 300)), TRUE),
    "v2-tlv-with-line-ends": (version_2(more=tlv(0xEA, b"\r\nMAIL FROM:<evil@x.example>\r\n")), TRUE),
    "v2-local": (SIGNATURE + b"\x20\x00\x00\x00", "127.0.0.1"),
    "v2-local-with-addresses": (version_2(command=0x20), "127.0.0.1"),
    "v2-local-with-more": (SIGNATURE + b"\x20\x00\x00\x05EHLO\n", "127.0.0.1"),
}


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "in-pieces"])
@pytest.mark.parametrize(("header", "ip"), TRUE_CLIENTS.values(), ids=TRUE_CLIENTS)
async def test_a_balancer_says_who_the_client_is(tmp_path: Path, header: bytes, ip: str, pieces: bool) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port, **PROXIED) as hop:
        async with connected(hop.server.port) as client:
            # A header fits one packet; that it comes in more must not change what it says.
            await in_pieces(client, header, [1, 5, 12, 13, 15, 16, 20, len(header) - 1] if pieces else [])
            assert (await client.hear())[:4] == b"220 "
            assert (await client.say(b"EHLO mail.so.example"))[:3] == b"250"
            await send(client)
        assert last_ip(hop) == ip
        literal = f"[IPv6:{ip}]" if ":" in ip else f"[{ip}]"
        assert literal.encode() in received(double)
        assert not any("evil" in line for line in double.lines)


@pytest.mark.parametrize("header", [TRUE_CLIENTS["v1-ipv4"][0], version_2(more=tlv(2, b"x"))], ids=["v1", "v2"])
async def test_what_comes_with_the_header_is_not_lost(tmp_path: Path, header: bytes) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port, **PROXIED) as hop:
        async with connected(hop.server.port, first=header + b"EHLO mail.so.example\r\n") as client:
            assert (await client.hear())[:3] == b"220"
            assert (await client.hear())[:3] == b"250"
            await send(client)
        assert last_ip(hop) == TRUE


BAD_HEADERS = {
    "none": b"EHLO mail.so.example\r\n",
    "a-mail": b"EHLO x\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\n\r\n.\r\nQUIT\r\n",
    "only-a-line-end": b"\r\n",
    "v1-lower-case": b"proxy TCP4 203.0.113.9 192.0.2.25 4711 25\r\n",
    "v1-two-blanks": b"PROXY  TCP4 203.0.113.9 192.0.2.25 4711 25\r\n",
    "v1-two-blanks-inside": b"PROXY TCP4 203.0.113.9  192.0.2.25 4711 25\r\n",
    "v1-lf-alone": b"PROXY TCP4 203.0.113.9 192.0.2.25 4711 25\n",
    "v1-cr-alone": b"PROXY TCP4 203.0.113.9 192.0.2.25 4711 25\rEHLO evil\r\n",
    "v1-no-ports": b"PROXY TCP4 203.0.113.9 192.0.2.25\r\n",
    "v1-too-much": b"PROXY TCP4 203.0.113.9 192.0.2.25 4711 25 26\r\n",
    "v1-large-port": b"PROXY TCP4 203.0.113.9 192.0.2.25 65536 25\r\n",
    "v1-negative-port": b"PROXY TCP4 203.0.113.9 192.0.2.25 -1 25\r\n",
    "v1-port-with-zero": b"PROXY TCP4 203.0.113.9 192.0.2.25 04711 25\r\n",
    "v1-address-with-zero": b"PROXY TCP4 203.0.113.09 192.0.2.25 4711 25\r\n",
    "v1-short-address": b"PROXY TCP4 203.0.113 192.0.2.25 4711 25\r\n",
    "v1-other-family": b"PROXY TCP4 2001:db8::9 2001:db8::25 4711 25\r\n",
    "v1-other-family-6": b"PROXY TCP6 203.0.113.9 192.0.2.25 4711 25\r\n",
    "v1-no-such-family": b"PROXY UDP4 203.0.113.9 192.0.2.25 4711 25\r\n",
    "v1-no-address": b"PROXY TCP4 so.example bo.example 4711 25\r\n",
    "v1-too-long": b"PROXY UNKNOWN " + b"x" * 200 + b"\r\n",
    "v1-without-end": b"PROXY TCP4 " + b"2" * 500_000,
    "v2-version-3": version_2(command=0x31),
    "v2-version-1": version_2(command=0x11),
    "v2-no-such-command": version_2(command=0x22),
    "v2-no-such-family": version_2(family=0x41),
    "v2-no-such-transport": version_2(family=0x13),
    "v2-no-room-for-addresses": version_2(length=4),
    "v2-ipv6-in-the-room-of-ipv4": version_2(family=0x21),
    "v2-signature-alone": SIGNATURE + b"EHLO mail.so.example\r\nMAIL FROM:<evil@x.example>\r\n" * 8,
    "v2-broken-signature": SIGNATURE.replace(b"QUIT", b"QUIX") + version_2()[12:],
}


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS)
async def test_a_listed_host_without_a_right_header_gets_nowhere(tmp_path: Path, header: bytes) -> None:
    """Section 2: to guess would let every client say who it is. It is cut, or refused in words and cut."""
    async with next_hop() as double, hop_before(tmp_path, double.port, client_timeout=0.5, **PROXIED) as hop:
        async with connected(hop.server.port) as client:
            try:
                await client.send(header)
                heard = await hear_to_the_end(client)
            except ConnectionError:
                heard = b""
            assert heard[:1] in {b"", b"4", b"5"}, heard
            assert b"250" not in heard
        assert double.taken == []
        assert not any("evil" in line for line in double.lines)
        assert hop.kept == []
        await eventually(lambda: hop.server.sessions == 0)
        async with connected(hop.server.port, first=version_2()) as client:
            assert (await client.hear())[:3] == b"220"


@pytest.mark.parametrize("whole", [TRUE_CLIENTS["v1-ipv4"][0], version_2(more=tlv(4, b"\0" * 50))], ids=["v1", "v2"])
async def test_half_a_header_waits_not_for_ever(tmp_path: Path, whole: bytes) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port, client_timeout=0.4, **PROXIED) as hop:
        for end in (0, 1, 5, 8, 13, 16, 20, len(whole) - 1):
            for closes in (True, False) if end in {0, 13} else (True,):
                async with connected(hop.server.port, first=whole[:end]) as client:
                    if closes:
                        client.writer.write_eof()
                    heard = await hear_to_the_end(client)
                    assert heard[:1] in {b"", b"4", b"5"}, heard
        await eventually(lambda: hop.server.sessions == 0)
        assert double.taken == []


async def test_a_listed_host_hears_nothing_before_its_header(tmp_path: Path) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **PROXIED) as hop,
        connected(hop.server.port) as client,
    ):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.1)


@pytest.mark.parametrize("header", [TRUE_CLIENTS["v1-ipv4"][0], TRUE_CLIENTS["v1-unknown"][0], version_2()])
@pytest.mark.parametrize("settings", [{}, {"proxy_from": networks("192.0.2.0/24")}])
async def test_the_header_of_who_is_not_listed_is_no_command(
    tmp_path: Path, header: bytes, settings: dict[str, Any]
) -> None:
    """It is refused like other nonsense; the address stays the peer's."""
    async with next_hop() as double, hop_before(tmp_path, double.port, **settings) as hop:
        async with connected(hop.server.port) as client:
            assert (await client.hear())[:3] == b"220"
            await client.send(header + b"EHLO x.example\r\n")
            heard = b""
            while heard[:3] != b"250":
                heard = await client.hear()
                assert heard[:1] in b"25", heard
                if not heard:
                    return
            await send(client)
        assert last_ip(hop) == "127.0.0.1"
        assert b"203.0.113.9" not in received(double)


async def test_behind_a_balancer_limits_are_the_clients(tmp_path: Path) -> None:
    """All connections come from one address; the limit must not be shared by all the world, nor be got around."""

    def header(number: int) -> bytes:
        return f"PROXY TCP4 203.0.113.{number} 192.0.2.25 4711 25\r\n".encode()

    settings = {"max_sessions_per_client": 2, **PROXIED}
    async with next_hop() as double, hop_before(tmp_path, double.port, **settings) as hop, AsyncExitStack() as stack:
        for number in (1, 2, 3, 1, 2, 3):
            client = await stack.enter_async_context(connected(hop.server.port, first=header(number)))
            assert (await client.hear())[:3] == b"220"
        third = await stack.enter_async_context(connected(hop.server.port, first=header(1)))
        assert (await third.hear())[:3] == b"421"
        assert double.taken == []


async def test_a_client_behind_a_balancer_is_not_the_balancer(tmp_path: Path) -> None:
    """Both lists name the balancer's host; that must not let every client in the world say XCLIENT."""
    async with next_hop() as double, hop_before(tmp_path, double.port, **PROXIED, **LISTED) as hop:
        async with connected(hop.server.port, first=version_2()) as client:
            await client.hear()
            offered = keywords(await client.say(b"EHLO mail.so.example"))
            assert "XCLIENT" not in offered
            assert (await client.say(b"XCLIENT ADDR=198.51.100.1"))[:1] == b"5"
            await send(client)
        assert last_ip(hop) == TRUE
