"""
Searches that people keep under a name.

Source: NĐ 30/2020/NĐ-CP, Phụ lục VI phần I mục III.6 (a search can be kept and used again).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.engine import RowMapping

from mailbridge.registry.corrections_fields import Value, field_called, read_value
from mailbridge.registry.database import insert_into, reaching_database, reading
from mailbridge.registry.search_books import Question
from mailbridge.registry.tables import saved_search


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedSearch:
    """A search that a person keeps for an agency; `agency` is "" for all agencies, `saved_at` aware, UTC."""

    agency: str
    person: str
    name: str
    question: Question
    saved_at: datetime


class SavedSearches:
    """Searches of all people. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, search: SavedSearch) -> None:
        """Keep a search, in the place of the one that the person had under this name."""
        row = {
            "agency": search.agency,
            "person": search.person,
            "name": search.name,
            "asked": _written(search.question),
            "saved_at": search.saved_at,
        }
        with reaching_database(), self._engine.begin() as connection:
            statement = insert_into(connection.dialect.name, saved_search).values(row)
            new = {"asked": statement.excluded.asked, "saved_at": statement.excluded.saved_at}
            keys = ["agency", "person", "name"]
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new))

    def all_of(self, person: str, agency: str | None = None) -> tuple[SavedSearch, ...]:
        """List what a person keeps, by agency and name."""
        query = select(saved_search).where(saved_search.c.person == person)
        if agency is not None:
            query = query.where(saved_search.c.agency == agency)
        ordered = query.order_by(saved_search.c.agency, saved_search.c.name)
        with reaching_database(), reading(self._engine).begin() as connection:
            rows = connection.execute(ordered).mappings().all()
        return tuple(_saved(row) for row in rows)

    def named(self, person: str, agency: str, name: str) -> SavedSearch | None:
        """Return the search that a person keeps under this name for an agency."""
        return next((each for each in self.all_of(person, agency) if each.name == name), None)

    def forget(self, person: str, agency: str, name: str) -> bool:
        """Keep a search no longer; False when there is none."""
        which = (saved_search.c.person == person, saved_search.c.agency == agency, saved_search.c.name == name)
        with reaching_database(), self._engine.begin() as connection:
            gone = connection.execute(delete(saved_search).where(*which).returning(saved_search.c.name))
            return gone.first() is not None


def _saved(row: RowMapping) -> SavedSearch:
    said = {name: row[name] for name in ("agency", "person", "name", "saved_at")}
    return SavedSearch(**said, question=_read(row["asked"]))


def _written(question: Question) -> str:
    told = {
        "words": list(question.words),
        "fields": {name: _plain(value) for name, value in question.fields.items()},
        "first_day": question.first_day and question.first_day.isoformat(),
        "last_day": question.last_day and question.last_day.isoformat(),
        "agency": question.agency,
        "book": question.book,
        "year": question.year,
    }
    return json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False)


def _plain(value: Value) -> Value:
    return value.isoformat() if isinstance(value, date) else value or ""


def _read(asked: str) -> Question:
    """Read a question back; a field that this program does not know any more is wrong, not left out."""
    told: dict[str, Any] = json.loads(asked)
    given: dict[str, Any] = {name: told[name] for name in ("agency", "book", "year") if name in told}
    given |= {name: date.fromisoformat(told[name]) for name in ("first_day", "last_day") if name in told}
    fields = {name: read_value(field_called(name), str(value)) for name, value in told.get("fields", {}).items()}
    return Question(words=tuple(told.get("words", ())), fields=fields, **given)
