"""The words by which names of agencies are known: what opens a name, what carries it on, what leaves it unfinished."""

from __future__ import annotations

import re

from mailbridge.classifier.page.markers import bare

# Marks count in words of one syllable ("SỞ" is an agency, "SỐ" is a number) unless the text has none at all; the
# longer ones are compared without marks.
_SHORT_OPENING = re.compile(
    r"(?:BỘ|SỞ|CỤC|BAN|HỘI|VỤ|VIỆN|PHÒNG|TỔ|ĐÀI|BÁO|QUỸ|ĐOÀN|TRƯỜNG|KHOA|ĐỘI|TRẠM|ĐỒN|XƯỞNG|"
    r"THUẾ(?= TỈNH| THÀNH| CƠ SỞ| TP)|VÙNG(?= \d)|UBND|HĐND|BCH|"
    r"VPUBND|UBMTTQ|UBKT|BQL|BCĐ|TAND|VKSND|BHXH|BV|TTYT)(?!\S)"
)
_BARE_OPENING = re.compile(bare(_SHORT_OPENING.pattern.removesuffix(r"(?!\S)")) + r" \S")
_LONG_OPENING = re.compile(
    r"(?:TONG CUC|CHI CUC|UY BAN|UB MTTQ|HOI DONG|VAN PHONG|TINH UY|HUYEN UY|THANH UY|THI UY|QUAN UY|DANG UY|DANG BO|"
    r"CHI BO|TINH DOAN|THANH DOAN|HUYEN DOAN|QUAN DOAN|CONG TY|TAP DOAN|TONG CONG TY|NGAN HANG|BAO HIEM|KHO BAC|"
    r"TOA AN|DAI HOC|HOC VIEN|BENH VIEN|TRUNG TAM|CONG AN|QUAN KHU|QUAN CHUNG|THANH TRA|KIEM TOAN|LIEN DOAN|CONG DOAN|"
    r"MAT TRAN|CHI NHANH|TIEU BAN|CHINH PHU|THU TUONG|QUOC HOI|CHU TICH|LIEN HIEP|LIEN MINH|THU VIEN|BAO TANG|"
    r"NHA XUAT BAN|NHA HAT|HAT KIEM LAM|XI NGHIEP|TAP CHI|HIEP HOI|DAI SU QUAN|TONG LANH SU|TRUNG UONG HOI|"
    r"TRUNG UONG DOAN|SU DOAN|VUON QUOC GIA|THONG TAN XA|PHAN VIEN|TRAI GIAM|DANG DOAN|TONG LIEN DOAN|TONG HOI|"
    r"QUAN DOAN|BINH DOAN|BINH CHUNG|TRUNG DOAN|LU DOAN|TIEU DOAN|CANG VU|PHAN HIEU|LIEN CHI HOI|"
    r"HAI QUAN KHU VUC|HAI QUAN CUA KHAU|"
    r"CHI HOI|PHAN HOI|HOP TAC XA|KHOI THI DUA|CUM THI DUA|NHA MAY|NHA KHACH|KHU BAO TON|KHU DI TICH|KHU QUAN LY|"
    r"HAT QUAN LY|TONG KHO|DOI QUAN LY|CONG TTDT|MAM NON|THANH PHO DOAN|THI DOAN|"
    r"XA DOAN|PHUONG DOAN)(?!\S)"
)
_NO_OPENING = re.compile(
    r"PHONG(?:,| CHONG| CHAY)|HOI AN\b(?! NINH)|VUNG TAU|BAO LOC|BAO LAC|BAO THANG|BAO YEN|BAN HANH|"
    r"HOI NHAP|BO PHAN|DOAN KET|TO CHUC|BAO VE|BAO CHI|TRUONG HOP|VIEN CHUC"
)
# What a narrow column leaves on a line of its own: "ỦY / BAN NHÂN DÂN".
_BROKEN_OPENING = re.compile(r"UY|HOI|BO|SO|UY BAN NHAN")

_LEVEL = re.compile(r"\b(?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|XÃ|PHƯỜNG|THỊ XÃ|ĐẶC KHU|TP)$")

UNFINISHED = re.compile(
    r"(?:U|UY|HOI|HOI DONG|BAN|BO|SO|CUC|TONG CUC|CHI CUC|VIEN|TRUONG|TRUNG TAM|BENH VIEN|CONG TY|CONG TY CO PHAN|"
    r"CONG TY TNHH|NGAN HANG|TAP DOAN|TONG CONG TY|CONG AN|PHONG|HOC VIEN|DAI HOC|TRUONG DAI HOC|TRUONG CAO DANG|"
    r"BAN QUAN LY|BAN CHI DAO|BAN CHI HUY|BAN CHAP HANH|BAN TO CHUC|BAN QUAN LY DU AN|VIEN KIEM SAT|TOA AN|CHI NHANH|"
    r"DAI|BAO|QUY|DOAN|TO|VU|KHO BAC|BAO HIEM|LIEN DOAN|HIEP HOI|TIEU BAN|NHA XUAT BAN|THU TUONG|CUC QUAN LY|"
    r"DOAN DAI BIEU|UY BAN MAT TRAN)"
)
"""Names (bare, capitals) that say nothing without the line that follows."""

ONLY_BELOW = re.compile(
    r"VAN PHONG|THANH TRA|CONG DOAN|DANG UY|BAN TO CHUC|BAN TUYEN GIAO|BAN DAN VAN|BAN NOI CHINH|UY BAN KIEM TRA"
)
"""Names (bare, capitals) that are whole under the agency above them, but not alone at the top."""

LOOSE_END = re.compile(
    r"(?:,|-|–|&|\b(?:VÀ|CỦA|CÁC|THUỘC|VỀ|TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|XÃ|PHƯỜNG|THỊ XÃ|ĐẶC KHU|BAN NHÂN|ĐỒNG NHÂN)|"
    r"TP\.?)$"
)
"""Ends (with marks: "HẢI QUAN" is no district, quận) that tie the next line to a name."""

LOOSE_START = re.compile(
    r"^(?:&|-|,|(?:VÀ|CỦA|TỈNH(?! ỦY| UỶ| ĐOÀN)|THÀNH PHỐ|HUYỆN(?! ỦY| UỶ| ĐOÀN)|THỊ XÃ|TP|"
    r"QUẬN(?! ỦY| UỶ| ĐOÀN)|PHƯỜNG|XÃ|ĐẶC KHU)\b)"
)
"""Starts (with marks) that tie a line to the name before it."""

HIGH = re.compile(
    r"(?:BO (?!CHI HUY|TU LENH)|UY BAN NHAN DAN|UBND|HOI DONG NHAN DAN|HDND|CHINH PHU|QUOC HOI|TINH UY|THANH UY|"
    r"HUYEN UY|QUAN UY|THI UY|DANG BO|BAN CHAP HANH|TRUNG UONG)"
)
"""Bodies (bare, capitals) of the State or the Party that stand over others, never under an office of their own."""

PLACELESS = re.compile(r"(?:UY BAN NHAN DAN|UBND|HOI DONG NHAN DAN|HDND)(?:\s+(?:TINH|THANH PHO|HUYEN|XA|PHUONG))?")
"""Names (bare, capitals) that thousands of bodies share."""

TORN = re.compile(r"(?:BAN NHAN DAN|NHAN DAN|DONG NHAN DAN|GIAO DUC VA|TAI CHINH|Y TE)\b")
"""Names (bare, capitals) that lost their first word."""


def ends_in_level(text: str) -> bool:
    """Say whether a name ends in "TỈNH" or another level: whole under a superior ("THANH TRA TỈNH"), or cut off."""
    return _LEVEL.search(text.upper()) is not None


def starts_agency(text: str) -> bool:
    """Say whether `text` begins as the name of an agency does."""
    upper = text.upper()
    plain = bare(upper)
    if _NO_OPENING.match(plain):
        return False
    if _BROKEN_OPENING.fullmatch(plain) or _LONG_OPENING.match(plain):
        return True
    return bool(_SHORT_OPENING.match(upper) or (plain == upper and _BARE_OPENING.match(plain)))
