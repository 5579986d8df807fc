from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailbridge.classifier.kinds import Reading, Rival
from mailbridge.letters.doubts import doubts_of, placed
from tests.letters.builders_letters import document, doubtful_document, message, symbol


def test_a_sure_document_has_no_doubts() -> None:
    assert doubts_of(document(), message(), "vi") == ()


def test_an_unsure_value_is_shown_with_place_and_rival() -> None:
    first, second = doubts_of(doubtful_document(), message(), "vi")
    assert first.label == "Số, ký hiệu"
    assert first.text == (
        "“3526/VPCP-KGVX” đọc chưa chắc chắn (0,72; 3526_VPCP-KGVX.signed.pdf, trang 1, nhận dạng chữ, ô số 3); "
        "nơi khác ghi “3525/VPCP-KGVX” (tiêu đề thư)"
    )
    assert (second.label, second.text) == ("Ngày văn bản", "chưa đọc được: the day is left blank on the page")


def test_a_needed_field_is_missed_even_without_reason() -> None:
    bare = replace(document(), issuer=Reading())
    assert [(row.label, row.text) for row in doubts_of(bare, message(), "en")] == [("Issued by", "not read")]


def test_most_documents_have_no_deadline_and_that_is_no_doubt() -> None:
    assert doubts_of(replace(document(), due_date=Reading(reason="no date was found")), message(), "vi") == ()


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
        symbol=Reading(value=replace(symbol(), raw="3526 /VPCP-KGVX", slip="a blank was removed"), confidence=0.99),
    )
    labels = [row.label for row in doubts_of(odd, message(), "vi")]
    assert labels == ["Bản dự thảo", "Số, ký hiệu"]


def test_hostile_values_stay_on_their_line() -> None:
    hostile = replace(document(), subject=Reading(value="a\r\n- Số đến: 99\u202e", confidence=0.1, source="x\ny"))
    (row,) = doubts_of(hostile, message(), "vi")
    assert "\n" not in row.text
    assert "\u202e" not in row.text


def test_a_place_in_an_unknown_part_keeps_its_index() -> None:
    assert placed("part 9.1, page 2, ocr, box 5a", message(), "vi") == "part 9.1, trang 2, nhận dạng chữ, ô số 5a"
    assert placed("part 2, page 1", message(), "en") == "3526_VPCP-KGVX.signed.pdf, page 1"
