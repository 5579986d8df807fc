"""
Who signed, read from a certificate's subject (names as the government CA writes them).

The kind of signer is a guess by words: no flag in the certificates tells a person from an organisation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

# A common name that begins with one of these is a body of the state, a firm or a unit of one. Words that are also
# family names (Đoàn, Viên, Trương) stand with the word that makes them a body.
_BODIES: tuple[str, ...] = (
    "ỦY BAN", "UỶ BAN", "UBND", "HỘI ĐỒNG", "HĐND", "SỞ", "CỤC", "TỔNG CỤC", "CHI CỤC", "VĂN PHÒNG", "BỘ", "VỤ",
    "PHÒNG", "BAN", "CHÍNH PHỦ", "CÔNG AN", "THANH TRA", "KHO BẠC", "HẢI QUAN", "THUẾ", "BẢO HIỂM", "TÒA ÁN", "TOÀ ÁN",
    "VIỆN KIỂM SÁT", "VIỆN NGHIÊN CỨU", "VIỆN KHOA HỌC", "HỌC VIỆN", "ĐẠI HỌC", "TRƯỜNG ĐẠI HỌC", "TRƯỜNG CAO ĐẲNG",
    "TRƯỜNG TRUNG", "TRƯỜNG TIỂU HỌC", "TRƯỜNG THPT", "TRƯỜNG THCS", "TRƯỜNG MẦM NON", "TRƯỜNG MẪU GIÁO",
    "TRƯỜNG PHỔ THÔNG", "TRƯỜNG CHÍNH TRỊ", "TRUNG TÂM", "BỆNH VIỆN", "TRẠM Y TẾ", "NGÂN HÀNG", "QUỸ", "CÔNG TY",
    "TỔNG CÔNG TY", "TẬP ĐOÀN", "DOANH NGHIỆP", "HỢP TÁC XÃ", "CƠ QUAN", "ĐẢNG", "TỈNH ỦY", "THÀNH ỦY", "HUYỆN ỦY",
    "ĐẢNG ỦY", "MẶT TRẬN", "HỘI LIÊN HIỆP", "HỘI NÔNG DÂN", "HỘI CỰU CHIẾN BINH", "LIÊN ĐOÀN", "ĐOÀN THANH NIÊN",
    "BÁO", "ĐÀI", "TẠP CHÍ", "TÒA SOẠN", "BƯU ĐIỆN", "ĐIỆN LỰC", "CẢNG VỤ", "ĐỘI",
)  # fmt: skip
# The family names of nine in ten Vietnamese.
_FAMILY_NAMES = (
    "NGUYỄN TRẦN LÊ PHẠM HOÀNG HUỲNH PHAN VŨ VÕ ĐẶNG BÙI ĐỖ HỒ NGÔ DƯƠNG LÝ ĐÀO ĐOÀN ĐINH LÂM MAI TRỊNH TRƯƠNG HÀ CAO "
    "LƯƠNG LƯU THÁI CHÂU TẠ PHÙNG TÔ VƯƠNG QUÁCH TĂNG CHU KIỀU LA NÔNG HỨA TRIỆU LỤC ĐÀM MA BẾ LÒ HOÀ GIANG TÒNG QUÀNG "
    "VI HÀN THẠCH NGHIÊM DOÃN KHỔNG BẠCH TỐNG ÂU ĐẬU PHÍ ONG LÔ MÈ CÀ KHUẤT"
)
_FAMILIES = frozenset(_FAMILY_NAMES.split())
_LONGEST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """`name` and `organization` are NFC, without control characters; `role` as in `SignatureStatus`."""

    name: str | None = None
    organization: str | None = None
    role: str | None = None


def read_signer(subject: Mapping[str, object]) -> Signer:
    """Read a subject given by attribute name ("common_name", …); a value is text or a list of texts."""
    name, organization = _text(subject.get("common_name")), _text(subject.get("organization_name"))
    unit, email = _text(subject.get("organizational_unit_name")), _text(subject.get("email_address"))
    role = guess_role(name, (organization, unit), has_email=email is not None)
    return Signer(name=name, organization=organization, role=role)


def guess_role(name: str | None, bodies: tuple[str | None, ...], *, has_email: bool) -> str | None:
    """
    Say "person", "organization" or None for a common name.

    Args:
        bodies: O and OU of the same subject; a common name equal to one of them is that body.
        has_email: The subject has an address; bodies have one only rarely.
    """
    if not name:
        return None
    words = name.upper()
    if any(body and body.upper() == words for body in bodies) or _begins_as_body(words):
        return "organization"
    parts = words.split()
    if not 2 <= len(parts) <= 6 or not all(part.isalpha() for part in parts):
        return None
    family = parts[0] in _FAMILIES or (words.isascii() and parts[0] in {_bare(each) for each in _FAMILIES})
    return "person" if family or has_email else None


def _begins_as_body(words: str) -> bool:
    starts = _BODIES
    if words.isascii():
        # The first generation of certificates has no marks at all ("UY BAN NHAN DAN TINH").
        starts = tuple(_bare(start) for start in _BODIES)
    return any(words == start or words.startswith(f"{start} ") for start in starts)


def _bare(text: str) -> str:
    """Take the marks off: "ỦY BAN" → "UY BAN", "Đ" → "D"."""
    split = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def _text(value: object) -> str | None:
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value)
    if not isinstance(value, str):
        return None
    shown = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", value))
    return " ".join(shown.split())[:_LONGEST] or None
