"""Days that close by themselves, for books that want it (`close_daily` in books.toml)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from mailbridge.registry.closings import Closing, ClosingRefused, SqlClosings
from mailbridge.registry.closings_content import day_of
from mailbridge.registry.entry import VIETNAM
from mailbridge.registry.happenings import OURSELVES

_LINGER = timedelta(hours=1)
"""After midnight: what was accepted in the last minutes of a day is walked by then."""

_MOST = 31
"""Days that are caught up with after a standstill."""

_DAY = timedelta(days=1)


def close_due_days(engine: Engine, books: Iterable[tuple[str, str]], now: datetime) -> tuple[Closing, ...]:
    """
    Close every day that is over, beginning behind the newest day that was ever closed, or with yesterday.

    A day that was opened again stays open: a person opened it, or a late mail did, and a person closes it.

    Args:
        books: Agency and id of each book.

    Raises:
        Unavailable: The database is gone; the days before are closed.
    """
    closings = SqlClosings(engine, clock=lambda: now)
    last = (now - _LINGER).astimezone(VIETNAM).date() - _DAY
    done = []
    for agency, book in books:
        for day in _due(closings, agency, book, last):
            try:
                done.append(closings.close(agency, book, day_of(day), by=OURSELVES))
            except ClosingRefused:  # somebody was quicker
                continue
    return tuple(done)


def _due(closings: SqlClosings, agency: str, book: str, last: date) -> tuple[date, ...]:
    known = [each.period.day for each in closings.standing(agency=agency, book=book) if each.period.day]
    first = max(known) + _DAY if known else last
    first = max(first, last - (_MOST - 1) * _DAY)
    return tuple(first + number * _DAY for number in range((last - first).days + 1))
