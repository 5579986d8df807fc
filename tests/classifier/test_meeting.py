"""When, where and with whom: what an invitation says (FEATURES D16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.classifier.classify import classify
from mailbridge.classifier.kinds import Document, Meeting, Reading
from mailbridge.classifier.meeting import read_meeting
from tests.classifier.builders_classifier import letter_pages, message, pages_of, part

GM = Document(
    main="1",
    parts=("1",),
    type=Reading(value="Giấy mời", confidence=0.99),
    issued_date=Reading(value=date(2024, 3, 11), confidence=0.99),
    issuer=Reading(value="Sở Nội vụ", confidence=0.99),
)


def read(text: str, document: Document = GM) -> Meeting | None:
    return read_meeting(pages_of(text), document)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date(2024, 3, day), time(hour, minute))


def test_labels_tell_when_where_and_who() -> None:
    text = (
        "Thời gian: 8h00, ngày 15/3/2024 (thứ Sáu)\nĐịa điểm: Phòng họp số 1,\nTrụ sở UBND tỉnh.\n"
        "Chủ trì: Đồng chí Nguyễn Văn A, Phó Chủ tịch UBND tỉnh."
    )
    assert read(text) == Meeting(
        starts=at(15, 8),
        place="Phòng họp số 1, Trụ sở UBND tỉnh",
        host="Đồng chí Nguyễn Văn A, Phó Chủ tịch UBND tỉnh",
    )


def test_running_text_tells_it_as_well() -> None:
    text = (
        "Kính mời dự họp vào lúc 8 giờ 30 phút ngày 20/3/2024 tại Phòng họp tầng 3, số 12 Nguyễn Huệ, "
        "do đồng chí Lê Văn C, Phó Giám đốc chủ trì."
    )
    assert read(text) == Meeting(
        starts=at(20, 8, 30), place="Phòng họp tầng 3, số 12 Nguyễn Huệ", host="đồng chí Lê Văn C, Phó Giám đốc"
    )


@pytest.mark.parametrize(
    ("line", "starts"),
    [
        ("1. Thời gian: 14 giờ 00 phút, thứ Sáu, ngày 15 tháng 3 năm 2024 (01 buổi).", at(15, 14)),
        ("- Thời gian: Ngày 20/3/2024, bắt đầu từ 7 giờ 30.", at(20, 7, 30)),
        ("Thời gian: 2 giờ chiều ngày 18/3", at(18, 14)),
        ("Thời gian: 01 ngày, ngày 22/3/2024", date(2024, 3, 22)),
        ("Thời gian: từ 13h30 ngày 21/3/2024 đến 17h00 ngày 22/3/2024.", at(21, 13, 30)),
        ("THỜI GIAN: 8g00 thứ 2, ngày 18/3/2024", at(18, 8)),
        ("Thời gian, địa điểm: 9h00 ngày 19/3/2024 tại Phòng họp B", at(19, 9)),
        ("Thời gian: 07:30 ngày 10/01", datetime.combine(date(2025, 1, 10), time(7, 30))),
        ("Theo Kế hoạch số 12/KH-UBND ngày 10/01/2024, họp vào hồi 14h00’ ngày 28 tháng 3 năm 2024.", at(28, 14)),
    ],
)
def test_the_beginning_is_read_in_its_many_writings(line: str, starts: datetime | date) -> None:
    found = read(f"{line}\nĐịa điểm: Hà Nội")
    assert found is not None
    assert found.starts == starts


@pytest.mark.parametrize(
    "line",
    [
        "Thời gian: 8h00, ngày 15/3/2024 (thứ Năm)",
        "Thời gian: 8h00, ngày 31/02/2024",
        "Thời gian: sẽ thông báo sau",
        "Thời gian: ngày 20/3/2024 hoặc ngày 21/3/2024",
        "Thời gian: 8h00 ngày 15/3/2014",
    ],
)
def test_a_doubtful_beginning_is_left_open(line: str) -> None:
    found = read(f"{line}\nĐịa điểm: tầng 2")
    assert found == Meeting(starts=None, place="tầng 2", host="Sở Nội vụ")


def test_only_an_invitation_has_a_meeting() -> None:
    text = "Thời gian: 8h00, ngày 15/3/2024\nĐịa điểm: tầng 2"
    letter = replace(GM, type=Reading(value="Công văn", confidence=0.99))
    assert read(text, letter) is None
    assert read(text, replace(letter, subject=Reading(value="Mời các đơn vị dự hội nghị", confidence=0.9))) is not None
    assert read("Kính mời các đồng chí dự họp đầy đủ.") is None


def test_the_meeting_reaches_the_document_of_the_mail() -> None:
    pages = letter_pages(
        number="87/GM-UBND",
        issuer="ỦY BAN NHÂN DÂN TỈNH BẮC KẠN",
        title="GIẤY MỜI",
        subject="Họp giao ban\nThời gian: 8h00, ngày 06/5/2013\nĐịa điểm: tầng 2",
    )
    (document,) = classify(message(part()), {"1.2": pages}, mail_from="a@b.vn").documents
    assert document.meeting is not None
    assert document.meeting.starts == datetime.combine(date(2013, 5, 6), time(8))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    read(f"Thời gian: {text}\nĐịa điểm: {text}")


@pytest.mark.timeout(60)  # squared time would take hours
def test_hostile_text_ends() -> None:
    read("Thời gian: " + "8h " * 100_000 + "\nĐịa điểm: " + "ngày 1/1 " * 100_000)
    read("do đồng chí " * 50_000)
