"""Days as people write them in an answer: "15/8", "15-8-2026", "thứ sáu", "mai", "cuối tuần"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum

from mailbridge.commands.phrases import pattern, words

WorksOn = Callable[[date], bool]
"""Says whether a day is worked on; the calendar of the office, where there is one."""

_NUMBERS = r"(?P<d>\d{1,2})(?P<s>[/.-])(?P<m>\d{1,2})(?:(?P=s)(?P<y>\d{4}|\d{2}))?(?![\d/]|[.-]\d)"
_LONG = rf"(?P<ld>\d{{1,2}})[ ]+{words('tháng')}[ ]+(?P<lm>\d{{1,2}})(?:[ ]+{words('năm')}[ ]+(?P<ly>\d{{4}}))?(?!\d)"
_ISO = r"(?P<iy>\d{4})-(?P<im>\d{1,2})-(?P<id>\d{1,2})(?!\d)"
_WEEKDAYS = (
    ("thứ hai", "thứ 2", "t2", "monday"),
    ("thứ ba", "thứ 3", "t3", "tuesday"),
    ("thứ tư", "thứ 4", "t4", "wednesday"),
    ("thứ năm", "thứ 5", "t5", "thursday"),
    ("thứ sáu", "thứ 6", "t6", "friday"),
    ("thứ bảy", "thứ 7", "t7", "saturday"),
    ("chủ nhật", "cn", "sunday"),
)
_WEEKDAY = "|".join(f"(?P<w{number}>{words('|'.join(names))})" for number, names in enumerate(_WEEKDAYS))
_NEXT = (
    rf"(?P<next>[ ]+{words('tuần sau|tuần tới|next week')})?"
    rf"(?P<this>[ ]+{words('tuần này|này|this week')})?"
)
_NEAR = (
    rf"(?P<today>{words('hôm nay|trong ngày|nay|today')})|"
    rf"(?P<tomorrow>{words('ngày mai|mai|tomorrow')})|(?P<after>{words('ngày kia|mốt|ngày mốt')})|"
    rf"(?P<end>{words('cuối tuần|cuối tuần này|trong tuần|trong tuần này|end of week')})|"
    rf"(?P<endnext>{words('cuối tuần sau|cuối tuần tới')})|(?P<month>{words('cuối tháng|cuối tháng này')})"
)
_WEEKDAY_SAID = rf"(?:{words('sáng|chiều|hết')}[ ]+)?(?:{_WEEKDAY}){_NEXT}"
_ANY = pattern(rf"(?:{words('ngày')}[ ]+)?(?:{_ISO}|{_LONG}|{_NUMBERS})|{_WEEKDAY_SAID}|{_NEAR}")

_HALF_A_YEAR = 183
_FRIDAY = 4


class Wrong(StrEnum):
    """Why what stands for a day is none that can be used."""

    NO_DAY = "no day of the calendar"
    PAST = "lies in the past"
    FUTURE = "lies in the future"


def day_at(text: str, at: int) -> int | None:
    """Return where a day that begins at this place ends; None when none begins there."""
    found = _ANY.match(text, at)
    return found.end() if found else None


def read_deadline(text: str, today: date, works_on: WorksOn | None = None) -> date | Wrong:
    """
    Read a day until which something is to be done; one without a year is the next that comes.

    Args:
        today: The day in Vietnam on which it was written.
        works_on: With it, the end of a week or month is the last day on which the office works.
    """
    found = _ANY.fullmatch(text)
    if found is None:
        return Wrong.NO_DAY
    named = {name: value for name, value in found.groupdict().items() if value is not None}
    day = _written(named, today, ahead=True)
    if day is None:
        day = _near(named, today, works_on)
    if day is None:
        return Wrong.NO_DAY
    return Wrong.PAST if day < today else day


def read_past_day(text: str, today: date) -> date | Wrong:
    """Read the day of a document, which lies behind us; one without a year is the last that was. Words are no day."""
    found = _ANY.fullmatch(text)
    named = {name: value for name, value in found.groupdict().items() if value is not None} if found else {}
    day = _written(named, today, ahead=False)
    if day is None:
        return Wrong.NO_DAY
    return Wrong.FUTURE if day > today else day


def _written(named: dict[str, str], today: date, *, ahead: bool) -> date | None:
    """Read a day in figures."""
    prefix = next((each for each in ("", "l", "i") if f"{each}d" in named), None)
    if prefix is None:
        return None
    day, month, year = int(named[f"{prefix}d"]), int(named[f"{prefix}m"]), named.get(f"{prefix}y")
    if year is not None:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    near = _date(today.year, month, day)
    if near is not None and (near < today if ahead else near > today):
        other = _date(today.year + (1 if ahead else -1), month, day)
        if other is not None and abs((other - today).days) <= _HALF_A_YEAR:
            return other
    return near


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1970 <= year < 9999 else None
    except ValueError:
        return None


def _near(named: dict[str, str], today: date, works_on: WorksOn | None) -> date | None:
    monday = today - timedelta(days=today.weekday())
    weekday = next((number for number in range(7) if f"w{number}" in named), None)
    if weekday is not None:
        return _weekday(weekday, named, today, monday)
    if "today" in named:
        return today
    if "tomorrow" in named:
        return today + timedelta(days=1)
    if "after" in named:
        return today + timedelta(days=2)
    if "end" in named or "endnext" in named:
        friday = monday + timedelta(days=_FRIDAY + (7 if "endnext" in named else 0))
        return _last_worked(friday, today, works_on)
    if "month" in named:
        first_of_next = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return _last_worked(first_of_next - timedelta(days=1), today, works_on or _weekdays_only)
    return None


def _weekday(weekday: int, named: dict[str, str], today: date, monday: date) -> date | None:
    if "next" in named and "this" in named:
        return None
    if "next" in named:
        return monday + timedelta(days=7 + weekday)
    if "this" in named:
        return monday + timedelta(days=weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _last_worked(day: date, today: date, works_on: WorksOn | None) -> date:
    """Go back from a day to one on which the office works, not behind today."""
    while works_on is not None and day > today and not works_on(day):
        day -= timedelta(days=1)
    return day


def _weekdays_only(day: date) -> bool:
    return day.weekday() <= _FRIDAY
