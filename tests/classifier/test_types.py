from __future__ import annotations

import unicodedata

import pytest

from mailbridge.classifier.types import (
    PARTY_TYPES,
    STATE_TYPES,
    TypeGroup,
    type_before,
    type_by_abbreviation,
    type_by_name,
    type_by_title,
)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("QUYẾT ĐỊNH", "Quyết định"),
        ("TỜ TRÌNH", "Tờ trình"),
        ("GIẤY MỜI HỌP", "Giấy mời"),
        ("GIẤY MỜI DỰ HỘI NGHỊ", "Giấy mời"),
        ("BIÊN BẢN LÀM VIỆC", "Biên bản"),
        ("THÔNG BÁO:", "Thông báo"),
        ("THÔNG TƯ LIÊN TỊCH", "Thông tư liên tịch"),
        ("QUYẾT ĐỊNH CỦA BỘ TRƯỞNG BỘ TÀI CHÍNH", "Quyết định"),
        ("Q U Y Ế T  Đ Ị N H", "Quyết định"),
        ("GIẤY UỶ QUYỀN", "Giấy uỷ quyền"),
        ("GIẤY ỦY QUYỀN", "Giấy uỷ quyền"),
        ("BẢN THOẢ THUẬN", "Bản thỏa thuận"),
        ("TỜ TRÌNH (lần 2)", "Tờ trình"),
        ("QUYET DINH", "Quyết định"),
        ("QUY ĐỊNH", "Quy định"),
        ("LUẬT", "Luật"),
        ("ĐIỆN", "Công điện"),
        ("KẾT LUẬN", "Kết luận"),
    ],
)
def test_a_title_line_names_its_type(line: str, name: str) -> None:
    for text in (line, unicodedata.normalize("NFD", line)):
        found = type_by_title(text)
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize(
    "line",
    [
        "Quyết định",
        "quyết định",
        "LUẬT SƯ",
        "LUAT",
        "DIEN",
        "CÔNG VĂN",
        "BỘ NỘI VỤ",
        "",
        "HƯỚNG DẪN SỬ DỤNG PHẦN MỀM",
        "X" * 5000,
    ],
)
def test_what_is_no_title_line_names_none(line: str) -> None:
    assert type_by_title(line) is None


def test_the_decree_has_29_administrative_types_and_three_copies() -> None:
    assert sum(kind.group is TypeGroup.ADMINISTRATIVE for kind in STATE_TYPES) == 29
    assert [kind.abbreviation for kind in STATE_TYPES if kind.group is TypeGroup.COPY] == ["SY", "TrS", "SL"]


def test_abbreviations_mean_other_types_in_the_party() -> None:
    state, party = type_by_abbreviation("TT", party=False), type_by_abbreviation("TT", party=True)
    assert state is not None
    assert party is not None
    assert (state.name, party.name) == ("Thông tư", "Thông tri")
    assert type_by_abbreviation("CV", party=True) in PARTY_TYPES


def test_case_counts_in_abbreviations() -> None:
    directive, programme = type_by_abbreviation("CT", party=False), type_by_abbreviation("CTr", party=False)
    assert directive is not None
    assert programme is not None
    assert (directive.name, programme.name) == ("Chỉ thị", "Chương trình")
    assert type_by_abbreviation("UBND", party=False) is None


def test_no_abbreviation_stands_for_two_types_of_one_table() -> None:
    for table in (STATE_TYPES, PARTY_TYPES):
        own = [kind.abbreviation for kind in table if kind.abbreviation]
        assert len(own) == len(set(own))


def test_a_name_is_found_with_either_place_of_the_tone() -> None:
    found = type_by_name("giấy ủy quyền")
    assert found is not None
    assert found.abbreviation == "GUQ"


def test_title_that_runs_on_is_parted_into_type_and_rest() -> None:
    found = type_before("KẾ HOẠCH TỔ CHỨC HỘI NGHỊ")
    assert found is not None
    assert (found[0].name, found[1]) == ("Kế hoạch", "TỔ CHỨC HỘI NGHỊ")


@pytest.mark.parametrize(
    "line",
    [
        "KẾ HOẠCH",
        "PHIẾU CHUYỂN ĐƠN",
        "QUYẾT ĐỊNH CỦA BỘ TRƯỞNG BỘ NỘI VỤ",
        "Kế hoạch tổ chức hội nghị",
        "BỘ NỘI VỤ",
        "LUAT SU",
        "KẾ HOẠCH " + "X " * 500,
    ],
)
def test_line_that_names_only_a_type_or_none_is_not_parted(line: str) -> None:
    assert type_before(line) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("KẾ HOẠCH LIÊN NGÀNH", "Kế hoạch"),
        ("QUY CHẾ PHỐI HỢP", "Quy chế"),
        ("CHƯƠNG TRÌNH PHỐI HỢP", "Chương trình"),
        ("NGHỊ QUYẾT CHUYÊN ĐỀ", "Nghị quyết"),
        ("HƯỚNG DẪN LIÊN NGÀNH", "Hướng dẫn"),
    ],
)
def test_types_of_several_bodies_are_known(line: str, name: str) -> None:
    found = type_by_title(line)
    assert found is not None
    assert found.name == name
