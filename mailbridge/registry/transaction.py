"""
What may be written into the book in one transaction, all or nothing.

The counter of a book is locked from the number to the commit, and everybody who enters waits for it: what costs time
and needs no number stands before it, and lines of the time line are written several at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from mailbridge.mail.ident import uuid7
from mailbridge.mail.letter import Letter
from mailbridge.registry.clock import Clock
from mailbridge.registry.closings import admit
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered, BookDamaged
from mailbridge.registry.database import reaching_database
from mailbridge.registry.entry import Case, DraftEntry, Event, RegisterEntry, local_day
from mailbridge.registry.happenings import BY_ACTION, OURSELVES, UNSTORED_ACTIONS, Happening
from mailbridge.registry.journal import add
from mailbridge.registry.judged import Verdict
from mailbridge.registry.links_rows import entry_for_document
from mailbridge.registry.relating import relate
from mailbridge.registry.relations import Relations
from mailbridge.registry.returned import Correspondence, remember_tokens
from mailbridge.registry.rows import (
    Author,
    case_row,
    entries_of_document,
    entry_of,
    find_case,
    identity_row,
    letter_row,
    select_entries,
    write_events,
)
from mailbridge.registry.series import Place, take_number
from mailbridge.registry.states import write_version
from mailbridge.registry.tables import entry, entry_version, mail_case, outbox
from mailbridge.registry.texts import DocumentText, keep_texts
from mailbridge.registry.twins import is_twin
from mailbridge.registry.verdicts import Due, add_verdict, ask_again

_MOST_TWINS = 50
"""Entries with one symbol that are looked at: "01/QĐ-UBND" comes from every commune of a province, every year."""


class SqlTransaction:
    """What may be written, all or nothing; fulfils `ports.Transaction`. For one thread."""

    def __init__(self, connection: Connection, clock: Clock, *, gathers: bool = False) -> None:
        """With `gathers`, some of what is written waits for `finish`, to be written at once."""
        self._connection = connection
        self._clock = clock
        self._gathers = gathers
        self._happened: list[tuple[str, Event]] = []
        self._posted: list[Letter] = []
        self._recorded: Case | None = None
        self.error: Exception | None = None

    @property
    def connection(self) -> Connection:
        """The connection, for what else belongs into the transaction."""
        self.finish()
        return self._connection

    def finish(self) -> None:
        """Write what was gathered, in its order; to be called before the commit, and before others write events."""
        if self.error is not None:
            return
        with self._remembering_errors():
            for agency, told in groupby(self._happened, key=itemgetter(0)):
                write_events(self._connection, agency, [event for _, event in told])
            self._happened.clear()
            if self._posted:
                remember_tokens(self._connection, self._posted)
            self._posted.clear()

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
            found = newest_with(self._connection, line.draft.agency, line.draft.symbol)
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
            if self._connection.dialect.name == "sqlite":
                # Its trigger speaks before the conflict does; PostgreSQL is spared a question under the lock.
                self._refuse_mail(case)
            if not add(self._connection, case.agency, mail_case, case_row(case), "mail_id", "agency"):
                # Another node committed this mail since we looked.
                self._refuse_mail(case)
            self._recorded = case
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
            case, self._recorded = self._recorded, None
            is_first = (
                case is not None
                and case.judgement is not None
                and (verdict.mail_id, verdict.agency, verdict.sequence) == (case.mail_id, case.agency, 1)
            )
            add_verdict(self._connection, verdict, is_first=is_first)

    def ask_again(self, mail_id: str, agency: str, at: datetime | None) -> None:
        """Note when the verdict of a mail is asked for again; None: not any more."""
        with self._remembering_errors():
            ask_again(self._connection, Due(mail_id, agency), at)

    @property
    def correspondence(self) -> Correspondence:
        """What is known and written of letters beside the outbox, in this transaction."""
        return Correspondence(self._connection, before_event=self.finish)

    def relate(self, case: Case, entries: Sequence[RegisterEntry], known: Relations) -> None:
        """Write what the mail has to do with the book: a copy, an answer, a recall that is asked for."""
        with self._remembering_errors():
            self.finish()
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
            self._posted.append(letter)
            self._tell(letter.agency, letter.mail_id, Happening.LETTER_QUEUED, letter.kind.value, at=now)
            return True

    @contextmanager
    def _remembering_errors(self) -> Iterator[None]:
        try:
            with reaching_database():
                yield
        except Exception as error:  # whatever it is: it goes on, and whoever commits knows that there was one
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
        write_version(self._connection, line, author)

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
        self._happened.append((agency, happened))
        if not self._gathers:
            self.finish()


def newest_with(connection: Connection, agency: str, symbol: str) -> Iterator[RegisterEntry]:
    """Yield the entries with a symbol, the one that arrived last first, not more than 50."""
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
