"""Whatever counts is named in the journal: in the transaction that writes it, once, or not at all."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from mailbridge.registry.database import open_database
from mailbridge.registry.journal import OF_NOBODY, note
from mailbridge.registry.journal_form import digest_of, form_of, journaled
from mailbridge.registry.journal_links import NOTHING_BEFORE, link_hash
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import journal, journal_head, metadata
from tests.registry.builders_journal import enter, fill, proven
from tests.registry.builders_registry import NOON, delivery, draft, letter
from tests.registry.conftest import Database

WORKERS = 64
EACH = int(os.environ.get("MAILBRIDGE_TEST_WRITES", "4"))
"""Entries of each writer; 1563 make the hundred thousand of a long run (with --timeout=0)."""


def test_a_book_with_rows_in_every_table_is_whole(database: Database) -> None:
    fill(database.engine)
    found = proven(database.engine)
    assert found.faults == ()
    assert found.entries == 4
    with database.engine.begin() as connection:
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in journaled()
        }
    assert min(rows.values()) >= 1
    assert sum(rows.values()) == found.rows


def test_each_table_that_only_grows_is_named_in_the_journal(database: Database) -> None:
    """Nobody forgets: a table with these triggers is marked with COUNTS, but for the journal itself."""
    query = (
        "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%only grows%'"
        if database.url.startswith("sqlite")
        else "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%only_grows'"
    )
    with database.engine.begin() as connection:
        growing = set(connection.execute(text(query)).scalars())
    assert growing - {table.name for table in journaled()} == {"journal"}
    # Letters change until they have left; what was posted does not.
    assert {table.name for table in journaled()} - growing == {"outbox"}


def test_a_walk_leaves_one_link_that_names_its_rows(database: Database) -> None:
    enter(database.registry, "a")
    with database.engine.begin() as connection:
        (link,) = connection.execute(select(journal)).mappings().all()
        head = connection.execute(select(journal_head)).mappings().one()
    assert (link["agency"], link["sequence"], link["cause"], link["previous"]) == ("sonv", 1, "written", NOTHING_BEFORE)
    items = json.loads(link["items"])
    assert [item[0] for item in items] == [
        "entry",
        "entry_version",
        "outbox",
        "mail_case",
        "verdict",
        # What happened is written at once, behind all of it.
        "event",
        "event",
        "event",
        "event",
    ]
    assert items[0][3] == "den/2026/1"
    written = link["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert link["hash"] == link_hash("sonv", 1, written, "written", NOTHING_BEFORE, link["items"]) == head["hash"]


def test_links_follow_one_another_by_their_hashes(database: Database) -> None:
    for name in "abc":
        enter(database.registry, name)
    database.registry.note_deliveries([delivery(1), delivery(2)])
    with database.engine.begin() as connection:
        links = connection.execute(select(journal).order_by(journal.c.id)).mappings().all()
    assert [(link["agency"], link["sequence"]) for link in links] == [
        ("sonv", 1),
        ("sonv", 2),
        ("sonv", 3),
        (OF_NOBODY, 1),
    ]
    assert [link["previous"] for link in links[1:3]] == [link["hash"] for link in links[:2]]
    assert len(json.loads(links[3]["items"])) == 2


def test_what_is_rolled_back_leaves_no_link(database: Database) -> None:
    def fail() -> None:
        with database.registry.transaction() as current:
            current.enter(draft("a"), NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    enter(database.registry, "b")
    found = proven(database.engine)
    assert (found.links, found.entries, found.faults) == (1, 1, ())


def test_a_delivery_told_again_is_not_named_again(database: Database) -> None:
    database.registry.note_deliveries([delivery(1)])
    database.registry.note_deliveries([delivery(1), delivery(2)])
    database.registry.note_deliveries([delivery(1)])
    found = proven(database.engine)
    assert (found.links, found.rows, found.faults) == (2, 2, ())


def test_a_letter_may_change_its_state_but_not_its_words(database: Database) -> None:
    enter(database.registry, "a")
    assert database.outbox.lease(NOON, 60)
    assert database.outbox.failed("ack-a", "later", NOON, NOON)
    assert proven(database.engine).faults == ()


def test_links_never_go_back_in_time(database: Database) -> None:
    """A clock that is set back must not put a link into a day that is over."""
    enter(database.registry, "a")
    with database.engine.begin() as connection:
        ahead = "2126-01-01T00:00:00.000000Z" if database.url.startswith("sqlite") else datetime(2126, 1, 1, tzinfo=UTC)
        connection.execute(text("UPDATE journal_head SET at = :at"), {"at": ahead})
    enter(database.registry, "b")
    with database.engine.begin() as connection:
        assert connection.execute(select(func.max(journal.c.at))).scalar_one() == datetime(2126, 1, 1, tzinfo=UTC)


def test_a_row_with_a_column_that_nobody_saw_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="actor"), database.engine.begin() as connection:
        note(connection, "sonv", "event", 1, {"id": 1, "at": NOON, "agency": "sonv", "what": "x", "detail": ""})
    with pytest.raises(KeyError), database.engine.begin() as connection:
        note(connection, "sonv", "counter", 1, {})


def test_savepoints_are_refused(database: Database) -> None:
    with (
        pytest.raises(NotImplementedError, match="whole transactions"),
        database.engine.begin() as connection,
        connection.begin_nested(),
    ):
        pass


def test_what_is_there_already_is_not_added(database: Database) -> None:
    with database.registry.transaction() as current:
        assert current.post(letter("ack"))
    with database.registry.transaction() as current:
        assert not current.post(letter("ack", recipient="other@vpcp.example"))
    found = proven(database.engine)
    assert (found.links, found.rows, found.faults) == (1, 2, ())


def test_nothing_is_not_the_same_as_empty() -> None:
    form = form_of("event")
    row = {"id": 1, "at": NOON, "agency": "sonv", "actor": "an", "what": "x", "detail": ""}
    assert digest_of(form, row) == digest_of(form, row | {"mail_id": None})
    assert digest_of(form, row) != digest_of(form, row | {"mail_id": ""})


def test_the_form_of_a_row_is_what_the_documentation_says() -> None:
    """docs/explanation/proof.md: sha256 of the name, a line feed and the JSON, made by hand here."""
    import hashlib

    row = {"id": 1, "at": NOON, "agency": "sonv", "actor": "lan", "what": "x", "detail": 'Về "việc"\n'}
    text_of_it = (
        '{"actor":"lan","agency":"sonv","at":"2026-11-20T05:00:00.000000Z","detail":"Về \\"việc\\"\\n",'
        '"id":1,"what":"x"}'
    )
    assert digest_of(form_of("event"), row) == hashlib.sha256(f"event\n{text_of_it}".encode()).hexdigest()


def test_no_column_that_is_proven_goes_by_a_default() -> None:
    """A later schema adds columns that may be NULL: any other would change the digest of every row before it."""
    needed = {
        f"{table.name}.{column.name}"
        for table in journaled()
        for column in table.columns
        if column.server_default is not None and column.name in form_of(table.name).needed
    }
    assert needed == {"mail_case.shadow"}  # was there before the journal
    assert set(metadata.tables) >= {table.name for table in journaled()}


@pytest.mark.timeout(240)
def test_sixty_four_writers_leave_no_gap_and_no_link_too_few(database: Database) -> None:
    """E1: numbers, links and rows of all of them fit together; nobody waited in a ring."""

    def work(worker: int) -> None:
        engine = open_database(database.url)
        registry = SqlRegistry(engine)
        for count in range(EACH):
            book = ("den", "don-thu")[count % 2]
            enter(registry, f"{worker}-{count}", book=book, agency=("sonv", "ubnd")[worker % 2])
            registry.note_deliveries([delivery(1 + worker * EACH + count)])
        engine.dispose()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    found = proven(database.engine)
    assert (found.entries, found.faults) == (WORKERS * EACH, ())
    assert found.links == 2 * WORKERS * EACH
