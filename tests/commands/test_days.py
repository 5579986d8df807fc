"""Days as people write them in answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.commands.days import Wrong, day_at, read_deadline, read_past_day

THURSDAY = date(2026, 8, 13)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15/8", date(2026, 8, 15)),
        ("15.8.2026", date(2026, 8, 15)),
        ("2026-08-15", date(2026, 8, 15)),
        ("15 tháng 8", date(2026, 8, 15)),
        ("5/1", date(2027, 1, 5)),
        ("thứ năm", THURSDAY),
        ("thu tu", date(2026, 8, 19)),
        ("t2 tuần sau", date(2026, 8, 17)),
        ("ngày kia", date(2026, 8, 15)),
        ("cuối tuần sau", date(2026, 8, 21)),
        ("cuối tháng", date(2026, 8, 31)),
        ("12/8", Wrong.PAST),
        ("thứ hai này", Wrong.PAST),
        ("31/6", Wrong.NO_DAY),
        ("sớm", Wrong.NO_DAY),
    ],
)
def test_reads_deadlines(text: str, day: date | Wrong) -> None:
    assert read_deadline(text, THURSDAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5/8", date(2026, 8, 5)),
        ("28/12", Wrong.FUTURE),
        ("5/8/26", date(2026, 8, 5)),
        ("14/8", Wrong.FUTURE),
        ("hôm nay", Wrong.NO_DAY),
        ("thứ hai", Wrong.NO_DAY),
    ],
)
def test_reads_the_days_of_documents(text: str, day: date | Wrong) -> None:
    assert read_past_day(text, THURSDAY) == day


def test_a_day_of_last_year_early_in_the_year() -> None:
    assert read_past_day("28/12", date(2027, 1, 5)) == date(2026, 12, 28)


def test_a_day_ends_where_something_else_begins() -> None:
    assert day_at("hạn 15/8 nhé", 4) == 8
    assert day_at("12/8/2026/3", 0) is None
    assert day_at("mai", 0) == 3
    assert day_at("maika", 0) is None


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_a_day_written_in_full_is_read_as_it_stands(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert read_deadline(f"{day:%d/%m/%Y}", today) == day
    assert read_past_day(f"{today:%d-%m-%Y}", day) == today
