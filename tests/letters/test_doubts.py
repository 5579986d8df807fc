from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailbridge.classifier.kinds import Reading, Rival, Signer
from mailbridge.letters.doubts import doubts_of, placed, proposed_due
from tests.letters.builders_letters import document, doubtful_document, message, symbol, unread_document


def test_a_sure_document_has_no_doubts() -> None:
    assert doubts_of(document(), message(), "vi") == ()


def test_an_unsure_value_is_shown_with_place_and_rival() -> None:
    first, second = doubts_of(doubtful_document(), message(), "vi")
    assert first.label == "Số, ký hiệu"
    assert first.text == (
        "“3526/VPCP-KGVX” đọc chưa chắc chắn (độ tin cậy 72%; 3526_VPCP-KGVX.signed.pdf, trang 1, nhận dạng chữ, "
        "ô số 3); nơi khác ghi “3525/VPCP-KGVX” (tiêu đề thư)"
    )
    assert (second.label, second.text) == ("Ngày văn bản", "chưa đọc được, do ngày, tháng còn để trống")


def test_a_needed_field_is_missed_even_without_reason() -> None:
    bare = replace(document(), issuer=Reading())
    assert [(row.label, row.text) for row in doubts_of(bare, message(), "en")] == [("Issued by", "not read")]


def test_an_optional_field_is_no_doubt_by_itself() -> None:
    """A row is complete without signer, addressee, urgency and deadline; at 0.9 they are no work for a clerk."""
    unsure = replace(
        document(),
        signer=Reading(value=Signer(name="Nguyễn Khắc Định", position=None, authority=None), confidence=0.8),
        addressees=Reading(reason="no Kính gửi on the first page"),
        urgency=Reading(value="khẩn", confidence=0.8),
        due_date=Reading(value=date(2013, 5, 20), confidence=0.9, source="part 2, page 1, text layer, box 6"),
    )
    assert doubts_of(unsure, message(), "vi") == ()


def test_an_optional_field_that_is_read_in_two_ways_is_a_doubt() -> None:
    signers = tuple(
        Rival(value=Signer(name=name, position=None, authority=None), source="part 2, page 1, text layer, box 7a")
        for name in ("Nguyễn Khắc Định", "Trần Văn A")
    )
    (row,) = doubts_of(
        replace(document(), signer=Reading(reason="several people signed", rivals=signers)), message(), "vi"
    )
    assert row.label == "Người ký"
    assert row.text == (
        "chưa đọc được, do văn bản có nhiều người ký; có ghi “Nguyễn Khắc Định” (3526_VPCP-KGVX.signed.pdf, trang 1, "
        "lớp chữ, ô số 7a); “Trần Văn A” (3526_VPCP-KGVX.signed.pdf, trang 1, lớp chữ, ô số 7a)"
    )


def test_what_holds_for_several_fields_is_said_once() -> None:
    rows = doubts_of(unread_document(), message(), "vi")
    assert [(row.label, row.text) for row in rows] == [
        (
            "Cơ quan ban hành; ngày văn bản; trích yếu; tên loại",
            "chưa đọc được, do tệp không có lớp chữ (có thể là bản quét)",
        ),
        (
            "Số, ký hiệu",
            "chưa đọc được, do tệp không có lớp chữ (có thể là bản quét); "
            "có ghi “3526/VPCP-KGVX” (3526_VPCP-KGVX.signed.pdf, tên tệp)",
        ),
    ]


@pytest.mark.parametrize(
    ("rivals", "said"),
    [
        ((), "20/05/2013 (đọc từ văn bản)"),
        ((date(2013, 5, 31), date(2013, 5, 20)), "20/05/2013 (đọc từ văn bản; văn bản còn nêu ngày 31/05/2013)"),
    ],
)
def test_a_deadline_is_a_proposal(rivals: tuple[date, ...], said: str) -> None:
    others = tuple(Rival(value=each, source="part 2, page 2") for each in rivals)
    asked = replace(document(), due_date=Reading(value=date(2013, 5, 20), confidence=0.9, rivals=others))
    assert proposed_due(asked, "vi") == said
    assert proposed_due(document(), "vi") is None


def test_a_rival_of_a_sure_value_is_shown() -> None:
    other = replace(
        document(),
        issued_date=Reading(
            value=date(2013, 5, 4),
            confidence=0.99,
            source="part 2, page 1, text layer, box 4",
            rivals=(Rival(value=date(2013, 5, 3), source="file name"),),
        ),
    )
    (row,) = doubts_of(other, message(), "vi")
    assert row.text == (
        "“04/05/2013” (3526_VPCP-KGVX.signed.pdf, trang 1, lớp chữ, ô số 4); nơi khác ghi “03/05/2013” (tên tệp)"
    )


def test_a_draft_and_a_mended_symbol_are_doubts() -> None:
    odd = replace(
        document(),
        draft=True,
        symbol=Reading(
            value=replace(symbol(), raw="3526 VPCP-KGVX", slip="the mark behind the number is lost"), confidence=0.99
        ),
    )
    assert [(row.label, row.text) for row in doubts_of(odd, message(), "vi")] == [
        ("Bản dự thảo", "văn bản có dấu hiệu là dự thảo"),
        ("Số, ký hiệu", "“3526 VPCP-KGVX” được đọc là “3526/VPCP-KGVX”, do thiếu dấu “/” hoặc “-” sau số"),
    ]


def test_blanks_beside_a_slash_are_no_doubt() -> None:
    spaced = replace(symbol(), raw="3526 / VPCP-KGVX", slip="blanks around a separator")
    assert doubts_of(replace(document(), symbol=Reading(value=spaced, confidence=0.99)), message(), "vi") == ()


def test_hostile_values_stay_on_their_line() -> None:
    hostile = replace(document(), subject=Reading(value="a\r\n- Số đến: 99\u202e", confidence=0.1, source="x\ny"))
    (row,) = doubts_of(hostile, message(), "vi")
    assert "\n" not in row.text
    assert "\u202e" not in row.text


def test_a_place_in_an_unknown_part_keeps_its_index() -> None:
    assert placed("part 9.1, page 2, ocr, box 5a", message(), "vi") == "part 9.1, trang 2, nhận dạng chữ, ô số 5a"
    assert placed("mail subject", message(), "vi") == "tiêu đề thư"
    hinted = "hint from 3 corrections of this sender; page 1, box 2"
    assert placed(hinted, message(), "vi") == "theo 3 lần Văn thư đã sửa với nơi gửi này; trang 1, ô số 2"
    assert placed("read before the hint: page 1", message(), "vi") == "đọc được ban đầu, trang 1"
    doubted = "in doubt: corrected in 3 of 4 documents of this sender; page 1"
    assert placed(doubted, message(), "vi") == "hay phải sửa với nơi gửi này, 3/4 văn bản; trang 1"
    assert placed("part 2, page 1", message(), "en") == "3526_VPCP-KGVX.signed.pdf, page 1"
