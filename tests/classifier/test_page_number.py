"""Box 3: the own number, and none of the others on the page."""

from __future__ import annotations

import pytest

from mailbridge.classifier.page.number import symbol_in_file_name
from tests.classifier.builders_page import STATE, one_column, printed, read

DATE = "Hà Nội, ngày 05 tháng 3 năm 2024"
ADDRESSED = "Kính gửi: Sở Y tế Hà Giang."


def own(lines: list[str]) -> str | None:
    symbol = read(one_column(lines)).symbol.value
    return symbol.text if symbol else None


@pytest.mark.parametrize(
    "number",
    [
        ["Số: 12/BYT-KCB"],
        ["Số:12/BYT-KCB"],
        ["Số 12/BYT-KCB"],
        ["Số:", "12/BYT-KCB"],
        ["Số: 12 /BYT - KCB"],
        ["Số: 12/", "BYT-KCB"],
    ],
)
def test_number_is_read_however_it_is_broken(number: list[str]) -> None:
    assert own(["BỘ Y TẾ", *STATE, *number, DATE, ADDRESSED]) == "12/BYT-KCB"


def test_number_without_so_is_read_with_doubt() -> None:
    symbol = read(printed(["BỘ Y TẾ", "12/BYT-KCB", "V/v tập huấn"])).symbol
    assert symbol.value is not None
    assert (symbol.value.text, symbol.confidence) == ("12/BYT-KCB", 0.85)


@pytest.mark.parametrize("number", ["Số: /BYT-KCB", "Số: …/BYT-KCB", "Số: ...../BYT-KCB"])
def test_blank_number_leaves_the_notation_as_a_rival(number: str) -> None:
    """Document-form §4.3: signing programs draw the number, so a blank in the text layer is no draft."""
    document = read(printed(["BỘ Y TẾ", number, "V/v tập huấn"]))
    assert document.symbol.value is None
    assert document.symbol.reason == "the number before the notation is blank on the page"
    assert [rival.value.notation for rival in document.symbol.rivals] == ["BYT-KCB"]
    assert not document.draft


def test_blank_number_without_notation_has_no_rival() -> None:
    symbol = read(printed(["BỘ Y TẾ", "Số:………", "V/v tập huấn"])).symbol
    assert (symbol.value, symbol.reason, symbol.rivals) == (None, "the number is blank on the page", ())


@pytest.mark.parametrize(
    "lines",
    [
        ["V/v thực hiện Chỉ thị số 03/CT-TTg"],
        ["QUYẾT ĐỊNH", "VỀ VIỆC SỬA ĐỔI QUYẾT ĐỊNH SỐ 102/2009/QĐ-UBND"],
        ["QUYẾT ĐỊNH", "Căn cứ Nghị định số 30/2020/NĐ-CP;"],
        [ADDRESSED, "Số: 15/BC-SYT là báo cáo của Sở."],
    ],
    ids=["summary", "title", "grounds", "body"],
)
def test_numbers_of_other_documents_are_never_the_own_one(lines: list[str]) -> None:
    document = read(one_column(["BỘ Y TẾ", *STATE, DATE, *lines]))
    assert document.symbol.value is None
    assert document.symbol.reason == "no number in the letterhead"


def test_two_numbers_in_the_letterhead_make_doubt() -> None:
    symbol = read(printed(["BỘ Y TẾ", "Số: 12/BYT-KCB", "Số: 13/BYT-PC", "V/v tập huấn"])).symbol
    assert symbol.confidence <= 0.6
    assert [rival.value.text for rival in symbol.rivals] == ["13/BYT-PC"]


def test_year_that_contradicts_the_date_makes_doubt() -> None:
    symbol = read(printed(["BỘ Y TẾ", "Số: 12/2019/TT-BYT"], (*STATE, DATE), title=["THÔNG TƯ"])).symbol
    assert symbol.confidence <= 0.7


STAMPS = {
    "under the summary": [
        "BỘ Y TẾ",
        "Số: 12/BYT-KCB",
        "V/v tập huấn",
        "SỞ Y TẾ HÀ GIANG",
        "ĐẾN",
        "Số: 345",
        "Ngày: 07/3/2024",
        "Chuyển: ...",
    ],
    "over the letterhead": [
        "SỞ Y TẾ HÀ GIANG",
        "ĐẾN Số: 345",
        "Ngày: 07/3/2024",
        "BỘ Y TẾ",
        "Số: 12/BYT-KCB",
        "V/v tập huấn",
    ],
    "công văn đến": ["CÔNG VĂN ĐẾN", "Số: 345", "Ngày: 07/3/2024", "BỘ Y TẾ", "Số: 12/BYT-KCB", "V/v tập huấn"],
    "on the line of the number": ["BỘ Y TẾ", "Số: 12/BYT-KCB ĐẾN Số: 345", "V/v tập huấn"],
}


@pytest.mark.parametrize("left", STAMPS.values(), ids=STAMPS.keys())
def test_arrival_stamp_of_another_office_is_left_out(left: list[str]) -> None:
    for document in (
        read(printed(left, (*STATE, DATE), body=[ADDRESSED])),
        read(one_column([*left, *STATE, DATE, ADDRESSED])),
    ):
        assert document.symbol.value is not None
        assert document.symbol.value.text == "12/BYT-KCB"
        assert str(document.issued_date.value) == "2024-03-05"
        assert document.issuer.value == "Bộ Y tế"
        assert document.subject.value == "tập huấn"


def test_number_of_a_stamp_does_not_replace_a_missing_one() -> None:
    assert own(["BỘ Y TẾ", *STATE, "ĐẾN", "Số: 1234", "Ngày: 07/3/2024", "V/v tập huấn", DATE, ADDRESSED]) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("123_UBND-VP_signed.pdf", "123/UBND-VP"),
        ("30_2020_NĐ-CP.pdf", "30/2020/NĐ-CP"),
        ("CV 3526 VPCP-KGVX.signed.pdf", "3526/VPCP-KGVX"),
        ("scan0001.pdf", None),
        ("Bao cao thang 3.docx", None),
    ],
)
def test_symbol_in_a_file_name(name: str, text: str | None) -> None:
    symbol = symbol_in_file_name(name)
    assert (symbol.text if symbol else None) == text


def test_file_name_is_a_rival_only_where_it_disagrees() -> None:
    pages = printed(["BỘ Y TẾ", "Số: 12/BYT-KCB", "V/v tập huấn"])
    assert read(pages, file_name="12_BYT-KCB.pdf").symbol.rivals == ()
    (rival,) = read(pages, file_name="21_BYT-KCB.pdf").symbol.rivals
    assert (rival.value.text, rival.source) == ("21/BYT-KCB", "part 1.2, file name")


def test_file_name_never_fills_a_blank() -> None:
    symbol = read(printed(["BỘ Y TẾ", "Số: /BYT-KCB", "V/v x"]), file_name="12_BYT-KCB.pdf").symbol
    assert symbol.value is None
    assert [rival.value.text for rival in symbol.rivals][-1] == "12/BYT-KCB"
