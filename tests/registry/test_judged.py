"""What a verdict is, and when one is asked for again."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate

from mailbridge.registry.judged import Cause, next_try, verdict_at_reception
from tests.registry.builders_registry import NOON, case, private_case


def test_the_first_verdict_is_what_the_case_holds() -> None:
    kept = case(judgement='{"authentication": 1}', evidence='{"at": 1}')
    first = verdict_at_reception(kept)
    assert first is not None
    assert (first.sequence, first.cause, first.for_moment) == (1, Cause.RECEPTION, kept.accepted_at)
    assert (first.judgement, first.evidence) == (kept.judgement, kept.evidence)


def test_mail_of_which_nothing_is_kept_has_none() -> None:
    assert verdict_at_reception(private_case()) is None


def test_it_is_asked_for_again_after_minutes_hours_and_a_day() -> None:
    pauses = [next_try(tries, NOON) for tries in range(6)]
    minutes = [(at - NOON) // timedelta(minutes=1) for at in pauses if at]
    assert minutes == [1, 5, 15, 60, 240, 1440]
    assert list(accumulate(minutes))[-1] < 30 * 60
    assert next_try(6, NOON) is None
