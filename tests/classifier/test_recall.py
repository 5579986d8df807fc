"""What a mail asks of a document that was sent before (F8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Asks, Kind, Notice
from mailbridge.classifier.recall import notices
from mailbridge.mail.edxml import EdxmlHeader
from mailbridge.reading.edxml import read_edxml
from tests.classifier.builders_classifier import message
from tests.classifier.test_edxml import HEADER, PACKET

EARLIER = ("000.00.00.G22,2018/09/20,7816/VPCP-TTĐT",)


def asked(subject: str = "", text: str = "", *, document: bool = False) -> list[tuple[Asks, str]]:
    found = notices(message(subject=subject, text=text), {}, carries_document=document)
    return [(each.asks, each.symbol) for each in found]


@pytest.mark.parametrize(
    "words",
    [
        "Thu hồi văn bản số 12/UBND-VP",
        "Về việc thu hồi Quyết định số 12/UBND-VP ngày 05/11/2026 của Ủy ban nhân dân xã Yên Bình",
        "Đề nghị Quý cơ quan thu hồi, hủy bỏ văn bản điện tử đã gửi số: 12/UBND-VP",
        "Xin lấy lại công văn số 12/UBND-VP do gửi nhầm",
        "THU HỒI CÔNG VĂN SỐ 12/UBND-VP",
        "Đề nghị rút lại văn bản 12/UBND-VP",
        "thu hồi và hủy bỏ các văn bản số 12/UBND-VP",
    ],
)
def test_mail_that_asks_for_a_document_back(words: str) -> None:
    assert asked(words) == asked(text=f"Kính gửi Quý cơ quan.\n{words}.\nTrân trọng.") == [(Asks.RECALL, "12/UBND-VP")]


@pytest.mark.parametrize(
    "words",
    [
        "Về việc thu hồi đất theo Quyết định số 12/UBND-VP",
        "Thu hồi giấy chứng nhận theo văn bản số 12/UBND-VP",
        "Trả lời văn bản số 12/UBND-VP",
        "Không thu hồi văn bản số 12/UBND-VP",
        "Quyết định này thay thế Quyết định số 12/UBND-VP",
        "Thu hồi tạm ứng. Thực hiện văn bản số 12/UBND-VP",
        "",
    ],
)
def test_mail_that_does_not(words: str) -> None:
    assert asked(words) == asked(text=words) == asked(words, document=True) == []


def test_document_that_is_sent_in_the_place_of_one_sent_before() -> None:
    words = "Gửi kèm văn bản thay thế văn bản số 12/UBND-VP đã gửi ngày 05/11/2026"
    assert asked(text=words, document=True) == [(Asks.REPLACE, "12/UBND-VP")]
    assert asked(text=words) == []


def test_date_and_issuer_are_read_where_they_stand() -> None:
    text = "Thu hồi văn bản số 12/UBND-VP ngày 05/11/2026 của Ủy ban nhân dân xã Yên Bình"
    (found,) = notices(message(subject=text), {})
    assert (found.issued, found.issuer) == (date(2026, 11, 5), "Ủy ban nhân dân xã Yên Bình")


@pytest.mark.parametrize(
    ("action", "asks"), [("revoke", Asks.RECALL), ("update", Asks.UPDATE), ("replace", Asks.REPLACE)]
)
def test_packet_says_by_its_header_what_it_is_about(action: str, asks: Asks) -> None:
    header = replace(HEADER, action=action, earlier=EARLIER, reason="gửi nhầm")
    assert notices(message(), {"1.2": header}) == (
        Notice(
            asks=asks,
            symbol="7816/VPCP-TTĐT",
            issued=date(2018, 9, 20),
            issuer="Văn phòng Chính phủ",
            source="part 1.2, edXML",
            reason="gửi nhầm",
        ),
    )


def test_header_beats_the_words_around_it() -> None:
    mail = message(subject="Thu hồi văn bản số 12/UBND-VP")
    assert notices(mail, {"1.2": HEADER}) == ()
    assert [each.symbol for each in notices(mail, {"1.2": replace(HEADER, action=None)})] == ["12/UBND-VP"]


def test_recall_without_an_id_is_about_the_document_of_its_header() -> None:
    (found,) = notices(message(), {"1.2": replace(HEADER, action="revoke", earlier=("không đúng dạng",))})
    assert (found.symbol, found.issued) == ("3526/VPCP-KGVX", date(2013, 5, 4))
    assert notices(message(), {"1.2": replace(HEADER, action="replace", earlier=())}) == ()


def test_mail_without_a_document_is_kept_for_a_clerk_when_it_asks_for_one_back() -> None:
    found = classify(message(subject="Thu hồi văn bản số 12/UBND-VP"), {}, mail_from="a@b.vn")
    assert (found.kind, [each.symbol for each in found.notices]) == (Kind.WORKING_MAIL, ["12/UBND-VP"])
    packet: EdxmlHeader = replace(HEADER, action="revoke", earlier=EARLIER)
    found = classify(message(PACKET), {}, mail_from="a@b.vn", edxml={"1.2": packet})
    assert [each.symbol for each in found.notices] == ["7816/VPCP-TTĐT"]


def test_automatic_mail_asks_for_nothing() -> None:
    mail = message(subject="Tự động trả lời: Thu hồi văn bản số 12/UBND-VP", text="Tôi đang nghỉ phép.")
    found = classify(mail, {}, mail_from="")
    assert (found.kind, found.notices) == (Kind.AUTOMATIC, ())


def test_reader_of_packets_finds_the_ids_of_recalled_and_replaced_documents() -> None:
    recalled = _packet("<BussinessDocType>1</BussinessDocType><DocumentId>G22,2018/09/20,7816/A</DocumentId>")
    assert (recalled.action, recalled.earlier) == ("revoke", ("G22,2018/09/20,7816/A",))
    one = "<ReplacementInfo><DocumentId>G22,2018/09/20,{}/A</DocumentId></ReplacementInfo>"
    several = f"<ReplacementInfoList>{one.format(1)}{one.format(2)}</ReplacementInfoList>"
    replaced = _packet(
        f"<BussinessDocType>3</BussinessDocType><BussinessDocReason>sai số</BussinessDocReason>{several}"
    )
    assert (replaced.action, replaced.reason) == ("replace", "sai số")
    assert replaced.earlier == ("G22,2018/09/20,1/A", "G22,2018/09/20,2/A")


def _packet(business: str) -> EdxmlHeader:
    text = (
        '<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        "<From><OrganId>G22</OrganId></From></MessageHeader><TraceHeaderList>"
        f"<Bussiness>{business}</Bussiness></TraceHeaderList></edXMLHeader></edXMLEnvelope></edXML>"
    )
    header, _ = read_edxml(text.encode())
    return header
