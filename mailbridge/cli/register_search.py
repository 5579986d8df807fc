"""`mailbridge register search`: the book by words in any field."""

from __future__ import annotations

from datetime import date

import click

from mailbridge.cli.register import COLUMNS, entry_object, entry_row
from mailbridge.cli.register_choice import narrowing, read_pair
from mailbridge.cli.session import ANSWER_NO, Session, as_json_option, with_session
from mailbridge.cli.tables import print_json, print_table
from mailbridge.cli.texts import say


@click.command("search")
@click.argument("words", nargs=-1)
@click.option("--from-date", metavar="DAY", help="Arrived on this day or later.")
@click.option("--to-date", metavar="DAY", help="Arrived on this day or before.")
@click.option("--issuer", help="Words of the issuing body.")
@click.option("--type", "type_", help="Words of the type.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most entries to show.")
@narrowing
@as_json_option
@with_session
def search(
    session: Session,
    words: tuple[str, ...],
    from_date: str | None,
    to_date: str | None,
    issuer: str | None,
    type_: str | None,
    limit: int,
    agency: str | None,
    book: str | None,
    year: int | None,
    as_json: bool,
) -> int:
    """
    Find entries that have all these WORDS, in any field, with or without marks; 1 when there is none.

    A word field=value looks in that field alone. The beginning of a word or of a number is enough ("123", "123/QĐ").
    """
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.search_books import Question, SqlSearch

    session.settings()
    given = [word.partition("=") for word in words if "=" in word]
    given += [(name, "=", text) for name, text in (("issuer", issuer), ("type", type_)) if text is not None]
    question = Question(
        words=tuple(word for word in words if "=" not in word),
        fields={field.name: value for field, value in (read_pair(session, name, text) for name, _, text in given)},
        first_day=_day(session, from_date),
        last_day=_day(session, to_date),
        agency=agency,
        book=book,
        year=year,
    )
    with open_ledger(session) as engine:
        found = SqlSearch(engine).search(question, most=limit + 1)
    if as_json:
        print_json(map(entry_object, found[:limit]))
    else:
        print_table(session.lang(), COLUMNS, (entry_row(each, session.lang()) for each in found[:limit]))
    if len(found) > limit:
        click.echo(say(session.lang(), "only the first {limit} are shown; --limit shows more", limit=limit), err=True)
    return 0 if found else ANSWER_NO


def _day(session: Session, text: str | None) -> date | None:
    from mailbridge.registry.search import read_day

    if text is None:
        return None
    day = read_day(text.strip())
    if day is None:
        raise click.UsageError(say(session.lang(), "write a day such as 31/12/2026, not {value}", value=text))
    return day
