"""A real Postfix that makes copies for us: as docs/howto/journal-copy.md says, and nothing else of it changed."""

from __future__ import annotations

import asyncio
import os
import random
import re
import smtplib
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailbridge.mail.envelope import MailObject
from mailbridge.mail.journal_copy import SOURCE, Source, mail_of
from mailbridge.smtp_hooks.journal.settings import Protocol
from tests.live.postfix import Postfix, missing, postfix
from tests.live.test_postfix_hop import BODIES, HEADER
from tests.smtp_hooks.builders_smtp import eventually, stuff
from tests.smtp_hooks.journal.builders_journal import Journal, running_journal
from tests.smtp_hooks.next_hop_double import NextHopDouble, next_hop

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

HOWTO = Path(__file__).parents[2] / "docs/howto/journal-copy.md"
BCC = r"/^([^@]+)@(bo\.example)$/  $1@$2.mailbridge.invalid" + "\n"


@dataclass
class Office:
    """A mail server whose users' mail goes to `users`; `port` is where its copies go."""

    server: Postfix
    users: NextHopDouble
    port: int

    @property
    def got(self) -> list[str]:
        """The recipients whose mail has come; the double takes an empty mail where it has refused them all."""
        return [line for mail in self.users.taken if mail.content for line in mail.recipients]

    def logged(self, *words: str) -> bool:
        """Say whether one line of its log has all these words."""
        return any(all(word in line for word in words) for line in self.server.said().splitlines())

    def postconf(self, setting: str) -> None:
        conf = str(self.server.folder / "conf")
        subprocess.run(["/usr/sbin/postconf", "-c", conf, "-e", setting], check=True, timeout=60)
        subprocess.run(["/usr/sbin/postfix", "-c", conf, "reload"], check=True, timeout=60, capture_output=True)


def quiet_port() -> int:
    """Find a free port below those that the system gives to clients: nobody takes it while our door is closed."""
    for port in random.sample(range(20_000, 30_000), 100):
        with suppress(OSError), socket.socket() as tried:
            tried.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


@asynccontextmanager
async def office(folder: Path, *, each: bool, protocol: Protocol = Protocol.LMTP) -> AsyncIterator[Office]:
    """One with recipient_bcc_maps (`each`), or with always_bcc."""
    port = quiet_port()
    table = folder / "copy"
    table.write_text(BCC)
    copies = f"recipient_bcc_maps = regexp:{table}" if each else "always_bcc = journal@mailbridge.invalid"
    transport = f"{protocol.value}:[127.0.0.1]:{port}"
    more = (
        f"{copies}\n"
        f"transport_maps = inline:{{{{mailbridge.invalid={transport}}}, {{.mailbridge.invalid={transport}}}}}\n"
    )
    async with next_hop() as users:
        with postfix(next_port=users.port, name="mail.bo.example", more=more) as server:
            yield Office(server=server, users=users, port=port)


def submit(port: int, content: bytes, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        assert client.mail("vanthu@so.example", ["BODY=8BITMIME"])[0] == 250
        for recipient in recipients:
            assert client.rcpt(recipient)[0] == 250
        assert client.docmd("DATA")[0] == 354
        client.send(stuff(content) + b".\r\n")
        assert client.getreply()[0] == 250


def learnt(kept: MailObject) -> tuple[str, tuple[str, ...]]:
    envelope = mail_of(kept).envelope
    [mark] = set(envelope.recipient_parameters)
    return mark.removeprefix(f"{SOURCE}="), envelope.recipients


async def flushed(at: Office, check: Callable[[], bool]) -> None:
    """Flush until it has worked: a mail that is just being tried is left out for some minutes."""
    async with asyncio.timeout(60):
        while not check():
            at.server.flush()
            await asyncio.sleep(0.5)


@asynccontextmanager
async def door(root: Path, port: int, **settings: Any) -> AsyncIterator[Journal]:
    async with running_journal(root, listen_port=port, **settings) as journal:
        yield journal


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_the_copy_has_the_octets_that_the_user_gets(tmp_path: Path, body: bytes, protocol: Protocol) -> None:
    content = HEADER + b"\r\n" + body
    async with (
        office(tmp_path, each=True, protocol=protocol) as at,
        door(tmp_path / "spool", at.port, protocol=protocol) as journal,
    ):
        await asyncio.to_thread(submit, at.server.port, content, "vanthu@bo.example")
        await eventually(lambda: at.users.taken and journal.kept, 60)
        [[users], [kept]] = at.users.taken, journal.kept
        # A hop behind the same Postfix would have been handed exactly this: same content, same envelope.
        found = mail_of(kept)
        assert found.content == users.content
        assert found.content.endswith(content)
        assert (found.envelope.mail_from, found.envelope.recipients) == ("vanthu@so.example", ("vanthu@bo.example",))
        await eventually(lambda: at.logged("status=sent", f"kept as {kept.id}"), 60)


async def test_each_true_recipient_is_known_even_one_in_bcc(tmp_path: Path) -> None:
    async with (
        office(tmp_path, each=True) as at,
        door(tmp_path / "spool", at.port, protocol=Protocol.LMTP) as journal,
    ):
        recipients = ("hidden@bo.example", "boss@other.example", "Lan.N+x@BO.example")
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\nx\r\n", *recipients)
        await eventually(lambda: len(at.got) == 3 and journal.kept, 60)
        [kept] = journal.kept
        source, found = learnt(kept)
        assert (source, set(found)) == (Source.ADDRESS, {"hidden@bo.example", "Lan.N+x@BO.example"})
        # What goes elsewhere is not copied at all.
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\nx\r\n", "boss@other.example")
        await eventually(lambda: len(at.got) == 4, 60)
        await eventually(lambda: at.server.queued() == 0, 60)
        assert len(journal.kept) == 1


async def test_always_bcc_leaves_hints(tmp_path: Path) -> None:
    """A single recipient stands in the trace of Postfix; of several, one of them hidden, only To and Cc speak."""
    async with (
        office(tmp_path, each=False) as at,
        door(tmp_path / "spool", at.port, protocol=Protocol.LMTP) as journal,
    ):
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\nx\r\n", "hidden@bo.example")
        await eventually(lambda: len(journal.kept) == 1, 60)
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\ny\r\n", "hidden@bo.example", "b@bo.example")
        await eventually(lambda: len(journal.kept) == 2, 60)
        assert [kept.envelope.recipients for kept in journal.kept] == [("journal@mailbridge.invalid",)] * 2
        assert [learnt(kept) for kept in journal.kept] == [
            (Source.RECEIVED, ("hidden@bo.example",)),
            (Source.HEADER, ("vanthu@bo.example",)),
        ]


@pytest.mark.parametrize("each", [True, False], ids=["recipient_bcc_maps", "always_bcc"])
async def test_switching_the_door_off_changes_nothing_for_users(tmp_path: Path, each: bool) -> None:
    """Their mail arrives as before; copies wait at Postfix and come when the door is open again; nothing bounces."""
    async with office(tmp_path, each=each) as at:
        for number in range(5):
            content = HEADER + f"\r\nmail {number}\r\n".encode()
            await asyncio.to_thread(submit, at.server.port, content, "vanthu@bo.example")
        await eventually(lambda: len(at.users.taken) == 5, 60)
        await eventually(lambda: at.logged("mailbridge.invalid", "status=deferred"), 60)
        await eventually(lambda: at.server.queued() == 5, 60)
        async with door(tmp_path / "spool", at.port, protocol=Protocol.LMTP) as journal:
            await flushed(at, lambda: len(journal.kept) == 5 and at.server.queued() == 0)
            assert sorted(kept.content for kept in journal.kept) == sorted(user.content for user in at.users.taken)
        assert len(at.users.taken) == 5
        assert not at.logged("status=bounced")


async def test_while_there_is_no_room_copies_wait(tmp_path: Path) -> None:
    full = True
    async with (
        office(tmp_path, each=True) as at,
        door(tmp_path / "spool", at.port, protocol=Protocol.LMTP, is_full=lambda: full) as journal,
    ):
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\nx\r\n", "vanthu@bo.example")
        await eventually(lambda: at.users.taken and at.logged("452 4.3.1", "status=deferred"), 60)
        full = False
        await flushed(at, lambda: bool(journal.kept) and at.server.queued() == 0)


@pytest.mark.parametrize("each", [True, False], ids=["recipient_bcc_maps", "always_bcc"])
async def test_a_copy_that_is_refused_for_good_tells_no_sender(tmp_path: Path, each: bool) -> None:
    """Postfix asks for no report about copies: neither the sender nor the user ever hears of one."""
    async with (
        office(tmp_path, each=each) as at,
        door(tmp_path / "spool", at.port, protocol=Protocol.LMTP, max_size=1000) as journal,
    ):
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\n" + b"x\r\n" * 1000, "vanthu@bo.example")
        await eventually(lambda: at.users.taken and at.logged("mailbridge.invalid", "status=bounced"), 60)
        await eventually(lambda: at.server.queued() == 0, 60)
        assert len(at.users.taken) == 1
        assert journal.kept == []


async def test_taking_it_out_with_copies_still_waiting(tmp_path: Path) -> None:
    """As the how-to says: no new copies, and those that wait are dropped without touching the users' mail."""
    async with office(tmp_path, each=True) as at:
        at.users.answers["RCPT"] = "451 4.3.0 the mailboxes are away too"
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\nx\r\n", "vanthu@bo.example")
        await eventually(lambda: at.logged("mailbridge.invalid", "deferred") and at.logged("away too", "deferred"), 60)
        at.postconf("recipient_bcc_maps =")
        at.postconf("transport_maps = inline:{{mailbridge.invalid=discard:},{.mailbridge.invalid=discard:}}")
        await flushed(at, lambda: at.logged("mailbridge.invalid", "relay=none", "status=sent"))
        await eventually(lambda: at.server.queued() == 1, 60)
        at.users.answers.clear()
        await flushed(at, lambda: len(at.got) == 1 and at.server.queued() == 0)
        await asyncio.to_thread(submit, at.server.port, HEADER + b"\r\ny\r\n", "vanthu@bo.example")
        await eventually(lambda: len(at.got) == 2 and at.server.queued() == 0, 60)


# -- the how-to -------------------------------------------------------------------------------------------------------


def blocks(heading: str, kind: str) -> list[str]:
    """The blocks of one kind below a heading of the how-to."""
    section = HOWTO.read_text().split(f"### {heading}\n")[1].split("\n##")[0]
    found = re.findall(rf"^```{kind}\n(.*?)^```", section, re.M | re.S)
    assert found
    return found


def do(at: Office, *texts: str) -> None:
    conf = str(at.server.folder / "conf")
    surroundings = {**os.environ, "MAIL_CONFIG": conf, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    for line in "".join(texts).replace("/etc/postfix", conf).splitlines():
        subprocess.run(line, shell=True, check=True, env=surroundings, capture_output=True, timeout=60)


async def test_the_howto_puts_it_in_and_takes_it_out_again(tmp_path: Path) -> None:
    port = quiet_port()
    async with next_hop() as users:
        with postfix(next_port=users.port, name="mail.bo.example") as server:
            at = Office(server=server, users=users, port=port)
            main = server.folder / "conf" / "main.cf"
            before = main.read_bytes()
            [transport], [copies] = blocks("2. Say where copies go", ""), blocks("3. Say what is copied", "")
            (server.folder / "conf" / "mailbridge-transport").write_text(transport.replace("2527", str(port)))
            (server.folder / "conf" / "mailbridge-copies").write_text(copies)
            for heading in ("2. Say where copies go", "3. Say what is copied"):
                await asyncio.to_thread(do, at, *blocks(heading, "sh"))
            async with door(tmp_path / "spool", port, protocol=Protocol.LMTP) as journal:
                await asyncio.to_thread(submit, server.port, HEADER + b"\r\nin\r\n", "vanthu@sonv.backan.gov.vn")
                await eventually(lambda: journal.kept and at.got, 60)
                assert learnt(journal.kept[0]) == (Source.ADDRESS, ("vanthu@sonv.backan.gov.vn",))
            await eventually(lambda: server.queued() == 0, 60)
            # One more whose copy finds the door closed, and then it goes.
            await asyncio.to_thread(submit, server.port, HEADER + b"\r\nlate\r\n", "vanthu@sonv.backan.gov.vn")
            await eventually(lambda: len(at.got) == 2 and at.logged("mailbridge.invalid", "deferred"), 60)
            no_more, dropped, forgotten = blocks("Take it out", "sh")
            await asyncio.to_thread(do, at, no_more, dropped)
            await flushed(at, lambda: server.queued() == 0)
            await asyncio.to_thread(do, at, forgotten)
            assert main.read_bytes() == before
            await asyncio.to_thread(submit, server.port, HEADER + b"\r\nout\r\n", "vanthu@sonv.backan.gov.vn")
            await eventually(lambda: len(at.got) == 3 and server.queued() == 0, 60)
            assert not at.logged("status=bounced")
