"""
Who owns the numbers of a book: reserved ones, blocks, those of another system.

Revision ID: 0008
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add the tables; until something is declared, every book counts its own numbers, as before."""
    op.create_table(
        "numbering",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("book", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("agency", "book", "sequence", name="pk_numbering"),
        sa.CheckConstraint("sequence >= 1", name="ck_numbering_sequence_from_one"),
    )
    only_grows("numbering", ("agency", "book", "sequence"))
    op.create_table(
        "number_block",
        *_series(),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        *_author(),
        sa.PrimaryKeyConstraint("agency", "book", "year", "first", name="pk_number_block"),
        sa.CheckConstraint("first >= 1 AND last >= first", name="ck_number_block_forward"),
    )
    only_grows("number_block", ("agency", "book", "year", "first"))
    op.create_table(
        "number_reserved",
        *_series(),
        sa.Column("number", sa.Integer, nullable=False),
        *_author(),
        sa.PrimaryKeyConstraint("agency", "book", "year", "number", name="pk_number_reserved"),
        sa.CheckConstraint("number >= 1", name="ck_number_reserved_number_from_one"),
    )
    only_grows("number_reserved", ("agency", "book", "year", "number"))
    op.create_table(
        "number_given",
        sa.Column("waiting_id", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        *_author(),
        sa.PrimaryKeyConstraint("waiting_id", name="pk_number_given"),
        sa.UniqueConstraint("entry_id", name="uq_number_given_entry_id"),
        sa.ForeignKeyConstraint(["waiting_id"], ["entry.id"], name="fk_number_given_waiting_id_entry"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_number_given_entry_id_entry"),
    )
    only_grows("number_given", ("waiting_id",), ("entry_id",))


def _series() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("book", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
    )


def _author() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
