from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.verify.results import Result
from mailbridge.verify.spf_record import MALFORMED, Directive, Wrong, read_record, select_record


def one(term: str) -> Directive:
    (directive,) = read_record(f"v=spf1 {term}".encode()).directives
    return directive


def test_terms_become_directives_in_their_order() -> None:
    record = read_record(b"v=spf1  ip4:192.0.2.0/24 ?IP6:2001:db8::/32 ~a:b.example/24//64 mx//48 -all")
    assert record.directives == (
        Directive(result=Result.PASS, mechanism="ip4", network=ip_network("192.0.2.0/24")),
        Directive(result=Result.NEUTRAL, mechanism="ip6", network=ip_network("2001:db8::/32")),
        Directive(result=Result.SOFTFAIL, mechanism="a", domain=("b.example",), four=24, six=64),
        Directive(result=Result.PASS, mechanism="mx", six=48),
        Directive(result=Result.FAIL, mechanism="all"),
    )


def test_modifiers_may_stand_anywhere_and_unknown_ones_do_nothing() -> None:
    record = read_record(b"v=spf1 Redirect=a.example exp=%{d} x-y_z.1=%{s} x-y_z.1= ptr")
    assert record.redirect == ("a.example",)
    assert [each.mechanism for each in record.directives] == ["ptr"]


def test_slash_may_belong_to_a_domain() -> None:
    assert one("a:b/c.example/24").domain == ("b/c.example",)
    assert one("a:b.c/24//64").four == 24


def test_host_bits_of_a_network_do_not_count() -> None:
    assert one("ip4:192.0.2.77/24").network == ip_network("192.0.2.0/24")


@pytest.mark.parametrize(
    "term",
    [
        "all:", "all/8", "all.", "+", "-", "=x", "1a", "include", "include:", "include:a.b/8", "exists", "ptr/8",
        "ptr:", "a:", "a/33", "a//129", "a/032", "a/", "a//", "a24", "mx:/24", "ip4", "ip4:", "ip4:1.2.3",
        "ip4:1.2.3.4/33", "ip4:1.2.3.04", "ip4:1.2.3.4//8", "ip4:::1", "ip6:1.2.3.4", "ip6:fe80::1%eth0", "ip6:::/129",
        "redirect=", "redirect=x", "exp=", "redirect:a.b", "redirect=a.b redirect=a.b", "exp=a.b exp=a.b", "x=%{q}",
        "prt", "a\tmx", "a:a.b:8080", "a:1.2.3.4", "-all ä",
    ],
)  # fmt: skip
def test_error_anywhere_spoils_the_record(term: str) -> None:
    with pytest.raises(Wrong, match=MALFORMED):
        read_record(f"v=spf1 +all {term}".encode())


def test_longer_record_than_anybody_needs_is_not_read() -> None:
    with pytest.raises(Wrong, match="longer than 8192 octets"):
        read_record(b"v=spf1 " + b"a " * 5000)


def test_record_is_chosen_by_its_version() -> None:
    assert select_record([b"v=spf10 -all", b"x", b"V=SPF1", b"v=spf1-all"]) == b"V=SPF1"
    assert select_record([b"v=spf2.0/pra", b""]) is None
    with pytest.raises(Wrong, match="several SPF records"):
        select_record([b"v=spf1", b"v=spf1 -all"])


@given(st.text("vspf1=:/%{}ldir.+-?~ all ip4 ip6 mx 0129", max_size=60))
def test_nonsense_is_read_or_wrong(text: str) -> None:
    with suppress(Wrong):
        assert read_record(b"v=spf1 " + text.encode())
