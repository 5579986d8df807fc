"""Searches under a name: kept, used again, listed, forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbridge.cli.register_choice import person
from mailbridge.cli.session import ANSWER_NO, Session
from mailbridge.cli.tables import Column, print_json, print_table
from mailbridge.cli.texts import local_time, say, utc, visible

if TYPE_CHECKING:
    from mailbridge.registry.search_books import Question
    from mailbridge.registry.search_saved import SavedSearch

_COLUMNS = (
    Column(head="Name", whole=True),
    Column(head="Agency", whole=True),
    Column(head="Asked"),
    Column(head="Saved", whole=True),
)


def keep(session: Session, name: str, question: Question, by: str | None) -> Question:
    """Keep a question under a name and return it; one of the same name is replaced."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.search_saved import SavedSearch, SavedSearches

    name = _tidy(session, name)
    search = SavedSearch(
        agency=question.agency or "", person=person(by), name=name, question=question, saved_at=datetime.now(UTC)
    )
    with open_ledger(session) as engine:
        SavedSearches(engine).save(search)
    click.echo(say(session.lang(), "kept as {name}", name=visible(name)), err=True)
    return question


def kept(session: Session, name: str, question: Question, by: str | None) -> Question:
    """Return the question that is kept under a name; raises `UsageError` when there is none."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.search_saved import SavedSearches

    if question.words or question.fields:
        raise click.UsageError(say(session.lang(), "a search that is kept takes no further words"))
    with open_ledger(session) as engine:
        found = SavedSearches(engine).named(person(by), question.agency or "", _tidy(session, name))
    if found is None:
        raise click.UsageError(say(session.lang(), "no search is kept as {name}", name=visible(name)))
    return found.question


def show_or_forget(session: Session, question: Question, name: str | None, *, by: str | None, as_json: bool) -> int:
    """List what is kept, or keep one search no longer; 1 when there is none."""
    from mailbridge.cli.ledger import open_ledger
    from mailbridge.registry.search_saved import SavedSearches

    with open_ledger(session) as engine:
        searches = SavedSearches(engine)
        if name is not None:
            gone = searches.forget(person(by), question.agency or "", _tidy(session, name))
            text = "{name} is kept no longer" if gone else "no search is kept as {name}"
            click.echo(say(session.lang(), text, name=visible(name)), err=not gone)
            return 0 if gone else ANSWER_NO
        found = searches.all_of(person(by), question.agency)
    if as_json:
        print_json({"name": each.name, **_object(each)} for each in found)
    else:
        rows = ((each.name, each.agency, told(each.question), local_time(each.saved_at)) for each in found)
        print_table(session.lang(), _COLUMNS, rows)
    return 0 if found else ANSWER_NO


def told(question: Question) -> str:
    """Write a question in one line, as it would be asked again."""
    from mailbridge.registry.corrections_fields import FIELDS, shown

    titles = {field.name: field.vi for field in FIELDS}
    parts = [*question.words, *(f"{titles[name]}={shown(value)}" for name, value in question.fields.items())]
    if question.first_day:
        parts.append(f"từ ngày {question.first_day:%d/%m/%Y}")
    if question.last_day:
        parts.append(f"đến ngày {question.last_day:%d/%m/%Y}")
    parts += [f"sổ {question.book}"] if question.book else []
    parts += [f"năm {question.year}"] if question.year else []
    return " ".join(parts)


def _object(search: SavedSearch) -> dict[str, object]:
    return {"agency": search.agency, "asked": told(search.question), "saved_at": utc(search.saved_at)}


def _tidy(session: Session, name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise click.UsageError(say(session.lang(), "a search is kept under a name"))
    return tidy
