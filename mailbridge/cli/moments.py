"""Days and times that people write as options."""

from __future__ import annotations

from datetime import date, datetime

import click

from mailbridge.cli.session import Session
from mailbridge.cli.texts import say, visible


def read_moment(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    """Read a time of RFC 3339; a callback of click, which is told what is wrong with it."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    # A time without its offset could be seven hours off: RFC 3339 §4.4 has none.
    if at is None or at.tzinfo is None:
        raise click.BadParameter("write a time with its offset, such as 2026-11-21T08:00:00+07:00")
    return at


def the_day(session: Session, text: str) -> date:
    """Read "31/12/2026" or "2026-12-31"; raises `click.UsageError` in the language of the session."""
    from mailbridge.registry.days import read_day

    day = read_day(text.strip())
    if day is None:
        problem = say(session.lang(), "write a day such as 31/12/2026, not {value}", value=visible(text))
        raise click.UsageError(problem)
    return day


def day_option(context: click.Context, _parameter: click.Parameter, text: str | None) -> date | None:
    """Read the day of an option; a callback of click."""
    return None if text is None else the_day(context.ensure_object(Session), text)
