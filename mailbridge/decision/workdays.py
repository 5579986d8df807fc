"""
The working days of the State: Monday to Friday, without holidays, with the days that are swapped for them.

Which days are free is announced each year (Bộ luật Lao động 45/2019/QH14, Điều 111 and 112; decisions of the Prime
Minister on swapped days), so they are data of the office, `config/calendar/*.csv`; nothing is computed from the moon.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailbridge.registry.entry import VIETNAM

_WEEKEND = 5
"""`date.weekday()` of Saturday."""
_MOST_FREE = 60
"""Days in a row that a calendar leaves free at most; more are a slip in its files, and are counted as working days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkCalendar:
    """
    Which days are worked.

    Attributes:
        free: Days on which nobody works; `yearly` the same by (month, day), every year.
        worked: Saturdays and Sundays that are worked in their place; these win.
    """

    free: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_worked(self, day: date) -> bool:
        """Say whether this day is worked."""
        if day in self.worked:
            return True
        return day.weekday() < _WEEKEND and day not in self.free and (day.month, day.day) not in self.yearly

    def following(self, day: date, days: int = 1) -> date:
        """
        Return the working day that is so many working days behind `day`; with 0, `day` or the next one that is worked.

        "Chậm nhất trong ngày làm việc tiếp theo" (NĐ 30/2020/NĐ-CP, Điều 4 khoản 2) is `following(day)`.
        """
        found = day if days else day - timedelta(days=1)
        for _ in range(max(days, 1)):
            found += timedelta(days=1)
            for _ in range(_MOST_FREE):
                if self.is_worked(found):
                    break
                found += timedelta(days=1)
        return found

    def worked_between(self, first: date, last: date) -> int:
        """Count the working days behind `first` up to `last`, itself counted; negative when `last` lies before."""
        if last < first:
            return -self.worked_between(last, first)
        return sum(self.is_worked(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


EVERY_WEEK = WorkCalendar()
"""Monday to Friday, of an office that has no calendar yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficeHours:
    """From when to when the office works on a working day, by the clocks in Vietnam."""

    begins: time = time(7, 30)
    ends: time = time(17, 0)
    calendar: WorkCalendar = EVERY_WEEK

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody works at this moment (aware)."""
        local = at.astimezone(VIETNAM)
        return self.calendar.is_worked(local.date()) and self.begins <= local.time() < self.ends


USUAL_HOURS = OfficeHours()
"""Those of an office that says nothing else."""
