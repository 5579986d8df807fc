"""Triggers that keep the rows of a table: it only grows."""

from __future__ import annotations

from alembic import op


def only_grows(table: str, *keys: tuple[str, ...]) -> None:
    """
    Refuse every UPDATE, DELETE and REPLACE of a new table, on the database at hand.

    Args:
        keys: The columns of each unique key, the primary one among them; SQLite's REPLACE asks no other trigger.
    """
    if op.get_bind().dialect.name == "postgresql":
        # The function is made by the first migration.
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION mailbridge_only_grows()
        """)
        return
    abort = f"SELECT RAISE(ABORT, 'table {table} only grows')"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {abort}; END")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {abort}; END")
    # REPLACE deletes the row in its way without asking the trigger above, unless the connection wants it asked.
    same = [" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys]
    taken = " OR ".join(f"({one})" for one in ("rowid = NEW.rowid", *same))
    found = f"SELECT 1 FROM {table} WHERE {taken}"  # noqa: S608  # names of ours, never of a stranger
    op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({found}) BEGIN {abort}; END")
