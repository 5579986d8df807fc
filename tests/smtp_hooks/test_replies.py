"""One table from errors to words."""

from __future__ import annotations

import re

import pytest

from mailbridge.errors import Misconfigured, ProtocolViolation, Unavailable
from mailbridge.smtp_hooks.replies import NextHopLost, NextHopRefuses, NextHopUnreachable, Reply, Say, reply_for


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("spool", "/var/lib/mail: no space"), b"451 4.3.0"),
        (NextHopUnreachable("10.0.0.1:25 refused"), b"421 4.4.1"),
        (NextHopLost("reset"), b"451 4.4.2"),
        (NextHopRefuses(Reply(554, (b"554-no", b"554 5.7.1 thanks"))), b"554-no\r\n554 5.7.1 thanks"),
        (ProtocolViolation("lies"), b"554 5.5.0"),
        (Misconfigured("bad", file="/etc/x", line=1), b"451 4.3.5"),
        (KeyError("a bug"), b"451 4.3.0"),
    ],
)
def test_each_error_has_its_reply(error: Exception, code: bytes) -> None:
    assert reply_for(error).startswith(code)


@pytest.mark.parametrize("said", list(Say))
def test_our_words_are_well_formed_and_tell_nothing(said: Say) -> None:
    found = re.fullmatch(r"([245])[0-9]{2} ([245])\.[0-9]\.[0-9]+ [ -~]+", said)
    assert found is not None
    assert found[1] == found[2]
    assert len(said) < 510
    assert not re.search(r"[Pp]ython|aiosmtpd|/|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+", said[3:])


def test_details_of_an_error_stay_at_home() -> None:
    assert b"/var" not in reply_for(Unavailable("spool", "/var/spool: disk full"))
