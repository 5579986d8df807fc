"""
The index of words, on both databases: kept in the transaction that writes the entry, asked in three steps.

It is kept by code, not by triggers: how Vietnamese words are made alike stands in Python, once. `entry_words` is FTS5
on SQLite, and a tsvector on PostgreSQL that is written as a literal, so that neither its parser nor its locale has a
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Any, assert_never

from sqlalchemy import Column, ColumnElement, Connection, MetaData, Select, Table, Text, delete, select, text
from sqlalchemy.types import BigInteger

from mailbridge.registry.database import add_once
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.search_words import Indexed, Word, words_of
from mailbridge.registry.tables import entry, entry_search

Chunk = Sequence[Word]
"""Words that stand side by side: "123/QĐ" has two."""

_AT_ONCE = 500

# Not among the tables of the book: what lies behind its name is the affair of each database.
_WORDS = Table("entry_words", MetaData(), Column("rowid", BigInteger, primary_key=True), Column("entry_words", Text))
_ADD_SQLITE = text("INSERT INTO entry_words (rowid, marked, plain, inside) VALUES (:id, :marked, :plain, :inside)")
_ADD_POSTGRESQL = text("INSERT INTO entry_words (rowid, entry_words) VALUES (:id, CAST(:words AS tsvector))")


class Step(Enum):
    """How closely words are met: whole and with their marks, whole, by their beginnings, or inside a number."""

    MARKED = "marked"
    WHOLE = "whole"
    BEGUN = "begun"
    INSIDE = "inside"


def index_entry(connection: Connection, line: RegisterEntry) -> None:
    """Put what an entry says now into the index, in the place of what it said before."""
    row = {"entry_id": line.id}
    if not add_once(connection, entry_search, row, "entry_id"):
        _write(connection, _place(connection, line.id), words_of(line), anew=True)
        return
    _write(connection, _place(connection, line.id), words_of(line), anew=False)


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
    dialect: str, asked: Sequence[Chunk], begun: Sequence[Chunk], step: Step, below: int | None = None
) -> Select[Any]:
    """
    Select number in the index and id of entries that have these words, the one written last first.

    Args:
        asked: Words to be met as `step` says.
        begun: Words of which the beginning is enough in each step; without any words all entries are selected.
        below: Only places below this one, for the next page.
    """
    found, place = select(entry_search.c.id, entry_search.c.entry_id), entry_search.c.id
    if asked or begun:
        is_sqlite = dialect == "sqlite"
        write = _chunk_sqlite if is_sqlite else _chunk_postgresql
        chunks = (*(write(chunk, step) for chunk in asked), *(write(chunk, Step.INSIDE) for chunk in begun))
        condition = (" AND " if is_sqlite else " & ").join(chunks)
        # By this column FTS5 hands them out in order, and stops when the page is full.
        place = _WORDS.c.rowid
        found = found.join(_WORDS, place == entry_search.c.id).where(_met(condition, is_sqlite))
    if below is not None:
        found = found.where(place < below)
    return found.order_by(place.desc())


def _met(condition: str, is_sqlite: bool) -> ColumnElement[bool]:
    sql = "entry_words MATCH :words" if is_sqlite else "entry_words.entry_words @@ CAST(:words AS tsquery)"
    met: Any = text(sql).bindparams(words=condition)
    return met  # type: ignore[no-any-return]  # a piece of SQL is a condition where it stands


def _place(connection: Connection, entry_id: str) -> int:
    query = select(entry_search.c.id).where(entry_search.c.entry_id == entry_id)
    place: int = connection.execute(query).scalar_one()
    return place


def _write(connection: Connection, place: int, indexed: Indexed, *, anew: bool) -> None:
    if anew:
        connection.execute(delete(_WORDS).where(_WORDS.c.rowid == place))
    if connection.dialect.name == "sqlite":
        row = {
            "id": place,
            "marked": " ".join(word.marked for word in indexed.words),
            "plain": " ".join(word.plain for word in indexed.words),
            "inside": " ".join(indexed.inner),
        }
        connection.execute(_ADD_SQLITE, row)
    else:
        connection.execute(_ADD_POSTGRESQL, {"id": place, "words": " ".join(_lexemes(indexed))})


def _lexemes(indexed: Indexed) -> Iterator[str]:
    """Write a tsvector: "=" begins words with their marks, "~" ends of numbers; positions stop at 16383 there."""
    most = 16383
    for at, word in enumerate(indexed.words, 1):
        yield f"'{word.plain}':{min(at, most)}"
        yield f"'={word.marked}':{min(at, most)}"
    for at, inner in enumerate(indexed.inner, len(indexed.words) + 2):
        yield f"'~{inner}':{min(at, most)}"


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
            return _side_by_side(f"'={word.marked}'" for word in chunk)
        case Step.WHOLE:
            return _side_by_side(f"'{word.plain}'" for word in chunk)
        case Step.BEGUN:
            return _begun(chunk, "")
        case Step.INSIDE:
            return f"({_begun(chunk, '')} | {_begun(chunk, '~')})"
        case _:
            assert_never(step)


def _begun(chunk: Chunk, namespace: str) -> str:
    *before, last = (f"'{namespace}{word.plain}'" for word in chunk)
    return _side_by_side([*before, f"{last}:*"])


def _side_by_side(lexemes: Iterable[str]) -> str:
    return f"({' <-> '.join(lexemes)})"
