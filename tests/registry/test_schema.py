"""Migrations make what the tables say, once, whole or not at all."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.registry import schema
from mailbridge.registry.books import Books
from mailbridge.registry.conflicts import BookDamaged
from mailbridge.registry.corrections_fields import Field
from mailbridge.registry.database import open_database, reaching_database
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import metadata
from mailbridge.registry.verdicts import SqlVerdicts
from tests.live.postgres import Postgres
from tests.registry.builders_changes import Changes
from tests.registry.builders_registry import NOON, case, delivery, draft, verdict
from tests.registry.conftest import BOTH, Database

INDEXES = ("entry_words", "text_words")


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables; on SQLite not even a file."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new book.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield server.create("empty")
    server.drop("empty")


def test_empty_database_is_brought_to_the_newest_schema(empty_url: str) -> None:
    assert schema.upgrade(empty_url) == schema.newest() == schema.current(empty_url)


def test_upgrade_again_changes_nothing(database: Database) -> None:
    with database.registry.transaction():
        pass
    assert schema.upgrade(database.url) == schema.newest()
    with database.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_two_nodes_may_upgrade_at_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(schema.upgrade, [empty_url] * 4)) == {schema.newest()}


def test_database_without_tables_has_no_revision(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        assert schema.current(empty_url) is None
        Path(empty_url.removeprefix("sqlite:///")).touch()
    assert schema.current(empty_url) is None


def test_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.engine.begin() as connection:
        # The index of words is an affair of each database, and a virtual table on one of them.
        options = {"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(INDEXES)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        checks = {one["name"] for table in metadata.tables for one in inspect(connection).get_check_constraints(table)}
    assert checks == {
        "ck_act_turn_from_one",
        "ck_closing_sequence_from_one",
        "ck_counter_next_from_one",
        "ck_entry_number_from_one",
        "ck_entry_occasion_from_one",
        "ck_delivery_serial_from_one",
        "ck_journal_sequence_from_one",
        "ck_verdict_sequence_from_one",
        "ck_number_block_forward",
        "ck_number_reserved_number_from_one",
        "ck_numbering_sequence_from_one",
    }


def test_a_book_of_the_first_schema_comes_along_whole(empty_url: str) -> None:
    """What 0.1 wrote is read as it was; no case of it was a shadow, and the new column and table only grow too."""
    Path(empty_url.removeprefix("sqlite:///")).touch() if empty_url.startswith("sqlite") else None
    engine = open_database(empty_url)
    config = schema._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in OLD_ROWS:
            connection.execute(text(statement), {"at": OLD_TIME if engine.dialect.name == "sqlite" else NOON})
    assert schema.current(empty_url) == "0001"
    assert schema.upgrade(empty_url) == schema.newest() != "0001"

    books, registry = Books(engine), SqlRegistry(engine)
    (entry,), (old,) = books.entries(), books.cases()
    assert (entry.number, entry.draft.subject, entry.arrived_at) == (7, "Về việc cũ", NOON)
    assert (old.mail_id, old.shadow, old.subject, old.accepted_at) == ("mail-old", False, "CV cũ", NOON)
    assert [one.what for one in books.trace("mail-old")] == ["accepted"]
    with registry.transaction() as current:
        new = current.enter(draft("new"), NOON)
        current.record(case("mail-shadow", shadow=True, action="register"), [])
    assert new.number == 8
    assert registry.note_deliveries([delivery(1)]) == 1
    with registry.transaction() as current:
        current.record(case("mail-new", judgement="{}", evidence="{}"), [])
        current.judge(verdict("mail-new"))
    assert [one.mail_id for one in SqlVerdicts(engine).of_mail("mail-new")] == ["mail-new"]
    assert SqlSearch(engine).search(Question(words=("viec cu",)), most=9)[0].id == "e-old"
    assert [one.name for one in fields_of_voided(engine)] == ["note"]
    for change in (
        "UPDATE entry SET occasion = 2",
        "DELETE FROM entry",
        "UPDATE mail_case SET shadow = NOT shadow",
        "UPDATE delivery SET size = 0",
        "UPDATE verdict SET written_by = 'x'",
    ):
        with pytest.raises(BookDamaged, match="only grows"), reaching_database(), engine.begin() as connection:
            connection.execute(text(change))
    engine.dispose()


def fields_of_voided(engine: Engine) -> list[Field]:
    """Correct and void the old entry, and return what was corrected."""
    corrections = Changes(engine)
    done = corrections.correct("e-old", {"note": "xem lại"}, by="lan", why="x")
    assert corrections.void("e-old", by="lan", why="x").version == 3
    return [change.field for change in done.changes]


OLD_TIME = "2026-11-20T05:00:00.000000Z"
OLD_ROWS = (
    "INSERT INTO counter (agency, book, year, next) VALUES ('sonv', 'den', 2026, 8)",
    "INSERT INTO entry (id, agency, book, year, number, arrived_at, mail_id, document_sha256) "
    "VALUES ('e-old', 'sonv', 'den', 2026, 7, :at, 'mail-old', 'ab')",
    "INSERT INTO entry_version (entry_id, version, subject, language, channel, status, written_by, written_at, why) "
    "VALUES ('e-old', 1, 'Về việc cũ', 'Tiếng Việt', 'mail', 'registered', 'mailbridge', :at, 'entered')",
    "INSERT INTO mail_case (mail_id, agency, door, accepted_at, decided_at, sha256, size, kind, action, rule, reason, "
    "rules_version, subject) VALUES ('mail-old', 'sonv', 'hop', :at, :at, 'cd', 10, 'official-document', 'register', "
    "'signed', '', '', 'CV cũ')",
    "INSERT INTO event (at, mail_id, agency, actor, what, detail) "
    "VALUES (:at, 'mail-old', 'sonv', 'mailbridge', 'accepted', 'door hop')",
)
"""What the first version of the program wrote, column by column; this text stays as the schema goes on."""


def test_migration_that_fails_leaves_nothing(empty_url: str) -> None:
    """Refusal instead of half-way (Q3): the last table is in the way."""
    Path(empty_url.removeprefix("sqlite:///")).touch() if empty_url.startswith("sqlite") else None
    engine = open_database(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE outbox (foreign_thing integer)"))
    with pytest.raises(Exception, match="outbox"):
        schema.upgrade(empty_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["outbox"]
    engine.dispose()


def test_new_book_is_readable_for_its_owner_only(tmp_path: Path) -> None:
    schema.upgrade(f"sqlite:///{tmp_path}/book.db")
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        schema.upgrade(f"sqlite:///{tmp_path}/none/book.db")


def test_unusable_url_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(Misconfigured):
        schema.upgrade("mysql://localhost/book")
