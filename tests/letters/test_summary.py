from __future__ import annotations

import pytest

from mailbridge.decision.findings import Action, Reason
from mailbridge.letters.summary import LONGEST, sentence
from tests.letters.builders_letters import doubtful_document, entry, judgement


def test_an_entered_mail_names_number_document_and_reason() -> None:
    assert sentence(judgement(), (entry(),), "vi") == (
        "Đã đăng ký, số đến 15: Công văn số 3526/VPCP-KGVX ngày 04/05/2013 của Văn phòng Chính phủ; "
        "văn bản của cơ quan nhà nước, đã xác thực tên miền gửi."
    )
    assert sentence(judgement(), (entry(number=7),), "en").startswith(
        "Registered, arrival number 07: Công văn no. 3526/VPCP-KGVX dated 04/05/2013 of Văn phòng Chính phủ; "
    )


def test_a_held_mail_says_what_was_read_and_why_it_waits() -> None:
    assert sentence(judgement(Action.HOLD, documents=(doubtful_document(),)), (), "vi") == (
        "Chờ xử lý: Công văn số 3526/VPCP-KGVX của Văn phòng Chính phủ; "
        "chưa chắc chắn về số, ký hiệu; vui lòng đối chiếu."
    )


def test_a_held_mail_without_document_says_why() -> None:
    assert sentence(judgement(Action.HOLD, documents=()), (), "vi") == (
        "Chờ xử lý: chưa chắc chắn về số, ký hiệu; vui lòng đối chiếu."
    )


def test_a_duplicate_names_the_old_number() -> None:
    assert sentence(judgement(Action.DUPLICATE), (), "vi").startswith("Trùng văn bản (số đến 15/2013): ")


def test_a_return_is_only_proposed() -> None:
    assert sentence(judgement(Action.RETURN), (), "vi") == (
        "Đề nghị trả lại nơi gửi: văn bản không thuộc phạm vi tiếp nhận."
    )


PRIVATE = (Reason(rule="fixed:private", text="Thư riêng, không lưu."),)


def test_other_mail_is_no_document() -> None:
    assert (
        sentence(judgement(Action.PASS, documents=(), reasons=PRIVATE), (), "vi")
        == "Không phải văn bản: thư riêng, không lưu."
    )


def test_a_document_outside_the_book_is_told_as_such() -> None:
    assert sentence(judgement(Action.PASS), (), "vi").startswith("Không vào sổ: ")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_secret_is_told_without_anything_of_it(language: str) -> None:
    leaking = judgement(Action.STOP, reasons=(Reason(rule="fixed:secret", text="TUYỆT MẬT số 12/BC."),))
    assert "12/BC" not in sentence(leaking, (), language)


def test_it_stays_one_line_of_bounded_length() -> None:
    long = judgement(Action.HOLD, reasons=(Reason(rule="r", text="dòng\r\nmới " * 300),))
    told = sentence(long, (), "vi")
    assert len(told.splitlines()) == 1
    assert len(told) <= LONGEST + 1
