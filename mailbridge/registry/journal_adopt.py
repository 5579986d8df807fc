"""Naming the rows of an older program in the journal: from then on they are proven, and it is said since when."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table

from mailbridge.registry.journal_form import form_of, journaled
from mailbridge.registry.journal_links import OF_NOBODY, Cause, write_links
from mailbridge.registry.journal_reading import columns_sql, read_raw, writer

_IN_ONE_LINK = 1_000


def adopt_rows(connection: Connection, now: datetime) -> int:
    """
    Name all rows that stand there, in links that say so, and return how many they were.

    For a database whose journal is empty. Rows are read as they lie and written a thousand at a time.
    """
    waiting: dict[str, list[list[Any]]] = defaultdict(list)
    count = 0
    for table in journaled():
        form = form_of(table.name)
        write = writer(form)
        for rows in read_raw(connection, _sql(connection, table)):
            count += len(rows)
            for values in rows:
                *_, agency, label = values
                digest, key, _ = write(values)
                item = [table.name, list(key) if isinstance(key, tuple) else key, digest]
                waiting[agency].append([*item, label] if label else item)
                if len(waiting[agency]) >= _IN_ONE_LINK:
                    write_links(connection, {(agency, Cause.ADOPTED.value): waiting.pop(agency)}, now)
    write_links(connection, {(agency, Cause.ADOPTED.value): items for agency, items in waiting.items()}, now)
    return count


def _sql(connection: Connection, table: Table) -> str:
    """Select the rows of a table with the agency that each belongs to and the line of the book that it is about."""
    written = columns_sql(form_of(table.name), connection.dialect.name)
    order = "ORDER BY rowid" if connection.dialect.name == "sqlite" else ""
    agency, label = _agency_sql(table), _label_sql(table)
    return f'SELECT {written}, {agency}, {label} FROM "{table.name}" AS this {order}'  # noqa: S608  # names of ours


def _agency_sql(table: Table) -> str:
    if "agency" in table.c:
        return "agency"
    for key in sorted(table.foreign_keys, key=lambda each: each.parent.name):
        there = key.column.table
        if "agency" in there.c:
            here, name = f'this."{key.parent.name}"', there.name
            return f'(SELECT o.agency FROM "{name}" o WHERE o."{key.column.name}" = {here})'  # noqa: S608  # as above
    return f"'{OF_NOBODY}'"


def _label_sql(table: Table) -> str:
    label = "book || '/' || year || '/' || number"
    match table.name:
        case "entry":
            return label
        case "entry_version":
            return f"(SELECT {label} FROM entry WHERE entry.id = this.entry_id)"  # noqa: S608  # as above
        case _:
            return "NULL"
