"""`mailbridge register close`: a day or a year of the book is closed, opened again, checked, or its end rehearsed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from mailbridge.cli.ledger import in_spool, open_ledger
from mailbridge.cli.moments import the_day
from mailbridge.cli.register_choice import person, reason, signed
from mailbridge.cli.register_close_words import closing_line, closing_object
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.closings import Closing
    from mailbridge.registry.closings_content import Period
    from mailbridge.registry.closings_rehearsal import Rehearsal
    from mailbridge.settings import Settings

_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_MOST_NAMED = 20
"""Numbers or days that a line on the terminal names; JSON has all."""


@click.command("close")
@click.option("--day", metavar="DAY", help="The day to close, 20/11/2026; yesterday without it.")
@click.option("--year", type=click.IntRange(_FIRST_YEAR, _LAST_YEAR), help="Close this year instead of a day.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Only this book; without it every book, except to reopen.")
@click.option("--reopen", is_flag=True, help="Open what is closed again; needs --why, and stays to be read.")
@click.option("--rehearse", is_flag=True, help="With --year: show first numbers and open items; nothing is written.")
@click.option("--check", "checked", is_flag=True, help="With --year: list its closings and count them again.")
@click.option("--why", help="The reason of a reopening, or a remark on a closing; it is kept.")
@signed
@as_json_option
@with_session
def close(
    session: Session,
    day: str | None,
    year: int | None,
    agency: str | None,
    book: str | None,
    reopen: bool,
    rehearse: bool,
    checked: bool,
    why: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    Close a day of the book that is over, or with --year a year.

    What stood in it is counted and sealed by SHA-256. After that no line of it is added, corrected or voided by hand;
    hand-over and directions go on. What comes by mail for such a day opens it again, visibly.
    """
    if reopen + rehearse + checked > 1:
        raise click.UsageError(say(session.lang(), "choose one of --reopen, --rehearse and --check"))
    if (rehearse or checked) and (year is None or day):
        raise click.UsageError(say(session.lang(), "--rehearse and --check ask for --year"))
    settings = session.settings()
    chosen = _agency(session, settings, agency)
    books = [book] if book else [each.id for each in settings.books]
    if reopen and len(books) > 1:
        raise click.UsageError(say(session.lang(), "say --book, one of: {known}", known=", ".join(books)))
    asked = _Asked(session=session, settings=settings, agency=chosen, books=tuple(books), as_json=as_json)
    with open_ledger(session) as engine:
        if not asked.is_known(engine):
            asked.note("no such book, and no entry in it")
            return ANSWER_NO
        if rehearse and year:
            return _rehearse(asked, engine, year)
        if checked and year:
            return _check(asked, engine, year)
        period = _period(session, day, year)
        if reopen:
            return _reopen(asked, engine, period, person(by), reason(session, why))
        return _close(asked, engine, period, person(by), why or "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    session: Session
    settings: Settings
    agency: str
    books: tuple[str, ...]
    as_json: bool

    def say(self, text: str, **facts: object) -> str:
        return visible(say(self.session.lang(), text, **facts))

    def shown(self, period: Period) -> str:
        return period.shown if self.session.lang() == "vi" else period.shown_in_english

    def is_known(self, engine: Engine) -> bool:
        """Say whether the books are configured, or were: a slip of the pen must not close a book that nobody has."""
        from mailbridge.registry.books import Books

        agencies, books = ({each.id for each in some} for some in (self.settings.agencies, self.settings.books))
        if self.agency in agencies and books.issuperset(self.books):
            return True
        return all(any(Books(engine).entries(agency=self.agency, book=each, limit=1)) for each in self.books)

    def note(self, text: str, **facts: object) -> None:
        click.echo(self.say(text, **facts), err=True)


def _agency(session: Session, settings: Settings, agency: str | None) -> str:
    known = [each.id for each in settings.agencies]
    if agency is None and len(known) == 1:
        return known[0]
    if agency is None:
        raise click.UsageError(say(session.lang(), "say --agency, one of: {known}", known=", ".join(known)))
    return agency


def _period(session: Session, day: str | None, year: int | None) -> Period:
    from mailbridge.registry.closings_content import Period, day_of
    from mailbridge.registry.entry import local_day

    if day and year:
        raise click.UsageError(say(session.lang(), "say --day or --year, not both"))
    if year:
        return Period(year=year)
    if day is None:
        return day_of(local_day(datetime.now(UTC)) - timedelta(days=1))
    return day_of(the_day(session, day))


def _close(asked: _Asked, engine: Engine, period: Period, by: str, why: str) -> int:
    from mailbridge.registry.closings import ClosingRefused, SqlClosings

    waiting = _waiting(asked, engine, period)
    status, closed = 0, False
    for book in asked.books:
        try:
            done = SqlClosings(engine).close(asked.agency, book, period, by=by, why=why)
        except ClosingRefused as refused:
            click.echo(f"{book}: {refused.said(asked.session.lang())}", err=True)
            status = ANSWER_NO
            continue
        closed = True
        if asked.as_json:
            print_json([closing_object(done) | {"waiting": waiting.as_object()}])
        else:
            click.echo("\n".join(_closing_lines(asked, done)))
    if closed:
        _warn(asked, period, waiting)
    return status


def _reopen(asked: _Asked, engine: Engine, period: Period, by: str, why: str) -> int:
    from mailbridge.registry.closings import ClosingRefused, SqlClosings

    status = 0
    for book in asked.books:
        try:
            done = SqlClosings(engine).reopen(asked.agency, book, period, by=by, why=why)
        except ClosingRefused as refused:
            click.echo(f"{book}: {refused.said(asked.session.lang())}", err=True)
            status = ANSWER_NO
            continue
        if asked.as_json:
            print_json([closing_object(done)])
        else:
            click.echo(asked.say("{book}, {period}: open again", book=book, period=asked.shown(period)))
    return status


def _check(asked: _Asked, engine: Engine, year: int) -> int:
    """Count every closed period of a year again, and say which is not as it was closed."""
    from mailbridge.registry.closings import SqlClosings

    closings, status, found = SqlClosings(engine), 0, False
    for book in asked.books:
        for each in closings.standing(agency=asked.agency, book=book, year=year):
            found = True
            now = closings.totals(each.agency, each.book, each.period)
            is_same = not each.is_closed or now == each.totals
            status = status if is_same else ANSWER_NO
            if asked.as_json:
                print_json([closing_object(each) | {"holds": is_same, "digest_now": now.lines_digest}])
            else:
                click.echo(closing_line(asked.session.lang(), each) + ("" if is_same else f" — {asked.say('CHANGED')}"))
    if not found:
        asked.note("nothing of this year was ever closed")
    return status


def _rehearse(asked: _Asked, engine: Engine, year: int) -> int:
    from mailbridge.registry.closings_content import Period
    from mailbridge.registry.closings_rehearsal import rehearse

    waiting = _waiting(asked, engine, Period(year=year))
    for book in asked.books:
        seen = rehearse(engine, asked.agency, book, year)
        if asked.as_json:
            print_json([_rehearsal_object(seen) | {"waiting": waiting.as_object()}])
        else:
            click.echo("\n".join(_rehearsal_lines(asked, seen)))
    if not asked.as_json:
        for line in waiting.lines(asked):
            click.echo(line)
        click.echo(asked.say("rehearsed; nothing was written into the book"))
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """Mails and letters that are not settled; `walking` and `aside` lie in the spool."""

    held: tuple[str, ...]
    walking: int
    aside: int
    letters: int

    def as_object(self) -> dict[str, object]:
        return {"held": list(self.held), "walking": self.walking, "aside": self.aside, "letters": self.letters}

    def lines(self, asked: _Asked) -> Iterator[str]:
        if self.held:
            named = _named(self.held)
            yield asked.say("{count} mails wait for a clerk: {named}", count=len(self.held), named=named)
        if self.walking:
            yield asked.say("{count} mails are not yet walked", count=self.walking)
        if self.aside:
            yield asked.say("{count} mails are set aside", count=self.aside)
        if self.letters:
            yield asked.say("{count} letters have not left", count=self.letters)


def _waiting(asked: _Asked, engine: Engine, period: Period) -> _Waiting:
    """Find what may still come into the period; letters are counted for a year only."""
    from mailbridge.registry.books import Books, LetterState
    from mailbridge.registry.entry import local_day

    spool = in_spool(asked.settings)  # before the books: mail leaves it after its case
    books = Books(engine)
    first, last = (period.day, period.day) if period.day else (date(period.year, 1, 1), date(period.year, 12, 31))
    held = [each.mail_id for each in books.held(agency=asked.agency) if first <= local_day(each.accepted_at) <= last]
    account = books.equation(first, last, now=datetime.now(UTC), spool=spool)
    letters = 0 if period.day else sum(1 for _ in books.letters(agency=asked.agency, state=LetterState.WAITING))
    return _Waiting(held=tuple(held), walking=account.waiting, aside=account.aside, letters=letters)


def _warn(asked: _Asked, period: Period, waiting: _Waiting) -> None:
    lines = list(waiting.lines(asked))
    for line in lines:
        click.echo(line, err=True)
    if lines:
        asked.note("what of it is entered later opens {period} again", period=asked.shown(period))


def _closing_lines(asked: _Asked, done: Closing) -> Iterator[str]:
    yield closing_line(asked.session.lang(), done)
    totals = done.totals
    if totals is None:
        return
    facts: dict[str, object] = {
        "mail": totals.mail,
        "paper": totals.paper,
        "voided": totals.voided,
        "corrected": totals.corrected,
    }
    yield "  " + asked.say("by mail {mail}, on paper {paper}, struck {voided}, corrected {corrected}", **facts)
    if totals.numbers:
        yield "  " + asked.say("numbers: {numbers}", numbers=_named([_stretch(each) for each in totals.numbers]))
    yield f"  SHA-256 {totals.lines_digest}"


def _rehearsal_object(seen: Rehearsal) -> dict[str, object]:
    return {
        "agency": seen.agency,
        "book": seen.book,
        "year": seen.year,
        "entries": seen.entries,
        "voided": seen.voided,
        "last": seen.last,
        "next_number": seen.next_number,
        "first_of_next_year": seen.first_of_next_year,
        "gaps": seen.gaps,
        "lacking": seen.lacking,
        "not_handed_over": seen.not_handed_over,
        "open_days": [day.isoformat() for day in seen.open_days],
        "closed": seen.is_closed,
        "ready": seen.is_ready,
    }


def _rehearsal_lines(asked: _Asked, seen: Rehearsal) -> Iterator[str]:
    facts: dict[str, object] = {"book": seen.book, "year": seen.year, "entries": seen.entries, "voided": seen.voided}
    yield asked.say("{book} {year}: {entries} documents, struck {voided}", **facts)
    facts = {"next": f"{seen.next_number:02d}", "year": seen.year, "first": f"{seen.first_of_next_year:02d}"}
    yield "  " + asked.say("next number {next}/{year}; the next year begins with {first}", **facts)
    told: Sequence[tuple[str, Sequence[str]]] = (
        ("numbers without an entry: {named}", [_stretch(each) for each in seen.gaps]),
        ("lines that lack a needed field: {named}", [f"{number:02d}" for number in seen.lacking]),
        ("lines without recipient or day of hand-over: {named}", [f"{number:02d}" for number in seen.not_handed_over]),
        ("days that are not closed: {named}", [f"{day:%d/%m}" for day in seen.open_days]),
    )
    for text, names in told:
        if names:
            yield "  " + asked.say(text, named=_named(names))
    if seen.is_ready:
        yield "  " + asked.say("nothing stands in the way of closing the year")


def _stretch(numbers: tuple[int, int]) -> str:
    first, last = numbers
    return f"{first:02d}" if first == last else f"{first:02d}–{last:02d}"


def _named(words: Sequence[str]) -> str:
    rest = len(words) - _MOST_NAMED
    return ", ".join(words[:_MOST_NAMED]) + (f" (+{rest})" if rest > 0 else "")
