"""
The book in the database: number, entry, case, events and letter in one transaction.

`SqlRegistry` fulfils `ports.Registry`. What a transaction did is there after it as a whole, or not at all; a number is
taken from its counter in the transaction that writes the entry, so a walk that fails gives it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from mailbridge.mail.delivery import Delivery
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.conflicts import SeriesTaken
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.deliveries import add_deliveries, read_serials, read_undecided
from mailbridge.registry.differences_texts import entries_that_say
from mailbridge.registry.entry import Acquaintance, Case, Event, Known, RegisterEntry, local_day
from mailbridge.registry.happenings import Happening
from mailbridge.registry.links_rows import entry_for_document
from mailbridge.registry.rows import find_case, write_event
from mailbridge.registry.senders import acquaintance
from mailbridge.registry.serials import WriterSerials
from mailbridge.registry.series import count_up
from mailbridge.registry.tables import counter, entry, mail_case
from mailbridge.registry.transaction import SqlTransaction, newest_with

__all__ = ["SqlRegistry", "SqlTransaction"]


class SqlRegistry:
    """The ledger on SQLite or PostgreSQL. Its methods block; it may be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._clock = clock

    def decided(self, mail_id: str, agency: str) -> Case | None:
        """Return what was recorded of this mail; raises `Unavailable`."""
        with reaching_database(), self._reader.begin() as connection:
            return find_case(connection, mail_id, agency)

    def known(
        self, agency: str, mail_sha256: str, files: Sequence[str], symbols: Sequence[str], message_id: str | None = None
    ) -> Known:
        """
        Look for the same mail, files and symbols in the books of one agency; what shadow mode decided is not there.

        Args:
            symbols: In normalised form. A symbol comes back every year and from other issuers, so its newest entries
                are told, the newest first; whether one is the same document is for the decision to say.

        Raises:
            Unavailable: The database cannot be asked.
        """
        with reaching_database(), self._reader.begin() as connection:
            is_same = _is_same_mail(mail_sha256, message_id, files)
            same_mail = select(mail_case.c.mail_id).where(mail_case.c.agency == agency, is_same, _IN_EARNEST)
            by_file = [(sha256, entry_for_document(connection, agency, sha256)) for sha256 in dict.fromkeys(files)]
            texts = dict.fromkeys(symbols)
            by_symbol = [(text, found) for text in texts for found in newest_with(connection, agency, text)]
            return Known(
                same_mail=connection.execute(same_mail.limit(1)).first() is not None,
                same_file=tuple((sha256, found) for sha256, found in by_file if found),
                same_symbol=tuple(by_symbol),
            )

    def same_text(self, agency: str, texts: Sequence[str], entries: Sequence[RegisterEntry]) -> frozenset[str]:
        """Return the ids of those entries whose main file says what one of these texts says; raises `Unavailable`."""
        with reaching_database(), self._reader.begin() as connection:
            return entries_that_say(connection, agency, texts, entries)

    def acquaintance(self, agency: str, author: str) -> Acquaintance:
        """Say whether mail of an address or of its domain was kept before; raises `Unavailable`."""
        with reaching_database(), self._reader.begin() as connection:
            return acquaintance(connection, agency, author)

    def would_be_entered(self, agency: str, mail_sha256: str, message_id: str | None) -> bool:
        """Say whether shadow mode met this mail before (octets or Message-ID) and would have entered it then."""
        would_be = (mail_case.c.shadow.is_(True), mail_case.c.action.in_(("register", "duplicate")))
        same = _is_same_mail(mail_sha256, message_id)
        query = select(mail_case.c.mail_id).where(mail_case.c.agency == agency, same, *would_be).limit(1)
        with reaching_database(), self._reader.begin() as connection:
            return connection.execute(query).first() is not None

    def note_deliveries(self, deliveries: Sequence[Delivery]) -> int:
        """
        Write down what became of mails at their doors, all or none, and return how many were new.

        What stands there already is left as it is, so that the same may be told again after a crash. Of the next
        hop's words only its codes and its queue id are kept, see `deliveries.delivery_row`.

        Raises:
            Unavailable: The database is gone; nothing was written.
        """
        if not deliveries:
            return 0
        with reaching_database(), self._engine.begin() as connection:
            return add_deliveries(connection, deliveries)

    def serials(self) -> tuple[WriterSerials, ...]:
        """Tell which serials of each writer stand in the ledger; reads all of it. Raises `Unavailable`."""
        with reaching_database(), self._reader.begin() as connection:
            return read_serials(connection)

    def undecided(self, since: date, until: datetime) -> tuple[str, ...]:
        """
        List delivered mails that have no case, oldest first; raises `Unavailable`.

        Args:
            since: First day (in Vietnam) to look at.
            until: Only mails whose delivery ended before.
        """
        with reaching_database(), self._reader.begin() as connection:
            found = read_undecided(connection, since, local_day(until))
        return tuple(mail_id for mail_id, ended_at in found if ended_at < until)

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """
        Begin; commit on leaving without error, roll back otherwise.

        An error that the caller swallowed rolls back too and is raised again: a commit would lose a number.

        Raises:
            Unavailable: The database is gone. When that happens during the commit, nobody knows whether it was kept:
                `decided` tells later.
        """
        with reaching_database(), self._engine.begin() as connection:
            current = SqlTransaction(connection, self._clock, gathers=True)
            yield current
            if current.error:
                raise current.error
            current.finish()

    def start_series(self, agency: str, book: str, year: int, next_number: int, *, by: str, why: str) -> None:
        """
        Continue the numbers of a year from `next_number`, where an older book ended.

        Raises:
            SeriesTaken: The year has an entry with this number or a higher one.
            ValueError: The number is below 1, or no reason is given.
            Unavailable: The database is gone.
        """
        if next_number < 1 or not why.strip():
            raise ValueError("a series starts at 1 or above, and with a reason")
        with reaching_database(), self._engine.begin() as connection:
            # Taking a number locks the counter; it is set anew before the commit.
            usual = count_up(connection, agency, book, year)
            here = (entry.c.agency == agency, entry.c.book == book, entry.c.year == year)
            highest = connection.execute(select(func.max(entry.c.number)).where(*here)).scalar_one()
            if highest is not None and highest >= next_number:
                raise SeriesTaken(highest)
            row = (counter.c.agency == agency, counter.c.book == book, counter.c.year == year)
            connection.execute(counter.update().where(*row).values(next=next_number))
            said = f"{book} {year}: next number {next_number} instead of {usual}: {why.strip()}"
            happened = Event(at=self._clock(), mail_id="", actor=by, what=Happening.SERIES_STARTED, detail=said)
            write_event(connection, agency, happened)


_IN_EARNEST = mail_case.c.shadow.is_(False)

_COMPARED = 10
"""Files by which two mails of one Message-ID are compared."""


def _is_same_mail(mail_sha256: str, message_id: str | None, files: Sequence[str] = ()) -> ColumnElement[bool]:
    """
    Compare by octets, or by Message-ID and one of the main files.

    There are scanners that write one Message-ID into all their mails: a new document must not pass for the old one.
    """
    same_octets = mail_case.c.sha256 == mail_sha256
    if not message_id:
        return same_octets
    named_so = mail_case.c.message_id == message_id
    brings = [mail_case.c.judgement.contains(sha256, autoescape=True) for sha256 in files[:_COMPARED]]
    return or_(same_octets, and_(named_so, or_(*brings)) if brings else named_so)
