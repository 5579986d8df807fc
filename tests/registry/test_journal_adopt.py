"""A book of an older program comes into the journal whole, and it is said that it did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text

from mailbridge.registry import schema
from mailbridge.registry.database import open_database
from mailbridge.registry.journal_adopt import _IN_ONE_LINK
from mailbridge.registry.journal_roots import make_due_roots, make_root, roots_of
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import journal
from tests.live.postgres import Postgres
from tests.registry.builders_journal import enter, proven
from tests.registry.builders_registry import NOON, delivery
from tests.registry.conftest import BOTH, Database

EVENTS = 2 * _IN_ONE_LINK + 30
OLD_TIME = "2026-11-20T05:00:00.000000Z"
OLD_ROWS = (
    "INSERT INTO counter (agency, book, year, next) VALUES ('sonv', 'den', 2026, 3)",
    *(
        "INSERT INTO entry (id, agency, book, year, number, arrived_at, mail_id, document_sha256, occasion) "
        f"VALUES ('e-{number}', 'sonv', 'den', 2026, {number}, :at, 'mail-{number}', 'ab{number}', 1)"
        for number in (1, 2)
    ),
    *(
        "INSERT INTO entry_version (entry_id, version, subject, language, channel, status, written_by, written_at, "
        f"why) VALUES ('e-{number}', 1, 'Về việc cũ', 'Tiếng Việt', 'mail', 'registered', 'mailbridge', :at, 'entered')"
        for number in (1, 2)
    ),
    "INSERT INTO delivery (writer, serial, mail_id, door, ended_at, day, fate, size) "
    "VALUES ('hop-0', 1, 'mail-1', 'hop', :at, '2026-11-20', 'delivered', 10)",
    "INSERT INTO outbox (key, kind, agency, mail_id, sender, recipient, content, created_at, due_at, attempts) "
    "VALUES ('ack', 'accepted', 'ubnd', 'mail-1', 'a@b.example', 'c@d.example', :octets, :at, :at, 0)",
)


@pytest.fixture(params=BOTH)
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the schema before the journal, with entries of two agencies."""
    server: Postgres | None = None
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/old.db"
        Path(tmp_path / "old.db").touch()
    else:
        server = request.getfixturevalue("postgres")
        url = server.create("old")
    engine = open_database(url)
    config = schema._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        at = OLD_TIME if server is None else NOON
        for statement in OLD_ROWS:
            facts = {"at": at} | ({"octets": b"\xc4\x91\xc3\xa3 nh\xe1\xba\xadn"} if ":octets" in statement else {})
            connection.execute(text(statement), facts)
        event = "INSERT INTO event (at, agency, actor, what, detail) VALUES (:at, 'sonv', 'x', 'accepted', :detail)"
        connection.execute(text(event), [{"at": at, "detail": f"thư {count}"} for count in range(EVENTS)])
    engine.dispose()
    yield url
    if server:
        server.drop("old")


def test_rows_of_an_older_program_are_named_and_proven(old_url: str) -> None:
    schema.upgrade(old_url)
    engine = open_database(old_url)
    found = proven(engine)
    assert (found.faults, found.entries, found.rows) == ((), 2, EVENTS + 6)
    with engine.begin() as connection:
        links = connection.execute(select(journal).order_by(journal.c.id)).mappings().all()
    assert {link["cause"] for link in links} == {"adopted"}
    assert {link["agency"] for link in links} == {"", "sonv", "ubnd"}
    items = [item for link in links for item in json.loads(link["items"])]
    assert max(len(json.loads(link["items"])) for link in links) == _IN_ONE_LINK
    labels = [item[3] for item in items if item[0] in ("entry", "entry_version")]
    assert sorted(labels) == ["den/2026/1", "den/2026/1", "den/2026/2", "den/2026/2"]
    enter(SqlRegistry(engine), "new")
    assert proven(engine).faults == ()
    assert schema.upgrade(old_url) == schema.newest()
    assert proven(engine).links == len(links) + 1
    engine.dispose()


def test_what_is_changed_of_it_afterwards_is_found(old_url: str) -> None:
    schema.upgrade(old_url)
    engine = open_database(old_url)
    with engine.begin() as connection:
        # The words of a letter have no trigger: only the journal tells.
        connection.execute(text("UPDATE outbox SET recipient = 'other@d.example'"))
    assert [(each.table, each.key) for each in proven(engine).faults] == [("outbox", '"ack"')]
    engine.dispose()


def test_each_day_has_one_root_and_idle_days_have_none(database: Database) -> None:
    """Roots are links too: alone they make no new root, or there would be one every day for ever."""
    enter(database.registry, "a")
    database.registry.note_deliveries([delivery(1)])
    now = datetime.now(UTC)
    assert make_due_roots(database.engine, now) == 0
    for days in (1, 2, 30):
        made = make_due_roots(database.engine, now + timedelta(days=days))
        assert made == (2 if days == 1 else 0)
    with database.engine.begin() as connection:
        roots = list(roots_of(connection))
    assert [(root.agency, root.first, root.last) for root in roots] == [("", 1, 1), ("sonv", 1, 1)]
    assert proven(database.engine).faults == ()


def test_a_day_that_is_closed_early_gets_a_second_root(database: Database) -> None:
    far = date(2126, 1, 1)
    for name, (first, last) in {"a": (1, 1), "b": (2, 3)}.items():
        enter(database.registry, name)
        with database.engine.begin() as connection:
            made = make_root(connection, "sonv", far, now=NOON)
        assert made is not None
        assert (made.first, made.last, made.made_at) == (first, last, NOON)
        with database.engine.begin() as connection:
            assert make_root(connection, "sonv", far) is None
    assert proven(database.engine).faults == ()
