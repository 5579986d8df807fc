"""What the doors are told, and what they take over from a changed configuration."""

from __future__ import annotations

import asyncio
import smtplib
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailbridge.errors import Misconfigured
from mailbridge.settings import Role, Settings
from mailbridge.smtp_hooks.journal.settings import LOOPBACK, Protocol
from mailbridge.smtp_hooks.settings import End, ForwardClient, Route, Upstream
from mailbridge.wiring import App
from mailbridge.wiring.doors import certificates_of, hop_settings, journal_settings, milter_settings
from tests.live.sink import Sink
from tests.wiring.builders_wiring import settings_of

KEYS = """\
fall_back = ["127.0.0.2:26"]
auth = "pass"
xclient_from = ["192.0.2.0/28"]
proxy_from = ["192.0.2.16/28"]
forward_client = "xclient"
max_size = 2048
max_header_size = 1024
max_line = 998
max_hops = 9
max_sessions = 8
max_sessions_per_client = 7
max_mails_per_minute = 5
client_timeout = 6.0
[[listener.route]]
domains = ["b.vn"]
next_hop = "127.0.0.3:27"
"""
DOORS = """\
[[listener]]
kind = "milter"
listen = "unix:m.sock"
quarantine = true
[[listener]]
kind = "journal"
listen = "127.0.0.1:0"
protocol = "lmtp"
unwrap = true
[roles]
run = ["hop", "milter", "journal"]
"""


def test_everything_that_a_hop_has_reaches_it(tmp_path: Path) -> None:
    hop = hop_settings(settings_of(tmp_path, keys=KEYS).listeners[0])
    assert hop.next_hop == Upstream(ends=(End(host="127.0.0.1", port=1), End(host="127.0.0.2", port=26)))
    assert hop.routes == (
        Route(domains=frozenset({"b.vn"}), upstream=Upstream(ends=(End(host="127.0.0.3", port=27),))),
    )
    assert (hop.auth_pass, hop.forward_client) == (True, ForwardClient.XCLIENT)
    assert hop.xclient_from == (ip_network("192.0.2.0/28"),)
    assert hop.proxy_from == (ip_network("192.0.2.16/28"),)
    assert (hop.max_size, hop.max_header_size, hop.max_line, hop.max_hops) == (2048, 1024, 998, 9)
    assert (hop.max_sessions, hop.max_sessions_per_client, hop.client_timeout) == (8, 7, 6.0)
    assert hop.max_mails_per_minute == 5


def test_a_door_tells_that_only_the_agency_s_own_people_use_it(tmp_path: Path) -> None:
    hop, milter, _ = settings_of(tmp_path, below=DOORS).listeners
    for internal in (True, False):
        assert milter_settings(replace(milter, internal=internal)).internal is internal
        assert hop_settings(replace(hop, internal=internal)).internal is internal


def test_a_milter_and_a_journal(tmp_path: Path) -> None:
    _, milter, journal = settings_of(tmp_path, below=DOORS).listeners
    told = milter_settings(milter)
    assert (told.unix_path, told.quarantine, told.client_timeout) == (str(tmp_path / "m.sock"), True, 7210.0)
    heard = journal_settings(journal)
    assert (heard.protocol, heard.unwrap, heard.allowed_clients) == (Protocol.LMTP, True, LOOPBACK)


def test_a_certificate_that_cannot_be_used_is_found_before_anything_changes(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, keys='tls_certificate = "books.toml"\ntls_key = "rules.d/10-enter.toml"\n')
    with pytest.raises(Misconfigured, match="certificate or key cannot be used") as caught:
        certificates_of(settings)
    assert caught.value.file == str(tmp_path / "books.toml")


async def test_every_kind_of_door_opens_and_closes(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, below=DOORS)
    app, stop = App(settings), asyncio.Event()
    async with app.running(roles=frozenset({Role.HOP, Role.MILTER, Role.JOURNAL}), stop=stop):
        assert [door.kind for door in app.door_status()] == ["hop", "milter", "journal"]
        assert (tmp_path / "m.sock").is_socket()
        assert app.ledger_status() is None
        spool = app.spool_status(datetime.now(UTC))
        assert spool is not None
        assert (spool.waiting, spool.oldest_seconds) == (0, None)
    assert not (tmp_path / "m.sock").exists()


async def test_only_the_doors_of_the_roles_open(tmp_path: Path) -> None:
    app = App(settings_of(tmp_path, below=DOORS))
    async with app.running(roles=frozenset({Role.JOURNAL}), stop=asyncio.Event()):
        assert [door.kind for door in app.door_status()] == ["journal"]


async def test_an_open_session_goes_on_and_the_next_one_meets_the_new_settings(tmp_path: Path) -> None:
    with Sink() as sink:

        def changed(size: int) -> Settings:
            return settings_of(tmp_path, next_hop=sink.port, keys=f"max_size = {size}\nmax_header_size = 1024\n")

        app = App(changed(1_000_000))
        async with app.running(roles=frozenset({Role.HOP}), stop=asyncio.Event()):
            port = app.hop_port

            def offers() -> str:
                with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
                    client.ehlo()
                    return client.esmtp_features["size"]

            first = await asyncio.to_thread(smtplib.SMTP, "127.0.0.1", port, timeout=20)
            before = await asyncio.to_thread(offers)
            settings = changed(500_000)
            app.renew(settings, await app.prepare(settings))
            assert app.hop_port == port
            assert (before, await asyncio.to_thread(offers)) == ("1000000", "500000")
            sent = await asyncio.to_thread(first.sendmail, "a@b.vn", ["lan@sonv.backan.gov.vn"], b"Subject: x\r\n\r\nx")
            assert sent == {}
            await asyncio.to_thread(first.quit)
            (door,) = app.door_status()
            assert (door.mails.delivered, door.today.delivered) == (1, 1)
            app.begin_day()
            (door,) = app.door_status()
            assert (door.mails.delivered, door.today.delivered) == (1, 0)
