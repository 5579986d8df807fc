"""Verdicts in the database: those of a mail in order, and which of them are due to be asked for again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, bindparam, or_, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.conflicts import AlreadyJudged
from mailbridge.registry.database import insert_into, reaching_database, reading
from mailbridge.registry.entry import Case
from mailbridge.registry.journal import add
from mailbridge.registry.judged import Cause, Verdict, verdict_at_reception
from mailbridge.registry.rows import case_of
from mailbridge.registry.search import mails_called
from mailbridge.registry.tables import mail_case, pending_verdict, verdict

_FIELDS = tuple(each.name for each in fields(Verdict))
_KEY = ("mail_id", "agency", "sequence")
_KEPT = mail_case.c.judgement.is_not(None)

# Building a statement costs more than running it.
_SAME = (verdict.c.mail_id == bindparam("mail"), verdict.c.agency == bindparam("of"))
_MAY_BE_ADDED = select(
    select(verdict.c.sequence).where(*_SAME, verdict.c.sequence == bindparam("which")).exists().label("is_there")
).where(
    select(mail_case.c.mail_id)
    .where(mail_case.c.mail_id == bindparam("mail"), mail_case.c.agency == bindparam("of"), _KEPT)
    .exists()
)


class Due(NamedTuple):
    """A mail whose verdict is to be asked for again."""

    mail_id: str
    agency: str


class SqlVerdicts:
    """The reading side, on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def due(self, now: datetime, most: int) -> tuple[Due, ...]:
        """List the oldest verdicts that are due, at most so many."""
        query = (
            select(pending_verdict.c.mail_id, pending_verdict.c.agency)
            .where(pending_verdict.c.next_at <= now)
            .order_by(pending_verdict.c.next_at, pending_verdict.c.mail_id, pending_verdict.c.agency)
            .limit(most)
        )
        with reaching_database(), self._engine.begin() as connection:
            return tuple(Due(*row) for row in connection.execute(query))

    def of_mail(self, mail_id: str, agency: str | None = None) -> tuple[Verdict, ...]:
        """Return the verdicts of a mail, agency by agency, the one at reception first; () when nothing is kept."""
        query = select(mail_case).where(mail_case.c.mail_id == mail_id, _KEPT)
        return self._of_cases(query if agency is None else query.where(mail_case.c.agency == agency))

    def called(self, what: str) -> tuple[Verdict, ...]:
        """Return the verdicts of all mails that people call so (`Books.trace`)."""
        return self._of_cases(select(mail_case).where(mail_case.c.mail_id.in_(mails_called(what)), _KEPT))

    def _of_cases(self, query: Select[Any]) -> tuple[Verdict, ...]:
        ordered = query.order_by(mail_case.c.accepted_at, mail_case.c.mail_id, mail_case.c.agency)
        mails = query.with_only_columns(mail_case.c.mail_id)
        later = select(verdict).where(verdict.c.mail_id.in_(mails), verdict.c.sequence > 1)
        added: dict[Due, list[Verdict]] = defaultdict(list)
        with reaching_database(), self._engine.begin() as connection:
            firsts = [verdict_at_reception(case_of(row)) for row in connection.execute(ordered).mappings()]
            for row in connection.execute(later.order_by(verdict.c.sequence)).mappings():
                added[Due(row["mail_id"], row["agency"])].append(_verdict_of(row))
        kept = [first for first in firsts if first is not None]
        return tuple(each for first in kept for each in (first, *added[Due(first.mail_id, first.agency)]))

    def cases_of(self, mail_id: str) -> tuple[Case, ...]:
        """Return what is kept of a mail, agency by agency; () when nothing of its content is."""
        query = select(mail_case).where(mail_case.c.mail_id == mail_id, _KEPT).order_by(mail_case.c.agency)
        with reaching_database(), self._engine.begin() as connection:
            return tuple(case_of(row) for row in connection.execute(query).mappings())

    def came_before(self, case: Case) -> bool:
        """Say whether the same mail (octets or Message-ID) was decided for this agency before this one was."""
        same = mail_case.c.sha256 == case.sha256
        if case.message_id:
            same = or_(same, mail_case.c.message_id == case.message_id)
        query = select(mail_case.c.mail_id).where(
            mail_case.c.agency == case.agency,
            mail_case.c.mail_id != case.mail_id,
            mail_case.c.decided_at <= case.decided_at,
            mail_case.c.shadow.is_(False),
            same,
        )
        with reaching_database(), self._engine.begin() as connection:
            return connection.execute(query.limit(1)).first() is not None


def add_verdict(connection: Connection, new: Verdict, *, is_first: bool = False) -> None:
    """
    Write a verdict down; of the one at reception only its time, as the rest stands in the case.

    Args:
        is_first: This transaction wrote the case of the mail, judgement and all, and no verdict yet.

    Raises:
        AlreadyJudged: There is a verdict with this sequence; somebody else was quicker.
        ValueError: Nothing of this mail is kept, or the case is not there yet.
    """
    # Looked for first, as the trigger of SQLite speaks before the conflict does; the conflict is for other nodes.
    is_there = not is_first and _is_there(connection, new)
    row = {name: getattr(new, name) for name in _FIELDS} | {"cause": new.cause.value}
    if new.cause is Cause.RECEPTION:
        row |= {"judgement": None, "evidence": None}
    if is_there or not add(connection, new.agency, verdict, row, *_KEY):
        raise AlreadyJudged(new.mail_id, new.agency, new.sequence)


def _is_there(connection: Connection, new: Verdict) -> bool:
    """Say whether this verdict is written already; raises ValueError when nothing of the mail is kept."""
    asked = {"mail": new.mail_id, "of": new.agency, "which": new.sequence}
    found = connection.execute(_MAY_BE_ADDED, asked).first()
    if found is None:
        raise ValueError(f"no verdict may be kept of mail {new.mail_id}")
    return bool(found.is_there)


def ask_again(connection: Connection, due: Due, at: datetime | None) -> None:
    """Note when a verdict is asked for again; None: it is settled, or nobody asks any more."""
    here = (pending_verdict.c.mail_id == due.mail_id, pending_verdict.c.agency == due.agency)
    if at is None:
        connection.execute(pending_verdict.delete().where(*here))
        return
    row = insert_into(connection.dialect.name, pending_verdict).values(
        mail_id=due.mail_id, agency=due.agency, next_at=at
    )
    connection.execute(row.on_conflict_do_update(index_elements=["mail_id", "agency"], set_={"next_at": at}))


def _verdict_of(row: RowMapping) -> Verdict:
    return Verdict(**{name: row[name] for name in _FIELDS} | {"cause": Cause(row["cause"])})
