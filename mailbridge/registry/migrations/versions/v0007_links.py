"""
What entries have to do with one another: joined, parted, recalled, replaced, answered.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailbridge.registry.migrations.growing import only_grows

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    """Add the table of links, which only grows."""
    op.create_table(
        "link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text()),
        sa.Column("mail_id", sa.Text()),
        sa.Column("document_sha256", sa.Text()),
        sa.Column("channel", sa.Text()),
        sa.Column("arrived_at", TIME),
        sa.Column("remark", sa.Text()),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("undoes", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_link_entry_id_entry"),
        sa.ForeignKeyConstraint(["other_id"], ["entry.id"], name="fk_link_other_id_entry"),
        sa.ForeignKeyConstraint(["undoes"], ["link.id"], name="fk_link_undoes_link"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_entry_id", "link", ["entry_id"])
    op.create_index("ix_link_other_id", "link", ["other_id"])
    op.create_index("ix_link_mail_id", "link", ["mail_id"])
    op.create_index("ix_link_agency_document_sha256", "link", ["agency", "document_sha256"])
    only_grows("link", ("id",))


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
