from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.mentions import Mention, dates_in, mentions


def only(text: str) -> Mention:
    (found,) = mentions(text)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Công văn số 12/SNV-VP ngày 15/3/2024 của Sở Nội vụ",
        "Công văn số 12/SNV-VP ngày 15.3.2024 của Sở Nội vụ về việc báo cáo",
        "Công văn số 12/SNV-VP ngày 15 tháng 3 năm 2024 của Sở Nội vụ, kèm phụ lục",
        "Công văn số 12/SNV-VP (15-03-2024) của Sở Nội vụ.",
        "Công văn số 12/SNV-VP\nký ngày 15/03/2024\ncủa Sở Nội vụ",
    ],
)
def test_date_and_issuer_behind_a_symbol_are_its_own(text: str) -> None:
    found = only(text)
    assert (found.symbol.text, found.issued, found.issuer) == ("12/SNV-VP", date(2024, 3, 15), "Sở Nội vụ")


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("12/UBND-VX của UBND TP. Hà Nội về việc", "UBND TP. Hà Nội"),
        ("12/STC-NS của Sở Tài chính tỉnh Bắc Kạn thực hiện", "Sở Tài chính tỉnh Bắc Kạn"),
        ("12/STC-NS của đồng chí Giám đốc", None),
        ("12/STC-NS CỦA SỞ TÀI CHÍNH VỀ VIỆC BÁO CÁO", None),
        ("12/STC-NS về việc báo cáo của Sở Tài chính", None),
    ],
)
def test_an_issuer_begins_as_agencies_do_and_ends_before_the_next_words(text: str, issuer: str | None) -> None:
    assert only(f"Công văn số {text}").issuer == issuer


def test_what_stands_behind_the_next_symbol_is_not_taken() -> None:
    first, second = mentions("Công văn số 12/SNV-VP và Công văn số 13/SNV-VP ngày 15/3/2024 của Sở Nội vụ")
    assert (first.issued, first.issuer) == (None, None)
    assert (second.issued, second.issuer) == (date(2024, 3, 15), "Sở Nội vụ")


def test_a_date_further_on_is_not_that_of_the_symbol() -> None:
    assert only("Giấy mời số 12/GM-SNV họp ngày 20/3/2024").issued is None


@pytest.mark.parametrize(
    ("text", "cited", "sent"),
    [
        ("Thực hiện Công văn số 12/SNV-VP", True, False),
        ("V/v trả lời CV số 12/SNV-VP", True, False),
        ("Triển khai Thông tư liên tịch số 12/SNV-VP", True, False),
        ("Kính gửi quý cơ quan Công văn số 12/SNV-VP", False, True),
        ("Sở Tài chính gửi kèm theo công văn số 12/SNV-VP", False, True),
        ("Gửi tài liệu 12/SNV-VP", False, True),
        ("Gửi quý cơ quan. Công văn số 12/SNV-VP", False, False),
        ("Công văn số 12/SNV-VP", False, False),
    ],
)
def test_the_words_before_say_whether_it_is_cited_or_sent(text: str, cited: bool, sent: bool) -> None:
    found = only(text)
    assert (found.cited, found.sent) == (cited, sent)


@pytest.mark.parametrize(
    ("text", "days", "said"),
    [
        ("12_UBND_ngày 15.3.2024.pdf", [date(2024, 3, 15)], [date(2024, 3, 15)]),
        ("12 UBND 15-3-2024.pdf", [date(2024, 3, 15)], []),
        ("điện thoại 0912.15.3.2024, 31/2/2024, 15/3/20245, 1/2/1890", [], []),
        ("ngày 1/2/2024 và ngày 1/2/2024", [date(2024, 2, 1)], [date(2024, 2, 1)]),
    ],
)
def test_days_are_those_of_the_calendar(text: str, days: list[date], said: list[date]) -> None:
    assert list(dates_in(text)) == days
    assert list(dates_in(text, said=True)) == said


@given(st.text(alphabet="Sốsố 0123/-.,ngàycủaSởNộivụTTgQĐ\n()", max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for found in mentions(text):
        assert found.symbol.number is not None
    dates_in(text)


@pytest.mark.parametrize(
    "piece", ["gửi ", "theo theo ", "12/SNV-VP của ", "ngày 1 ", "12/SNV-VP ngày 1/1/2024 của Sở ", "1."]
)
def test_long_texts_take_no_long_time(piece: str) -> None:
    began = time.process_time()
    mentions(piece * (10_000 // len(piece)))
    dates_in(piece * (10_000 // len(piece)))
    assert time.process_time() - began < 2
