"""Offices that signers hold: known by their first words, and written by habit ("Phó Chủ nhiệm", "Vụ trưởng Vụ …")."""

from __future__ import annotations

from mailbridge.classifier.naming import title_case_name
from mailbridge.classifier.page.markers import bare

# As written inside a sentence. Where habits differ ("Trưởng ban", "Trưởng Ban"), the one of government gazettes.
_OFFICES = """
    Chủ tịch, Chủ tịch nước, Chủ nhiệm, Giám đốc, Tổng Giám đốc, Bộ trưởng, Thứ trưởng, Thủ tướng, Cục trưởng,
    Tổng cục trưởng, Chi cục trưởng, Vụ trưởng, Chánh Văn phòng, Chánh VP, Chánh Thanh tra, Chánh án,
    Trưởng ban, Trưởng phòng, Trưởng khoa, Trưởng đoàn, Trưởng tiểu ban, Trưởng bộ môn, Trưởng cơ quan,
    Trưởng Công an, Trưởng chi nhánh, Hiệu trưởng, Viện trưởng, Thống đốc, Bí thư, Tổng Bí thư,
    Tổng Thanh tra, Tổng Kiểm toán, Kiểm toán trưởng, Thư ký, Tổng Thư ký, Tổng Biên tập, Đội trưởng,
    Trạm trưởng, Hạt trưởng, Tổ trưởng, Chỉ huy trưởng, Tư lệnh, Tham mưu trưởng, Chính ủy, Ủy viên,
    Thường trực, Kế toán trưởng, Chủ tọa, Đại sứ, Tổng Lãnh sự, Thủ trưởng, Thủ trưởng đơn vị,
    Thủ trưởng cơ quan, Trưởng kho, Văn phòng,
    Trưởng trạm, Trưởng bộ phận, Người đứng đầu
"""
_DEGREES = frozenset({"pho", "quyen"})
# "Văn phòng" is an office only behind "Phó"; "Thường trực" and "Ủy viên" only beside another.
_NOT_FIRST = frozenset({"van phong"})
_LONGEST = 4


def _cases() -> dict[tuple[str, ...], tuple[bool, ...]]:
    table = {}
    for office in _OFFICES.split(","):
        words = office.split()
        key = tuple(bare(word).lower() for word in words)
        table[key] = tuple(word[0].isupper() for word in words)
    return table


_CASES = _cases()


def is_office(text: str) -> bool:
    """Say whether a line in capitals begins with an office that a signer holds."""
    words = _keys(text) if text == text.upper() else None
    if not words:
        return False
    if words[0] in _DEGREES:
        return len(words) > 1 and _office_at(words, 1) > 0
    taken = _office_at(words, 0)
    return taken > 0 and " ".join(words[:taken]) not in _NOT_FIRST


def office_in_title_case(text: str) -> str:
    """Write an office given in capitals with capitals where they belong; other text stays as it is."""
    if text != text.upper():
        return text
    words, keys = text.split(), _keys(text)
    written: list[str] = []
    index = 0
    while index < len(words):
        taken = _office_at(keys, index)
        if taken:
            shape = _CASES[tuple(keys[index : index + taken])]
            for word, capital in zip(words[index : index + taken], shape, strict=True):
                written.append(word.capitalize() if capital and word != "VP" else word if capital else word.lower())
            index += taken
        elif keys[index] in _DEGREES:
            written.append(words[index].capitalize())
            index += 1
        else:
            written.append(title_case_name(" ".join(words[index:])))
            break
    return " ".join(written)


def _keys(text: str) -> list[str]:
    return [word.strip(",.;:") for word in bare(text).lower().split()]


def _office_at(keys: list[str], index: int) -> int:
    """Return how many words the longest office at `index` has; 0 when there is none."""
    for count in range(min(_LONGEST, len(keys) - index), 0, -1):
        if tuple(keys[index : index + count]) in _CASES:
            return count
    return 0
