"""
Letters that wait for their way out.

A letter is written once: its key is unique, and it stands there from the transaction of the entry that it tells of. It
is sent at least once: when the program dies between the "250" of the next server and `sent`, the lease runs out (or is
taken back) and the letter leaves again, with the same Message-ID, by which receivers can tell.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, or_, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import Event
from mailbridge.registry.happenings import OURSELVES, Happening
from mailbridge.registry.rows import QueuedLetter, letter_of, write_event
from mailbridge.registry.tables import outbox

_WAITING = and_(outbox.c.sent_at.is_(None), outbox.c.failed_at.is_(None))


class SqlOutbox:
    """
    The outbox on SQLite or PostgreSQL. Its methods block and raise `Unavailable`; threads and nodes may share it.

    `node` names the one sender of a machine, which may take back its own leases after a crash.
    """

    def __init__(self, engine: Engine, *, node: str = "") -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._node = node

    def take_back(self) -> int:
        """
        End the leases of this node, and return how many there were.

        For the start of its only sender: whatever it had on lease when it died would wait for the lease to run out.
        """
        ours = outbox.update().where(_WAITING, outbox.c.leased_by == self._node, outbox.c.leased_until.is_not(None))
        with reaching_database(), self._engine.begin() as connection:
            return connection.execute(ours.values(leased_until=None, leased_by=None)).rowcount

    def lease(self, now: datetime, seconds: float) -> QueuedLetter | None:
        """
        Take the letter that is due longest, for so many seconds.

        Until then nobody else gets it; choose more than all time-outs of one delivery together. None: nothing is due.
        """
        free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
        due = (
            select(outbox)
            .where(_WAITING, outbox.c.due_at <= now, free)
            .order_by(outbox.c.due_at, outbox.c.created_at, outbox.c.key)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with reaching_database(), self._engine.begin() as connection:
            row = connection.execute(due).mappings().first()
            if row is None:
                return None
            until = now + timedelta(seconds=seconds)
            taken = {"attempts": outbox.c.attempts + 1, "leased_until": until, "leased_by": self._node}
            connection.execute(outbox.update().where(outbox.c.key == row["key"]).values(taken))
            return QueuedLetter(letter=letter_of(row), attempts=row["attempts"] + 1, created_at=row["created_at"])

    def sent(self, key: str, reply: str, now: datetime) -> bool:
        """Note that the next server took the letter, and its words; False when it was noted before."""
        return self._settle(key, now, Happening.LETTER_SENT, reply, {"sent_at": now, "failed_at": None, "reply": reply})

    def failed(self, key: str, error: str, retry_at: datetime | None, now: datetime) -> bool:
        """
        Note that an attempt failed.

        Args:
            retry_at: When to try again; None gives up, and a person must act.

        Returns:
            False when the letter was settled before: a late failure does not undo what was sent.
        """
        if retry_at is None:
            return self._settle(key, now, Happening.LETTER_FAILED, error, {"failed_at": now, "last_error": error})
        return self._settle(key, now, Happening.LETTER_DEFERRED, error, {"due_at": retry_at, "last_error": error})

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next letter can be leased, `now` when one can at once, None when none waits."""
        leased = outbox.c.leased_until
        ready: ColumnElement[Any] = case((leased > outbox.c.due_at, leased), else_=outbox.c.due_at)
        with reaching_database(), self._reader.begin() as connection:
            earliest = connection.execute(select(func.min(ready)).where(_WAITING)).scalar_one()
        return None if earliest is None else max(earliest, now)

    def _settle(self, key: str, now: datetime, what: Happening, said: str, values: dict[str, Any]) -> bool:
        # A letter given up by one sender may have left by another whose lease ran out: that it was sent is the truth.
        still = outbox.c.sent_at.is_(None) if what is Happening.LETTER_SENT else _WAITING
        values |= {"leased_until": None, "leased_by": None}
        change = outbox.update().where(outbox.c.key == key, still).values(values)
        with reaching_database(), self._engine.begin() as connection:
            row = connection.execute(change.returning(outbox)).mappings().one_or_none()
            if row is None:
                return False
            _tell(connection, row, now, what, said)
            return True


def _tell(connection: Connection, row: RowMapping, now: datetime, what: Happening, said: str) -> None:
    detail = f"{row['kind']}, attempt {row['attempts']}: {said}"
    happened = Event(at=now, mail_id=row["mail_id"], actor=OURSELVES, what=what, detail=detail[:500])
    write_event(connection, row["agency"], happened)
