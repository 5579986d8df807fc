from __future__ import annotations

import pytest

from bench.loads import Load
from bench.verdicts import WALKING, Verdict, judge
from tests.bench.builders_bench import one

FAST = Load(mails="text3k", connections=8, each=20)
PACED = Load(mails="text3k", connections=32, each=20, rate=200.0)


def test_an_aim_that_is_reached_is_met() -> None:
    assert Verdict(aim="delivered/s", value=2.0, limit=2.0, at_least=True).line().endswith("2.00 ×: **met**")
    assert Verdict(aim="CPU", value=0.3, limit=0.3).is_met


@pytest.mark.parametrize(
    ("value", "limit", "at_least", "said"),
    [(1.0, 2.0, True, "50 % below it"), (0.45, 0.3, False, "50 % above it")],
    ids=["too slow", "too dear"],
)
def test_an_aim_that_is_missed_says_by_how_much(value: float, limit: float, at_least: bool, said: str) -> None:
    line = Verdict(aim="x", value=value, limit=limit, at_least=at_least).line()
    assert "**not met**" in line
    assert line.endswith(said)


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    verdict = Verdict(aim="x", value=None, limit=1.0)
    assert verdict.is_met is None
    assert "not measured" in verdict.line()


def test_speed_and_cpu_are_held_against_the_peers_of_the_same_load() -> None:
    found = (one("mailbridge", delivered=300.0, cpu=0.2), one("postfix", delivered=100.0, cpu=2.0))
    by_aim = {verdict.aim: verdict for verdict in judge({FAST: found})}
    assert by_aim["text3k, 8 connections: delivered/s against postfix"].value == 3.0
    assert by_aim["text3k, 8 connections: CPU a mail against postfix"].value == 0.1
    assert by_aim["text3k, 8 connections: CPU a mail against amavisd"].value is None


def test_the_delay_counts_only_at_a_given_rate_idle_and_beside_the_walk() -> None:
    found = (one("mailbridge", p99=11.0), one(WALKING, p99=30.0), one("postfix", p99=10.0))
    aims = {verdict.aim: verdict.is_met for verdict in judge({PACED: found}) if "p99" in verdict.aim}
    assert aims == {
        "text3k, 32 connections, 200 mails/s: p99 of the answer to the dot against postfix": True,
        "text3k, 32 connections, 200 mails/s, with a backlog being walked: "
        "p99 of the answer to the dot against postfix": False,
    }
    assert not [verdict for verdict in judge({FAST: found}) if "p99" in verdict.aim]


def test_one_lost_mail_is_too_many_but_only_ours_count() -> None:
    lost = judge({FAST: (one("mailbridge", lost=1), one("postfix", lost=5))})[-1]
    assert (lost.value, lost.is_met) == (1.0, False)
    assert judge({FAST: (one("mailbridge"), one("postfix", lost=5))})[-1].is_met
