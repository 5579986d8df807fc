"""The walk of a mail, on the mails of the demonstration, with real reading and a ledger in memory."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Policy
from mailbridge.errors import Unavailable
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.pipeline import Outcome, Ports, Walk, process
from mailbridge.ports import Reading
from mailbridge.reading.files import LimitedReading
from mailbridge.settings import default_policy
from tests.registry.fakes_registry import FakeRegistry

DEMO = Path(__file__).parents[1] / "demo"
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
OURS = "vanthu@sonv.backan.gov.vn"
AGENCY = Agency(
    id="sonv",
    name="Sở Nội vụ tỉnh Bắc Kạn",
    domains=("sonv.backan.gov.vn",),
    addresses=(OURS,),
    clerks=("lan@sonv.backan.gov.vn",),
)


@pytest.fixture(scope="module")
def reading() -> Iterator[LimitedReading]:
    opened = LimitedReading()
    yield opened
    opened.close()


@pytest.fixture
def ports(reading: LimitedReading) -> Ports:
    lookups = GatheredLookups(ZoneFile(DEMO / "zone"), load_trust(DEMO / "trust"))
    return Ports(lookups=lookups, reading=reading, registry=FakeRegistry())


def policy(**changes: Any) -> Policy:
    return replace(default_policy("vi"), agency=replace(AGENCY, **changes))


def demo(name: str, number: int = 1, *, recipients: tuple[str, ...] = (OURS,)) -> MailObject:
    content = next((DEMO / "mails").glob(f"{name}*.eml")).read_bytes()
    return MailObject(
        id=f"mail-{name}-{number}",
        door=Door.HOP,
        client=Client(ip="192.0.2.1", helo="mx.example"),
        envelope=Envelope(mail_from="a@backan.gov.vn", recipients=recipients),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        accepted_at=AT + timedelta(seconds=number),
        next_hop_reply="250 2.0.0 Ok",
    )


def ledger(ports: Ports) -> FakeRegistry:
    assert isinstance(ports.registry, FakeRegistry)
    return ports.registry


async def test_a_signed_document_gets_a_number_a_case_and_letters(ports: Ports) -> None:
    (outcome,) = await process(demo("01"), ports, (policy(),), AT)
    (entry,) = outcome.entries
    assert (entry.number, entry.draft.symbol, entry.draft.issuer) == (
        1,
        "3526/UBND-KGVX",
        "Ủy ban nhân dân tỉnh Bắc Kạn",
    )
    assert outcome.case.action == "register"
    assert outcome.case.judgement is not None
    assert json.loads(outcome.case.judgement)["decision"]["action"] == "register"
    assert outcome.case.evidence is not None
    assert json.loads(outcome.case.evidence)["answers"][0]["answered"] == "found"
    kinds = sorted(record.letter.kind.value for record in ledger(ports).ledger.letters.values())
    assert kinds == ["accepted", "notice"]


async def test_walking_twice_changes_nothing(ports: Ports) -> None:
    first = await process(demo("01"), ports, (policy(),), AT)
    again = await process(demo("01"), ports, (policy(),), AT + timedelta(hours=1))
    assert [outcome.case for outcome in again] == [outcome.case for outcome in first]
    assert len(ledger(ports).ledger.entries) == 1
    assert len(ledger(ports).ledger.letters) == 2


async def test_the_same_document_again_gets_no_second_number(ports: Ports) -> None:
    await process(demo("01"), ports, (policy(),), AT)
    (outcome,) = await process(demo("05", 2), ports, (policy(),), AT)
    assert (outcome.case.action, outcome.entries) == ("duplicate", ())
    assert len(ledger(ports).ledger.entries) == 1


async def test_the_very_same_octets_are_not_acknowledged_again(ports: Ports) -> None:
    await process(demo("01"), ports, (policy(),), AT)
    (outcome,) = await process(demo("01", 2), ports, (policy(),), AT)
    assert next((letter.kind.value, letter.suppressed) for letter in outcome.letters) == ("accepted", "policy")


@pytest.mark.parametrize("name", ["11", "12", "13", "14"])
async def test_nothing_of_private_automatic_or_secret_mail_is_written_down(ports: Ports, name: str) -> None:
    mail = demo(name)
    (outcome,) = await process(mail, ports, (policy(),), AT)
    case = outcome.case
    assert case.action in ("pass", "stop")
    kept = (case.author, case.subject, case.message_id, case.judgement, case.evidence, case.next_hop_reply)
    assert kept == (None,) * 6
    for record in ledger(ports).ledger.letters.values():
        text = record.letter.content.decode("utf-8", "replace")
        assert "01/UBND-NC" not in text
        assert "van ban.pdf" not in text


async def test_mail_for_nobody_here_is_not_even_read(ports: Ports) -> None:
    class NoReading:
        async def open(self, parts: object, evidence: object) -> tuple[()]:
            raise AssertionError("read")

    blind: Reading = NoReading()
    (outcome,) = await process(
        demo("01", recipients=("x@elsewhere.example",)), replace(ports, reading=blind), (policy(),), AT
    )
    assert (outcome.case.agency, outcome.case.rule, outcome.case.subject) == ("", "fixed:not-ours", None)


async def test_two_agencies_have_two_books(ports: Ports) -> None:
    other = policy(id="stc", domains=("stc.backan.gov.vn",), addresses=("vanthu@stc.backan.gov.vn",))
    outcomes = await process(demo("01", recipients=(OURS, "vanthu@stc.backan.gov.vn")), ports, (policy(), other), AT)
    assert [(outcome.case.agency, outcome.entries[0].number) for outcome in outcomes] == [("sonv", 1), ("stc", 1)]


async def test_a_mail_that_may_not_have_been_delivered_is_at_most_held(ports: Ports) -> None:
    (outcome,) = await process(replace(demo("01"), next_hop_reply=None), ports, (policy(),), AT)
    assert (outcome.case.action, outcome.case.rule) == ("hold", "fixed:not-delivered")


class Shelf:
    """A spool in memory; fulfils `ports.Spool`."""

    def __init__(self, *mails: MailObject) -> None:
        self.mails = {mail.id: mail for mail in mails}
        self.released: list[tuple[str, bool]] = []
        self.put_aside: list[tuple[str, str]] = []

    def waiting(self) -> Iterator[str]:
        yield from [mail.id for mail in sorted(self.mails.values(), key=lambda mail: mail.accepted_at)]

    def load(self, mail_id: str) -> MailObject:
        return self.mails[mail_id]

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
