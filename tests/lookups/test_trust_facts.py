"""What people are told of trust material, and when."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mailbridge.lookups.trust import Held, Kind
from mailbridge.lookups.trust_facts import (
    Facts,
    Standing,
    alarms,
    facts_of,
    file_name,
    grouped,
    newest_lists,
    standing_of,
)
from tests.lookups.builders_trust import DAY, HOUR, NOW, authority, make_answer, make_list, make_party, person

DAYS = (90, 30, 7)
CA = authority()


def facts(kind: Kind, der: bytes, *, fetched: bool = False) -> Facts:
    return facts_of(Held(kind=kind, der=der, file=Path("a"), fetched=fetched))


def a_list(days: float, *, fetched: bool = False) -> Facts:
    return facts(Kind.LIST, make_list(CA, this_update=NOW, days=days), fetched=fetched)


def test_a_certificate() -> None:
    found = facts(Kind.ANCHOR, CA.der)
    assert (found.name, found.subject) == ("RootCA thử nghiệm", found.issuer)
    assert (found.is_authority, found.is_self_signed) == (True, True)
    assert found.sha256 == hashlib.sha256(CA.der).hexdigest()
    assert facts(Kind.INTERMEDIATE, person().der).is_authority is False


def test_a_list_and_an_answer() -> None:
    assert (a_list(7).name, a_list(7).ends) == ("RootCA thử nghiệm", NOW + 7 * DAY)
    answer = facts(Kind.ANSWER, make_answer(person(), CA))
    assert (answer.serial, answer.ends) == (f"{person().serial:x}", NOW + DAY)


def test_names_of_files_are_readable_everywhere() -> None:
    party = make_party("RootCA chuyên dùng Chính phủ G2 / Đặc biệt")
    found = facts(Kind.ANCHOR, party.der)
    assert file_name(found) == f"rootca-chuyen-dung-chinh-phu-g2-dac-biet-{found.sha256[:8]}"
    odd = facts(Kind.ANCHOR, make_party("../../..").der)
    assert file_name(odd) == f"anchor-{odd.sha256[:8]}"
    assert grouped("f04ba4b459") == "F04B A4B4 59"


@pytest.mark.parametrize(
    ("left", "standing", "within"),
    [
        (91 * DAY, Standing.GOOD, None),
        (90 * DAY, Standing.ENDING, 90),
        (31 * DAY, Standing.ENDING, 90),
        (30 * DAY, Standing.ENDING, 30),
        (7 * DAY, Standing.ENDING, 7),
        (HOUR, Standing.ENDING, 7),
        (-HOUR, Standing.OVER, None),
    ],
)
def test_an_anchor_is_told_of_90_30_and_7_days_before_its_end(
    left: object, standing: Standing, within: int | None
) -> None:
    found = facts(Kind.ANCHOR, CA.der)
    assert found.ends is not None
    assert standing_of(found, found.ends - left, DAYS) == (standing, within)  # type: ignore[operator]  # a timedelta


def test_what_does_not_hold_yet() -> None:
    assert standing_of(facts(Kind.ANCHOR, CA.der), NOW - 3650 * DAY, DAYS) == (Standing.EARLY, None)


@pytest.mark.parametrize(
    ("days", "spans"),
    [(365, [90, 30, 7]), (180, [90, 30, 7]), (90, [30, 7]), (30, [7]), (9, [3]), (1, [1])],
)
def test_a_list_is_told_of_by_spans_that_say_something(days: int, spans: list[int]) -> None:
    found = a_list(days)
    told = [standing_of(found, NOW + hour * HOUR, DAYS)[1] for hour in range(1, 24 * days)]
    assert list(dict.fromkeys(each for each in told if each)) == spans


def test_what_is_fetched_is_told_of_when_it_is_over() -> None:
    found = a_list(180, fetched=True)
    assert standing_of(found, NOW + 179 * DAY, DAYS) == (Standing.GOOD, None)
    assert standing_of(found, NOW + 181 * DAY, DAYS) == (Standing.OVER, None)


def test_an_old_list_is_no_alarm_where_a_new_one_is() -> None:
    old, new = a_list(1), facts(Kind.LIST, make_list(CA, this_update=NOW + 2 * DAY, days=7))
    other = facts(Kind.LIST, make_list(make_party("Khác"), this_update=NOW, days=1))
    kept = list(newest_lists([old, other, new]))
    assert kept == [other, new]
    assert [alarm.facts for alarm in alarms(kept, NOW + 3 * DAY, DAYS)] == [other]


def test_answers_are_no_alarm() -> None:
    answer = facts(Kind.ANSWER, make_answer(person(), CA))
    assert list(alarms([answer], NOW + 30 * DAY, DAYS)) == []
