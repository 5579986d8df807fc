"""When the program tells by itself: `[hours]`, `[digest]`, `[reminders]` and `[urgent]` of `mailbridge.toml`."""

from __future__ import annotations

import re
from datetime import time

from mailbridge.decision.timetable import Timetable
from mailbridge.decision.workdays import EVERY_WEEK, OfficeHours
from mailbridge.settings.desk import Desk
from mailbridge.settings.lines import KeyPath
from mailbridge.settings.written import MainFile

_TIME = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)", re.ASCII)
_REMEDY = 'write a time of day such as "07:30"'


def read_timetable(written: MainFile, desk: Desk) -> Timetable:
    """Check the times; what is wrong goes into the report of `desk`. The calendar comes from its own files."""
    begins = _time(("hours", "from"), written.hours.from_, desk)
    ends = _time(("hours", "to"), written.hours.to, desk)
    if begins and ends and ends <= begins:
        desk.wrong(("hours", "to"), "lies before the beginning", "let the office close after it opened")
    digests = [_time(("digest", "at", place), text, desk) for place, text in enumerate(written.digest.at)]
    if list(written.urgent.escalate) != sorted(set(written.urgent.escalate)):
        desk.wrong(("urgent", "escalate"), "does not ascend", "write minutes in order, such as [15, 60]")
    return Timetable(
        hours=OfficeHours(begins=begins or time(), ends=ends or time.max, calendar=EVERY_WEEK),
        digests=tuple(sorted({each for each in digests if each is not None})),
        before=written.reminders.before,
        after=written.reminders.after,
        escalate=written.urgent.escalate,
    )


def _time(path: KeyPath, text: str, desk: Desk) -> time | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        desk.wrong(path, f'is no time: "{text}"', _REMEDY)
        return None
    return time(int(found[1]), int(found[2]))
