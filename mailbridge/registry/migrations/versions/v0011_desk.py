"""
What people did with mails that waited for them and with entries: the table `act`.

Revision ID: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add the acts of people."""
    op.create_table(
        "act",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Text),
        sa.Column("entry_id", sa.Text),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("turn", sa.Integer),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("undoes", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_act_entry_id_entry"),
        sa.ForeignKeyConstraint(["undoes"], ["act.id"], name="fk_act_undoes_act"),
        # One settlement of a mail at a time, and none taken back twice, whoever else is at work.
        sa.UniqueConstraint("mail_id", "agency", "turn", name="uq_act_mail_id_agency_turn"),
        sa.UniqueConstraint("undoes", name="uq_act_undoes"),
        sa.CheckConstraint("turn >= 1", name="ck_act_turn_from_one"),
    )
    op.create_index("ix_act_mail_id", "act", ["mail_id"])
    op.create_index("ix_act_entry_id", "act", ["entry_id"])
    only_grows("act", ("id",), ("mail_id", "agency", "turn"), ("undoes",))


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
