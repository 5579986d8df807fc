"""
`calendar/*.csv`: days that are free, and Saturdays and Sundays that are worked.

A file has the columns `day` ("16/02/2026", "2026-02-16", or "30/04" for every year), `kind` (nghỉ or làm bù, free or
worked) and `name`. "14/02/2026-22/02/2026" is all days of a span.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from mailbridge.classifier.folding import fold
from mailbridge.decision.workdays import WorkCalendar
from mailbridge.settings.csv_lines import csv_lines
from mailbridge.settings.problem import Place, Report

_NEEDED = ("day",)
_COLUMNS: Mapping[str, str] = {
    "day": "day",
    "ngay": "day",
    "kind": "kind",
    "loai": "kind",
    "name": "name",
    "ten": "name",
    "ghi chu": "name",
}
_KINDS: Mapping[str, bool] = {
    "": False,
    "nghi": False,
    "nghi le": False,
    "free": False,
    "lam bu": True,
    "lam viec": True,
    "worked": True,
}
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEARLY = re.compile(r"(\d{1,2})/(\d{1,2})", re.ASCII)
_SPAN = re.compile(r"\s*[-–]\s*(?=\d{1,2}/)|\s+(?:to|đến)\s+")
_LONGEST_SPAN = 31
_LEAP = 2024


@dataclass(slots=True)
class _Days:
    free: set[date] = field(default_factory=set)
    yearly: set[tuple[int, int]] = field(default_factory=set)
    worked: set[date] = field(default_factory=set)


def read_calendar(folder: Path, report: Report) -> WorkCalendar:
    """Read all files of the folder; a folder that is not there leaves Monday to Friday. Slips go into `report`."""
    days = _Days()
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        for place, cells in csv_lines(path, _COLUMNS, _NEEDED, "day,kind,name", report):
            _take(cells, place, days, report)
    for day in sorted(days.free & days.worked):
        remedy = "leave it in one of the two kinds"
        report.add(Place(file=str(folder)), f"{day:%d/%m/%Y} is both free and worked", remedy)
    return WorkCalendar(free=frozenset(days.free), yearly=frozenset(days.yearly), worked=frozenset(days.worked))


def _take(cells: Mapping[str, str], place: Place, days: _Days, report: Report) -> None:
    written = cells.get("day", "")
    is_worked = _KINDS.get(fold(cells.get("kind", "")))
    if is_worked is None:
        report.add(place, f'"{cells["kind"]}" is no kind of day', "write nghỉ or làm bù (free or worked)")
        return
    yearly = _yearly(written)
    if yearly is not None and not is_worked:
        days.yearly.add(yearly)
        return
    span = _span(written)
    if span is None:
        remedy = "write such as 16/02/2026, 14/02/2026-22/02/2026, or 30/04 for a free day of every year"
        report.add(place, f'"{written}" is no day', remedy)
        return
    (days.worked if is_worked else days.free).update(span)


def _yearly(text: str) -> tuple[int, int] | None:
    found = _YEARLY.fullmatch(text)
    if found is None:
        return None
    month, day = int(found[2]), int(found[1])
    return (month, day) if _made(_LEAP, month, day) else None


def _span(text: str) -> tuple[date, ...] | None:
    ends = [_read(each) for each in _SPAN.split(text)]
    if len(ends) > 2 or None in ends:
        return None
    first, last = ends[0], ends[-1]
    if first is None or last is None or not 0 <= (last - first).days <= _LONGEST_SPAN:
        return None
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _read(text: str) -> date | None:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    if found[4]:
        return _made(int(found[4]), int(found[5]), int(found[6]))
    return _made(int(found[3]), int(found[2]), int(found[1]))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
