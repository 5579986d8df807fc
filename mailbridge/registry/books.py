"""
Reading the books: what the command line and, later, the web page ask.

Nothing here writes. Long answers come as iterators that hold one reading transaction while they run, so they show one
moment of the book; on SQLite they never wait for a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import Case, Event, RegisterEntry
from mailbridge.registry.happenings import WAITING_ACTIONS
from mailbridge.registry.rows import LetterRecord, case_of, entry_of, event_of, letter_record_of, select_entries
from mailbridge.registry.search import entries_called, events_of_mails, mails_called
from mailbridge.registry.tables import entry, mail_case, outbox

T = TypeVar("T")

_AT_ONCE = 500
"""Rows fetched at a time: some hundred kilobytes of entries."""


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

        Args:
            first: Lowest số đến to show.
            last: Highest số đến to show, itself included.
        """
        asked = (
            (entry.c.agency, agency),
            (entry.c.book, book),
            (entry.c.year, year),
        )
        query = select_entries().where(*(column == value for column, value in asked if value is not None))
        if first is not None:
            query = query.where(entry.c.number >= first)
        if last is not None:
            query = query.where(entry.c.number <= last)
        ordered = query.order_by(entry.c.agency, entry.c.book, entry.c.year, entry.c.number)
        return self._stream(ordered.limit(limit), entry_of)

    def entry(self, *, agency: str, book: str, year: int, number: int) -> RegisterEntry | None:
        """Return one line of a book in its newest version."""
        here = self.entries(agency=agency, book=book, year=year, first=number, last=number)
        return next(iter(tuple(here)), None)

    def find_entries(self, text: str, *, agency: str | None = None) -> tuple[RegisterEntry, ...]:
        """
        Find entries by what people call them.

        Args:
            text: A symbol as it stands in the book, a số đến ("12", "12/2026"), the id of an entry or of a mail.

        Returns:
            All that match exactly, oldest first; a number may mean one entry in each book and year.
        """
        query = select_entries().where(entry.c.id.in_(entries_called(text)))
        if agency is not None:
            query = query.where(entry.c.agency == agency)
        return tuple(self._stream(query.order_by(entry.c.arrived_at, entry.c.agency, entry.c.number), entry_of))

    def cases(
        self,
        *,
        agency: str | None = None,
        action: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[Case]:
        """List what became of mails accepted from `since` until before `until`, in the order of acceptance."""
        query = select(mail_case)
        asked = ((mail_case.c.agency, agency), (mail_case.c.action, action))
        query = query.where(*(column == value for column, value in asked if value is not None))
        if since is not None:
            query = query.where(mail_case.c.accepted_at >= since)
        if until is not None:
            query = query.where(mail_case.c.accepted_at < until)
        ordered = query.order_by(mail_case.c.accepted_at, mail_case.c.mail_id, mail_case.c.agency)
        return self._stream(ordered.limit(limit), case_of)

    def held(self, *, agency: str | None = None) -> tuple[Case, ...]:
        """List mails that wait for a clerk (held, or a return proposed), oldest first."""
        query = select(mail_case).where(mail_case.c.action.in_(WAITING_ACTIONS))
        if agency is not None:
            query = query.where(mail_case.c.agency == agency)
        return tuple(self._stream(query.order_by(mail_case.c.accepted_at, mail_case.c.mail_id), case_of))

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
        Tell everything that happened to the mails that people call so, in order of time.

        Args:
            what: Id of a mail or an entry, số đến ("12", "12/2026"), symbol, Message-ID with or without its brackets,
                SHA-256 of a mail or a document, address of an author or of a recipient of our letters, or the day of
                arrival in Vietnam ("31/12/2026", "2026-12-31").
            agency: Only what concerns this agency.
        """
        query = events_of_mails(mails_called(what), agency)
        return tuple(self._stream(query, event_of))

    def _stream(self, query: Select[Any], read: Callable[[RowMapping], T]) -> Iterator[T]:
        with reaching_database(), self._engine.begin() as connection:
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
            for row in rows.mappings():
                yield read(row)
