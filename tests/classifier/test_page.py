"""`read_document` on real letterheads in every order their lines reach us, and on pages that are no documents."""

from __future__ import annotations

import json
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.folding import fold_tones
from mailbridge.classifier.kinds import Document
from mailbridge.classifier.page import read_document
from mailbridge.mail.pages import Box, Layer, Line, Pages
from tests.classifier.builders_page import STATE, Bold, line, melted, one_column, page_of, printed, read


class Letterhead(TypedDict):
    """One record of data/letterheads.json: header lines of a real document, and what a clerk reads there."""

    id: str
    lines: list[str]
    symbol: str | None
    issued_date: str | None
    place: str | None
    superior: str | None
    issuer: str | None
    subject: str | None
    type: str


LETTERHEADS: list[Letterhead] = json.loads(
    (Path(__file__).parent / "data" / "letterheads.json").read_text(encoding="utf-8")
)
LETTER = printed(
    [
        Bold("VĂN PHÒNG CHÍNH PHỦ"),
        "Số: 3526/VPCP-KGVX",
        "V/v thực hiện Chỉ thị số 15/CT-TTg",
        "của Thủ tướng Chính phủ",
        "KHẨN",
    ],
    (*STATE, "Hà Nội, ngày 04 tháng 5 năm 2013"),
    body=[
        "Kính gửi: Bộ Thông tin và Truyền thông.",
        "Xét đề nghị của Bộ tại Công văn số 12/BTTTT-VP ngày 03 tháng 4 năm 2013, Thủ tướng có ý kiến:",
        "Giao Bộ báo cáo kết quả trước ngày 15/6/2013.",
    ],
    recipients=["Nơi nhận:", "- Như trên;", "- TTg, các PTTg;", "- VPCP: BTCN, các Vụ: TH,", "TKBT;", "- Lưu: VT (3)."],
    signing=["KT. BỘ TRƯỞNG, CHỦ NHIỆM", "PHÓ CHỦ NHIỆM", "Nguyễn Khắc Định"],
)


def key(text: str | None) -> str | None:
    """Compare without case, place of tones, kind of dash and a final stop."""
    return fold_tones(text).casefold().replace("–", "-").rstrip(".") if text else None


def named(document: Document) -> dict[str, str | None]:
    symbol, issued = document.symbol.value, document.issued_date.value
    return {
        "symbol": symbol.text if symbol else None,
        "issued_date": issued.isoformat() if issued else None,
        "place": key(document.place.value),
        "superior": key(document.superior.value),
        "issuer": key(document.issuer.value),
        "subject": key(document.subject.value),
        "type": document.type.value,
    }


@pytest.mark.parametrize("record", LETTERHEADS, ids=lambda record: record["id"])
def test_real_letterhead_is_read_in_the_order_given(record: Letterhead) -> None:
    wanted = {
        "symbol": record["symbol"],
        "issued_date": record["issued_date"],
        "place": key(record["place"]),
        "superior": key(record["superior"]),
        "issuer": key(record["issuer"]),
        "subject": key(record["subject"]),
        "type": record["type"],
    }
    assert named(read(one_column(record["lines"], layer=Layer.TEXT))) == wanted


@pytest.mark.parametrize("record", LETTERHEADS, ids=lambda record: record["id"])
def test_absent_field_says_why(record: Letterhead) -> None:
    document = read(one_column(record["lines"]))
    for reading in (document.symbol, document.issued_date, document.place, document.issuer, document.subject):
        assert (reading.value is None) == (reading.reason is not None)
        assert (reading.value is None) == (reading.confidence == 0 and not reading.source)


def test_letter_with_boxes_is_read_whole() -> None:
    document = read(LETTER)
    assert document.type.value == "Công văn"
    assert document.symbol.value is not None
    assert document.symbol.value.text == "3526/VPCP-KGVX"
    assert document.issued_date.value == date(2013, 5, 4)
    assert document.place.value == "Hà Nội"
    assert document.issuer.value == "Văn phòng Chính phủ"
    assert document.superior.value is None
    assert document.subject.value == "thực hiện Chỉ thị số 15/CT-TTg của Thủ tướng Chính phủ"
    assert document.addressees.value == ("Bộ Thông tin và Truyền thông",)
    assert document.recipients.value == ("Như trên", "TTg, các PTTg", "VPCP: BTCN, các Vụ: TH, TKBT", "Lưu: VT (3)")
    assert document.urgency.value == "khẩn"
    assert document.due_date.value == date(2013, 6, 15)
    assert document.references == ("15/CT-TTg", "12/BTTTT-VP")
    assert (document.main, document.parts, document.pages, document.draft) == ("1.2", ("1.2",), 1, False)


def test_source_names_part_page_layer_and_box() -> None:
    document = read(LETTER)
    assert document.symbol.source == "part 1.2, page 1, text layer, box 3"
    assert document.issuer.source.endswith("box 2")
    assert document.issued_date.source.endswith("box 4")
    assert document.subject.source.endswith("box 5b")
    assert document.signer.source.endswith("box 7a")
    assert document.urgency.source.endswith("box 10b")


@pytest.mark.parametrize("layer", [Layer.OCR, Layer.BODY])
def test_picture_and_mail_text_are_never_sure(layer: Layer) -> None:
    lines = [each.text for each in LETTER.pages[0].lines]
    document = read(one_column(lines, layer=layer))
    sure = [each.confidence for each in (document.symbol, document.issued_date, document.issuer, document.subject)]
    assert all(0 < confidence < 0.95 for confidence in sure)


def test_boxes_make_surer_than_one_column() -> None:
    boxes, melt = read(LETTER), read(melted(LETTER))
    assert boxes.symbol.confidence == 0.99
    assert melt.symbol.confidence < 0.99
    assert melt.subject.confidence < 0.95 < boxes.subject.confidence


def test_melted_columns_are_cut_by_their_words() -> None:
    """Document-form §2: "UBND TỈNH X  CỘNG HÒA XÃ HỘI…", "Số: 12/UBND-VX  Đà Nẵng, ngày …" in one line each."""
    document = read(melted(LETTER))
    assert named(document) == named(read(LETTER))
    assert document.signer.value == read(LETTER).signer.value
    assert document.recipients.value == read(LETTER).recipients.value


@pytest.mark.parametrize(
    "lines",
    [
        [
            "UBND TỈNH HÀ GIANG",
            "SỞ Y TẾ",
            "Số: 12/SYT-NVY",
            "V/v báo cáo lao",
            *STATE,
            "Hà Giang, ngày 5 tháng 3 năm 2024",
        ],
        [
            *STATE,
            "Hà Giang, ngày 5 tháng 3 năm 2024",
            "UBND TỈNH HÀ GIANG",
            "SỞ Y TẾ",
            "Số: 12/SYT-NVY",
            "V/v báo cáo lao",
        ],
        [
            "UBND TỈNH HÀ GIANG",
            STATE[0],
            "SỞ Y TẾ",
            STATE[1],
            "Số: 12/SYT-NVY",
            "Hà Giang, ngày 5 tháng 3 năm 2024",
            "V/v báo cáo lao",
        ],
        [
            f"UBND TỈNH HÀ GIANG {STATE[0]}",
            f"SỞ Y TẾ {STATE[1]}",
            "Số: 12/SYT-NVY Hà Giang, ngày 5 tháng 3 năm 2024",
            "V/v báo cáo lao",
        ],
    ],
    ids=["left block first", "right block first", "lines alternate", "columns melted"],
)
def test_every_order_of_the_blocks_reads_the_same(lines: list[str]) -> None:
    assert named(read(one_column([*lines, "Kính gửi: Bộ Y tế."]))) == {
        "symbol": "12/SYT-NVY",
        "issued_date": "2024-03-05",
        "place": key("Hà Giang"),
        "superior": key("UBND tỉnh Hà Giang"),
        "issuer": key("Sở Y tế"),
        "subject": key("báo cáo lao"),
        "type": "Công văn",
    }


def test_flow_text_of_a_letterhead_table_is_read_by_its_cells() -> None:
    document = read(
        printed(["UBND TỈNH HÀ GIANG", "SỞ Y TẾ", "Số: 5/KH-SYT"], title=["KẾ HOẠCH", "Tập huấn"], layer=Layer.FLOW)
    )
    assert document.issuer.value == "Sở Y tế"
    assert document.subject.value == "Tập huấn"
    assert document.subject.source == "part 1.2, page 1, flow text, box 5a"


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Kính gửi anh chị,", "Đề nghị gửi báo cáo theo Công văn số 12/BYT-KCB", "trước ngày 12/3/2024."],
        ["Ngày 31 tháng 5 năm 2019, Ủy ban nhân dân tỉnh Lâm Đồng có công điện số 3272/CĐ-UBND-LN về dịch tả lợn"],
        [
            "139/TCHQ-GSQL",
            "Hướng dẫn áp dụng C/O mẫu D sửa đổi",
            "Ngày 07/01/2014, Tổng cục Hải quan ban hành Công văn",
        ],
        [
            "UBND TỈNH ĐỒNG THÁP YÊU CẦU SỞ GIÁO DỤC VÀ ĐÀO TẠO TRIỂN KHAI ĐIỀU LỆ",
            "Đồng Tháp, ngày 15 tháng 9 năm 2020",
        ],
        ["Khai thuế GTGT vãng lai", "Công văn số 7800/CTHN-TTHT ngày 17/03/2021", "V/v khai thuế GTGT vãng lai"],
        [*STATE, "Hà Nội, ngày 5 tháng 3 năm 2024", "ĐƠN KHIẾU NẠI", "Kính gửi: Ủy ban nhân dân tỉnh Hà Giang"],
        [*STATE, "HỢP ĐỒNG MUA BÁN", "Số ………………", "BÊN MUA: CÔNG TY A"],
        [*STATE, "HỢP ĐỒNG MUA BÁN", "Số: 12/2024/HĐMB", "Hôm nay, ngày 5 tháng 3 năm 2024"],
        ["HÓA ĐƠN GIÁ TRỊ GIA TĂNG", "Ký hiệu: AA/19E", "Số: 0000123", "Ngày 5 tháng 3 năm 2024"],
    ],
    ids=[
        "empty",
        "work mail",
        "news",
        "number alone",
        "headline",
        "article",
        "petition",
        "contract",
        "numbered contract",
        "invoice",
    ],
)
def test_page_without_the_form_is_no_document(lines: list[str]) -> None:
    assert read_document(one_column(lines), part="1", file_name="12_BYT-KCB.pdf") is None


def test_file_without_pages_is_no_document() -> None:
    assert read_document(Pages(pages=(), total=0), part="1", file_name=None) is None


@pytest.mark.parametrize("mark", ["DỰ THẢO", "DỰ THẢO 3", "Dự thảo".upper() + " LẦN 2"])
def test_draft_mark_is_seen(mark: str) -> None:
    document = read(
        printed(["SỞ NỘI VỤ", "Số: /TTr-SNV"], (*STATE, mark), title=["TỜ TRÌNH", "Về việc phê duyệt đề án"])
    )
    assert document.draft


def test_subject_about_a_draft_is_no_draft() -> None:
    document = read(printed(["BỘ Y TẾ", "Số: 12/BYT-PC", "V/v góp ý", "dự thảo Nghị định"]))
    assert not document.draft


@pytest.mark.parametrize(
    ("mark", "word"),
    [("KHẨN", "khẩn"), ("THƯỢNG KHẨN", "thượng khẩn"), ("HỎA TỐC", "hỏa tốc"), ("HOẢ TỐC", "hỏa tốc")],
)
def test_urgency_is_read_from_its_mark(mark: str, word: str) -> None:
    document = read(printed(["BỘ Y TẾ", "Số: 12/BYT-KCB", "V/v bão số 3", mark], body=["Kính gửi: Sở Y tế."]))
    assert document.urgency.value == word
    assert document.subject.value == "bão số 3"


def test_urgency_is_not_read_from_sentences() -> None:
    document = read(
        printed(
            ["BỘ Y TẾ", "Số: 12/BYT-KCB", "V/v xử lý công văn khẩn"],
            body=["Kính gửi: Sở Y tế.", "Thực hiện công điện hỏa tốc", "KHẨN"],
        )
    )
    assert document.urgency.value is None


@given(st.lists(st.text(alphabet="SốVABỘ:/- 12,ngàythánm.ĐẾNKính gửi\u0301", max_size=40), max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_lines_are_read_without_an_error(lines: list[str]) -> None:
    texts = [" ".join(text.split()) for text in [*lines, STATE[0], "BỘ Y TẾ", "Số: 12/BYT-KCB", *lines]]
    document = read_document(one_column([text for text in texts if text]), part="1", file_name="x.pdf")
    assert document is None or 0 <= document.symbol.confidence <= 0.99


@given(st.permutations([each.text for each in LETTER.pages[0].lines][:9]))
@settings(max_examples=60, deadline=None)
def test_no_order_makes_another_documents_number_the_own_one(lines: list[str]) -> None:
    document = read_document(one_column(lines), part="1", file_name=None)
    assert document is None or document.symbol.value is None or document.symbol.value.text == "3526/VPCP-KGVX"


@pytest.mark.parametrize(
    "piece", ["ngày 1 tháng 2 ", "Độc lập ", "Hà Nội, ngày ", "- ", "12/UBND-VX ", "Ấ, ", "trước ngày 1/1/"]
)
@pytest.mark.timeout(120)
def test_a_hostile_page_ends(piece: str) -> None:
    """5000 lines of 5000 characters: seconds, where squared time would take hours."""
    text = (piece * 5000)[:5000].strip()
    head = [line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", left=300, top=10), line("BỘ Y TẾ", left=80, top=10)]
    number = line("Số: 1/BYT-A", left=80, top=26)
    flood = (Line(text=text, box=Box(left=80, top=50 + row, right=500, bottom=51 + row)) for row in range(5000))
    pages = Pages(pages=(page_of(chain(head, [number], flood)),), total=1)
    assert read_document(pages, part="1", file_name=text) is not None
