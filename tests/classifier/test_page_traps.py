"""What misleads a reader: ink by hand, stamps of others, numbers and dates that belong elsewhere, doubtful letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.kinds import Document
from mailbridge.classifier.page import read_document
from mailbridge.mail.pages import UNREAD, Box, Layer, Page, Pages
from tests.classifier.builders_page import STATE, Bold, Text, line, melted, one_column, page_of, printed, read

DATE = "Hà Giang, ngày 12 tháng 3 năm 2024"
LEFT = ["UBND TỈNH HÀ GIANG", "SỞ Y TẾ", "Số: 12/SYT-VP", "V/v tập huấn nghiệp vụ"]
BODY = ["Kính gửi: Bộ Y tế.", "Thực hiện Công văn số 99/BYT-KCB ngày 01/3/2024 của Bộ Y tế,"]
RECIPIENTS = ["Nơi nhận:", "- Như trên;", "- Lưu: VT."]
SIGNING = ["GIÁM ĐỐC", "Nguyễn Văn An"]


def letter(*, left: list[str] = LEFT, dated: str = DATE, layer: Layer = Layer.TEXT) -> Document:
    return read(printed(left, (*STATE, dated), body=BODY, layer=layer))


def less_sure(pages: Pages, words: str, sure: float) -> Pages:
    """Lower the sureness of the lines that hold `words`, as a recogniser of letters does."""
    page = pages.pages[0]
    lines = tuple(replace(each, sure=sure) if words in each.text else each for each in page.lines)
    return Pages(pages=(replace(page, lines=lines),), total=1)


# Ink that could not be read.


@pytest.mark.parametrize(
    "number", [f"Số: {UNREAD}/SYT-VP", f"Số: 1{UNREAD}/SYT-VP", f"Số:{UNREAD} /SYT-VP", f"Số: {UNREAD}2/SYT-VP"]
)
@pytest.mark.parametrize("layer", [Layer.TEXT, Layer.OCR])
def test_number_by_hand_is_absent_and_its_notation_known(number: str, layer: Layer) -> None:
    symbol = letter(left=[*LEFT[:2], number, LEFT[3]], layer=layer).symbol
    assert (symbol.value, symbol.reason) == (None, "the number is written by hand or unreadable")
    assert [(rival.value.number, rival.value.notation) for rival in symbol.rivals] == [(None, "SYT-VP")]


@pytest.mark.parametrize("number", [f"Số: {UNREAD}", f"Số: {UNREAD}/S{UNREAD}T-VP"])
def test_number_and_notation_by_hand_leave_nothing(number: str) -> None:
    symbol = letter(left=[*LEFT[:2], number, LEFT[3]]).symbol
    assert (symbol.value, symbol.rivals) == (None, ())


def test_type_of_a_letter_is_known_without_its_number() -> None:
    assert letter(left=[*LEFT[:2], f"Số: {UNREAD}/SYT-VP", LEFT[3]]).type.value == "Công văn"


@pytest.mark.parametrize(
    "dated",
    [
        f"Hà Giang, ngày {UNREAD} tháng 3 năm 2024",
        f"Hà Giang, ngày 1{UNREAD} tháng 3 năm 2024",
        f"Hà Giang, ngày 12 tháng {UNREAD} năm 2024",
        f"Hà Giang, ngày {UNREAD} tháng {UNREAD} năm 202{UNREAD}",
    ],
)
def test_day_by_hand_is_absent_and_the_place_known(dated: str) -> None:
    document = letter(dated=dated)
    assert (document.issued_date.value, document.issued_date.reason) == (
        None,
        "the date is written by hand or unreadable",
    )
    assert document.place.value == "Hà Giang"


def test_unread_word_leaves_names_and_summary_to_a_person() -> None:
    document = letter(left=["UBND TỈNH HÀ GIANG", f"SỞ {UNREAD} TẾ", "Số: 12/SYT-VP", f"V/v tập huấn {UNREAD}"])
    assert document.issuer.reason == "the name of the issuer is written by hand or unreadable"
    assert document.subject.reason == "the summary is written by hand or unreadable"
    assert document.superior.value == "UBND tỉnh Hà Giang"
    titled = read(printed(LEFT[:3], (*STATE, DATE), title=["QUYẾT ĐỊNH", f"Ban hành {UNREAD}"]))
    assert titled.subject.value is None


def test_unread_signature_leaves_signer_and_recipients_to_a_person() -> None:
    signed = printed(
        LEFT,
        (*STATE, DATE),
        body=BODY,
        recipients=["Nơi nhận:", f"- {UNREAD};", "- Lưu: VT."],
        signing=["GIÁM ĐỐC", UNREAD],
    )
    document = read(signed)
    assert document.recipients.value is None
    assert document.signer.value is None or document.signer.value.name is None


# How sure the letters are.


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Số: 12", "symbol"),
        ("ngày 12", "issued_date"),
        ("SỞ Y TẾ", "issuer"),
        ("UBND", "superior"),
        ("V/v", "subject"),
        ("Kính gửi", "addressees"),
        ("- Như trên", "recipients"),
        ("Nguyễn", "signer"),
    ],
)
def test_field_is_no_surer_than_its_least_sure_line(words: str, field: str) -> None:
    pages = printed(LEFT, (*STATE, DATE), body=BODY, recipients=RECIPIENTS, signing=SIGNING)
    assert getattr(read(less_sure(pages, words, 0.41)), field).confidence == 0.41
    assert getattr(read(pages), field).confidence > 0.9


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("Số: l23/QD-UBND", "123/QĐ-UBND"),
        ("Số: 1O2/BGDDT-GDTrH", "102/BGDĐT-GDTrH"),
        ("Số: I2/TTr-HDND", "12/TTr-HĐND"),
        ("Số: 12a/TB-SYT", "12a/TB-SYT"),
        ("Số: 12/DA-UBND", "12/DA-UBND"),
        ("Số: 12/HD-SYT", "12/HD-SYT"),
    ],
)
def test_letters_of_a_picture_are_mended_where_they_can_only_be_others(number: str, text: str) -> None:
    symbol = letter(left=["ỦY BAN NHÂN DÂN", "TỈNH HÀ GIANG", number], layer=Layer.OCR).symbol
    assert symbol.value is not None
    assert symbol.value.text == text
    assert symbol.confidence <= 0.88


def test_letters_of_a_text_layer_stay_as_they_were_typed() -> None:
    symbol = letter(left=["ỦY BAN NHÂN DÂN", "TỈNH HÀ GIANG", "Số: 123/QD-UBND"]).symbol
    assert symbol.value is not None
    assert symbol.value.text == "123/QD-UBND"


def test_digits_that_may_be_others_give_no_number() -> None:
    assert letter(left=[*LEFT[:2], "Số: S1B/SYT-VP", LEFT[3]], layer=Layer.OCR).symbol.value is None


# Numbers and dates that belong elsewhere.


def test_arrival_stamp_nearer_the_margin_than_the_number_is_left_out() -> None:
    pages = printed(LEFT, (*STATE, DATE), body=BODY)
    stamp = [
        line("SỞ NỘI VỤ HÀ GIANG", left=20, top=20),
        line("ĐẾN", left=40, top=32),
        line("Số: 4711", left=20, top=44),
        line("Ngày: 15/3/2024", left=20, top=52),
    ]
    document = read(Pages(pages=(page_of([*stamp, *pages.pages[0].lines]),), total=1))
    assert document.symbol.value is not None
    assert document.symbol.value.text == "12/SYT-VP"
    assert (document.issuer.value, document.issued_date.value) == ("Sở Y tế", date(2024, 3, 12))
    assert document.issuer.confidence <= 0.9


def test_date_of_the_signature_behind_the_printed_one_is_not_taken() -> None:
    right = ("Người ký: Sở Y tế", "Ngày ký: 15-03-2024 08:12:45 +07:00", *STATE, DATE)
    assert read(printed(LEFT, right, body=BODY)).issued_date.value == date(2024, 3, 12)


def test_number_on_the_last_page_is_not_taken() -> None:
    first = printed([*LEFT[:2], LEFT[3]], (*STATE, DATE), body=BODY).pages[0]
    last = one_column(["Số: 77/SYT-TCCB", "Trân trọng./.", "Nơi nhận:", "- Như trên;"]).pages[0]
    document = read(Pages(pages=(first, replace(last, number=2)), total=2))
    assert (document.symbol.value, document.symbol.reason) == (None, "no number in the letterhead")


def test_issuer_below_the_first_line_is_the_lowest_name() -> None:
    left: list[Text] = ["BỘ Y TẾ", "CỤC QUẢN LÝ", "KHÁM, CHỮA BỆNH", "Số: 749/KCB-CĐT"]
    document = read(printed(left, (*STATE, DATE), body=BODY))
    assert (document.superior.value, document.issuer.value) == ("Bộ Y tế", "Cục Quản lý khám, chữa bệnh")


def test_file_name_that_lies_is_only_a_rival() -> None:
    document = read(printed(LEFT, (*STATE, DATE), body=BODY), file_name="999_QD-UBND_signed.pdf")
    assert document.symbol.value is not None
    assert document.symbol.value.text == "12/SYT-VP"
    assert [rival.source for rival in document.symbol.rivals] == ["part 1.2, file name"]


def test_pieces_of_the_state_name_are_no_agency() -> None:
    """A narrow right column breaks the Quốc hiệu, and text layers tear its words."""
    for name in (
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT", "NAM"],
        ["CỘNG HÒA XÃ HỘ I CHỦ NGHĨA VIỆ T NAM"],
        ["CỘNG HÒA XÃ HỘ I CHỦ NGHĨA", "VIỆT NAM"],
    ):
        pages = printed(LEFT, (*name, STATE[1], DATE), body=BODY)
        for each in (pages, melted(pages), one_column([one.text for one in pages.pages[0].lines])):
            assert read(each).issuer.value == "Sở Y tế"


def test_words_of_the_state_name_in_a_ministry_stay_its_own() -> None:
    left = ["BỘ LAO ĐỘNG THƯƠNG BINH VÀ", "XÃ HỘI", "Số: 1907/LĐTBXH-LĐTL", "V/v trợ cấp"]
    assert letter(left=left).issuer.value == "Bộ Lao động Thương binh và Xã hội"


@pytest.mark.parametrize(
    ("subject", "issuer"),
    [
        ("VỀ PHÁT TRIỂN CHÍNH QUYỀN SỐ TỈNH HÀ GIANG", "Ủy ban nhân dân tỉnh Hà Giang"),
        ("VỀ PHÁT TRIỂN CHÍNH QUYỀN SỐ TỈNH CAO BẰNG", None),
        ("VỀ PHÁT TRIỂN CHÍNH QUYỀN SỐ", None),
    ],
)
def test_committee_without_its_place_is_completed_only_where_two_boxes_agree(subject: str, issuer: str | None) -> None:
    reading = read(printed(["ỦY BAN NHÂN DÂN", "Số: 12/KH-UBND"], (*STATE, DATE), title=["KẾ HOẠCH", subject])).issuer
    assert reading.value == issuer
    assert reading.confidence <= 0.8
    assert [rival.value for rival in reading.rivals] == ["Ủy ban nhân dân"]


# Titles that say more than the type.


@pytest.mark.parametrize(
    ("number", "title", "name", "subject"),
    [
        ("Số: 5/TB-SYT", ["THÔNG BÁO TUYỂN DỤNG VIÊN CHỨC NĂM 2024"], "Thông báo", "Tuyển dụng viên chức năm 2024"),
        (
            "Số: 5/KH-SYT",
            ["KẾ HOẠCH TỔ CHỨC HỘI NGHỊ", "SƠ KẾT 6 THÁNG"],
            "Kế hoạch",
            "Tổ chức hội nghị sơ kết 6 tháng",
        ),
        ("Số: 5/BB-SYT", ["BIÊN BẢN LÀM VIỆC", "Về việc kiểm tra"], "Biên bản", "Về việc kiểm tra"),
        ("Số: 5/GM-SYT", ["GIẤY MỜI DỰ HỘI NGHỊ"], "Giấy mời", "Dự hội nghị"),
        ("Số: 5/PC-SYT", ["PHIẾU CHUYỂN ĐƠN"], "Phiếu chuyển", None),
    ],
)
def test_title_line_that_runs_on_gives_type_and_summary(
    number: str, title: list[str], name: str, subject: str | None
) -> None:
    document = read(printed(["SỞ Y TẾ", number], (*STATE, DATE), title=title, body=["Sở Y tế thông báo như sau:"]))
    assert (document.type.value, document.subject.value) == (name, subject)


def test_who_speaks_between_title_and_summary_is_left_out() -> None:
    right = ("ĐẢNG CỘNG SẢN VIỆT NAM", DATE)
    title = [Bold("CHỈ THỊ"), Bold("CỦA BAN THƯỜNG VỤ TỈNH ỦY"), Bold("về phòng, chống tham nhũng")]
    document = read(printed(["TỈNH ỦY HÀ GIANG", "*", "Số 18-CT/TU"], right, title=title))
    assert document.subject.value == "về phòng, chống tham nhũng"


# What text layers do to lines.


def test_stamp_between_the_lines_of_a_title_is_left_out() -> None:
    title = ["KẾ HOẠCH", "TRIỂN KHAI CÁC GIẢI PHÁP PHÒNG, CHỐNG HẠN HÁN", "MÙA KHÔ NĂM 2024"]
    pages = printed(["SỞ NÔNG NGHIỆP", "Số: 12/KH-SNN"], (*STATE, DATE), title=title, body=["Thực hiện Chỉ thị:"])
    top = next(each.box.top for each in pages.pages[0].lines if each.text == title[1])
    stamp = [
        replace(line(text, left=20, top=top + 7 * row), size=8.0)
        for row, text in enumerate(["SỞ Y TẾ", "ĐẾN", "Số: 4711", "Ngày: 12/4/2024", "Chuyển: VP"])
    ]
    document = read(Pages(pages=(page_of([*pages.pages[0].lines, *stamp]),), total=1))
    assert document.subject.value == "Triển khai các giải pháp phòng, chống hạn hán mùa khô năm 2024"
    assert document.symbol.value is not None
    assert document.symbol.value.text == "12/KH-SNN"
    assert document.issuer.value == "Sở Nông nghiệp"


def test_boxes_that_hug_their_letters_do_not_end_a_summary() -> None:
    """A line without marks over its capitals begins lower than its neighbours."""
    pages = printed(LEFT[:3], (*STATE, DATE), title=["QUYẾT ĐỊNH", "VỀ CHẾ ĐỘ CHI TIÊU CỦA", "CÁC CẤP TỈNH PHÚ", "YÊN"])
    lines = [
        replace(each, box=replace(each.box, top=each.box.top + 4 if each.text == "YÊN" else each.box.top - 2))
        for each in pages.pages[0].lines
    ]
    assert read(Pages(pages=(page_of(lines),), total=1)).subject.value == "Về chế độ chi tiêu của các cấp tỉnh Phú Yên"


@pytest.mark.parametrize(
    "number",
    [["Số: 68/2013/TTLT-BTC-", "BLĐTBXH"], ["Số: 68/2013/TTLT-BTC", "-BLĐTBXH"], ["Số: 68/2013/", "TTLT-BTC-BLĐTBXH"]],
)
def test_symbol_broken_over_two_lines_is_read_whole(number: list[str]) -> None:
    left = ["BỘ TÀI CHÍNH -", "BỘ LAO ĐỘNG", *number]
    document = read(printed(left, (*STATE, "Hà Nội, ngày 21 tháng 5 năm 2013"), title=["THÔNG TƯ LIÊN TỊCH", "Về chi"]))
    assert document.symbol.value is not None
    assert document.symbol.value.text == "68/2013/TTLT-BTC-BLĐTBXH"


def test_joint_symbol_with_one_body_is_doubtful() -> None:
    document = read(printed(["BỘ TÀI CHÍNH", "Số: 68/2013/TTLT-BTC"], (*STATE, DATE), title=["THÔNG TƯ LIÊN TỊCH"]))
    assert document.symbol.confidence <= 0.8


@pytest.mark.parametrize(
    ("about", "subject"),
    [
        (["V/v thực hiện Chỉ thị số 03/CT-", "TTg năm 2024"], "thực hiện Chỉ thị số 03/CT-TTg năm 2024"),
        (["V/v kế hoạch năm học 2019-", "2020"], "kế hoạch năm học 2019-2020"),
        (["V/v phát triển kinh tế -", "xã hội"], "phát triển kinh tế - xã hội"),
    ],
)
def test_symbol_broken_inside_a_summary_becomes_whole(about: list[str], subject: str) -> None:
    assert letter(left=[*LEFT[:3], *about]).subject.value == subject


@pytest.mark.parametrize("title", ["QUYẾTĐỊNH", "Q U Y Ế T Đ Ị N H", "QUYẾT  ĐỊNH"])
def test_title_whose_blanks_were_lost_or_added_is_known(title: str) -> None:
    document = read(printed(["SỞ Y TẾ", "Số: 5/QĐ-SYT"], (*STATE, DATE), title=[title, "Ban hành Quy chế"]))
    assert (document.type.value, document.subject.value) == ("Quyết định", "Ban hành Quy chế")


def test_title_at_the_margin_of_text_without_a_layout_is_known() -> None:
    pages = printed(["SỞ Y TẾ", "Số: 5/SYT-VP"], (*STATE, DATE))
    under = [line("HƯỚNG DẪN", left=85, top=140), line("Quản lý chi phí đầu tư xây dựng", left=85, top=156)]
    document = read(Pages(pages=(page_of([*pages.pages[0].lines, *under], layer=Layer.FLOW),), total=1))
    assert (document.type.value, document.subject.value) == ("Hướng dẫn", "Quản lý chi phí đầu tư xây dựng")


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        (["VỀ CHI PHÍ THEO THÔNG TƯ", "SỐ 04/2010/TT-BXD"], "Về chi phí theo Thông tư số 04/2010/TT-BXD"),
        (["VỀ QUY HOẠCH TÀI NGUYÊN NƯỚC", "MẶT"], "Về quy hoạch tài nguyên nước mặt"),
    ],
)
def test_line_of_a_summary_that_looks_like_a_box_of_its_own_stays(title: list[str], subject: str) -> None:
    document = read(printed(LEFT[:3], (*STATE, DATE), title=["QUYẾT ĐỊNH", *title]))
    assert document.subject.value == subject
    assert document.symbol.value is not None
    assert document.symbol.value.text == "12/SYT-VP"


@pytest.mark.parametrize("end", ["trên địa bàn tỉnh Cao Bằng", "6 tháng đầu năm", "cho cán bộ cấp huyện"])
def test_summary_that_ends_in_a_name_or_a_span_is_whole(end: str) -> None:
    assert letter(left=[*LEFT[:3], f"V/v tập huấn {end}"]).subject.confidence >= 0.9


# Where on the page a field stands.


def test_field_tells_its_box_on_the_page() -> None:
    pages = printed(LEFT, (*STATE, DATE), body=BODY, recipients=RECIPIENTS, signing=SIGNING)
    document = read(pages)
    lines = {each.text: each.box for each in pages.pages[0].lines}
    assert document.symbol.box == rounded(lines["Số: 12/SYT-VP"])
    assert document.issuer.box == rounded(lines["SỞ Y TẾ"])
    assert document.superior.box == rounded(lines["UBND TỈNH HÀ GIANG"])
    assert document.issued_date.box == document.place.box == rounded(lines[DATE])
    assert document.addressees.box == rounded(lines["Kính gửi: Bộ Y tế."])
    assert document.signer.box is not None
    assert document.signer.box.bottom == lines["Nguyễn Văn An"].bottom
    assert document.recipients.box is not None
    assert document.recipients.box.bottom == lines["- Lưu: VT."].bottom


def test_box_of_several_lines_holds_them_all() -> None:
    pages = printed(LEFT[:3], (*STATE, DATE), title=["QUYẾT ĐỊNH", "Ban hành Quy chế làm việc", "của Sở Y tế"])
    box = read(pages).subject.box
    lines = {each.text: each.box for each in pages.pages[0].lines}
    assert box is not None
    assert box.top == lines["Ban hành Quy chế làm việc"].top
    assert box.bottom == lines["của Sở Y tế"].bottom
    assert box.left <= lines["của Sở Y tế"].left


def test_absent_field_has_no_box() -> None:
    document = letter(left=LEFT[:2])
    assert (document.symbol.value, document.symbol.box) == (None, None)


def rounded(box: Box) -> Box:
    return Box(left=round(box.left, 1), top=round(box.top, 1), right=round(box.right, 1), bottom=round(box.bottom, 1))


def test_page_of_a_picture_that_nobody_read_is_no_document() -> None:
    page = Page(number=1, width=595, height=842, lines=(), layer=Layer.OCR)
    assert read_document(Pages(pages=(page,), total=1), part="1", file_name=None) is None
