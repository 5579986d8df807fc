"""Mails in a minute: one client's flood is not the others' loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mailbridge.smtp_hooks.rate import Rate
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.probes import connected, hop_before, networks, normal_mail


def test_a_minute_begins_anew() -> None:
    now = 0.0
    rate = Rate(clock=lambda: now)
    assert [rate.allows("a", 2) for _ in range(4)] == [True, True, False, False]
    assert rate.allows("b", 2)
    assert rate.allows("a", 0)
    now = 61.0
    assert rate.allows("a", 2)


async def test_who_sends_too_much_hears_451_and_others_do_not(tmp_path: Path) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port, max_mails_per_minute=3) as hop:
        async with connected(hop.server.port) as client:
            await client.hear()
            await client.say(b"EHLO x.example")
            heard = []
            for _ in range(5):
                heard.append(await client.say(b"MAIL FROM:<a@so.example>"))
                await client.say(b"RSET")
        assert [each[:3] for each in heard] == [b"250"] * 3 + [b"451"] * 2
        assert heard[-1][:9] == b"451 4.7.1"
        async with connected(hop.server.port, source="127.0.0.2") as other:
            await other.hear()
            assert (await other.mail())[:3] == b"250"


async def test_a_host_we_trust_sends_as_much_as_it_likes(tmp_path: Path) -> None:
    trusted: dict[str, Any] = {"max_mails_per_minute": 1, "xclient_from": networks("127.0.0.0/8")}
    async with next_hop() as double, hop_before(tmp_path, double.port, **trusted) as hop:
        for _ in range(3):
            await normal_mail(hop.server.port)
        assert len(hop.kept) == 3
