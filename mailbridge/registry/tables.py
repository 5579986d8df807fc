"""
The tables, as SQLAlchemy sees them; `migrations/` makes them, and a test holds the two against each other.

`entry`, `entry_version`, `mail_case`, `verdict`, `event` and `delivery` only grow: triggers of the migrations refuse
everything else.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UtcTime(TypeDecorator[datetime]):
    """
    An aware time in UTC.

    `timestamptz` on PostgreSQL; on SQLite text of one length, "2026-12-31T17:00:00.000000Z", which sorts as the time
    does. A naive time raises ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose text for SQLite, which has no type for times."""
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write a time; refuse one that does not say where on earth it is meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be kept")
        utc = value.astimezone(UTC)
        return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read a time back, in UTC whatever the zone of the session."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else value.astimezone(UTC)


class Writing(TypeDecorator[str]):
    """
    Text that strangers may have written.

    U+0000 and lone surrogates cannot be stored (PostgreSQL refuses the first, UTF-8 the second) and become U+FFFD: a
    hostile subject must not keep a mail from its decision.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what no database can hold."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counter = Table(
    "counter",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("next", Integer, CheckConstraint("next >= 1", name="next_from_one"), nullable=False),
)
"""The next số đến of each book and year; a row is locked from the number to the commit, so that no number is lost."""

entry = Table(
    "entry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("book", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, CheckConstraint("number >= 1", name="number_from_one"), nullable=False),
    Column("arrived_at", UtcTime, nullable=False),
    Column("mail_id", Text, index=True),
    Column("document_sha256", Text),
    Column("occasion", Integer, CheckConstraint("occasion >= 1", name="occasion_from_one"), nullable=False),
    UniqueConstraint("agency", "book", "year", "number"),
    UniqueConstraint("agency", "document_sha256", "occasion"),
)
"""
What an entry is for ever: its place in the book and the document it stands for; a document on paper has neither mail
nor file. `occasion` counts the entries of one file: 2 when the first was voided and the document entered again.
"""

entry_version = Table(
    "entry_version",
    metadata,
    Column("entry_id", Text, ForeignKey("entry.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("file_organ_id", Writing),
    Column("file_year", Integer),
    Column("file_notation", Writing),
    Column("file_ordinal", Integer),
    Column("type", Writing),
    Column("number", Writing),
    Column("notation", Writing),
    Column("symbol", Writing, index=True),
    Column("issued_date", Date),
    Column("issuer", Writing),
    Column("subject", Writing),
    Column("language", Writing, nullable=False),
    Column("pages", Integer),
    Column("note", Writing),
    Column("signer_position", Writing),
    Column("signer_name", Writing),
    Column("urgency", Writing),
    Column("recipients", Writing),
    Column("trace", Writing),
    Column("due_date", Date),
    Column("transfer_date", Date),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("why", Writing, nullable=False),
)
"""What an entry says; a correction is one more row, and both stay readable."""

entry_search = Table(
    "entry_search",
    metadata,
    # SQLite counts by itself only in a column that is declared INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("entry_id", Text, ForeignKey("entry.id"), nullable=False, unique=True),
)
"""
Numbers of entries for the index of words, in the order in which they were written. The words themselves stand in
`entry_words`, which is FTS5 on SQLite and a tsvector on PostgreSQL, see `search_index`; both are made anew at any time.
"""

mail_case = Table(
    "mail_case",
    metadata,
    Column("mail_id", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("door", Text, nullable=False),
    Column("accepted_at", UtcTime, nullable=False, index=True),
    Column("decided_at", UtcTime, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("action", Text, nullable=False, index=True),
    Column("rule", Text, nullable=False),
    Column("reason", Writing, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("message_id", Writing, index=True),
    Column("author", Writing, index=True),
    Column("subject", Writing),
    Column("next_hop_reply", Writing),
    Column("judgement", Writing),
    Column("evidence", Writing),
    Column("shadow", Boolean, nullable=False, server_default=false()),
)
"""What became of each mail, for each agency it was for; with `shadow` set, what would have become of it."""

verdict = Table(
    "verdict",
    metadata,
    Column("mail_id", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column(
        "sequence",
        Integer,
        CheckConstraint("sequence >= 1", name="sequence_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("judged_at", UtcTime, nullable=False),
    Column("for_moment", UtcTime, nullable=False),
    Column("cause", Text, nullable=False),
    Column("judgement", Writing),
    Column("evidence", Writing),
    Column("written_by", Text, nullable=False),
    ForeignKeyConstraint(["mail_id", "agency"], ["mail_case.mail_id", "mail_case.agency"]),
)
"""What was judged of each mail that is kept, at its reception and later; the words of the first stand in its case."""

pending_verdict = Table(
    "pending_verdict",
    metadata,
    Column("mail_id", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("next_at", UtcTime, nullable=False, index=True),
)
"""Whose newest verdict waits for an answer of the world, and when it is asked for again; settled, its row goes."""

delivery = Table(
    "delivery",
    metadata,
    Column("writer", Text, primary_key=True),
    Column(
        "serial",
        BigInteger,
        CheckConstraint("serial >= 1", name="serial_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("mail_id", Text, primary_key=True, index=True),
    Column("door", Text, nullable=False),
    Column("ended_at", UtcTime, nullable=False),
    Column("day", Date, nullable=False, index=True),
    Column("fate", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("reply", Text),
    Column("queue_id", Text, index=True),
)
"""
What became of each mail at its door, whatever it was. The mail is part of the key so that two mails under one serial
(a spool that was set up anew beside an old book) both stand there, for everybody to see. `day` is that of Vietnam.
"""

event = Table(
    "event",
    metadata,
    # SQLite counts by itself only in a column that is declared INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("mail_id", Text, index=True),
    Column("entry_id", Text, index=True),
    Column("agency", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Writing, nullable=False),
    sqlite_autoincrement=True,
)
"""Everything that happened, in the order it was written."""

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("mail_id", Text, nullable=False, index=True),
    Column("sender", Text, nullable=False),
    Column("recipient", Text, nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("leased_until", UtcTime),
    Column("leased_by", Text),
    Column("sent_at", UtcTime),
    Column("failed_at", UtcTime),
    Column("reply", Writing),
    Column("last_error", Writing),
)
"""Letters of ours: waiting (neither time set), sent, or given up."""

Index(
    "ix_outbox_waiting",
    outbox.c.due_at,
    sqlite_where=outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None),
    postgresql_where=outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None),
)
