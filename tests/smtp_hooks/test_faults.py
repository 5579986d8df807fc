"""
Each fault of the next hop really caused, at each step (FEATURES B1, B16).

What the client heard 2yz for is at the next hop, once, and kept; what it heard 4yz for is nowhere, and its retry
delivers it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from mailbridge.smtp_hooks.settings import Patience
from mailbridge.spool import Capture
from tests.smtp_hooks.builders_faults import (
    BIG,
    attempt,
    delivered_in_the_end,
)
from tests.smtp_hooks.builders_smtp import eventually, stuff
from tests.smtp_hooks.next_hop_double import Answer, next_hop
from tests.smtp_hooks.next_hop_profiles import PROFILES, fickle, watched
from tests.smtp_hooks.probes import (
    MAIL,
    client_of,
    counts,
    hear_to_the_end,
    hop_before,
    normal_mail,
    unused_port,
)

pytestmark = pytest.mark.timeout(60)

IMPATIENT = Patience(connect=2, greeting=0.4, command=0.4, data=0.4, block=0.4, final=0.4)
PATIENT = Patience(connect=5, greeting=5, command=5, data=5, block=5, final=5)
STAGES = ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "DOT"]


async def test_down(tmp_path: Path) -> None:
    port = unused_port()
    async with hop_before(tmp_path, port) as hop:
        for _ in range(3):
            assert (await attempt(hop.server.port))[:9] == b"421 4.4.1"
        assert hop.kept == []
        assert counts(hop).delivered == counts(hop).unknown == 0


@pytest.mark.parametrize("content", [MAIL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("stage", STAGES)
async def test_hanging(tmp_path: Path, stage: str, content: bytes) -> None:
    async with watched(pause=stage) as double, hop_before(tmp_path, double.port, patience=IMPATIENT) as hop:
        heard = await attempt(hop.server.port, content)
        if heard[:3] == b"250" and stage != "DOT":
            # Before anything was promised, another session may be tried; then all is well.
            assert [taken.below for taken in double.taken] == [kept.content for kept in hop.kept] == [content]
            return
        assert heard[:1] == b"4", heard
        assert hop.kept == []
        assert counts(hop).unknown == int(stage == "DOT")
        assert counts(hop).delivered == 0
        double.go_on.set()
        await eventually(lambda: double.open_now == 0)
        # A server that took it after all, when nobody listened any more: then it has it twice, as RFC 1047 says.
        double.taken.clear()
        await delivered_in_the_end(hop, double, content)


@pytest.mark.parametrize("content", [MAIL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("stage", STAGES)
async def test_dying(tmp_path: Path, stage: str, content: bytes) -> None:
    async with watched(answers={stage: lambda _: None}) as double, hop_before(tmp_path, double.port) as hop:
        heard = await attempt(hop.server.port, content)
        assert heard[:1] == b"4", heard
        assert hop.kept == []
        assert (counts(hop).unknown, counts(hop).delivered) == (int(stage == "DOT"), 0)
        await delivered_in_the_end(hop, double, content)
        assert counts(hop).delivered == 1


@pytest.mark.parametrize("answer", ["421 4.3.2 going down", None], ids=["421", "dies"])
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("pipelining", [True, False])
async def test_dying_within_a_pipelined_group(tmp_path: Path, stage: str, answer: str | None, pipelining: bool) -> None:
    """What stands behind the lost command hears 4yz or nothing: a 503 would make the client give its mail up."""
    answers: dict[str, Answer] = {stage: lambda _: answer}
    profile = PROFILES["modern" if pipelining else "without-size"]
    async with watched(profile, answers=answers) as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.send(
                b"MAIL FROM:<a@so.example>\r\nRCPT TO:<b@bo.example>\r\nRCPT TO:<c@bo.example>\r\nDATA\r\n"
            )
            heard = await hear_to_the_end(client)
        codes = [line[:3] for line in heard.splitlines()]
        assert codes[-1][:1] == b"4", heard
        assert not any(code[:1] in b"35" for code in codes), heard
        assert double.taken == []
        assert hop.kept == []
        await delivered_in_the_end(hop, double)


GARBAGE = {
    "words": "hello",
    "nothing": "",
    "no-code": "2",
    "an-odd-code": "999 what",
    "two-codes": "250-one\r\n550 two",
    "binary": "\x16\x03\x01\0\x7f",
    "eight-bit": "\udcff\udcfe\udc80",
    "a-web-server": "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
    "a-line-without-end": "250 " + "x" * 20_000,
    "lines-without-end": "250-x\r\n" * 1000 + "250 x",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("stage", STAGES)
async def test_garbage(tmp_path: Path, stage: str, garbage: str) -> None:
    answers: dict[str, Answer] = {stage: garbage}
    async with watched(answers=answers) as double, hop_before(tmp_path, double.port, patience=PATIENT) as hop:
        heard = await attempt(hop.server.port)
        assert heard[:1] == b"4", heard
        assert b"\r\n" not in heard
        assert hop.kept == []
        assert counts(hop).delivered == 0
        double.taken.clear()
        await delivered_in_the_end(hop, double)


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("DATA", "250 go on"),
        ("DATA", "220 go on"),
        ("DATA", "334 go on"),
        ("DOT", "354 more"),
        ("DOT", "334 more"),
        ("GREETING", "354 welcome"),
        ("EHLO", "354 welcome"),
    ],
)
async def test_a_code_that_does_not_belong_there(tmp_path: Path, stage: str, reply: str) -> None:
    """It is out of step: whatever it says next may be meant for something else."""
    async with watched(answers={stage: reply}) as double, hop_before(tmp_path, double.port) as hop:
        heard = await attempt(hop.server.port)
        assert heard[:1] == b"4", heard
        assert hop.kept == []
        double.taken.clear()
        await delivered_in_the_end(hop, double)


@pytest.mark.parametrize("content", [MAIL, BIG], ids=["small", "big"])
@pytest.mark.parametrize(
    "early",
    [
        "552 5.3.4 too big",
        "452-4.3.1 full\r\n452 4.3.1 now",
        "421 4.3.2 going",
        "250 2.0.0 queued as NONE",
        "354 again",
        "x",
    ],
)
async def test_an_answer_before_the_dot(tmp_path: Path, early: str, content: bytes) -> None:
    """A refusal is passed on; consent to a mail that nobody has finished is worth nothing. The dot is never sent."""
    async with watched(answers={"DATA": f"354 go\r\n{early}"}) as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.say(b"MAIL FROM:<a@so.example>")
            await client.say(b"RCPT TO:<b@bo.example>")
            assert (await client.say(b"DATA"))[:3] == b"354"
            await asyncio.sleep(0.02)
            heard = await client.say(stuff(content) + b".")
        assert heard == early.encode() if early[0] in "45" else heard[:1] == b"4", heard
        assert double.taken == []
        assert hop.kept == []
        assert (counts(hop).delivered, counts(hop).unknown) == (0, 0)
        await delivered_in_the_end(hop, double, content)


@pytest.mark.parametrize("content", [MAIL, BIG], ids=["small", "big"])
async def test_an_answer_before_the_dot_while_we_make_it_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """A stray 250 that comes in that moment is not the answer to the dot: the next hop refuses the mail afterwards."""
    real = Capture.seal
    sealing, go_on = asyncio.Event(), asyncio.Event()

    async def slow(capture: Capture) -> None:
        await real(capture)
        sealing.set()
        await go_on.wait()

    monkeypatch.setattr(Capture, "seal", slow)
    answers: dict[str, Answer] = {"DOT": "554 5.7.1 not wanted"}
    async with watched(answers=answers) as double, hop_before(tmp_path, double.port) as hop:
        sending = asyncio.create_task(attempt(hop.server.port, content))
        await sealing.wait()
        for writer in double.writers:
            writer.write(b"250 2.0.0 Ok: queued as STRAY\r\n")
            await writer.drain()
        await asyncio.sleep(0.05)
        go_on.set()
        heard = await sending
        assert heard[:1] in {b"4", b"5"}, heard
        assert hop.kept == []
        assert counts(hop).delivered == 0


@pytest.mark.parametrize("words", [b"", b"421 4.3.2 going down", b"554 5.7.1 enough", b"garbage"])
@pytest.mark.parametrize(("most", "content"), [(1, MAIL), (200, MAIL), (100, BIG), (300_000, BIG)])
async def test_closing_in_the_middle_of_content(tmp_path: Path, most: int, content: bytes, words: bytes) -> None:
    async with fickle(most=most, words=words) as server, hop_before(tmp_path, server.port) as hop:
        heard = await attempt(hop.server.port, content)
        # Its last words when they came through, ours otherwise; never a success.
        assert heard[:1] == b"4" or (words[:1] == b"5" and heard == words), heard
        assert hop.kept == []
        assert counts(hop).delivered == 0
        server.most = None
        assert (await attempt(hop.server.port, content))[:3] == b"250"
        assert len(server.mails) == len(hop.kept) == 1
        assert hop.kept[0].content == content


async def test_closed_before_the_content_came_is_not_unknown(tmp_path: Path) -> None:
    """Nothing was sent of it, so there is nothing that a clerk would have to find out."""
    async with fickle(most=0) as server, hop_before(tmp_path, server.port) as hop:
        async with client_of(hop.server.port) as client:
            assert (await client.envelope())[:3] == b"354"
            await asyncio.sleep(0.05)
            assert (await client.say(MAIL + b"."))[:1] == b"4"
        assert counts(hop).unknown == 0


async def test_deaf_in_the_middle_of_content(tmp_path: Path) -> None:
    content = BIG * 20
    async with (
        fickle(most=0, reads=False) as server,
        hop_before(tmp_path, server.port, patience=IMPATIENT) as hop,
    ):
        heard = await attempt(hop.server.port, content)
        assert heard[:1] == b"4", heard
        assert hop.kept == []
        server.most, server.reads = None, True
        assert (await attempt(hop.server.port, MAIL))[:3] == b"250"


async def test_dead_while_idle_costs_no_client_anything(tmp_path: Path) -> None:
    """Next hops end idle sessions, with 421 or without; the next mail gets a new one."""
    for words in (None, "421 4.4.2 idle too long"):
        async with watched() as double, hop_before(tmp_path / str(words)[:3], double.port) as hop:
            async with client_of(hop.server.port) as client:
                assert (await client.mail())[:3] == b"250"
                for writer in double.writers:
                    with suppress(ConnectionError):
                        if words:
                            writer.write(words.encode() + b"\r\n")
                            await writer.drain()
                        writer.close()
                await asyncio.sleep(0.05)
                assert (await client.mail())[:3] == b"250"
            await normal_mail(hop.server.port)
            assert len(double.taken) == len(hop.kept) == 3


# -- the ledger of the door -------------------------------------------------------------------------------------------


async def test_every_mail_is_counted_once(tmp_path: Path) -> None:
    """`taken` is what came to its end; each of these is delivered, refused or of unknown fate (FEATURES B16)."""
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop:
        answers: tuple[Answer, ...] = (
            "250 2.0.0 Ok",
            "554 5.7.1 no",
            "451 4.7.1 later",
            lambda _: None,
            "250 2.0.0 Ok",
        )
        for number, answer in enumerate(answers):
            double.answers["DOT"] = answer
            await attempt(hop.server.port, MAIL + b"%d\r\n" % number)
        found = counts(hop)
        assert (found.delivered, found.refused, found.unknown, found.passed_without_copy) == (2, 2, 1, 0)
        assert found.taken == 5
        assert len(hop.kept) == 2
