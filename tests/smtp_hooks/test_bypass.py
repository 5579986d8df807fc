"""Bypass: a plain relay at once, no connection cut, and back (FEATURES B9)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.smtp_hooks.builders_faults import (
    BIG,
    attempt,
    nobody,
)
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.probes import (
    MAIL,
    client_of,
    hop_before,
    no_file_grows_beyond,
)

pytestmark = pytest.mark.timeout(60)


class Switch:
    """What `mailbridge bypass on|off` turns."""

    def __init__(self) -> None:
        self.on = False

    def __call__(self) -> bool:
        return self.on


async def test_bypass_between_two_mails_of_one_session(tmp_path: Path) -> None:
    switch = Switch()
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, is_bypassed=switch) as hop,
        client_of(hop.server.port) as client,
    ):
        for on in (False, True, True, False, True, False):
            switch.on = on
            assert (await client.mail(MAIL + str(on).encode() + b"\r\n"))[:3] == b"250"
        assert [taken.content.endswith(b"True\r\n") for taken in double.taken] == [
            False,
            True,
            True,
            False,
            True,
            False,
        ]
        assert all(MAIL in taken.content for taken in double.taken)
        assert [kept.content.endswith(b"False\r\n") for kept in hop.kept] == [True] * 3
        assert len(hop.accepted) == 3


@pytest.mark.parametrize("to", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("when", ["EHLO", "MAIL", "RCPT", "DATA", "content", "DOT"])
async def test_bypass_in_the_middle_of_a_mail(tmp_path: Path, when: str, to: bool) -> None:
    """No connection is cut and no mail is refused for it; this one is kept or not, the next as the switch stands."""
    switch = Switch()
    switch.on = not to
    pause = "DOT" if when == "DOT" else None
    async with (
        next_hop(pause=pause) as double,
        hop_before(tmp_path, double.port, is_bypassed=switch) as hop,
        client_of(hop.server.port) as client,
    ):
        steps: dict[str, Callable[[], None]] = {when: lambda: setattr(switch, "on", to)}
        for step, line in (
            ("EHLO", b"EHLO x.example"),
            ("MAIL", b"MAIL FROM:<a@so.example>"),
            ("RCPT", b"RCPT TO:<b@bo.example>"),
            ("DATA", b"DATA"),
        ):
            assert (await client.say(line))[:1] in b"23"
            steps.get(step, lambda: None)()
        await client.send(BIG[:300_000])
        await asyncio.sleep(0.02)
        steps.get("content", lambda: None)()
        await client.send(BIG[300_000:] + b".\r\n")
        if when == "DOT":
            await double.reached.wait()
            switch.on = to
            double.go_on.set()
        assert (await client.hear())[:3] == b"250"
        assert [taken.content.endswith(BIG) for taken in double.taken] == [True]
        first = len(hop.kept)
        assert first in (0, 1)
        assert not hop.kept or hop.kept[0].content == BIG
        assert (await client.mail())[:3] == b"250"
        assert len(double.taken) == 2
        assert len(hop.kept) == first + int(not to)


async def test_bypass_needs_no_disk(tmp_path: Path) -> None:
    """What it is for: mail flows when all that is ours is broken, for every mailbox."""
    switch = Switch()
    switch.on = True
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, is_bypassed=switch, passes=nobody, is_full=lambda: True) as hop,
    ):
        with no_file_grows_beyond(0):
            for content in (MAIL, BIG):
                assert (await attempt(hop.server.port, content))[:3] == b"250"
        assert [taken.content.endswith(content) for taken, content in zip(double.taken, (MAIL, BIG), strict=True)]
        assert hop.kept == []
        assert hop.accepted == []


@pytest.mark.parametrize("form", [b"\n.\n", b"\r\n.\r", b"\r.\r\n"])
async def test_bypass_is_no_way_around_the_safety_of_the_wire(tmp_path: Path, form: bytes) -> None:
    """A plain relay still reads lines as lines, and refuses what its next hop refuses."""
    switch = Switch()
    switch.on = True
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, is_bypassed=switch) as hop,
        client_of(hop.server.port) as client,
    ):
        assert (await client.mail(b"Subject: x\r\n\r\na" + form + b"MAIL FROM:<evil@x.example>\r\n"))[:1] == b"5"
        assert double.taken == []
        double.answers["DOT"] = "554-5.7.1 no\r\n554 5.7.1 never"
        assert await client.mail() == b"554-5.7.1 no\r\n554 5.7.1 never"
        double.answers["DOT"] = lambda _: None
        assert (await client.mail())[:1] == b"4"
