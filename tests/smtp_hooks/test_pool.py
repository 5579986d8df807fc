"""What is lent from whom to whom: nothing that one client did in a session with the next hop reaches another client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mailbridge.ports import Tls
from mailbridge.smtp_hooks import next_hop as next_hop_module
from mailbridge.smtp_hooks import pool as pool_module
from mailbridge.smtp_hooks.next_hop import NextHop
from mailbridge.smtp_hooks.opening import open_session
from mailbridge.smtp_hooks.pool import Pool
from mailbridge.smtp_hooks.settings import ForwardClient, HopSettings, Route
from mailbridge.smtp_hooks.wire import MAX_LINES
from tests.smtp_hooks.builders_peers import LISTED, PROXIED, TRUE, last_ip, offering, send, version_2
from tests.smtp_hooks.builders_smtp import eventually, server_at, unused_port
from tests.smtp_hooks.builders_tls import begin_tls, with_tls
from tests.smtp_hooks.next_hop_profiles import WatchedNextHop, watched
from tests.smtp_hooks.probes import client_of, connected, hop_before, networks, normal_mail

pytestmark = pytest.mark.timeout(60)

MAIL_FROM = b"MAIL FROM:<a@so.example>"
RCPT_TO = b"RCPT TO:<b@bo.example>"


def settings(*ports: int, **more: Any) -> HopSettings:
    return HopSettings(next_hop=server_at(*ports), hostname="hop.example", **more)


async def settled(double: WatchedNextHop) -> None:
    """Nobody is connected to the next hop any more."""
    await eventually(lambda: double.open_now == 0)


# -- a login ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [None, b"x" * 300_000, b"\xff"], ids=["leaves", "too-long", "no-ascii"])
async def test_a_login_half_done_ends_with_its_client(tmp_path: Path, answer: bytes | None) -> None:
    """The next hop waits for a password: whatever is said to it now would be taken for one."""
    answers: Any = {"EHLO": offering("AUTH PLAIN"), "AUTH": "334 "}
    async with watched(answers=answers) as double, hop_before(tmp_path, double.port, auth_pass=True) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            assert await client.say(b"AUTH PLAIN") == b"334 "
            if answer is not None:
                assert (await client.say(answer))[:3] == b"501"
        await settled(double)
        await normal_mail(hop.server.port)
        assert double.of_session(1) == ["EHLO hop.example", "AUTH PLAIN"]
        assert double.of_session(2)[1].startswith("MAIL FROM:")


@pytest.mark.parametrize(
    ("talk", "is_clean"),
    [
        ([], True),
        ([("AUTH PLAIN", "334 ")], False),
        ([("auth plain", "334 ")], False),
        ([("AUTH PLAIN", "334 "), ("XXXX", "334 again")], False),
        ([("AUTH PLAIN x", "535 5.7.8 no")], True),
        ([("MAIL FROM:<a@b.example>", "250 ok")], False),
        ([("mail FROM:<a@b.example>", "250 ok")], False),
        ([("MAIL FROM:<a@b.example>", "451 no")], True),
        ([("MAIL FROM:<a@b.example>", "250 ok"), ("RSET", "250 ok")], True),
        ([("MAIL FROM:<a@b.example>", "250 ok"), ("RSET", "450 4.7.0 busy")], False),
        ([("MAIL FROM:<a@b.example>", "250 ok"), ("RSET", "502 what")], False),
        ([("NOOP", "250 ok\r\n250-half an answer")], False),
        ([("NOOP", "250 ok\r\n250 one too many")], False),
    ],
)
async def test_what_is_half_done_is_not_clean(talk: list[tuple[str, str]], is_clean: bool) -> None:
    async with watched() as double:
        session = await open_session(settings(double.port))
        for said, answer in talk:
            double.answers[said.split()[0].upper()] = answer
            await session.command(said.encode())
        assert session.is_clean is is_clean
        session.abort()


async def test_a_login_in_the_clear_is_not_passed_on_where_tls_can_be_had(tmp_path: Path) -> None:
    """Somebody in between could log in as himself, and have the client's mail sent in his name (RFC 3207 §6)."""
    answers: Any = {"EHLO": offering("AUTH PLAIN"), "AUTH": "235 2.7.0 ok"}
    async with watched(answers=answers) as double, with_tls(tmp_path, double.port, auth_pass=True) as (hop, context):
        async with client_of(hop.server.port) as client:
            assert b"AUTH" not in await client.say(b"EHLO injected.example")
            assert (await client.say(b"AUTH PLAIN AG1hbGxvcnkAeA=="))[:3] == b"538"
            await begin_tls(client, context)
            assert b"AUTH PLAIN" in await client.say(b"EHLO victim.example")
            await send(client)
        assert not any(line.startswith("AUTH") for line in double.lines)


async def test_who_says_to_be_another_is_logged_in_no_more(tmp_path: Path) -> None:
    """XCLIENT begins a new client's session: it has not got the former one's rights, and nobody else has."""
    answers: Any = {"EHLO": offering("AUTH PLAIN"), "AUTH": "235 2.7.0 ok"}
    async with watched(answers=answers) as double, hop_before(tmp_path, double.port, auth_pass=True, **LISTED) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            assert (await client.say(b"AUTH PLAIN AAA="))[:3] == b"235"
            assert (await client.say(b"XCLIENT ADDR=192.0.2.9"))[:3] == b"220"
            await client.say(b"EHLO y.example")
            await send(client)
        await normal_mail(hop.server.port)
        assert not any(line.startswith("MAIL") for line in double.of_session(1))
        assert len(double.taken) == 2


@pytest.mark.parametrize("said", [b"XCLIENT ADDR=192.0.2.9", b"XFORWARD ADDR=192.0.2.9"])
async def test_who_the_client_is_must_be_said_again_under_tls(tmp_path: Path, said: bytes) -> None:
    async with watched() as double, with_tls(tmp_path, double.port, **LISTED) as (hop, context):
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            assert (await client.say(said))[:1] == b"2"
            await begin_tls(client, context)
            await client.say(b"EHLO x.example")
            await send(client)
        assert last_ip(hop) == "127.0.0.1"


async def test_the_next_hop_is_told_anew_under_tls(tmp_path: Path) -> None:
    """What it was told by XCLIENT before was perhaps the word of somebody in between."""
    answers: Any = {"EHLO": offering("XCLIENT NAME ADDR PORT PROTO HELO"), "XCLIENT": "220 next.example"}
    given: dict[str, Any] = {"forward_client": ForwardClient.XCLIENT, **LISTED}
    async with watched(answers=answers) as double, with_tls(tmp_path, double.port, **given) as (hop, context):
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            assert (await client.say(b"XCLIENT ADDR=192.0.2.9"))[:3] == b"220"
            await client.say(b"EHLO x.example")
            await begin_tls(client, context)
            await client.say(b"EHLO x.example")
            await send(client)
        [number] = [session for session, line in double.talk if line.startswith("MAIL")]
        [told] = [line for line in double.of_session(number) if line.startswith("XCLIENT")]
        assert "ADDR=127.0.0.1" in told
        assert any("ADDR=192.0.2.9" in line for line in double.lines)


async def test_what_the_balancer_said_holds_under_tls(tmp_path: Path) -> None:
    """The PROXY header is about the connection; also when the client that it names may say XCLIENT."""
    listed: dict[str, Any] = {"xclient_from": networks(TRUE), **PROXIED}
    async with watched() as double, with_tls(tmp_path, double.port, **listed) as (hop, context):
        async with connected(hop.server.port, first=version_2()) as client:
            await client.hear()
            assert b"XCLIENT" in await client.say(b"EHLO x.example")
            await begin_tls(client, context)
            await client.say(b"EHLO x.example")
            await send(client)
        assert last_ip(hop) == TRUE


# -- a mail -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["450 4.7.0 busy", "502 5.5.1 what", "354 what"])
async def test_a_mail_that_the_next_hop_would_not_drop_is_not_lent(tmp_path: Path, answer: str) -> None:
    """Else the next client's mail would go to this one's recipients as well."""
    async with watched(answers={"RSET": answer}) as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.say(b"MAIL FROM:<evil@x.example>")
            await client.say(b"RCPT TO:<spy@x.example>")
            assert (await client.say(b"RSET"))[:3] == b"250"
            await send(client)
        await normal_mail(hop.server.port)
        assert double.of_session(1)[:4][-1] == "RSET"
        assert not any(line.startswith(("MAIL", "DATA")) for line in double.of_session(1)[4:])
        assert [taken.recipients for taken in double.taken] == [["RCPT TO:<b@bo.example>"]] * 2


@dataclass
class Strict:
    """A next hop that ends a session with 20 errors (Postfix: smtpd_hard_error_limit)."""

    errors: int = 0

    def ehlo(self, _: str) -> str:
        self.errors = 0
        return "250-next.example\r\n250-PIPELINING\r\n250 8BITMIME"

    def rcpt(self, line: str) -> str:
        if "nobody" not in line:
            return "250 2.1.5 Ok recipient"
        self.errors += 1
        return "550 5.1.1 unknown" if self.errors < 20 else "421 4.7.0 Error: too many errors"


@pytest.mark.parametrize(("errors", "sessions"), [(19, 2), (6, 2), (5, 1), (0, 1)])
async def test_who_makes_errors_pays_for_them(tmp_path: Path, errors: int, sessions: int) -> None:
    """A few are everybody's; a session with many is not lent: another would hear that there were too many."""
    strict = Strict()
    answers: Any = {"EHLO": strict.ehlo, "RCPT": strict.rcpt}
    async with watched(answers=answers) as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.say(MAIL_FROM)
            for _ in range(errors):
                assert (await client.say(b"RCPT TO:<nobody@bo.example>"))[:3] == b"550"
            assert (await client.say(b"RSET"))[:3] == b"250"
        async with client_of(hop.server.port) as other:
            await other.say(b"EHLO x.example")
            await other.say(MAIL_FROM)
            assert (await other.say(b"RCPT TO:<nobody@bo.example>"))[:3] == b"550"
            assert (await other.say(RCPT_TO))[:3] == b"250"
        assert double.sessions == sessions


async def test_a_mail_that_is_taken_makes_up_for_errors(tmp_path: Path) -> None:
    """Postfix forgets them then; lists with dead addresses do not cost a session each."""
    answers: Any = {"RCPT": lambda line: "550 5.1.1 no" if "nobody" in line else "250 2.1.5 Ok"}
    async with watched(answers=answers) as double, hop_before(tmp_path, double.port) as hop:
        for _ in range(3):
            async with client_of(hop.server.port) as client:
                recipients = [b"nobody@bo.example"] * 10 + [b"b@bo.example"]
                assert (await client.envelope(*recipients))[:3] == b"354"
                assert (await client.say(b"Subject: x\r\n\r\nx\r\n."))[:3] == b"250"
                await client.say(b"QUIT")
        assert double.sessions == 1
        assert len(double.taken) == 3


# -- XCLIENT ----------------------------------------------------------------------------------------------------------


async def test_xclient_leaves_no_session_behind(tmp_path: Path) -> None:
    """Each next hop is asked for each greeting of each client: what was opened for it ends with it."""
    answers: Any = {"EHLO": offering("XCLIENT NAME ADDR PORT PROTO HELO"), "XCLIENT": "220 next.example"}
    async with watched(answers=dict(answers)) as usual, watched(answers=dict(answers)) as other:
        routes = (Route(domains=frozenset({"a.example"}), upstream=server_at(other.port)),)
        async with hop_before(
            tmp_path, usual.port, routes=routes, forward_client=ForwardClient.XCLIENT, stop_within=0.2
        ) as hop:
            async with client_of(hop.server.port) as client:
                for _ in range(3):
                    assert (await client.say(b"EHLO x.example"))[:3] == b"250"
                await eventually(lambda: usual.open_now + other.open_now <= 1)
                for recipient in (b"b@a.example", b"b@bo.example"):
                    await client.say(MAIL_FROM)
                    assert (await client.say(b"RCPT TO:<" + recipient + b">"))[:3] == b"250"
                    await client.say(b"RSET")
                await eventually(lambda: usual.open_now + other.open_now <= 1)
                await client.say(b"QUIT")
            await settled(usual)
            await settled(other)


# -- other settings ---------------------------------------------------------------------------------------------------


async def test_other_settings_are_for_all_sessions_to_come(tmp_path: Path) -> None:
    """An office that demands TLS from now on: no mail leaves in the clear through what was opened before."""
    async with watched() as double, hop_before(tmp_path, double.port) as hop:
        await normal_mail(hop.server.port)
        assert double.open_now == 1
        hop.server.renew(settings(double.port, next_hop_tls=Tls.REQUIRE))
        await settled(double)
        async with client_of(hop.server.port) as client:
            assert (await client.say(b"EHLO x.example"))[:3] == b"421"
        assert len(double.taken) == 1


async def test_what_is_in_use_while_settings_change_is_not_lent_afterwards(tmp_path: Path) -> None:
    async with watched() as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.say(MAIL_FROM)
            hop.server.renew(settings(double.port))
            assert (await client.say(b"RSET"))[:3] == b"250"
            await settled(double)
        await normal_mail(hop.server.port)
        assert double.sessions == 2
        # The same settings again: what was opened with them may be lent.
        await normal_mail(hop.server.port)
        assert double.sessions == 2


# -- fall-backs and age -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_old", [True, False])
async def test_the_first_gets_mail_again_soon_after_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_old: bool
) -> None:
    """However often mail comes: a session with the fall-back is not handed on from one mail to the next for ever."""
    if is_old:
        monkeypatch.setattr(pool_module, "_OLDEST_FALL_BACK", 0.0)
    async with watched(answers={"GREETING": "421 4.3.2 not now"}) as first, watched() as second:
        ends = server_at(first.port, second.port)
        async with hop_before(tmp_path, first.port, next_hop=ends, keep_idle=60) as hop:
            await normal_mail(hop.server.port)
            assert len(second.taken) == 1
            first.answers.clear()
            await normal_mail(hop.server.port)
            assert (len(first.taken), len(second.taken)) == ((1, 1) if is_old else (0, 2))
            # With the first, an age that is much for a fall-back is none.
            sessions = first.sessions
            await normal_mail(hop.server.port)
            assert first.sessions == sessions


@pytest.mark.parametrize(
    ("is_first", "age", "is_lent"), [(True, 299, True), (True, 301, False), (False, 29, True), (False, 31, False)]
)
async def test_how_old_a_session_may_be(is_first: bool, age: float, is_lent: bool) -> None:
    async with watched() as double:
        pool = Pool(settings(double.port))
        hop = await pool.take(server_at(double.port))
        hop.is_first = is_first
        hop._born -= age
        pool.give_back(hop)
        again = await pool.take(server_at(double.port))
        assert (again is hop) is is_lent
        pool.give_back(again)
        await pool.close()


async def test_what_a_next_hop_offers_is_asked_again_in_time() -> None:
    now = 1000.0
    async with watched() as double:
        pool, upstream = Pool(settings(double.port), clock=lambda: now), server_at(double.port)
        assert pool.offers(upstream) is None
        pool.give_back(await pool.take(upstream))
        assert "SIZE" in (pool.offers(upstream) or {})
        now += 29
        assert pool.offers(upstream) is not None
        now += 2
        assert pool.offers(upstream) is None
        await pool.close()


# -- words nobody asked for -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["250-words for another", "250 one too many", "421 4.3.2 going down"])
async def test_what_is_said_behind_an_answer_is_not_the_next_clients(tmp_path: Path, words: str) -> None:
    async with watched(answers={"RSET": f"250 ok\r\n{words}"}) as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            await client.say(MAIL_FROM)
            assert (await client.say(b"RSET"))[:3] == b"250"
        async with client_of(hop.server.port) as other:
            await other.say(b"EHLO x.example")
            assert await other.say(MAIL_FROM) == b"250 2.1.0 Ok sender"
            assert await other.say(RCPT_TO) == b"250 2.1.5 Ok recipient"
        assert double.sessions == 2


@pytest.mark.parametrize("words", [b"2", b"250-half\r\n", b"250-half\r\n250", b"250 whole\r\n"])
async def test_any_octet_nobody_asked_for_makes_a_session_unclean(words: bytes) -> None:
    async with idle_session() as session:
        assert session.is_clean
        session._wire.data_received(words)
        assert not session.is_clean


async def test_a_flood_of_answers_nobody_asked_for_ends_the_session(tmp_path: Path) -> None:
    """It lies idle, so nobody reads them: they must not fill the memory."""
    async with idle_session() as session:
        for _ in range(100):
            session._wire.data_received(b"250 x\r\n" * 200)
        assert not session.is_alive
        assert len(session._wire.replies) <= MAX_LINES
    async with watched() as double, hop_before(tmp_path, double.port, keep_idle=300) as hop:
        await normal_mail(hop.server.port)
        double.writers[0].write(b"250 x\r\n" * 100_000)
        await settled(double)
        await normal_mail(hop.server.port)
        assert len(double.taken) == 2


@asynccontextmanager
async def idle_session() -> AsyncIterator[NextHop]:
    async with watched() as double:
        session = await open_session(settings(double.port))
        yield session
        session.abort()


# -- a next hop that goes dark ----------------------------------------------------------------------------------------


@dataclass
class Lamp:
    """A next hop that goes dark: its connections stay, and nothing comes back any more."""

    is_dark: bool = False
    unanswered: list[bytes] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(b"220 lamp.example\r\n")
        while line := await reader.readline():
            if self.is_dark:
                self.unanswered.append(line)
            else:
                writer.write(b"250-lamp.example\r\n250 8BITMIME\r\n" if line.startswith(b"EHLO") else b"250 ok\r\n")

    def gone(self) -> None:
        for writer in self.writers:
            writer.close()


async def test_a_next_hop_that_went_dark_costs_one_short_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the minutes of RFC 5321 §4.5.3.2, nor a wait for each session that lay idle: the fall-back is asked."""
    monkeypatch.setattr(next_hop_module, "_PATIENCE_WITH_KEPT", 0.2)
    lamp = Lamp()
    async with watched(answers={"EHLO": "250-next.example\r\n250 8BITMIME"}) as spare, AsyncExitStack() as stack:
        server = await asyncio.start_server(lamp.serve, "127.0.0.1", 0)
        ends = server_at(server.sockets[0].getsockname()[1], spare.port)
        hop = await stack.enter_async_context(hop_before(tmp_path, unused_port(), next_hop=ends, keep_idle=300))
        clients = [await stack.enter_async_context(client_of(hop.server.port)) for _ in range(5)]
        for line in (b"EHLO x.example", MAIL_FROM, b"RSET"):
            for client in clients:
                assert (await client.say(line))[:3] == b"250"
        assert len(lamp.writers) == 5
        lamp.is_dark = True
        server.close()
        await send(clients[0])
        await send(clients[1])
        assert len(spare.taken) == len(hop.kept) == 2
        assert [line[:4] for line in lamp.unanswered].count(b"MAIL") == 1
        lamp.gone()
