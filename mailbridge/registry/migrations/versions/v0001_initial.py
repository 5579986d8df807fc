"""
The book, the cases, the time line and the outbox.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")

KEYS = {
    "entry": (("id",), ("agency", "book", "year", "number"), ("agency", "document_sha256")),
    "entry_version": (("entry_id", "version"),),
    "mail_case": (("mail_id", "agency"),),
    "event": (("id",),),
}
"""Tables that only grow, and what is unique in each."""


def upgrade() -> None:
    """Make the tables, then lock those that only grow."""
    _books()
    _mail()
    if op.get_bind().dialect.name == "postgresql":
        _lock_postgresql()
    else:
        _lock_sqlite()


def _books() -> None:
    op.create_table(
        "counter",
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("book", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("next", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("agency", "book", "year", name="pk_counter"),
        sa.CheckConstraint("next >= 1", name="ck_counter_next_from_one"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("book", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("arrived_at", TIME, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("agency", "book", "year", "number", name="uq_entry_agency_book_year_number"),
        sa.UniqueConstraint("agency", "document_sha256", name="uq_entry_agency_document_sha256"),
        sa.CheckConstraint("number >= 1", name="ck_entry_number_from_one"),
    )
    op.create_index("ix_entry_mail_id", "entry", ["mail_id"])
    op.create_table(
        "entry_version",
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("file_organ_id", sa.Text),
        sa.Column("file_year", sa.Integer),
        sa.Column("file_notation", sa.Text),
        sa.Column("file_ordinal", sa.Integer),
        sa.Column("type", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("notation", sa.Text),
        sa.Column("symbol", sa.Text),
        sa.Column("issued_date", sa.Date),
        sa.Column("issuer", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.Column("note", sa.Text),
        sa.Column("signer_position", sa.Text),
        sa.Column("signer_name", sa.Text),
        sa.Column("urgency", sa.Text),
        sa.Column("recipients", sa.Text),
        sa.Column("trace", sa.Text),
        sa.Column("due_date", sa.Date),
        sa.Column("transfer_date", sa.Date),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version", name="pk_entry_version"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_entry_version_entry_id_entry"),
    )
    op.create_index("ix_entry_version_symbol", "entry_version", ["symbol"])


def _mail() -> None:
    op.create_table(
        "mail_case",
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("author", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("next_hop_reply", sa.Text),
        sa.Column("judgement", sa.Text),
        sa.Column("evidence", sa.Text),
        sa.PrimaryKeyConstraint("mail_id", "agency", name="pk_mail_case"),
    )
    for column in ("accepted_at", "sha256", "action", "message_id", "author"):
        op.create_index(f"ix_mail_case_{column}", "mail_case", [column])
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("mail_id", sa.Text),
        sa.Column("entry_id", sa.Text),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_mail_id", "event", ["mail_id"])
    op.create_index("ix_event_entry_id", "event", ["entry_id"])
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_until", TIME),
        sa.Column("leased_by", sa.Text),
        sa.Column("sent_at", TIME),
        sa.Column("failed_at", TIME),
        sa.Column("reply", sa.Text),
        sa.Column("last_error", sa.Text),
        sa.PrimaryKeyConstraint("key", name="pk_outbox"),
    )
    op.create_index("ix_outbox_mail_id", "outbox", ["mail_id"])
    op.create_index("ix_outbox_recipient", "outbox", ["recipient"])
    waiting = sa.text("sent_at IS NULL AND failed_at IS NULL")
    op.create_index("ix_outbox_waiting", "outbox", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)


def _lock_postgresql() -> None:
    # restrict_violation reaches the program as an integrity error, as the abort of SQLite does.
    op.execute("""
        CREATE FUNCTION mailbridge_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for table in KEYS:
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION mailbridge_only_grows()
        """)


def _lock_sqlite() -> None:
    for table, keys in KEYS.items():
        abort = f"SELECT RAISE(ABORT, 'table {table} only grows')"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {abort}; END")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {abort}; END")
        # REPLACE deletes the row in its way without asking the trigger above, unless the connection wants it asked.
        same = [" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys]
        taken = " OR ".join(f"({one})" for one in ("rowid = NEW.rowid", *same))
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) BEGIN {abort}; END"
        )


def downgrade() -> None:
    """Refuse: what was written into a book is not taken back. A backup leads back to an older program."""
    raise NotImplementedError("there is nothing before the first schema")
