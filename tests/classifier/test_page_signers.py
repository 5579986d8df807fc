"""Box 7: who signed, in what office and for whom, in many kinds of bodies and in every way that lines reach us."""

from __future__ import annotations

import pytest

from mailbridge.mail.pages import Pages
from tests.classifier.builders_page import melted, one_column, printed, read

RECIPIENTS = ["Nơi nhận:", "- Như trên;", "- Lưu: VT, KT."]
Signed = tuple[str, str | None, str | None]
SIGNED: list[tuple[list[str], Signed]] = [
    (
        ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Nguyễn Văn An"],
        ("Nguyễn Văn An", "Phó Chủ tịch", "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH"),
    ),
    (["CHỦ TỊCH", "Trần Thị Bích Ngọc"], ("Trần Thị Bích Ngọc", "Chủ tịch", None)),
    (["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "PGS.TS. Lê Văn Hùng"], ("Lê Văn Hùng", "Phó Giám đốc", "KT. GIÁM ĐỐC")),
    (["TL. BỘ TRƯỞNG", "CHÁNH VĂN PHÒNG", "Phạm Minh Tuấn"], ("Phạm Minh Tuấn", "Chánh Văn phòng", "TL. BỘ TRƯỞNG")),
    (["TUQ. CHỦ TỊCH", "GIÁM ĐỐC SỞ TƯ PHÁP", "Vũ Đình Hòa"], ("Vũ Đình Hòa", "Giám đốc Sở Tư pháp", "TUQ. CHỦ TỊCH")),
    (["Q. CỤC TRƯỞNG", "Đỗ Văn Tám"], ("Đỗ Văn Tám", "Quyền Cục trưởng", "Q. CỤC TRƯỞNG")),
    (["T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ", "Hoàng Văn Thái"], ("Hoàng Văn Thái", "Phó Bí thư", "T/M BAN THƯỜNG VỤ")),
    (
        ["T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ THƯỜNG TRỰC", "Y Biêr Niê"],
        ("Y Biêr Niê", "Phó Bí thư Thường trực", "T/M BAN THƯỜNG VỤ"),
    ),
    (
        ["K/T TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "Nguyễn Thị Thu Hà"],
        ("Nguyễn Thị Thu Hà", "Phó Trưởng ban", "K/T TRƯỞNG BAN"),
    ),
    (["HIỆU TRƯỞNG", "(Đã ký)", "TS. Nguyễn Quốc Khánh"], ("Nguyễn Quốc Khánh", "Hiệu trưởng", None)),
    (["KT. VIỆN TRƯỞNG", "PHÓ VIỆN TRƯỞNG", "Lò Văn Pâng"], ("Lò Văn Pâng", "Phó Viện trưởng", "KT. VIỆN TRƯỞNG")),
    (["CHÁNH ÁN", "Bùi Thị Thanh Hương"], ("Bùi Thị Thanh Hương", "Chánh án", None)),
    (
        ["KT. TRƯỞNG CÔNG AN XÃ", "PHÓ TRƯỞNG CÔNG AN", "Thiếu tá Ngô Quang Vinh"],
        ("Ngô Quang Vinh", "Phó Trưởng Công an", "KT. TRƯỞNG CÔNG AN XÃ"),
    ),
    (["CHỈ HUY TRƯỞNG", "Đại tá Phan Đại Nghĩa"], ("Phan Đại Nghĩa", "Chỉ huy trưởng", None)),
    (
        ["TM. HỘI ĐỒNG NHÂN DÂN", "CHỦ TỊCH", "NGUYỄN VĂN BÌNH"],
        ("Nguyễn Văn Bình", "Chủ tịch", "TM. HỘI ĐỒNG NHÂN DÂN"),
    ),
    (["TM. BAN THƯỜNG TRỰC", "CHỦ TỊCH", "H'Lan Niê"], ("H'Lan Niê", "Chủ tịch", "TM. BAN THƯỜNG TRỰC")),
    (["KT. THỦ TƯỚNG", "PHÓ THỦ TƯỚNG", "Vương Đình Huệ"], ("Vương Đình Huệ", "Phó Thủ tướng", "KT. THỦ TƯỚNG")),
    (
        ["TM. CHÍNH PHỦ", "KT. THỦ TƯỚNG", "PHÓ THỦ TƯỚNG", "Trần Hồng Hà"],
        ("Trần Hồng Hà", "Phó Thủ tướng", "TM. CHÍNH PHỦ / KT. THỦ TƯỚNG"),
    ),
    (
        ["KT. TỔNG GIÁM ĐỐC", "PHÓ TỔNG GIÁM ĐỐC", "Đào Việt Ánh"],
        ("Đào Việt Ánh", "Phó Tổng Giám đốc", "KT. TỔNG GIÁM ĐỐC"),
    ),
    (
        ["TL. TỔNG CỤC TRƯỞNG", "KT. VỤ TRƯỞNG VỤ CHÍNH SÁCH", "PHÓ VỤ TRƯỞNG", "Lưu Đức Huy"],
        ("Lưu Đức Huy", "Phó Vụ trưởng", "TL. TỔNG CỤC TRƯỞNG / KT. VỤ TRƯỞNG VỤ CHÍNH SÁCH"),
    ),
    (["CỤC TRƯỞNG", "Mai Lương Khôi"], ("Mai Lương Khôi", "Cục trưởng", None)),
    (["CHI CỤC TRƯỞNG", "Tô Thị Hạnh"], ("Tô Thị Hạnh", "Chi cục trưởng", None)),
    (["CHỦ TỊCH CÔNG ĐOÀN", "Lê Thị Mai"], ("Lê Thị Mai", "Chủ tịch Công đoàn", None)),
    (
        ["KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", "Đinh Công Sơn"],
        ("Đinh Công Sơn", "Phó Trưởng phòng", "KT. TRƯỞNG PHÒNG"),
    ),
    (["KT.CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Nguyễn Văn An"], ("Nguyễn Văn An", "Phó Chủ tịch", "KT.CHỦ TỊCH")),
    (["TM. ĐẢNG ỦY", "BÍ THƯ", "Nguyễn Hữu Nghĩa"], ("Nguyễn Hữu Nghĩa", "Bí thư", "TM. ĐẢNG ỦY")),
    (["GIÁM ĐỐC", "Ký bởi: Sở Nội vụ", "Nguyễn Văn An"], ("Nguyễn Văn An", "Giám đốc", None)),
    (["THỦ TRƯỞNG ĐƠN VỊ", "Nguyễn Văn An"], ("Nguyễn Văn An", "Thủ trưởng đơn vị", None)),
]


def laid_out(signing: list[str]) -> Pages:
    body = ["Kính gửi: Bộ Y tế.", "Trân trọng./."]
    return printed(["SỞ NỘI VỤ", "Số: 12/SNV-VP"], body=body, recipients=RECIPIENTS, signing=signing)


def signer(pages: Pages) -> Signed | str | None:
    reading = read(pages).signer
    found = reading.value
    return (found.name or "", found.position, found.authority) if found else reading.reason


@pytest.mark.parametrize(("signing", "wanted"), SIGNED, ids=lambda case: case[-1] if isinstance(case, list) else None)
def test_signing_block_beside_the_recipients_is_read(signing: list[str], wanted: Signed) -> None:
    pages = laid_out(signing)
    assert signer(pages) == wanted
    assert read(pages).recipients.value == ("Như trên", "Lưu: VT, KT")


@pytest.mark.parametrize(("signing", "wanted"), SIGNED, ids=lambda case: case[-1] if isinstance(case, list) else None)
def test_signing_block_under_the_recipients_is_read(signing: list[str], wanted: Signed) -> None:
    pages = laid_out(signing)
    assert signer(one_column([line.text for line in pages.pages[0].lines])) == wanted


@pytest.mark.parametrize(("signing", "wanted"), SIGNED, ids=lambda case: case[-1] if isinstance(case, list) else None)
def test_signing_block_melted_with_the_recipients_is_never_sure(signing: list[str], wanted: Signed) -> None:
    pages = melted(laid_out(signing))
    assert signer(pages) == wanted or read(pages).signer.confidence <= 0.8
