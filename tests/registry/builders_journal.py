"""A book in which every table that the journal names has rows; and hands that change it behind our back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Date, Engine, Integer, LargeBinary, Table, func, select, text

from mailbridge.registry.journal import add
from mailbridge.registry.journal_check import Asked, Proven, one_moment, prove
from mailbridge.registry.journal_form import journaled
from mailbridge.registry.journal_roots import make_root
from mailbridge.registry.outbox import SqlOutbox
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import UtcTime, root
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, case_of_entry, delivery, draft, letter, verdict

TODAY = date(2126, 1, 1)
"""A day that is not over while the tests run: roots made for it have all links."""


def enter(registry: SqlRegistry, document: str, **changes: Any) -> str:
    """Do what the walk of a registered mail does, and return the id of the entry."""
    with registry.transaction() as current:
        line = current.enter(draft(document, **changes), NOON)
        current.post(letter(f"ack-{document}", mail_id=line.draft.mail_id, agency=line.draft.agency))
        current.record(case_of_entry(line, judgement="{}", evidence="{}"), [line])
        current.judge(verdict(line.draft.mail_id, agency=line.draft.agency))
    return line.id


def fill(engine: Engine) -> None:
    """Let the program write what it writes in some days, and put a row into every table that is empty then."""
    registry = SqlRegistry(engine, clock=lambda: NOON)
    registry.start_series("sonv", "den", 2026, 12, by="an", why="sổ cũ")
    ids = [enter(registry, f"{count}") for count in range(4)]
    with registry.transaction() as current:
        current.judge(verdict("mail-1", 2))
    Changes(engine, clock=lambda: NOON).correct(ids[0], {"note": "đính chính"}, by="lan", why="sai")
    Changes(engine, clock=lambda: NOON).void(ids[1], by="lan", why="nhầm")
    registry.note_deliveries([delivery(serial) for serial in range(1, 4)])
    sender = SqlOutbox(engine)
    assert sender.lease(NOON, 60)
    assert sender.sent("ack-0", "250 2.0.0 Ok", NOON)
    with engine.begin() as connection:
        assert make_root(connection, "sonv", TODAY)
        for table in journaled():
            if connection.execute(select(func.count()).select_from(table)).scalar_one() == 0:
                add(connection, "sonv", table, some_row(connection, table))


def some_row(connection: Connection, table: Table) -> dict[str, Any]:
    """Make up a row, in every column something, but where it would point to a row of its own table."""
    row: dict[str, Any] = {}
    for key in table.foreign_keys:
        if key.column.table is not table and key.parent.name not in row:
            row[key.parent.name] = connection.execute(select(key.column).order_by(key.column)).scalars().first()
    if table.name == "root_stamp":
        row |= dict(connection.execute(select(root.c.agency, root.c.last)).mappings().one())
    for column in table.columns:
        points_home = any(key.column.table is table for key in column.foreign_keys)
        if column.name not in row and not points_home:
            # A stretch of numbers that stays one when its first is changed a little.
            words = f"{table.name}-{column.name}"
            row[column.name] = 5_000 if column.name == "last" else _some_value(column.type, words)
    return row | ({"agency": "sonv"} if "agency" in table.c else {})


def _some_value(kind: Any, words: str) -> Any:
    match kind:
        case UtcTime():
            return NOON
        case Date():
            return NOON.date()
        case Boolean():
            return False
        case LargeBinary():
            return words.encode()
        case Integer() | BigInteger():
            return 1
        case _:
            return words


def changed(value: Any, kind: Any) -> Any:
    """Change a value a little: one letter, one bit, one microsecond."""
    match value:
        case None:
            return _some_value(kind, "put in")
        case bool():
            return not value
        case int():
            return value + 1_000  # one more may be another row's
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case datetime():
            return value + timedelta(microseconds=1)
        case date():
            return value + timedelta(days=1)
        case str():
            return (chr(ord(value[0]) ^ 1) + value[1:]) if value else "x"
    raise AssertionError(value)


@contextmanager
def behind_our_back(engine: Engine) -> Iterator[Connection]:
    """Let somebody write who has taken the triggers away; whatever he did, it never was when he is gone."""
    connection = engine.connect()
    transaction = connection.begin()
    try:
        unlock(connection)
        yield connection
    finally:
        transaction.rollback()
        connection.close()


def unlock(connection: Connection) -> None:
    """Take away what keeps rows from being changed."""
    if connection.dialect.name == "postgresql":
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for name in connection.execute(text(names)).scalars().all():
            connection.execute(text(f'ALTER TABLE "{name}" DISABLE TRIGGER ALL'))
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for name in connection.execute(text(names)).scalars().all():
        connection.execute(text(f'DROP TRIGGER "{name}"'))


def proven(engine: Engine, asked: Asked | None = None) -> Proven:
    """Prove the book as it is now."""
    with one_moment(engine) as connection:
        return prove(connection, asked or Asked())
