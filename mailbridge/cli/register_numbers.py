"""`mailbridge register number|reserve|release|block|start`: numbers that do not come from our counter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbridge.cli.ledger import open_ledger
from mailbridge.cli.register import COLUMNS, entry_object, entry_row
from mailbridge.cli.register_choice import narrowing, person, reason, refusing, signed, the_entry
from mailbridge.cli.register_paper import chosen_agency, chosen_book
from mailbridge.cli.session import ANSWER_NO, BAD_DATA, Session, as_json_option, with_session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbridge.registry.entry import RegisterEntry
    from mailbridge.registry.numbers import Gift, Then
    from mailbridge.registry.numbers_blocks import SqlBlocks
    from mailbridge.settings import Settings

_BLOCK_COLUMNS = (
    Column(head="Book", whole=True),
    Column(head="Year", whole=True),
    Column(head="First", whole=True),
    Column(head="Last", whole=True),
    Column(head="Left", whole=True),
    Column(head="Why"),
)
_RESERVED_COLUMNS = (
    Column(head="Book", whole=True),
    Column(head="No.", whole=True),
    Column(head="By"),
    Column(head="When", whole=True),
    Column(head="Why"),
)


@click.command("number")
@click.argument("what", required=False)
@click.argument("given", required=False)
@click.option(
    "--from", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV or XLSX of pairs."
)
@click.option("--why", help="Where the number comes from, which is kept.")
@signed
@narrowing
@as_json_option
@with_session
def number(
    session: Session,
    what: str | None,
    given: str | None,
    file: Path | None,
    why: str | None,
    by: str | None,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Bring the number that another system gave to a waiting line: `register number WHAT 457 --why …`.

    WHAT is the id of the line or its mail, or a symbol; the number may be "457/2026". Without any, the waiting lines
    are listed. With --from, each row of the file is such a pair, and all are entered or none.
    """
    from mailbridge.registry.books import Books
    from mailbridge.registry.numbers import SqlNumbers

    settings = session.settings()
    with open_ledger(session) as engine, refusing(session):
        numbers = SqlNumbers(engine)
        if what is None and file is None:
            return _list_waiting(session, numbers.awaiting(agency=agency, book=book), as_json)
        pairs = _pairs(session, what, given, file)
        if pairs is None:
            return BAD_DATA
        gifts = []
        for named, text in pairs:
            line = the_entry(session, Books(engine), named, agency=agency, book=book, year=year)
            if line is None:
                click.echo(visible(named), err=True)
                return ANSWER_NO
            gifts.append(_gift(session, line, text))
        told = reason(session, why)
        entered = numbers.give(gifts, by=person(by), why=told, then=_letters(settings, engine))
    return _told_numbers(session, entered, as_json)


def _list_waiting(session: Session, lines: Sequence[RegisterEntry], as_json: bool) -> int:
    if as_json:
        print_json({**entry_object(line), "id": line.id} for line in lines)
    else:
        columns = (*COLUMNS, Column(head="Entry", under="Type and subject", labelled=True))
        print_table(session.lang(), columns, ((*entry_row(line, session.lang()), line.id) for line in lines))
    return 0


def _pairs(session: Session, what: str | None, given: str | None, file: Path | None) -> list[tuple[str, str]] | None:
    """Return what is named and its number, from the command line or a file; None, and a word, when that has none."""
    if file is None:
        if what is None or given is None:
            raise click.UsageError(say(session.lang(), "say which line and which number: register number WHAT NUMBER"))
        return [(what, given)]
    if what is not None:
        raise click.UsageError(say(session.lang(), "give a file or a line, not both"))
    from mailbridge.letters.reasons import said
    from mailbridge.reading.problems import Unreadable
    from mailbridge.reading.sheet_tables import table_rows

    try:
        rows = [[cell.strip() for cell in row.cells] for row in table_rows(file)]
    except Unreadable as error:
        click.echo(visible(f"{file}: {said(str(error), session.lang())}"), err=True)
        return None
    # A row whose second cell is no number is one of heads, or of remarks.
    return [(row[0], row[1]) for row in rows if len(row) > 1 and row[0] and row[1][:1].isdigit()]


def _gift(session: Session, line: RegisterEntry, text: str) -> Gift:
    from mailbridge.registry.numbers import Gift

    digits, slash, year = text.partition("/")
    is_number = digits.strip().isdecimal() and digits.isascii() and len(digits) < 12
    is_year = not slash or (year.strip().isdecimal() and year.isascii() and len(year.strip()) == 4)
    if not is_number or not is_year:
        raise click.UsageError(say(session.lang(), "{number} is no arrival number", number=visible(text)))
    return Gift(entry_id=line.id, number=int(digits), year=int(year) if slash else None)


def _letters(settings: Settings, engine: Engine) -> Then:
    """Return what posts the acknowledgements that waited for a number."""
    from mailbridge.desk.around import Office
    from mailbridge.desk.numbering import tell_numbers
    from mailbridge.wiring.desk import around_of

    return partial(tell_numbers, Office(engine, around_of(settings)))


def _told_numbers(session: Session, entered: Sequence[RegisterEntry], as_json: bool) -> int:
    if as_json:
        print_json({**entry_object(line), "id": line.id} for line in entered)
        return 0
    for line in entered:
        facts = {"book": line.draft.book, "number": f"{line.shown_number}/{line.year}"}
        click.echo(say(session.lang(), "entered in book {book} as number {number}", **facts))
    if not entered:
        click.echo(say(session.lang(), "nothing found"))
    return 0


@click.command("reserve")
@click.option("--count", type=int, help="How many numbers; without it, open ones are listed.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Which book; without it, that of official documents.")
@click.option("--why", help="The reason, which is kept.")
@signed
@as_json_option
@with_session
def reserve(
    session: Session,
    count: int | None,
    agency: str | None,
    book: str | None,
    why: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    Take the next numbers for paper that is stamped by hand; each is filled or let go later.

    It is filled by `register add --reserved NUMBER` or `register import --emergency`, let go by `register release`.
    """
    from mailbridge.registry.numbers_reserved import SqlReserved
    from mailbridge.wiring.books import declare_books

    settings = session.settings()
    with open_ledger(session) as engine, refusing(session):
        reserved = SqlReserved(engine)
        if count is None:
            made = reserved.open(agency=agency, book=book)
        else:
            declare_books(engine, settings)
            chosen = chosen_agency(session, settings, agency)
            of_book = chosen_book(session, settings, chosen, book)
            made = reserved.reserve(chosen, of_book, count, by=person(by), why=reason(session, why))
    if as_json:
        names = ("agency", "book", "year", "number", "by", "why")
        print_json({**{name: getattr(each, name) for name in names}, "at": utc(each.at)} for each in made)
    else:
        rows = ((each.book, f"{each.number:02d}/{each.year}", each.by, local_time(each.at), each.why) for each in made)
        print_table(session.lang(), _RESERVED_COLUMNS, rows)
    return 0


@click.command("release")
@click.argument("number", type=int)
@click.option("--year", type=int, help="Its year; this one without it.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Which book; without it, that of official documents.")
@click.option("--why", help="The reason, which stands in the book.")
@signed
@as_json_option
@with_session
def release(
    session: Session,
    number: int,
    year: int | None,
    agency: str | None,
    book: str | None,
    why: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """Let a reserved NUMBER go: its line says that it is not used, and why."""
    from mailbridge.registry.entry import local_day
    from mailbridge.registry.numbers_reserved import SqlReserved
    from mailbridge.registry.series import Place

    settings = session.settings()
    chosen = chosen_agency(session, settings, agency)
    of_book = chosen_book(session, settings, chosen, book)
    with open_ledger(session) as engine, refusing(session):
        place = Place(of_book, year or local_day(datetime.now(UTC)).year, number)
        line = SqlReserved(engine).release(chosen, place, by=person(by), why=reason(session, why))
    if as_json:
        print_json([entry_object(line)])
    else:
        click.echo(visible(line.draft.note or ""))
    return 0


@click.command("block")
@click.argument("first", type=int, required=False)
@click.argument("last", type=int, required=False)
@click.option("--year", type=int, help="Its year; this one without it.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Which book; without it, that of official documents.")
@click.option("--why", help="Who set them apart, and by what; it is kept.")
@signed
@as_json_option
@with_session
def block(
    session: Session,
    first: int | None,
    last: int | None,
    year: int | None,
    agency: str | None,
    book: str | None,
    why: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """
    Add the numbers FIRST to LAST, which another system has set apart for us; without them, list the blocks.

    Lines that wait get the first numbers, in the order of their arrival.
    """
    from mailbridge.registry.entry import local_day
    from mailbridge.registry.numbers_blocks import SqlBlocks
    from mailbridge.wiring.books import declare_books

    settings = session.settings()
    with open_ledger(session) as engine, refusing(session):
        blocks = SqlBlocks(engine)
        if first is None or last is None:
            if first is not None:
                raise click.UsageError(say(session.lang(), "a block has a first and a last number"))
            return _list_blocks(session, blocks, agency, book, as_json)
        declare_books(engine, settings)
        chosen = chosen_agency(session, settings, agency)
        of_book = chosen_book(session, settings, chosen, book)
        of_year = year or local_day(datetime.now(UTC)).year
        told, then = reason(session, why), _letters(settings, engine)
        entered = blocks.add(chosen, of_book, of_year, first, last, by=person(by), why=told, then=then)
    if not as_json:
        click.echo(say(session.lang(), "block {first}-{last} is added", first=first, last=last))
    return _told_numbers(session, entered, as_json) if entered else 0


def _list_blocks(session: Session, blocks: SqlBlocks, agency: str | None, book: str | None, as_json: bool) -> int:
    found = blocks.blocks(agency=agency, book=book)
    if as_json:
        names = ("agency", "book", "year", "first", "last", "left", "by", "why")
        print_json({**{name: getattr(each, name) for name in names}, "at": utc(each.at)} for each in found)
        return 0
    shown = ("book", "year", "first", "last", "left", "why")
    print_table(session.lang(), _BLOCK_COLUMNS, ([str(getattr(each, name)) for name in shown] for each in found))
    return 0


@click.command("start")
@click.argument("next_number", type=int, metavar="NUMBER")
@click.option("--year", type=int, help="Its year; this one without it.")
@click.option("--agency", metavar="ID", help="Whose book; needed when there are several agencies.")
@click.option("--book", metavar="ID", help="Which book; without it, that of official documents.")
@click.option("--why", help="The reason, which is kept.")
@signed
@with_session
def start(
    session: Session,
    next_number: int,
    year: int | None,
    agency: str | None,
    book: str | None,
    why: str | None,
    by: str | None,
) -> int:
    """Continue the numbers of a year from NUMBER, where an older book ended."""
    from mailbridge.registry.conflicts import SeriesTaken
    from mailbridge.registry.entry import local_day
    from mailbridge.registry.numbers import HIGHEST
    from mailbridge.registry.store import SqlRegistry

    settings = session.settings()
    chosen = chosen_agency(session, settings, agency)
    of_book = chosen_book(session, settings, chosen, book)
    if not 1 <= next_number <= HIGHEST:
        raise click.UsageError(say(session.lang(), "{number} is no arrival number", number=next_number))
    of_year = year or local_day(datetime.now(UTC)).year
    facts = {"book": of_book, "number": f"{next_number:02d}/{of_year}"}
    with open_ledger(session) as engine:
        told = reason(session, why)
        try:
            SqlRegistry(engine).start_series(chosen, of_book, of_year, next_number, by=person(by), why=told)
        except SeriesTaken as taken:
            text = "the book has number {number} already; nothing was written"
            click.echo(say(session.lang(), text, number=f"{taken.highest:02d}/{of_year}"), err=True)
            return ANSWER_NO
    click.echo(say(session.lang(), "the next number of book {book} is {number}", **facts))
    return 0
