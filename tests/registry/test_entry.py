from __future__ import annotations

import pytest

from mailbridge.registry.entry import DraftEntry, type_and_subject


@pytest.mark.parametrize(
    ("type_name", "subject", "column"),
    [
        ("Công văn", "tăng cường gửi, nhận văn bản điện tử", "V/v tăng cường gửi, nhận văn bản điện tử"),
        ("Công văn", "Đẩy mạnh sử dụng văn bản điện tử", "V/v đẩy mạnh sử dụng văn bản điện tử"),
        ("Công văn", "V/v: Tăng cường quản lý", "V/v tăng cường quản lý"),
        ("Quyết định", "Về việc ban hành Kế hoạch kiểm tra", "Quyết định về việc ban hành Kế hoạch kiểm tra"),
        ("Quyết định", "Ban hành Quy chế làm việc", "Quyết định ban hành Quy chế làm việc"),
        ("Nghị định", "Về công tác văn thư", "Nghị định về công tác văn thư"),
        ("Giấy mời", "Họp rà soát văn bản đến", "Giấy mời họp rà soát văn bản đến"),
        ("Giấy mời", "Giấy mời dự Hội nghị", "Giấy mời dự Hội nghị"),
        ("Báo cáo", "Công an tỉnh Bắc Kạn năm 2026", "Báo cáo Công an tỉnh Bắc Kạn năm 2026"),
        ("Luật", "Tổ chức chính quyền địa phương", "Luật Tổ chức chính quyền địa phương"),
        ("Luật", "Đất đai", "Luật Đất đai"),
        ("Tờ trình", None, "Tờ trình"),
        ("Công văn", None, "Công văn"),
        ("Công văn", " ", "Công văn"),
        (None, "Về việc khai giảng", "Về việc khai giảng"),
        (None, None, ""),
    ],
)
def test_the_sixth_column_reads_as_a_clerk_writes_it(type_name: str | None, subject: str | None, column: str) -> None:
    assert type_and_subject(type_name, subject) == column


def test_the_stored_values_stay_as_the_page_has_them() -> None:
    draft = DraftEntry(
        agency="a", book="den", mail_id="m", document_sha256="0", type="Quyết định", subject="Về việc ban hành Quy chế"
    )
    assert draft.type_and_subject == "Quyết định về việc ban hành Quy chế"
    assert (draft.type, draft.subject) == ("Quyết định", "Về việc ban hành Quy chế")


def test_a_summary_in_capitals_keeps_all_of_them() -> None:
    assert type_and_subject("Giấy mời", "TRIỂN KHAI NGHỊ QUYẾT") == "Giấy mời TRIỂN KHAI NGHỊ QUYẾT"
