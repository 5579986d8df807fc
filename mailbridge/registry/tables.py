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

COUNTS = {"journal": None}
"""
For `Table(info=…)`: each row is named in the journal of the book with a digest of all its columns, see `journal`.

In the place of None may stand the names of the columns that never change, when others do.
"""

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
    info=COUNTS,
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
    info=COUNTS,
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
    info=COUNTS,
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
    info=COUNTS,
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
    info=COUNTS,
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
    info=COUNTS,
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
    info={"journal": ("key", "kind", "agency", "mail_id", "sender", "recipient", "content", "created_at")},
)
"""Letters of ours: waiting (neither time set), sent, or given up."""

Index(
    "ix_outbox_waiting",
    outbox.c.due_at,
    sqlite_where=outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None),
    postgresql_where=outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None),
)

act = Table(
    "act",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("mail_id", Text, index=True),
    Column("entry_id", Text, ForeignKey("entry.id"), index=True),
    Column("what", Text, nullable=False),
    Column("turn", Integer, CheckConstraint("turn >= 1", name="turn_from_one")),
    Column("before", Writing, nullable=False),
    Column("after", Writing, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("via", Text, nullable=False),
    Column("why", Writing, nullable=False),
    Column("undoes", Text, ForeignKey("act.id")),
    UniqueConstraint("mail_id", "agency", "turn"),
    UniqueConstraint("undoes"),
    info=COUNTS,
)
"""
What people did, with a mail that waited or with an entry; it only grows, and what was undone is told by the row that
undoes it. `turn` counts the settlements of a mail, and is empty for all other acts: two clerks cannot both settle it.
"""

closing = Table(
    "closing",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column(
        "sequence",
        Integer,
        CheckConstraint("sequence >= 1", name="sequence_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("act", Text, nullable=False),
    Column("first", Integer),
    Column("last", Integer),
    Column("entries", Integer),
    Column("voided", Integer),
    Column("totals", Text),
    Column("digest", Text),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("why", Writing, nullable=False),
    info=COUNTS,
)
"""
Days ("2026-11-20") and years ("2026") of a book that were closed or opened again; the newest `sequence` of a period
says how it stands. What was counted is null in a row that opens.
"""

document_text = Table(
    "document_text",
    metadata,
    # SQLite counts by itself only in a column that is declared INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("agency", Text, nullable=False),
    Column("document_sha256", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("mail_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("text", Writing, nullable=False),
    Column("is_cut", Boolean, nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    UniqueConstraint("agency", "document_sha256", "file_sha256"),
)
"""
What the files of a document say, for the search, see `texts`; a document is known by its main file, as in `entry`. Rows
may be taken away, and are read anew from the archived mail.
"""

text_search = Table(
    "text_search",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("entry_search.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("said", Writing, nullable=False),
    Column("texts", Text, nullable=False),
)
"""
Entries whose text stands in the index of texts, `text_words`, with what stands there: what the entry says, and ids of
`document_text`. The index keeps no content, and gives a row back only to who names its words.
"""

saved_search = Table(
    "saved_search",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("name", Writing, primary_key=True),
    Column("asked", Writing, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
)
"""Searches that people keep under a name; `agency` is "" for all agencies, `asked` JSON, see `search_saved`."""

letter_token = Table(
    "letter_token",
    metadata,
    Column("token", Text, primary_key=True),
    Column("key", Text, ForeignKey("outbox.key"), nullable=False, unique=True),
)
"""By what each letter is known when it comes back or is shown (`mail.letter.token_of`)."""

letter_fate = Table(
    "letter_fate",
    metadata,
    # SQLite counts by itself only in a column that is declared INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", Text, ForeignKey("outbox.key"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("what", Text, nullable=False),
    Column("mail_id", Text, nullable=False),
    Column("status", Writing),
    Column("said", Writing, nullable=False),
    UniqueConstraint("key", "mail_id"),
    sqlite_autoincrement=True,
    info=COUNTS,
)
"""What came back about a letter after the next server had taken it, by the mail that told so; it only grows."""

answered = Table(
    "answered",
    metadata,
    Column("thread", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
)
"""Answers of the last days by what they belong to (a peer, a thread, a file), so that no two programs talk for ever."""

breaker = Table(
    "breaker",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("peer", Text, primary_key=True),
    Column("opened_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("withheld", Integer, nullable=False),
)
"""Peers whose mails were too many to be answered, since when, and how many answers were withheld."""

link = Table(
    "link",
    metadata,
    # SQLite counts by itself only in a column that is declared INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("agency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entry_id", Text, ForeignKey("entry.id"), nullable=False, index=True),
    Column("other_id", Text, ForeignKey("entry.id"), index=True),
    Column("mail_id", Text, index=True),
    Column("document_sha256", Text),
    Column("channel", Text),
    Column("arrived_at", UtcTime),
    Column("remark", Writing),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("why", Writing, nullable=False),
    Column("undoes", BigInteger, ForeignKey("link.id")),
    Index("ix_link_agency_document_sha256", "agency", "document_sha256"),
    info=COUNTS,
    sqlite_autoincrement=True,
)
"""
What entries have to do with one another and with mails, see `links.Link`; it only grows, and a row that names another
one in `undoes` ends it.
"""

journal = Table(
    "journal",
    metadata,
    # SQLite counts by itself only in a column that is declared INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("agency", Text, nullable=False),
    Column("sequence", BigInteger, CheckConstraint("sequence >= 1", name="sequence_from_one"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("cause", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("items", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("agency", "sequence"),
    sqlite_autoincrement=True,
)
"""The links of the journal of the book, one chain an agency; `id` only tells the order in which they were written."""

journal_head = Table(
    "journal_head",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("hash", Text, nullable=False),
)
"""The newest link of each chain; its row is locked from the writing of a link to the commit."""

root = Table(
    "root",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("last", BigInteger, primary_key=True, autoincrement=False),
    Column("first", BigInteger, nullable=False),
    Column("day", Date, nullable=False, index=True),
    Column("hash", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    info=COUNTS,
)
"""The end of each chain as it was when a day in Vietnam was over or its book was closed."""

root_stamp = Table(
    "root_stamp",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("last", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", UtcTime, nullable=False),
    Column("url", Text, nullable=False),
    Column("token", LargeBinary, nullable=False),
    ForeignKeyConstraint(["agency", "last"], ["root.agency", "root.last"]),
    info=COUNTS,
)
"""What a timestamping authority signed over a root (RFC 3161)."""

reading = Table(
    "reading",
    metadata,
    # SQLite counts by itself only in a column that is declared INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("agency", Text, nullable=False),
    Column("entry_id", Text, index=True),
    Column("mail_id", Text, index=True),
    Column("reader", Text, nullable=False),
    Column("via", Text, nullable=False),
    sqlite_autoincrement=True,
    info=COUNTS,
)
"""Who read what is kept, and by which way: "cli", "web", "mail"."""

numbering = Table(
    "numbering",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("book", Text, primary_key=True),
    Column(
        "sequence",
        Integer,
        CheckConstraint("sequence >= 1", name="sequence_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("numbers", Text, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    info=COUNTS,
)
"""Who gives the numbers of a book, a word of `authority.Authority`; the newest `sequence` holds. It only grows."""

number_block = Table(
    "number_block",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("why", Writing, nullable=False),
    CheckConstraint("first >= 1 AND last >= first", name="forward"),
    info=COUNTS,
)
"""Numbers that another system has set apart for us, both ends included; blocks do not overlap. It only grows."""

number_reserved = Table(
    "number_reserved",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("book", Text, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column(
        "number",
        Integer,
        CheckConstraint("number >= 1", name="number_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("why", Writing, nullable=False),
    info=COUNTS,
)
"""Numbers taken for paper that is stamped by hand; one without an entry is open. It only grows."""

number_given = Table(
    "number_given",
    metadata,
    Column("waiting_id", Text, ForeignKey("entry.id"), primary_key=True),
    Column("entry_id", Text, ForeignKey("entry.id"), nullable=False, unique=True),
    Column("written_by", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("why", Writing, nullable=False),
    info=COUNTS,
)
"""Lines that waited for a number, and the line that stands in the book since it came. It only grows."""

clock_letter = Table(
    "clock_letter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("lines", Text, nullable=False),
    UniqueConstraint("agency", "kind", "about", "recipient"),
)
"""
What was told by the clock, each once: `about` names the occasion ("2026-11-23 08:00", a mail and a step), `lines` the
mails of a digest in their order, a JSON list. Nothing that the book rests on.
"""

shown_state = Table(
    "shown_state",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("mailbox", Text, primary_key=True),
    Column("mail_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcTime, index=True),
    Column("at", UtcTime, nullable=False),
)
"""
What stands on a mail in a mailbox, "" for nothing; `next_at` while it was not found there, see `shown`. Rows change,
and nothing of the book rests on them: taken away, they are made anew.
"""

mailbox_cursor = Table(
    "mailbox_cursor",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("mailbox", Text, primary_key=True),
    Column("seen", BigInteger, nullable=False),
    Column("uidvalidity", BigInteger),
)
"""How far a mailbox has followed the time line (`event.id`), and which incarnation of its folder was met last."""
