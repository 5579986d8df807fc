"""Which addresses are read, and which hosts may be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbridge.lookups.addresses import Hosts, read_address


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("http://ca.gov.vn/pki/pub/crl/cp.crl", "http://ca.gov.vn/pki/pub/crl/cp.crl"),
        ("HTTP://CA.gov.vn:80", "http://ca.gov.vn/"),
        ("https://ca.gov.vn:8443/a?b=c#d", "https://ca.gov.vn:8443/a?b=c"),
        ("http://[::1]:8080/a.crl", "http://[::1]:8080/a.crl"),
        ("http://ca.gov.vn/danh sách.crl", "http://ca.gov.vn/danh%20s%C3%A1ch.crl"),
        ("http://ca.gov.vn/a%20b.crl", "http://ca.gov.vn/a%20b.crl"),
    ],
)
def test_an_address_is_read(text: str, read: str) -> None:
    assert str(read_address(text)) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ca.gov.vn",
        "file:///etc/passwd",
        "ftp://ca.gov.vn/a.crl",
        "ldap://ca.gov.vn/cn=x?certificateRevocationList",
        "http://",
        "http://user:pass@ca.gov.vn/",
        "http://ca.gov.vn@evil.vn/",
        "http://ca.gov.vn:0/",
        "http://ca.gov.vn:99999/",
        "http://ca.gov.vn:8x/",
        "http://ca.gov.vn/\r\nHost: evil.vn",
        "http://ca.gov.vn\\@evil.vn/",
        "http://[::1/",
        "http://ca.gov.vn/" + "a" * 3000,
    ],
)
def test_what_is_none(text: str) -> None:
    assert read_address(text) is None


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    address = read_address("http://" + text)
    if address is not None:
        assert read_address(str(address)) == address
        assert str(address).isascii()


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("http://ca.gov.vn/a", True),
        ("https://ca.gov.vn/a", True),
        ("http://CA.GOV.VN/a", True),
        ("http://ca.gov.vn:8080/a", False),
        ("http://sub.ca.gov.vn/a", False),
        ("http://ca.gov.vn.evil.vn/a", False),
        ("http://ca.gov.vn./a", False),
        ("http://b.vn:8080/a", True),
        ("http://b.vn/a", False),
        ("http://[::1]/a", True),
        ("http://127.0.0.1/a", False),
    ],
)
def test_only_exact_names_may_be_asked(text: str, may: bool) -> None:
    hosts = Hosts(["Ca.gov.vn", "b.vn:8080", "::1"])
    address = read_address(text)
    assert (address is not None and hosts.has(address)) is may


def test_an_empty_list_lets_nobody_be_asked() -> None:
    address = read_address("http://ca.gov.vn/")
    assert address is not None
    assert not Hosts(()).has(address)
