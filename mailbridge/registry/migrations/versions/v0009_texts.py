"""
The text of documents, for the search; searches that are kept.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables; none of them only grows: a text can be forgotten, a search is changed by who made it."""
    op.create_table(
        "document_text",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("is_cut", sa.Boolean, nullable=False),
        sa.Column("kept_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_text"),
        sa.UniqueConstraint(
            "agency", "document_sha256", "file_sha256", name="uq_document_text_agency_document_sha256_file_sha256"
        ),
    )
    op.create_table(
        "text_search",
        sa.Column("id", COUNTED, nullable=False, autoincrement=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("texts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_search"),
        sa.ForeignKeyConstraint(["id"], ["entry_search.id"], name="fk_text_search_id_entry_search"),
    )
    op.create_table(
        "saved_search",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("agency", "person", "name", name="pk_saved_search"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE text_words (rowid bigint PRIMARY KEY, words tsvector NOT NULL)")
        # To look whether words stand side by side, many are read: none is to be unpacked for it.
        op.execute("ALTER TABLE text_words ALTER COLUMN words SET STORAGE EXTERNAL")
        op.execute("CREATE INDEX ix_text_words ON text_words USING gin (words)")
    else:
        # Without content of its own: the text stands in document_text, once.
        op.execute("CREATE VIRTUAL TABLE text_words USING fts5 (marked, plain, content = '', tokenize = 'ascii')")


def downgrade() -> None:
    """Refuse: what was written is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("what was written is not forgotten")
