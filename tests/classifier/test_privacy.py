from __future__ import annotations

import pytest

from mailbridge.classifier.privacy import secrecy_mark
from mailbridge.mail.pages import Layer, Pages
from tests.classifier.builders_classifier import letter_pages, line, message, page_of, pages_of, part


def level_on(pages: Pages) -> str | None:
    mark = secrecy_mark(message(part()), {"1.2": pages})
    return mark.level if mark else None


@pytest.mark.parametrize(
    ("mark", "level"),
    [
        ("MẬT", "mật"),
        ("TỐI MẬT", "tối mật"),
        ("TUYỆT MẬT", "tuyệt mật"),
        ("[ MẬT ]", "mật"),
        ("M Ậ T", "mật"),
        ("T Ố I  M Ậ T", "tối mật"),
        ("TOI MAT", "tối mật"),
        ("TUYẾT MẬT", "tuyệt mật"),
        ("ĐỘ MẬT: MẬT", "mật"),
        ("Độ mật: Tối mật", "tối mật"),
        ("MẬT - Bản số: 03", "mật"),
        ("TỐI MẬT HỎA TỐC", "tối mật"),
        ("Mật", "mật"),
    ],
)
def test_a_mark_on_the_page_is_seen(mark: str, level: str) -> None:
    assert level_on(letter_pages(mark=mark)) == level


@pytest.mark.parametrize(
    "words",
    [
        "BẢO MẬT",
        "BÍ MẬT NHÀ NƯỚC",
        "DANH MỤC BÍ MẬT NHÀ NƯỚC",
        "MẬT ĐỘ XÂY DỰNG",
        "MẬT KHẨU",
        "MẬT ONG",
        "MẮT",
        "MAT",
        "Độ mật: Thường",
        "Độ mật: Mật, tối mật, tuyệt mật",
        "Văn bản này không có độ mật.",
        "BỘ MẬT MÃ",
        "Tài liệu MẬT phải lưu riêng",
    ],
)
def test_words_that_hold_the_syllable_are_no_mark(words: str) -> None:
    assert level_on(letter_pages(mark=words)) is None


def test_a_mark_low_on_the_page_or_in_small_letters_is_a_word() -> None:
    assert level_on(Pages(pages=(page_of([line("MẬT", top=600)]),), total=1)) is None
    assert level_on(Pages(pages=(page_of([line("mật ong", top=60)]),), total=1)) is None


def test_a_form_that_names_all_levels_is_no_mark() -> None:
    columns = [line(text, top=200, left=left) for text, left in (("TUYỆT MẬT", 310), ("TỐI MẬT", 400), ("MẬT", 480))]
    assert level_on(Pages(pages=(page_of(columns),), total=1)) is None
    marked = [line("MẬT", top=120, left=80), *columns]
    assert level_on(Pages(pages=(page_of(marked),), total=1)) == "mật"


def test_lost_marks_are_believed_only_where_all_marks_are_lost() -> None:
    assert level_on(pages_of("UBND TINH\nMAT\nSo: 12/UBND", layer=Layer.FLOW)) == "mật"
    assert level_on(pages_of("ỦY BAN\nMÂT\nSố: 12", layer=Layer.OCR)) == "mật"
    assert level_on(pages_of("ỦY BAN\nMÂT\nSố: 12", layer=Layer.TEXT)) is None


def test_every_page_and_every_file_is_looked_at() -> None:
    second = pages_of("UBND TỈNH", "TỐI MẬT\nUBND TỈNH")
    mark = secrecy_mark(message(part(), part("1.3")), {"1.2": letter_pages(), "1.3": second})
    assert mark is not None
    assert mark.level == "tối mật"


@pytest.mark.parametrize(
    ("subject", "level"),
    [
        ("[MẬT] Công văn 12", "mật"),
        ("(TỐI MẬT) Báo cáo", "tối mật"),
        ("Re: [Mật] Công văn", "mật"),
        ("MẬT: Báo cáo tháng", "mật"),
        ("Báo cáo tháng - TUYỆT MẬT", "tuyệt mật"),
        ("Độ mật: Mật - Công văn", "mật"),
    ],
)
def test_a_mark_in_the_subject_is_seen(subject: str, level: str) -> None:
    mark = secrecy_mark(message(subject=subject), {})
    assert mark is not None
    assert (mark.level, mark.where) == (level, "subject")


@pytest.mark.parametrize(
    "subject",
    [
        "Mật độ dân số",
        "MẬT ĐỘ XÂY DỰNG",
        "Quy chế bảo mật",
        "ĐỔI MẬT KHẨU",
        "Bảo vệ BÍ MẬT",
        "Tập huấn (bảo mật)",
        "An ninh - BẢO MẬT",
        "Mật ong rừng",
    ],
)
def test_subjects_about_security_are_no_mark(subject: str) -> None:
    assert secrecy_mark(message(subject=subject), {}) is None


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("12-QD_MẬT.pdf", "mật"),
        ("[Mật] 12.pdf", "mật"),
        ("TOI_MAT_12.pdf", "tối mật"),
        ("12_TUYỆT MẬT.docx", "tuyệt mật"),
        ("MAT_12.pdf", None),
        ("BẢO_MẬT.pdf", None),
        ("BÍ_MẬT.docx", None),
        ("MẬT_KHẨU.txt", None),
        ("DANH MỤC BÍ MẬT NHÀ NƯỚC.pdf", None),
        ("bao_mat.pdf", None),
    ],
)
def test_a_mark_in_a_file_name(name: str, level: str | None) -> None:
    mark = secrecy_mark(message(part(name=name)), {})
    assert (mark.level if mark else None) == level


def test_a_mark_alone_at_the_head_of_the_mail_text_is_seen() -> None:
    assert secrecy_mark(message(text="TỐI MẬT\nKính gửi Sở Nội vụ"), {}) is not None
    assert secrecy_mark(message(text="Xin gửi tài liệu MẬT cho anh"), {}) is None


@pytest.mark.timeout(120)  # squared time would take hours
def test_hostile_text_ends() -> None:
    name = part(name="_MẬT" * 50_000)
    secrecy_mark(message(name, subject="[" * 200_000, text="MẬT " * 50_000), {"1.2": pages_of("T " * 50_000)})


@pytest.mark.parametrize(
    "mark",
    [
        "HỎA TỐC - MẬT",
        "KHẨN, MẬT",
        "TÀI LIỆU MẬT",
        "MẬT (Bản số 02)",
        "BẢN SỐ: 01 - TỐI MẬT",
        "MẬT Số: 119/BC-UBND",
        "DẤU ĐỘ MẬT: TỐI MẬT",
        "TUYỆT MẬT (Chỉ người có tên mới được bóc bì)",
    ],
)
def test_marks_beside_other_boxes_are_seen(mark: str) -> None:
    assert level_on(letter_pages(mark=mark)) is not None


@pytest.mark.parametrize(
    "mark",
    ["MAT", "MÂT", "MẶT", "MẬ T", "IMẬT", "MẬT|", "TOI MAT", "TÔI MẬT", "TỐI MẠT", "TÔIMẬT", "TUYỆTMẬT", "TUYET MAT"],
)
def test_marks_with_damaged_letters_are_seen_on_a_scan(mark: str) -> None:
    assert level_on(pages_of(f"ỦY BAN NHÂN DÂN\n{mark}\nSố: 12/BC-UBND", layer=Layer.OCR)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "V/v quản lý tiền\nMẶT\nSố: 12",
        "PHÒNG KHÁM RĂNG HÀM\nMẶT",
        "V/v bảo vệ tài liệu\nmật",
        "BÁO CÁO\nQUẢN LÝ VÀ TIÊU HỦY\nTÀI LIỆU MẬT",
        "MẶT TRẬN TỔ QUỐC",
        "QUẢN LÝ TIỀN MẶT",
        "GIẢI MẬT",
    ],
)
@pytest.mark.parametrize("layer", [Layer.TEXT, Layer.OCR])
def test_halves_of_words_and_titles_about_secrets_are_no_mark(text: str, layer: Layer) -> None:
    assert level_on(pages_of(text, layer=layer)) is None


@pytest.mark.parametrize(
    ("subject", "level"),
    [
        ("Văn bản MẬT: báo cáo", "mật"),
        ("Gửi văn bản mật", "mật"),
        ("Công văn mật số 12", "mật"),
        ("CV MẬT 12", "mật"),
        ("Tài liệu tối mật", "tối mật"),
        ("MẬT-HỎA TỐC: cv", "mật"),
        ("Chuyển: MẬT - 12/BC", "mật"),
        ("Gui van ban TOI MAT", "tối mật"),
        ("Fwd: [MAT] Bao cao", "mật"),
        ("Tập huấn quản lý văn bản MẬT", None),
        ("V/v tiêu hủy tài liệu mật", None),
        ("Văn bản mật độ dân cư", None),
        ("DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT", None),
        ("Hướng dẫn đóng dấu MẬT", None),
    ],
)
def test_what_people_say_of_their_own_mail(subject: str, level: str | None) -> None:
    mark = secrecy_mark(message(subject=subject), {})
    assert (mark.level if mark else None) == level


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("MẬT 12-BC.pdf", "mật"),
        ("12 BC MẬT.pdf", "mật"),
        ("12.MẬT.pdf", "mật"),
        ("TÀI LIỆU MẬT.zip", "mật"),
        ("Công văn mật 12.doc", "mật"),
        ("CV_MAT_12.pdf", "mật"),
        ("toi mat.pdf", "tối mật"),
        ("NUÔI ONG LẤY MẬT.pdf", None),
        ("12 TIÊU HỦY TÀI LIỆU MẬT.pdf", None),
        ("CHI TIEN MAT.xlsx", None),
        ("bề mặt.docx", None),
    ],
)
def test_what_people_say_in_names_of_files(name: str, level: str | None) -> None:
    mark = secrecy_mark(message(part(name=name)), {})
    assert (mark.level if mark else None) == level


def test_a_mark_stops_the_mail_however_deep_it_lies() -> None:
    zipped = part("1.2", "van ban.zip", of_type="application/zip")
    member = part("1.2.1", "12_TỐI MẬT.pdf", inside="1.2")
    plain = part("1.2.1", "12.pdf", inside="1.2")
    forwarded = part(
        "1.2",
        None,
        of_type="message/rfc822",
        content=b"From: a@b.vn\r\nSubject: =?utf-8?B?W1Thu5BJIE3huqxUXQ==?= 12\r\n\r\nx",
    )
    text = part("1.2.1", None, of_type="text/plain", disposition=None, content="MẬT\nGửi anh".encode(), inside="1.2")
    html = part("1.2.1", None, of_type="text/html", disposition=None, content="<p>MẬT</p>x".encode(), inside="1.2")
    quoted = message(text="Gửi anh\n---- Forwarded ----\nFrom: a@b.vn\nSubject: [MẬT] Báo cáo\n")
    assert secrecy_mark(message(zipped, member), {}) is not None
    assert secrecy_mark(message(zipped, plain), {"1.2.1": letter_pages(mark="MẬT")}) is not None
    assert secrecy_mark(message(forwarded), {}) is not None
    assert secrecy_mark(message(text), {}) is not None
    assert secrecy_mark(message(html), {}) is not None
    assert secrecy_mark(quoted, {}) is not None
    assert secrecy_mark(message(), {}, ["[MẬT] Báo cáo"]) is not None
    assert secrecy_mark(message(zipped, plain), {"1.2.1": letter_pages()}) is None


def test_two_levels_on_one_page_stop_and_a_form_with_all_three_does_not() -> None:
    two = [line("TỐI MẬT", top=120, left=80), line("MẬT", top=180, left=80)]
    assert level_on(Pages(pages=(page_of(two),), total=1)) == "tối mật"
    three = [*two, line("TUYỆT MẬT", top=240, left=80)]
    assert level_on(Pages(pages=(page_of(three),), total=1)) is None
