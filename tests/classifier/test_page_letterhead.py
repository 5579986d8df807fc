"""Box 2: issuer and superior, by weight of type and by words."""

from __future__ import annotations

import pytest

from tests.classifier.builders_page import STATE, Bold, Text, one_column, printed, read

NUMBER = "Số: 12/TB-ABC"


@pytest.mark.parametrize(
    ("lines", "superior", "issuer"),
    [
        (["BỘ XÂY DỰNG"], None, "Bộ Xây dựng"),
        (["ỦY BAN NHÂN DÂN", "TỈNH BẮC GIANG"], None, "Ủy ban nhân dân tỉnh Bắc Giang"),
        (["ỦY", "BAN NHÂN DÂN", "TỈNH CÀ MAU"], None, "Ủy ban nhân dân tỉnh Cà Mau"),
        (["HỘI ĐỒNG NHÂN", "DÂN THÀNH PHỐ ĐÀ NẴNG"], None, "Hội đồng nhân dân thành phố Đà Nẵng"),
        (["BỘ KHOA HỌC VÀ", "CÔNG NGHỆ"], None, "Bộ Khoa học và Công nghệ"),
        (["BỘ LAO ĐỘNG - THƯƠNG BINH", "VÀ XÃ HỘI"], None, "Bộ Lao động - Thương binh và Xã hội"),
        (["VĂN PHÒNG", "CHÍNH PHỦ"], None, "Văn phòng Chính phủ"),
        (["BỘ TÀI CHÍNH", "TỔNG CỤC THUẾ"], "Bộ Tài chính", "Tổng cục Thuế"),
        (["UBND TỈNH HÀ GIANG", "VĂN PHÒNG"], "UBND tỉnh Hà Giang", "Văn phòng"),
        (
            ["UỶ BAN NHÂN DÂN", "THÀNH PHỐ HÀ NỘI", "SỞ GIÁO DỤC VÀ ĐÀO TẠO"],
            "Uỷ ban nhân dân thành phố Hà Nội",
            "Sở Giáo dục và Đào tạo",
        ),
        (
            ["BỘ TÀI CHÍNH", "TỔNG CỤC THUẾ", "CỤC THUẾ TỈNH HÀ GIANG"],
            "Bộ Tài chính, Tổng cục Thuế",
            "Cục Thuế tỉnh Hà Giang",
        ),
        (
            ["UBND TỈNH HÀ GIANG", "SỞ LAO ĐỘNG -", "THƯƠNG BINH VÀ XÃ HỘI"],
            "UBND tỉnh Hà Giang",
            "Sở Lao động - Thương binh và Xã hội",
        ),
    ],
)
def test_lines_are_parted_into_superior_and_issuer(lines: list[Text], superior: str | None, issuer: str) -> None:
    document = read(printed([*lines, NUMBER]))
    assert (document.superior.value, document.issuer.value) == (superior, issuer)


def test_weight_that_agrees_with_the_words_makes_sure() -> None:
    document = read(printed([Bold("UBND TỈNH HÀ GIANG", False), Bold("SỞ Y TẾ"), NUMBER]))
    assert (document.issuer.value, document.issuer.confidence) == ("Sở Y tế", 0.99)


def test_weight_decides_where_words_do_not_know_the_name() -> None:
    document = read(printed([Bold("UBND TỈNH BẮC GIANG", False), Bold("ÁNH DƯƠNG"), NUMBER]))
    assert document.superior.value == "UBND tỉnh Bắc Giang"
    assert document.issuer.confidence < 0.8
    assert len(document.issuer.rivals) == 1


def test_weight_does_not_tear_a_name_apart() -> None:
    document = read(printed([Bold("ỦY BAN NHÂN DÂN", False), Bold("TỈNH BẮC GIANG"), NUMBER]))
    assert document.superior.value is None
    assert document.issuer.value == "Ủy ban nhân dân tỉnh Bắc Giang"
    assert document.issuer.confidence < 0.95


@pytest.mark.parametrize(
    "lines", [["BỘ TƯ PHÁP - BỘ NGOẠI GIAO"], ["BỘ TƯ PHÁP -", "BỘ NGOẠI GIAO"], ["BỘ TƯ PHÁP", "BỘ NGOẠI GIAO"]]
)
def test_joint_issuers_stand_side_by_side(lines: list[str]) -> None:
    document = read(printed([*lines, "Số: 06/2012/TTLT-BTP-BNG"], title=["THÔNG TƯ LIÊN TỊCH"]))
    assert document.superior.value is None
    assert document.issuer.value == "Bộ Tư pháp - Bộ Ngoại giao"


def test_name_without_its_place_is_left_to_a_person() -> None:
    document = read(printed(["ỦY BAN NHÂN DÂN", "Số: 186/KH-UBND"], (*STATE, "Bắc Ninh, ngày 29 tháng 12 năm 2025")))
    assert document.issuer.value is None
    assert document.issuer.reason == "the name of the issuer stops before its place"
    assert [rival.value for rival in document.issuer.rivals] == ["Ủy ban nhân dân"]


def test_name_shorter_than_its_abbreviation_is_left_to_a_person() -> None:
    document = read(printed(["BỘ VĂN HOÁ, THỂ THAO", "Số: 274/CT-BVHTTDL"], title=["CHỈ THỊ"]))
    assert document.issuer.value is None
    assert "BVHTTDL" in (document.issuer.reason or "")


def test_abbreviation_with_the_place_behind_it_is_no_contradiction() -> None:
    document = read(printed(["SỞ Y TẾ", "Số: 2/TB-SYTHN"]))
    assert document.issuer.value == "Sở Y tế"


def test_party_heading_and_its_star() -> None:
    right = ("ĐẢNG CỘNG SẢN VIỆT NAM", "Hà Giang, ngày 12 tháng 02 năm 2024")
    document = read(
        printed(
            ["TỈNH ỦY HÀ GIANG", "BAN TỔ CHỨC", "*", "Số 127-QĐ/BTCTU"], right, title=["QUYẾT ĐỊNH", "điều động cán bộ"]
        )
    )
    assert (document.superior.value, document.issuer.value) == ("Tỉnh ủy Hà Giang", "Ban Tổ chức")
    assert document.symbol.value is not None
    assert document.symbol.value.text == "127-QĐ/BTCTU"


def test_name_in_a_line_that_holds_all_is_parted_with_doubt() -> None:
    head = "BỘ Y TẾ TRƯỜNG ĐẠI HỌC ĐIỀU DƯỠNG NAM ĐỊNH Số: 1893/QĐ-ĐDN CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    document = read(one_column([head + " Độc lập - Tự do - Hạnh phúc Nam Định, ngày 09 tháng 12 năm 2013"]))
    assert document.superior.value == "Bộ Y tế"
    assert (document.issuer.value or "").startswith("Trường Đại học")
    assert document.issuer.confidence <= 0.7
    assert document.place.value == "Nam Định"
