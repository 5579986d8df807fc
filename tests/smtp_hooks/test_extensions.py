"""Never more than both can do (FEATURES B3): five next hops, five offers."""

from __future__ import annotations

import pytest

from mailbridge.smtp_hooks.extensions import offer


@pytest.mark.parametrize(
    ("next_hop", "offered"),
    [
        (
            {"PIPELINING": "", "SIZE": "10240000", "VRFY": "", "ETRN": "", "STARTTLS": "", "8BITMIME": "", "DSN": "",
             "ENHANCEDSTATUSCODES": "", "SMTPUTF8": "", "CHUNKING": ""},
            ("PIPELINING", "SIZE 10238976", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"),
        ),
        (
            {"SIZE": "36700160", "PIPELINING": "", "DSN": "", "AUTH": "NTLM", "8BITMIME": "", "BINARYMIME": "",
             "CHUNKING": "", "XCLIENT": "ADDR"},
            ("PIPELINING", "SIZE 20000000", "8BITMIME", "DSN"),
        ),
        ({"SIZE": "0", "8BITMIME": ""}, ("PIPELINING", "SIZE 20000000", "8BITMIME")),
        ({"SMTPUTF8": "", "SIZE": ""}, ("PIPELINING", "SIZE 20000000")),
        ({}, ("PIPELINING",)),
    ],
    ids=["postfix", "exchange", "no-fixed-limit", "smtputf8-alone", "helo-only"],
)  # fmt: skip
def test_the_offer_follows_the_next_hop(next_hop: dict[str, str], offered: tuple[str, ...]) -> None:
    assert offer(next_hop, max_size=20_000_000, starttls=False) == offered


def test_starttls_is_ours() -> None:
    assert "STARTTLS" in offer({}, max_size=1, starttls=True)
    assert "STARTTLS" not in offer({"STARTTLS": ""}, max_size=1, starttls=False)
