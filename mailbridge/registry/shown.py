"""
What mailboxes need to know of the book: which mails changed, what became of each, and what stands on it already.

Each mailbox follows the time line by a cursor of its own, `event.id`. What it was told once too often does no harm:
a state is compared with the one that is shown. A mail that was not found is looked for again, see `Shown.next_at`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, select

from mailbridge.registry.acts import Did, is_waiting, settlements
from mailbridge.registry.database import insert_into, reaching_database, reading
from mailbridge.registry.entry import Case, EntryStatus
from mailbridge.registry.happenings import UNSTORED_ACTIONS
from mailbridge.registry.rows import case_of, entry_of, select_entries
from mailbridge.registry.tables import entry, event, mail_case, mailbox_cursor, number_given, shown_state

_OVERLAP = 100
"""Events looked at again on PostgreSQL, where a smaller number may be seen later than a greater one."""
_AT_ONCE = 200
"""Mails asked for in one statement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """How far a mailbox has come; `uidvalidity` is None until it was opened."""

    seen: int
    uidvalidity: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownMail:
    """
    What became of a mail, as the book knows it now.

    Attributes:
        waits: A clerk has to settle it.
        settled: What a clerk made of it.
        lines: State and urgency of each entry that it brought.
        case: Everything of a mail that waits; None for the others.
    """

    mail_id: str
    message_id: str
    door: str
    action: str
    waits: bool = False
    settled: Did | None = None
    lines: tuple[tuple[EntryStatus, str | None], ...] = ()
    case: Case | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What stands on a mail; not found `attempts` times, it is looked for again at `next_at`."""

    mail_id: str
    state: str
    at: datetime
    attempts: int = 0
    next_at: datetime | None = None


class ShownStates:
    """The rows of one mailbox of an agency; the methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, agency: str, mailbox: str) -> None:
        self._engine = engine
        self._agency = agency
        self._mailbox = mailbox

    def cursor(self, since: datetime) -> Cursor:
        """Return how far the mailbox has come; a new one begins with what happened `since` then."""
        here = (mailbox_cursor.c.agency == self._agency, mailbox_cursor.c.mailbox == self._mailbox)
        with self._reading() as connection:
            row = connection.execute(select(mailbox_cursor).where(*here)).mappings().one_or_none()
            if row is not None:
                return Cursor(seen=row["seen"], uidvalidity=row["uidvalidity"])
            first = connection.execute(select(func.min(event.c.id)).where(event.c.at >= since)).scalar_one()
            return Cursor(seen=_newest(connection) if first is None else first - 1)

    def changed(self, cursor: Cursor, most: int) -> tuple[tuple[str, ...], int]:
        """Return mails to which something happened behind the cursor, each once, and how far that leads."""
        is_new = cursor.uidvalidity is None
        again = 0 if is_new or self._engine.dialect.name == "sqlite" else _OVERLAP
        seen = cursor.seen
        about = func.coalesce(event.c.mail_id, entry.c.mail_id)
        query = (
            select(event.c.id, about)
            .select_from(event.outerjoin(entry, entry.c.id == event.c.entry_id))
            .where(event.c.id > seen - again, event.c.agency == self._agency)
            .order_by(event.c.id)
            .limit(most + again)
        )
        with self._reading() as connection:
            newest = _newest(connection)
            rows = connection.execute(query).all()
        led = rows[-1][0] if len(rows) == most + again else newest
        return tuple(dict.fromkeys(mail_id for _, mail_id in rows if mail_id)), max(seen, led)

    def missed(self, now: datetime, most: int) -> tuple[str, ...]:
        """Return mails that were not found, and are to be looked for again now; the longest due first."""
        query = select(shown_state.c.mail_id).where(self._here(), shown_state.c.next_at <= now)
        with self._reading() as connection:
            return tuple(connection.execute(query.order_by(shown_state.c.next_at).limit(most)).scalars())

    def known(self, mail_ids: Collection[str]) -> tuple[KnownMail, ...]:
        """Return these mails and all others with the same Message-IDs; those that may not be shown are left out."""
        with self._reading() as connection:
            names = [
                name
                for chunk in _chunks(mail_ids)
                for name in connection.execute(
                    select(mail_case.c.message_id).where(self._tellable(), mail_case.c.mail_id.in_(chunk))
                ).scalars()
            ]
            found = (self._named(connection, chunk) for chunk in _chunks(dict.fromkeys(names)))
            return tuple(mail for mails in found for mail in mails)

    def shown(self, mail_ids: Collection[str]) -> dict[str, Shown]:
        """Return what stands on these mails, by mail."""
        with self._reading() as connection:
            rows = [
                row
                for chunk in _chunks(mail_ids)
                for row in connection.execute(
                    select(shown_state).where(self._here(), shown_state.c.mail_id.in_(chunk))
                ).mappings()
            ]
        names = ("mail_id", "state", "at", "attempts", "next_at")
        return {row["mail_id"]: Shown(**{name: row[name] for name in names}) for row in rows}

    def keep(self, shown: Iterable[Shown]) -> None:
        """Write down what stands on mails now."""
        with reaching_database(), self._engine.begin() as connection:
            for each in shown:
                said = {"state": each.state, "at": each.at, "attempts": each.attempts, "next_at": each.next_at}
                here = {"agency": self._agency, "mailbox": self._mailbox, "mail_id": each.mail_id}
                insert = insert_into(connection.dialect.name, shown_state).values(**here, **said)
                connection.execute(insert.on_conflict_do_update(index_elements=list(here), set_=said))

    def doubt_all(self, cursor: Cursor, now: datetime) -> None:
        """Have every mail looked for again: the folder is another one since; and keep the cursor that says which."""
        with reaching_database(), self._engine.begin() as connection:
            connection.execute(shown_state.update().where(self._here()).values(next_at=now, attempts=0))
            self._put(connection, cursor)

    def move(self, cursor: Cursor) -> None:
        """Keep how far the mailbox has come."""
        with reaching_database(), self._engine.begin() as connection:
            self._put(connection, cursor)

    def _put(self, connection: Connection, cursor: Cursor) -> None:
        said = {"seen": cursor.seen, "uidvalidity": cursor.uidvalidity}
        here = {"agency": self._agency, "mailbox": self._mailbox}
        insert = insert_into(connection.dialect.name, mailbox_cursor).values(**here, **said)
        connection.execute(insert.on_conflict_do_update(index_elements=list(here), set_=said))

    def _named(self, connection: Connection, names: list[str]) -> Iterator[KnownMail]:
        """Yield all mails with one of these Message-IDs."""
        here = and_(self._tellable(), mail_case.c.message_id.in_(names))
        said = (mail_case.c.mail_id, mail_case.c.message_id, mail_case.c.door, mail_case.c.action)
        rows = connection.execute(select(*said).where(here).order_by(mail_case.c.mail_id)).all()
        mail_ids = [row.mail_id for row in rows]
        cases = map(case_of, connection.execute(select(mail_case).where(here, is_waiting())).mappings())
        waiting = {case.mail_id: case for case in cases}
        settled = settlements(connection, self._agency, mail_ids)
        lines = self._lines(connection, mail_ids)
        for row in rows:
            yield KnownMail(
                mail_id=row.mail_id,
                message_id=row.message_id,
                door=row.door,
                action=row.action,
                waits=row.mail_id in waiting,
                settled=settled.get(row.mail_id),
                lines=tuple(lines.get(row.mail_id, ())),
                case=waiting.get(row.mail_id),
            )

    def _lines(self, connection: Connection, mail_ids: list[str]) -> dict[str, list[tuple[EntryStatus, str | None]]]:
        # A line that waited for its number is written once more when that comes; the first tells nothing then.
        left_behind = exists().where(number_given.c.waiting_id == entry.c.id)
        query = select_entries().where(entry.c.agency == self._agency, entry.c.mail_id.in_(mail_ids), ~left_behind)
        found = defaultdict(list)
        for line in map(entry_of, connection.execute(query.order_by(entry.c.id)).mappings()):
            found[line.draft.mail_id].append((line.status, line.draft.urgency))
        return found

    def _tellable(self) -> ColumnElement[bool]:
        """Say of a row of `mail_case` that its state may be shown; of secret and private mail nothing is known."""
        return and_(
            mail_case.c.agency == self._agency,
            mail_case.c.shadow.is_(False),
            mail_case.c.message_id.is_not(None),
            mail_case.c.action.not_in(UNSTORED_ACTIONS),
        )

    def _here(self) -> ColumnElement[bool]:
        return and_(shown_state.c.agency == self._agency, shown_state.c.mailbox == self._mailbox)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with reaching_database(), reading(self._engine).begin() as connection:
            yield connection


def _newest(connection: Connection) -> int:
    newest: int = connection.execute(select(func.coalesce(func.max(event.c.id), 0))).scalar_one()
    return newest


def _chunks(names: Iterable[str]) -> Iterator[list[str]]:
    left = iter(names)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk
