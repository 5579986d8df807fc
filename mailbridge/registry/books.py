"""
Reading the books: what the command line and, later, the web page ask.

Nothing here writes. Long answers come as iterators that hold one reading transaction while they run, so they show one
moment of the book; on SQLite they never wait for a writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, exists, func, select
from sqlalchemy.engine import RowMapping

from mailbridge.mail.delivery import Fate
from mailbridge.registry.acts import is_waiting
from mailbridge.registry.authority import intake_of, is_intake
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.deliveries import deliveries_of, read_serials
from mailbridge.registry.entry import Case, Event, RegisterEntry, local_day
from mailbridge.registry.equation import PATIENCE, Equation, InSpool
from mailbridge.registry.links_rows import standing_for
from mailbridge.registry.reconcile import read_equation
from mailbridge.registry.rows import (
    Delivered,
    LetterRecord,
    case_of,
    delivered_of,
    delivery_event,
    entry_of,
    event_of,
    letter_record_of,
    select_entries,
)
from mailbridge.registry.search import entries_called, entries_meant, events_of_mails, mails_called
from mailbridge.registry.serials import Gap
from mailbridge.registry.tables import delivery, entry, mail_case, number_given, outbox

T = TypeVar("T")

_AT_ONCE = 500
"""Rows fetched at a time: some hundred kilobytes of entries."""


NOT_LEFT_BEHIND = ~exists().where(number_given.c.waiting_id == entry.c.id)
"""A line that waited for its number stands in its book since that came; the waiting one tells nothing more."""

_WORD = re.compile(r"[0-9A-Za-z-]{6,}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many mails ended alike."""

    action: str
    kind: str
    rule: str
    mails: int


class LetterState(StrEnum):
    """What became of a letter so far."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Books:
    """The reading side of the ledger. Its methods block and raise `Unavailable`; iterators raise it while they run."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def entries(
        self,
        *,
        agency: str | None = None,
        book: str | None = None,
        year: int | None = None,
        first: int | None = None,
        last: int | None = None,
        limit: int | None = None,
    ) -> Iterator[RegisterEntry]:
        """
        List entries in their newest version, by agency, book, year and number.

        Behind the lines of one book come those that wait for their number in it, when no number is asked for.

        Args:
            first: Lowest số đến to show.
            last: Highest số đến to show, itself included.
        """
        asked = (
            (entry.c.agency, agency),
            (entry.c.book, book),
            (entry.c.year, year),
        )
        query = select_entries().where(NOT_LEFT_BEHIND)
        query = query.where(*(column == value for column, value in asked if value is not None))
        if first is not None:
            query = query.where(entry.c.number >= first)
        if last is not None:
            query = query.where(entry.c.number <= last)
        ordered = query.order_by(entry.c.agency, entry.c.book, entry.c.year, entry.c.number)
        listed = self._stream(ordered.limit(limit), entry_of)
        if book is None or is_intake(book) or first is not None or last is not None:
            return listed
        return islice(chain(listed, self.entries(agency=agency, book=intake_of(book), year=year, limit=limit)), limit)

    def entry(self, *, agency: str, book: str, year: int, number: int) -> RegisterEntry | None:
        """Return one line of a book in its newest version."""
        here = self.entries(agency=agency, book=book, year=year, first=number, last=number)
        return next(iter(tuple(here)), None)

    def find_entries(
        self, text: str, *, agency: str | None = None, book: str | None = None, year: int | None = None
    ) -> tuple[RegisterEntry, ...]:
        """
        Find entries by what people call them.

        Args:
            text: A symbol as it stands in the book, a số đến ("12", "12/2026"), the id of an entry or of a mail.

        Returns:
            All that match exactly, oldest first; a number may mean one entry in each book and year.
        """
        asked = ((entry.c.agency, agency), (entry.c.book, book), (entry.c.year, year))
        narrower = (column == value for column, value in asked if value is not None)
        query = select_entries().where(entry.c.id.in_(entries_called(text)), NOT_LEFT_BEHIND, *narrower)
        return tuple(self._stream(query.order_by(entry.c.arrived_at, entry.c.agency, entry.c.number), entry_of))

    def stands_for(self, line: RegisterEntry) -> RegisterEntry:
        """Follow a merged entry to the one that stands for its document; any other stands for itself."""
        with reaching_database(), self._engine.begin() as connection:
            return standing_for(connection, line)

    def cases(
        self,
        *,
        agency: str | None = None,
        action: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        shadow: bool = False,
        limit: int | None = None,
    ) -> Iterator[Case]:
        """
        List what became of mails accepted from `since` until before `until`, in the order of acceptance.

        Args:
            shadow: List what would have become of those that were walked in shadow mode instead.
        """
        query = select(mail_case).where(mail_case.c.shadow.is_(shadow))
        asked = ((mail_case.c.agency, agency), (mail_case.c.action, action))
        query = query.where(*(column == value for column, value in asked if value is not None))
        if since is not None:
            query = query.where(mail_case.c.accepted_at >= since)
        if until is not None:
            query = query.where(mail_case.c.accepted_at < until)
        ordered = query.order_by(mail_case.c.accepted_at, mail_case.c.mail_id, mail_case.c.agency)
        return self._stream(ordered.limit(limit), case_of)

    def counts(self, *, since: datetime | None = None, shadow: bool = False) -> tuple[Count, ...]:
        """Count mails accepted from `since` by what became of them (or would have), the most frequent first."""
        what = (mail_case.c.action, mail_case.c.kind, mail_case.c.rule)
        mails = func.count().label("mails")
        query = select(*what, mails).where(mail_case.c.shadow.is_(shadow)).group_by(*what)
        if since is not None:
            query = query.where(mail_case.c.accepted_at >= since)
        return tuple(self._stream(query.order_by(mails.desc(), *what), lambda row: Count(**row)))

    def held(self, *, agency: str | None = None) -> tuple[Case, ...]:
        """List mails that wait for a clerk (held, or a return proposed, and not settled since), oldest first."""
        query = select(mail_case).where(is_waiting())
        if agency is not None:
            query = query.where(mail_case.c.agency == agency)
        return tuple(self._stream(query.order_by(mail_case.c.accepted_at, mail_case.c.mail_id), case_of))

    def count_held(self) -> int:
        """Count the mails that wait for a clerk."""
        with reaching_database(), self._engine.begin() as connection:
            counted: int = connection.execute(select(func.count()).where(is_waiting())).scalar_one()
        return counted

    def letters(
        self,
        *,
        agency: str | None = None,
        mail_id: str | None = None,
        state: LetterState | None = None,
        limit: int | None = None,
    ) -> Iterator[LetterRecord]:
        """List letters in the order in which they were written."""
        query = select(outbox)
        asked = ((outbox.c.agency, agency), (outbox.c.mail_id, mail_id))
        query = query.where(*(column == value for column, value in asked if value is not None))
        match state:
            case LetterState.WAITING:
                query = query.where(outbox.c.sent_at.is_(None), outbox.c.failed_at.is_(None))
            case LetterState.SENT:
                query = query.where(outbox.c.sent_at.is_not(None))
            case LetterState.FAILED:
                query = query.where(outbox.c.failed_at.is_not(None))
            case None:
                pass
        return self._stream(query.order_by(outbox.c.created_at, outbox.c.key).limit(limit), letter_record_of)

    def trace(self, what: str, *, agency: str | None = None) -> tuple[Event, ...]:
        """
        Tell everything that happened to the mails, and to documents on paper, that people call so, in order of time.

        Args:
            what: Id of a mail or an entry, queue id of the next hop, số đến ("12", "12/2026"), symbol, Message-ID with
                or without its brackets, SHA-256 of a mail or a document, address of an author or of a recipient of our
                letters, or the day of arrival in Vietnam ("31/12/2026", "2026-12-31").
            agency: Only what concerns this agency.
        """
        mails = mails_called(what)
        happened = tuple(self._stream(events_of_mails(mails, entries_meant(what), agency), event_of))
        if agency is not None:
            mails = select(mail_case.c.mail_id).where(mail_case.c.mail_id.in_(mails), mail_case.c.agency == agency)
        delivered = self._stream(deliveries_of(mails), delivery_event)
        return tuple(sorted((*happened, *delivered), key=lambda each: each.at))

    def equation(
        self,
        first: date,
        last: date | None = None,
        *,
        now: datetime,
        spool: InSpool,
        patience: timedelta = PATIENCE,
    ) -> Equation:
        """
        Draw up the account of a day in Vietnam, or of the days from `first` to `last`.

        Args:
            spool: What lies in the spool; to be asked before this is called.
            patience: How old a gap, or a delivered mail that is nowhere, must be to count as lost.
        """
        with reaching_database(), self._engine.begin() as connection:
            return read_equation(connection, first, last or first, spool, now - patience)

    def gaps(self, before: datetime) -> tuple[Gap, ...]:
        """List the serials that were missing in the whole ledger before this moment; reads all of it."""
        with reaching_database(), self._engine.begin() as connection:
            known = read_serials(connection)
        return tuple(gap for each in known for gap in each.gaps if gap.since < before)

    def delivered(self, queue_ids: Collection[str]) -> frozenset[str]:
        """Return those of the next hop's queue ids under which a mail of ours was delivered."""
        found: set[str] = set()
        wanted = sorted(set(queue_ids))
        with reaching_database(), self._engine.begin() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = delivery.c.queue_id.in_(wanted[start : start + _AT_ONCE])
                found.update(connection.execute(select(delivery.c.queue_id).where(some)).scalars())
        return frozenset(found)

    def letter_queue_ids(self, queue_ids: Collection[str]) -> frozenset[str]:
        """Return those of the next hop's queue ids that a letter of ours got."""
        wanted = frozenset(queue_ids)
        replies = self._stream(select(outbox.c.reply).where(outbox.c.reply.is_not(None)), lambda row: str(row["reply"]))
        return frozenset(word for reply in replies for word in _WORD.findall(reply) if word in wanted)

    def deliveries(self, since: datetime, until: datetime) -> Iterator[Delivered]:
        """List the mails that the next hop took in this time, with its queue ids, in order of time."""
        query = (
            select(delivery)
            .where(
                delivery.c.day.between(local_day(since), local_day(until)),
                delivery.c.ended_at.between(since, until),
                delivery.c.fate == Fate.DELIVERED.value,
            )
            .order_by(delivery.c.ended_at, delivery.c.writer, delivery.c.serial)
        )
        return self._stream(query, delivered_of)

    def _stream(self, query: Select[Any], read: Callable[[RowMapping], T]) -> Iterator[T]:
        with reaching_database(), self._engine.begin() as connection:
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
            for row in rows.mappings():
                yield read(row)
