"""Finding entries by words in any field, the nearest first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, select

from mailbridge.registry.authority import intake_of, is_intake
from mailbridge.registry.corrections_fields import Value
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import VIETNAM, EntryStatus, RegisterEntry
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.search_index import Chunk, Step, Where, matching
from mailbridge.registry.search_snippet import Snippet, snippet_of
from mailbridge.registry.search_words import holds, read_words, said_by
from mailbridge.registry.tables import entry, entry_search, number_given
from mailbridge.registry.texts import texts_kept

_AT_ONCE = 200
# Building a statement costs more than running it.
_ENTRIES = select_entries().where(entry.c.id.in_(bindparam("ids", expanding=True)))
_PHRASE = re.compile(r'["“”]([^"“”]*)["“”]|[^\s"“”]+')

_FIELDS = tuple((Where.FIELDS, step) for step in Step)
_TEXTS = ((Where.TEXTS, Step.MARKED), (Where.TEXTS, Step.WHOLE))
_LAST = ((Where.TEXTS, Step.BEGUN),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """
    What is looked for; everything that is given must be so.

    `words`: each stands anywhere in the entry or in the text of its document, with what is joined to it ("123/QĐ") side
    by side, as do the words between quotation marks. `fields`: by names of
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """An entry that was found, and where the words stand in it; None when nothing was asked by words."""

    entry: RegisterEntry
    where: Where
    snippet: Snippet | None = None


class SqlSearch:
    """Searching on SQLite (FTS5) or PostgreSQL (tsvector). Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def search(self, question: Question, *, most: int) -> tuple[RegisterEntry, ...]:
        """Return the entries of `hits`."""
        return tuple(hit.entry for hit in self.hits(question, most=most, snippets=False))

    def hits(self, question: Question, *, most: int, snippets: bool = True) -> tuple[Hit, ...]:
        """
        Return at most so many entries, voided ones too.

        First those that have the words whole and with the marks that were asked, then those that have them whole
        whatever their marks, then those in which words begin so, then those whose number ends so. Behind them come
        those of which only the text of the document has all words: with their marks, whatever their marks, and when
        nothing else was found, begun so. In each step the one written last comes first.
        """
        chunks = _chunks(question.words)
        if any(question.words) and not chunks:
            return ()
        with reaching_database(), self._engine.begin() as connection:
            found = _found(connection, question, chunks, most)
            told = _snippets(connection, found, chunks) if snippets and chunks else {}
        return tuple(
            Hit(entry=line, where=where, snippet=told.get(entry_id)) for entry_id, (line, where) in found.items()
        )


_Found = dict[str, tuple[RegisterEntry, Where]]


def _chunks(words: Sequence[str]) -> tuple[Chunk, ...]:
    """Take a question apart: what is joined, and what stands between quotation marks, is to be side by side."""
    texts = (found[1] if found[1] is not None else found[0] for text in words for found in _PHRASE.finditer(text))
    return tuple(filter(None, map(read_words, texts)))


def _found(connection: Connection, question: Question, chunks: tuple[Chunk, ...], most: int) -> _Found:
    found: _Found = {}
    steps = (*_FIELDS, *_TEXTS, *_LAST) if chunks else ((Where.FIELDS, Step.INSIDE),)
    for where, step in steps:
        if (where, step) in _LAST and found:
            break
        for line in _lines(connection, question, chunks, (where, step), found.keys(), most):
            found.setdefault(line.id, (line, where))
            if len(found) >= most:
                return found
    return found


def _snippets(connection: Connection, found: _Found, chunks: tuple[Chunk, ...]) -> dict[str, Snippet]:
    """Show the words in what entries say, or else in the first text of their documents that has them."""
    told: dict[str, Snippet] = {}
    for entry_id, (line, where) in found.items():
        if where is Where.FIELDS and (shown := snippet_of(said_by(line), chunks)):
            told[entry_id] = shown
    documents = {
        entry_id: (line.draft.agency, line.draft.document_sha256)
        for entry_id, (line, where) in found.items()
        if where is Where.TEXTS
    }
    for entry_id, text in texts_kept(connection, documents):
        shown, best = snippet_of(text, chunks), told.get(entry_id)
        if shown and (best is None or len(shown.hits) > len(best.hits)):
            told[entry_id] = shown
    return told


def _lines(
    connection: Connection,
    question: Question,
    chunks: tuple[Chunk, ...],
    how: tuple[Where, Step],
    found: Collection[str],
    most: int,
) -> Iterator[RegisterEntry]:
    """Yield what one step finds and no step before it found, page by page."""
    where, step = how
    # A filter of a field may leave little of a page.
    at_once = _AT_ONCE if question.fields else min(most, _AT_ONCE)
    texts = [read_words(value) for value in question.fields.values() if isinstance(value, str)]
    within = [(word,) for words in texts for word in words]
    last: int | None = None
    while True:
        page = matching(connection.dialect.name, chunks, within, step, last, where)
        places = connection.execute(_filtered(page, question).limit(at_once)).all()
        wanted = [entry_id for _, entry_id in places if entry_id not in found]
        rows = connection.execute(_ENTRIES, {"ids": wanted}).mappings()
        lines = {line.id: line for line in map(entry_of, rows)}
        behind = _left_behind(connection, lines.values())
        yield from (lines[each] for each in wanted if each not in behind and _fits(lines[each], question.fields))
        if len(places) < at_once:
            return
        last = places[-1][0]


def _left_behind(connection: Connection, lines: Iterable[RegisterEntry]) -> Collection[str]:
    """Return those that waited for their number and stand in their book since that came: found there, not twice."""
    ended = [line.id for line in lines if is_intake(line.draft.book) and line.status is EntryStatus.VOIDED]
    if not ended:
        return ()
    query = select(number_given.c.waiting_id).where(number_given.c.waiting_id.in_(ended))
    return frozenset(connection.execute(query).scalars())


def _filtered(query: Select[Any], question: Question) -> Select[Any]:
    conditions = []
    if question.first_day:
        conditions.append(entry.c.arrived_at >= _midnight(question.first_day))
    if question.last_day:
        conditions.append(entry.c.arrived_at < _midnight(question.last_day) + timedelta(days=1))
    if question.book is not None:
        # What waits for its number in a book belongs to it.
        conditions.append(entry.c.book.in_({question.book, intake_of(question.book)}))
    asked = ((entry.c.agency, question.agency), (entry.c.year, question.year))
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
