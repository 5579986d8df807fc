"""
Person or organisation: a guess by the words of a certificate's subject (signatures.md §7 of the shared reading).

No flag in the certificates tells; a clerk can correct it. Names are compared in the letters of both generations: the
second writes Vietnamese, the first no marks at all, so that "Vũ" and "vụ" look the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

# A common name that begins with one of these is a body of the state, a firm or a unit of one. Words that are also
# family names (Đoàn, Bàn) stand with the word that makes them a body.
_BODIES: tuple[str, ...] = (
    "ỦY BAN", "UBND", "HỘI ĐỒNG", "HĐND", "SỞ", "CỤC", "TỔNG CỤC", "CHI CỤC", "VĂN PHÒNG", "BỘ", "VỤ", "PHÒNG", "BAN",
    "CHÍNH PHỦ", "QUỐC HỘI", "CÔNG AN", "QUÂN KHU", "THANH TRA", "KHO BẠC", "HẢI QUAN", "THUẾ", "BẢO HIỂM", "TÒA ÁN",
    "VIỆN", "HỌC VIỆN", "ĐẠI HỌC", "TRƯỜNG", "TRUNG TÂM", "BỆNH VIỆN", "TRẠM", "HẠT KIỂM LÂM", "NGÂN HÀNG", "QUỸ",
    "CÔNG TY", "CTY", "TỔNG CÔNG TY", "TẬP ĐOÀN", "DOANH NGHIỆP", "HỢP TÁC XÃ", "LIÊN HIỆP", "LIÊN MINH", "CHI NHÁNH",
    "HỘ KINH DOANH", "XÍ NGHIỆP", "NHÀ MÁY", "NHÀ XUẤT BẢN", "NHÀ VĂN HÓA", "THƯ VIỆN", "BẢO TÀNG", "CƠ QUAN", "ĐẢNG",
    "TỈNH ỦY", "THÀNH ỦY", "HUYỆN ỦY", "QUẬN ỦY", "THỊ ỦY", "CHI BỘ", "MẶT TRẬN", "HỘI", "HIỆP HỘI", "CÔNG ĐOÀN",
    "LIÊN ĐOÀN", "ĐOÀN THANH NIÊN", "ĐOÀN LUẬT SƯ", "ĐOÀN ĐẠI BIỂU", "TỈNH ĐOÀN", "THÀNH ĐOÀN", "BÁO", "ĐÀI",
    "TẠP CHÍ", "TÒA SOẠN", "BƯU ĐIỆN", "ĐIỆN LỰC", "CẢNG VỤ", "ĐỘI QUẢN LÝ", "ĐỘI THUẾ", "CHI ĐỘI", "KHU QUẢN LÝ",
)  # fmt: skip
# What the first generation writes as it writes a family name needs its second word: Vũ and vụ, Đặng and đảng.
_BARE_BODIES: tuple[str, ...] = (
    "VU TO CHUC", "VU PHAP CHE", "VU KE HOACH", "VU TAI CHINH", "VU HOP TAC", "VU KHOA HOC", "VU THI DUA",
    "DANG UY", "DANG BO", "VIEN KIEM SAT", "VIEN KHOA HOC", "VIEN NGHIEN CUU", "TRUONG DAI HOC", "TRUONG CAO DANG",
    "TRUONG TRUNG", "TRUONG TIEU HOC", "TRUONG THPT", "TRUONG THCS", "TRUONG TH", "TRUONG MAM NON", "TRUONG MAU GIAO",
    "TRUONG PHO THONG", "TRUONG CHINH TRI", "BAN QUAN LY", "BAN CHI HUY", "BAN TO CHUC", "BAN TUYEN GIAO",
    "BAN DAN VAN", "BAN NOI CHINH", "BAN CO YEU", "BAN DAN TOC", "BAN THUONG VU", "TRAM Y TE", "TRAM KHUYEN NONG",
)  # fmt: skip
# The family names of nine in ten Vietnamese, and of the peoples of the mountains.
_FAMILIES = """
    NGUYỄN TRẦN LÊ PHẠM HOÀNG HUỲNH PHAN VŨ VÕ ĐẶNG BÙI ĐỖ HỒ NGÔ DƯƠNG LÝ ĐÀO ĐOÀN ĐINH LÂM MAI TRỊNH TRƯƠNG HÀ CAO
    LƯƠNG LƯU THÁI CHÂU TẠ PHÙNG TÔ VƯƠNG QUÁCH TĂNG CHU KIỀU LA NÔNG HỨA TRIỆU LỤC ĐÀM MA BẾ LÒ GIANG TÒNG QUÀNG
    VI HÀN THẠCH NGHIÊM DOÃN KHỔNG BẠCH TỐNG ÂU ĐẬU PHÍ ONG LÔ MÈ CÀ KHUẤT VIÊN SÙNG GIÀNG VÀNG THÀO HẠNG LƯỜNG CẦM
    ĐIÊU LỮ SIU RMAH KPĂ NAY KSOR NIÊ RƠ PINĂNG CHAMALÉA TỪ TRÀ KIM SƠN DANH LẠI MẠC NINH ÔNG UÔNG VĂN BÀN TRẦM
"""
# Places that begin like a family: a firm may be called after them.
_PLACES = (
    "HÀ NỘI", "HÀ GIANG", "HÀ NAM", "HÀ TĨNH", "CAO BẰNG", "LÂM ĐỒNG", "THÁI BÌNH", "THÁI NGUYÊN", "HÒA BÌNH", "SƠN LA",
    "NINH BÌNH", "NINH THUẬN", "CAO LÃNH", "CHÂU ĐỐC", "CHÂU THÀNH", "MAI CHÂU", "HỒ CHÍ MINH", "VĂN LÂM", "KIM SƠN",
)  # fmt: skip
# What a signature made for an office or a machine is called.
_OFFICES = (
    "CHỦ TỊCH", "BÍ THƯ", "GIÁM ĐỐC", "BỘ TRƯỞNG", "THỨ TRƯỞNG", "THỦ TƯỚNG", "THỦ TRƯỞNG", "TRƯỞNG PHÒNG",
    "TRƯỞNG BAN", "CHÁNH VĂN PHÒNG", "CHÁNH THANH TRA", "CHÁNH ÁN", "PHÓ", "KẾ TOÁN", "VĂN THƯ", "HỆ THỐNG",
    "PHẦN MỀM", "MÁY CHỦ", "KÝ SỐ", "CHỮ KÝ", "CON DẤU", "DỊCH VỤ", "ĐƠN VỊ", "NGƯỜI DÙNG", "TÀI KHOẢN",
)  # fmt: skip
_NO_PERSON = ("SERVER", "SYSTEM", "TEST", "ADMIN", "SOFTWARE", "TELECOM", "GROUP", "JSC", "LTD", "TNHH", "CỔ PHẦN")
_TITLES = frozenset(("ÔNG", "BÀ", "TS", "THS", "PGS", "GS", "KS", "BS", "LS", "TS.BS", "GS.TS", "PGS.TS"))
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LONGEST_PART = 7


def guess_role(name: str | None, bodies: Sequence[str | None], *, has_email: bool) -> str | None:
    """
    Say "person", "organization" or None for a common name.

    Args:
        bodies: O and OU of the same subject; a common name equal to one of them, or that holds one, is a body.
        has_email: The subject has an address; bodies have one only rarely.
    """
    if not name:
        return None
    marked = not name.isascii()
    words = _words(name, bare=not marked)
    if _begins_as_body(words, marked=marked):
        return "organization"
    shape = _is_shaped_as_person(name, marked=marked)
    if any(_names_body(words, _words(body, bare=not marked)) for body in bodies if body):
        # Of one who is his own firm both names are the same.
        return None if shape else "organization"
    if shape is None:
        return None
    return "person" if shape or has_email else None


def _is_shaped_as_person(name: str, *, marked: bool) -> bool | None:
    """Say whether a name begins with a family; False when it might be a foreign one, None when it is no name."""
    core = name.split("(")[0].split(" - ")[0].split(",")[0]
    parts = [part for part in core.split() if part.upper().rstrip(".") not in _TITLES]
    if not 2 <= len(parts) <= _LONGEST_PART:
        return None
    if not all(part.replace("'", "").replace("’", "").isalpha() and part[0].isupper() for part in parts):
        return None
    words = _words(" ".join(parts), bare=not marked)
    unfit = any(_holds(words, phrase) for phrase in _phrases(_NO_PERSON, marked))
    if unfit or _begins(words, _OFFICES, marked=marked) or _begins(words, _PLACES, marked=marked):
        return None
    # Men of the Bahnar and Sedang are called A, women of many peoples H' or Y.
    return words[0] in _families(marked) or parts[0] in ("Y", "A", "H") or parts[0].startswith(("H'", "H’"))


def _begins_as_body(words: tuple[str, ...], *, marked: bool) -> bool:
    return any(words[: len(start)] == start for start in _starts(marked))


@cache
def _starts(marked: bool) -> tuple[tuple[str, ...], ...]:
    found = _phrases(_BODIES, marked)
    if marked:
        return found
    clear = (start for start in found if len(start) > 1 or start[0] not in _families(False))
    return (*clear, *_phrases(_BARE_BODIES, False))


@cache
def _families(marked: bool) -> frozenset[str]:
    return frozenset(_words(_FAMILIES, bare=not marked))


@cache
def _phrases(phrases: tuple[str, ...], marked: bool) -> tuple[tuple[str, ...], ...]:
    return tuple(_words(phrase, bare=not marked) for phrase in phrases)


def _begins(words: tuple[str, ...], starts: tuple[str, ...], *, marked: bool) -> bool:
    return any(words[: len(start)] == start for start in _phrases(starts, marked))


def _names_body(words: tuple[str, ...], body: tuple[str, ...]) -> bool:
    """Say whether a common name is a body's or holds it; one word alone counts only when it is all."""
    return words == body or (len(body) > 1 and _holds(words, body))


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[at : at + len(part)] == part for at in range(len(words) - len(part) + 1))


def _words(text: str, *, bare: bool = False) -> tuple[str, ...]:
    """
    Split a name into words that are equal when they mean the same: upper case, the tone behind each word.

    "TOÀ" and "TÒA", "UỶ" and "ỦY" are one word, written by two rules. `bare` takes all marks off: "Đảng" → "DANG".
    """
    return tuple(_word(word.strip(".,;:()\"'"), bare=bare) for word in text.upper().split())


def _word(word: str, *, bare: bool) -> str:
    split = unicodedata.normalize("NFD", word.replace("Đ", "D") if bare else word)
    if bare:
        return "".join(letter for letter in split if not unicodedata.combining(letter))
    rest = "".join(letter for letter in split if letter not in _TONES)
    return rest + "".join(letter for letter in split if letter in _TONES)
