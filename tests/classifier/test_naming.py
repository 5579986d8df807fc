from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.naming import title_case_name, title_case_sentence
from mailbridge.classifier.proper_names import PROVINCES_SINCE_2025, PROVINCES_UNTIL_2025

NAMES = [
    "Ủy ban nhân dân tỉnh Bắc Kạn",
    "Uỷ ban nhân dân thành phố Hồ Chí Minh",
    "Văn phòng Chính phủ",
    "Bộ Thông tin và Truyền thông",
    "Sở Giáo dục và Đào tạo",
    "Tổng cục Hải quan",
    "Cục Thuế TP Hồ Chí Minh",
    "Bộ Lao động - Thương binh và Xã hội",
    "Bộ Văn hóa, Thể thao và Du lịch",
    "Bộ Tài chính - Bộ Lao động - Thương binh và Xã hội",
    "Ngân hàng Nhà nước Việt Nam",
    "Bảo hiểm xã hội Việt Nam",
    "Cục Quản lý khám, chữa bệnh",
    "UBND huyện Đồng Văn",
    "Văn phòng Sở Nội vụ",
    "Trường Đại học Điều dưỡng Nam Định",
    "Trường Tiểu học Kim Đồng",
    "Thủ tướng Chính phủ",
    "Tòa án nhân dân tối cao",
    "Ban Chấp hành Trung ương",
    "Ủy ban Kiểm tra Tỉnh ủy",
    "Ủy ban nhân dân quận 1",
    "Phòng GD&ĐT huyện A Lưới",
    "Hội đồng nhân dân xã Hòa Bình",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_capitals_is_written_by_habit(name: str) -> None:
    assert title_case_name(name.upper()) == name


@pytest.mark.parametrize(
    "name", ["Sở Xây Dựng Quảng Ngãi", "Bộ NN&PTNT", "UBND tỉnh Thừa Thiên Huế", "", "Công ty ABC"]
)
def test_a_name_with_small_letters_stays_as_it_is(name: str) -> None:
    assert title_case_name(name) == name


@pytest.mark.parametrize(
    "sentence",
    [
        "Về việc bổ sung TTHC vào bộ thủ tục hành chính thuộc thẩm quyền giải quyết của Sở Thông tin và Truyền thông",
        "Theo quy định tại Nghị định số 123/2020/NĐ-CP và Thông tư số 78/2021/TT-BTC",
        "Thực hiện chương trình mỗi xã một sản phẩm (OCOP) trên địa bàn tỉnh Lai Châu năm 2024",
        "Phòng, chống COVID-19 tại tỉnh Hòa Bình vì hòa bình",
        "Các tổ chức phi chính phủ nước ngoài ở Việt Nam",
        "Phong trào “Cả nước chung tay” của Bộ Nội vụ",
        "Báo cáo quý III năm 2024",
    ],
)
def test_a_sentence_in_capitals_keeps_names_and_abbreviations(sentence: str) -> None:
    assert title_case_sentence(sentence.upper()) == sentence


def test_a_prime_minister_in_a_symbol_gets_his_small_letter() -> None:
    assert title_case_sentence("THỰC HIỆN CHỈ THỊ SỐ 19/CT-TTG") == "Thực hiện Chỉ thị số 19/CT-TTg"


def test_a_sentence_with_small_letters_stays_as_it_is() -> None:
    assert title_case_sentence("Về việc ABC") == "Về việc ABC"


def test_the_provinces_are_63_and_34() -> None:
    assert (len(set(PROVINCES_UNTIL_2025)), len(set(PROVINCES_SINCE_2025))) == (63, 34)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="AĐỦYBN ƯƠẾ.,-–/1()\u201c", max_size=60))
def test_only_the_case_changes(text: str) -> None:
    for turned in (title_case_name(text), title_case_sentence(text)):
        assert turned.upper() == text.upper()


@pytest.mark.timeout(120)  # squared time would take hours
@pytest.mark.parametrize("unit", ["TỈNH ", "A1/-", "Ủ", "SỞ, ", "1A"])
def test_hostile_text_ends(unit: str) -> None:
    title_case_name(unit * 40_000)
    title_case_sentence(unit * 900)


AGENCIES = (Path(__file__).parent / "data" / "agencies.txt").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("name", [name for name in AGENCIES if name])
def test_name_of_an_agency_in_capitals_gets_its_usual_writing(name: str) -> None:
    """Names as NĐ 30/2020/NĐ-CP, Phụ lục II wants them, or as the decrees on those bodies write them."""
    assert title_case_name(name.upper()) == name


@pytest.mark.parametrize("province", [*PROVINCES_UNTIL_2025, *PROVINCES_SINCE_2025])
def test_every_province_before_and_after_2025_keeps_its_capitals(province: str) -> None:
    for name in (f"Ủy ban nhân dân tỉnh {province}", f"Sở Y tế {province}", f"Công an tỉnh {province}"):
        assert title_case_name(name.upper()) == name


def test_place_that_ends_a_sentence_in_capitals_gets_its_own() -> None:
    assert title_case_sentence("THU HỒI ĐẤT TRÊN ĐỊA BÀN XÃ PHÚ HÒA ĐÔNG") == (
        "Thu hồi đất trên địa bàn xã Phú Hòa Đông"
    )
    assert title_case_sentence("PHÁT TRIỂN KINH TẾ XÃ HỘI CÁC XÃ, PHƯỜNG") == "Phát triển kinh tế xã hội các xã, phường"
