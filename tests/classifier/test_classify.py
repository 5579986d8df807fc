from __future__ import annotations

import pytest

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Classification, Kind, WorkingKind
from mailbridge.mail.message import Message
from mailbridge.mail.pages import Pages
from tests.classifier.builders_classifier import letter_pages, message, pages_of, part

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PASTED = """VĂN PHÒNG CHÍNH PHỦ
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: {number}
V/v thực hiện Chỉ thị
Hà Nội, ngày 04 tháng 5 năm 2013
Kính gửi: Bộ Nội vụ
"""


def judged(mail: Message, pages: dict[str, Pages] | None = None, mail_from: str | None = "a@b.vn") -> Classification:
    return classify(mail, pages or {}, mail_from=mail_from)


def mains(found: Classification) -> list[tuple[str, tuple[str, ...]]]:
    return [(document.main, document.parts) for document in found.documents]


def test_a_letter_with_a_letterhead_is_an_official_document() -> None:
    found = judged(message(part()), {"1.2": letter_pages()})
    assert found.kind is Kind.OFFICIAL_DOCUMENT
    assert found.confidence > 0.95
    assert found.automatic is None
    assert mains(found) == [("1.2", ("1.2",))]
    symbol = found.documents[0].symbol.value
    assert symbol is not None
    assert symbol.text == "3526/VPCP-KGVX"


def test_a_secret_mark_comes_before_everything() -> None:
    mail = message(part(), fields=[("Auto-Submitted", "auto-generated")])
    found = judged(mail, {"1.2": letter_pages(mark="TỐI MẬT")})
    assert (found.kind, found.secrecy, found.documents) == (Kind.SECRET, "tối mật", ())
    assert "3526" not in " ".join(found.reasons)


@pytest.mark.parametrize(
    ("fields", "mail_from", "word"),
    [
        ([("List-Id", "<vb.gov.vn>")], "a@b.vn", "list"),
        ([("Auto-Submitted", "auto-generated")], "a@b.vn", "auto-submitted"),
        ([("Precedence", "bulk")], "a@b.vn", "bulk"),
        ([], "", "null-sender"),
        ([], "noreply@b.vn", "no-reply"),
    ],
)
def test_a_document_that_a_machine_sends_is_still_one_but_not_answered(
    fields: list[tuple[str, str]], mail_from: str, word: str
) -> None:
    found = judged(message(part(), fields=fields), {"1.2": letter_pages()}, mail_from)
    assert (found.kind, found.automatic) == (Kind.OFFICIAL_DOCUMENT, word)


@pytest.mark.parametrize(
    "fields", [[("Content-Type", "multipart/report")], [("Auto-Submitted", "auto-replied")], [("X-Autoreply", "yes")]]
)
def test_a_bounce_or_an_automatic_reply_that_returns_a_document_is_automatic(fields: list[tuple[str, str]]) -> None:
    found = judged(message(part(), fields=fields), {"1.2": letter_pages()})
    assert (found.kind, found.documents) == (Kind.AUTOMATIC, ())


def test_a_newsletter_about_documents_is_automatic() -> None:
    text = "Ngày 26/4, Bộ Nội vụ ban hành Công văn số 1814/BNV-TCBC hướng dẫn chế độ."
    found = judged(message(subject="Bản tin tuần", text=text, fields=[("List-Unsubscribe", "<x>")]))
    assert (found.kind, found.automatic) == (Kind.AUTOMATIC, "list")


@pytest.mark.parametrize(
    "mail",
    [
        message(subject="[Báo nhận] 3526/VPCP-KGVX — số đến 0123"),
        message(subject="Re: [Trả lại] Công văn"),
        message(subject="x", fields=[("X-MailBridge-Letter", "accepted")]),
        message(
            part(
                name="status.edxml",
                of_type="text/xml",
                content=b"<edXMLHeader><ResponseFor></ResponseFor><StatusCode>01</StatusCode>",
            )
        ),
    ],
)
def test_acknowledgements_and_statuses_are_receipts(mail: Message) -> None:
    assert judged(mail).kind is Kind.RECEIPT


def test_an_answer_to_an_acknowledgement_may_bring_the_document() -> None:
    found = judged(message(part(), subject="Re: [Trả lại] Công văn"), {"1.2": letter_pages()})
    assert found.kind is Kind.OFFICIAL_DOCUMENT


def test_annexes_belong_to_the_document_in_order() -> None:
    mail = message(part("1.2", "cv.pdf"), part("1.3", "pl1.xlsx", of_type=SHEET), part("1.4", "pl2.pdf"))
    found = judged(
        mail, {"1.2": letter_pages(), "1.4": pages_of("PHỤ LỤC\n(Kèm theo Công văn số 3526/VPCP-KGVX)\nabc")}
    )
    assert mains(found) == [("1.2", ("1.2", "1.3", "1.4"))]


def test_the_main_document_may_stand_behind_its_annex() -> None:
    mail = message(part("1.2", "pl.pdf"), part("1.3", "cv.pdf"))
    found = judged(mail, {"1.2": pages_of("PHỤ LỤC 1\nBảng số liệu"), "1.3": letter_pages()})
    assert mains(found) == [("1.3", ("1.3", "1.2"))]


def test_a_signature_or_a_picture_in_the_text_is_no_annex() -> None:
    logo = part("1.3", "logo.png", of_type="image/png", disposition="inline", content_id="<a>")
    mail = message(part(), logo, part("1.4", "smime.p7s", of_type="application/pkcs7-signature"))
    assert mains(judged(mail, {"1.2": letter_pages()})) == [("1.2", ("1.2",))]


def test_the_same_document_as_pdf_and_docx_is_one_and_the_pdf_is_its_main_part() -> None:
    mail = message(part("1.2", "a.docx", of_type=DOCX), part("1.3", "b.pdf"))
    assert mains(judged(mail, {"1.2": letter_pages(), "1.3": letter_pages()})) == [("1.3", ("1.3", "1.2"))]


def test_a_twin_with_a_blank_number_is_known_by_its_file_name() -> None:
    mail = message(part("1.2", "to trinh.docx", of_type=DOCX), part("1.3", "to trinh.signed.pdf"))
    found = judged(mail, {"1.2": letter_pages(number="      /VPCP-KGVX"), "1.3": letter_pages()})
    assert mains(found) == [("1.3", ("1.3", "1.2"))]


def test_several_documents_in_one_mail_stay_several() -> None:
    mail = message(part("1.2", "a.pdf"), part("1.3", "b.pdf"), part("1.4", "pl.pdf"))
    pages = {
        "1.2": letter_pages(),
        "1.3": letter_pages(number="12/QĐ-VPCP", title="QUYẾT ĐỊNH"),
        "1.4": pages_of("PHỤ LỤC\n(Kèm theo Công văn số 3526/VPCP-KGVX)"),
    }
    assert mains(judged(mail, pages)) == [("1.2", ("1.2", "1.4")), ("1.3", ("1.3",))]


def test_an_annex_without_a_heading_belongs_to_the_document_before_it() -> None:
    mail = message(part("1.2", "a.pdf"), part("1.3", "b.pdf"), part("1.4", "so lieu.xlsx", of_type=SHEET))
    pages = {"1.2": letter_pages(), "1.3": letter_pages(number="12/QĐ-VPCP", title="QUYẾT ĐỊNH")}
    assert mains(judged(mail, pages)) == [("1.2", ("1.2",)), ("1.3", ("1.3", "1.4"))]


def test_a_draft_beside_a_document_is_its_annex() -> None:
    mail = message(part("1.2", "cv.pdf"), part("1.3", "du thao.docx", of_type=DOCX))
    draft = letter_pages(number="      /QĐ-VPCP", title="QUYẾT ĐỊNH", above="DỰ THẢO")
    assert mains(judged(mail, {"1.2": letter_pages(), "1.3": draft})) == [("1.2", ("1.2", "1.3"))]


def test_a_draft_alone_is_working_mail() -> None:
    draft = letter_pages(number="      /QĐ-VPCP", title="QUYẾT ĐỊNH", above="DỰ THẢO")
    found = judged(message(part(name="a.docx", of_type=DOCX)), {"1.2": draft})
    assert found.kind is Kind.WORKING_MAIL


def test_a_blank_number_alone_is_no_draft() -> None:
    found = judged(message(part()), {"1.2": letter_pages(number="      /VPCP-KGVX")})
    assert found.kind is Kind.OFFICIAL_DOCUMENT
    assert found.documents[0].symbol.value is None


def test_a_letter_pasted_into_the_mail_counts_with_letterhead_and_number() -> None:
    found = judged(message(text=PASTED.format(number="3526/VPCP-KGVX")))
    assert found.kind is Kind.OFFICIAL_DOCUMENT
    assert mains(found) == [("1.1", ("1.1",))]
    assert judged(message(text=PASTED.format(number="      "))).kind is not Kind.OFFICIAL_DOCUMENT
    listed = message(text=PASTED.format(number="3526/VPCP-KGVX"), fields=[("List-Id", "<x>")])
    assert judged(listed).kind is Kind.AUTOMATIC


@pytest.mark.parametrize(
    ("mail", "pages"),
    [
        (message(part(name="scan.pdf")), {}),
        (message(part(name="scan.pdf")), {"1.2": pages_of("12")}),
        (message(part(name="15_CT-TTg.signed.pdf"), sender="x@gmail.com"), {}),
        (
            message(
                part(name="a.rar", of_type="application/x-rar", problem="encrypted: a password"),
                subject="Công văn số 12",
            ),
            {},
        ),
        (
            message(
                part(name="a.doc", of_type="application/msword"), subject="Gửi 3526/VPCP-KGVX", sender="x@gmail.com"
            ),
            {},
        ),
    ],
)
def test_what_looks_like_a_document_but_cannot_be_read_is_one_without_values(
    mail: Message, pages: dict[str, Pages]
) -> None:
    found = judged(mail, pages)
    assert found.kind is Kind.OFFICIAL_DOCUMENT
    assert found.confidence <= 0.5
    document = found.documents[0]
    assert (document.symbol.value, document.issuer.value, document.subject.value) == (None, None, None)
    assert document.symbol.reason
    assert document.issued_date.reason


def test_a_number_outside_an_unreadable_file_is_a_rival_only() -> None:
    found = judged(message(part(name="15_CT-TTg.pdf"), subject="Chỉ thị 16/CT-TTg"))
    rivals = [(rival.value.text, rival.source) for rival in found.documents[0].symbol.rivals]
    assert rivals == [("15/CT-TTg", "part 1.2, file name"), ("16/CT-TTg", "mail subject")]


def test_a_second_number_in_a_scan_beside_a_document_is_one_more_document() -> None:
    mail = message(part("1.2", "3526_VPCP-KGVX.pdf"), part("1.3", "15_CT-TTg.pdf"))
    found = judged(mail, {"1.2": letter_pages()})
    assert mains(found) == [("1.2", ("1.2",)), ("1.3", ("1.3",))]
    assert found.documents[1].symbol.value is None


@pytest.mark.parametrize(
    ("mail", "pages"),
    [
        (message(text="ĐƠN KHIẾU NẠI\nTôi tên là Nguyễn Văn A, thường trú tại xã X.", sender="a@gmail.com"), {}),
        (message(part(name="don to cao.pdf"), subject="Gửi", sender="a@gmail.com"), {}),
        (message(part(name="a.pdf")), {"1.2": pages_of("ĐƠN KIẾN NGHỊ\nTôi tên là Trần Thị B")}),
        (message(subject="Đơn tố cáo", text="Tôi là Nguyễn Văn A, tố cáo ông B.", sender="a@gmail.com"), {}),
    ],
)
def test_a_complaint_of_a_citizen_is_a_petition(mail: Message, pages: dict[str, Pages]) -> None:
    assert judged(mail, pages).kind is Kind.PETITION


def test_an_article_about_complaints_is_no_petition() -> None:
    mail = message(subject="Mẫu đơn khiếu nại và hướng dẫn cách viết", text="Đơn khiếu nại là một hình thức khiếu nại.")
    assert judged(mail).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Xin ý kiến góp ý dự thảo Kế hoạch", "Đề nghị các phòng góp ý trước thứ Sáu."),
        ("Mời họp giao ban", "Kính mời các đồng chí dự họp."),
        ("Tài liệu họp ngày mai", ""),
    ],
)
def test_working_mail_of_colleagues(subject: str, text: str) -> None:
    assert judged(message(subject=subject, text=text)).kind is Kind.WORKING_MAIL


def test_a_spreadsheet_of_a_colleague_is_no_document() -> None:
    mail = message(part(name="so lieu.xlsx", of_type=SHEET), subject="Số liệu")
    found = judged(mail)
    assert (found.kind, found.working, found.documents) == (Kind.WORKING_MAIL, WorkingKind.TABLES, ())


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (message(subject="Cà phê", text="Anh ơi chiều nay đi cà phê nhé"), Kind.PERSONAL),
        (message(subject="Ảnh", text="Gửi ảnh đám cưới", sender="lan@gmail.com"), Kind.PERSONAL),
        (message(subject="Khuyến mãi", text="Giảm giá 50%", sender="sale@shop.vn"), Kind.OTHER),
    ],
)
def test_mail_without_official_signs_is_private_or_other(mail: Message, kind: Kind) -> None:
    found = judged(mail)
    assert found.kind is kind
    assert not found.kind.is_stored


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "UBND tỉnh có ý kiến",
            "Phó Chánh Văn phòng đã ký ban hành văn bản số 3653/UBND-TNMT, V/v đề xuất. Toàn văn như sau:",
        ),
        ("Hướng dẫn áp dụng C/O", "139/TCHQ-GSQL\nTổng cục Hải quan ban hành Công văn 139/TCHQ-GSQL"),
        ("Khai thuế GTGT vãng lai", "Công văn số 7800/CTHN-TTHT ngày 17/03/2021\nV/v khai thuế GTGT vãng lai"),
        ("10 hướng dẫn của Bộ Nội vụ", "Ngày 26/4, Bộ Nội vụ ban hành Công văn số 1814/BNV-TCBC"),
        ("Hợp đồng", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nHỢP ĐỒNG MUA BÁN\nSố ………"),
    ],
)
def test_press_articles_and_forms_are_no_documents(title: str, text: str) -> None:
    for sender in ("a@gmail.com", "tin@bao.vn"):
        mail = message(subject=title, text=text, sender=sender)
        assert judged(mail).kind is not Kind.OFFICIAL_DOCUMENT
        file = message(part(name="bai-viet.pdf"), subject="Bài báo", sender=sender)
        assert judged(file, {"1.2": pages_of(text)}).kind is not Kind.OFFICIAL_DOCUMENT


def test_a_mail_without_author_and_text_gets_an_answer() -> None:
    assert judged(message(sender=None, subject=""), mail_from=None).kind is Kind.OTHER


@pytest.mark.timeout(120)  # squared time would take hours
def test_a_hostile_mail_is_classified() -> None:
    names = [part(f"1.{index}", "12_" * 80 + f"{index}.pdf") for index in range(2, 150)]
    mail = message(*names, subject="số 1/QĐ-" * 20_000, text="Kính gửi: CỘNG HÒA XÃ HỘI\n" * 20_000)
    judged(mail, {"1.2": pages_of("SỐ: 1/A-\n" * 5_000)})
