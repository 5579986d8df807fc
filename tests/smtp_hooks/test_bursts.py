"""Commands that go to the next hop together (RFC 2920): one of them fails, or the client leaves before it has heard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mailbridge.smtp_hooks.settings import ForwardClient, Route
from mailbridge.spool import Capture
from tests.smtp_hooks.builders_narrow import narrow
from tests.smtp_hooks.builders_peers import offering, send
from tests.smtp_hooks.builders_smtp import eventually, server_at
from tests.smtp_hooks.next_hop_profiles import watched
from tests.smtp_hooks.probes import (
    MAIL,
    Hop,
    RawClient,
    client_of,
    hear_to_the_end,
    hop_before,
    normal_mail,
)

pytestmark = pytest.mark.timeout(60)

MAIL_FROM = b"MAIL FROM:<a@so.example>"
BURST = b"MAIL FROM:<a@so.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\n"
FORWARDING: dict[str, Any] = {"forward_client": ForwardClient.XFORWARD}


def once(first: str | None, then: str) -> Any:
    """Answer the first time so, and then otherwise; None hangs up."""
    answers = [first]
    return lambda _line: answers.pop() if answers else then


async def in_step(client: RawClient) -> None:
    """A mail goes through in this very session."""
    await send(client)
    assert (await client.say(b"NOOP"))[:3] == b"250"


# -- routes: MAIL is said anew to the next hop that has the mailbox ---------------------------------------------------


async def test_each_recipient_of_a_route_that_refused_mail_asks_anew(tmp_path: Path) -> None:
    """Greylisted once. Without MAIL the second recipient would hear 503 there, which is for good."""
    said: list[str] = []

    def rcpt(line: str) -> str:
        return "250 2.1.5 Ok recipient" if said[-1].startswith("MAIL") else "503 5.5.1 need MAIL command"

    def mail(line: str) -> str:
        said.append(line if len(said) > 1 else "refused")
        return "250 2.1.0 Ok sender" if len(said) > 2 else "451 4.7.1 Greylisted"

    async with watched() as usual, watched(answers={"MAIL": mail, "RCPT": rcpt}) as other:
        routes = (Route(domains=frozenset({"a.example"}), upstream=server_at(other.port)),)
        async with hop_before(tmp_path, usual.port, routes=routes) as hop, client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.say(MAIL_FROM)
            assert await client.say(b"RCPT TO:<1@a.example>") == b"451 4.7.1 Greylisted"
            assert await client.say(b"RCPT TO:<2@a.example>") == b"451 4.7.1 Greylisted"
            assert await client.say(b"RCPT TO:<3@a.example>") == b"250 2.1.5 Ok recipient"
            assert (await client.say(b"DATA"))[:3] == b"354"
            assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert [taken.recipients for taken in other.taken] == [["RCPT TO:<3@a.example>"]]


async def test_a_route_that_leaves_behind_xforward_is_451_for_its_recipient(tmp_path: Path) -> None:
    answers: Any = {"EHLO": offering("XFORWARD NAME ADDR")}
    async with watched(answers=answers) as usual, watched(answers={**answers, "MAIL": lambda _: None}) as other:
        routes = (Route(domains=frozenset({"a.example"}), upstream=server_at(other.port)),)
        async with (
            hop_before(tmp_path, usual.port, routes=routes, **FORWARDING) as hop,
            client_of(hop.server.port) as client,
        ):
            await client.say(b"EHLO x.example")
            await client.say(MAIL_FROM)
            assert (await client.say(b"RCPT TO:<1@a.example>"))[:9] == b"451 4.4.2"
            assert (await client.say(b"RCPT TO:<b@bo.example>"))[:3] == b"250"
            assert (await client.say(b"DATA"))[:3] == b"354"
            assert (await client.say(MAIL + b"."))[:3] == b"250"


# -- DATA behind the envelope -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("burst", [True, False])
@pytest.mark.parametrize("answer", ["250 2.0.0 what", "200 what", "334 what"])
async def test_data_that_is_granted_without_354(tmp_path: Path, answer: str, burst: bool) -> None:
    """
    Neither yes nor no: the next hop is out of step, and its session is cut.

    The client hears 421: a "250" would be taken for the answer to its mail, and what it has pipelined for commands.
    """
    async with watched(answers={"DATA": once(answer, "354 go")}) as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            if burst:
                await client.send(BURST)
                heard = [await client.hear() for _ in range(3)]
            else:
                heard = [await client.say(line) for line in BURST.split(b"\r\n")[:3]]
            assert [each[:9] for each in heard] == [b"250 2.1.0", b"250 2.1.5", b"421 4.4.2"]
            assert await client.is_closed()
        await eventually(lambda: double.open_now == 0)
        await normal_mail(hop.server.port)
        assert len(double.taken) == len(hop.kept) == 1
        assert double.of_session(1)[-1] == "DATA"


async def test_a_bug_behind_354_cuts_the_next_hops_session(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The next hop waits for content: a command that it got now would become the first line of a mail."""
    has_bug = True

    def passes(_: Sequence[str]) -> bool:
        if has_bug:
            raise RuntimeError("bug")
        return True

    async with watched() as double, hop_before(tmp_path, double.port, is_full=lambda: True, passes=passes) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.send(BURST)
            # Each command has one answer, and the last one says that it is our fault.
            heard = [(await client.hear())[:9] for _ in range(3)]
            assert heard == [b"250 2.1.0", b"250 2.1.5", b"451 4.3.0"]
            assert "bug in a session" in caplog.messages
            assert (await client.say(b"RCPT TO:<b@bo.example>"))[:3] == b"503"
            await eventually(lambda: double.open_now == 0)
            assert double.unfinished == [b""]
            has_bug = False
            await in_step(client)
        assert len(double.taken) == 1
        assert double.of_session(1)[-1] == "DATA"


async def test_the_client_leaves_while_the_answers_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads nothing, so that 354 is not out: what was begun for its content is gone with it, here and there."""
    async with (
        watched(answers={"RCPT": "250 " + "z" * 1900}) as double,
        hop_before(tmp_path, double.port) as hop,
        narrow(hop) as client,
    ):
        begun, discarded = seen_captures(hop, monkeypatch)
        await client.send(b"MAIL FROM:<a@so.example>\r\n" + b"RCPT TO:<b@bo.example>\r\n" * 99 + b"DATA\r\n")
        await eventually(lambda: begun)
        assert discarded == []
        client.writer.transport.abort()
        await eventually(lambda: hop.server.sessions == 0)
        assert discarded == begun
        await eventually(lambda: double.open_now == 0)
        assert double.unfinished == [b""]
        assert double.taken == []
        monkeypatch.undo()
        await normal_mail(hop.server.port)


def seen_captures(hop: Hop, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """The ids of the mails that the spool begins to keep, and of those that it forgets."""
    begun: list[str] = []
    discarded: list[str] = []
    begin, discard = hop.spool.begin, Capture.discard

    def beginning(*args: Any, **more: Any) -> Capture:
        capture = begin(*args, **more)
        begun.append(capture.id)
        return capture

    def discarding(capture: Capture) -> None:
        discarded.append(capture.id)
        discard(capture)

    monkeypatch.setattr(hop.spool, "begin", beginning)
    monkeypatch.setattr(Capture, "discard", discarding)
    return begun, discarded


# -- XFORWARD ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("XFORWARD NAME ADDR",), ("PIPELINING", "XFORWARD NAME ADDR")])
async def test_xforward_waits_for_its_answer_where_commands_must(tmp_path: Path, words: tuple[str, ...]) -> None:
    """RFC 5321 §4.1.1.1: without PIPELINING each command waits for the answer to the one before."""
    pipelining = "PIPELINING" in words
    ehlo = "\r\n".join(["250-next.example", *(f"250-{word}" for word in words), "250 8BITMIME"])
    async with (
        watched(answers={"EHLO": ehlo}, pipelining=pipelining) as double,
        hop_before(tmp_path, double.port, **FORWARDING) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        for _ in range(2):
            await client.send(BURST)
            assert [(await client.hear())[:3] for _ in range(3)] == [b"250", b"250", b"354"]
            assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert double.impatient == []
        assert [line.split()[0] for line in double.lines][1:] == ["XFORWARD", "MAIL", "RCPT", "DATA"] * 2


@pytest.mark.parametrize("answer", ["501 5.5.4 what", "250 2.0.0 Ok"])
async def test_a_mail_goes_on_whatever_xforward_is_answered(tmp_path: Path, answer: str) -> None:
    answers: Any = {"EHLO": "250-next.example\r\n250 XFORWARD NAME ADDR", "XFORWARD": answer}
    async with (
        watched(answers=answers, pipelining=False) as double,
        hop_before(tmp_path, double.port, **FORWARDING) as hop,
    ):
        await normal_mail(hop.server.port)
        assert len(double.taken) == 1
        assert double.impatient == []


async def test_a_session_that_ends_at_xforward_is_no_answer_to_mail(tmp_path: Path) -> None:
    """Its 421 is passed on, once, and the client goes: nothing that it pipelined is heard as refused for good."""
    answers: Any = {"EHLO": "250-next.example\r\n250 XFORWARD NAME ADDR", "XFORWARD": "421 4.3.2 going down"}
    async with (
        watched(answers=answers, pipelining=False) as double,
        hop_before(tmp_path, double.port, keep_idle=0, **FORWARDING) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        await client.send(BURST)
        assert await hear_to_the_end(client) == b"421 4.3.2 going down\r\n"
        assert not any(line.startswith("MAIL") for line in double.lines)
