from __future__ import annotations

import pytest

from mailbridge.verify.alignment import dns_name, is_aligned, organisational_domain


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("backan.gov.vn", "backan.gov.vn"),
        ("sonv.backan.gov.vn", "backan.gov.vn"),
        ("mail.sonv.backan.gov.vn", "backan.gov.vn"),
        ("gov.vn", None),
        ("vn", None),
        ("vnpt.com.vn", "vnpt.com.vn"),
        ("a.example.test", "example.test"),
        ("localhost", None),
        ("", None),
    ],
)
def test_organisational_domain_is_the_one_below_the_public_suffix(domain: str, organisation: str | None) -> None:
    assert organisational_domain(domain) == organisation


@pytest.mark.parametrize(
    ("one", "other", "aligned"),
    [
        ("sonv.backan.gov.vn", "sonv.backan.gov.vn", True),
        ("sonv.backan.gov.vn", "backan.gov.vn", True),
        ("backan.gov.vn", "sonv.backan.gov.vn", True),
        ("a.backan.gov.vn", "b.backan.gov.vn", True),
        ("backan.gov.vn", "hanoi.gov.vn", False),
        ("backan.gov.vn", "gov.vn", False),
        ("gov.vn", "gov.vn", True),
        ("backan.gov.vn", "xbackan.gov.vn", False),
        ("backan.gov.vn", "backan.gov.vn.evil.example", False),
        ("", "", False),
        ("localhost", "otherhost", False),
    ],
)
def test_alignment_is_by_organisation_not_by_suffix(one: str, other: str, aligned: bool) -> None:
    assert is_aligned(one, other) is aligned


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Backan.GOV.vn.", "backan.gov.vn"),
        ("sơnv.gov.vn", "xn--snv-c7a.gov.vn"),
        ("_dmarc.a-b.vn", "_dmarc.a-b.vn"),
        ("a b'c.vn", "a b'c.vn"),
        ("a" * 63 + ".vn", "a" * 63 + ".vn"),
        ("a" * 64 + ".vn", None),
        (".".join(["a" * 49] * 5) + ".abcd", None),
        ("ơ" * 60 + ".vn", None),
        ("a..vn", None),
        (".vn", None),
        ("", None),
        (".", None),
        ("a\\.b.vn", None),
        ("a\0.vn", None),
        ("a\n.vn", None),
        ("\ud800.vn", None),
        ("ơ" * 100_000, None),
    ],
)
def test_name_is_one_that_can_be_asked_for(text: str, name: str | None) -> None:
    assert dns_name(text) == name
