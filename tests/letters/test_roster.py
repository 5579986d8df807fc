"""Who gets the notices of a day on which a clerk is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailbridge.decision.duty import Presence, Shift
from mailbridge.letters.roster import for_those_on_duty
from mailbridge.mail.letter import LetterKind, LetterPlan
from mailbridge.settings import default_policy

DAY = date(2026, 11, 24)
POLICY = default_policy("vi")
POLICY = replace(POLICY, agency=replace(POLICY.agency, clerks=("Lan@sonv.vn", "hoa@sonv.vn")))
LETTERS = (
    LetterPlan(kind=LetterKind.ACCEPTED, to="lan@sonv.vn"),
    LetterPlan(kind=LetterKind.NOTICE, to="Lan@sonv.vn"),
    LetterPlan(kind=LetterKind.NOTICE, to="hoa@sonv.vn"),
    LetterPlan(kind=LetterKind.NOTICE, to="truongphong@sonv.vn"),
)


def away(stand_in: str = "") -> Shift:
    return Shift(person="lan@sonv.vn", first=DAY, last=DAY, presence=Presence.LEAVE, stand_in=stand_in)


def told(*roster: Shift) -> list[tuple[str, str]]:
    policy = replace(POLICY, roster=roster)
    return [(each.kind.value, each.to) for each in for_those_on_duty(LETTERS, policy, DAY)]


def test_without_a_roster_nothing_changes() -> None:
    assert for_those_on_duty(LETTERS, POLICY, DAY) == LETTERS


def test_who_is_away_is_not_told_and_the_answer_to_the_sender_stays() -> None:
    expected = [("accepted", "lan@sonv.vn"), ("notice", "hoa@sonv.vn"), ("notice", "truongphong@sonv.vn")]
    assert told(away()) == expected


def test_who_stands_in_is_told_once() -> None:
    assert told(away("nam@sonv.vn"))[1:] == [
        ("notice", "nam@sonv.vn"),
        ("notice", "hoa@sonv.vn"),
        ("notice", "truongphong@sonv.vn"),
    ]
    assert told(away("truongphong@sonv.vn"))[1:] == [
        ("notice", "truongphong@sonv.vn"),
        ("notice", "hoa@sonv.vn"),
    ]
