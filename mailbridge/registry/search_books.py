"""Finding entries by words in any field, the nearest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select

from mailbridge.registry.corrections_fields import Value
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import VIETNAM, RegisterEntry
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.search_index import Chunk, Step, matching
from mailbridge.registry.search_words import holds, read_words
from mailbridge.registry.tables import entry, entry_search

_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """
    What is looked for; everything that is given must be so.

    `words`: each stands anywhere in the entry, with what is joined to it ("123/QĐ") side by side. `fields`: by names of
    `corrections_fields.FIELDS`; of a text all words, or their beginnings, must be in that field, a number or a day must
    be the same. Days are those of arrival in Vietnam, both included.
    """

    words: tuple[str, ...] = ()
    fields: Mapping[str, Value] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    agency: str | None = None
    book: str | None = None
    year: int | None = None


class SqlSearch:
    """Searching on SQLite (FTS5) or PostgreSQL (tsvector). Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def search(self, question: Question, *, most: int) -> tuple[RegisterEntry, ...]:
        """
        Return at most so many entries, voided ones too.

        First those that have the words whole and with the marks that were asked, then those that have them whole
        whatever their marks, then those in which words begin so, then those whose number ends so; in each step the one
        written last comes first.
        """
        chunks = tuple(filter(None, (read_words(word) for text in question.words for word in text.split())))
        if any(question.words) and not chunks:
            return ()
        found: dict[str, RegisterEntry] = {}
        with reaching_database(), self._engine.begin() as connection:
            for step in Step if chunks else (Step.INSIDE,):
                for line in _lines(connection, question, chunks, step):
                    if len(found) >= most:
                        return tuple(found.values())
                    found.setdefault(line.id, line)
        return tuple(found.values())


def _lines(
    connection: Connection, question: Question, chunks: tuple[Chunk, ...], step: Step
) -> Iterator[RegisterEntry]:
    """Yield what one step finds, page by page."""
    texts = [read_words(value) for value in question.fields.values() if isinstance(value, str)]
    within = [(word,) for words in texts for word in words]
    last: int | None = None
    while True:
        page = matching(connection.dialect.name, chunks, within, step, last)
        places = connection.execute(_filtered(page, question).limit(_AT_ONCE)).all()
        wanted = [entry_id for _, entry_id in places]
        rows = connection.execute(select_entries().where(entry.c.id.in_(wanted))).mappings()
        lines = {line.id: line for line in map(entry_of, rows)}
        yield from (lines[each] for each in wanted if _fits(lines[each], question.fields))
        if len(places) < _AT_ONCE:
            return
        last = places[-1][0]


def _filtered(query: Select[Any], question: Question) -> Select[Any]:
    conditions = []
    if question.first_day:
        conditions.append(entry.c.arrived_at >= _midnight(question.first_day))
    if question.last_day:
        conditions.append(entry.c.arrived_at < _midnight(question.last_day) + timedelta(days=1))
    asked = ((entry.c.agency, question.agency), (entry.c.book, question.book), (entry.c.year, question.year))
    conditions.extend(column == value for column, value in asked if value is not None)
    if not conditions:
        return query
    return query.join(entry, entry.c.id == entry_search.c.entry_id).where(*conditions)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM)


def _fits(line: RegisterEntry, wanted: Mapping[str, Value]) -> bool:
    for name, value in wanted.items():
        there: Value = getattr(line.draft, name)
        if isinstance(value, str):
            if not holds(str(there or ""), read_words(value)):
                return False
        elif there != value:
            return False
    return True
