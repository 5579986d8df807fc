"""Held mails that were really read and judged, an archive in memory, and the desk before them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.desk.desk import Around, Desk, Unit, Via
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.mail.envelope import MailObject
from mailbridge.pipeline import Ports, process
from mailbridge.reading.files import LimitedReading
from mailbridge.registry.entry import Case
from mailbridge.registry.store import SqlRegistry
from tests.demo.builders_demo import AT, DEMO, demo, policy
from tests.registry.fakes_registry import FakeRegistry

LAN = "lan@sonv.backan.gov.vn"
MAI = "mai@sonv.backan.gov.vn"
NOW = AT + timedelta(minutes=30)

UNITS = (
    Unit(
        agency="sonv", id="tchc", name="Phòng Tổ chức - Hành chính", address="tchc@sonv.backan.gov.vn", others=("TCCB",)
    ),
    Unit(agency="sonv", id="cchc", name="Phòng Cải cách hành chính", members=("hoa@sonv.backan.gov.vn",)),
    Unit(agency="sonv", id="vp", name="Văn phòng Sở"),
)


@dataclass(frozen=True)
class Walked:
    """A mail that was walked: and what was kept of it."""

    mail: MailObject
    case: Case


async def walked(name: str, reading: LimitedReading, number: int = 1) -> Walked:
    """Walk a mail of the demonstration by its world."""
    mail = demo(name, number)
    lookups = GatheredLookups(ZoneFile(DEMO / "zone"), load_trust(DEMO / "trust"))
    ports = Ports(lookups=lookups, reading=reading, registry=FakeRegistry())
    (outcome,) = await process(mail, ports, (policy(),), AT + timedelta(minutes=1))
    return Walked(mail, outcome.case)


@dataclass
class Shelf:
    """Fulfils `Archive` in memory; `is_lost` makes it as if the disk were gone."""

    kept: dict[str, Walked] = field(default_factory=dict)
    is_lost: bool = False

    def __call__(self, case: Case) -> MailObject | None:
        return None if self.is_lost else self.kept[case.mail_id].mail


@dataclass
class Room:
    """An office with one database and its desk."""

    engine: Engine
    shelf: Shelf = field(default_factory=Shelf)
    now: datetime = NOW
    clerks: tuple[str, ...] = (LAN, MAI)
    directory: Directory = NO_DIRECTORY
    heads: tuple[str, ...] = ()
    heads_void: bool = False

    @property
    def desk(self) -> Desk:
        policies = (policy(clerks=self.clerks, heads=self.heads, heads_void=self.heads_void),)
        around = Around(policies=policies, archive=self.shelf, units=UNITS, directory=self.directory)
        return Desk(self.engine, around, clock=lambda: self.now)

    def receive(self, walked: Walked, **changes: Any) -> Case:
        """Put what was kept of a mail into the book and the mail on the shelf."""
        case = replace(walked.case, **changes)
        self.shelf.kept[case.mail_id] = walked
        with SqlRegistry(self.engine, clock=lambda: self.now).transaction() as tx:
            tx.record(case, ())
        return case

    def later(self, **spans: float) -> None:
        """Let time pass."""
        self.now += timedelta(**spans)


BY_LAN: dict[str, Any] = {"by": LAN, "via": Via.MAIL}
BY_MAI: dict[str, Any] = {"by": MAI, "via": Via.WEB}
