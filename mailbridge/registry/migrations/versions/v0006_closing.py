"""
Days and years that are closed, and opened again.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Make the table; every day and year is open."""
    op.create_table(
        "closing",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("book", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("first", sa.Integer),
        sa.Column("last", sa.Integer),
        sa.Column("entries", sa.Integer),
        sa.Column("voided", sa.Integer),
        sa.Column("totals", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("agency", "book", "period", "sequence", name="pk_closing"),
        sa.CheckConstraint("sequence >= 1", name="ck_closing_sequence_from_one"),
    )
    only_grows("closing", ("agency", "book", "period", "sequence"))


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
