"""
The book in the database: number, entry, case, events and letter in one transaction.

`SqlRegistry` fulfils `ports.Registry`. What a transaction did is there after it as a whole, or not at all; a number is
taken from its counter in the transaction that writes the entry, so a walk that fails gives it back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from mailbridge.mail.delivery import Delivery
from mailbridge.mail.ident import uuid7
from mailbridge.mail.letter import Letter
from mailbridge.registry.closings import admit
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered, BookDamaged, SeriesTaken
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.deliveries import add_deliveries, read_serials, read_undecided
from mailbridge.registry.differences_texts import entries_that_say
from mailbridge.registry.entry import Acquaintance, Case, DraftEntry, Event, Known, RegisterEntry, local_day
from mailbridge.registry.happenings import BY_ACTION, OURSELVES, UNSTORED_ACTIONS, Happening
from mailbridge.registry.journal import add
from mailbridge.registry.judged import Verdict
from mailbridge.registry.links_rows import entry_for_document
from mailbridge.registry.relating import relate
from mailbridge.registry.relations import Relations
from mailbridge.registry.returned import Correspondence, remember_token
from mailbridge.registry.rows import (
    Author,
    case_row,
    entries_of_document,
    entry_of,
    find_case,
    identity_row,
    letter_row,
    select_entries,
    version_row,
    write_event,
)
from mailbridge.registry.search_index import index_entry
from mailbridge.registry.senders import acquaintance
from mailbridge.registry.serials import WriterSerials
from mailbridge.registry.series import Place, count_up, take_number
from mailbridge.registry.tables import counter, entry, entry_version, mail_case, outbox
from mailbridge.registry.texts import DocumentText, keep_texts
from mailbridge.registry.twins import is_twin
from mailbridge.registry.verdicts import Due, add_verdict, ask_again

_MOST_TWINS = 50
"""Entries with one symbol that are looked at: "01/QĐ-UBND" comes from every commune of a province, every year."""

Clock = Callable[[], datetime]
"""Tells the present moment, aware."""


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


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
            is_same = _is_same_mail(mail_sha256, message_id)
            same_mail = select(mail_case.c.mail_id).where(mail_case.c.agency == agency, is_same, _IN_EARNEST)
            by_file = [(sha256, entry_for_document(connection, agency, sha256)) for sha256 in dict.fromkeys(files)]
            texts = dict.fromkeys(symbols)
            by_symbol = [(text, found) for text in texts for found in _newest_with(connection, agency, text)]
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
            current = SqlTransaction(connection, self._clock)
            yield current
            if current.error:
                raise current.error

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


class SqlTransaction:
    """What may be written, all or nothing; fulfils `ports.Transaction`. For one thread."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self.error: Exception | None = None

    @property
    def connection(self) -> Connection:
        """The connection, for what else belongs into the transaction."""
        return self._connection

    def enter(
        self,
        draft: DraftEntry,
        arrived_at: datetime,
        *,
        by: str = OURSELVES,
        why: str = "entered",
        place: Place | None = None,
    ) -> RegisterEntry:
        """
        Give the next number of the draft's book and year, and write the first version.

        The year is that of the day in Vietnam on which the document arrived (NĐ 30/2020/NĐ-CP, Điều 22 khoản 2),
        whatever day it is written. A document whose entry was voided gets a new number, and its event names the old.
        Where the numbers are not ours to give, the line waits in the intake book (`RegisterEntry.awaits_number`).

        Args:
            place: A number that comes from elsewhere, see `numbers`; free, and no counter will give it any more.

        Raises:
            AlreadyEntered: The agency has this document in one of its books.
            PeriodClosed: The document is on paper, and its day or year is closed; one that came by mail opens it.
            BookDamaged: The counter gave a number that an entry has.
            ValueError: `arrived_at` has no zone.
        """
        if arrived_at.tzinfo is None:
            raise ValueError("the time of arrival has no zone")
        with self._remembering_errors():
            voided = self._refuse_document(draft)
            year = local_day(arrived_at).year
            place = place or take_number(self._connection, draft.agency, draft.book, year)
            now = self._clock()
            line = RegisterEntry(
                id=uuid7(int(now.timestamp() * 1000), secrets.token_bytes(10)),
                year=place.year,
                number=place.number,
                arrived_at=arrived_at.astimezone(UTC),
                draft=replace(draft, book=place.book),
                status=place.status,
            )
            admit(self._connection, line, at=now)
            self._insert(line, Author(by, now, why), occasion=len(voided) + 1)
            voided = tuple(each for each in voided if not each.awaits_number)
            before = "".join(f", voided before as {e.draft.book} {e.shown_number}/{e.year}" for e in voided[-1:])
            said = f"{draft.book} {line.shown_number}/{line.year}{before}" + (f": {why}" if by != OURSELVES else "")
            what = Happening.NUMBER_AWAITED if line.awaits_number else Happening.REGISTERED
            self._tell(draft.agency, draft.mail_id, what, said, at=now, entry_id=line.id, by=by)
            return line

    def twins(self, line: RegisterEntry) -> tuple[RegisterEntry, ...]:
        """
        Return other entries with the same symbol and issuer, newest first; voided ones and those of other years not.

        Source: NĐ 30/2020/NĐ-CP, Phụ lục VI phần I mục III.1.h. Asked behind `enter`, nobody can come in between: the
        counter is locked.
        """
        if line.draft.symbol is None:
            return ()
        with self._remembering_errors():
            found = _newest_with(self._connection, line.draft.agency, line.draft.symbol)
            return tuple(each for each in found if each.id != line.id and is_twin(line, each))

    def record(self, case: Case, entries: Sequence[RegisterEntry]) -> None:
        """
        Keep the case and the events of its way.

        Raises:
            AlreadyDecided: This mail has a case for this agency.
            ValueError: The case says *register* without an entry or has an entry without saying so, a shadow has an
                entry, an entry is of another mail, or content of a mail that may not be stored came along.
        """
        with self._remembering_errors():
            _check_case(case, entries)
            self._refuse_mail(case)
            if not add(self._connection, case.agency, mail_case, case_row(case), "mail_id", "agency"):
                # Another node committed this mail since we looked.
                self._refuse_mail(case)
            self._tell(case.agency, case.mail_id, Happening.ACCEPTED, f"door {case.door}", at=case.accepted_at)
            if case.shadow:
                said = f"{case.action}, rule {case.rule}"
                self._tell(case.agency, case.mail_id, Happening.SHADOW, said, at=case.decided_at)
            else:
                self._tell(case.agency, case.mail_id, BY_ACTION[case.action], f"rule {case.rule}", at=case.decided_at)

    def judge(self, verdict: Verdict) -> None:
        """
        Add a verdict; the first one of a mail, at reception, goes with its case.

        Raises:
            AlreadyJudged: Another process added one with this sequence.
            ValueError: Nothing of this mail is kept.
        """
        with self._remembering_errors():
            add_verdict(self._connection, verdict)

    def ask_again(self, mail_id: str, agency: str, at: datetime | None) -> None:
        """Note when the verdict of a mail is asked for again; None: not any more."""
        with self._remembering_errors():
            ask_again(self._connection, Due(mail_id, agency), at)

    @property
    def correspondence(self) -> Correspondence:
        """What is known and written of letters beside the outbox, in this transaction."""
        return Correspondence(self._connection)

    def relate(self, case: Case, entries: Sequence[RegisterEntry], known: Relations) -> None:
        """Write what the mail has to do with the book: a copy, an answer, a recall that is asked for."""
        with self._remembering_errors():
            relate(self._connection, case, entries, known)

    def keep_texts(self, texts: Sequence[DocumentText]) -> int:
        """Keep what documents say, so that they are found by it; return how many files of them are new."""
        with self._remembering_errors():
            return keep_texts(self._connection, texts, self._clock())

    def post(self, letter: Letter) -> bool:
        """Put a letter into the outbox, due at once; False when a letter with this key is there already."""
        with self._remembering_errors():
            now = self._clock()
            row = letter_row(letter) | {"created_at": now, "due_at": now, "attempts": 0}
            if not add(self._connection, letter.agency, outbox, row, "key"):
                return False
            remember_token(self._connection, letter)
            self._tell(letter.agency, letter.mail_id, Happening.LETTER_QUEUED, letter.kind.value, at=now)
            return True

    @contextmanager
    def _remembering_errors(self) -> Iterator[None]:
        try:
            with reaching_database():
                yield
        except Exception as error:
            self.error = error
            raise

    def _refuse_document(self, draft: DraftEntry) -> tuple[RegisterEntry, ...]:
        """Return the voided entries of this document; raises `AlreadyEntered` when one stands."""
        if not draft.document_sha256:
            return ()
        found = entries_of_document(self._connection, draft.agency, draft.document_sha256)
        if (entered := entry_for_document(self._connection, draft.agency, draft.document_sha256, found)) is not None:
            raise AlreadyEntered(entered)
        return found

    def _refuse_mail(self, case: Case) -> None:
        found = find_case(self._connection, case.mail_id, case.agency)
        if found is not None:
            raise AlreadyDecided(found)

    def _insert(self, line: RegisterEntry, author: Author, occasion: int) -> None:
        row = identity_row(line, occasion)
        agency, label = line.draft.agency, f"{line.draft.book}/{line.year}/{line.number}"
        if not add(self._connection, agency, entry, row, "agency", "document_sha256", "occasion", label=label):
            # Another node committed the same document since we looked.
            self._refuse_document(line.draft)
            raise BookDamaged(f"document {line.draft.document_sha256} is refused and not found")
        add(self._connection, agency, entry_version, version_row(line, author), label=label)
        index_entry(self._connection, line)

    def _tell(
        self,
        agency: str,
        mail_id: str,
        what: Happening,
        detail: str,
        *,
        at: datetime,
        entry_id: str | None = None,
        by: str = OURSELVES,
    ) -> None:
        happened = Event(at=at, mail_id=mail_id, entry_id=entry_id, actor=by, what=what, detail=detail)
        write_event(self._connection, agency, happened)


_IN_EARNEST = mail_case.c.shadow.is_(False)


def _is_same_mail(mail_sha256: str, message_id: str | None) -> ColumnElement[bool]:
    same_octets = mail_case.c.sha256 == mail_sha256
    return or_(same_octets, mail_case.c.message_id == message_id) if message_id else same_octets


def _newest_with(connection: Connection, agency: str, symbol: str) -> Iterator[RegisterEntry]:
    query = select_entries().where(entry.c.agency == agency, entry_version.c.symbol == symbol)
    newest = query.order_by(entry.c.arrived_at.desc(), entry.c.number.desc()).limit(_MOST_TWINS)
    return map(entry_of, connection.execute(newest).mappings())


def _check_case(case: Case, entries: Sequence[RegisterEntry]) -> None:
    """Refuse a case that would say what is not so, or keep what may not be kept."""
    if case.action not in BY_ACTION:
        raise ValueError(f"no such action: {case.action}")
    if (case.action == "register" and not case.shadow) != bool(entries):
        raise ValueError(f"{case.action}{' in shadow mode' if case.shadow else ''} with {len(entries)} entries")
    if any((line.draft.mail_id, line.draft.agency) != (case.mail_id, case.agency) for line in entries):
        raise ValueError("an entry of another mail or agency")
    if case.action in UNSTORED_ACTIONS or case.kind == "secret":
        content = ("message_id", "author", "subject", "next_hop_reply", "judgement", "evidence")
        kept = [name for name in content if getattr(case, name) is not None]
        if kept:
            raise ValueError(f"{case.action}: may not be stored: {', '.join(kept)}")
