"""Limits of one mail: the size of its header, the length of its lines, and how often it came by (FEATURES B14)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.smtp_hooks.builders_smtp import eventually
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.probes import (
    MAIL,
    client_of,
    hop_before,
    in_pieces,
    unused_port,
)

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (b"Subject: x\r\n" + b"X-Long: " + b"a" * 8_000 + b"\r\n\r\nbody\r\n", True),
        (b"Subject: x\r\n\r\n" + b"X-Long: " + b"a" * 300_000 + b"\r\n", True),
        (b"Subject: x\r\n" + b"X-Long: " + b"a" * 12_000 + b"\r\n\r\nbody\r\n", False),
        (b"Subject: x\r\n" + b"X-Many: a\r\n" * 2_000 + b"\r\nbody\r\n", False),
        (b"X-Endless: " + b"a" * 2_000_000 + b"\r\n", False),
        (b"X-Never: ends\r\n" * 100_000, False),
    ],
    ids=["just-fits", "a-long-body", "one-long-field", "many-fields", "no-end-of-a-field", "no-end-of-fields"],
)
async def test_the_size_of_a_header_is_limited(tmp_path: Path, content: bytes, taken: bool) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, max_header_size=10_000) as hop,
        client_of(hop.server.port) as client,
    ):
        answer = await client.mail(content)
        assert answer[:3] == b"250" if taken else answer[:9] == b"552 5.3.4", answer
        assert len(double.taken) == len(hop.kept) == int(taken)
        assert (await client.mail())[:3] == b"250"


@pytest.mark.parametrize("length", [998, 999, 5000])
@pytest.mark.parametrize("cuts", [[], [3, 500, 997, 998, 999, 1000, 1001]])
async def test_the_length_of_a_line_is_limited_when_asked_for(tmp_path: Path, length: int, cuts: list[int]) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, max_line=998) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.envelope()
        await in_pieces(client, b"a" * length + b"\r\nSubject: x\r\n\r\n" + b"b" * 998 + b"\r\n.\r\n", cuts)
        answer = await client.hear()
        assert answer[:1] == (b"2" if length == 998 else b"5"), answer
        assert len(double.taken) == len(hop.kept) == int(length == 998)
        assert (await client.mail())[:3] == b"250"


async def test_any_line_passes_unless_limited(tmp_path: Path) -> None:
    content = b"Subject: x\r\n\r\n" + b"a" * 3_000_000 + b"\r\n"
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.mail(content))[:3] == b"250"
        assert double.taken[0].below == hop.kept[0].content == content


RECEIVED = (
    b"Received: from a.example ([192.0.2.1])\r\n\tby b%d.example with ESMTP id 1;\r\n"
    b"\tSat, 21 Nov 2026 22:40:30 +0700\r\n"
)


@pytest.mark.parametrize(("hops", "taken"), [(0, True), (8, True), (12, False), (200, False)])
async def test_a_mail_of_too_many_hops_is_in_a_loop(tmp_path: Path, hops: int, taken: bool) -> None:
    """RFC 5321 §6.3: count the Received fields. Only those of the header: a forwarded mail in the body has its own."""
    content = b"".join(RECEIVED % number for number in range(hops)) + MAIL + b"".join(RECEIVED % 1 for _ in range(99))
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, max_hops=10) as hop,
        client_of(hop.server.port) as client,
    ):
        answer = await client.mail(content)
        assert answer[:3] == b"250" if taken else answer[:9] == b"554 5.4.6", answer
        assert len(double.taken) == len(hop.kept) == int(taken)
        assert (await client.mail())[:3] == b"250"


async def test_a_mail_that_comes_round_again_and_again_is_in_a_loop(tmp_path: Path) -> None:
    """Our own trace tells: the mail that the next hop got is given to us once more, until we say so."""
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        content = MAIL
        for _ in range(12):
            answer = await client.mail(content)
            if answer[:3] != b"250":
                break
            content = double.taken[-1].content
        assert answer[:9] == b"554 5.4.6", answer
        # A mail that a list sends to two offices behind us comes by twice, rightly.
        assert 2 <= len(double.taken) == len(hop.kept) < 12
        assert not any(b"X-MailBridge-ID" in kept.content for kept in hop.kept[:1])


async def test_the_trace_of_another_hop_is_no_loop(tmp_path: Path) -> None:
    """Two offices may both have a MailBridge: its field says nothing of this one."""
    foreign = b"X-MailBridge-ID: 01890a5d-ac96-774b-bcce-b302099a8057\r\n" * 3
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.mail(RECEIVED % 1 + foreign + MAIL))[:3] == b"250"
        assert len(double.taken) == len(hop.kept) == 1


async def test_a_hop_that_points_to_itself_says_so_once(tmp_path: Path) -> None:
    """
    Nobody can have set this right, so the answer is 5.4.6 and no 4yz that is tried for days (FEATURES B14).

    Its sessions with itself come to an end, too.
    """
    port = unused_port()
    settings: dict[str, Any] = {"listen_port": port, "max_sessions": 30, "max_sessions_per_client": 30}
    async with hop_before(tmp_path, port, **settings) as hop:
        async with client_of(port) as client:
            heard = []
            for line in (
                b"EHLO x.example",
                b"MAIL FROM:<a@so.example>",
                b"RCPT TO:<b@bo.example>",
                b"DATA",
                MAIL + b".",
            ):
                heard.append(await client.say(line))
                if heard[-1][:1] not in b"23":
                    break
            assert b"5.4.6" in heard[-1], heard
            assert sum(b"5.4.6" in reply for reply in heard) == 1
        assert hop.kept == []
        await eventually(lambda: hop.server.sessions == 0)


async def test_two_hops_that_point_at_each_other_end(tmp_path: Path) -> None:
    """No hop sees the whole circle before there is a mail; it ends all the same, with a refusal and no mail kept."""
    port = unused_port()
    limits: dict[str, Any] = {"max_sessions": 20, "max_sessions_per_client": 20}
    async with (
        hop_before(tmp_path / "a", port, **limits) as first,
        hop_before(tmp_path / "b", first.server.port, hostname="b.example", listen_port=port, **limits) as second,
    ):
        async with client_of(first.server.port) as client:
            for line in (
                b"EHLO x.example",
                b"MAIL FROM:<a@so.example>",
                b"RCPT TO:<b@bo.example>",
                b"DATA",
                MAIL + b".",
            ):
                heard = await client.say(line)
                if heard[:1] in b"45":
                    break
            assert heard[:1] in {b"4", b"5"}
        assert first.kept == second.kept == []
        await eventually(lambda: first.server.sessions == second.server.sessions == 0)
