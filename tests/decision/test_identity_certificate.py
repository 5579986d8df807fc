"""Whose certificate it is: subjects as the government CA and others write them (RFC 4514)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.directory import NO_DIRECTORY
from mailbridge.decision.identity_certificate import attributes, signing_body
from mailbridge.decision.identity_places import Level
from tests.decision.builders_identity import certificate, hand, seal


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("CN=CỤC THUẾ,O=BỘ TÀI CHÍNH,C=VN", [("CN", "CỤC THUẾ"), ("O", "BỘ TÀI CHÍNH"), ("C", "VN")]),
        (r"CN=Sở A\, B,O=X", [("CN", "Sở A, B"), ("O", "X")]),
        (r"CN=Ph\C3\B3ng", [("CN", "Phóng")]),
        ("OU=A+CN=B, O=C", [("OU", "A"), ("CN", "B"), ("O", "C")]),
        ("1.2.840.113549.1.9.1=a@b.vn,cn=X", [("1.2.840.113549.1.9.1", "a@b.vn"), ("CN", "X")]),
        ("", []),
        (",,=,", []),
    ],
)
def test_subjects_are_taken_apart(subject: str, expected: list[tuple[str, str]]) -> None:
    assert list(attributes(subject)) == expected


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_no_subject_breaks_it(subject: str) -> None:
    list(attributes(subject))
    signing_body(replace(seal("X"), certificate=certificate(subject)), NO_DIRECTORY)


def test_an_organisation_is_its_common_name_below_what_stands_above() -> None:
    body = signing_body(seal("SỞ NỘI VỤ", "UBND TỈNH BẮC KẠN"), NO_DIRECTORY)
    assert body is not None
    assert (body.shown, [each.shown for each in body.above]) == ("SỞ NỘI VỤ", ["UBND TỈNH BẮC KẠN"])


def test_a_person_belongs_to_the_innermost_unit() -> None:
    body = signing_body(hand("Nguyễn Văn An", "PHÒNG TỔNG HỢP", "UBND XÃ NGHĨA TÁ", "UBND TỈNH BẮC KẠN"), NO_DIRECTORY)
    assert body is not None
    assert body.shown == "PHÒNG TỔNG HỢP"
    assert [each.shown for each in body.above] == ["UBND XÃ NGHĨA TÁ", "UBND TỈNH BẮC KẠN"]


def test_the_locality_counts_for_local_bodies_alone() -> None:
    """A ministry has its house in Hà Nội and is not the city's."""
    local = signing_body(seal("SỞ NỘI VỤ", place="Bắc Kạn"), NO_DIRECTORY)
    ministry = signing_body(seal("BỘ NỘI VỤ", place="Hà Nội"), NO_DIRECTORY)
    assert local is not None
    assert ministry is not None
    assert [name.places[Level.PROVINCE] for each in local.above for name in each.names] == ["bac kan"]
    assert ministry.above == ()


def test_without_a_readable_certificate_the_signature_tells() -> None:
    body = signing_body(replace(seal("SỞ Y TẾ"), certificate=None, organization="UBND TỈNH BẮC KẠN"), NO_DIRECTORY)
    assert body is not None
    assert [each.shown for each in body.above] == ["UBND TỈNH BẮC KẠN"]
    nameless = replace(seal("X"), certificate=None, signer=None, organization=None)
    assert signing_body(nameless, NO_DIRECTORY) is None
