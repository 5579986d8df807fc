from __future__ import annotations

import unicodedata

import pytest

from mailbridge.verify.pdf_signer import Signer, read_signer

PROVINCE = "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"


@pytest.mark.parametrize(
    ("name", "organization", "email", "role"),
    [
        ("Nguyễn Văn An", PROVINCE, "an.nv@backan.gov.vn", "person"),
        ("Nguyễn Văn An", PROVINCE, None, "person"),
        ("NGUYEN VAN AN", "UBND tinh Bac Kan", None, "person"),
        ("Đoàn Thị Hoa", PROVINCE, None, "person"),
        ("Trương Đình Tuyển", "BỘ CÔNG THƯƠNG", None, "person"),
        ("Viên Thị Lạ", PROVINCE, "la.vt@backan.gov.vn", "person"),
        ("SỞ NỘI VỤ", PROVINCE, None, "organization"),
        ("SỞ NỘI VỤ", PROVINCE, "sonv@backan.gov.vn", "organization"),
        ("Văn phòng Chính phủ", "Văn phòng Chính phủ", None, "organization"),
        ("CỤC THUẾ", "BỘ TÀI CHÍNH", None, "organization"),
        ("Uy ban nhan dan tinh Bac Kan", None, None, "organization"),
        ("Trường Tiểu học Sông Cầu", None, None, "organization"),
        ("Đoàn Thanh niên", None, None, "organization"),
        ("ABC Software", "ABC Software", None, "organization"),
        ("Hệ thống ký số", None, None, None),
        ("VNPT-CA 2026", None, "ca@vnpt.vn", None),
        (None, PROVINCE, None, None),
    ],
)
def test_role_is_guessed_from_the_words(
    name: str | None, organization: str | None, email: str | None, role: str | None
) -> None:
    subject = {"common_name": name, "organization_name": organization, "email_address": email}
    assert read_signer(subject) == Signer(name=name, organization=organization, role=role)


def test_names_are_composed_and_without_control_characters() -> None:
    found = read_signer(
        {"common_name": unicodedata.normalize("NFD", "Nguyễn\u202e Văn\x00 An"), "organization_name": []}
    )
    assert (found.name, found.organization) == ("Nguyễn Văn An", None)


def test_several_values_are_shown_together() -> None:
    assert read_signer({"common_name": ["A", "B"]}).name == "A, B"


def test_endless_name_is_cut() -> None:
    assert len(read_signer({"common_name": "x" * 10_000}).name or "") == 200
