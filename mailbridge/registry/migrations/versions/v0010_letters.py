"""
By what letters are known when they come back, what became of them at the other end, and who has been answered how often.

Revision ID: 0010
"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add the tables, and the tokens of the letters that are there."""
    token = op.create_table(
        "letter_token",
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_letter_token"),
        sa.ForeignKeyConstraint(["key"], ["outbox.key"], name="fk_letter_token_key_outbox"),
        sa.UniqueConstraint("key", name="uq_letter_token_key"),
    )
    _add_tokens(token)
    op.create_table(
        "letter_fate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("said", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter_fate"),
        sa.ForeignKeyConstraint(["key"], ["outbox.key"], name="fk_letter_fate_key_outbox"),
        sa.UniqueConstraint("key", "mail_id", name="uq_letter_fate_key_mail_id"),
        sqlite_autoincrement=True,
    )
    only_grows("letter_fate", ("id",), ("key", "mail_id"))
    op.create_table(
        "answered",
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("thread", "key", name="pk_answered"),
    )
    op.create_index("ix_answered_at", "answered", ["at"])
    op.create_table(
        "breaker",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("peer", sa.Text, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("withheld", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("agency", "peer", name="pk_breaker"),
    )


def _add_tokens(token: sa.Table) -> None:
    """The token of a letter follows from its key; every Message-ID that has left begins with it."""
    keys = op.get_bind().execute(sa.text("SELECT key FROM outbox")).scalars().all()
    rows = [{"token": sha256(key.encode()).hexdigest()[:32], "key": key} for key in keys]
    if rows:
        op.bulk_insert(token, rows)


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
