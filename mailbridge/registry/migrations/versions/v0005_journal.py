"""
The journal of the book: every row that counts, chained by its hash; roots of its days; who read what is kept.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables; `schema.upgrade` names the rows of an older program in them afterwards."""
    _journal()
    _roots()
    op.create_table(
        "reading",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text),
        sa.Column("mail_id", sa.Text),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("via", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reading_entry_id", "reading", ["entry_id"])
    op.create_index("ix_reading_mail_id", "reading", ["mail_id"])
    only_grows("journal", ("id",), ("agency", "sequence"))
    only_grows("root", ("agency", "last"))
    only_grows("root_stamp", ("agency", "last"))
    only_grows("reading", ("id",))


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("items", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.UniqueConstraint("agency", "sequence", name="uq_journal_agency_sequence"),
        sa.CheckConstraint("sequence >= 1", name="ck_journal_sequence_from_one"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "journal_head",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("agency", name="pk_journal_head"),
    )


def _roots() -> None:
    op.create_table(
        "root",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("agency", "last", name="pk_root"),
    )
    op.create_index("ix_root_day", "root", ["day"])
    op.create_table(
        "root_stamp",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("agency", "last", name="pk_root_stamp"),
        sa.ForeignKeyConstraint(["agency", "last"], ["root.agency", "root.last"], name="fk_root_stamp_agency_root"),
    )


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
