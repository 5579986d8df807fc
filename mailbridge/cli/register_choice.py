"""Which entry is meant, and what is written into its fields: what the verbs that change the book share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from mailbridge.cli.session import ANSWER_NO, Session
from mailbridge.cli.texts import say, visible
from mailbridge.errors import Refusal

if TYPE_CHECKING:
    from mailbridge.registry.books import Books
    from mailbridge.registry.corrections_fields import Field, Value
    from mailbridge.registry.entry import RegisterEntry

P = ParamSpec("P")
R = TypeVar("R")


def narrowing(function: Callable[P, R]) -> Callable[P, R]:
    """Add `--agency`, `--book` and `--year`: a number is one of each book and year."""
    function = click.option("--year", type=int, help="Only this year.")(function)
    function = click.option("--book", metavar="ID", help="Only this book.")(function)
    return click.option("--agency", metavar="ID", help="Only this agency.")(function)


def signed(function: Callable[P, R]) -> Callable[P, R]:
    """Add `--by`: who answers for what is written; without it, who is at the terminal."""
    return click.option("--by", metavar="WHO", help="Who does this; without it, the user at the terminal.")(function)


def person(by: str | None) -> str:
    """Return who answers for a change."""
    from mailbridge.control.audit import who_asks

    return (by or "").strip() or who_asks()


def reason(session: Session, why: str | None) -> str:
    """Return the reason of a change; without one it is wrong usage."""
    text = " ".join((why or "").split())
    if not text:
        raise click.UsageError(say(session.lang(), "a change needs its reason: --why"))
    return text


def the_entry(
    session: Session, books: Books, what: str, *, agency: str | None, book: str | None, year: int | None
) -> RegisterEntry | None:
    """
    Find the one entry that is meant; None, and a word about it, when there is none.

    Raises:
        UsageError: There are several; they are named.
    """
    found = books.find_entries(what, agency=agency, book=book, year=year)
    if not found:
        click.echo(say(session.lang(), "no such entry"), err=True)
        return None
    if len(found) > 1:
        names = ", ".join(f"{e.draft.agency} {e.draft.book} {e.shown_number}/{e.year}" for e in found[:10])
        text = "{what} is several entries ({names}); say --agency, --book or --year"
        raise click.UsageError(say(session.lang(), text, what=what, names=names))
    return found[0]


def read_fields(session: Session, given: Iterable[str]) -> dict[str, Value]:
    """Read "field=value" words, names in Vietnamese or English; raises `UsageError`, which names the known fields."""
    values: dict[str, Value] = {}
    for word in given:
        name, equals, text = word.partition("=")
        if not equals:
            raise click.UsageError(say(session.lang(), "write field=value, not {word}", word=visible(word)))
        field, value = read_pair(session, name, text)
        if field.name in values:
            raise click.UsageError(say(session.lang(), "{field} is given twice", field=field.title(session.lang())))
        values[field.name] = value
    return values


def read_pair(session: Session, name: str, text: str) -> tuple[Field, Value]:
    """Read one field and its value; raises `UsageError`."""
    from mailbridge.registry.corrections_fields import FIELDS, WrongValue, field_called, read_value

    language = session.lang()
    try:
        field = field_called(name)
    except WrongValue as wrong:
        known = ", ".join(f"{each.title(language)} ({each.name})" for each in FIELDS)
        listed = say(language, "fields: {known}", known=known)
        raise click.UsageError(f"{told(language, wrong)}\n{listed}") from wrong
    with refusing(session):
        return field, read_value(field, text)


@contextmanager
def refusing(session: Session) -> Iterator[None]:
    """Turn a value that cannot stand in the book into wrong usage, and what the book refuses into the answer "no"."""
    from mailbridge.registry.corrections_fields import WrongValue

    try:
        yield
    except WrongValue as wrong:
        raise click.UsageError(told(session.lang(), wrong)) from wrong
    except Refusal as refused:
        click.echo(visible(refused.said(session.lang())), err=True)
        raise click.exceptions.Exit(ANSWER_NO) from refused


def told(language: str, wrong: Exception) -> str:
    """Write what is wrong with a value, fields by the names that people see."""
    from mailbridge.registry.corrections_fields import FIELDS, WrongValue

    if not isinstance(wrong, WrongValue):
        return str(wrong)
    titles = {each.name: each.title(language) for each in FIELDS}
    facts = dict(wrong.facts)
    if "field" in facts:
        facts["field"] = titles[str(facts["field"])]
    if "fields" in facts:
        facts["fields"] = ", ".join(titles[name] for name in str(facts["fields"]).split(", "))
    return visible(say(language, wrong.problem, **facts))


def warn_of_length(session: Session, entry: RegisterEntry) -> None:
    """Say which fields are longer than the form has room for; they are kept in full (Phụ lục VI)."""
    from mailbridge.registry.corrections_fields import FIELDS
    from mailbridge.registry.entry import LENGTHS

    titles = {each.name: each.title(session.lang()) for each in FIELDS}
    for name in entry.draft.too_long():
        facts = {"field": titles[name], "most": LENGTHS[name]}
        click.echo(
            say(session.lang(), "{field} is longer than {most} characters; exports shorten it", **facts), err=True
        )
