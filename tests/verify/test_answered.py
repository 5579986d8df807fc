from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.verify.answered import Answered, Said, Standing, settle
from tests.keys.pki import AT
from tests.keys.state import DAY

EXPIRY = AT + 365 * DAY


@st.composite
def sayings(draw: st.DrawFn) -> Said:
    begin = AT + draw(st.integers(-20, 20)) * DAY
    kind = draw(st.sampled_from(Answered))
    since = None if kind is Answered.GOOD else begin - draw(st.integers(0, 20)) * DAY
    end = draw(st.sampled_from([None, begin + 5 * DAY]))
    return Said(answered=kind, begin=begin, end=end, since=since)


def _both_ways(said: list[Said]) -> st.SearchStrategy[tuple[list[Said], list[Said]]]:
    return st.tuples(st.just(said), st.permutations(said))


def good(begin: int, end: int | None = None) -> Said:
    return Said(answered=Answered.GOOD, begin=AT + begin * DAY, end=None if end is None else AT + end * DAY)


def held(begin: int, since: int) -> Said:
    return Said(answered=Answered.HELD, begin=AT + begin * DAY, end=AT + 30 * DAY, since=AT + since * DAY)


def test_nothing_was_said() -> None:
    assert settle([], AT, expiry=EXPIRY) == Standing()


@settings(max_examples=200)
@given(st.lists(sayings(), max_size=5, unique_by=lambda each: each.begin).flatmap(_both_ways))
def test_what_was_said_first_does_not_matter(said: tuple[list[Said], list[Said]]) -> None:
    first, second = (settle(each, AT, expiry=EXPIRY) for each in said)
    assert first == second


@settings(max_examples=200)
@given(st.lists(sayings(), max_size=5))
def test_a_revocation_is_never_talked_away(said: list[Said]) -> None:
    since = AT - 3 * DAY
    revoked = Said(answered=Answered.REVOKED, begin=AT - 2 * DAY, end=AT - DAY, since=since)
    found = settle([*said, revoked], AT, expiry=EXPIRY)
    assert not found.good
    assert found.since is not None
    assert found.since <= since


@settings(max_examples=200)
@given(st.lists(sayings(), max_size=5))
def test_never_good_and_revoked_together(said: list[Said]) -> None:
    found = settle(said, AT, expiry=EXPIRY)
    assert not (found.good and found.since)


def test_later_good_ends_a_hold_and_an_earlier_one_does_not() -> None:
    assert settle([held(-9, -9), good(-2, 3)], AT, expiry=EXPIRY).good
    assert settle([good(-9, 3), held(-2, -3)], AT, expiry=EXPIRY).since == AT - 3 * DAY


def test_said_after_the_expiry_proves_nothing() -> None:
    assert not settle([good(2, 30)], AT, expiry=AT + DAY).good
    assert settle([good(2, 30)], AT, expiry=AT + 2 * DAY).good


def test_momentary_answer() -> None:
    half_an_hour = Said(answered=Answered.GOOD, begin=AT - timedelta(minutes=30), end=None)
    assert settle([half_an_hour], AT, expiry=EXPIRY).good
    assert not settle([half_an_hour], AT + timedelta(seconds=1), expiry=EXPIRY).good
