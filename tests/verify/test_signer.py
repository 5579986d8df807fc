from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from mailbridge.verify.signer import Signer, certificate_facts, possible_claim, read_signer
from tests.keys.authorities import LIST, RESPONDER, Identity, Shape, issue, make_name
from tests.keys.pki import AT
from tests.keys.state import AN, OFFICE
from tests.verify.builders_chain import read, state

PROVINCE = "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"


@pytest.mark.parametrize(
    ("name", "organization", "email", "role"),
    [
        ("Nguyễn Văn An", PROVINCE, "an.nv@backan.gov.vn", "person"),
        ("NGUYEN VAN AN", "UBND tinh Bac Kan", None, "person"),
        ("SỞ NỘI VỤ", PROVINCE, "sonv@backan.gov.vn", "organization"),
        ("CỤC THUẾ", "BỘ TÀI CHÍNH", None, "organization"),
        ("Hệ thống ký số", None, None, None),
        (None, PROVINCE, None, None),
    ],
)
def test_role_is_guessed_from_the_words(
    name: str | None, organization: str | None, email: str | None, role: str | None
) -> None:
    subject = {"common_name": name, "organization_name": organization, "email_address": email}
    assert read_signer(subject) == Signer(name=name, organization=organization, role=role)


def test_common_name_that_is_one_of_several_units_is_a_body() -> None:
    subject = {"common_name": "Hoa Ban", "organizational_unit_name": ["Khối A", "Hoa Ban"]}
    assert read_signer(subject).role == "organization"


def test_names_are_composed_and_without_control_characters() -> None:
    found = read_signer(
        {"common_name": unicodedata.normalize("NFD", "Nguyễn\u202e Văn\x00 An"), "organization_name": []}
    )
    assert (found.name, found.organization) == ("Nguyễn Văn An", None)


def test_several_values_are_shown_together() -> None:
    assert read_signer({"common_name": ["A", "B"]}).name == "A, B"


def test_endless_name_is_cut() -> None:
    assert len(read_signer({"common_name": "x" * 10_000}).name or "") == 200


def facts(subject: x509.Name, shape: Shape | None = None) -> Any:
    return certificate_facts(read(issue(subject, shape or Shape(), AT, by=state().issuing)))


class TestFacts:
    def test_of_a_person(self) -> None:
        who: Identity = state().person(Shape(lists=(LIST,), responder=RESPONDER))
        found = certificate_facts(read(who))
        assert found.subject == (
            "E=an.nv@backan.gov.vn,CN=Nguyễn Văn An,OU=ỦY BAN NHÂN DÂN XÃ PHỦ THÔNG,O=ỦY BAN NHÂN DÂN TỈNH BẮC KẠN,"
            "L=Bắc Kạn,C=VN"
        )
        # The recipe writes this name from the inside.
        assert found.issuer == "CN=CA phục vụ các cơ quan Nhà nước G2,O=Ban Cơ yếu Chính phủ,C=VN"
        assert int(found.serial, 16) == who.serial
        assert (found.not_before, found.not_after - found.not_before) == (AT - timedelta(365), timedelta(3650))
        assert (found.unit, found.email) == ("ỦY BAN NHÂN DÂN XÃ PHỦ THÔNG", "an.nv@backan.gov.vn")
        assert found.sources == (LIST, RESPONDER)

    def test_of_a_body(self) -> None:
        found = facts(OFFICE)
        assert (found.unit, found.email, found.sources) == ("BỘ TÀI CHÍNH", None, ())

    def test_units_from_the_inner_to_the_outer(self) -> None:
        assert facts(make_name(C="VN", O="Tỉnh", OU="Huyện|Phòng", CN="An")).unit == "Phòng, Huyện"

    def test_name_written_from_the_inside_keeps_its_order(self) -> None:
        assert facts(make_name(CN="CỤC THUẾ", O="BỘ TÀI CHÍNH", C="VN")).subject == "CN=CỤC THUẾ,O=BỘ TÀI CHÍNH,C=VN"

    def test_signs_with_a_meaning_are_escaped(self) -> None:
        assert facts(make_name(C="VN", CN='An, OU="Sở" + <x>; a\\b')).subject == (
            r"CN=An\, OU=\"Sở\" \+ \<x\>\; a\\b,C=VN"
        )
        assert facts(make_name(CN="#0401")).subject == r"CN=\#0401"

    def test_nobody_writes_backwards_or_over_two_lines(self) -> None:
        found = facts(make_name(C="VN", CN="An\u202enV\u2066\n\x07Sở", OU=unicodedata.normalize("NFD", "Sở Tư pháp")))
        assert found.subject == "OU=Sở Tư pháp,CN=An nV Sở,C=VN"
        assert found.unit == "Sở Tư pháp"

    def test_attribute_without_a_short_name_is_written_by_its_number(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, "123")])
        assert facts(name).subject == "2.5.4.5=123"

    def test_address_of_the_alternative_name(self) -> None:
        assert facts(OFFICE, Shape(mail="VanThu@BackAn.gov.vn")).email == "vanthu@backan.gov.vn"
        assert facts(AN, Shape(mail="khac@backan.gov.vn")).email == "an.nv@backan.gov.vn"

    @pytest.mark.parametrize(
        "address", ["backan.gov.vn", "a b@c.vn", "@c.vn", "a@", "An <a@c.vn>", "a" * 250 + "@c.vn"]
    )
    def test_what_is_no_address_is_left_out(self, address: str) -> None:
        assert facts(x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS, address)])).email is None

    def test_sources_are_addresses_of_the_web(self) -> None:
        lists = (
            "ldap://ca.gov.vn/cn=ca",
            "file:///etc/passwd",
            "http://ca.gov.vn/cp crl",
            "HTTP://ca.gov.vn/cp.crl",
            "http://ca.gov.vn/" + "x" * 600,
            "HTTP://ca.gov.vn/cp.crl",
        )
        assert facts(OFFICE, Shape(lists=lists)).sources == ("HTTP://ca.gov.vn/cp.crl",)

    def test_hundreds_of_sources_and_units_are_cut(self) -> None:
        many = tuple(f"http://ca.gov.vn/{number}" for number in range(300))
        found = facts(make_name(OU="|".join(f"Đơn vị {number}" for number in range(300))), Shape(lists=many))
        assert len(found.sources) == 10
        assert len(found.subject) <= 1000
        assert len(found.unit or "") <= 200


def test_a_claimed_time_that_cannot_be_is_not_told() -> None:
    """Whoever signs cannot do so after his file came, nor before he had his certificate; a clock may be a day wrong."""
    at, begin = datetime(2026, 6, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)
    told = {
        day: possible_claim(day, begin, at)
        for day in (begin, at, at + timedelta(hours=20), begin - timedelta(hours=20))
    }
    assert list(told.values()) == list(told)
    assert possible_claim(at + timedelta(days=2), begin, at) is None
    assert possible_claim(begin - timedelta(days=2), begin, at) is None
    assert possible_claim(begin - timedelta(days=2), None, at) == begin - timedelta(days=2)
    assert possible_claim(None, begin, at) is None
