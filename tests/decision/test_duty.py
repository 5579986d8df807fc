"""Notices go to who is there."""

from __future__ import annotations

from datetime import date

import pytest

from mailbridge.decision.duty import Presence, Shift, on_duty

LAN, HOA, NAM = "lan@sonv.vn", "hoa@sonv.vn", "nam@sonv.vn"
DAY = date(2026, 11, 24)


def leave(person: str, stand_in: str = "") -> Shift:
    return Shift(person=person, first=DAY, last=DAY, presence=Presence.LEAVE, stand_in=stand_in)


def duty(person: str) -> Shift:
    return Shift(person=person, first=DAY, last=DAY, presence=Presence.DUTY)


@pytest.mark.parametrize(
    ("roster", "told"),
    [
        ([], (LAN, HOA)),
        ([leave(LAN)], (HOA,)),
        ([leave(LAN, NAM)], (NAM, HOA)),
        ([leave(LAN, HOA)], (HOA,)),
        ([leave(LAN), leave(HOA)], (LAN, HOA)),
        ([leave(LAN, HOA), leave(HOA, NAM)], (NAM,)),
        ([leave(LAN, HOA), leave(HOA, LAN)], (LAN, HOA)),
        ([duty(HOA)], (HOA,)),
        ([duty(HOA), leave(HOA, NAM)], (NAM,)),
        ([duty("stranger@x.vn")], (LAN, HOA)),
    ],
    ids=[
        "all",
        "leave",
        "stand-in",
        "the other stands in",
        "nobody left",
        "chain",
        "ring",
        "duty",
        "duty-ill",
        "stranger",
    ],
)
def test_who_is_told(roster: list[Shift], told: tuple[str, ...]) -> None:
    assert on_duty((LAN, HOA), roster, DAY) == told


def test_other_days_are_as_always() -> None:
    assert on_duty((LAN, HOA), [leave(LAN), duty(HOA)], date(2026, 11, 25)) == (LAN, HOA)


def test_case_of_addresses_does_not_matter() -> None:
    assert on_duty(("Lan@Sonv.vn", HOA), [leave(LAN)], DAY) == (HOA,)
