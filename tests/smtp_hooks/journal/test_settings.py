from __future__ import annotations

from ipaddress import ip_network

import pytest

from mailbridge.smtp_hooks.journal.settings import JournalSettings


@pytest.mark.parametrize(
    ("ip", "admitted"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.1", False),
        ("::ffff:192.0.2.1", False),
        ("fe80::1%eth0", False),
        ("", False),
        (None, False),
        ("nonsense", False),
    ],
)
def test_without_a_list_only_the_machine_itself_hands_in_copies(ip: str | None, admitted: bool) -> None:
    assert JournalSettings(hostname="x").admits(ip) is admitted


def test_listed_networks_and_nobody_else() -> None:
    settings = JournalSettings(hostname="x", allowed_clients=(ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))
    asked = ("192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1", "127.0.0.1", "198.51.100.1")
    assert [settings.admits(ip) for ip in asked] == [True, True, True, False, False]
