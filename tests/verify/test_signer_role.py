"""Names as they stand in real certificates: bodies, people, and what cannot be told."""

from __future__ import annotations

import pytest

from mailbridge.verify.signer_role import guess_role

PROVINCE = "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN"

BODIES = (
    "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN", "UỶ BAN NHÂN DÂN XÃ PHỦ THÔNG", "Ủy ban nhân dân phường Bến Nghé",
    "UBND HUYỆN NA RÌ", "HỘI ĐỒNG NHÂN DÂN TỈNH", "SỞ NỘI VỤ", "Sở Nông nghiệp và Môi trường", "CỤC THUẾ",
    "TỔNG CỤC HẢI QUAN",
    "Chi cục Kiểm lâm", "Văn phòng Chính phủ", "VĂN PHÒNG ĐOÀN ĐBQH VÀ HĐND TỈNH", "BỘ TÀI CHÍNH",
    "Bộ Chỉ huy Quân sự tỉnh", "VỤ TỔ CHỨC CÁN BỘ", "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", "Ban Quản lý dự án đầu tư xây dựng",
    "CÔNG AN TỈNH BẮC KẠN", "Thanh tra tỉnh", "KHO BẠC NHÀ NƯỚC", "THUẾ TỈNH CAO BẰNG", "BẢO HIỂM XÃ HỘI TỈNH",
    "TOÀ ÁN NHÂN DÂN TỐI CAO", "Viện Kiểm sát nhân dân tỉnh", "HỌC VIỆN CHÍNH TRỊ", "Trường Tiểu học Sông Cầu",
    "TRUNG TÂM Y TẾ HUYỆN", "BỆNH VIỆN ĐA KHOA", "Trạm Y tế xã", "Đảng ủy xã Phủ Thông", "TỈNH ỦY BẮC KẠN",
    "Hội Liên hiệp Phụ nữ", "ĐOÀN THANH NIÊN CỘNG SẢN", "CÔNG TY TNHH MTV CẤP NƯỚC",
    "Văn phòng công chứng Nguyễn Văn An",
    "UY BAN NHAN DAN TINH BAC KAN", "So Noi vu",
    "Vu To chuc can bo", "DANG UY XA PHU THONG", "TRUONG THPT CHUYEN",
    "Ban Quan ly khu kinh te", "VAN PHONG UBND TINH", "Doan Thanh nien",
)  # fmt: skip

PEOPLE = (
    "Nguyễn Văn An", "TRẦN THỊ BÌNH", "Lê Hoàng Long", "Phạm Minh Chính", "Huỳnh Thị Mỹ Duyên", "Phan Chánh",
    "VŨ ĐỨC ĐAM", "Võ Văn Kiệt", "ĐẶNG THỊ NGỌC THỊNH", "Bùi Văn Cường", "Đỗ Tiến Sỹ", "Hồ Đức Phớc", "NGÔ XUÂN LỊCH",
    "Dương Văn Thái", "Lý Thị Lan", "Đoàn Thị Hoa", "Trương Đình Tuyển", "Viên Thị Lạ", "Hà Thị Nga", "Cao Đức Phát",
    "Bàn Văn Tiến", "Sùng A Hồng", "GIÀNG SEO PHỬ", "Y Thanh Hà Niê Kdăm", "H'Hen Niê", "Ksor Phước", "Lò Thị Hiền",
    "Thạch Thị Dân", "Ông Nguyễn Văn Bình", "TS. Trần Văn Cương", "Nguyễn Văn Thư", "Nguyễn Văn An (0912345678)",
    "Trần Thị Bình - Chủ tịch", "Âu Thị Mai", "Tôn Nữ Thị Ninh Hà",
    "NGUYEN VAN AN", "Vu Van An", "DANG THI HOA", "Truong Van Ba", "Nguyen Van Thu", "Doan Van Toan", "Ban Van Tien",
)  # fmt: skip

UNCLEAR = (
    "Hệ thống ký số", "VNPT-CA 2026", "CHỦ TỊCH", "Phó Chủ tịch Thường trực", "Văn thư", "HÀ NỘI TELECOM", "Hà Nội",
    "TEST SERVER", "0101234567", "An", "Hồ Chí Minh", "Giám đốc điều hành", "a b c", "!!!",
)  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("has_email", [False, True])
def test_body(name: str, has_email: bool) -> None:
    assert guess_role(name, (PROVINCE, None), has_email=has_email) == "organization"


@pytest.mark.parametrize("name", PEOPLE)
def test_person(name: str) -> None:
    """With the address that the second generation writes into people's certificates."""
    assert guess_role(name, (PROVINCE, "SỞ NỘI VỤ"), has_email=True) == "person"


@pytest.mark.parametrize("name", [each for each in PEOPLE if not each.startswith("Tôn")])
def test_person_by_the_family_alone(name: str) -> None:
    assert guess_role(name, (PROVINCE,), has_email=False) == "person"


@pytest.mark.parametrize("name", UNCLEAR)
@pytest.mark.parametrize("has_email", [False, True])
def test_cannot_be_told(name: str, has_email: bool) -> None:
    assert guess_role(name, (PROVINCE,), has_email=has_email) is None


@pytest.mark.parametrize(
    ("name", "body", "role"),
    [
        ("ABC Software", "ABC Software", "organization"),
        ("Abc software", "ABC SOFTWARE", "organization"),
        ("Hoa Sen Plastic, chi nhánh Hà Nội", "HOA SEN PLASTIC", "organization"),
        ("Hoa Sen", "Sen", None),
        ("Nguyễn Văn An", "NGUYỄN VĂN AN", None),
        ("THUỶ LỢI", "THỦY LỢI", "organization"),
    ],
)
def test_common_name_that_holds_the_organisation(name: str, body: str, role: str | None) -> None:
    assert guess_role(name, (body,), has_email=False) == role


def test_foreign_name_needs_an_address() -> None:
    assert guess_role("John Smith", (PROVINCE,), has_email=True) == "person"
    assert guess_role("John Smith", (PROVINCE,), has_email=False) is None


@pytest.mark.parametrize("name", [None, "", " ", ".", "-" * 5000, "a " * 5000])
def test_nothing_to_read(name: str | None) -> None:
    assert guess_role(name, (), has_email=True) is None
