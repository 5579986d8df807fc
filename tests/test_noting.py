"""The loop from the spool's fates to the ledger: nothing twice, nothing missing, and a voice when something is."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.mail.ident import uuid7
from mailbridge.noting import Noting
from mailbridge.registry.acceptance import newest_acceptance
from mailbridge.registry.equation import InSpool
from mailbridge.registry.store import SqlRegistry
from tests.live.postgres import postgres
from tests.registry.builders_registry import NOON, case, delivery
from tests.registry.conftest import (
    BOTH,
    Database,
    database,
    fresh_database,
    migrated_file,
    migrated_template,
    new_sqlite,
)
from tests.registry.fakes_spool import TellingSpool

# pytest finds fixtures by their names in this module
__all__ = ["database", "migrated_file", "migrated_template", "new_sqlite", "postgres"]

NOW = NOON + timedelta(hours=2)


class AwayLedger(SqlRegistry):
    """The real ledger; while `away` nothing is written."""

    away = True

    def note_deliveries(self, deliveries: object) -> int:
        if self.away:
            raise Unavailable("database", "away")
        return super().note_deliveries(deliveries)  # type: ignore[arg-type]  # passed on


def noting(spool: TellingSpool, ledger: SqlRegistry, **changes: float) -> Noting:
    quick: dict[str, float] = {"linger": 0.02, "pause": 0.05, "poll": 0.05, "look": 0.02} | changes
    return Noting(spool=spool, ledger=ledger, set_aside=lambda: spool.aside, clock=lambda: NOW, **quick)  # type: ignore[arg-type]  # numbers


async def run_until_told(loop: Noting, spool: TellingSpool) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(stop))
    async with asyncio.timeout(60):
        while spool.told:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
    stop.set()
    loop.wake()
    await asyncio.wait_for(task, 10)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def test_many_fates_are_noted_in_few_transactions(database: Database) -> None:
    spool = TellingSpool()
    spool.told = [delivery(n) for n in range(1, 1201)]
    await run_until_told(noting(spool, database.registry), spool)
    assert spool.asked[:3] == [500, 500, 200]
    assert [(each.writer, each.highest, each.gaps) for each in database.registry.serials()] == [("hop-0", 1200, ())]


async def test_a_trickle_is_gathered(database: Database) -> None:
    spool = TellingSpool()
    loop = noting(spool, database.registry, linger=0.2, poll=10)
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(stop))
    for n in range(1, 51):
        spool.told.append(delivery(n))
        loop.wake()
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    stop.set()
    loop.wake()
    await task
    assert spool.told == []
    assert len([size for size in spool.asked if size]) < 10


async def test_while_the_database_is_away_the_spool_keeps_them(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    spool, ledger = TellingSpool(), AwayLedger(database.engine)
    spool.told = [delivery(1), delivery(2)]

    async def come_back() -> None:
        await asyncio.sleep(0.3)
        assert len(spool.told) == 2
        ledger.away = False

    await asyncio.gather(run_until_told(noting(spool, ledger), spool), come_back())
    assert [each.highest for each in database.registry.serials()] == [2]
    assert "ledger of deliveries waits" in errors(caplog)


async def test_a_spool_that_cannot_be_told_tells_again(database: Database) -> None:
    spool = TellingSpool()
    spool.told, spool.deaf = [delivery(1), delivery(2)], True

    async def hear() -> None:
        await asyncio.sleep(0.3)
        spool.deaf = False

    loop = noting(spool, database.registry)
    await asyncio.gather(run_until_told(loop, spool), hear())
    assert [(each.highest, each.gaps) for each in database.registry.serials()] == [(2, ())]
    assert loop.ledger_gap == 0


def test_a_gap_is_told_once_and_counted_until_it_closes(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    spool = TellingSpool()
    loop = noting(spool, database.registry)
    spool.told = [delivery(1, fate=Fate.REFUSED), delivery(6, fate=Fate.REFUSED)]
    for _ in range(3):
        loop.note_once()
        loop.look_once()
    assert loop.ledger_gap == 4
    (error,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    told = error.__dict__
    assert (error.getMessage(), told["writer"], told["first"], told["last"]) == (
        "mails without a recorded outcome",
        "hop-0",
        2,
        5,
    )
    spool.told = [delivery(4, fate=Fate.REFUSED)]
    loop.note_once()
    loop.look_once()
    assert (loop.ledger_gap, len(errors(caplog))) == (3, 1)
    spool.told = [delivery(n, fate=Fate.REFUSED) for n in (2, 3, 5)]
    loop.note_once()
    loop.look_once()
    assert (loop.ledger_gap, len(errors(caplog))) == (0, 1)


def test_mail_under_way_is_no_gap(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """The next hop may think for ten minutes while others pass."""
    spool = TellingSpool()
    spool.told = [delivery(2, fate=Fate.REFUSED, ended_at=NOW - timedelta(minutes=10))]
    loop = noting(spool, database.registry)
    loop.note_once()
    loop.look_once()
    assert (loop.ledger_gap, errors(caplog)) == (0, [])


def test_a_gap_of_an_earlier_run_is_told_after_a_start(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    database.registry.note_deliveries([delivery(3, fate=Fate.REFUSED)])
    loop = noting(TellingSpool(), database.registry)
    loop.note_once()
    loop.look_once()
    assert (loop.ledger_gap, errors(caplog)) == (2, ["mails without a recorded outcome"])


def test_a_delivered_mail_that_is_nowhere_is_told_once(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    spool = TellingSpool()
    spool.told = [delivery(n) for n in (1, 2, 3, 4)]
    spool.waits, spool.aside = ["mail-2"], ["mail-3"]
    with database.registry.transaction() as current:
        current.record(case("mail-1"), [])
    loop = noting(spool, database.registry)
    for _ in range(3):
        loop.note_once()
        loop.look_once()
    (error,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (error.__dict__["mail"], loop.unexplained) == ("mail-4", 1)
    with database.registry.transaction() as current:
        current.record(case("mail-4"), [])
    loop.look_once()
    assert loop.unexplained == 0


# -- laws -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=BOTH)
def shared(request: pytest.FixtureRequest) -> Iterator[Database]:
    """One database for all examples; each has days of its own."""
    with fresh_database(request, request.param) as made:
        yield made


_examples = itertools.count(1)
STEPS = st.lists(st.sampled_from(["begin", "end", "end", "note", "deaf note", "restart", "lose"]), max_size=40)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, choose=st.randoms(use_true_random=False), batch=st.integers(1, 4))
def test_in_the_end_every_mail_has_one_outcome_or_is_missing_by_name(
    shared: Database, steps: list[str], choose: object, batch: int
) -> None:
    """Mails end in any order, notes are cut short, the program starts anew; only what the spool loses is missing."""
    example = next(_examples)
    at = NOON + timedelta(days=7 * example)
    spool, serial = TellingSpool(), itertools.count(1)
    open_serials: list[int] = []
    ended: dict[int, Delivery] = {}
    lost: set[int] = set()

    def start() -> Noting:
        found = noting(spool, shared.registry, batch=batch)
        found.clock = lambda: at + timedelta(hours=2)
        return found

    def end(number: int) -> None:
        fate = list(Fate)[number % 3]
        ended[number] = delivery(
            number, writer=f"w{example}", mail_id=f"m{example}-{number}", fate=fate, ended_at=at, reply=None
        )
        spool.told.append(ended[number])

    def note(*, deaf: bool) -> None:
        spool.deaf = deaf
        try:
            while loop.note_once():
                pass
        except Unavailable:
            assert deaf
        spool.deaf = False

    loop = start()
    for step in steps:
        match step:
            case "begin":
                open_serials.append(next(serial))
            case "end" if open_serials:
                end(open_serials.pop(choose.randrange(len(open_serials))))  # type: ignore[attr-defined]  # random.Random
            case "lose" if open_serials:
                lost.add(open_serials.pop())
            case "restart":
                loop = start()
            case "note" | "deaf note":
                note(deaf=step != "note")
    while open_serials:
        end(open_serials.pop())
    note(deaf=False)
    loop.look_once()

    missing = {number for number in lost if number < max(ended, default=0)}
    mails = InSpool(waiting=[each.mail_id for each in ended.values()])
    found = shared.books.equation(at.date(), now=at + timedelta(hours=2), spool=mails)
    assert {n for gap in found.gaps for n in range(gap.first, gap.last + 1)} == missing
    assert found.delivered + found.refused + found.held == len(ended) == found.accepted - len(missing)
    assert found.holds == (not missing)
    ours = [gap for gap in loop._gaps if gap.writer == f"w{example}"]
    assert sum(gap.size for gap in ours) == len(missing)


def test_a_clock_behind_the_newest_mail_is_told_once(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with database.registry.transaction() as current:
        current.record(case("future", accepted_at=NOW + timedelta(hours=3)), ())
    loop = noting(TellingSpool(), database.registry)
    loop.newest = lambda: newest_acceptance(database.engine)
    loop.look_once()
    loop.look_once()
    assert loop.clock_behind == timedelta(hours=3)
    assert errors(caplog) == ["the clock is behind mail that was accepted"]


def test_a_clock_behind_a_mail_in_the_spool_is_told(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    spool = TellingSpool()
    ahead = NOW + timedelta(minutes=6)
    spool.aside = [uuid7(int(ahead.timestamp() * 1000), bytes(10)), "no-uuid"]
    loop = noting(spool, database.registry)
    loop.look_once()
    assert loop.clock_behind == timedelta(minutes=6)
    assert len(errors(caplog)) == 1


def test_a_few_minutes_between_machines_are_no_alarm(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    loop = noting(TellingSpool(), database.registry)
    loop.newest = lambda: NOW + timedelta(minutes=4)
    loop.look_once()
    assert (loop.clock_behind, errors(caplog)) == (timedelta(), [])


def test_an_empty_book_has_no_newest_mail(database: Database) -> None:
    assert newest_acceptance(database.engine) is None
