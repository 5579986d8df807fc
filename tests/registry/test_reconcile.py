"""The account of a day on both databases: it balances when nothing is lost, and names what is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.mail.envelope import Door
from mailbridge.registry.equation import Equation, InSpool
from mailbridge.registry.serials import Gap
from tests.registry.builders_registry import NOON, case, delivery
from tests.registry.conftest import BOTH, Database, fresh_database

TODAY = date(2026, 11, 20)
NOW = NOON + timedelta(hours=2)
EMPTY = InSpool()


def equation(database: Database, first: date = TODAY, last: date | None = None, spool: InSpool = EMPTY) -> Equation:
    return database.books.equation(first, last, now=NOW, spool=spool)


def decide(database: Database, *mail_ids: str, **changes: object) -> None:
    with database.registry.transaction() as current:
        for mail_id in mail_ids:
            current.record(case(mail_id, **changes), [])


def test_a_day_with_one_outcome_a_mail_balances(database: Database) -> None:
    database.registry.note_deliveries(
        [
            delivery(1),
            delivery(2, fate=Fate.REFUSED),
            delivery(3, fate=Fate.HELD, reply=None),
            delivery(1, writer="journal-1", mail_id="j-1", door=Door.JOURNAL),
        ]
    )
    decide(database, "mail-1", "j-1", "mail-3")
    decide(database, "mail-1", agency="sotc")
    found = equation(database)
    assert [(each.door, each.delivered, each.refused, each.held) for each in found.doors] == [
        ("hop", 1, 1, 1),
        ("journal", 1, 0, 0),
    ]
    assert (found.accepted, found.decided, found.held_decided, found.holds) == (4, 2, 1, True)


def test_a_missing_serial_is_an_old_gap_or_under_way(database: Database) -> None:
    just_now = NOW - timedelta(minutes=5)
    database.registry.note_deliveries([delivery(3), delivery(6, ended_at=just_now)])
    decide(database, "mail-3", "mail-6")
    found = equation(database)
    assert found.gaps == (Gap(writer="hop-0", first=1, last=2, since=NOON),)
    assert (found.accepted, found.missing, found.under_way, found.holds) == (4, 2, 2, False)


def test_a_gap_is_told_on_the_day_of_the_mail_behind_it_only(database: Database) -> None:
    database.registry.note_deliveries(
        [delivery(1, ended_at=NOON - timedelta(days=1)), delivery(3), delivery(4, ended_at=NOON + timedelta(days=1))]
    )
    days = [equation(database, TODAY + timedelta(days=n)).missing for n in (-1, 0, 1)]
    assert days == [0, 1, 0]
    assert equation(database, TODAY - timedelta(days=1), TODAY + timedelta(days=1)).missing == 1


def test_a_mail_that_comes_late_closes_the_gap(database: Database) -> None:
    database.registry.note_deliveries([delivery(1), delivery(3)])
    decide(database, "mail-1", "mail-2", "mail-3")
    assert not equation(database).holds
    database.registry.note_deliveries([delivery(2)])
    assert equation(database).holds


def test_delivered_mail_that_is_nowhere_is_named(database: Database) -> None:
    young = NOW - timedelta(minutes=1)
    fates = [delivery(n) for n in (1, 2, 3, 4)] + [delivery(5, ended_at=young)]
    database.registry.note_deliveries(fates)
    decide(database, "mail-1")
    found = equation(database, spool=InSpool(waiting=("mail-2",), aside=("mail-3",)))
    assert (found.decided, found.waiting, found.aside, found.young) == (1, 1, 1, 1)
    assert (found.unexplained, found.holds) == (("mail-4",), False)


@pytest.mark.parametrize(
    "twin", [delivery(1, mail_id="of another spool"), delivery(2, mail_id="mail-1")], ids=["serial", "mail"]
)
def test_an_outcome_that_stands_there_twice_is_named(database: Database, twin: Delivery) -> None:
    database.registry.note_deliveries([delivery(1), twin])
    decide(database, "mail-1", "of another spool")
    found = equation(database)
    assert "mail-1" in found.doubled
    assert not found.holds


def test_a_case_of_shadow_mode_explains_a_mail(database: Database) -> None:
    database.registry.note_deliveries([delivery(1)])
    decide(database, "mail-1", shadow=True, action="register")
    assert equation(database).holds


def test_queue_ids_are_found(database: Database) -> None:
    database.registry.note_deliveries([delivery(n) for n in range(1, 1201)])
    asked = [f"4bXYZ{n:05d}" for n in range(600, 1800)]
    assert len(database.books.delivered(asked)) == 601
    listed = list(database.books.deliveries(NOON, NOON))
    assert [each.queue_id for each in listed[:2]] == ["4bXYZ00001", "4bXYZ00002"]
    assert list(database.books.deliveries(NOON + timedelta(seconds=1), NOW)) == []


# -- laws -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=BOTH)
def shared(request: pytest.FixtureRequest) -> Iterator[Database]:
    """One database for all examples; each lives in a year of its own."""
    with fresh_database(request, request.param) as database:
        yield database


_examples = itertools.count(1)
FATES = st.lists(st.tuples(st.sampled_from(list(Fate)), st.booleans(), st.booleans()), max_size=12)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(fates=FATES, shuffle=st.randoms(use_true_random=False), batch=st.integers(1, 5))
def test_the_account_names_exactly_what_was_lost(
    shared: Database, fates: list[tuple[Fate, bool, bool]], shuffle: object, batch: int
) -> None:
    """Whatever the order and however often it is told; `lost` fates are never told, `walked` mails have a case."""
    example = next(_examples)
    day = TODAY + timedelta(days=example)
    at = NOON + timedelta(days=example)
    writer = f"w{example}"
    mails = [
        (delivery(n, writer=writer, mail_id=f"{writer}-{n}", fate=fate, ended_at=at), walked)
        for n, (fate, lost, walked) in enumerate(fates, 1)
        if not lost
    ]
    told = [each for each, _ in mails] * 2
    shuffle.shuffle(told)  # type: ignore[attr-defined]  # a random.Random
    for start in range(0, len(told), batch):
        shared.registry.note_deliveries(told[start : start + batch])
    decide(shared, *(each.mail_id for each, walked in mails if walked))

    found = shared.books.equation(day, now=at + timedelta(hours=2), spool=EMPTY)
    serials = {each.serial for each, _ in mails}
    missing = set(range(1, max(serials, default=0) + 1)) - serials
    nowhere = {each.mail_id for each, walked in mails if each.fate is Fate.DELIVERED and not walked}
    assert {n for gap in found.gaps for n in range(gap.first, gap.last + 1)} == missing
    assert set(found.unexplained) == nowhere
    assert found.accepted == len(mails) + len(missing)
    assert found.delivered + found.refused + found.held == len(mails)
    assert found.holds == (not missing and not nowhere)
