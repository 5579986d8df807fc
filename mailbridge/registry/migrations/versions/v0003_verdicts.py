"""
Verdicts over time, and which of them are asked for again.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add the tables; the verdicts of mails that are there already stand in their cases."""
    op.create_table(
        "verdict",
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("judged_at", TIME, nullable=False),
        sa.Column("for_moment", TIME, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("judgement", sa.Text),
        sa.Column("evidence", sa.Text),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", "agency", "sequence", name="pk_verdict"),
        sa.ForeignKeyConstraint(
            ["mail_id", "agency"], ["mail_case.mail_id", "mail_case.agency"], name="fk_verdict_mail_id_mail_case"
        ),
        sa.CheckConstraint("sequence >= 1", name="ck_verdict_sequence_from_one"),
    )
    op.create_table(
        "pending_verdict",
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", "agency", name="pk_pending_verdict"),
    )
    op.create_index("ix_pending_verdict_next_at", "pending_verdict", ["next_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("""
            CREATE TRIGGER verdict_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON verdict
            FOR EACH STATEMENT EXECUTE FUNCTION mailbridge_only_grows()
        """)
    else:
        _lock_sqlite()


def _lock_sqlite() -> None:
    abort = "SELECT RAISE(ABORT, 'table verdict only grows')"
    op.execute(f"CREATE TRIGGER verdict_no_update BEFORE UPDATE ON verdict BEGIN {abort}; END")
    op.execute(f"CREATE TRIGGER verdict_no_delete BEFORE DELETE ON verdict BEGIN {abort}; END")
    # REPLACE deletes the row in its way without asking the trigger above, unless the connection wants it asked.
    same = "mail_id = NEW.mail_id AND agency = NEW.agency AND sequence = NEW.sequence"
    op.execute(
        "CREATE TRIGGER verdict_no_replace BEFORE INSERT ON verdict "
        f"WHEN EXISTS (SELECT 1 FROM verdict WHERE rowid = NEW.rowid OR ({same})) BEGIN {abort}; END"
    )


def downgrade() -> None:
    """Refuse: what was judged is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was judged is not forgotten")
