"""Which period a report is drawn up for, as options."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.moments import the_day
from mailbridge.cli.session import Session
from mailbridge.cli.texts import say

if TYPE_CHECKING:
    from mailbridge.registry.figures_periods import Period

_MONTH = re.compile(r"(?:([0-9]{1,2})/)?([12][0-9]{3})|([12][0-9]{3})-([0-9]{2})", re.ASCII)
_NUMBERED = re.compile(r"([0-9])/([12][0-9]{3})", re.ASCII)


def period_options(function: Any) -> Any:
    """Add the options that name a period, an agency and a file."""
    for option in reversed(
        (
            click.option("--from", "first", metavar="DAY", help="First day."),
            click.option("--to", "last", metavar="DAY", help="Last day; today without it."),
            click.option("--month", metavar="MONTH", help="A month, 11/2026; the present one without any period."),
            click.option("--quarter", metavar="QUARTER", help="A quarter, 4/2026."),
            click.option("--half", metavar="HALF", help="A half-year, 2/2026."),
            click.option("--year", type=click.IntRange(1970, 9998), help="A year."),
            click.option("--window-15", is_flag=True, help="From the 15th to the 14th (NĐ 09/2019/NĐ-CP, Điều 12)."),
            click.option("--agency", metavar="ID", help="Only this agency."),
            click.option(
                "--output",
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help="Write it into a file: .xlsx, .pdf, .docx or .csv.",
            ),
            click.option("--force", is_flag=True, help="Write over a file that is there."),
        )
    ):
        function = option(function)
    return function


def period_of(
    session: Session,
    *,
    first: str | None,
    last: str | None,
    month: str | None,
    quarter: str | None,
    half: str | None,
    year: int | None,
    window_15: bool,
) -> Period:
    """Read which period is meant; raises `UsageError` when it is none, or more than one."""
    from mailbridge.registry import figures_periods as periods
    from mailbridge.registry.entry import local_day

    if sum(each is not None for each in (first or last, month, quarter, half, year)) > 1:
        raise click.UsageError(say(session.lang(), "name one period"))
    today = local_day(datetime.now(UTC))
    if first or last:
        if window_15:
            raise click.UsageError(
                say(session.lang(), "--window-15 goes with a month, a quarter, a half-year or a year")
            )
        return _days(session, first, last, today)
    if quarter:
        return periods.quarter_of(*_numbered(session, quarter, 4), by_decree=window_15)
    if half:
        return periods.half_of(*_numbered(session, half, 2), by_decree=window_15)
    if year:
        return periods.year_of(year, by_decree=window_15)
    return periods.month_of(*_month(session, month, today), by_decree=window_15)


def _days(session: Session, first: str | None, last: str | None, today: date) -> Period:
    from mailbridge.registry.figures_periods import days_between

    until = the_day(session, last) if last else today
    since = the_day(session, first) if first else until
    if until < since:
        raise click.BadParameter("the last day must come after the first", param_hint="--to")
    return days_between(since, until)


def _month(session: Session, text: str | None, today: date) -> tuple[int, int]:
    if text is None:
        return today.year, today.month
    found = _MONTH.fullmatch(text.strip())
    year, month = (found[2] or found[3], found[1] or found[4]) if found else ("", "")
    if not month or not 1 <= int(month) <= 12:
        raise click.UsageError(say(session.lang(), "write a month such as 11/2026, not {value}", value=text))
    return int(year), int(month)


def _numbered(session: Session, text: str, most: int) -> tuple[int, int]:
    found = _NUMBERED.fullmatch(text.strip())
    if not found or not 1 <= int(found[1]) <= most:
        example = f"{most}/2026"
        raise click.UsageError(
            say(session.lang(), "write a period such as {example}, not {value}", example=example, value=text)
        )
    return int(found[2]), int(found[1])
