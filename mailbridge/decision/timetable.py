"""When the program tells by itself what is new, what is due, and what nobody touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from mailbridge.decision.workdays import USUAL_HOURS, OfficeHours


@dataclass(frozen=True, kw_only=True, slots=True)
class Timetable:
    """
    When what is told.

    Attributes:
        digests: Times of day, in Vietnam, in order; () for none.
        before, after: Working days before and behind a deadline on which its unit is reminded; so it is on the day.
        escalate: Minutes after which an urgent document that nobody touched is told of: to the clerks first, then to
            the heads; () never.
    """

    hours: OfficeHours = USUAL_HOURS
    digests: tuple[time, ...] = ()
    before: tuple[int, ...] = (3, 1)
    after: tuple[int, ...] = (1, 5)
    escalate: tuple[int, ...] = (15, 60)


USUAL_TIMES = Timetable()
"""No digests; reminders and escalation as most offices want them."""
