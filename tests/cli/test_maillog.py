"""Reading a Postfix log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailbridge.cli.maillog import read_maillog

HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=HANOI)

# What Postfix 3.7 wrote when three mails came to it, two of them from one client.
REAL = """\
Nov 22 08:51:48 mx postfix/postfix-script[31043]: starting the Postfix mail system
Nov 22 08:51:48 mx postfix/master[31046]: daemon started -- version 3.7.11, configuration /etc/postfix
Nov 22 08:51:49 mx postfix/smtpd[31055]: connect from localhost[127.0.0.1]
Nov 22 08:51:49 mx postfix/smtpd[31055]: lost connection after CONNECT from localhost[127.0.0.1]
Nov 22 08:51:49 mx postfix/smtpd[31055]: disconnect from localhost[127.0.0.1] commands=0/0
Nov 22 08:51:49 mx postfix/smtpd[31055]: connect from localhost[127.0.0.1]
Nov 22 08:51:49 mx postfix/smtpd[31055]: 2EC3829A2D8: client=localhost[127.0.0.1]
Nov 22 08:51:49 mx postfix/cleanup[31062]: 2EC3829A2D8: message-id=<0@so.example>
Nov 22 08:51:49 mx postfix/smtpd[31055]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 quit=1 commands=3
Nov 22 08:51:49 mx postfix/qmgr[31049]: 2EC3829A2D8: from=<a@so.example>, size=270, nrcpt=1 (queue active)
Nov 22 08:51:50 mx postfix/smtpd[31055]: 31D5729A2C5: client=localhost[127.0.0.1]
Nov 22 08:51:50 mx postfix/smtp[31064]: 2EC3829A2D8: to=<lan@so.example>, relay=127.0.0.1[127.0.0.1]:46253, \
dsn=2.0.0, status=sent (250 2.0.0 Ok)
Nov 22 08:51:50 mx postfix/qmgr[31049]: 2EC3829A2D8: removed
Nov 22 08:51:50 mx postfix/smtpd[31055]: warning: hostname x.test does not resolve to address 127.0.0.5
Nov 22 08:51:51 mx postfix/smtpd[31055]: NOQUEUE: reject: RCPT from unknown[127.0.0.5]: 554 5.7.1 <x@y>: denied
Nov 22 08:51:51 mx postfix/smtpd[31055]: 36F1B29A2D8: client=unknown[127.0.0.5]
Nov 22 08:51:51 mx postfix/cleanup[31062]: 36F1B29A2D8: message-id=<>
Nov 22 08:51:52 mx postfix/qmgr[31049]: 36F1B29A2D8: removed
"""


def test_a_real_log_is_read() -> None:
    log = read_maillog(REAL.splitlines(), NOW)
    assert log.seen == {"2EC3829A2D8", "31D5729A2C5", "36F1B29A2D8"}
    assert log.clients == {"2EC3829A2D8": "127.0.0.1", "31D5729A2C5": "127.0.0.1", "36F1B29A2D8": "127.0.0.5"}
    assert log.first == datetime(2026, 11, 22, 8, 51, 48, tzinfo=HANOI)
    assert log.last == datetime(2026, 11, 22, 8, 51, 52, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("line", "client"),
    [
        (
            "2026-11-22T08:51:49.123456+07:00 mx postfix/smtpd[1]: 4bXYZ12abc: client=mx.so.vn[2001:db8::1]",
            "2001:db8::1",
        ),
        ("2026-11-22T01:51:49Z mx postfix-in/smtpd[1]: 4bXYZ12abc: client=unknown[192.0.2.1]", "192.0.2.1"),
        (
            "Nov  2 08:51:49 mx postfix/submission/smtpd[1]: 4bXYZ12abc: client=a[192.0.2.1], sasl_method=PLAIN",
            "192.0.2.1",
        ),
        ("Nov 22 08:51:49 mx postfix/pickup[1]: 4bXYZ12abc: uid=0 from=<root>", None),
        ("Nov 22 08:51:49 mx postfix/cleanup[1]: 4bXYZ12abc: message-id=<client=x[192.0.2.1]>", None),
    ],
)
def test_forms_of_lines(line: str, client: str | None) -> None:
    log = read_maillog([line], NOW)
    assert (list(log.seen), log.clients.get("4bXYZ12abc")) == (["4bXYZ12abc"], client)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "Nov 22 08:51:49 mx dovecot: lmtp(lan)<1><x>: saved",
        "Nov 22 08:51:49 mx sshd[1]: 4bXYZ12abc: client=x[192.0.2.1]",
        "kernel: postfix/smtpd[1]: 4bXYZ12abc: client=x[192.0.2.1]",
    ],
)
def test_lines_of_others_are_passed_over(line: str) -> None:
    log = read_maillog([line], NOW)
    assert (log.first, log.seen, log.clients) == (None, frozenset(), {})


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("Nov 22 11:59:59", datetime(2026, 11, 22, 4, 59, 59, tzinfo=UTC)),
        ("Dec 31 23:59:59", datetime(2025, 12, 31, 16, 59, 59, tzinfo=UTC)),
        ("Jan  1 00:00:00", datetime(2025, 12, 31, 17, 0, 0, tzinfo=UTC)),
        ("Nov 31 00:00:00", None),
        ("Foo 11 00:00:00", None),
    ],
)
def test_a_stamp_without_year_is_the_latest_that_is_not_to_come(stamp: str, at: datetime | None) -> None:
    assert read_maillog([f"{stamp} mx postfix/qmgr[1]: 4bXYZ12abc: removed"], NOW).first == at
