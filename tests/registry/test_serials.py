"""Missing serial numbers are found, however the others come."""

from __future__ import annotations

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailbridge.registry.serials import Gap, Tally, WriterSerials
from tests.registry.builders_registry import NOON

LATER = NOON + timedelta(hours=1)


def missing(tally: Tally) -> set[int]:
    return {serial for gap in tally.gaps(LATER) for serial in range(gap.first, gap.last + 1)}


@given(serials=st.lists(st.integers(1, 60)))
def test_what_is_missing_is_what_was_not_noted(serials: list[int]) -> None:
    tally = Tally()
    for serial in serials:
        tally.note("w", serial, NOON)
    assert missing(tally) == set(range(1, max(serials, default=0) + 1)) - set(serials)


@given(serials=st.lists(st.integers(1, 40), min_size=1, unique=True), kept=st.integers(0, 40))
def test_a_tally_goes_on_from_what_the_ledger_has(serials: list[int], kept: int) -> None:
    whole, first = Tally(), Tally()
    known = WriterSerials(writer="w")
    for serial in serials[:kept]:
        known = known.with_serial(serial, NOON)
    again = Tally([known])
    for tally, noted in ((whole, serials), (first, serials[:kept]), (again, serials[kept:])):
        for serial in noted:
            tally.note("w", serial, NOON)
    assert again.gaps(LATER) == whole.gaps(LATER)


@given(order=st.permutations(range(1, 9)))
def test_gaps_are_whole_and_in_order(order: list[int]) -> None:
    tally = Tally()
    for serial in order[:5]:
        tally.note("w", serial, NOON)
    gaps = tally.gaps(LATER)
    assert all(one.last + 1 < other.first for one, other in itertools.pairwise(gaps))


def test_a_gap_is_as_old_as_the_mail_behind_it() -> None:
    tally = Tally()
    tally.note("w", 3, NOON)
    assert tally.gaps(NOON) == ()
    assert tally.gaps(NOON + timedelta(microseconds=1)) == (Gap(writer="w", first=1, last=2, since=NOON),)


def test_writers_do_not_fill_the_gaps_of_each_other() -> None:
    tally = Tally()
    tally.note("b", 2, NOON)
    tally.note("a", 1, NOON)
    assert [(gap.writer, gap.first, gap.size) for gap in tally.gaps(LATER)] == [("b", 1, 1)]
