"""The two fields on top."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailbridge.mail.envelope import Client
from mailbridge.smtp_hooks.trace import address_literal, protocol_name, trace_fields

NOW = datetime(2026, 11, 21, 15, 40, 30, 999, tzinfo=UTC)


def fields(helo: str | None, ip: str | None = "192.0.2.1") -> bytes:
    client = Client(ip=ip, helo=helo)
    return trace_fields(mail_id="ID-1", client=client, hostname="hop.example", protocol="ESMTP", now=NOW)


def test_received_and_id() -> None:
    assert fields("mx.so.example") == (
        b"Received: from mx.so.example ([192.0.2.1])\r\n"
        b"\tby hop.example with ESMTP id ID-1;\r\n"
        b"\tSat, 21 Nov 2026 22:40:30 +0700\r\n"
        b"X-MailBridge-ID: ID-1\r\n"
    )


@pytest.mark.parametrize("helo", ["a\r\nEvil: 1", "a (b) <c>; d", "ă" * 3000, "", None, "x" * 3000])
def test_a_hostile_helo_adds_no_line_and_no_clause(helo: str | None) -> None:
    written = fields(helo)
    assert written.count(b"\n") == 4
    assert written.count(b"(") == 1
    assert written.count(b";") == 1
    assert max(len(line) for line in written.split(b"\r\n")) < 300


@pytest.mark.parametrize(
    ("ip", "literal"),
    [
        ("192.0.2.1", "[192.0.2.1]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
        ("::ffff:192.0.2.1", "[192.0.2.1]"),
        ("fe80::1%eth0", "[IPv6:fe80::1]"),
        ("no address", "[unknown]"),
        (None, "[unknown]"),
    ],
)
def test_address_literals(ip: str | None, literal: str) -> None:
    assert address_literal(ip) == literal


def test_protocol_names() -> None:
    assert protocol_name(extended=False, tls=False, utf8=False) == "SMTP"
    assert protocol_name(extended=True, tls=False, utf8=False) == "ESMTP"
    assert protocol_name(extended=True, tls=True, utf8=False) == "ESMTPS"
    assert protocol_name(extended=True, tls=False, utf8=True) == "UTF8SMTP"
    assert protocol_name(extended=True, tls=True, utf8=True) == "UTF8SMTPS"
