"""
The index of words, on both databases: kept in the transaction that writes the entry, asked step by step.

It is kept by code, not by triggers: how Vietnamese words are made alike stands in Python, once. `entry_words` has what
an entry says, `text_words` the same with the text of its document behind it, so that words of one question may stand
some here, some there. They are FTS5 on SQLite, and tsvectors on PostgreSQL that are written as literals, so that
neither its parser nor its locale has a say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import Any, assert_never

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    select,
    text,
)
from sqlalchemy.types import BigInteger

from mailbridge.registry.database import insert_into
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.search_words import Indexed, Word, read_words, said_by, words_of
from mailbridge.registry.tables import Writing, document_text, entry, entry_search, text_search

Chunk = Sequence[Word]
"""Words that stand side by side: "123/QĐ" has two."""

_AT_ONCE = 500

# Not among the tables of the book: what lies behind its name is the affair of each database.
_WORDS = Table("entry_words", MetaData(), Column("rowid", BigInteger, primary_key=True), Column("entry_words", Text))
_TEXTS = Table("text_words", MetaData(), Column("rowid", BigInteger, primary_key=True))
_ADD_SQLITE = text("INSERT INTO entry_words (rowid, marked, plain, inside) VALUES (:id, :marked, :plain, :inside)")
_ENTER_POSTGRESQL = text(
    "WITH place AS (INSERT INTO entry_search (entry_id) VALUES (:entry) ON CONFLICT (entry_id) DO NOTHING RETURNING id)"
    " INSERT INTO entry_words (rowid, entry_words) SELECT id, CAST(:words AS tsvector) FROM place RETURNING rowid"
)
_ADD_POSTGRESQL = text("INSERT INTO entry_words (rowid, entry_words) VALUES (:id, CAST(:words AS tsvector))")
_ADD_TEXT_SQLITE = text("INSERT INTO text_words (rowid, marked, plain) VALUES (:id, :marked, :plain)")
_DROP_TEXT_SQLITE = text(
    "INSERT INTO text_words (text_words, rowid, marked, plain) VALUES ('delete', :id, :marked, :plain)"
)
_ADD_TEXT_POSTGRESQL = text(
    "WITH said AS (INSERT INTO text_search (id, said, texts) VALUES (:id, :said, :texts))"
    " INSERT INTO text_words (rowid, words) VALUES (:id, CAST(:words AS tsvector))"
).bindparams(bindparam("said", type_=Writing()))

_LAST_PLACE = 16_382
"""The highest position in a tsvector that is told from the next one (limitations in PostgreSQL's documentation)."""

_MOST_OCTETS = 900_000
"""Octets of a tsvector: it may have 1 MB, and the text of one file is as large."""

# Building a statement costs more than running it; those of every walk are built once.
_PLACE = select(entry_search.c.id).where(entry_search.c.entry_id == bindparam("entry"))
_SAID = (
    select(text_search)
    .join(entry_search, entry_search.c.id == text_search.c.id)
    .where(entry_search.c.entry_id == bindparam("entry"))
)
_NEW_PLACE_SQLITE = (
    insert_into("sqlite", entry_search)
    .values(entry_id=bindparam("entry"))
    .on_conflict_do_nothing(index_elements=["entry_id"])
    .returning(entry_search.c.id)
)
_SAY = text_search.insert()
_TEXT_ID = document_text.c.id
_KEPT_OF = (
    select(_TEXT_ID, document_text.c.text)
    .where(document_text.c.agency == bindparam("of"), document_text.c.document_sha256 == bindparam("document"))
    .order_by(_TEXT_ID)
)


class Where(Enum):
    """Which index is asked: of what entries say, or of that and of what their documents say."""

    FIELDS = "entry_words"
    TEXTS = "text_words"


class Step(Enum):
    """How closely words are met: whole and with their marks, whole, by their beginnings, or inside a number."""

    MARKED = "marked"
    WHOLE = "whole"
    BEGUN = "begun"
    INSIDE = "inside"


def index_entry(connection: Connection, line: RegisterEntry) -> None:
    """Put what an entry says now into the index, in the place of what it said before; the text of its document too."""
    words = words_of(line)
    given = _enter_new(connection, line, words)
    if given is not None:
        _index_text(connection, line, given, anew=False)
        return
    place: int = connection.execute(_PLACE, {"entry": line.id}).scalar_one()
    _write_anew(connection, place, words)
    _index_text(connection, line, place, anew=True)


def _enter_new(connection: Connection, line: RegisterEntry, words: Indexed) -> int | None:
    """Give an entry its number in the index, and write its words there; None when it has one."""
    given: int | None
    if connection.dialect.name == "sqlite":
        given = connection.execute(_NEW_PLACE_SQLITE, {"entry": line.id}).scalar()
        if given is not None:
            connection.execute(_ADD_SQLITE, _row_sqlite(given, words))
    else:
        row = {"entry": line.id, "words": _vector(words)}
        given = connection.execute(_ENTER_POSTGRESQL, row).scalar()
    return given


def read_ahead(text: str) -> None:
    """Take a text apart into words now, so that those who wait for the book do not wait for it when it is indexed."""
    _words_in(text)


# A few, as a text may have a megabyte: those of the mail at hand.
@lru_cache(maxsize=4)
def _words_in(text: str) -> tuple[Word, ...]:
    return read_words(text)


def index_text(connection: Connection, line: RegisterEntry) -> None:
    """Put the texts that are kept of an entry's document into the index, in the place of those that are there."""
    place = connection.execute(_PLACE, {"entry": line.id}).scalar_one_or_none()
    if place is not None:
        _index_text(connection, line, place, anew=True)


def _index_text(connection: Connection, line: RegisterEntry, place: int, *, anew: bool) -> None:
    if not line.draft.document_sha256:
        return
    which = {"of": line.draft.agency, "document": line.draft.document_sha256}
    kept = connection.execute(_KEPT_OF, which).all()
    if not kept:
        return
    if anew:
        drop_text(connection, line)
    said = said_by(line)
    ids = " ".join(str(text_id) for text_id, _ in kept)
    words = _words_together(said, (each for _, each in kept))
    row = {"id": place, "said": said, "texts": ids}
    if connection.dialect.name == "sqlite":
        connection.execute(_SAY, row)
        connection.execute(_ADD_TEXT_SQLITE, _text_row_sqlite(place, words))
    else:
        connection.execute(_ADD_TEXT_POSTGRESQL, row | {"words": _vector(Indexed(words, ()))})


def drop_text(connection: Connection, line: RegisterEntry) -> None:
    """Take the texts of an entry's document out of the index, before any of them is taken away or another one comes."""
    there = connection.execute(_SAID, {"entry": line.id}).one_or_none()
    if there is None:
        return
    place = there.id
    ids = [int(each) for each in there.texts.split()]
    kept = connection.execute(select(document_text.c.text).where(document_text.c.id.in_(ids)).order_by(_TEXT_ID))
    if connection.dialect.name == "sqlite":
        # Its index must be told what it is to forget.
        words = _words_together(there.said, kept.scalars())
        connection.execute(_DROP_TEXT_SQLITE, _text_row_sqlite(place, words))
    else:
        connection.execute(delete(_TEXTS).where(_TEXTS.c.rowid == place))
    connection.execute(delete(text_search).where(text_search.c.id == place))


def _words_together(said: str, texts: Iterable[str]) -> tuple[Word, ...]:
    return (*read_words(said), *chain.from_iterable(map(_words_in, texts)))


def _text_row_sqlite(place: int, words: Sequence[Word]) -> dict[str, Any]:
    return {
        "id": place,
        "marked": " ".join(word.marked for word in words),
        "plain": " ".join(word.plain for word in words),
    }


def index_missing(connection: Connection) -> int:
    """Put all entries into the index that are not there, in the order of their arrival; return how many were not."""
    missing = select_entries().where(entry.c.id.not_in(select(entry_search.c.entry_id)))
    ordered = missing.order_by(entry.c.arrived_at, entry.c.agency, entry.c.book, entry.c.number).limit(_AT_ONCE)
    count = 0
    while lines := [entry_of(row) for row in connection.execute(ordered).mappings()]:
        for line in lines:
            index_entry(connection, line)
        count += len(lines)
    return count


def matching(
    dialect: str,
    asked: Sequence[Chunk],
    begun: Sequence[Chunk],
    step: Step,
    below: int | None = None,
    where: Where = Where.FIELDS,
) -> Select[Any]:
    """
    Select number in the index and id of entries that have these words, the one written last first.

    Args:
        asked: Words to be met as `step` says; the step INSIDE is one of the fields only.
        begun: Words of which the beginning is enough in each step; without any words all entries are selected.
        below: Only places below this one, for the next page.
    """
    found, place = select(entry_search.c.id, entry_search.c.entry_id), entry_search.c.id
    if asked or begun:
        is_sqlite = dialect == "sqlite"
        write = _chunk_sqlite if is_sqlite else _chunk_postgresql
        most = Step.INSIDE if where is Where.FIELDS else Step.BEGUN
        chunks = (*(write(chunk, step) for chunk in asked), *(write(chunk, most) for chunk in begun))
        condition = (" AND " if is_sqlite else " & ").join(chunks)
        index = _WORDS if where is Where.FIELDS else _TEXTS
        met = _met(condition, where, is_sqlite)
        if is_sqlite:
            # By this column FTS5 hands them out in order, and stops when the page is full.
            place = index.c.rowid
            found = found.join(index, place == entry_search.c.id).where(met)
        else:
            # Told to stop early, PostgreSQL would read all texts from the newest on instead of asking the index.
            there = select(index.c.rowid).where(met).cte("met").prefix_with("MATERIALIZED")
            found = found.join(there, there.c.rowid == entry_search.c.id)
    if below is not None:
        found = found.where(place < below)
    return found.order_by(place.desc())


def _met(condition: str, where: Where, is_sqlite: bool) -> ColumnElement[bool]:
    if is_sqlite:
        sql = f"{where.value} MATCH :words"
    else:
        column = "entry_words.entry_words" if where is Where.FIELDS else "text_words.words"
        sql = f"{column} @@ CAST(:words AS tsquery)"
    met: Any = text(sql).bindparams(words=condition)
    return met  # type: ignore[no-any-return]  # a piece of SQL is a condition where it stands


def _write_anew(connection: Connection, place: int, words: Indexed) -> None:
    connection.execute(delete(_WORDS).where(_WORDS.c.rowid == place))
    if connection.dialect.name == "sqlite":
        connection.execute(_ADD_SQLITE, _row_sqlite(place, words))
    else:
        connection.execute(_ADD_POSTGRESQL, {"id": place, "words": _vector(words)})


def _row_sqlite(place: int, indexed: Indexed) -> dict[str, Any]:
    return _text_row_sqlite(place, indexed.words) | {"inside": " ".join(indexed.inner)}


def _vector(indexed: Indexed) -> str:
    """
    Write a tsvector: "=" begins words with their marks (a number has none), "~" ends of numbers.

    Behind the last position that a tsvector knows, words stand without one: they are found, but not side by side. Of a
    table of a hundred thousand different numbers, only those that fit in are there.
    """
    places: dict[str, list[int]] = {}
    for at, word in enumerate(indexed.words, 1):
        places.setdefault(word.plain, []).append(at)
        if (marked := _marked(word)) != word.plain:
            places.setdefault(marked, []).append(at)
    for at, inner in enumerate(indexed.inner, len(indexed.words) + 2):
        places.setdefault(f"~{inner}", []).append(at)
    written, octets = [], 0
    for lexeme, found in places.items():
        known = ",".join(str(at) for at in found if at <= _LAST_PLACE)
        octets += len(lexeme.encode()) + 4 + 2 * len(found)
        if octets > _MOST_OCTETS:
            break
        written.append(f"'{lexeme}':{known}" if known else f"'{lexeme}'")
    return " ".join(written)


def _chunk_sqlite(chunk: Chunk, step: Step) -> str:
    plain = " ".join(word.plain for word in chunk)
    match step:
        case Step.MARKED:
            return f'marked : "{" ".join(word.marked for word in chunk)}"'
        case Step.WHOLE:
            return f'plain : "{plain}"'
        case Step.BEGUN:
            return f'plain : "{plain}" *'
        case Step.INSIDE:
            return f'{{plain inside}} : "{plain}" *'
        case _:
            assert_never(step)


def _chunk_postgresql(chunk: Chunk, step: Step) -> str:
    match step:
        case Step.MARKED:
            return _side_by_side(f"'{_marked(word)}'" for word in chunk)
        case Step.WHOLE:
            return _side_by_side(f"'{word.plain}'" for word in chunk)
        case Step.BEGUN:
            return _begun(chunk, "")
        case Step.INSIDE:
            return f"({_begun(chunk, '')} | {_begun(chunk, '~')})"
        case _:
            assert_never(step)


def _marked(word: Word) -> str:
    return word.plain if word.plain.isdecimal() else f"={word.marked}"


def _begun(chunk: Chunk, namespace: str) -> str:
    *before, last = (f"'{namespace}{word.plain}'" for word in chunk)
    return _side_by_side([*before, f"{last}:*"])


def _side_by_side(lexemes: Iterable[str]) -> str:
    return f"({' <-> '.join(lexemes)})"
