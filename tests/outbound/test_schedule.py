from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.outbound.schedule import LONGEST, delay


def test_the_first_delays_are_short_then_hourly() -> None:
    first = [delay(attempts) for attempts in range(1, 9)]
    assert first == [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 60, 60)]


def test_it_gives_up_after_five_days_and_not_before() -> None:
    waited, attempts = timedelta(), 0
    while (following := delay(attempts + 1)) is not None:
        waited += following
        attempts += 1
    assert LONGEST - timedelta(hours=1) < waited <= LONGEST


@settings(max_examples=50)
@given(st.integers(min_value=1, max_value=1000))
def test_once_given_up_it_stays_given_up(attempts: int) -> None:
    assert delay(attempts) is not None or delay(attempts + 1) is None


def test_there_is_no_delay_before_the_first_attempt() -> None:
    with pytest.raises(ValueError, match="first attempt"):
        delay(0)
