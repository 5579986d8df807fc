"""What stands around the desk, made by `wiring`; and the transaction in which every act is written."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, Engine

from mailbridge.classifier.directory import NO_DIRECTORY, Directory
from mailbridge.decision.findings import Agency
from mailbridge.decision.policy import Policy
from mailbridge.decision.units import Unit
from mailbridge.desk.answers import Refused
from mailbridge.desk.wording import number_of, wrong
from mailbridge.errors import Refusal
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.ident import uuid7
from mailbridge.registry.acts import Act, Did, Via, add_act
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.closings import PeriodClosed
from mailbridge.registry.conflicts import AlreadyEntered
from mailbridge.registry.corrections_fields import WrongValue
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import Case
from mailbridge.registry.rows import Author
from mailbridge.registry.store import SqlTransaction

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment


class Archive(Protocol):
    """Mail that was decided and kept."""

    def __call__(self, case: Case, /) -> MailObject | None:
        """Return the mail as it came through its door; None when it is not in this archive or is damaged."""
        ...


class May(Protocol):
    """Says whether a person may do something in an agency."""

    def __call__(self, what: Did, person: str, agency: Agency, /) -> bool:
        """Answer for a mail address, in any case of letters."""
        ...


BY_HEADS = frozenset({Did.ASSIGNED, Did.SENT_BACK, Did.SUBMITTED, Did.STARTED, Did.ANSWERED, Did.DONE, Did.UNDONE})
"""What heads do: they direct (NĐ 30/2020/NĐ-CP, Điều 23, 24), and leave the book to the clerks."""

BY_UNITS = frozenset({Did.SENT_BACK, Did.STARTED, Did.ANSWERED, Did.DONE})
"""What the people of a unit do with a document that was handed over to them."""


def clerks_and_heads_may(what: Did, person: str, agency: Agency) -> bool:
    """
    Let the clerks of an agency do everything, its heads direct, and nobody else anything.

    Where the heads void, nobody else does.
    """
    person = person.strip().lower()
    is_head = person in {head.lower() for head in agency.heads}
    if what is Did.VOIDED and agency.heads_void:
        return is_head
    return person in {clerk.lower() for clerk in agency.clerks} or (is_head and what in BY_HEADS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """
    What the desk needs besides the database.

    `units` are those of all agencies. `may` is asked for what is said by mail or on the web page; who sits at the
    terminal of the server has shown to be its administrator.
    """

    policies: Sequence[Policy]
    archive: Archive
    units: Sequence[Unit] = ()
    directory: Directory = NO_DIRECTORY
    may: May = clerks_and_heads_may
    templates: SandboxedEnvironment | None = None

    def policy(self, agency: str) -> Policy:
        """Return the choices of an agency; raises `Refused` when it is not one of this installation."""
        for each in self.policies:
            if each.agency.id == agency:
                return each
        raise Refused(f"Không có cơ quan {agency}.", f"There is no agency {agency}.", code="no-agency")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Who says something, how, and why; `why` is one line, "" without a reason."""

    by: str
    via: Via
    why: str = ""

    @classmethod
    def of(cls, by: str, via: Via, why: str | None = None) -> Said:
        """Tidy what a person gave; raises `Refused` when nobody is named."""
        by = " ".join(by.split())
        if not by:
            raise Refused("Chưa rõ người thực hiện.", "Nobody answers for this.", code="nobody")
        return cls(by=by, via=via, why=" ".join((why or "").split()))

    def with_reason(self) -> Said:
        """Insist on a reason; raises `Refused`."""
        if not self.why:
            raise Refused("Cần ghi lý do.", "This needs its reason.", code="no-reason")
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """One transaction of the desk."""

    connection: Connection
    book: SqlTransaction
    now: datetime

    def new_id(self) -> str:
        """Make an id; the order of ids is the order of writing, nearly."""
        return uuid7(int(self.now.timestamp() * 1000), secrets.token_bytes(10))

    def author(self, said: Said, default: str) -> Author:
        """Return who answers for a version, with a reason that is never empty."""
        return Author(said.by, self.now, said.why or default)

    def act(
        self,
        what: Did,
        said: Said,
        *,
        agency: str,
        mail_id: str = "",
        entry_id: str | None = None,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        undoes: str | None = None,
    ) -> str:
        """Write the act down, and return its id."""
        done = Act(
            id=self.new_id(),
            agency=agency,
            what=what,
            written_by=said.by,
            written_at=self.now,
            via=said.via,
            why=said.why,
            mail_id=mail_id,
            entry_id=entry_id,
            before=json.dumps(before or {}, ensure_ascii=False),
            after=json.dumps(after or {}, ensure_ascii=False),
            undoes=undoes,
        )
        add_act(self.connection, done)
        return done.id


@dataclass(frozen=True, slots=True)
class Office:
    """The database, what stands around it, and the clock."""

    engine: Engine
    around: Around
    clock: Clock = field(default=utc_now)

    def check(self, what: Did, said: Said, agency: str, units: Collection[str] = ()) -> Policy:
        """
        Ask whether this person may do this; returns the choices of the agency, raises `Refused`.

        Args:
            units: Ids of the units that have the document.
        """
        policy = self.around.policy(agency)
        # Who may void is a question of the book, not of the machine: its administrator names a head, and it is kept.
        at_terminal = said.via is Via.CLI and not (what is Did.VOIDED and policy.agency.heads_void)
        may = at_terminal or self.around.may(what, said.by, policy.agency)
        if not may and not (what in BY_UNITS and self._is_of(said.by, agency, units)):
            raise Refused(
                "Không có quyền thực hiện thao tác này.", "You may not do this in this agency.", code="not-allowed"
            )
        return policy

    def _is_of(self, person: str, agency: str, units: Collection[str]) -> bool:
        ours = (unit for unit in self.around.units if unit.agency == agency and unit.id in units)
        return any(person.lower() in {each.lower() for each in (unit.address, *unit.members)} for unit in ours)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Begin; commit on leaving without error. What the book refuses becomes `Refused`."""
        with refusing(), reaching_database(), self.engine.begin() as connection:
            book = SqlTransaction(connection, self.clock)
            yield Writing(connection=connection, book=book, now=self.clock())
            if book.error:
                raise book.error


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the book says into sentences for people."""
    try:
        yield
    except WrongValue as problem:
        raise wrong(problem) from problem
    except Refused:
        raise
    except PeriodClosed as closed:
        raise Refused(closed.vi, closed.en, code="closed") from closed
    except Refusal as refusal:
        raise Refused(refusal.vi, refusal.en, code="not-standing") from refusal
    except AlreadyEntered as error:
        raise Refused(
            f"Văn bản này đã được đăng ký ngày {error.entry.arrival_date:%d/%m/%Y} với số đến "
            f"{number_of(error.entry)}; không cấp số mới.",
            f"This document was entered on {error.entry.arrival_date:%d/%m/%Y} as number {number_of(error.entry)}; "
            "no new number is given.",
            code="entered",
        ) from error
