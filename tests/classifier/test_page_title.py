"""Boxes 4, 5a and 5b: date and place, type and summary."""

from __future__ import annotations

from datetime import date

import pytest

from tests.classifier.builders_page import STATE, Bold, Text, one_column, printed, read

LEFT = ["BỘ NỘI VỤ", "Số: 15/QĐ-BNV"]


@pytest.mark.parametrize(
    ("lines", "day", "place"),
    [
        (["Hà Nội, ngày 05 tháng 3 năm 2024"], date(2024, 3, 5), "Hà Nội"),
        (["Hà Nội, ngày 05", "tháng 3 năm 2024"], date(2024, 3, 5), "Hà Nội"),
        (["Hà Nội, ngày", "05 tháng 3 năm 2024"], date(2024, 3, 5), "Hà Nội"),
        (["Hà Nội, ngày 05 tháng 3", "năm 2024"], date(2024, 3, 5), "Hà Nội"),
        (["Bình", "Định, ngày 05 tháng 3 năm 2024"], date(2024, 3, 5), "Bình Định"),
        (["Thành", "phố Hồ Chí Minh, ngày 05 tháng 3 năm 2024"], date(2024, 3, 5), "Thành phố Hồ Chí Minh"),
        (["Tp.Hồ Chí Minh, ngày 05 tháng 3 năm 2024"], date(2024, 3, 5), "Tp.Hồ Chí Minh"),
        (["Phan Rang-Tháp Chàm, ngày 5 tháng 3 năm 2024"], date(2024, 3, 5), "Phan Rang-Tháp Chàm"),
        (["Hà Nội, ngày 05/3/2024"], date(2024, 3, 5), "Hà Nội"),
    ],
)
def test_place_and_date_are_read_however_they_are_broken(lines: list[str], day: date, place: str) -> None:
    for document in (
        read(printed(LEFT, (*STATE, *lines), title=["QUYẾT ĐỊNH"])),
        read(one_column([*LEFT, *STATE, *lines])),
    ):
        assert (document.issued_date.value, document.place.value) == (day, place)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Hà Nội, ngày tháng năm 2024", "the date is blank on the page"),
        ("Hà Nội, ngày … tháng … năm 2024", "the date is blank on the page"),
        ("Hà Nội, ngày 09 tháng 12 năm", "the date is incomplete on the page"),
        ("Hà Nội, ngày 31 tháng 02 năm 2024", "there is no day 31/02/2024"),
        ("Hà Nội, ngày 05 tháng 13 năm 2024", "there is no day 05/13/2024"),
        ("Hà Nội, ngày 05 tháng 3 năm 1024", "the year 1024 cannot be right"),
    ],
)
def test_impossible_or_blank_date_is_absent_but_its_place_stays(line: str, reason: str) -> None:
    document = read(printed(LEFT, (*STATE, line), title=["QUYẾT ĐỊNH"]))
    assert (document.issued_date.value, document.issued_date.reason) == (None, reason)
    assert document.place.value == "Hà Nội"


def test_date_in_the_title_is_not_the_date_of_issue() -> None:
    title = ["QUYẾT ĐỊNH", "Sửa đổi Quyết định ngày 01 tháng 02 năm 2020"]
    assert read(printed(LEFT, STATE, title=title)).issued_date.value is None


def test_torn_place_is_absent() -> None:
    document = read(printed(LEFT, (*STATE, "Dương, ngày 05 tháng 3 năm 2024"), title=["QUYẾT ĐỊNH"]))
    assert (document.place.value, document.place.reason) == (None, "the place breaks off")


@pytest.mark.parametrize(
    ("about", "subject"),
    [
        (["V/v trang hoàng trụ sở"], "trang hoàng trụ sở"),
        (["V/v: trang hoàng trụ sở."], "trang hoàng trụ sở"),
        (["Vv: trang hoàng trụ sở"], "trang hoàng trụ sở"),
        (["V.v trang hoàng trụ sở"], "trang hoàng trụ sở"),
        (["Về việc trang hoàng trụ sở"], "trang hoàng trụ sở"),
        (["Về: trang hoàng trụ sở"], "trang hoàng trụ sở"),
        (["V/v về việc trang hoàng trụ sở"], "trang hoàng trụ sở"),
        (["V/v trang hoàng", "Cung Văn hóa", "năm 2024"], "trang hoàng Cung Văn hóa năm 2024"),
        (["V/v", "trang hoàng trụ sở"], "trang hoàng trụ sở"),
    ],
)
def test_summary_of_a_letter_is_read_without_its_about(about: list[str], subject: str) -> None:
    left = ["BỘ NỘI VỤ", "Số: 12/BNV-VP", *about]
    document = read(printed(left, body=["Kính gửi: Bộ Y tế."]))
    assert (document.type.value, document.subject.value) == ("Công văn", subject)
    assert document.subject.confidence >= 0.95


def test_summary_cut_off_or_with_lost_letters_is_doubtful() -> None:
    broken = read(printed(["BỘ NỘI VỤ", "Số: 12/BNV-VP", "V/v trả lời kiến nghị của"]))
    lost = read(printed(["BỘ NỘI VỤ", "Số: 12/BNV-VP", "V/v Trường trung cp nghề"]))
    fused = read(printed(LEFT, title=["QUYẾT ĐỊNH", "BANHÀNH KẾ HOẠCH"]))
    assert max(document.subject.confidence for document in (broken, lost, fused)) < 0.95


@pytest.mark.parametrize(
    ("title", "body", "subject"),
    [
        (
            ["QUYẾT ĐỊNH", "Về việc ban hành Quy chế làm việc", "của Bộ Nội vụ"],
            ["Căn cứ Luật"],
            "Về việc ban hành Quy chế làm việc của Bộ Nội vụ",
        ),
        (["QUYẾT ĐỊNH", "Ban hành Quy chế"], ["BỘ TRƯỞNG BỘ NỘI VỤ", "Căn cứ Luật"], "Ban hành Quy chế"),
        (["QUYẾT ĐỊNH", "Ban hành Quy chế", "BỘ TRƯỞNG BỘ NỘI VỤ"], ["Căn cứ Luật"], "Ban hành Quy chế"),
        (["Q U Y Ế T Đ Ị N H", "Ban hành Quy chế"], ["Căn cứ Luật"], "Ban hành Quy chế"),
        (["Quyết định", "Ban hành Quy chế", "-------"], ["Căn cứ Luật"], "Ban hành Quy chế"),
        (
            [Bold("QUYẾT ĐỊNH"), Bold("Ban hành Quy chế"), Bold("làm việc"), Bold("Bộ trưởng đã ký", False)],
            [],
            "Ban hành Quy chế làm việc",
        ),
    ],
)
def test_summary_of_a_titled_document_ends_with_its_block(title: list[Text], body: list[str], subject: str) -> None:
    document = read(printed(LEFT, title=title, body=body))
    assert (document.type.value, document.subject.value) == ("Quyết định", subject)


def test_who_decides_is_not_part_of_a_summary_in_capitals() -> None:
    title = [
        "QUYẾT ĐỊNH",
        "BAN HÀNH QUY ĐỊNH THUỘC",
        "ỦY BAN NHÂN DÂN TỈNH BÌNH THUẬN",
        "ỦY BAN NHÂN DÂN TỈNH BÌNH THUẬN",
    ]
    left = ["ỦY BAN NHÂN DÂN", "TỈNH BÌNH THUẬN", "Số: 34/2024/QĐ-UBND"]
    document = read(printed(left, title=title, body=["Căn cứ Luật Tổ chức chính quyền địa phương;"]))
    assert document.subject.value == "Ban hành quy định thuộc Ủy ban nhân dân tỉnh Bình Thuận"


@pytest.mark.parametrize(
    ("number", "title", "name"),
    [
        ("Số: 1478/CĐ-TTg", ["CÔNG ĐIỆN", "Về ứng phó bão số 3"], "Công điện"),
        ("Số: 05/GM-VP", ["GIẤY MỜI", "Dự họp giao ban"], "Giấy mời"),
        ("Số: 05/QyĐ-SNV", ["QUY ĐỊNH", "Về thi đua"], "Quy định"),
        ("Số: 12/VBHN-BTP", ["THÔNG TƯ LIÊN TỊCH", "Hướng dẫn hộ tịch"], "Văn bản hợp nhất"),
        ("Số: 974/SXD-KTXD", ["HƯỚNG DẪN", "Quản lý chi phí"], "Hướng dẫn"),
        ("Số: 06/2012/TTLT-BTP-BNG", ["THÔNG TƯ", "LIÊN TỊCH", "Về hộ tịch"], "Thông tư liên tịch"),
    ],
)
def test_type_is_read_from_the_title(number: str, title: list[str], name: str) -> None:
    assert read(printed(["SỞ NỘI VỤ", number], title=title)).type.value == name


def test_title_against_number_makes_doubt_and_keeps_both() -> None:
    document = read(printed(["BỘ NỘI VỤ", "Số: 55/2007/CT-BNV"], title=["QUYẾT ĐỊNH", "Ban hành kế hoạch"]))
    assert (document.type.value, document.type.confidence) == ("Quyết định", 0.85)
    assert [rival.value for rival in document.type.rivals] == ["Chỉ thị"]


def test_minutes_have_no_place_and_date() -> None:
    document = read(printed(["SỞ NỘI VỤ", "Số: 05/BB-SNV"], STATE, title=["BIÊN BẢN", "Họp xét thi đua"]))
    assert (document.type.value, document.issued_date.reason) == ("Biên bản", "no place and date in the letterhead")


@pytest.mark.parametrize("mark", [["SAO Y; SỞ Y TẾ HÀ GIANG; 06/03/2024 10:00:00 +07:00"], ["SAO Y"]])
def test_mark_of_a_digital_copy_is_a_rival_of_the_type(mark: list[str]) -> None:
    document = read(
        printed(LEFT, (*mark, *STATE, "Hà Nội, ngày 05 tháng 3 năm 2024"), title=["QUYẾT ĐỊNH", "Ban hành Quy chế"])
    )
    assert (document.type.value, document.issuer.value) == ("Quyết định", "Bộ Nội vụ")
    assert [(rival.value, rival.source[-6:]) for rival in document.type.rivals] == [("Bản sao y", "box 14")]


def test_copying_office_over_one_column_is_not_the_issuer() -> None:
    copy = ["SAO Y", "Sở Y tế Hà Giang", "06/03/2024 10:00:00"]
    document = read(one_column([*copy, *LEFT, *STATE, "Hà Nội, ngày 05 tháng 3 năm 2024", "QUYẾT ĐỊNH"]))
    assert (document.superior.value, document.issuer.value) == (None, "Bộ Nội vụ")


def test_copy_with_a_number_of_its_own_is_a_document() -> None:
    document = read(printed(["UBND TỈNH HÀ GIANG", "SỞ Y TẾ", "Số: 03/SY-SYT"], title=["SAO Y"]))
    assert document.type.value == "Bản sao y"


def test_words_of_a_signing_program_are_left_out() -> None:
    right = ("Người ký: Bộ Nội vụ", "Email: vanthu@moha.gov.vn", "Thời gian ký: 05.03.2024 10:00:00 +07:00", *STATE)
    document = read(printed(LEFT, (*right, "Hà Nội, ngày 05 tháng 3 năm 2024"), title=["QUYẾT ĐỊNH"]))
    assert (document.issuer.value, document.issued_date.value) == ("Bộ Nội vụ", date(2024, 3, 5))
