"""
Who the client is, when a host in between says so by XCLIENT or XFORWARD (FEATURES B6).

Written to Postfix's XCLIENT_README and XFORWARD_README. Only listed hosts are believed, and what they say can put no
octet into a header or a command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.smtp_hooks.builders_peers import (
    LISTED,
    TRUE,
    last_ip,
    received,
    send,
)
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.probes import (
    MAIL,
    client_of,
    hop_before,
    keywords,
    networks,
)

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("settings", [{}, {"xclient_from": networks("192.0.2.0/24", "2001:db8::/32")}])
@pytest.mark.parametrize(
    "command", [b"XCLIENT ADDR=203.0.113.9 NAME=x.example", b"xclient addr=203.0.113.9", b"XFORWARD ADDR=203.0.113.9"]
)
async def test_who_is_not_listed_is_not_believed(tmp_path: Path, command: bytes, settings: dict[str, Any]) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **settings) as hop,
        client_of(hop.server.port) as client,
    ):
        assert not {"XCLIENT", "XFORWARD"} & set(keywords(await client.say(b"EHLO x.example")))
        assert (await client.say(command))[:3] in {b"550", b"502", b"500"}
        await send(client)
        assert last_ip(hop) == "127.0.0.1"
        assert b"203.0.113.9" not in received(double)
        assert not any("203.0.113.9" in line for line in double.lines)


@pytest.mark.parametrize(
    ("said", "ip", "literal"),
    [
        (b"XCLIENT ADDR=203.0.113.9 NAME=mail.so.example", TRUE, b"[203.0.113.9]"),
        (b"xclient name=mail.so.example addr=203.0.113.9 proto=ESMTP port=4711", TRUE, b"[203.0.113.9]"),
        (b"XCLIENT NAME=[UNAVAILABLE] ADDR=203.0.113.9", TRUE, b"[203.0.113.9]"),
        (b"XCLIENT NAME=[tempunavail] ADDR=203.0.113.9 HELO=[unavailable]", TRUE, b"[203.0.113.9]"),
        (b"XCLIENT ADDR=IPV6:2001:db8::9", "2001:db8::9", b"[IPv6:2001:db8::9]"),
        (b"XCLIENT ADDR=ipv6:2001:DB8:0:0:0:0:0:9", "2001:db8::9", b"[IPv6:2001:db8::9]"),
        (b"XCLIENT ADDR=IPV6:::ffff:203.0.113.9", TRUE, b"[203.0.113.9]"),
        (b"XCLIENT ADDR=203+2E0.113.9", TRUE, b"[203.0.113.9]"),
        (b"XCLIENT ADDR=203.0.113.9 LOGIN=somebody DESTADDR=192.0.2.1 DESTPORT=25", TRUE, b"[203.0.113.9]"),
    ],
)
async def test_a_listed_host_says_who_the_client_is(tmp_path: Path, said: bytes, ip: str, literal: bytes) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **LISTED) as hop,
        client_of(hop.server.port) as client,
    ):
        offered = keywords(await client.say(b"EHLO filter.example"))
        assert {"ADDR", "HELO"} <= set(offered["XCLIENT"].split())
        # Success is a greeting, and the session begins anew (XCLIENT_README, "Server response").
        assert (await client.say(said))[:4] == b"220 "
        assert (await client.say(b"MAIL FROM:<early@so.example>"))[:3] in {b"503", b"250"}
        assert (await client.say(b"EHLO mail.so.example"))[:3] == b"250"
        await send(client)
        assert last_ip(hop) == ip
        assert hop.kept[-1].client.helo == "mail.so.example"
        assert literal in received(double)
        assert b"127.0.0.1" not in received(double)
        # It holds for the session.
        await send(client, b"second@so.example")
        assert last_ip(hop) == ip


async def test_attributes_come_one_after_the_other(tmp_path: Path) -> None:
    """A line holds 512 octets, so names may come in commands of their own; what was said before stays."""
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **LISTED) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO filter.example")
        assert (await client.say(b"XCLIENT ADDR=203.0.113.9 NAME=" + b"n" * 200 + b".example"))[:3] == b"220"
        assert (await client.say(b"XCLIENT HELO=said.so.example PROTO=ESMTP"))[:3] == b"220"
        await client.send(b"EHLO said.so.example\r\n")
        assert (await client.hear())[:3] == b"250"
        await send(client)
        assert last_ip(hop) == TRUE
        assert b"from said.so.example ([203.0.113.9])" in received(double)


async def test_xclient_in_one_packet_with_what_follows(tmp_path: Path) -> None:
    """The README allows pipelining."""
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **LISTED) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO filter.example")
        await client.send(b"XCLIENT ADDR=203.0.113.9\r\nEHLO mail.so.example\r\n")
        assert (await client.hear())[:3] == b"220"
        assert (await client.hear())[:3] == b"250"
        await send(client)
        assert last_ip(hop) == TRUE


@pytest.mark.parametrize(
    "bad",
    [
        b"XCLIENT",
        b"XCLIENT ADDR",
        b"XCLIENT ADDR=",
        b"XCLIENT ADDR=999.1.1.1",
        b"XCLIENT ADDR=203.0.113.9x",
        b"XCLIENT ADDR=[203.0.113.9]",
        b"XCLIENT ADDR=2001:db8::9:g",
        b"XCLIENT ADDR=IPV6:203.0.113.9/24",
        b"XCLIENT ADDR=so.example",
        b"XCLIENT COLOUR=blue ADDR=203.0.113.9",
        b"XCLIENT ADDR=203.0.113.9 HELO=a+0D+0AX-Injected:+20yes",
        b"XCLIENT ADDR=203.0.113.9 HELO=a+00b",
        b"XCLIENT ADDR=203.0.113.9 NAME=a\rMAIL FROM:<evil@x.example>",
        b"XCLIENT ADDR=203.0.113.9 HELO=" + b"h" * 300,
        b"XCLIENT =203.0.113.9",
        b"XCLIENT ADDR 203.0.113.9",
    ],
)
async def test_what_is_no_attribute_changes_nothing(tmp_path: Path, bad: bytes) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **LISTED) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO filter.example")
        assert (await client.say(bad))[:3] in {b"501", b"500"}
        await send(client)
        assert last_ip(hop) == "127.0.0.1"
        assert b"Injected" not in double.taken[-1].content
        assert not any("evil" in line for line in double.lines)


async def test_an_address_that_is_unavailable_is_not_the_filters(tmp_path: Path) -> None:
    """An empty field is better than a wrong one: SPF must not be asked for the address of the host in between."""
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **LISTED) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO filter.example")
        if (await client.say(b"XCLIENT ADDR=[UNAVAILABLE] NAME=[UNAVAILABLE]"))[:3] != b"220":
            pytest.skip("refusing is right, too")
        await client.say(b"EHLO unknown.example")
        await send(client)
        assert last_ip(hop) is None
        assert b"127.0.0.1" not in received(double)


async def test_not_in_the_middle_of_a_mail(tmp_path: Path) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **LISTED) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO filter.example")
        await client.say(b"MAIL FROM:<a@so.example>")
        for command in (b"XCLIENT", b"XFORWARD"):
            assert (await client.say(command + b" ADDR=203.0.113.9"))[:3] == b"503"
        await client.say(b"RCPT TO:<b@bo.example>")
        await client.say(b"DATA")
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert last_ip(hop) == "127.0.0.1"


@pytest.mark.parametrize(
    "helo", [b"a b", b"a\tb", b"[203.0.113.9]) by evil (", b"<script>", b"x" * 255, "đây".encode(), b"a;b"]
)
async def test_a_name_cannot_leave_its_place_in_the_header(tmp_path: Path, helo: bytes) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        if (await client.say(b"EHLO " + helo))[:3] != b"250":
            return
        await send(client)
        field = received(double)
        assert field.count(b"(") == field.count(b")") == 1
        assert field.count(b";") == 1
        assert field.isascii()
        assert b"([127.0.0.1])" in field


async def test_xforward_is_for_one_mail(tmp_path: Path) -> None:
    """XFORWARD_README: at the end of the transaction all is as before; the next mail may be somebody else's."""
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, **LISTED) as hop,
        client_of(hop.server.port) as client,
    ):
        if "XFORWARD" not in keywords(await client.say(b"EHLO filter.example")):
            pytest.skip("not offered")
        assert (await client.say(b"XFORWARD NAME=mail.so.example ADDR=203.0.113.9"))[:3] == b"250"
        assert (await client.say(b"XFORWARD PROTO=ESMTP HELO=mail.so.example SOURCE=REMOTE"))[:3] == b"250"
        await send(client)
        assert last_ip(hop) == TRUE
        assert hop.kept[-1].client.helo == "mail.so.example"
        await send(client)
        assert last_ip(hop) == "127.0.0.1"
        assert hop.kept[-1].client.helo == "filter.example"
        await client.say(b"XFORWARD ADDR=203.0.113.10")
        await client.say(b"MAIL FROM:<a@so.example>")
        await client.say(b"RSET")
        await send(client)
        assert last_ip(hop) == "127.0.0.1"
