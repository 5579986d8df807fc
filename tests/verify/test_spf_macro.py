from __future__ import annotations

import pytest

from mailbridge.verify.spf_macro import MacroError, expand, read_domain, read_macros

# RFC 7208 §7.4.
VALUES = {
    "s": "strong-bad@email.example.com",
    "l": "strong-bad",
    "o": "email.example.com",
    "d": "email.example.com",
    "i": "192.0.2.3",
    "v": "in-addr",
    "h": "mx.example.org",
    "p": "mx.example.org",
}
IPV6 = "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1"


def expanded(text: str, **values: str) -> str:
    return expand(read_macros(text), {**VALUES, **values}.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{D001}.%%%_%-a.", "com.% %20a"),
    ],
)
def test_example_of_the_standard(text: str, expected: str) -> None:
    assert expanded(text) == expected


def test_example_of_the_standard_for_ipv6() -> None:
    expected = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
    assert expanded("%{ir}.%{v}._spf.%{d2}", i=IPV6, v="ip6") == expected


def test_capital_letters_escape() -> None:
    assert expanded("%{L}", l="~jack&jill=up-a_b3.c/d") == "~jack%26jill%3Dup-a_b3.c%2Fd"


def test_long_name_loses_labels_on_the_left() -> None:
    name = expanded("%{l}.%{d}", l=".".join(["a" * 60] * 6))
    assert name == ".".join(["a" * 60] * 3) + ".email.example.com"
    assert len(expanded("%{l}.example.com", l="a" * 300)) == len("example.com")
    assert (
        expanded("%{l}", l=".".join(["b" * 63] * 4)[1:])
        == ".".join(["b" * 62] + ["b" * 63] * 3)[:254].partition(".")[2]
    )


@pytest.mark.parametrize(
    "text", ["%", "%a", "%{", "%{}", "%{q}", "%{d", "%{d0}", "%{d00}", "%{dx}", "%{d2rr}", "%{c}", "a b", "ä", "\0"]
)
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(MacroError):
        read_macros(text)


@pytest.mark.parametrize("text", ["", "com", "com.", "a.1", "a.-b", "a.b-", "a.b_c", "a..", "%{d}com", "a.b:80"])
def test_domain_ends_with_a_label_or_a_macro(text: str) -> None:
    with pytest.raises(MacroError):
        read_domain(text)


@pytest.mark.parametrize(
    "text", ["a.com", "a.com.", "a.1-2", "a.b2", "%{d}", "x%{d}", "%{d}.com", "a/b:c.com", "_x.%_"]
)
def test_domain_may_hold_marks(text: str) -> None:
    assert read_domain(text)


def test_giant_numbers_keep_all() -> None:
    assert expanded("%{d" + "9" * 5000 + "}") == "email.example.com"


def test_no_more_is_expanded_than_can_remain() -> None:
    asked = []

    def value(letter: str) -> str:
        asked.append(letter)
        return "abc.def"

    assert expand(read_macros("%{l}." * 2000 + "x.com"), value) == "abc.def." * 31 + "x.com"
    assert len(asked) < 40
