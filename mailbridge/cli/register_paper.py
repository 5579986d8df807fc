"""`mailbridge register add`: a document on paper, in the same series of numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbridge.cli.register import entry_object
from mailbridge.cli.register_choice import person, read_fields, read_pair, refusing, signed, the_entry, warn_of_length
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json
from mailbridge.cli.texts import say

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.corrections_fields import Value
    from mailbridge.registry.entry import RegisterEntry
    from mailbridge.settings import Settings

_OPTIONS = {
    "symbol": ("--symbol", "Number and symbol, 15/QĐ-SNV."),
    "issued_date": ("--date", "Day of the document, 31/12/2026."),
    "issuer": ("--issuer", "Issuing body."),
    "type": ("--type", "Type: Quyết định, Công văn…"),
    "subject": ("--subject", "Summary."),
    "signer_name": ("--signer", "Who signed it."),
    "recipients": ("--recipients", "Unit or person that receives it."),
    "urgency": ("--urgency", "khẩn, thượng khẩn or hỏa tốc."),
    "pages": ("--pages", "Number of pages."),
    "due_date": ("--due", "Day by which it must be settled."),
    "note": ("--note", "Remark."),
}


_ENTERED = "entered in book {book} as number {number}"


def _field_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, (option, text) in reversed(_OPTIONS.items()):
        function = click.option(option, name, help=text)(function)
    return function


@click.command("add")
@click.argument("fields", nargs=-1)
@_field_options
@click.option("--arrived", metavar="WHEN", help="Day of arrival, 31/12/2026, or a time of RFC 3339; now without it.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Which book; without it, that of official documents.")
@click.option("--why", help="The reason: of a late entry, and of --force.")
@click.option("--force", is_flag=True, help="Enter it although something is missing, or it looks entered already.")
@click.option("--copy-of", "copy_of", metavar="NUMBER", help="It is the paper of this entry: no second number.")
@click.option("--answer", is_flag=True, help="Of mail files: let the sender and the clerks have their letters.")
@click.option("--reserved", type=int, metavar="NUMBER", help="The number that was reserved for it.")
@signed
@as_json_option
@with_session
def add(
    session: Session,
    /,
    fields: tuple[str, ...],
    arrived: str | None,
    agency: str | None,
    book: str | None,
    why: str | None,
    force: bool,
    copy_of: str | None,
    answer: bool,
    reserved: int | None,
    by: str | None,
    as_json: bool,
    **options: str | None,
) -> int:
    """
    Enter a document on paper: it gets the next number of the series that mail has too.

    FIELDS are further words field=value, as of `register correct`. Files of mail (.eml, .msg, mbox) in their place are
    handed to the running program, which walks them as any mail; no letter leaves for them without --answer.
    """
    if files := mail_files(fields):
        if len(files) < len(fields) or any(options.values()) or arrived or reserved or book:
            raise click.UsageError(
                say(session.lang(), "files of mail are read: fields and numbers are not given with them")
            )
        from mailbridge.cli.register_candidates import bring

        return bring(session, files, agency=agency, answer=answer, by=by, why=why, as_json=as_json)
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.conflicts import LooksEntered
    from mailbridge.registry.paper import enter_paper
    from mailbridge.registry.store import SqlRegistry
    from mailbridge.wiring.books import declare_books

    settings = session.settings()
    values = _values(session, fields, options)
    chosen = chosen_agency(session, settings, agency)
    with open_ledger(session) as engine, refusing(session):
        declare_books(engine, settings)
        now = datetime.now(UTC)
        if copy_of is not None:
            at = _moment(session, arrived, now)
            return _join(session, engine, copy_of, agency=chosen, at=at, by=person(by), why=why or "", as_json=as_json)
        try:
            entry = enter_paper(
                SqlRegistry(engine, clock=lambda: now),
                values,
                agency=chosen,
                book=chosen_book(session, settings, chosen, book),
                arrived_at=_moment(session, arrived, now),
                now=now,
                by=person(by),
                why=why or "",
                force=force,
                reserved=reserved,
            )
        except LooksEntered as error:
            return _looks_entered(session, error.entries)
    if as_json:
        print_json([entry_object(entry)])
    else:
        from mailbridge.registry.authority import book_of

        number = f"{entry.shown_number}/{entry.year}"
        text = "it waits for its number in book {book}" if entry.awaits_number else _ENTERED
        click.echo(say(session.lang(), text, book=book_of(entry.draft.book), number=number))
        warn_of_length(session, entry)
    return 0


def _join(
    session: Session, engine: Engine, copy_of: str, *, agency: str, at: datetime, by: str, why: str, as_json: bool
) -> int:
    """Join the paper with the entry of its electronic copy (T3)."""
    from mailbridge.registry.books import Books
    from mailbridge.registry.copies import SqlCopies

    line = the_entry(session, Books(engine), copy_of, agency=agency, book=None, year=None)
    if line is None:
        return ANSWER_NO
    done = SqlCopies(engine).join_paper(line.id, at, by=by, why=why)
    if as_json:
        print_json([{**entry_object(done.entry), "link": done.link.id}])
        return 0
    facts = {"number": f"{done.entry.shown_number}/{done.entry.year}", "link": done.link.id}
    click.echo(say(session.lang(), "the paper was joined with number {number} (link {link})", **facts))
    return 0


def mail_files(words: tuple[str, ...]) -> list[Path]:
    """Return those of the words that are files, not fields."""
    return [Path(word) for word in words if "=" not in word and Path(word).exists()]


def _values(session: Session, fields: tuple[str, ...], options: dict[str, str | None]) -> dict[str, Value]:
    values = {name: read_pair(session, name, text)[1] for name, text in options.items() if text is not None}
    further = read_fields(session, fields)
    if twice := values.keys() & further.keys():
        raise click.UsageError(say(session.lang(), "{field} is given twice", field=", ".join(sorted(twice))))
    return values | further


def chosen_agency(session: Session, settings: Settings, agency: str | None) -> str:
    """Return the agency that is meant; with several it must be named (`UsageError`)."""
    known = [policy.agency.id for policy in settings.policies]
    if agency is None and len(known) == 1:
        return known[0]
    if agency not in known:
        text = "say --agency, one of: {known}"
        raise click.UsageError(say(session.lang(), text, known=", ".join(known)))
    return agency


def chosen_book(session: Session, settings: Settings, agency: str, book: str | None) -> str:
    """Return the book that is meant: without a name that of official documents; raises `UsageError`."""
    from mailbridge.classifier.kinds import Kind

    policy = next(each for each in settings.policies if each.agency.id == agency)
    known = [each.id for each in policy.books]
    chosen = book if book is not None else policy.book_for(Kind.OFFICIAL_DOCUMENT)
    if chosen is None or chosen not in known:
        raise click.UsageError(say(session.lang(), "say --book, one of: {known}", known=", ".join(known)))
    return chosen


def _moment(session: Session, text: str | None, now: datetime) -> datetime:
    """Read when a document arrived; of an earlier day only the day is known, and it is kept as its midnight."""
    from mailbridge.registry.days import read_day
    from mailbridge.registry.entry import VIETNAM, local_day

    if text is None:
        return now
    if day := read_day(text.strip()):
        return now if day == local_day(now) else datetime.combine(day, time.min, VIETNAM)
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        text = "--arrived: write a day such as 31/12/2026, or a time with its offset such as 2026-11-21T08:00:00+07:00"
        raise click.UsageError(say(session.lang(), text))
    return at


def _looks_entered(session: Session, entries: tuple[RegisterEntry, ...]) -> int:
    for entry in entries:
        text = "there is a document with the same number, symbol and issuing body: number {number} of {day}"
        facts = {"number": f"{entry.shown_number}/{entry.year}", "day": f"{entry.arrival_date:%d/%m/%Y}"}
        click.echo(say(session.lang(), text, **facts), err=True)
    number = f"{entries[0].shown_number}/{entries[0].year}"
    text = "nothing was written; if it is the paper of that entry: --copy-of {number}; another one: --force --why"
    click.echo(say(session.lang(), text, number=number), err=True)
    return ANSWER_NO
