"""Entries by the file (hồ sơ) in which they lie, and the answers that were given to them: what the lists print."""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, Engine, exists, or_, select

from mailbridge.registry.acts import Did
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.rows import entry_of, select_entries
from mailbridge.registry.tables import act, entry, entry_version


def filed_entries(
    engine: Engine, agency: str, *, notation: str | None = None, year: int | None = None
) -> tuple[RegisterEntry, ...]:
    """
    List entries of an agency that lie in a file, of all books, in the order of arrival; raises `Unavailable`.

    Args:
        notation: Only the file with this số và ký hiệu.
        year: Only files of this year; an entry that names none lies in a file of its own year.
    """
    said = entry_version.c.file_notation
    asked: list[ColumnElement[bool]] = [entry.c.agency == agency, said == notation if notation else said.is_not(None)]
    if year is not None:
        of_year = entry_version.c.file_year
        asked.append(or_(of_year == year, of_year.is_(None) & (entry.c.year == year)))
    query = select_entries().where(*asked).order_by(entry.c.arrived_at, entry.c.book, entry.c.number)
    with reaching_database(), reading(engine).begin() as connection:
        return tuple(map(entry_of, connection.execute(query).mappings()))


def answers_given(engine: Engine, agency: str) -> dict[str, str]:
    """Return number and symbol of our answers by the id of the entry; what was taken back is none."""
    undoing = act.alias("undoing")
    stands = ~exists().where(undoing.c.undoes == act.c.id)
    query = select(act.c.entry_id, act.c.after).where(
        act.c.agency == agency, act.c.what == Did.ANSWERED.value, act.c.entry_id.is_not(None), stands
    )
    found: dict[str, list[str]] = {}
    with reaching_database(), reading(engine).begin() as connection:
        for entry_id, after in connection.execute(query.order_by(act.c.written_at, act.c.id)):
            symbol = json.loads(after).get("symbol")
            if isinstance(symbol, str) and symbol not in found.setdefault(entry_id, []):
                found[entry_id].append(symbol)
    return {entry_id: "; ".join(symbols) for entry_id, symbols in found.items()}
