"""When the account of a day balances."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailbridge.registry.equation import DoorAccount, Equation, InSpool, sort_undecided
from mailbridge.registry.serials import Gap
from tests.registry.builders_registry import NOON

DAY = date(2026, 11, 20)
BALANCED = Equation(
    first=DAY,
    last=DAY,
    doors=(DoorAccount(door="hop", delivered=5, refused=2, held=1), DoorAccount(door="journal", delivered=1)),
    serials=9,
    decided=3,
    waiting=1,
    aside=1,
    young=1,
)


def test_a_day_without_mail_balances() -> None:
    assert Equation(first=DAY, last=DAY).holds


def test_all_mails_with_one_outcome_balance() -> None:
    assert BALANCED.holds
    assert (BALANCED.accepted, BALANCED.delivered, BALANCED.refused, BALANCED.held) == (9, 6, 2, 1)


def test_mail_that_is_under_way_is_no_loss() -> None:
    assert replace(BALANCED, under_way=3).holds


@pytest.mark.parametrize(
    "changes",
    [
        {"gaps": (Gap(writer="w", first=4, last=5, since=NOON),)},
        {"doubled": ("mail-1",)},
        {"serials": 8},
        {"unexplained": ("mail-1",), "decided": 2},
        {"decided": 2},
    ],
)
def test_whatever_is_missing_or_twice_breaks_the_balance(changes: dict[str, object]) -> None:
    assert not replace(BALANCED, **changes).holds  # type: ignore[arg-type]  # the table above knows


def test_missing_serials_were_accepted() -> None:
    broken = replace(BALANCED, gaps=(Gap(writer="w", first=4, last=5, since=NOON),))
    assert (broken.accepted, broken.missing) == (11, 2)


def test_mails_without_a_case_are_looked_for_in_the_spool() -> None:
    undecided = [(name, NOON) for name in ("waits", "aside", "lost")] + [("young", NOON + timedelta(minutes=1))]
    found = sort_undecided(undecided, InSpool(waiting=["waits", "other"], aside=["aside"]), NOON + timedelta(seconds=1))
    assert (found.waiting, found.aside, found.young, found.unexplained) == (1, 1, 1, ("lost",))
