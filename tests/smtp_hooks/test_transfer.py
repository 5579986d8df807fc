"""What is promised when: disk, next hop and client fail at each step."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Fate
from mailbridge.spool import Capture, Spool
from tests.smtp_hooks.builders_smtp import MAIL, client_of, eventually, running_hop
from tests.smtp_hooks.next_hop_double import next_hop


def closing(_: str) -> None:
    return None


async def test_client_vanishes_in_the_middle(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.envelope()
            await client.send(b"Subject: half\r\n" + b"a" * 700_000)
        await eventually(lambda: double.unfinished)
        assert hop.kept == []
        assert hop.spool.deliveries(9) == ()
        assert double.taken == []
        await eventually(lambda: hop.server.sessions == 0)


async def test_client_vanishes_while_the_next_hop_decides(tmp_path: Path) -> None:
    async with next_hop(pause="DOT") as double, running_hop(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.envelope()
            await client.send(MAIL + b".\r\n")
            await double.reached.wait()
        await eventually(lambda: hop.server.sessions == 0)
        async with client_of(hop.server.port) as hasty:
            assert (await hasty.mail())[:9] == b"451 4.4.5"
        double.go_on.set()
        await eventually(lambda: hop.accepted)
        assert hop.kept[0].content == MAIL
        # The retry is answered with the recorded reply, and the next hop does not get the mail twice (RFC 1047).
        async with client_of(hop.server.port) as retry:
            assert await retry.mail() == b"250 2.0.0 Ok: queued as NEXT1"
            assert len(double.taken) == len(hop.kept) == 1
            # That answer was heard: the same octets sent once more are another mail.
            assert await retry.mail() == b"250 2.0.0 Ok: queued as NEXT1"
            assert len(double.taken) == len(hop.kept) == 2


async def test_the_same_mail_from_a_client_that_heard_is_another_mail(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop:
        for _ in range(2):
            async with client_of(hop.server.port) as client:
                assert (await client.mail())[:3] == b"250"
        assert len(double.taken) == len(hop.kept) == 2


async def test_client_vanishes_before_the_dot_goes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealing, go_on = asyncio.Event(), asyncio.Event()
    real = Capture.seal

    async def slow(capture: Capture) -> None:
        await real(capture)
        sealing.set()
        await go_on.wait()

    monkeypatch.setattr(Capture, "seal", slow)
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.envelope()
            await client.send(MAIL + b".\r\n")
            await sealing.wait()
            assert double.taken == []
        await eventually(lambda: hop.server.sessions == 0)
        go_on.set()
        await eventually(lambda: double.unfinished)
        # It was complete, so the ledger hears of it: nobody took it.
        await eventually(lambda: [one.fate for one in hop.spool.deliveries(9)] == [Fate.REFUSED])
        assert hop.kept == []
        assert double.taken == []


async def test_seal_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_: Capture) -> None:
        raise Unavailable("spool", "/secret/place: no space left on device")

    monkeypatch.setattr(Capture, "seal", full)
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        answer = await client.mail()
        assert answer.startswith(b"451 4.3.0")
        assert b"secret" not in answer
        await eventually(lambda: double.unfinished)
        assert double.taken == []
        monkeypatch.undo()
        assert (await client.mail())[:3] == b"250"


async def test_write_fails_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Capture, octets: bytes) -> None:
        raise Unavailable("spool", "no space")

    monkeypatch.setattr(Capture, "write", full)
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.mail(b"a" * 500_000 + b"\r\n")).startswith(b"451 4.3.0")
        assert double.taken == []


async def test_spool_refuses_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise Unavailable("spool", "gone")

    monkeypatch.setattr(Spool, "begin", closed)
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.envelope()).startswith(b"451 4.3.0")
        assert "DATA" not in double.lines


async def test_acceptance_cannot_be_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next hop has the mail: the client hears its 250, and the sealed copy is settled later."""

    async def fails(capture: Capture, _reply: str) -> str:
        capture.leave()
        raise Unavailable("spool", "No space left on device")

    monkeypatch.setattr(Capture, "accept", fails)
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.mail())[:3] == b"250"
        assert hop.accepted == []
        await eventually(lambda: len(hop.spool.unknown()) == 1)
        assert len(double.taken) == 1


async def test_next_hop_dies_behind_the_dot(tmp_path: Path) -> None:
    async with (
        next_hop(answers={"DOT": closing}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert (await client.mail())[:9] == b"451 4.4.2"
        assert len(hop.files("unknown")) == 1
        assert hop.kept == []
        # The client tries again, and the open question is answered by it.
        double.answers.clear()
        assert (await client.mail())[:3] == b"250"
        assert hop.files("unknown") == []
        assert len(hop.kept) == 1


async def test_next_hop_answers_nonsense_behind_the_dot(tmp_path: Path) -> None:
    async with (
        next_hop(answers={"DOT": "354 more?"}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert (await client.mail())[:9] == b"451 4.4.2"
        assert len(hop.files("unknown")) == 1


async def test_next_hop_dies_in_the_middle(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        double.answers["DATA"] = "354 go\r\n552 5.3.4 too big for me"
        await client.envelope()
        # A reply before the end of the content: passed on when it is a refusal, and the dot is never sent.
        await client.send(b"a" * 100_000 + b"\r\n")
        assert await client.say(b".") == b"552 5.3.4 too big for me"
        assert double.taken == []
        assert hop.kept == []


async def test_listener_with_a_bug_costs_nothing(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:

        def bug(_: str) -> None:
            raise KeyError("bug")

        hop.server._desk.on_accepted = bug
        assert (await client.mail())[:3] == b"250"
        assert len(hop.kept) == 1
