"""Ends of connections, domains, addresses."""

from __future__ import annotations

import pytest

from mailbridge.settings.values import host_port, is_domain, is_mailbox, same_end


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:25", "127.0.0.1", 25),
        ("[::1]:25", "::1", 25),
        ("MAIL.gov.vn:587", "mail.gov.vn", 587),
        (" localhost:1 ", "localhost", 1),
    ],
)
def test_ends(text: str, host: str, port: int) -> None:
    end = host_port(text)
    assert end is not None
    assert (end.host, end.port) == (host, port)
    assert host_port(str(end)) == end


@pytest.mark.parametrize(
    "text", ["", "25", ":25", "a:", "a:b", "a:-1", "a:65536", "a:0", "::1:25", "[x]:25", "1.2.3:25", "a b:25", "a_b:25"]
)
def test_no_ends(text: str) -> None:
    assert host_port(text) is None


def test_port_0_only_where_the_system_may_choose() -> None:
    assert host_port("127.0.0.1:0", any_port=True) is not None


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("a.vn", True),
        ("xn--s-xmj.vn", True),
        ("a", False),
        ("sở.vn", False),
        ("-a.vn", False),
        ("a..vn", False),
        ("A.vn", False),
        (f"{'a' * 64}.vn", False),
    ],
)
def test_domains(text: str, valid: bool) -> None:
    assert is_domain(text) is valid


@pytest.mark.parametrize(
    ("text", "valid"),
    [("vanthu@sonv.backan.gov.vn", True), ("a@b.test", True), ("a@", False), ("a b@c.vn", False), ("<a@b.vn>", False)],
)
def test_mailboxes(text: str, valid: bool) -> None:
    assert is_mailbox(text) is valid


@pytest.mark.parametrize(
    ("listen", "target", "same"),
    [
        ("127.0.0.1:25", "127.0.0.1:25", True),
        ("127.0.0.1:25", "localhost:25", True),
        ("0.0.0.0:25", "127.0.0.1:25", True),
        ("[::]:25", "[::1]:25", True),
        ("127.0.0.1:25", "127.0.0.1:26", False),
        ("127.0.0.1:25", "10.0.0.1:25", False),
        ("0.0.0.0:25", "10.0.0.1:25", False),
    ],
)
def test_a_connection_that_would_end_at_ourselves(listen: str, target: str, same: bool) -> None:
    one, other = host_port(listen), host_port(target)
    assert one is not None
    assert other is not None
    assert same_end(one, other) is same
