"""Who gets the notices on a day: those on duty, and for people on leave those who stand in for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Presence(StrEnum):
    """What a line of the roster says."""

    DUTY = "duty"  # trực: on these days the notices are this person's
    LEAVE = "leave"  # nghỉ


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """Days of one person, both counted; addresses in small letters. `stand_in` is "" when nobody is named."""

    person: str
    first: date
    last: date
    presence: Presence
    stand_in: str = ""

    def covers(self, day: date) -> bool:
        """Say whether the line speaks of this day."""
        return self.first <= day <= self.last


def on_duty(clerks: Sequence[str], roster: Sequence[Shift], day: date) -> tuple[str, ...]:
    """
    Return who is told on this day: those on duty; without any, all clerks who are there and those who stand in.

    A roster that leaves nobody leaves all: somebody must be told. Who may *act* is not changed by it.
    """
    today = [shift for shift in roster if shift.covers(day)]
    away = {shift.person: shift.stand_in for shift in today if shift.presence is Presence.LEAVE}
    ours = {clerk.lower() for clerk in clerks} | {stand_in for stand_in in away.values() if stand_in}
    serving = [shift.person for shift in today if shift.presence is Presence.DUTY and shift.person in ours]
    told = [_there(person, away) for person in (serving or clerks)]
    found = tuple(dict.fromkeys(person for person in told if person))
    return found or tuple(clerks)


def _there(person: str, away: dict[str, str]) -> str:
    """Follow who stands in for whom; "" when it leads nowhere, or round in a ring."""
    seen: set[str] = set()
    while person.lower() in away:
        if person.lower() in seen:
            return ""
        seen.add(person.lower())
        person = away[person.lower()]
    return person
