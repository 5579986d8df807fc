"""
The journal of the book: one chain of links an agency, in which every row that counts is named with its digest.

Whoever writes such a row writes it by `add`, or tells it to `note`. What a transaction noted becomes one link an agency
just before it commits (`journal_links`); a transaction that is rolled back leaves none. How a row is written down for
its digest stands in `journal_form`, how all of it is proven in `journal_proof`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.sql.dml import ReturningInsert

from mailbridge.registry.database import insert_into
from mailbridge.registry.journal_form import digest_of, form_of
from mailbridge.registry.journal_links import OF_NOBODY, Cause, open_links

__all__ = ["OF_NOBODY", "Cause", "Key", "add", "add_all", "key_of", "note"]

Key = str | int | list[str | int]
"""The primary key of a row; a list when it has several columns."""


def note(
    connection: Connection,
    agency: str,
    table: str,
    key: Key,
    row: Mapping[str, Any],
    *,
    label: str | None = None,
    cause: Cause = Cause.WRITTEN,
) -> None:
    """
    Name a row that was just written in the link that this transaction will leave.

    Args:
        agency: Whose chain; `OF_NOBODY` for what belongs to none.
        key: Its primary key, in the order of the columns in its table.
        row: All that was stored of it, as it was given to SQLAlchemy; a column that is not there is NULL.
        label: What people call it, such as "den/2026/12".

    Raises:
        KeyError: Rows of this table are not named in the journal (`info=COUNTS`).
        ValueError: A column that cannot be NULL is not in `row`.
    """
    item: list[Any] = [table, key, digest_of(form_of(table), row)]
    if label is not None:
        item.append(label)
    open_links(connection).setdefault((agency, cause.value), []).append(item)


def add(
    connection: Connection,
    agency: str,
    table: Table,
    row: Mapping[str, Any],
    *unique: str,
    label: str | None = None,
    cause: Cause = Cause.WRITTEN,
) -> bool:
    """
    Insert a row and name it in the journal.

    Args:
        row: A column that is not there is NULL, but for a counted primary key, which the database gives.
        unique: When a row with the same values in these columns is there, nothing is written.

    Returns:
        False when it was there already.

    Raises:
        As `note`, and what the database says.
    """
    if unique:
        given = connection.execute(_once(connection.dialect.name, table, unique), dict(row)).first()
        if given is None:
            return False
    else:
        given = connection.execute(_insert(table), dict(row)).inserted_primary_key
    row = dict(zip(form_of(table.name).key, given or (), strict=False)) | dict(row)
    note(connection, agency, table.name, key_of(table, row), row, label=label, cause=cause)
    return True


def add_all(connection: Connection, agency: str, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """
    Insert rows of a table whose key the database counts, in this order and at once, and name them in the journal.

    Args:
        rows: All with the same columns; one that is not there is NULL.

    Raises:
        As `note`, and what the database says.
    """
    given = connection.execute(_insert_all(table), [dict(row) for row in rows]).all()
    for key, row in zip(given, rows, strict=True):
        whole = dict(zip(form_of(table.name).key, key, strict=True)) | dict(row)
        note(connection, agency, table.name, key_of(table, whole), whole)


# Building a statement costs more than running it.
@cache
def _insert_all(table: Table) -> ReturningInsert[Any]:
    return table.insert().returning(*table.primary_key, sort_by_parameter_order=True)


@cache
def _insert(table: Table) -> Insert:
    return table.insert()


@cache
def _once(dialect: str, table: Table, unique: tuple[str, ...]) -> ReturningInsert[Any]:
    """Insert, unless another transaction was quicker: it is waited for."""
    once = insert_into(dialect, table).on_conflict_do_nothing(index_elements=unique)
    return once.returning(*table.primary_key)


def key_of(table: Table, row: Mapping[str, Any]) -> Key:
    """Return the key of a row as an item has it."""
    values = [row[name] for name in form_of(table.name).key]
    return values[0] if len(values) == 1 else values
