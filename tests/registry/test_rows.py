"""What was written is read back, field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mailbridge.registry.entry import Case, DraftEntry
from mailbridge.registry.rows import Author, version_row
from mailbridge.registry.tables import entry_version
from tests.registry.builders_registry import NOON, case, draft, sha256
from tests.registry.conftest import Database

FULL = draft(
    "full",
    file_organ_id="H05.14",
    file_year=2026,
    file_notation="12.VP",
    file_ordinal=7,
    issued_date=date(2013, 5, 4),
    pages=12,
    note="Bản giấy gửi sau",
    signer_position="Phó Chủ nhiệm",
    signer_name="Nguyễn Khắc Định",
    urgency="thượng khẩn",
    recipients="Bộ Thông tin và Truyền thông",
    trace="Giao Phòng Hành chính",
    due_date=date(2026, 12, 1),
    transfer_date=date(2026, 11, 21),
)
BARE = DraftEntry(agency="sonv", book="den", mail_id="mail-1", document_sha256="0" * 64)


def test_full_and_bare_entries_come_back(database: Database) -> None:
    with database.registry.transaction() as current:
        written = [current.enter(one, NOON + timedelta(microseconds=1)) for one in (FULL, BARE)]
    assert list(database.books.entries()) == written
    assert [one.draft for one in written] == [FULL, BARE]
    assert all(value is not None for value in (getattr(FULL, name) for name in FULL.__slots__))


def test_newest_version_speaks_for_an_entry(database: Database) -> None:
    """E5: a correction is one more version; the first stays where it is."""
    registry = database.registry
    with registry.transaction() as current:
        first = current.enter(draft("d", symbol="12/QĐ-UBND"), NOON)
    corrected = replace(first, version=2, draft=replace(first.draft, symbol="21/QĐ-UBND"))
    with database.engine.begin() as connection:
        written = version_row(corrected, Author("lan@sonv.example", NOON, "đọc nhầm số"))
        connection.execute(entry_version.insert(), written)
    assert list(database.books.entries()) == [corrected]
    assert database.books.find_entries("21/QĐ-UBND") == (corrected,)
    known = registry.known("sonv", "none", [sha256("d")], ["12/QĐ-UBND", "21/QĐ-UBND"])
    assert (known.same_symbol, known.same_file) == ((("21/QĐ-UBND", corrected),), ((sha256("d"), corrected),))


def test_texts_longer_than_the_decree_are_kept_whole(database: Database) -> None:
    """Lengths of Phụ lục VI cut exports only."""
    long = draft("long", subject="Về việc " * 500, issuer="Ủy ban nhân dân " * 50)
    with database.registry.transaction() as current:
        current.enter(long, NOON)
    (entry,) = database.books.entries()
    assert entry.draft == long
    assert entry.draft.too_long() == ("issuer", "subject")


def test_bare_case_comes_back(database: Database) -> None:
    bare = Case(
        mail_id="mail-1", agency="sonv", door="milter", accepted_at=NOON, decided_at=NOON, sha256="0" * 64, size=2**40,
        kind="personal", action="pass", rule="personal", reason="",
    )  # fmt: skip
    full = case("mail-2", judgement="{}", evidence="[]", next_hop_reply="250 2.0.0 Ok", rules_version="f" * 64)
    with database.registry.transaction() as current:
        current.record(bare, [])
        current.record(full, [])
    assert list(database.books.cases()) == [bare, full]
