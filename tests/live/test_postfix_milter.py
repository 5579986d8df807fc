"""Client → Postfix with our milter → sink: what Postfix shows us, what it makes of our answers, what it never tells."""

from __future__ import annotations

import asyncio
import json
import os
import re
import smtplib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mailbridge.mail.envelope import Door, MailObject
from mailbridge.smtp_hooks.milter.server import MilterServer
from mailbridge.smtp_hooks.milter.settings import MilterSettings
from mailbridge.spool import Spool
from tests.live.postfix import Postfix, free_port, missing, postfix
from tests.smtp_hooks.builders_smtp import eventually, running_hop, stuff
from tests.smtp_hooks.milter.builders_milter import running_door
from tests.smtp_hooks.next_hop_double import NextHopDouble, next_hop

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

HOWTO = Path(__file__).parents[2] / "docs/howto/milter-into-postfix.md"
HEADER = (
    b"From: =?utf-8?q?V=C4=83n_th=C6=B0?= <vanthu@so.example>\r\nTo:\t<vanthu@bo.example>\r\n"
    b"Subject: =?utf-8?b?Q8O0bmcgdsSDbg==?=\r\n =?utf-8?q?s=E1=BB=91_12?=\r\n\t(x)\r\nX-Empty:\r\n"
    b"X-Close:y\r\nX-Two:  z \r\n"
    b"Date: Sat, 21 Nov 2026 22:40:30 +0700\r\nMessage-ID: <1@so.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Transfer-Encoding: 8bit\r\nContent-Type: text/plain; charset=utf-8\r\n"
)
BODIES = {
    "empty": b"",
    "dots": b".\r\n..\r\n.x\r\n\r\nend. \t\r\n\r\n",
    "eight-bit": "Kính gửi: Bộ Thông tin\r\n".encode() * 5000,
    "nul": b"a\0b\r\n",
    "long-lines": b"x" * 900 + b"\r\n" + b"y" * 60 + b"\r\n",
    "large": b"0123456789abcdef" * 4 + b"\r\n" + (b"x" * 70 + b"\r\n") * 100_000,
}


@dataclass
class Attached:
    """Our milter, its spool, the Postfix that asks it, and where that one delivers."""

    server: MilterServer
    spool: Spool
    mta: Postfix
    sink: NextHopDouble
    accepted: list[str] = field(default_factory=list)

    @property
    def kept(self) -> list[MailObject]:
        return [self.spool.load(mail_id) for mail_id in self.spool.waiting()]

    async def deliver(self, content: bytes, *recipients: str, **more: Any) -> bytes:
        """Hand in a mail and leave; returns the answer to the dot."""
        return await asyncio.to_thread(submit, self.mta.port, content, *recipients, **more)


@asynccontextmanager
async def milter(folder: Path, accepted: list[str], **settings: Any) -> AsyncIterator[tuple[MilterServer, Spool]]:
    spool = Spool(folder)
    spool.recover()
    server = MilterServer(MilterSettings(**{"stop_within": 5.0, **settings}), spool, accepted.append)
    await server.start()
    try:
        yield server, spool
    finally:
        await server.stop()
        spool.close()


@asynccontextmanager
async def asking(**given: Any) -> AsyncIterator[Postfix]:
    """Start and stop Postfix in a thread: it asks us from its first connection on, and we must be able to answer."""
    instance = postfix(name="mta.example", **given)
    mta = await asyncio.to_thread(instance.__enter__)
    try:
        yield mta
    finally:
        await asyncio.to_thread(instance.__exit__, None, None, None)


@asynccontextmanager
async def attached(
    tmp_path: Path, *, milters: str = "{ours}", more: str = "", **settings: Any
) -> AsyncIterator[Attached]:
    accepted: list[str] = []
    async with next_hop() as sink, milter(tmp_path / "spool", accepted, **settings) as (server, spool):
        lines = f"smtpd_milters = {milters.replace('{ours}', f'inet:127.0.0.1:{server.port}')}\n"
        async with asking(next_port=sink.port, more=lines + more) as mta:
            yield Attached(server=server, spool=spool, mta=mta, sink=sink, accepted=accepted)


@contextmanager
def session(port: int) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo("client.example")
        yield client


def say(
    client: smtplib.SMTP,
    content: bytes,
    *recipients: str,
    mail: tuple[str, ...] = (),
    sender: str = "vanthu@so.example",
) -> bytes:
    """Say one mail; returns the answer to the dot, or the first one that was not asked for."""
    code, text = client.docmd("MAIL", " ".join([f"FROM:<{sender}>", "BODY=8BITMIME", *mail]))
    if code != 250:
        return b"%d " % code + text
    for recipient in recipients or ("vanthu@bo.example",):
        client.docmd("RCPT", f"TO:<{recipient}>")
    code, text = client.docmd("DATA")
    if code == 354:
        client.send(stuff(content) + b".\r\n")
        code, text = client.getreply()
    return b"%d " % code + text


def submit(port: int, content: bytes, *recipients: str, **more: Any) -> bytes:
    with session(port) as client:
        return say(client, content, *recipients, **more)


def below_received(content: bytes) -> bytes:
    """What stands below our field and the one of Postfix."""
    found = re.match(rb"X-MailBridge-ID: [0-9a-f-]{36}\r\nReceived: from [^\r]*\r\n(?:[ \t][^\r]*\r\n)+", content)
    assert found, content[:300]
    return content[found.end() :]


# -- what is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_the_copy_is_what_the_client_sent(tmp_path: Path, body: bytes) -> None:
    content = HEADER + b"\r\n" + body
    async with attached(tmp_path) as all_of:
        answer = await all_of.deliver(content)
        assert answer.startswith(b"250 2.0.0 Ok: queued as ")
        await eventually(lambda: all_of.sink.taken and all_of.kept, 60)
        [kept], [taken] = all_of.kept, all_of.sink.taken
        assert kept.content == content
        assert below_received(taken.content) == content
        assert taken.content.startswith(b"X-MailBridge-ID: " + kept.id.encode() + b"\r\nReceived: ")
        assert taken.content.count(b"X-MailBridge-ID:") == 1
        assert kept.next_hop_reply == f"milter: queued as {answer.rpartition(b' ')[2].decode()}"
        assert (kept.door, kept.client.ip, kept.client.helo) == (Door.MILTER, "127.0.0.1", "client.example")
        assert (kept.envelope.mail_from, kept.envelope.recipients) == ("vanthu@so.example", ("vanthu@bo.example",))
        assert kept.envelope.mail_parameters == "BODY=8BITMIME"
        assert all_of.accepted == [kept.id]


async def test_hop_and_milter_keep_the_same_octets(tmp_path: Path) -> None:
    content = HEADER + b"\r\n" + BODIES["dots"] + BODIES["eight-bit"]
    async with attached(tmp_path) as all_of, running_hop(tmp_path / "hop", all_of.sink.port) as hop:
        await all_of.deliver(content)
        await asyncio.to_thread(submit, hop.server.port, content)
        await eventually(lambda: all_of.kept and hop.kept, 60)
        [by_milter], [by_hop] = all_of.kept, hop.kept
        assert by_milter.sha256 == by_hop.sha256
        assert by_milter.envelope.recipients == by_hop.envelope.recipients


async def test_a_utf8_mail(tmp_path: Path) -> None:
    content = "From: Văn thư <vănthư@so.example>\r\nTo: <lê@bo.example>\r\nSubject: Công văn\r\n".encode()
    content += b"Date: Sat, 21 Nov 2026 22:40:30 +0700\r\nMessage-ID: <1@so.example>\r\n\r\n" + BODIES["eight-bit"]

    def smtputf8(port: int) -> bytes:
        with session(port) as client:
            client.command_encoding = "utf-8"
            return say(client, content, "lê@bo.example", mail=("SMTPUTF8",), sender="vănthư@so.example")

    async with attached(tmp_path) as all_of:
        assert (await asyncio.to_thread(smtputf8, all_of.mta.port)).startswith(b"250")
        await eventually(lambda: all_of.kept, 60)
        [kept] = all_of.kept
        assert kept.content == content
        assert (kept.envelope.mail_from, kept.envelope.recipients) == ("vănthư@so.example", ("lê@bo.example",))
        assert kept.envelope.mail_parameters == "BODY=8BITMIME SMTPUTF8"


async def test_what_postfix_changes_is_in_the_copy_as_it_is_in_the_mailbox(tmp_path: Path) -> None:
    """The table of the how-to. 127.0.0.1 is one of `local_header_rewrite_clients`."""
    sent = b"To: <vanthu@bo.example>\r\nBcc: <c@bo.example>\r\nReturn-Path: <x@y>\r\nX-Blank : b\r\n"
    sent += b"Content-Length: 5\r\nCc: lan\r\nX-Nul: a\0b\r\nX-Bare: a\nX-Next: b\r\n\r\nx\r\n"
    async with attached(tmp_path) as all_of:
        await all_of.deliver(sent)
        await eventually(lambda: all_of.sink.taken and all_of.kept, 60)
        [kept], [taken] = all_of.kept, all_of.sink.taken
        assert kept.content == below_received(taken.content)
        assert re.fullmatch(
            rb"To: <vanthu@bo.example>\r\nX-Blank: b\r\nCc: lan@mta.example\r\nX-Nul: a\r\nX-Bare: a\r\nX-Next: b\r\n"
            rb"Message-Id: <.*@mta.example>\r\nDate: .*\r\nFrom: vanthu@so.example\r\n\r\nx\r\n",
            kept.content,
        )


async def test_a_mail_without_blank_line_gets_one_in_the_copy(tmp_path: Path) -> None:
    async with attached(tmp_path, more="local_header_rewrite_clients =\n") as all_of:
        await all_of.deliver(HEADER)
        await eventually(lambda: all_of.sink.taken and all_of.kept, 60)
        assert below_received(all_of.sink.taken[0].content) == HEADER
        assert all_of.kept[0].content == HEADER + b"\r\n"


async def test_refused_recipients_are_not_noted(tmp_path: Path) -> None:
    refused = "check_recipient_access inline:{no@bo.example=REJECT}"
    more = f"smtpd_recipient_restrictions = {refused}, permit_mynetworks, reject\n"
    async with attached(tmp_path, more=more) as all_of:
        await all_of.deliver(HEADER + b"\r\nx\r\n", "a@bo.example", "no@bo.example", "b@bo.example")
        await eventually(lambda: all_of.sink.taken and all_of.kept, 60)
        assert all_of.kept[0].envelope.recipients == ("a@bo.example", "b@bo.example")


async def test_many_mails_of_one_client(tmp_path: Path) -> None:
    def three(port: int) -> list[bytes]:
        with session(port) as client:
            answers = [say(client, HEADER + b"\r\n%d\r\n" % number) for number in range(2)]
            client.docmd("MAIL", "FROM:<x@so.example>")
            client.docmd("RCPT", "TO:<x@bo.example>")
            client.docmd("RSET")
            return [*answers, say(client, HEADER + b"\r\n2\r\n")]

    async with attached(tmp_path, settle_within=60) as all_of:
        answers = await asyncio.to_thread(three, all_of.mta.port)
        await eventually(lambda: len(all_of.kept) == 3, 60)
        assert sorted(kept.content[-3:] for kept in all_of.kept) == [b"0\r\n", b"1\r\n", b"2\r\n"]
        queued = {f"milter: queued as {answer.rpartition(b' ')[2].decode()}" for answer in answers}
        assert {kept.next_hop_reply for kept in all_of.kept} == queued


# -- who refuses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        "header_checks = regexp:{{/^X-Bad:/ REJECT not here}}\n",
        "smtpd_end_of_data_restrictions = check_sender_access inline:{bad@so.example=REJECT}\n",
    ],
    ids=["header_checks", "end_of_data"],
)
async def test_what_postfix_refuses_itself_leaves_nothing(tmp_path: Path, more: str) -> None:
    """Both come before a milter sees the content: it hears of the envelope, and then that it is over."""
    async with attached(tmp_path, more=more, settle_within=60) as all_of:
        refused = await all_of.deliver(b"X-Bad: 1\r\n" + HEADER + b"\r\nx\r\n", sender="bad@so.example")
        assert refused.startswith(b"55")
        await all_of.deliver(HEADER + b"\r\ngood\r\n")
        await eventually(lambda: all_of.kept, 60)
        assert [kept.content[-6:] for kept in all_of.kept] == [b"good\r\n"]


async def test_what_a_milter_before_us_refuses_leaves_nothing(tmp_path: Path) -> None:
    async with running_door(settle_within=0.05) as other:
        other.keeper.fails = {"seal"}
        async with attached(tmp_path, milters=f"inet:127.0.0.1:{other.server.port}, {{ours}}") as all_of:
            assert (await all_of.deliver(HEADER + b"\r\nx\r\n")).startswith(b"451 4.3.0")
            other.keeper.fails = set()
            await all_of.deliver(HEADER + b"\r\ngood\r\n")
            await eventually(lambda: all_of.kept, 60)
            assert [kept.content[-6:] for kept in all_of.kept] == [b"good\r\n"]


async def test_what_a_milter_behind_us_refuses_we_cannot_know(tmp_path: Path) -> None:
    """Postfix says Abort behind every mail, taken or not: the reason why MailBridge must be the last milter."""
    async with running_door(settle_within=0.05) as other:
        other.keeper.fails = {"seal"}
        milters = f"{{ours}}, inet:127.0.0.1:{other.server.port}"
        async with attached(tmp_path, milters=milters, settle_within=60) as all_of:
            assert (await all_of.deliver(HEADER + b"\r\nx\r\n")).startswith(b"451 4.3.0")
            await eventually(lambda: all_of.kept, 60)
            assert all_of.sink.taken == []


async def test_no_copy_no_mail_and_the_retry_is_kept(tmp_path: Path) -> None:
    async with attached(tmp_path) as all_of:
        full = [True]
        all_of.server._desk.is_full = lambda: full[0]  # the switch that `serve` turns
        assert await all_of.deliver(HEADER + b"\r\nx\r\n") == (
            b"452 4.3.1 Insufficient system storage, try again later"
        )
        full.clear()
        full.append(False)
        assert (await all_of.deliver(HEADER + b"\r\nx\r\n")).startswith(b"250")
        await eventually(lambda: all_of.kept, 60)
        assert len(all_of.kept) == 1


async def test_quarantine_puts_the_mail_on_hold(tmp_path: Path) -> None:
    async with running_door(quarantine=True) as door, next_hop() as sink:
        door.keeper.fails = {"seal"}
        lines = f"smtpd_milters = inet:127.0.0.1:{door.server.port}\n"
        async with asking(next_port=sink.port, more=lines) as mta:
            assert (await asyncio.to_thread(submit, mta.port, HEADER + b"\r\nx\r\n")).startswith(b"250")
            listed = await asyncio.to_thread(
                subprocess.run,
                ["/usr/sbin/postqueue", "-c", str(mta.folder / "conf"), "-j"], capture_output=True, check=True,
            )  # fmt: skip
            assert json.loads(listed.stdout)["queue_name"] == "hold"
            assert sink.taken == []


# -- when we are not there --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "code"), [("tempfail", b"451 4.7.1"), ("accept", b"250 2.0.0")])
async def test_what_default_action_means(tmp_path: Path, action: str, code: bytes) -> None:
    async with attached(tmp_path, more=f"milter_default_action = {action}\n") as all_of:
        await all_of.server.stop()
        # Postfix refuses MAIL already when it could not connect.
        assert (await all_of.deliver(HEADER + b"\r\nx\r\n")).startswith(code)
        if action == "accept":
            await eventually(lambda: all_of.sink.taken, 60)
            assert b"X-MailBridge-ID" not in all_of.sink.taken[0].content
        assert all_of.kept == []


async def test_a_restart_in_the_middle_of_a_session(tmp_path: Path) -> None:
    """`tempfail`: the open session hears 451 for its next mail, and the one after it is kept."""

    def two(port: int, stopped: list[str], go_on: list[str]) -> list[bytes]:
        with session(port) as client:
            first = say(client, HEADER + b"\r\n1\r\n")
            stopped.append("please")
            while not go_on:
                time.sleep(0.01)
            return [first, say(client, HEADER + b"\r\n2\r\n")]

    more = "milter_default_action = tempfail\n"
    async with attached(tmp_path, more=more, settle_within=0.05) as all_of:
        stopped: list[str] = []
        go_on: list[str] = []
        client = asyncio.create_task(asyncio.to_thread(two, all_of.mta.port, stopped, go_on))
        await eventually(lambda: stopped, 60)
        port = all_of.server.port
        await all_of.server.stop()
        again: list[str] = []
        server = MilterServer(MilterSettings(listen_port=port), all_of.spool, again.append)
        await server.start()
        go_on.append("now")
        first, second = await client
        assert first.startswith(b"250")
        assert second.startswith(b"451")
        assert (await all_of.deliver(HEADER + b"\r\n2\r\n")).startswith(b"250")
        await eventually(lambda: len(all_of.kept) == 2, 60)
        await server.stop()
        assert [kept.content[-3:] for kept in all_of.kept] == [b"1\r\n", b"2\r\n"]


async def test_a_postfix_that_dies_behind_our_answer_leaves_the_fate_unknown(tmp_path: Path) -> None:
    async with attached(tmp_path, settle_within=60) as all_of:

        def deliver_and_stay() -> None:
            with session(all_of.mta.port) as client:
                assert say(client, HEADER + b"\r\nx\r\n").startswith(b"250")
                all_of.mta.stop()
                client.close()

        await asyncio.to_thread(deliver_and_stay)
        await eventually(lambda: all_of.spool.unknown(), 60)
        assert all_of.kept == []


# -- the how-to -------------------------------------------------------------------------------------------------------


def commands(heading: str) -> list[str]:
    """The commands for Postfix below a heading of the how-to."""
    section = HOWTO.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith(("postconf ", "postfix "))]
    assert lines
    return lines


def do(mta: Postfix, lines: list[str]) -> None:
    surroundings = {**os.environ, "MAIL_CONFIG": str(mta.folder / "conf"), "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    for line in lines:
        subprocess.run(line, shell=True, check=True, env=surroundings, capture_output=True, timeout=60)


async def test_the_howto_puts_it_in_and_takes_it_out_again(tmp_path: Path) -> None:
    async with next_hop() as sink, asking(next_port=sink.port) as mta:
        main = mta.folder / "conf" / "main.cf"
        before = main.read_bytes()
        place = mta.folder / "queue" / "mailbridge"
        await asyncio.to_thread(
            subprocess.run, ["install", "-d", "-g", "postfix", "-m", "2750", str(place)], check=True
        )
        async with milter(tmp_path / "spool", [], unix_path=str(place / "milter.sock")) as (_, spool):
            await asyncio.to_thread(do, mta, commands("3. Switch it on"))
            assert main.read_bytes() != before
            assert (await asyncio.to_thread(submit, mta.port, HEADER + b"\r\nin\r\n")).startswith(b"250")
            await eventually(lambda: list(spool.waiting()) and sink.taken, 60)
            [mail_id] = spool.waiting()
            assert spool.load(mail_id).content == HEADER + b"\r\nin\r\n"
            assert sink.taken[0].content.startswith(b"X-MailBridge-ID: " + mail_id.encode())

            await asyncio.to_thread(do, mta, commands("Take it out"))
            assert main.read_bytes() == before
            assert (await asyncio.to_thread(submit, mta.port, HEADER + b"\r\nout\r\n")).startswith(b"250")
            await eventually(lambda: len(sink.taken) == 2, 60)
            assert b"X-MailBridge-ID" not in sink.taken[1].content
            assert len(list(spool.waiting())) == 1


# -- speed ------------------------------------------------------------------------------------------------------------


async def test_how_fast_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """300 mails of 3 KB over 8 connections, with and without the milter: printed, not judged. All are kept."""
    count, port = 300, free_port()
    sink = await asyncio.create_subprocess_exec("/usr/sbin/smtp-sink", "-u", "root", f"127.0.0.1:{port}", "100")
    place = tmp_path / "run"
    place.mkdir()
    tmp_path.chmod(0o755)
    accepted: list[str] = []
    rates: dict[str, float] = {}
    try:
        async with milter(tmp_path / "spool", accepted, settle_within=0.5) as (server, spool):
            for name, line in (("alone", ""), ("milter", f"smtpd_milters = inet:127.0.0.1:{server.port}\n")):
                async with asking(next_port=port, more=line) as mta:
                    begun = time.perf_counter()
                    source = await asyncio.create_subprocess_exec(
                        "/usr/sbin/smtp-source", "-s", "8", "-m", str(count), "-l", "3000",
                        "-f", "a@so.example", "-t", "b@bo.example", f"127.0.0.1:{mta.port}",
                    )  # fmt: skip
                    async with asyncio.timeout(120):
                        assert await source.wait() == 0
                    rates[name] = count / (time.perf_counter() - begun)
            await eventually(lambda: len(accepted) == count, 30)
            assert len(list(spool.waiting())) == count
        with capsys.disabled():
            sys.stdout.write(f"\nPostfix {rates['alone']:.0f} mails/s of 3 KB, with the milter {rates['milter']:.0f}\n")
    finally:
        sink.terminate()
        await sink.wait()
