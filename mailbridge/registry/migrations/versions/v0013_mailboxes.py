"""
What stands on mails in the mailboxes of an agency, and how far each mailbox has followed the book.

Revision ID: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add the states shown in mailboxes."""
    op.create_table(
        "shown_state",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("agency", "mailbox", "mail_id", name="pk_shown_state"),
    )
    op.create_index("ix_shown_state_next_at", "shown_state", ["next_at"])
    op.create_table(
        "mailbox_cursor",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger),
        sa.PrimaryKeyConstraint("agency", "mailbox", name="pk_mailbox_cursor"),
    )


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
