from __future__ import annotations

import asyncio
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.smtp_hooks.journal.server import JournalServer
from mailbridge.smtp_hooks.journal.settings import JournalSettings
from tests.smtp_hooks.builders_smtp import MAIL, RawClient, client_of, eventually
from tests.smtp_hooks.journal.builders_journal import MemoryKeeper, running, running_journal


async def greeting(port: int) -> tuple[bytes, RawClient]:
    client = RawClient(*await asyncio.open_connection("127.0.0.1", port))
    return await client.hear(), client


async def test_a_host_that_is_not_listed_hands_in_nothing() -> None:
    """4yz: what it had to hand in waits until somebody has put the list right."""
    keeper = MemoryKeeper()
    async with running(keeper, allowed_clients=(ip_network("192.0.2.0/24"),)) as journal:
        said, client = await greeting(journal.server.port)
        assert said[:9] == b"421 4.7.1"
        assert await client.is_closed()
        client.writer.close()
        assert journal.server.sessions == 0


@pytest.mark.parametrize(
    ("all_of_them", "of_one", "code"), [(2, 50, b"421 4.3.2"), (50, 2, b"421 4.7.0")], ids=["all", "one"]
)
async def test_limits_for_all_and_for_one_client(all_of_them: int, of_one: int, code: bytes) -> None:
    async with (
        running(MemoryKeeper(), max_sessions=all_of_them, max_sessions_per_client=of_one) as journal,
        client_of(journal.server.port) as first,
        client_of(journal.server.port),
    ):
        said, third = await greeting(journal.server.port)
        assert said[:9] == code
        assert await third.is_closed()
        third.writer.close()
        assert (await first.say(b"QUIT"))[:3] == b"221"
        await eventually(lambda: journal.server.sessions == 1)
        said, third = await greeting(journal.server.port)
        assert said[:3] == b"220"
        third.writer.close()


async def test_a_flood_of_connections_leaves_no_trace() -> None:
    async with running(MemoryKeeper(), max_sessions_per_client=5) as journal:
        for _ in range(5):
            found = await asyncio.gather(*(greeting(journal.server.port) for _ in range(40)))
            for _, client in found:
                client.writer.close()
        await eventually(lambda: journal.server.sessions == 0)
        async with client_of(journal.server.port) as client:
            assert (await client.mail())[:3] == b"250"


@pytest.mark.parametrize("begun", [b"", b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<x@y.example>\r\nDATA\r\nSubj"])
async def test_a_silent_client_is_sent_away_and_leaves_nothing(begun: bytes) -> None:
    keeper = MemoryKeeper()
    async with running(keeper, client_timeout=0.3) as journal, client_of(journal.server.port) as client:
        await client.send(begun)
        async with asyncio.timeout(10):
            said = await client.reader.read()
        assert said.endswith(b"421 4.4.2 Timeout, closing connection\r\n")
        await eventually(lambda: journal.server.sessions == 0)
    assert set(keeper.fates()) <= {"discarded"}


async def test_time_with_the_disk_is_not_the_clients_time() -> None:
    keeper = MemoryKeeper(gates={"seal": asyncio.Event()})
    async with running(keeper, client_timeout=0.3) as journal, client_of(journal.server.port) as client:
        await client.envelope()
        await client.send(MAIL + b".\r\n")
        await asyncio.sleep(0.8)
        keeper.gates["seal"].set()
        assert (await client.hear())[:3] == b"250"


async def test_stopping_lets_a_mail_end_and_sends_the_idle_away(tmp_path: Path) -> None:
    async with (
        running_journal(tmp_path) as journal,
        client_of(journal.server.port) as idle,
        client_of(journal.server.port) as busy,
    ):
        await busy.envelope()
        stopping = asyncio.create_task(journal.server.stop())
        assert (await idle.hear())[:9] == b"421 4.3.2"
        assert (await busy.say(MAIL + b"."))[:3] == b"250"
        assert (await busy.hear())[:9] == b"421 4.3.2"
        await stopping
        assert len(journal.kept) == 1


async def test_new_settings_hold_for_open_sessions_too_and_cut_none() -> None:
    keeper = MemoryKeeper()
    async with running(keeper, max_size=1000) as journal, client_of(journal.server.port) as client:
        assert (await client.mail(b"x" * 2000 + b"\r\n"))[:3] == b"552"
        journal.server.renew(JournalSettings(hostname="journal.example", max_size=5000, max_sessions=1))
        assert (await client.mail(b"x" * 2000 + b"\r\n"))[:3] == b"250"
        said, second = await greeting(journal.server.port)
        assert said[:9] == b"421 4.3.2"
        second.writer.close()


async def test_stopping_cuts_what_does_not_end() -> None:
    keeper = MemoryKeeper()
    async with running(keeper, stop_within=0.2) as journal, client_of(journal.server.port) as client:
        await client.envelope()
        await journal.server.stop()
        assert await client.is_closed()
        await eventually(lambda: keeper.fates() == ["discarded"])


async def test_a_port_that_is_taken_and_a_certificate_that_is_none(tmp_path: Path) -> None:
    async with running(MemoryKeeper()) as journal:
        settings = JournalSettings(hostname="x", listen_port=journal.server.port)
        second = JournalServer(settings, MemoryKeeper(), lambda _: None)
        with pytest.raises(Unavailable):
            await second.start()
        with pytest.raises(Unavailable):
            second.port  # noqa: B018 - asking is the test
    file = tmp_path / "x.pem"
    file.write_text("no certificate")
    bad = JournalSettings(hostname="x", certificate=str(file), key=str(file))
    with pytest.raises(Misconfigured):
        await JournalServer(bad, MemoryKeeper(), lambda _: None).start()


async def test_a_thousand_mails_over_twenty_connections(tmp_path: Path) -> None:
    async def send(port: int) -> None:
        async with client_of(port) as client:
            for _ in range(50):
                assert (await client.mail())[:3] == b"250"

    async with running_journal(tmp_path) as journal:
        await asyncio.gather(*(send(journal.server.port) for _ in range(20)))
        assert len(set(journal.accepted)) == 1000
        assert {kept.id for kept in journal.kept} == set(journal.accepted)
