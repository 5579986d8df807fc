"""Notices follow the person on duty (H12); what is planned for others stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mailbridge.decision.duty import on_duty
from mailbridge.decision.policy import Policy
from mailbridge.mail.letter import LetterKind, LetterPlan


def for_those_on_duty(letters: Sequence[LetterPlan], policy: Policy, day: date) -> tuple[LetterPlan, ...]:
    """Give the notices that all clerks would get to those who are on duty on this day, in their place."""
    clerks = {clerk.lower() for clerk in policy.agency.clerks}
    told = on_duty(policy.agency.clerks, policy.roster, day)
    if told == policy.agency.clerks:
        return tuple(letters)
    found: list[LetterPlan] = []
    taken: set[str] = set()
    for letter in letters:
        is_clerks = letter.kind is LetterKind.NOTICE and letter.to.lower() in clerks
        for to in told if is_clerks else (letter.to,):
            if letter.kind is not LetterKind.NOTICE:
                found.append(letter)
            elif to.lower() not in taken:
                taken.add(to.lower())
                found.append(LetterPlan(kind=letter.kind, to=to, suppressed=letter.suppressed))
    return tuple(found)
