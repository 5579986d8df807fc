"""A document that stands in the text of a mail."""

from __future__ import annotations

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Classification, Kind
from tests.classifier.builders_classifier import message

HEAD = """VĂN PHÒNG CHÍNH PHỦ
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 3526/VPCP-KGVX
V/v thực hiện Chỉ thị
Hà Nội, ngày 04 tháng 5 năm 2013
Kính gửi: Bộ Nội vụ
"""
ARTICLE = "Ngày 04/5, Văn phòng Chính phủ đã có công văn gửi các bộ về việc dùng văn bản điện tử trong cơ quan. " * 3


def judged(text: str, sender: str = "vanthu@snv.tinh.gov.vn") -> Classification:
    return classify(message(subject="Gửi văn bản", text=text, sender=sender), {}, mail_from=sender)


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        f"Kính gửi anh chị,\n\nEm gửi văn bản ạ.\n\n{HEAD}",
        "\n".join(f"> {line}" for line in HEAD.splitlines()),
        f"-------- Forwarded Message --------\nFrom: A <a@b.vn>\nSubject: CV\nDate: 1/1\n\n{HEAD}",
        HEAD.replace("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HÒA XÃ HỘI\nCHỦ NGHĨA VIỆT NAM"),
        HEAD.replace("\n", " ", 2),
        HEAD.replace("PHỦ\nC", "PHỦ\nSố 45 đường Trần Hưng Đạo; ĐT: 0209.3870123\nC"),
        HEAD.replace("PHỦ\nC", "PHỦ\nĐịa chỉ: 16 Lê Hồng Phong, Hà Nội\nC"),
        HEAD.replace("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n", ""),
    ],
)
def test_it_is_found_behind_what_people_write_above_it(text: str) -> None:
    found = judged(text)
    assert (found.kind, found.confidence) in ((Kind.OFFICIAL_DOCUMENT, 0.99), (Kind.OFFICIAL_DOCUMENT, 0.95))
    symbol = found.documents[0].symbol.value
    assert symbol is not None
    assert symbol.text == "3526/VPCP-KGVX"


def test_an_article_that_quotes_it_is_for_a_person_to_judge() -> None:
    found = judged(f"{ARTICLE}\nToàn văn như sau:\n{HEAD}")
    assert (found.kind, found.confidence) == (Kind.OFFICIAL_DOCUMENT, 0.5)
    assert found.reasons[0] == "the text of the mail holds what looks like a document"


def test_a_copy_that_lost_its_number_is_for_a_person_to_judge() -> None:
    found = judged(HEAD.replace("Số: 3526/VPCP-KGVX\n", ""))
    assert (found.kind, found.confidence) == (Kind.OFFICIAL_DOCUMENT, 0.5)
    assert found.documents[0].symbol.value is None


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("3526/VPCP-KGVX", "      /VPCP-KGVX"),
        HEAD.replace("3526/VPCP-KGVX", "......./......"),
        f"DỰ THẢO\n{HEAD.replace('3526', '')}",
        "Văn phòng Chính phủ có công văn số 3526/VPCP-KGVX ngày 04/5/2013 gửi Bộ Nội vụ.",
        "",
    ],
)
def test_forms_drafts_and_talk_are_none(text: str) -> None:
    assert judged(text).kind is not Kind.OFFICIAL_DOCUMENT
