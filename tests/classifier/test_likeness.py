"""Papers that look like official documents and are none (FEATURES D1)."""

from __future__ import annotations

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Kind
from mailbridge.classifier.likeness import is_other_paper
from tests.classifier.builders_classifier import letter_pages, message, pages_of, part

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
PAPERS = {
    "contract with a letterhead": f"SỞ NỘI VỤ\n{STATE}Số: 05/HĐLĐ-SNV\nBắc Kạn, ngày 02 tháng 1 năm 2024\nHỢP ĐỒNG",
    "contract": f"{STATE}HỢP ĐỒNG KINH TẾ\nSố: 12/2024/HĐKT-ABC\nBÊN A: SỞ NỘI VỤ TỈNH BẮC KẠN",
    "acceptance": f"{STATE}BIÊN BẢN NGHIỆM THU BÀN GIAO\nHôm nay, ngày 15 tháng 4 năm 2024",
    "invoice": "CÔNG TY TNHH ABC\nHÓA ĐƠN GIÁ TRỊ GIA TĂNG\nKý hiệu: 1C24TAA\nSố: 00001234\nNgày 12 tháng 3 năm 2024",
    "quotation": "CÔNG TY CỔ PHẦN VIỆT\nBẢNG BÁO GIÁ\nKính gửi: Sở Nội vụ\nHà Nội, ngày 12 tháng 3 năm 2024",
    "application": f"{STATE}ĐƠN XIN NGHỈ PHÉP\nKính gửi: Giám đốc Sở Nội vụ\nTên tôi là: Nguyễn Văn A",
    "declaration": f"Mẫu số 01\n{STATE}TỜ KHAI ĐĂNG KÝ KHAI SINH\nKính gửi: UBND xã ......",
    "thesis": "TRƯỜNG ĐẠI HỌC KINH TẾ\nKHOA KẾ TOÁN\nBÁO CÁO THỰC TẬP TỐT NGHIỆP\nHà Nội, tháng 5 năm 2024",
}
NEWS = {
    "article": "UBND tỉnh chống dịch\nNgày 12/3/2024, UBND tỉnh ban hành công văn.\nSố: 1234/UBND-VX là mới nhất.",
    "portal": "UBND TỈNH BẮC KẠN\nCỔNG THÔNG TIN ĐIỆN TỬ\nSố: 1234/UBND-VX ngày 12/3\nSố: 1235/UBND-TH ngày 12/3",
}


@pytest.mark.parametrize("text", PAPERS.values(), ids=PAPERS)
@pytest.mark.parametrize("sender", ["vanthu@snv.tinh.gov.vn", "lan@gmail.com"])
def test_papers_with_a_title_of_their_own_are_no_documents(text: str, sender: str) -> None:
    attached = classify(message(part(), sender=sender), {"1.2": pages_of(text)}, mail_from=sender)
    assert attached.kind not in (Kind.OFFICIAL_DOCUMENT, Kind.PETITION)
    pasted = classify(message(text=f"Gửi anh chị\n{text}", sender=sender), {}, mail_from=sender)
    assert pasted.kind is not Kind.OFFICIAL_DOCUMENT


@pytest.mark.parametrize("text", NEWS.values(), ids=NEWS)
def test_news_with_a_number_is_at_most_unsure(text: str) -> None:
    found = classify(message(part()), {"1.2": pages_of(text)}, mail_from="a@b.vn")
    assert found.confidence <= 0.5 or found.kind is not Kind.OFFICIAL_DOCUMENT
    assert all(document.symbol.value is None for document in found.documents)


def test_the_first_title_decides() -> None:
    notice = letter_pages(number="8625/TB-CT", issuer="CỤC THUẾ", title="THÔNG BÁO", subject="về việc sử dụng")
    assert not is_other_paper(notice)
    more = pages_of(notice.text + "\nHÓA ĐƠN GIÁ TRỊ GIA TĂNG THEO NGHỊ ĐỊNH SỐ 123/2020/NĐ-CP")
    assert not is_other_paper(more)
    assert not is_other_paper(pages_of(letter_pages().text + "\nHỢP ĐỒNG LAO ĐỘNG"))
