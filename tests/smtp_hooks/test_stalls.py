"""Somebody does not read, or does not go on: no wait without an end, no socket and no memory kept for nobody."""

from __future__ import annotations

import asyncio
import socket
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mailbridge.smtp_hooks import connection as connection_module
from mailbridge.smtp_hooks.dialogue import Dialogue
from mailbridge.smtp_hooks.opening import open_session
from mailbridge.smtp_hooks.replies import NextHopLost
from mailbridge.smtp_hooks.settings import HopSettings, Patience
from mailbridge.smtp_hooks.watch import Watch
from tests.smtp_hooks.builders_narrow import lowest, narrow, newest
from tests.smtp_hooks.builders_peers import PROXIED, version_2
from tests.smtp_hooks.builders_smtp import RawClient, eventually, server_at
from tests.smtp_hooks.builders_tls import with_tls
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.probes import MAIL, Hop, client_of, connected, hear_to_the_end, hop_before

pytestmark = pytest.mark.timeout(60)

KILOBYTE = 1 << 10
LINE = b"y" * 76 + b"\r\n"


# -- the next hop -----------------------------------------------------------------------------------------------------


async def test_the_wait_for_the_final_answer_ends_though_the_next_hop_read_slowly() -> None:
    """When the buffer empties, only the wait for room is over; the wait for the answer to the dot goes on."""
    reads, has_read = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 slow.example\r\n")
        await reader.readline()
        writer.write(b"250 slow.example\r\n")
        await reads.wait()
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n.\r\n")
            has_read.set()
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 26)
    ends = server_at(server.sockets[0].getsockname()[1])
    patience = Patience(final=1.0, block=60)
    session = await open_session(HopSettings(next_hop=ends, hostname="hop.example", patience=patience))
    # More than the kernel takes for a peer that does not read.
    session.pass_on([LINE * (16 << 20 >> 6)])
    assert session.is_full
    session.end_content()
    answer = asyncio.create_task(session.final_reply())
    await asyncio.sleep(0)
    reads.set()
    async with asyncio.timeout(20):
        await has_read.wait()
        await eventually(lambda: not session.is_full)
        with pytest.raises(NextHopLost, match="time-out"):
            await answer
    assert not session.is_alive
    server.close()


# -- content before its time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("burst", [True, False])
async def test_much_content_behind_data_without_waiting(tmp_path: Path, burst: bool) -> None:
    """So much that we stopped reading: with 354 we go on, or client and hop would wait for each other for ever."""
    content = b"Subject: early\r\n\r\n" + LINE * 20_000
    async with next_hop(pause="DATA") as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            envelope = [b"MAIL FROM:<a@so.example>\r\n", b"RCPT TO:<b@bo.example>\r\n"]
            if not burst:
                for line in envelope:
                    assert (await client.say(line.rstrip()))[:3] == b"250"
            first = b"".join(envelope) if burst else b""
            client.writer.write(first + b"DATA\r\n" + content + b".\r\n")
            await double.reached.wait()
            await eventually(lambda: len(newest(hop)._unread) > 2 * Dialogue.line_length_limit)
            double.go_on.set()
            async with asyncio.timeout(10):
                heard = [(await client.hear())[:3] for _ in range(4 if burst else 2)]
            assert heard == [*([b"250", b"250"] if burst else []), b"354", b"250"]
        assert [taken.below for taken in double.taken] == [content]
        assert [kept.content for kept in hop.kept] == [content]


# -- clients that do not read -----------------------------------------------------------------------------------------


async def quit_(client: RawClient, _: Hop) -> None:
    await client.send(b"QUIT\r\n")


async def send_nonsense(client: RawClient, _: Hop) -> None:
    await client.send(b"x y\r\n" * 30)


async def say_bdat(client: RawClient, _: Hop) -> None:
    await client.send(b"BDAT 1 LAST\r\n")


async def close_half(client: RawClient, _: Hop) -> None:
    client.writer.get_extra_info("socket").shutdown(socket.SHUT_WR)


async def stop(_: RawClient, hop: Hop) -> None:
    await hop.server.stop()


async def wait(_: RawClient, hop: Hop) -> None:
    newest(hop)._timeout_cb()


@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
@pytest.mark.parametrize("leave", [quit_, send_nonsense, say_bdat, close_half, stop, wait])
async def test_a_client_that_does_not_read_leaves_no_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leave: Callable[[RawClient, Hop], Awaitable[None]], tls: bool
) -> None:
    """
    Its answers wait with us, and a transport that is closed waits until they are out: for ever.

    No session is counted any more, so that nothing would keep a stranger from taking all our file descriptors.
    """
    monkeypatch.setattr(connection_module, "_PATIENCE_WITH_GOODBYE", 0.2)
    refusal = "550 5.1.1 " + "z" * 1500
    async with (
        next_hop(answers={"RCPT": refusal}) as double,
        with_tls(tmp_path, double.port, stop_within=0.2) as (hop, context),
        narrow(hop, context if tls else None) as client,
    ):
        ours = lowest(hop)
        await client.send(b"MAIL FROM:<a@so.example>\r\n" + b"RCPT TO:<nobody@bo.example>\r\n" * 40)
        await eventually(lambda: sum(line.startswith("RCPT") for line in double.lines) == 40)
        await eventually(lambda: ours.get_write_buffer_size() > 16 * KILOBYTE)
        await leave(client, hop)
        await eventually(lambda: hop.server.sessions == 0)
        await eventually(lambda: ours.get_extra_info("socket").fileno() == -1, seconds=5)


async def test_a_client_that_reads_slowly_hears_all_of_it(tmp_path: Path) -> None:
    """The other side of that: what waits is not cut off as long as there is time."""
    async with (
        next_hop(answers={"RCPT": "550 5.1.1 " + "z" * 1500}) as double,
        hop_before(tmp_path, double.port) as hop,
        narrow(hop) as client,
    ):
        await client.send(b"MAIL FROM:<a@so.example>\r\n" + b"RCPT TO:<nobody@bo.example>\r\n" * 40 + b"QUIT\r\n")
        await eventually(lambda: hop.server.sessions == 0)
        client.writer.transport.resume_reading()  # type: ignore[attr-defined]  # it is a ReadTransport, too
        heard = (await hear_to_the_end(client)).split(b"\r\n")
        assert [line[:3] for line in heard] == [b"250", *[b"550"] * 40, b"221", b""]


# -- stopping ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [[], [b"EHLO x.example"], [b"EHLO x.example", b"MAIL FROM:<a@b.example>", b"RSET"]])
async def test_stop_does_not_wait_for_idle_clients(tmp_path: Path, said: list[bytes]) -> None:
    async with (
        next_hop() as double,
        hop_before(tmp_path, double.port, stop_within=300) as hop,
        client_of(hop.server.port) as client,
    ):
        for line in said:
            assert (await client.say(line))[:3] == b"250"
        async with asyncio.timeout(20):
            await hop.server.stop()
        assert await hear_to_the_end(client) == b"421 4.3.2 Service is closing, try again later\r\n"


@pytest.mark.parametrize("burst", [True, False])
async def test_stop_goes_on_as_soon_as_the_mail_is_over(tmp_path: Path, burst: bool) -> None:
    """The client need not say another word to hear that it is to leave."""
    async with next_hop(pause="DOT") as double, hop_before(tmp_path, double.port, stop_within=300) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            lines = [b"MAIL FROM:<a@so.example>", b"RCPT TO:<b@bo.example>", b"DATA"]
            if burst:
                await client.send(b"\r\n".join([*lines, b""]))
                assert [(await client.hear())[:3] for _ in lines] == [b"250", b"250", b"354"]
            else:
                assert [(await client.say(line))[:3] for line in lines] == [b"250", b"250", b"354"]
            await client.send(MAIL + b".\r\n")
            await double.reached.wait()
            stopping = asyncio.create_task(hop.server.stop())
            await asyncio.sleep(0)
            double.go_on.set()
            async with asyncio.timeout(20):
                assert (await client.hear())[:3] == b"250"
                assert await hear_to_the_end(client) == b"421 4.3.2 Service is closing, try again later\r\n"
                await stopping
        assert len(double.taken) == len(hop.kept) == 1


@pytest.mark.parametrize("last", [b"RSET", b"RCPT TO:<nobody@bo.example>\r\nRSET"])
async def test_stop_goes_on_as_soon_as_the_mail_is_given_up(tmp_path: Path, last: bytes) -> None:
    async with (
        next_hop(answers={"RCPT": "550 5.1.1 no"}) as double,
        hop_before(tmp_path, double.port, stop_within=300) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        await client.say(b"MAIL FROM:<a@so.example>")
        stopping = asyncio.create_task(hop.server.stop())
        await asyncio.sleep(0)
        await client.send(last + b"\r\n")
        heard = (await hear_to_the_end(client)).split(b"\r\n")
        assert [line[:9] for line in heard][-3:] == [b"250 2.0.0", b"421 4.3.2", b""]
        async with asyncio.timeout(20):
            await stopping


async def test_who_says_its_proxy_header_after_stop_is_sent_away(tmp_path: Path) -> None:
    """A balancer connects early; the client that comes through it then must not find a hop that ends under it."""
    async with next_hop() as double, hop_before(tmp_path, double.port, stop_within=0.2, **PROXIED) as hop:
        await normal_through(hop)
        async with connected(hop.server.port) as early, connected(hop.server.port, first=version_2()[:8]) as half:
            refused = hop.server.counts.refused_sessions
            # The kernel has accepted them; the hop must have, too.
            await normal_through(hop)
            await hop.server.stop()
            for client, header in ((early, version_2()), (half, version_2()[8:])):
                with suppress(ConnectionError):
                    await client.send(header + b"EHLO x.example\r\n")
                assert await hear_to_the_end(client) == b"421 4.3.2 Service is closing, try again later\r\n"
            assert hop.server.counts.refused_sessions == refused + 2
        assert hop.server.sessions == 0
        assert len(double.taken) == 2


async def normal_through(hop: Hop) -> None:
    async with connected(hop.server.port, first=version_2()) as client:
        await client.hear()
        assert (await client.mail())[:3] == b"250"
        await client.say(b"QUIT")


# -- memory -----------------------------------------------------------------------------------------------------------


async def test_a_header_in_tiny_packets_takes_no_more_than_its_octets(tmp_path: Path) -> None:
    """An object for each packet takes twenty times the octets; a thousand such clients took gigabytes."""
    packets = [bytes((97 + number % 20, 98)) for number in range(20)]
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.envelope()
        session = newest(hop)
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(2000):
                for packet in packets:
                    # A copy, as each packet that the network brings is an object of its own.
                    session.data_received(bytes(bytearray(packet)))
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # 80 000 octets: once to look for the header's end, once to be passed on.
        assert after - before < 500 * KILOBYTE
        assert (await client.say(b"\r\n\r\nx\r\n."))[:3] == b"250"
        await client.say(b"QUIT")
        assert len(double.taken[0].below) == 80_000 + len(b"\r\n\r\nx\r\n")


def test_a_packet_behind_a_long_header_does_not_copy_it() -> None:
    """It would be a megabyte for each octet of a slow client: the hop would do nothing else."""
    watch = Watch(HopSettings(hostname="hop.example", next_hop=server_at(25)))
    assert watch.look((b"X-A: " + b"a" * 70 + b"\r\n") * 12_000) is None
    tracemalloc.start()
    try:
        # The first may make the header's room larger.
        watch.look(b"a")
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(100):
            assert watch.look(b"a") is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 100 * KILOBYTE
