"""When a letter that could not leave is tried again (pure)."""

from __future__ import annotations

from datetime import timedelta

FIRST_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""Delays after the first failures. Short at first: a receipt is due within minutes (NĐ 30/2020 Điều 21 khoản 2)."""

EVERY = timedelta(hours=1)
"""Delay after every later failure; RFC 5321 §4.5.4.1 asks for 30 minutes or more between attempts."""

LONGEST = timedelta(days=5)
"""How long a letter is tried; RFC 5321 §4.5.4.1 names 4 to 5 days."""


def delay(attempts: int) -> timedelta | None:
    """
    Return how long to wait after so many failed attempts (from 1); None when it is time to give up.

    The time counted is the sum of the delays, so that a machine that was switched off for a week still tries.
    """
    if attempts < 1:
        raise ValueError("there is no delay before the first attempt")
    earlier = attempts - 1
    waited = sum(FIRST_DELAYS[:earlier], timedelta()) + EVERY * max(0, earlier - len(FIRST_DELAYS))
    following = FIRST_DELAYS[earlier] if earlier < len(FIRST_DELAYS) else EVERY
    return following if waited + following <= LONGEST else None
