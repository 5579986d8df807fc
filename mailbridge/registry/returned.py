"""
What became of letters after the next server had taken them, and who has been answered how often.

A letter that comes back changes nothing in the book: it becomes a line in the history of its mail and its entries, and
a task for a clerk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Select, func, select
from sqlalchemy.engine import RowMapping

from mailbridge.errors import Unavailable
from mailbridge.mail.letter import Letter
from mailbridge.registry.database import add_once, insert_into, reaching_database, reading
from mailbridge.registry.entry import Event
from mailbridge.registry.fates import Fate, LetterFate
from mailbridge.registry.happenings import OURSELVES, Happening
from mailbridge.registry.journal import add
from mailbridge.registry.rows import LetterRecord, letter_record_of, letter_row, write_event
from mailbridge.registry.tables import answered, breaker, entry, letter_fate, letter_token, outbox

LEAST_TOKEN = 16
"""Digits of a token that must be given to find its letter: 64 bits, nobody guesses them."""

MOST_FATES = 20
"""Reports of one letter that are kept. Whoever got it can write any number; a server that delays writes a few."""

_REMEMBERED = timedelta(days=2)
"""How long answers are counted at most."""


_HAPPENED = {
    Fate.RETURNED: Happening.LETTER_RETURNED,
    Fate.DELAYED: Happening.LETTER_DELAYED,
    Fate.ANSWERED: Happening.LETTER_ANSWERED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Breaker:
    """A peer whose mails are answered no more for now."""

    agency: str
    peer: str
    opened_at: datetime
    last_at: datetime
    withheld: int


class Correspondence:
    """What a transaction knows and writes of letters beside the outbox. For one thread; never commits."""

    def __init__(self, connection: Connection, before_event: Callable[[], None] = lambda: None) -> None:
        """`before_event` is called before a line is added to the time line, which has an order."""
        self._connection = connection
        self._before_event = before_event

    def find(self, token: str) -> LetterRecord | None:
        """Return the letter of a token, or of its first `LEAST_TOKEN` or more digits; None when there is none."""
        return find_letter(self._connection, token)

    def note_fate(self, letter: Letter, fate: LetterFate) -> bool:
        """
        Write down what came back about a letter, and tell it to its mail and its entries; False when it is known.

        Nothing else changes: no number, no state, no deadline. Of one letter `MOST_FATES` are written down.
        """
        same = (letter_fate.c.key == fate.key, letter_fate.c.mail_id == fate.mail_id)
        if self._connection.execute(select(letter_fate.c.id).where(*same)).first() is not None:
            return False
        told = select(func.count()).select_from(letter_fate).where(letter_fate.c.key == fate.key)
        if self._connection.execute(told).scalar_one() >= MOST_FATES:
            return False
        row = {
            "key": fate.key,
            "at": fate.at,
            "what": fate.what.value,
            "mail_id": fate.mail_id,
            "status": fate.status,
            "said": fate.said,
        }
        if not add(self._connection, letter.agency, letter_fate, row, "key", "mail_id"):
            return False
        detail = f"{letter.kind.value} to {letter.recipient}: {fate.status or ''} {fate.said}".strip()
        self._before_event()
        for entry_id in self._entries_of(letter.mail_id) or (None,):
            happened = Event(
                at=fate.at,
                mail_id=letter.mail_id,
                entry_id=entry_id,
                actor=OURSELVES,
                what=_HAPPENED[fate.what],
                detail=detail[:500],
            )
            write_event(self._connection, letter.agency, happened)
        return True

    def answers(self, threads: Collection[str], since: datetime) -> Mapping[str, int]:
        """Count the answers since a moment that belong to each of these threads; those with none are not named."""
        counted = select(answered.c.thread, func.count()).where(answered.c.thread.in_(threads), answered.c.at > since)
        rows = self._connection.execute(counted.group_by(answered.c.thread))
        return {str(thread): int(count) for thread, count in rows}

    def note_answer(self, threads: Collection[str], key: str, at: datetime) -> None:
        """Count an answer in its threads, and forget those that are counted no more."""
        for thread in dict.fromkeys(threads):
            add_once(self._connection, answered, {"thread": thread, "key": key, "at": at}, "thread", "key")
        self._connection.execute(answered.delete().where(answered.c.at < at - _REMEMBERED))

    def withhold(self, agency: str, peer: str, at: datetime, quiet: timedelta) -> bool:
        """
        Count an answer that is not given; True when this is the first one, so that somebody has to be told.

        Args:
            quiet: After so long without a mail that was too many, the next one is a first one again.
        """
        here = (breaker.c.agency == agency, breaker.c.peer == peer)
        known = self._connection.execute(select(breaker).where(*here)).mappings().first()
        if known is not None and known["last_at"] > at - quiet:
            values = {"last_at": at, "withheld": known["withheld"] + 1}
            self._connection.execute(breaker.update().where(*here).values(values))
            return False
        self._connection.execute(breaker.delete().where(*here))
        row = {"agency": agency, "peer": peer, "opened_at": at, "last_at": at, "withheld": 1}
        return add_once(self._connection, breaker, row, "agency", "peer")

    def _entries_of(self, mail_id: str) -> tuple[str, ...]:
        found = select(entry.c.id).where(entry.c.mail_id == mail_id).order_by(entry.c.number)
        return tuple(self._connection.execute(found).scalars())


class Returned:
    """The reading side. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._reader = reading(engine)

    def find(self, token_or_key: str) -> LetterRecord | None:
        """Return the letter with this key, token or beginning of a token."""
        with reaching_database(), self._reader.begin() as connection:
            row = connection.execute(select(outbox).where(outbox.c.key == token_or_key)).mappings().first()
            return letter_record_of(row) if row else find_letter(connection, token_or_key)

    def fates(self, keys: Collection[str] | None = None) -> tuple[LetterFate, ...]:
        """List what came back, oldest first; about these letters, or about all."""
        query = select(letter_fate).order_by(letter_fate.c.id)
        if keys is not None:
            query = query.where(letter_fate.c.key.in_(keys))
        with reaching_database(), self._reader.begin() as connection:
            return tuple(map(_fate_of, connection.execute(query).mappings()))

    def keys_of_returned(self) -> frozenset[str]:
        """Return the keys of all letters that came back."""
        query = select(letter_fate.c.key).where(letter_fate.c.what == Fate.RETURNED.value)
        with reaching_database(), self._reader.begin() as connection:
            return frozenset(connection.execute(query).scalars())

    def open_breakers(self, since: datetime) -> tuple[Breaker, ...]:
        """List the peers from whom a mail since then was one too many."""
        query = select(breaker).where(breaker.c.last_at > since).order_by(breaker.c.opened_at, breaker.c.peer)
        with reaching_database(), self._reader.begin() as connection:
            return tuple(Breaker(**row) for row in connection.execute(query).mappings())

    def seconds_to_leave(self, since: datetime) -> Iterator[float]:
        """Yield for each answer written since then and sent how many seconds passed until the next server had it."""
        query = _to_senders(select(outbox.c.created_at, outbox.c.sent_at)).where(
            outbox.c.created_at >= since, outbox.c.sent_at.is_not(None)
        )
        with reaching_database(), self._reader.begin() as connection:
            for created_at, sent_at in connection.execution_options(yield_per=500).execute(query):
                yield max(0.0, (sent_at - created_at).total_seconds())


class Resent:
    """The writing side for the command line: letters that are sent once more. Blocks and raises `Unavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def post(self, letter: Letter, again: Callable[[int], Letter], now: datetime) -> Letter:
        """
        Put a letter into the outbox once more, as a letter of its own, and return it.

        Args:
            again: Makes it, given how many times it has been sent again, this time included.
        """
        with reaching_database(), self._engine.begin() as connection:
            prefix = f"{letter.key}:again-"
            times = connection.execute(
                select(func.count()).select_from(outbox).where(outbox.c.key.startswith(prefix, autoescape=True))
            ).scalar_one()
            made = again(times + 1)
            row = letter_row(made) | {"created_at": now, "due_at": now, "attempts": 0}
            if not add(connection, made.agency, outbox, row, "key"):
                raise Unavailable("outbox", "somebody else is just sending this letter again")
            remember_token(connection, made)
            happened = Event(
                at=now,
                mail_id=made.mail_id,
                actor=OURSELVES,
                what=Happening.LETTER_QUEUED,
                detail=f"{made.kind.value} again, to {made.recipient}",
            )
            write_event(connection, made.agency, happened)
            return made


def remember_token(connection: Connection, letter: Letter) -> None:
    """Write down by what a letter is known that was just put into the outbox."""
    remember_tokens(connection, (letter,))


def remember_tokens(connection: Connection, letters: Sequence[Letter]) -> None:
    """Write down by what letters are known that were just put into the outbox."""
    rows = [{"token": letter.token, "key": letter.key} for letter in letters]
    connection.execute(_remember(connection.dialect.name), rows)


@cache
def _remember(dialect: str) -> Insert:
    return insert_into(dialect, letter_token).on_conflict_do_nothing(index_elements=["token"])


def find_letter(connection: Connection, token: str) -> LetterRecord | None:
    """Return the letter of a token, or of its first `LEAST_TOKEN` or more digits; None when there is none."""
    digits = token.replace("-", "").strip().lower()
    if len(digits) < LEAST_TOKEN or not digits.isalnum() or not digits.isascii():
        return None
    known = letter_token.c.token >= digits, letter_token.c.token < digits + "g"
    query = select(outbox).join(letter_token, letter_token.c.key == outbox.c.key).where(*known).limit(1)
    row = connection.execute(query).mappings().first()
    return letter_record_of(row) if row else None


def _to_senders(query: Select[Any]) -> Select[Any]:
    return query.where(outbox.c.kind.in_(("arrived", "accepted")))


def _fate_of(row: RowMapping) -> LetterFate:
    return LetterFate(
        key=row["key"],
        at=row["at"],
        what=Fate(row["what"]),
        mail_id=row["mail_id"],
        status=row["status"],
        said=row["said"],
    )
