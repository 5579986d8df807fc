"""A configuration without slips becomes the pieces of the program."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from mailbridge.decision.rules import Order
from mailbridge.ports import Tls
from mailbridge.settings import Auth, HostPort, ListenerKind, Role, UnixSocket, check_files, load
from mailbridge.smtp_hooks.journal.settings import LOOPBACK
from mailbridge.smtp_hooks.journal.settings import Protocol as JournalProtocol
from mailbridge.smtp_hooks.settings import ForwardClient
from tests.settings.builders_settings import MAIN, RULES, configuration


def test_the_keys_of_the_contract(tmp_path: Path) -> None:
    """The text of CONTRACT.md, section Configuration, with its data where a test may write."""
    text = f"""
language = "vi"
data = "{tmp_path}/data"            # spool, documents and SQLite lie here unless named apart
[database]
url = "sqlite:///{tmp_path}/data/mailbridge.db"
[[agency]]
id = "sonv"
name = "Sở Nội vụ tỉnh Bắc Kạn"
domains = ["sonv.backan.gov.vn"]        # recipients that are this agency
addresses = ["vanthu@sonv.backan.gov.vn"]
clerks = ["lan@sonv.backan.gov.vn"]
[[listener]]
kind = "hop"                            # hop, milter, journal
listen = "127.0.0.1:2525"
next_hop = "127.0.0.1:25"
[outbound]
next_hop = "127.0.0.1:25"               # where letters leave
[dns]
servers = []                            # empty: the system's
zone = ""
[web]
listen = "127.0.0.1:8080"
"""
    settings = load(configuration(tmp_path, mailbridge=text), {})
    assert settings.language == "vi"
    assert settings.data == tmp_path / "data"
    assert settings.folder == tmp_path
    assert settings.database.url == f"sqlite:///{tmp_path}/data/mailbridge.db"
    (agency,) = settings.agencies
    assert agency.name == "Sở Nội vụ tỉnh Bắc Kạn"
    (listener,) = settings.listeners
    assert (listener.kind, listener.listen) == (ListenerKind.HOP, HostPort(host="127.0.0.1", port=2525))
    assert (listener.next_hop_tls, listener.internal, listener.max_size) == (Tls.MAY, False, 50 * 1024 * 1024)
    assert str(settings.outbound.next_hop) == "127.0.0.1:25"
    assert settings.web == HostPort(host="127.0.0.1", port=8080)
    assert settings.dns.zone is None
    assert settings.roles == (Role.HOP, Role.WORK, Role.SEND)
    assert settings.policies[0].agency == agency


def test_the_path_may_be_the_file_or_its_folder(tmp_path: Path) -> None:
    folder = configuration(tmp_path)
    assert load(folder, {}) == load(folder / "mailbridge.toml", {})


def test_paths_are_meant_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(configuration(tmp_path).parent)
    settings = load(Path(tmp_path.name), {})
    assert settings.data == tmp_path / "data"
    assert settings.database.url == f"sqlite:///{tmp_path}/data/mailbridge.db"


def test_local_files_are_laid_over_in_order(tmp_path: Path) -> None:
    settings = load(
        configuration(
            tmp_path,
            **{
                "conf.d__10_a": '[dns]\nservers = ["192.0.2.1"]\ntimeout = 1.0\n',
                "conf.d__20_b": '[dns]\nservers = ["192.0.2.2"]\n[outbound]\ntls = "require"\n',
            },
        ),
        {},
    )
    assert settings.dns.servers == ("192.0.2.2",)
    assert settings.dns.timeout == 1.0
    assert (settings.outbound.tls, settings.outbound.next_hop.port) == (Tls.REQUIRE, 25)


def test_a_local_array_of_tables_replaces_the_whole_one(tmp_path: Path) -> None:
    listeners = '[[listener]]\nkind = "hop"\nlisten = "127.0.0.1:0"\nnext_hop = "127.0.0.1:2626"\n'
    settings = load(configuration(tmp_path, **{"conf.d__10_a": listeners}), {})
    assert [str(listener.listen) for listener in settings.listeners] == ["127.0.0.1:0"]


def test_the_environment_replaces_the_database(tmp_path: Path) -> None:
    url = "postgresql+psycopg://mb:secret@db/mb"
    assert load(configuration(tmp_path), {"MAILBRIDGE_DATABASE_URL": url}).database.url == url


def test_rules_stand_in_the_order_of_their_files(tmp_path: Path) -> None:
    first = '[[rule]]\nname = "tell"\naction = "notify"\nstop = false\nnotify = ["a@b.vn"]\ntext = "Khẩn."\n'
    settings = load(configuration(tmp_path, **{"rules.d__05_first": first}), {})
    assert [(rule.name, rule.order) for rule in settings.rules.rules] == [
        ("tell", Order.NOTIFY),
        ("enter", Order.REGISTER),
    ]
    assert settings.rules.rules[1].origin.endswith("10-enter.toml:1")


def test_the_version_of_the_rules_changes_with_their_text(tmp_path: Path) -> None:
    before = load(configuration(tmp_path), {}).rules.version
    after = load(configuration(tmp_path, **{"rules.d__10_enter": RULES + "# a word\n"}), {}).rules.version
    assert len(before) == len(after) == 64
    assert before != after
    assert load(configuration(tmp_path), {}).rules.version == before


def test_upper_case_domains_and_windows_line_ends(tmp_path: Path) -> None:
    text = MAIN.replace('"sonv.backan.gov.vn"]', '"SONV.Backan.gov.vn."]').replace("\n", "\r\n")
    assert load(configuration(tmp_path, mailbridge=text), {}).agencies[0].domains == ("sonv.backan.gov.vn",)


def test_a_whole_number_will_do_where_a_decimal_is_wanted(tmp_path: Path) -> None:
    assert load(configuration(tmp_path, mailbridge=MAIN + "[dns]\ntimeout = 2\n"), {}).dns.timeout == 2.0


def test_two_agencies(tmp_path: Path) -> None:
    second = (
        '[[agency]]\nid = "sotc"\nname = "Sở Tài chính"\ndomains = ["sotc.backan.gov.vn"]\n'
        'addresses = ["vanthu@sotc.backan.gov.vn"]\nclerks = ["minh@sotc.backan.gov.vn"]\n'
    )
    folder = configuration(tmp_path, mailbridge=MAIN + second)
    assert check_files(folder, {}) == ()
    assert [policy.agency.id for policy in load(folder, {}).policies] == ["sonv", "sotc"]


def test_a_hop_with_everything(tmp_path: Path) -> None:
    keys = """\
fall_back = ["[::1]:26", "192.0.2.1:25"]
auth = "pass"
xclient_from = ["192.0.2.0/28", "2001:db8::1"]
proxy_from = ["192.0.2.0/28"]
forward_client = "xforward"
max_line = 998
[[listener.route]]
domains = ["A.vn.", "b.vn"]
next_hop = "192.0.2.2:25"
[[listener.route]]
domains = ["c.vn"]
next_hop = "192.0.2.3:25"
fall_back = ["192.0.2.4:25"]
[failure]
pass = ["lan@sonv.backan.gov.vn", "c.vn"]
[metrics]
listen = "127.0.0.1:9108"
"""
    text = MAIN.replace('language = "vi"', 'language = "vi"\nshadow = true').replace("[outbound]", keys + "[outbound]")
    settings = load(configuration(tmp_path, mailbridge=text), {})
    (listener,) = settings.listeners
    assert [str(end) for end in listener.ends] == ["127.0.0.1:25", "[::1]:26", "192.0.2.1:25"]
    assert listener.next_hop == HostPort(host="127.0.0.1", port=25)
    assert [(route.domains, len(route.ends)) for route in listener.routes] == [(("a.vn", "b.vn"), 1), (("c.vn",), 2)]
    assert (listener.auth, listener.forward_client) == (Auth.PASS, ForwardClient.XFORWARD)
    assert listener.xclient_from == (ip_network("192.0.2.0/28"), ip_network("2001:db8::1"))
    assert (listener.max_line, listener.max_hops, listener.max_sessions) == (998, 50, 1000)
    assert settings.pass_in_failure == ("lan@sonv.backan.gov.vn", "c.vn")
    assert settings.metrics == HostPort(host="127.0.0.1", port=9108)
    assert settings.control_folder == tmp_path / "data" / "run"
    assert settings.shadow
    assert settings.policies[0].shadow


def test_a_milter_on_a_path_and_a_journal(tmp_path: Path) -> None:
    doors = """\
[[listener]]
kind = "milter"
listen = "unix:milter.sock"
[[listener]]
kind = "journal"
listen = "127.0.0.1:2626"
protocol = "lmtp"
unwrap = true
[roles]
run = ["hop", "milter", "journal"]
"""
    settings = load(configuration(tmp_path, mailbridge=MAIN.replace("[outbound]", doors + "[outbound]")), {})
    _, milter, journal = settings.listeners
    assert milter.listen == UnixSocket(path=tmp_path / "milter.sock")
    assert milter.next_hop is None
    assert (journal.protocol, journal.unwrap, journal.copies_from) == (JournalProtocol.LMTP, True, LOOPBACK)
    assert (milter.client_timeout, journal.client_timeout) == (7210.0, 300.0)
    assert not settings.shadow
