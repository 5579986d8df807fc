"""
The ledger of deliveries, and the mark of cases that were decided in shadow mode.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add table and column; what stands there stays, and no case of before was a shadow."""
    # A batch would copy the table, and the triggers that keep its rows would not come along.
    op.add_column("mail_case", sa.Column("shadow", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "delivery",
        sa.Column("writer", sa.Text, nullable=False),
        sa.Column("serial", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("reply", sa.Text),
        sa.Column("queue_id", sa.Text),
        sa.PrimaryKeyConstraint("writer", "serial", "mail_id", name="pk_delivery"),
        sa.CheckConstraint("serial >= 1", name="ck_delivery_serial_from_one"),
    )
    for column in ("mail_id", "day", "queue_id"):
        op.create_index(f"ix_delivery_{column}", "delivery", [column])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("""
            CREATE TRIGGER delivery_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery
            FOR EACH STATEMENT EXECUTE FUNCTION mailbridge_only_grows()
        """)
    else:
        _lock_sqlite()


def _lock_sqlite() -> None:
    abort = "SELECT RAISE(ABORT, 'table delivery only grows')"
    op.execute(f"CREATE TRIGGER delivery_no_update BEFORE UPDATE ON delivery BEGIN {abort}; END")
    op.execute(f"CREATE TRIGGER delivery_no_delete BEFORE DELETE ON delivery BEGIN {abort}; END")
    # REPLACE deletes the row in its way without asking the trigger above, unless the connection wants it asked.
    taken = "rowid = NEW.rowid OR (writer = NEW.writer AND serial = NEW.serial AND mail_id = NEW.mail_id)"
    op.execute(
        "CREATE TRIGGER delivery_no_replace BEFORE INSERT ON delivery "
        f"WHEN EXISTS (SELECT 1 FROM delivery WHERE {taken}) BEGIN {abort}; END"
    )


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what became of mails is not forgotten")
