"""
Entries of documents on paper and of documents whose entry was voided; the index of words.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
KEYS = (("id",), ("agency", "book", "year", "number"), ("agency", "document_sha256", "occasion"))


def upgrade() -> None:
    """Bring the entries into their new form and make the index; `schema.upgrade` fills it afterwards."""
    if op.get_bind().dialect.name == "postgresql":
        _entry_postgresql()
    else:
        _entry_sqlite()
    op.create_table(
        "entry_search",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry_search"),
        sa.UniqueConstraint("entry_id", name="uq_entry_search_entry_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_entry_search_entry_id_entry"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE entry_words (rowid bigint PRIMARY KEY, entry_words tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_entry_words ON entry_words USING gin (entry_words)")
    else:
        # "ascii" takes letters beyond ASCII as they are; case and marks are settled before they come here.
        op.execute("CREATE VIRTUAL TABLE entry_words USING fts5 (marked, plain, inside, tokenize = 'ascii')")


def _entry_postgresql() -> None:
    op.alter_column("entry", "mail_id", nullable=True)
    op.alter_column("entry", "document_sha256", nullable=True)
    op.add_column("entry", sa.Column("occasion", sa.Integer, nullable=False, server_default="1"))
    op.alter_column("entry", "occasion", server_default=None)
    op.drop_constraint("uq_entry_agency_document_sha256", "entry")
    columns = ["agency", "document_sha256", "occasion"]
    op.create_unique_constraint("uq_entry_agency_document_sha256_occasion", "entry", columns)
    op.create_check_constraint("ck_entry_occasion_from_one", "entry", "occasion >= 1")


def _entry_sqlite() -> None:
    """
    Make the table anew under its name: SQLite can drop no constraint.

    Dropping it leaves every version without its entry until the rows are back; that is counted up to the commit.
    """
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TABLE entry_before AS SELECT * FROM entry")
    op.drop_table("entry")
    op.create_table(
        "entry",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("book", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("arrived_at", TIME, nullable=False),
        sa.Column("mail_id", sa.Text),
        sa.Column("document_sha256", sa.Text),
        sa.Column("occasion", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("agency", "book", "year", "number", name="uq_entry_agency_book_year_number"),
        sa.UniqueConstraint(
            "agency", "document_sha256", "occasion", name="uq_entry_agency_document_sha256_occasion"
        ),
        sa.CheckConstraint("number >= 1", name="ck_entry_number_from_one"),
        sa.CheckConstraint("occasion >= 1", name="ck_entry_occasion_from_one"),
    )
    op.create_index("ix_entry_mail_id", "entry", ["mail_id"])
    columns = "id, agency, book, year, number, arrived_at, mail_id, document_sha256"
    op.execute(f"INSERT INTO entry ({columns}, occasion) SELECT {columns}, 1 FROM entry_before ORDER BY rowid")
    op.drop_table("entry_before")
    abort = "SELECT RAISE(ABORT, 'table entry only grows')"
    op.execute(f"CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN {abort}; END")
    op.execute(f"CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN {abort}; END")
    # REPLACE deletes the row in its way without asking the trigger above, unless the connection wants it asked.
    same = [" AND ".join(f"{column} = NEW.{column}" for column in key) for key in KEYS]
    taken = " OR ".join(f"({one})" for one in ("rowid = NEW.rowid", *same))
    op.execute(
        "CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry "
        f"WHEN EXISTS (SELECT 1 FROM entry WHERE {taken}) BEGIN {abort}; END"
    )


def downgrade() -> None:
    """Refuse: what was voided is not entered once more. A backup leads back to an older program."""
    raise NotImplementedError("what was written into a book is not taken back")
