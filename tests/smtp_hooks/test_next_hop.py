"""Our session with the next hop: down, refusing, silent, out of step, encrypted."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trustme

from mailbridge.ports import Tls
from mailbridge.smtp_hooks.opening import open_session
from mailbridge.smtp_hooks.replies import NextHopLost, NextHopRefuses, NextHopUnreachable
from mailbridge.smtp_hooks.settings import HopSettings, Patience
from tests.smtp_hooks.builders_smtp import client_of, running_hop, server_at, unused_port
from tests.smtp_hooks.next_hop_double import next_hop


def settings(port: int, **more: object) -> HopSettings:
    given = {"next_hop": server_at(port), "hostname": "hop.example", **more}
    return HopSettings(**given)  # type: ignore[arg-type]  # passed on as they are


async def test_down_at_connect_is_421_at_ehlo(tmp_path: Path) -> None:
    async with running_hop(tmp_path, unused_port()) as hop, client_of(hop.server.port) as client:
        assert (await client.say(b"EHLO x.example"))[:9] == b"421 4.4.1"
        assert await client.is_closed()


@pytest.mark.parametrize("greeting", ["554-5.7.1 go\r\n554 5.7.1 away", "421 4.3.2 not now"])
async def test_a_refusing_greeting_is_passed_on(tmp_path: Path, greeting: str) -> None:
    async with (
        next_hop(answers={"GREETING": greeting}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert await client.say(b"EHLO x.example") == greeting.encode()
        if greeting.startswith("554"):
            assert (await client.say(b"MAIL FROM:<a@b.example>"))[:3] == b"503"
        else:
            assert await client.is_closed()


FOR_GOOD = "554 5.7.1 not for you"
FOR_NOW = "451 4.7.1 not now"


@pytest.mark.parametrize(
    ("greetings", "heard"),
    [
        (["down", FOR_GOOD], "421 4.4.1"),
        ([FOR_NOW, FOR_GOOD], "421 4.4.1"),
        ([FOR_GOOD, "down", FOR_GOOD], "421 4.4.1"),
        (["down", FOR_NOW], FOR_NOW),
        ([FOR_GOOD, FOR_NOW], FOR_NOW),
        ([FOR_GOOD, "down"], "421 4.4.1"),
        ([FOR_GOOD, FOR_GOOD], FOR_GOOD),
    ],
)
async def test_a_fall_back_refuses_for_good_only_when_all_do(tmp_path: Path, greetings: list[str], heard: str) -> None:
    """One that is down may take the mail tomorrow: 5yz from a server that stands in would return it to its sender."""
    async with AsyncExitStack() as stack:
        ports = []
        for greeting in greetings:
            double = await stack.enter_async_context(next_hop(answers={"GREETING": greeting}))
            ports.append(unused_port() if greeting == "down" else double.port)
        hop = await stack.enter_async_context(running_hop(tmp_path, ports[0], next_hop=server_at(*ports)))
        client = await stack.enter_async_context(client_of(hop.server.port))
        assert (await client.say(b"EHLO x.example")).decode().startswith(heard)


async def test_421_in_the_middle_is_passed_on_and_ends_the_session(tmp_path: Path) -> None:
    async with (
        next_hop(answers={"RCPT": "421 4.3.2 going down"}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        await client.say(b"MAIL FROM:<a@b.example>")
        assert await client.say(b"RCPT TO:<a@b.example>") == b"421 4.3.2 going down"
        assert await client.is_closed()


async def test_lost_between_mails_is_opened_again(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.mail())[:3] == b"250"
        double.answers["NOOP"] = "250 ok"
        double.answers["MAIL"] = lambda line: None
        # Not 451: commands that the client has pipelined behind would hear 503, which is for good.
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:9] == b"421 4.4.2"
        assert await client.is_closed()
        double.answers.clear()
        async with client_of(hop.server.port) as again:
            assert (await again.mail())[:3] == b"250"


async def test_a_kept_session_that_has_died_costs_nobody_a_mail(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            assert (await client.mail())[:3] == b"250"
        calls = 0

        def dead_at_first(_line: str) -> str | None:
            nonlocal calls
            calls += 1
            return None if calls == 1 else "250 2.1.0 Ok sender"

        double.answers["MAIL"] = dead_at_first
        async with client_of(hop.server.port) as client:
            assert (await client.mail())[:3] == b"250"
        assert double.sessions == 2
        assert len(hop.kept) == 2


async def test_a_new_session_that_offers_less_ends_the_clients(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.say(b"EHLO x.example")
        double.answers = {"EHLO": "250 next.example", "MAIL": lambda line: None}
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:9] == b"421 4.4.1"
        assert await client.is_closed()


async def test_silence_is_lost() -> None:
    async with next_hop(pause="NOOP") as double:
        session = await open_session(settings(double.port, patience=Patience(command=0.1)))
        with pytest.raises(NextHopLost, match="time-out"):
            await session.command(b"NOOP")
        assert not session.is_alive


async def test_a_silent_greeting_is_unreachable() -> None:
    async with next_hop(pause="GREETING") as double:
        with pytest.raises(NextHopUnreachable, match="time-out"):
            await open_session(settings(double.port, patience=Patience(greeting=0.1)))


@pytest.mark.parametrize("greeting", ["HTTP/1.1 400 Bad Request", "220-a\r\n221 b", "220-" + "x" * 9000, "2", "999 x"])
async def test_what_is_not_smtp_is_unreachable(greeting: str) -> None:
    async with next_hop(answers={"GREETING": greeting}) as double:
        with pytest.raises(NextHopUnreachable):
            await open_session(settings(double.port, patience=Patience(greeting=2)))


async def test_words_nobody_asked_for_end_the_session() -> None:
    async with next_hop(answers={"NOOP": "250 ok\r\n250 one too many"}) as double:
        session = await open_session(settings(double.port))
        assert (await session.command(b"NOOP")).lines == (b"250 ok",)
        await asyncio.sleep(0.05)
        with pytest.raises(NextHopLost, match="without being asked"):
            await session.command(b"MAIL FROM:<a@b.example>")
        assert not any(line.startswith("MAIL") for line in double.lines)


async def test_an_idle_421_is_heard_as_the_reply() -> None:
    async with next_hop(answers={"NOOP": "250 ok\r\n421 4.4.2 idle"}) as double:
        session = await open_session(settings(double.port))
        await session.command(b"NOOP")
        await asyncio.sleep(0.05)
        assert (await session.command(b"MAIL FROM:<a@b.example>")).code == 421


async def test_ehlo_and_helo_refused() -> None:
    async with next_hop(answers={"EHLO": "502 no", "HELO": "550 5.7.1 go away"}) as double:
        with pytest.raises(NextHopRefuses) as caught:
            await open_session(settings(double.port))
        assert caught.value.reply.code == 550


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(made)
    return made


@pytest.mark.parametrize("tls", [Tls.MAY, Tls.REQUIRE])
async def test_tls_to_the_next_hop(tmp_path: Path, authority: trustme.CA, tls: Tls) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with next_hop(tls=context(authority, "next.example")) as double:
        session = await open_session(
            settings(double.port, next_hop_tls=tls, next_hop_ca=str(tmp_path / "ca.pem"), next_hop_name="next.example")
        )
        assert double.lines.count("EHLO hop.example") == 2
        assert "STARTTLS" in double.lines
        assert "SIZE" in session.keywords
        await session.quit()


async def test_required_tls_is_verified(tmp_path: Path, authority: trustme.CA) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    async with next_hop(tls=context(authority, "next.example")) as double:
        with pytest.raises(NextHopUnreachable, match="TLS"):
            await open_session(
                settings(
                    double.port,
                    next_hop_tls=Tls.REQUIRE,
                    next_hop_ca=str(tmp_path / "other.pem"),
                    next_hop_name="next.example",
                )
            )


async def test_required_tls_that_is_not_offered() -> None:
    async with next_hop() as double:
        with pytest.raises(NextHopUnreachable, match="STARTTLS"):
            await open_session(settings(double.port, next_hop_tls=Tls.REQUIRE))


async def test_opportunistic_tls_falls_back(authority: trustme.CA) -> None:
    async with next_hop(tls=context(authority, "x.example"), answers={"STARTTLS": "454 4.7.0 not now"}) as double:
        session = await open_session(settings(double.port, next_hop_tls=Tls.MAY))
        assert double.sessions == 2
        await session.quit()
