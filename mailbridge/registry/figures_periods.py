"""
The periods that figures are drawn up for: of the calendar, and those of reports.

Source: NĐ 09/2019/NĐ-CP, Điều 12: data of a month are those from the 15th of the month before to the 14th; of a
quarter from the 15th of the month before it to the 14th of its last month; half-years and years alike.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

BY_DECREE = "Kỳ báo cáo theo Nghị định 09/2019/NĐ-CP"
"""How a period of the decree is labelled (domain: ux-vocabulary §9)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Days from `first` to `last`, both included, and what they are called."""

    first: date
    last: date
    name: str
    is_by_decree: bool = False

    @property
    def label(self) -> str:
        """Return a line for the head of a report."""
        days = f"{self.name} (từ ngày {self.first:%d/%m/%Y} đến ngày {self.last:%d/%m/%Y})"
        return f"{BY_DECREE}: {days}" if self.is_by_decree else days


def months(year: int, first: int, count: int, name: str, *, by_decree: bool = False) -> Period:
    """
    Return the period of so many months of a year.

    Args:
        first: Its first month, 1 to 12.
        by_decree: From the 15th of the month before to the 14th of its last month.
    """
    last = first + count - 1
    if by_decree:
        before = date(year, first, 1) - timedelta(days=1)
        return Period(first=before.replace(day=15), last=date(year, last, 14), name=name, is_by_decree=True)
    return Period(first=date(year, first, 1), last=date(year, last, monthrange(year, last)[1]), name=name)


def month_of(year: int, month: int, *, by_decree: bool = False) -> Period:
    """Return a month."""
    return months(year, month, 1, f"Tháng {month}/{year}", by_decree=by_decree)


def quarter_of(year: int, quarter: int, *, by_decree: bool = False) -> Period:
    """Return a quarter, 1 to 4."""
    roman = ("I", "II", "III", "IV")[quarter - 1]
    return months(year, 3 * quarter - 2, 3, f"Quý {roman}/{year}", by_decree=by_decree)


def half_of(year: int, half: int, *, by_decree: bool = False) -> Period:
    """Return a half-year, 1 or 2; the decree names its windows 15/12 to 14/6 and 15/6 to 14/12."""
    which = ("đầu", "cuối")[half - 1]
    return months(year, 6 * half - 5, 6, f"6 tháng {which} năm {year}", by_decree=by_decree)


def year_of(year: int, *, by_decree: bool = False) -> Period:
    """Return a year."""
    return months(year, 1, 12, f"Năm {year}", by_decree=by_decree)


def days_between(first: date, last: date) -> Period:
    """Return a period of any days."""
    return Period(first=first, last=last, name="Tùy chọn")
