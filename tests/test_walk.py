"""The loop over the spool: order, faults, and what is kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.journal_copy import OPEN_REPORTS
from mailbridge.pipeline import Outcome, Ports, process
from mailbridge.walk import Walk
from tests.demo.builders_demo import AT, OURS, demo, ledger, policy, ports, reading

__all__ = ["ports", "reading"]  # pytest finds fixtures by their names in this module


class Shelf:
    """A spool in memory; fulfils `ports.Spool`."""

    def __init__(self, *mails: MailObject) -> None:
        self.mails = {mail.id: mail for mail in mails}
        self.begun: Counter[str] = Counter()
        self.listed = 0
        self.released: list[tuple[str, bool]] = []
        self.put_aside: list[tuple[str, str]] = []

    def waiting(self) -> Iterator[str]:
        self.listed += 1
        yield from [mail.id for mail in sorted(self.mails.values(), key=lambda mail: mail.accepted_at)]

    def load(self, mail_id: str) -> MailObject:
        return self.mails[mail_id]

    def begin_walk(self, mail_id: str) -> int:
        self.begun[mail_id] += 1
        return self.begun[mail_id]

    def end_walk(self, mail_id: str) -> None:
        del self.begun[mail_id]

    def deliveries(self, most: int) -> tuple[()]:
        return ()

    def noted(self, deliveries: object) -> None:
        raise AssertionError("not for the walk")

    def release(self, mail_id: str, *, keep: bool) -> None:
        self.released.append((mail_id, keep))
        self.mails.pop(mail_id, None)

    def set_aside(self, mail_id: str, reason: str) -> None:
        self.put_aside.append((mail_id, reason))
        self.mails.pop(mail_id)


async def walked(shelf: Shelf, ports: Ports, *, parallel: int = 3) -> list[tuple[str, tuple[Outcome, ...]]]:
    seen: list[tuple[str, tuple[Outcome, ...]]] = []
    stop = asyncio.Event()

    def note(mail: MailObject, outcomes: tuple[Outcome, ...]) -> None:
        seen.append((mail.id, outcomes))

    walk = Walk(
        spool=shelf, ports=ports, policies=(policy(),), on_outcome=note, parallel=parallel, pause=0.05, poll=0.02
    )
    task = asyncio.create_task(walk.run(stop))
    async with asyncio.timeout(60):
        while shelf.mails:
            await asyncio.sleep(0.02)
    stop.set()
    walk.wake()
    await task
    return seen


async def test_numbers_follow_the_order_of_arrival_however_long_reading_takes(ports: Ports) -> None:
    class Uneven:
        """Takes longest for the mail that came first."""

        async def open(self, parts: object, evidence: object) -> object:
            opened = await ports.reading.open(parts, evidence)  # type: ignore[arg-type]  # passed on
            await asyncio.sleep(max(0, 0.4 - 0.2 * len(ledger(ports).ledger.entries)))
            return opened

        async def judge_mail(self, entities: object, author: object, evidence: object) -> object:
            return await ports.reading.judge_mail(entities, author, evidence)  # type: ignore[arg-type]  # passed on

    shelf = Shelf(demo("04", 3), demo("02", 2), demo("01", 1))
    await walked(shelf, replace(ports, reading=Uneven()))  # type: ignore[arg-type]  # fulfils it by shape
    symbols = [entry.draft.symbol for entry in sorted(ledger(ports).ledger.entries, key=lambda entry: entry.number)]
    assert symbols == ["3526/UBND-KGVX", "1187/QĐ-BNV", "42/TTr-UBND"]


async def test_only_what_concerns_the_book_is_kept(ports: Ports) -> None:
    shelf = Shelf(demo("01", 1), demo("07", 2), demo("12", 3), demo("14", 4))
    await walked(shelf, ports)
    assert [keep for _, keep in shelf.released] == [True, True, False, False]


async def test_a_fault_of_ours_in_one_mail_stops_no_other(ports: Ports) -> None:
    class Faulty:
        async def open(self, parts: object, evidence: object) -> object:
            if len(list(parts)) == 2:  # type: ignore[call-overload]  # the invitation has two files
                raise ZeroDivisionError
            return await ports.reading.open(parts, evidence)  # type: ignore[arg-type]  # passed on

        async def judge_mail(self, entities: object, author: object, evidence: object) -> object:
            return await ports.reading.judge_mail(entities, author, evidence)  # type: ignore[arg-type]  # passed on

    shelf = Shelf(demo("01", 1), demo("03", 2), demo("04", 3))
    await walked(shelf, replace(ports, reading=Faulty()))  # type: ignore[arg-type]  # fulfils it by shape
    assert shelf.put_aside == [("mail-03-2", "ZeroDivisionError in the walk")]
    assert [entry.number for entry in ledger(ports).ledger.entries] == [1, 2]


async def test_while_the_database_is_gone_mail_waits_in_order(ports: Ports) -> None:
    registry = ledger(ports)
    registry.gone = Unavailable("database", "gone")
    shelf = Shelf(demo("01", 1), demo("02", 2))

    async def come_back() -> None:
        await asyncio.sleep(0.5)
        assert len(shelf.mails) == 2
        registry.gone = None

    await asyncio.gather(walked(shelf, ports), come_back())
    assert [entry.draft.symbol for entry in registry.ledger.entries] == ["3526/UBND-KGVX", "1187/QĐ-BNV"]
    assert [entry.arrived_at for entry in registry.ledger.entries] == [AT + timedelta(seconds=n) for n in (1, 2)]


async def test_a_crash_between_commit_and_release_registers_nothing_twice(ports: Ports) -> None:
    mail = demo("01")
    await process(mail, ports, (policy(),), AT)
    shelf = Shelf(mail)
    ((_, outcomes),) = await walked(shelf, ports)
    assert outcomes[0].case.action == "register"
    assert shelf.released == [(mail.id, True)]
    assert len(ledger(ports).ledger.entries) == 1


async def test_a_mail_that_ends_the_program_again_and_again_is_set_aside(ports: Ports) -> None:
    shelf = Shelf(demo("01", 1), demo("02", 2))
    shelf.begun["mail-01-1"] = 10  # what ten crashes leave behind
    await walked(shelf, ports)
    assert shelf.put_aside == [("mail-01-1", "the program ended 10 times while this mail was walked")]
    assert [entry.draft.symbol for entry in ledger(ports).ledger.entries] == ["1187/QĐ-BNV"]


async def test_waiting_for_the_database_is_no_death(ports: Ports) -> None:
    registry = ledger(ports)
    registry.gone = Unavailable("database", "gone")
    shelf = Shelf(demo("01", 1))

    async def come_back() -> None:
        await asyncio.sleep(1.5)  # some thirty rounds
        registry.gone = None

    await asyncio.gather(walked(shelf, ports), come_back())
    assert shelf.put_aside == []


async def test_a_copy_of_a_mail_server_is_walked_as_the_mail(ports: Ports) -> None:
    mail = replace(demo("01", 1), door=Door.JOURNAL, client=Client(ip="10.0.0.5"))
    copy = replace(mail, envelope=replace(mail.envelope, recipients=(f"{OURS}.mailbridge.invalid",)))
    ((_, outcomes),) = await walked(Shelf(copy), ports)
    assert [(each.case.door, each.case.action, each.entries[0].number) for each in outcomes] == [
        ("journal", "register", 1)
    ]


@pytest.mark.parametrize(("parameters", "rule"), [("", "official-signed"), (OPEN_REPORTS, "fixed:journal-report")])
async def test_of_a_report_that_cannot_be_opened_a_clerk_sees_the_whole(
    ports: Ports, parameters: str, rule: str
) -> None:
    """A field on top leaves the DKIM signature good: whoever adds it must not choose what is entered."""
    content = b"X-MS-Journal-Report:\r\n" + demo("01").content
    envelope = Envelope(mail_from="a@backan.gov.vn", recipients=(OURS,), mail_parameters=parameters)
    report = replace(demo("01", 1), door=Door.JOURNAL, content=content, envelope=envelope)
    ((_, (outcome,)),) = await walked(Shelf(report), ports)
    assert outcome.case.rule == rule
    assert (outcome.case.action, len(outcome.entries)) == (("hold", 0) if parameters else ("register", 1))
    assert ("journal report that cannot be opened" in (outcome.case.judgement or "")) is bool(parameters)


async def test_a_backlog_is_not_listed_for_each_mail(ports: Ports) -> None:
    """With 10,000 mails in the spool, listing them for each would take longer than walking them."""
    mails = [demo("14", number, recipients=("nobody@elsewhere.example",)) for number in range(1, 501)]
    shelf = Shelf(*mails)
    await walked(shelf, ports)
    assert [mail_id for mail_id, _ in shelf.released] == [mail.id for mail in mails]
    assert shelf.listed < 20


async def test_mail_that_comes_during_a_backlog_is_walked_behind_it(ports: Ports) -> None:
    shelf = Shelf(*(demo("14", number, recipients=("nobody@elsewhere.example",)) for number in range(1, 300)))

    async def come_later() -> None:
        await asyncio.sleep(0.05)
        late = demo("14", 999, recipients=("nobody@elsewhere.example",))
        shelf.mails[late.id] = late

    await asyncio.gather(walked(shelf, ports), come_later())
    assert shelf.released[-1][0] == "mail-14-999"
    assert len(shelf.released) == 300


@pytest.mark.parametrize("broken", ["waiting", "begin_walk", "end_walk", "load", "release"])
async def test_a_disk_that_goes_away_and_comes_back_stops_nothing(ports: Ports, broken: str) -> None:
    class Flaky(Shelf):
        gone = True

    def refuse(*_: object, **__: object) -> object:
        if shelf.gone:
            raise Unavailable("spool", broken)
        return getattr(Shelf, broken)(shelf, *_, **__)

    shelf = Flaky(demo("01", 1))
    setattr(shelf, broken, refuse)
    registry = ledger(ports)
    # With `end_walk` alone gone, only a walk that is put off meets it.
    registry.gone = Unavailable("database", "gone") if broken == "end_walk" else None

    async def come_back() -> None:
        await asyncio.sleep(1)
        assert shelf.mails
        shelf.gone, registry.gone = False, None

    await asyncio.gather(walked(shelf, ports), come_back())
    assert [entry.number for entry in registry.ledger.entries] == [1]
    assert shelf.released == [("mail-01-1", True)]
    assert shelf.put_aside == []
