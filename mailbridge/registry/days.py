"""Days as people write them. CORE: no database here."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


def read_day(text: str) -> date | None:
    """Read "31/12/2026" or "2026-12-31"; None when it is no day on which mail could have come."""
    try:
        if parts := _DAY.fullmatch(text):
            day = date(int(parts[3]), int(parts[2]), int(parts[1]))
        else:
            day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year < 9999 else None
