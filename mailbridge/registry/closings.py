"""
Closing a day or a year of a book, and opening it again, visibly.

Nothing is locked in the database: a closing is a row that says what stood in the book, and every way to write into the
book asks here first. What comes by mail is never refused. It opens the period by a row of its own, and the period stays
open until a person closes it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.engine import RowMapping

from mailbridge.errors import Refusal
from mailbridge.registry.book_versions import Stretch, read_versions
from mailbridge.registry.clock import Clock, utc_now
from mailbridge.registry.closings_content import Period, Totals, count, periods_of, read_period, read_totals
from mailbridge.registry.database import insert_into, reaching_database, reading
from mailbridge.registry.entry import Channel, Event, RegisterEntry
from mailbridge.registry.happenings import OURSELVES, Happening
from mailbridge.registry.journal import add
from mailbridge.registry.rows import write_event
from mailbridge.registry.tables import closing, counter


class Act(StrEnum):
    """What a row of the table `closing` does."""

    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """
    One row: a period of a book was closed or opened again.

    `sequence` counts the rows of the period from 1. `totals` is what was counted, None of a row that opens; its digest
    is SHA-256 over `closings_content.sealed_lines`, in hexadecimal.
    """

    agency: str
    book: str
    period: Period
    sequence: int
    act: Act
    totals: Totals | None
    by: str
    at: datetime
    why: str

    @property
    def is_closed(self) -> bool:
        """Say whether the period is closed by this row."""
        return self.act is Act.CLOSED


class ClosingRefused(Refusal):
    """A period is not as it would have to be: not over, closed already, not closed."""


class PeriodClosed(Refusal):
    """A line of a closed day or year was to be added, corrected or voided by a person; `period` is the closed one."""

    def __init__(self, agency: str, book: str, period: Period) -> None:
        vi = f"Sổ {period.shown} đã khóa; không thể thêm hoặc sửa."
        en = f"The book is closed for {period.shown_in_english}; nothing can be added or changed."
        way = f"mailbridge register close --agency {agency} --book {book} {period.option} --reopen --why …"
        super().__init__(f"{vi} Muốn sửa, mở lại sổ có ghi lý do: {way}", f"{en} To change it, reopen it: {way}")
        self.period = period


_NEWEST = (
    select(closing)
    .where(
        closing.c.agency == bindparam("of"),
        closing.c.book == bindparam("in_book"),
        closing.c.period == bindparam("asked"),
    )
    .order_by(closing.c.sequence.desc())
    .limit(1)
)
_ACTS = (
    select(closing.c.period, closing.c.act)
    .where(
        closing.c.agency == bindparam("of"),
        closing.c.book == bindparam("in_book"),
        closing.c.period.in_(bindparam("asked", expanding=True)),
    )
    .order_by(closing.c.sequence)
)


def check_open(connection: Connection, line: RegisterEntry, fields: Collection[str] | None = None) -> None:
    """
    Refuse to change a line of a closed day or year; call it behind the lock of the entry and before writing.

    Args:
        fields: Names of the `DraftEntry` fields that change; None: the line itself is voided, merged or split.

    Raises:
        PeriodClosed: The period is closed and seals one of these fields.
    """
    draft = line.draft
    # Not beside a closing that is just counting; numbers are given all the while (their lock is a weaker one).
    row = (counter.c.agency == draft.agency, counter.c.book == draft.book, counter.c.year == line.year)
    connection.execute(select(counter.c.year).where(*row).with_for_update(read=True, key_share=True))
    for period in periods_of(line.arrival_date):
        if fields is not None and not period.sealed_from(fields):
            continue
        if _is_closed(connection, draft.agency, draft.book, period):
            raise PeriodClosed(draft.agency, draft.book, period)


def admit(connection: Connection, line: RegisterEntry, *, at: datetime) -> tuple[Closing, ...]:
    """
    Ask whether a new line may come into its day, behind the lock of its counter.

    A document on paper is refused when its day or year is closed. One that came by mail opens what is closed: it was
    accepted on that day, and only its walk or its clerk was late.

    Returns:
        The rows that opened something.

    Raises:
        PeriodClosed: The document is on paper.
    """
    draft = line.draft
    periods = periods_of(line.arrival_date)
    asked = {"of": draft.agency, "in_book": draft.book, "asked": [each.text for each in periods]}
    acts: dict[str, str] = {row.period: row.act for row in connection.execute(_ACTS, asked)}
    closed = [each for each in periods if acts.get(each.text) == Act.CLOSED.value]
    if not closed:
        return ()
    if draft.channel is Channel.PAPER:
        raise PeriodClosed(draft.agency, draft.book, closed[0])
    day, number = f"{line.arrival_date:%d/%m/%Y}", line.shown_number
    why = f"Văn bản đến qua thư điện tử ngày {day} vào sổ sau khi khóa: số đến {number}"
    return tuple(_reopen(connection, draft.agency, draft.book, each, OURSELVES, at, why) for each in closed)


def open_for_mail(
    connection: Connection, line: RegisterEntry, why: str, *, at: datetime, fields: Collection[str] | None = None
) -> tuple[Closing, ...]:
    """
    Open what is closed of the day and the year of a line, because a mail (a recall, a replacement) changes it.

    Args:
        why: A Vietnamese sentence that names the mail's document.
        fields: Names of the `DraftEntry` fields that change; what seals none of them stays closed. None: the line.
    """
    draft = line.draft
    return tuple(
        _reopen(connection, draft.agency, draft.book, each, OURSELVES, at, why)
        for each in periods_of(line.arrival_date)
        if (fields is None or each.sealed_from(fields)) and _is_closed(connection, draft.agency, draft.book, each)
    )


class SqlClosings:
    """Closings on SQLite or PostgreSQL. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._clock = clock

    def close(self, agency: str, book: str, period: Period, *, by: str, why: str = "") -> Closing:
        """
        Count a day or a year, seal it, and write that down.

        Raises:
            ClosingRefused: It is not over, or closed already.
        """
        now = self._clock()
        if not period.is_over(now):
            raise ClosingRefused(
                f"Chưa hết {period.shown}, chưa thể khóa sổ.", f"It is not over: {period.shown_in_english}."
            )
        with reaching_database(), self._engine.begin() as connection:
            self._lock(connection, agency, book, period.year)
            before = _newest(connection, agency, book, period)
            if before and before.is_closed:
                raise ClosingRefused(
                    f"Sổ {period.shown} đã khóa rồi.", f"The book is closed already for {period.shown_in_english}."
                )
            totals = count(read_versions(connection, _stretch(agency, book, period)), period)
            sequence = before.sequence + 1 if before else 1
            done = Closing(
                agency=agency,
                book=book,
                period=period,
                sequence=sequence,
                act=Act.CLOSED,
                totals=totals,
                by=by,
                at=now,
                why=" ".join(why.split()),
            )
            _write(connection, done)
            return done

    def reopen(self, agency: str, book: str, period: Period, *, by: str, why: str) -> Closing:
        """
        Open a closed day or year again; the closing before stays readable.

        Raises:
            ClosingRefused: It is not closed.
            ValueError: Nobody is named, or no reason.
        """
        by, why = by.strip(), " ".join(why.split())
        if not by or not why:
            raise ValueError("a reopening needs its author and its reason")
        with reaching_database(), self._engine.begin() as connection:
            self._lock(connection, agency, book, period.year)
            if not _is_closed(connection, agency, book, period):
                raise ClosingRefused(
                    f"Sổ {period.shown} chưa khóa.", f"The book is not closed for {period.shown_in_english}."
                )
            return _reopen(connection, agency, book, period, by, self._clock(), why)

    def rows(
        self, *, agency: str | None = None, book: str | None = None, year: int | None = None
    ) -> tuple[Closing, ...]:
        """List all rows, by agency, book, period and sequence."""
        asked = ((closing.c.agency, agency), (closing.c.book, book))
        query = select(closing).where(*(column == value for column, value in asked if value is not None))
        if year is not None:
            query = query.where(closing.c.period.like(f"{year:04d}%"))
        keys = (closing.c.agency, closing.c.book, closing.c.period, closing.c.sequence)
        with reaching_database(), self._reader.begin() as connection:
            return tuple(map(_closing_of, connection.execute(query.order_by(*keys)).mappings()))

    def standing(
        self, *, agency: str | None = None, book: str | None = None, year: int | None = None
    ) -> tuple[Closing, ...]:
        """Return the newest row of every period that was ever closed."""
        newest = {
            (each.agency, each.book, each.period.text): each for each in self.rows(agency=agency, book=book, year=year)
        }
        return tuple(newest.values())

    def of_day(self, agency: str, book: str, day: date) -> tuple[Closing, ...]:
        """Return the newest row of the year and of the day, where there is one."""
        with reaching_database(), self._reader.begin() as connection:
            found = (_newest(connection, agency, book, each) for each in periods_of(day))
            return tuple(each for each in found if each)

    def totals(self, agency: str, book: str, period: Period) -> Totals:
        """Count what stands in the book now; another digest than the closing has means that somebody went past us."""
        with reaching_database(), self._reader.begin() as connection:
            return count(read_versions(connection, _stretch(agency, book, period)), period)

    def _lock(self, connection: Connection, agency: str, book: str, year: int) -> None:
        """Keep new numbers and corrections of this year away until the transaction ends."""
        row = {"agency": agency, "book": book, "year": year, "next": 1}
        add = insert_into(connection.dialect.name, counter).on_conflict_do_nothing()
        connection.execute(add, row)
        here = (counter.c.agency == agency, counter.c.book == book, counter.c.year == year)
        connection.execute(select(counter.c.next).where(*here).with_for_update())


def _stretch(agency: str, book: str, period: Period) -> Stretch:
    return Stretch(agency=agency, book=book, year=period.year, day=period.day)


def _newest(connection: Connection, agency: str, book: str, period: Period) -> Closing | None:
    asked = {"of": agency, "in_book": book, "asked": period.text}
    row = connection.execute(_NEWEST, asked).mappings().one_or_none()
    return _closing_of(row) if row else None


def _is_closed(connection: Connection, agency: str, book: str, period: Period) -> bool:
    found = _newest(connection, agency, book, period)
    return found is not None and found.is_closed


def _reopen(connection: Connection, agency: str, book: str, period: Period, by: str, at: datetime, why: str) -> Closing:
    before = _newest(connection, agency, book, period)
    done = Closing(
        agency=agency,
        book=book,
        period=period,
        sequence=before.sequence + 1 if before else 1,
        act=Act.REOPENED,
        totals=None,
        by=by,
        at=at,
        why=why,
    )
    _write(connection, done)
    return done


def _write(connection: Connection, done: Closing) -> None:
    label = f"{done.book}/{done.period.text}"
    add(connection, done.agency, closing, _row(done), label=label)
    what = Happening.BOOK_CLOSED if done.is_closed else Happening.BOOK_REOPENED
    said = f"{done.book} {done.period.text}" + (f", {_counted(done.totals)}" if done.totals else "")
    detail = f"{said}: {done.why}" if done.why else said
    write_event(connection, done.agency, Event(at=done.at, mail_id="", actor=done.by, what=what, detail=detail))


def _counted(totals: Totals) -> str:
    span = f" {totals.first}–{totals.last}" if totals.numbers else ""
    return f"{totals.entries} entries{span}, {totals.voided} voided, SHA-256 {totals.lines_digest}"


def _row(done: Closing) -> Mapping[str, Any]:
    totals = done.totals
    return {
        "agency": done.agency,
        "book": done.book,
        "period": done.period.text,
        "sequence": done.sequence,
        "act": done.act.value,
        "first": totals.first if totals else None,
        "last": totals.last if totals else None,
        "entries": totals.entries if totals else None,
        "voided": totals.voided if totals else None,
        "totals": totals.as_json() if totals else None,
        "digest": totals.lines_digest if totals else None,
        "written_by": done.by,
        "written_at": done.at,
        "why": done.why,
    }


def _closing_of(row: RowMapping) -> Closing:
    totals = None
    if row["totals"] is not None:
        totals = read_totals(row["totals"], entries=row["entries"], voided=row["voided"], digest=row["digest"])
    return Closing(
        agency=row["agency"],
        book=row["book"],
        period=read_period(row["period"]),
        sequence=row["sequence"],
        act=Act(row["act"]),
        totals=totals,
        by=row["written_by"],
        at=row["written_at"],
        why=row["why"],
    )
