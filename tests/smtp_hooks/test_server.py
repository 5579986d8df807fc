"""The door itself: limits, TLS for clients, opening and closing."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.smtp_hooks.server import HopServer
from mailbridge.smtp_hooks.settings import HopSettings
from mailbridge.spool import Spool
from tests.smtp_hooks.builders_smtp import MAIL, client_of, eventually, running_hop, server_at, unused_port
from tests.smtp_hooks.next_hop_double import next_hop


async def test_too_many_sessions(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port, max_sessions=1) as hop:
        async with client_of(hop.server.port) as first:
            reader, writer = await asyncio.open_connection("127.0.0.1", hop.server.port)
            assert (await reader.read())[:9] == b"421 4.3.2"
            writer.close()
            assert (await first.mail())[:3] == b"250"
        await eventually(lambda: hop.server.sessions == 0)
        async with client_of(hop.server.port) as second:
            assert (await second.mail())[:3] == b"250"


async def test_idle_client_hears_421(tmp_path: Path) -> None:
    async with (
        next_hop() as double,
        running_hop(tmp_path, double.port, client_timeout=0.2) as hop,
        client_of(hop.server.port) as client,
    ):
        assert (await client.hear())[:9] == b"421 4.4.2"
        assert await client.is_closed()


async def test_idle_client_in_the_content(tmp_path: Path) -> None:
    async with (
        next_hop() as double,
        running_hop(tmp_path, double.port, client_timeout=0.3) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.envelope()
        await client.send(b"Subject: half\r\n")
        assert (await client.hear())[:9] == b"421 4.4.2"
        await eventually(lambda: double.unfinished)
        assert not any((tmp_path / "open").iterdir())


async def test_a_slow_next_hop_is_not_the_clients_idleness(tmp_path: Path) -> None:
    async with (
        next_hop(pause="DOT") as double,
        running_hop(tmp_path, double.port, client_timeout=0.2) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.envelope()
        await client.send(MAIL + b".\r\n")
        await asyncio.sleep(0.6)
        double.go_on.set()
        assert (await client.hear())[:3] == b"250"


async def test_next_hop_hears_quit(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port, keep_idle=0.05) as hop:
        async with client_of(hop.server.port) as client:
            await client.mail()
            assert (await client.say(b"QUIT"))[:3] == b"221"
        await eventually(lambda: "QUIT" in double.lines)
        await eventually(lambda: double.open_now == 0)


async def test_stop_lets_a_mail_finish(tmp_path: Path) -> None:
    async with next_hop(pause="DOT") as double, running_hop(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as idle, client_of(hop.server.port) as busy:
            await idle.say(b"EHLO x.example")
            await busy.envelope()
            await busy.send(MAIL + b".\r\n")
            await double.reached.wait()
            stopping = asyncio.create_task(hop.server.stop())
            assert (await idle.hear())[:9] == b"421 4.3.2"
            double.go_on.set()
            assert (await busy.hear())[:3] == b"250"
            assert (await busy.hear())[:9] == b"421 4.3.2"
            await stopping
        assert len(hop.kept) == 1


async def test_stop_cuts_what_does_not_end(tmp_path: Path) -> None:
    async with (
        next_hop(pause="DOT") as double,
        running_hop(tmp_path, double.port, stop_within=0.2) as hop,
        client_of(hop.server.port) as busy,
    ):
        await busy.envelope()
        await busy.send(MAIL + b".\r\n")
        await double.reached.wait()
        await hop.server.stop()
        assert await busy.hear() == b""
    # The dot is out and the answer was not heard: the copy stays, and nobody knows its fate.
    spool = Spool(tmp_path)
    spool.recover()
    assert len(spool.unknown()) == 1
    spool.close()


async def test_a_taken_port(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop:
        assert hop.server.port
        settings = HopSettings(listen_port=double.port, next_hop=server_at(1), hostname="x.example")
        second = HopServer(settings, hop.spool, lambda _: None)
        with pytest.raises(Unavailable):
            await second.start()
        with pytest.raises(Unavailable):
            _ = second.port
        await second.stop()


async def test_two_hops_share_one_port(tmp_path: Path) -> None:
    async with (
        next_hop() as double,
        running_hop(tmp_path, double.port) as first,
        running_hop(tmp_path, double.port, listen_port=first.server.port) as second,
    ):
        for _ in range(20):
            async with client_of(first.server.port) as client:
                assert (await client.mail())[:3] == b"250"
        assert len(first.accepted) + len(second.accepted) == 20
        assert len(first.kept) == 20


async def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")
    cert = str(tmp_path / "cert.pem")
    settings = HopSettings(next_hop=server_at(1), hostname="x.example", certificate=cert, key=cert)
    spool = Spool(tmp_path / "spool")
    with pytest.raises(Misconfigured):
        await HopServer(settings, spool, lambda _: None).start()
    spool.close()


@pytest.fixture
def tls(tmp_path: Path) -> dict[str, Any]:
    authority = trustme.CA()
    leaf = authority.issue_cert("hop.example")
    leaf.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "hop.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return {"certificate": str(tmp_path / "hop.pem"), "key": str(tmp_path / "hop.pem")}


async def test_starttls(tmp_path: Path, tls: dict[str, Any]) -> None:
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    context.check_hostname = False

    def send(port: int) -> bytes:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo()
            assert client.has_extn("starttls")
            client.starttls(context=context)
            client.ehlo()
            assert not client.has_extn("starttls")
            assert client.docmd("STARTTLS")[0] == 503
            client.sendmail("a@so.example", ["b@bo.example"], MAIL)
            client.sendmail("a@so.example", ["b@bo.example"], b"a" * 1_000_000 + b"\r\n")
            return client.docmd("NOOP")[1]

    async with next_hop() as double, running_hop(tmp_path / "spool", double.port, **tls) as hop:
        assert await asyncio.to_thread(send, hop.server.port) == b"2.0.0 Ok"
        first, second = hop.kept
        assert first.content == MAIL
        assert len(second.content) == 1_000_002
        assert (first.client.tls or "").startswith("TLSv1.")
        assert b"with ESMTPS id" in double.taken[0].content


async def test_no_password_in_the_clear_where_tls_can_be_had(tmp_path: Path, tls: dict[str, Any]) -> None:
    offered = {"EHLO": "250-next.example\r\n250 AUTH PLAIN"}
    async with (
        next_hop(answers=offered) as double,
        running_hop(tmp_path / "spool", double.port, auth_pass=True, **tls) as hop,
        client_of(hop.server.port) as client,
    ):
        assert b"AUTH" not in await client.say(b"EHLO x.example")
        assert (await client.say(b"AUTH PLAIN AGEAYg=="))[:10] == b"538 5.7.11"
        assert not any(line.startswith("AUTH") for line in double.lines)


async def test_commands_behind_starttls_are_dropped(tmp_path: Path, tls: dict[str, Any]) -> None:
    """RFC 3207 §4.2, and the known injection: what came in the clear must not be heard under TLS."""
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    context.check_hostname = False
    async with next_hop() as double, running_hop(tmp_path / "spool", double.port, **tls) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO clear.example")
            await client.say(b"MAIL FROM:<clear@x.example>")
            await client.send(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@x.example>\r\n")
            assert (await client.hear())[:3] == b"220"
            await client.writer.start_tls(context, server_hostname="hop.example")
            # Nothing of what was pipelined, nor of the state before TLS, is left.
            assert (await client.say(b"NOOP"))[:3] == b"250"
            assert (await client.say(b"MAIL FROM:<late@x.example>"))[:9] == b"503 5.5.1"
            assert (await client.mail())[:3] == b"250"
        assert not any("evil" in line for line in double.lines)
        assert double.lines.index("RSET") > double.lines.index("MAIL FROM:<clear@x.example>")


async def test_a_client_that_speaks_no_tls_behind_starttls(tmp_path: Path, tls: dict[str, Any]) -> None:
    async with next_hop() as double, running_hop(tmp_path / "spool", double.port, **tls) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            assert (await client.say(b"STARTTLS"))[:3] == b"220"
            await client.send(b"MAIL FROM:<a@b.example>\r\n")
            async with asyncio.timeout(10):
                await client.reader.read()
        await eventually(lambda: hop.server.sessions == 0)


async def test_a_hop_that_points_to_itself_says_so_once(tmp_path: Path) -> None:
    port = unused_port()
    async with running_hop(tmp_path, port, listen_port=port) as hop, client_of(port) as client:
        assert (await client.say(b"EHLO x.example"))[:9] == b"554 5.4.6"
        assert hop.server.counts.sessions == 2


async def test_a_client_that_has_the_port_of_a_connection_of_ours_is_no_loop(tmp_path: Path) -> None:
    """The system lends one port to several connections, as long as they lead to different servers."""
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        address, port = client.writer.get_extra_info("sockname")
        connections = hop.server._desk.pool.connections
        connections.add((address, port, "127.0.0.1", double.port))
        assert (await client.mail())[:3] == b"250"
        connections.add((address, port, "127.0.0.1", hop.server.port))
        assert (await client.say(b"EHLO x.example"))[:9] == b"554 5.4.6"


async def test_a_mail_that_went_round_is_refused(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop:
        below = b""
        for _ in range(6):
            async with client_of(hop.server.port) as client:
                assert (await client.mail(below + MAIL))[:3] == b"250"
            below = double.taken[-1].content.removesuffix(MAIL)
        async with client_of(hop.server.port) as client:
            assert (await client.mail(below + MAIL))[:9] == b"554 5.4.6"
            many = b"Received: from a by b\r\n" * 51
            assert (await client.mail(many + MAIL))[:9] == b"554 5.4.6"
        assert len(double.taken) == 6


async def test_no_more_sessions_than_one_client_may_have(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port, max_sessions_per_client=1) as hop:
        async with client_of(hop.server.port):
            reader, writer = await asyncio.open_connection("127.0.0.1", hop.server.port)
            assert (await reader.read())[:9] == b"421 4.7.0"
            writer.close()
        await eventually(lambda: hop.server.sessions == 0)
        async with client_of(hop.server.port) as third:
            assert (await third.mail())[:3] == b"250"
