"""Times that people write as options."""

from __future__ import annotations

from datetime import datetime

import click


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
