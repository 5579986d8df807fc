"""Sending Postfix → hop → receiving Postfix → sink: what a real mail system makes of us."""

from __future__ import annotations

import asyncio
import re
import smtplib
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.postfix import Postfix, free_port, missing, postfix
from tests.smtp_hooks.builders_smtp import Hop, eventually, running_hop, stuff
from tests.smtp_hooks.next_hop_double import NextHopDouble, next_hop

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

HEADER = (
    b"From: =?utf-8?q?V=C4=83n_th=C6=B0?= <vanthu@so.example>\r\nTo: <vanthu@bo.example>\r\n"
    b"Subject: =?utf-8?b?Q8O0bmcgdsSDbg==?=\r\nDate: Sat, 21 Nov 2026 22:40:30 +0700\r\n"
    b"Message-ID: <1@so.example>\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
)
BODIES = {
    "dots": b".\r\n..\r\n.x\r\n\r\nend. \t\r\n\r\n",
    "eight-bit": "Kính gửi: Bộ Thông tin\r\n".encode() * 5000,
    "large": b"0123456789abcdef" * 4 + b"\r\n" + (b"x" * 70 + b"\r\n") * 40_000,
}


@dataclass
class Chain:
    sender: Postfix
    hop: Hop
    receiver: Postfix
    sink: NextHopDouble


@asynccontextmanager
async def chain(tmp_path: Path) -> AsyncIterator[Chain]:
    async with next_hop() as sink:
        with postfix(next_port=sink.port, name="receiver.example") as receiver:
            async with running_hop(tmp_path, receiver.port, max_size=50_000_000) as hop:
                with postfix(next_port=hop.server.port, name="sender.example") as sender:
                    yield Chain(sender=sender, hop=hop, receiver=receiver, sink=sink)


def submit(port: int, content: bytes, *recipients: str, mail: tuple[str, ...] = (), rcpt: tuple[str, ...] = ()) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        assert client.mail("vanthu@so.example", ["BODY=8BITMIME", *mail])[0] == 250
        for recipient in recipients or ("vanthu@bo.example",):
            assert client.rcpt(recipient, list(rcpt))[0] == 250
        assert client.docmd("DATA")[0] == 354
        client.send(stuff(content) + b".\r\n")
        assert client.getreply()[0] == 250


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_octet_is_changed_between_two_postfixes(tmp_path: Path, body: bytes) -> None:
    content = HEADER + b"\r\n" + body
    async with chain(tmp_path) as all_of:
        await asyncio.to_thread(submit, all_of.sender.port, content)
        await eventually(lambda: all_of.sink.taken and all_of.hop.kept, 60)
        [taken] = all_of.sink.taken
        [kept] = all_of.hop.kept
        # What the sending Postfix said to us is what lies in the spool and what stands below our two fields.
        assert taken.below == kept.content
        assert kept.content.endswith(content)
        assert taken.content.count(b"X-MailBridge-ID:") == 1
        names = re.findall(rb"^Received: from \S+ .*?\tby (\S+)", taken.content, re.M | re.S)
        assert [name.rstrip(b" (") for name in names][:2] == [b"receiver.example", b"hop.example"]
        assert re.fullmatch(r"250 2\.0\.0 Ok: queued as \w+", kept.next_hop_reply or "")


async def test_dsn_parameters_reach_the_end(tmp_path: Path) -> None:
    async with chain(tmp_path) as all_of:
        await asyncio.to_thread(
            submit, all_of.sender.port, HEADER + b"\r\nx\r\n",
            mail=("RET=HDRS", "ENVID=QQ314159"), rcpt=("NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;other@bo.example"),
        )  # fmt: skip
        await eventually(lambda: all_of.sink.taken and all_of.hop.kept, 60)
        [taken] = all_of.sink.taken
        assert {"RET=HDRS", "ENVID=QQ314159"} <= set(taken.mail.split())
        assert {"NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;other@bo.example"} <= set(taken.recipients[0].split())
        assert {"RET=HDRS", "ENVID=QQ314159"} <= set(all_of.hop.kept[0].envelope.mail_parameters.split())


async def test_451_leaves_the_mail_in_the_senders_queue(tmp_path: Path) -> None:
    async with next_hop(answers={"MAIL": "451 4.3.2 not now"}) as sink, running_hop(tmp_path, sink.port) as hop:
        with postfix(next_port=hop.server.port, name="sender.example") as sender:
            await asyncio.to_thread(submit, sender.port, HEADER + b"\r\nlater\r\n")
            await eventually(lambda: "451 4.3.2 not now" in sender.said(), 60)
            assert await asyncio.to_thread(sender.queued) == 1
            assert hop.kept == []
            sink.answers.clear()
            await asyncio.to_thread(sender.flush)
            # The next hop has a mail an instant before we have written that down.
            await eventually(lambda: sink.taken and hop.kept, 60)
            [kept] = hop.kept
            assert sink.taken[0].below == kept.content


async def test_a_hop_that_is_down_and_comes_back(tmp_path: Path) -> None:
    """Next hop down: 421 from us, the sender waits; nothing bounces."""
    async with next_hop() as sink:
        dead = 1
        async with running_hop(tmp_path, dead) as hop:
            with postfix(next_port=hop.server.port, name="sender.example") as sender:
                await asyncio.to_thread(submit, sender.port, HEADER + b"\r\nlater\r\n")
                await eventually(lambda: "421 4.4.1" in sender.said() or "deferred" in sender.said(), 60)
                port = hop.server.port
                await hop.server.stop()
                async with running_hop(tmp_path, sink.port, listen_port=port) as second:
                    await asyncio.to_thread(sender.flush)
                    await eventually(lambda: sink.taken and second.kept, 60)
                    assert len(second.kept) == 1
                    assert "status=bounced" not in sender.said()


async def test_mixed_recipients_through_postfix(tmp_path: Path) -> None:
    """The receiving Postfix refuses one of three: the sender bounces that one only."""
    answers = {"RCPT": lambda line: "550 5.1.1 no such box" if "<no@" in line else "250 2.1.5 Ok"}
    async with next_hop(answers=answers) as sink, running_hop(tmp_path, sink.port) as hop:
        with postfix(next_port=hop.server.port, name="sender.example") as sender:
            recipients = ("a@bo.example", "no@bo.example", "b@bo.example")
            await asyncio.to_thread(submit, sender.port, HEADER + b"\r\nx\r\n", *recipients, rcpt=("NOTIFY=NEVER",))
            await eventually(lambda: hop.kept and "said: 550 5.1.1 no such box" in sender.said(), 60)
            [kept] = hop.kept
            assert kept.envelope.recipients == ("a@bo.example", "b@bo.example")


async def test_how_fast_it_relays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """200 mails of 235 KB over 8 connections, `smtp-source` to `smtp-sink`: printed, not judged. All are kept."""
    count, port = 200, free_port()
    body = tmp_path / "body"
    body.write_bytes(b"Subject: x\n\n" + (b"x" * 76 + b"\n") * 3052)
    sink = await asyncio.create_subprocess_exec("/usr/sbin/smtp-sink", "-u", "root", f"127.0.0.1:{port}", "100")
    try:
        await listening(port)
        async with running_hop(tmp_path / "spool", port) as hop:
            started, burnt = time.perf_counter(), time.process_time()
            source = await asyncio.create_subprocess_exec(
                "/usr/sbin/smtp-source", "-s", "8", "-m", str(count), "-F", str(body),
                "-f", "a@so.example", "-t", "b@bo.example", f"127.0.0.1:{hop.server.port}",
            )  # fmt: skip
            async with asyncio.timeout(120):
                assert await source.wait() == 0
            seconds, cpu = time.perf_counter() - started, time.process_time() - burnt
            with capsys.disabled():
                sys.stdout.write(f"\n{count / seconds:.0f} mails/s of 235 KB, {cpu / count * 1000:.1f} ms CPU a mail\n")
            kept = list(hop.spool.waiting())
            assert len(kept) == count
            # `smtp-source` writes one empty line of its own at the end.
            assert hop.spool.load(kept[-1]).content.endswith((b"x" * 76 + b"\r\n") * 3052 + b"\r\n")
    finally:
        sink.terminate()
        await sink.wait()


async def listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
