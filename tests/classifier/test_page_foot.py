"""Boxes 7, 9a and 9b, and the deadline in the text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.kinds import Signer
from mailbridge.classifier.page.offices import office_in_title_case
from mailbridge.mail.pages import Pages
from tests.classifier.builders_page import STATE, column, line, melted, one_column, page_of, printed, read

LEFT = ["BỘ Y TẾ", "Số: 12/BYT-KCB", "V/v tập huấn"]
RECIPIENTS = ["Nơi nhận:", "- Như trên;", "- Lưu: VT, KCB."]


def signer(lines: list[str]) -> Signer | None:
    """Read the signer in every layout, and ask for the same answer of all."""
    pages = printed(LEFT, body=["Kính gửi: Sở Y tế.", "Nội dung"], recipients=RECIPIENTS, signing=lines)
    head = ["BỘ Y TẾ", *STATE, "Số: 12/BYT-KCB", "Kính gửi: Sở Y tế.", "Nội dung"]
    others = (melted(pages), one_column([*head, *RECIPIENTS, *lines]), one_column([*head, *lines, *RECIPIENTS]))
    found = read(pages).signer.value
    assert [read(other).signer.value for other in others] == [found] * 3
    return found


@pytest.mark.parametrize(
    ("lines", "name", "position", "authority"),
    [
        (
            ["KT. BỘ TRƯỞNG, CHỦ NHIỆM", "PHÓ CHỦ NHIỆM", "Nguyễn Khắc Định"],
            "Nguyễn Khắc Định",
            "Phó Chủ nhiệm",
            "KT. BỘ TRƯỞNG, CHỦ NHIỆM",
        ),
        (["GIÁM ĐỐC", "Trần Thế Cương"], "Trần Thế Cương", "Giám đốc", None),
        (["BỘ TRƯỞNG, CHỦ NHIỆM", "Vũ Đức Đam"], "Vũ Đức Đam", "Bộ trưởng, Chủ nhiệm", None),
        (["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lê Ô Pích"], "Lê Ô Pích", "Chủ tịch", "TM. ỦY BAN NHÂN DÂN"),
        (
            ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lê Ô Pích"],
            "Lê Ô Pích",
            "Phó Chủ tịch",
            "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH",
        ),
        (["TL. BỘ TRƯỞNG", "CHÁNH VĂN PHÒNG", "Vũ Văn Phấn"], "Vũ Văn Phấn", "Chánh Văn phòng", "TL. BỘ TRƯỞNG"),
        (["Q. CỤC TRƯỞNG", "Vũ Tuấn Cường"], "Vũ Tuấn Cường", "Quyền Cục trưởng", "Q. CỤC TRƯỞNG"),
        (["K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "Lý Văn Hùng"], "Lý Văn Hùng", "Phó Trưởng ban", "K/T TRƯỞNG BAN"),
        (["GIÁM ĐỐC", "(Đã ký)", "PGS.TS. Trần Thế Cương"], "Trần Thế Cương", "Giám đốc", None),
        (["GIÁM ĐỐC", "Đại tá Trần Thế Cương"], "Trần Thế Cương", "Giám đốc", None),
    ],
)
def test_signer_is_read_in_every_layout(lines: list[str], name: str, position: str, authority: str | None) -> None:
    assert signer(lines) == Signer(name=name, position=position, authority=authority)


def test_name_that_is_only_a_picture_is_said() -> None:
    reading = read(
        printed(LEFT, body=["Kính gửi: A."], recipients=RECIPIENTS, signing=["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"])
    ).signer
    assert reading.value == Signer(name=None, position="Thứ trưởng", authority="KT. BỘ TRƯỞNG")
    assert reading.reason == "the name of the signer is not in the text"
    assert reading.confidence < 0.95


def test_several_signers_are_left_to_a_person() -> None:
    block = ["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"]
    reading = read(
        printed(LEFT, recipients=RECIPIENTS, signing=[*block, "Nguyễn Văn An", *block, "Trần Văn Bình"])
    ).signer
    assert (reading.value, reading.reason) == (None, "several people signed")
    assert [rival.value.name for rival in reading.rivals] == ["Nguyễn Văn An", "Trần Văn Bình"]


def test_who_decides_over_the_grounds_is_no_signer() -> None:
    document = read(
        printed(
            ["BỘ Y TẾ", "Số: 1/QĐ-BYT"], title=["QUYẾT ĐỊNH", "Ban hành"], body=["BỘ TRƯỞNG BỘ Y TẾ", "Căn cứ Luật"]
        )
    )
    assert document.signer.value is None


def test_foot_is_found_before_the_annexes() -> None:
    first = printed(LEFT, body=["Kính gửi: Sở Y tế."]).pages[0]
    foot = [line(text, left=85, top=300 + 16 * row) for row, text in enumerate(RECIPIENTS)]
    second = page_of([*foot, *column(["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG", "Trần Văn Thuấn"], middle=430, top=300)], number=2)
    annex = page_of([line("PHỤ LỤC", left=270, top=60), line("Trưởng ban: ông A", left=85, top=90)], number=3)
    document = read(Pages(pages=(first, second, annex), total=9))
    assert document.signer.value == Signer(name="Trần Văn Thuấn", position="Thứ trưởng", authority="KT. BỘ TRƯỞNG")
    assert document.signer.source == "part 1.2, page 2, text layer, box 7a"
    assert document.recipients.value == ("Như trên", "Lưu: VT, KCB")
    assert document.pages == 9


def test_copying_office_under_the_original_did_not_sign_it() -> None:
    pages = printed(
        LEFT,
        body=["Kính gửi: Sở Y tế."],
        recipients=RECIPIENTS,
        signing=["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG", "Trần Văn Thuấn"],
    )
    copy = [line("SAO Y BẢN CHÍNH", left=250, top=600), *column(["CHÁNH VĂN PHÒNG", "Lê Văn Sao"], middle=430, top=640)]
    page = replace(pages.pages[0], lines=(*pages.pages[0].lines, *copy))
    found = read(Pages(pages=(page,), total=1)).signer.value
    assert found is not None
    assert found.name == "Trần Văn Thuấn"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (["Kính gửi: Bộ Y tế."], ("Bộ Y tế",)),
        (["Kính gửi: Bộ Công an; Bộ Y tế."], ("Bộ Công an", "Bộ Y tế")),
        (["Kính gửi:", "- Bộ Công an;", "- Bộ Y tế."], ("Bộ Công an", "Bộ Y tế")),
        (["Kính gửi: - Bộ Công an;", "- Bộ Y tế."], ("Bộ Công an", "Bộ Y tế")),
        (
            ["Kính gửi:", "- Các bộ, cơ quan ngang bộ,", "cơ quan thuộc Chính phủ;", "- Tòa án nhân dân tối cao."],
            ("Các bộ, cơ quan ngang bộ, cơ quan thuộc Chính phủ", "Tòa án nhân dân tối cao"),
        ),
        (
            ["Kính gửi: Bảo hiểm xã hội các tỉnh, thành phố trực thuộc", "Trung ương."],
            ("Bảo hiểm xã hội các tỉnh, thành phố trực thuộc Trung ương",),
        ),
        (["Kính gửi: Bộ Y tế", "Thực hiện Kế hoạch số 5/KH-BYT"], ("Bộ Y tế",)),
        (["Kính gửi:", "- Bộ Công an;", "- Bộ Y tế", "Thực hiện Kế hoạch số 5/KH-BYT"], ("Bộ Công an", "Bộ Y tế")),
    ],
)
def test_addressees(body: list[str], names: tuple[str, ...]) -> None:
    assert read(printed(LEFT, body=body)).addressees.value == names


def test_blank_addressee_of_a_form_is_absent() -> None:
    document = read(printed(LEFT, body=["Kính gửi: ................"]))
    assert (document.addressees.value, document.addressees.reason) == (None, "nothing stands behind Kính gửi")


def test_recipients_end_with_the_archive_entry() -> None:
    foot = [*RECIPIENTS, "Địa chỉ: 138A Giảng Võ, Hà Nội", "Điện thoại: 024.62732273"]
    document = read(printed(LEFT, body=["Kính gửi: A."], recipients=foot, signing=["BỘ TRƯỞNG", "Đào Hồng Lan"]))
    assert document.recipients.value == ("Như trên", "Lưu: VT, KCB")


def test_line_of_a_form_about_a_place_of_receipt_is_no_foot() -> None:
    document = read(printed(LEFT, body=["Kính gửi: A.", "Nơi nhận hồ sơ tại bộ phận một cửa của Sở"]))
    assert document.recipients.value is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Đề nghị gửi báo cáo trước ngày 15/3/2024.", date(2024, 3, 15)),
        ("Đề nghị gửi báo cáo trước ngày 15 tháng 3 năm 2024.", date(2024, 3, 15)),
        ("Đề nghị gửi báo cáo trước 17 giờ 00 ngày 15.3.2024.", date(2024, 3, 15)),
        ("Báo cáo gửi về Bộ chậm nhất ngày 15-3-2024.", date(2024, 3, 15)),
        ("Hoàn thành chậm nhất là ngày 15/03/2024.", date(2024, 3, 15)),
        ("Đề nghị gửi báo cáo trước ngày 15/3.", None),
        ("Đề nghị gửi báo cáo trước ngày 31/2/2024.", None),
        ("Yêu cầu rà soát hồ sơ cấp trước ngày 01/01/2020.", None),
        ("Đề nghị rà soát quyết định ban hành trước ngày 01/7/2024.", None),
        ("Năm học kết thúc trước ngày 15/7/2024.", None),
    ],
)
def test_deadline_is_a_full_date_set_for_an_answer(text: str, day: date | None) -> None:
    document = read(printed(LEFT, body=["Kính gửi: Sở Y tế.", text]))
    assert document.due_date.value == day
    assert document.due_date.confidence < 0.95


def test_several_deadlines_make_doubt() -> None:
    body = ["Kính gửi: A.", "Gửi báo cáo lần 1 trước ngày 15/3/2024.", "Gửi báo cáo lần 2 trước ngày 15/4/2024."]
    due = read(printed(LEFT, body=body)).due_date
    assert (due.value, due.confidence) == (date(2024, 3, 15), 0.7)
    assert [rival.value for rival in due.rivals] == [date(2024, 4, 15)]


@pytest.mark.parametrize(
    ("capitals", "written"),
    [
        ("PHÓ CHỦ NHIỆM", "Phó Chủ nhiệm"),
        ("PHÓ TỔNG GIÁM ĐỐC", "Phó Tổng Giám đốc"),
        ("BÍ THƯ THƯỜNG TRỰC", "Bí thư Thường trực"),
        ("PHÓ VĂN PHÒNG", "Phó Văn phòng"),
        ("VỤ TRƯỞNG VỤ TỔ CHỨC CÁN BỘ", "Vụ trưởng Vụ Tổ chức cán bộ"),
        ("Phó Giám đốc", "Phó Giám đốc"),
    ],
)
def test_office_in_capitals_is_written_by_habit(capitals: str, written: str) -> None:
    assert office_in_title_case(capitals) == written
