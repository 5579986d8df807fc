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
