"""Periods of the calendar and those of reports."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from mailbridge.registry.figures_periods import (
    BY_DECREE,
    Period,
    days_between,
    half_of,
    month_of,
    quarter_of,
    year_of,
)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (month_of(2026, 2), date(2026, 2, 1), date(2026, 2, 28)),
        (month_of(2028, 2), date(2028, 2, 1), date(2028, 2, 29)),
        (quarter_of(2026, 4), date(2026, 10, 1), date(2026, 12, 31)),
        (half_of(2026, 1), date(2026, 1, 1), date(2026, 6, 30)),
        (year_of(2026), date(2026, 1, 1), date(2026, 12, 31)),
        (month_of(2026, 1, by_decree=True), date(2025, 12, 15), date(2026, 1, 14)),
        (month_of(2026, 11, by_decree=True), date(2026, 10, 15), date(2026, 11, 14)),
        (quarter_of(2026, 1, by_decree=True), date(2025, 12, 15), date(2026, 3, 14)),
        (half_of(2026, 1, by_decree=True), date(2025, 12, 15), date(2026, 6, 14)),
        (half_of(2026, 2, by_decree=True), date(2026, 6, 15), date(2026, 12, 14)),
        (year_of(2026, by_decree=True), date(2025, 12, 15), date(2026, 12, 14)),
    ],
    ids=lambda value: value.name if isinstance(value, Period) else str(value),
)
def test_days_of_a_period(period: Period, first: date, last: date) -> None:
    """NĐ 09/2019/NĐ-CP, Điều 12."""
    assert (period.first, period.last) == (first, last)
    assert period.label.startswith(BY_DECREE) == (first.day == 15)


def test_windows_of_a_year_follow_each_other() -> None:
    windows = [month_of(2026, month, by_decree=True) for month in range(1, 13)]
    assert all((after.first - before.last).days == 1 for before, after in pairwise(windows))
    year = year_of(2026, by_decree=True)
    assert (windows[0].first, windows[-1].last) == (year.first, year.last)


def test_any_days_have_a_label() -> None:
    label = days_between(date(2026, 11, 2), date(2026, 11, 6)).label
    assert label == "Tùy chọn (từ ngày 02/11/2026 đến ngày 06/11/2026)"
