"""A book on SQLite, an archive in memory, and the world around mails that are judged again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from mailbridge.decision.policy import Policy
from mailbridge.kept import TrustFiles
from mailbridge.lookups.dns import Names
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.mail.envelope import MailObject
from mailbridge.pipeline import Outcome, Ports, process
from mailbridge.ports import Reading
from mailbridge.recheck import World
from mailbridge.registry.books import Books
from mailbridge.registry.database import open_database
from mailbridge.registry.entry import Case
from mailbridge.registry.judged import Verdict
from mailbridge.registry.rows import LetterRecord
from mailbridge.registry.schema import upgrade
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.verdicts import SqlVerdicts
from mailbridge.verify.evidence import Trust
from tests.demo.builders_demo import AT, DEMO, policy


@contextmanager
def book_in(folder: Path) -> Iterator[Engine]:
    """Make a book on SQLite for as long as the block."""
    url = f"sqlite:///{folder / 'mailbridge.db'}"
    upgrade(url)
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


@dataclass(kw_only=True)
class Office:
    """One office: its book, its archive, what it asks and whom it trusts."""

    engine: Engine
    folder: Path
    reading: Reading
    names: Names
    trust: Trust = field(default_factory=lambda: load_trust(DEMO / "trust"))
    mails: dict[str, MailObject] = field(default_factory=dict)
    policies: tuple[Policy, ...] = field(default_factory=lambda: (policy(),))
    now: datetime = AT

    @property
    def files(self) -> TrustFiles:
        return TrustFiles(self.folder / "evidence")

    @property
    def registry(self) -> SqlRegistry:
        return SqlRegistry(self.engine, clock=lambda: self.now)

    @property
    def verdicts(self) -> SqlVerdicts:
        return SqlVerdicts(self.engine)

    def lookups(self) -> GatheredLookups:
        return GatheredLookups(self.names, self.trust, patience=2.0)

    async def receive(self, mail: MailObject, now: datetime) -> Outcome:
        """Walk a mail to its end, and put it into the archive."""
        self.now = now
        ports = Ports(lookups=self.lookups(), reading=self.reading, registry=self.registry, trust=self.files)
        (outcome,) = await process(mail, ports, self.policies, now)
        self.mails[mail.id] = mail
        return outcome

    def world(self, **changes: Any) -> World:
        world = World(
            lookups=self.lookups(),
            reading=self.reading,
            registry=self.registry,
            verdicts=self.verdicts,
            lines=Books(self.engine),
            archive=self._archived,
            trust=self.files,
            policies=self.policies,
        )
        return replace(world, **changes)

    def letters(self) -> list[LetterRecord]:
        return list(Books(self.engine).letters())

    def verdicts_of(self, mail_id: str) -> tuple[Verdict, ...]:
        return self.verdicts.of_mail(mail_id)

    def _archived(self, case: Case) -> MailObject | None:
        return self.mails.get(case.mail_id)
