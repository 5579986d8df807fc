"""The book under load, under attack and without its database."""

from __future__ import annotations

import itertools
import random
import sqlite3
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from mailbridge.errors import Unavailable
from mailbridge.registry import schema
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered, BookDamaged, SeriesTaken
from mailbridge.registry.database import open_database, read_url, sqlite_file
from mailbridge.registry.entry import RegisterEntry
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import metadata
from tests.live.postgres import running_postgres
from tests.registry.builders_registry import NOON, case, case_of_entry, draft, letter, sha256
from tests.registry.conftest import Database, MakeUrl

THREADS = 16
EACH = 60


class WalkFailed(Exception):
    """Something behind the entry went wrong."""


def walk(registry: SqlRegistry, document: str, *, fail: bool = False, book: str = "den") -> RegisterEntry:
    """Do what the walk of a registered mail does."""
    with registry.transaction() as current:
        entry = current.enter(draft(document, book=book), NOON)
        current.post(letter(f"ack-{document}", mail_id=entry.draft.mail_id))
        current.record(case_of_entry(entry), [entry])
        if fail:
            raise WalkFailed
    return entry


@pytest.mark.timeout(240)
def test_threads_that_fail_at_random_leave_no_gap_and_no_double(database: Database) -> None:
    """E1: two books, every fourth walk fails and is done again."""
    registry = database.registry

    def work(worker: int) -> list[tuple[str, int]]:
        chance = random.Random(worker)
        mine = []
        for count in range(EACH):
            document, book = f"{worker}-{count}", chance.choice(("den", "den", "don-thu"))
            while True:
                try:
                    entry = walk(registry, document, fail=chance.random() < 0.25, book=book)
                except WalkFailed:
                    continue
                mine.append((book, entry.number))
                break
        return mine

    with ThreadPoolExecutor(THREADS) as pool:
        given_out = [one for mine in pool.map(work, range(THREADS)) for one in mine]
    assert len(given_out) == THREADS * EACH
    series = defaultdict(list)
    for entry in database.books.entries():
        series[entry.draft.book].append(entry.number)
    for book, numbers in series.items():
        assert numbers == list(range(1, len(numbers) + 1))
        assert sorted(number for one, number in given_out if one == book) == numbers
    assert sum(1 for _ in database.books.letters()) == THREADS * EACH


def test_one_mail_walked_by_many_threads_is_entered_once(database: Database) -> None:
    """F1: overlapping runs are harmless."""
    start = threading.Barrier(8)

    def work(_worker: int) -> str:
        start.wait()
        try:
            walk(database.registry, "same")
        except (AlreadyEntered, AlreadyDecided) as refused:
            return type(refused).__name__
        return "entered"

    with ThreadPoolExecutor(8) as pool:
        results = sorted(pool.map(work, range(8)))
    assert results == ["AlreadyEntered"] * 7 + ["entered"]
    assert walk(database.registry, "next").number == 2


def test_same_mail_decided_by_two_at_once_has_one_case(database: Database) -> None:
    start = threading.Barrier(8)

    def work(_worker: int) -> bool:
        start.wait()
        try:
            with database.registry.transaction() as current:
                current.record(case("mail-1"), [])
        except AlreadyDecided:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["den", "don-thu"]),
        st.sampled_from([NOON, NOON + timedelta(days=60)]),
        st.lists(st.integers(0, 12), min_size=1, max_size=3),
        st.booleans(),
    ),
    max_size=12,
)
Step = tuple[str, datetime, list[int], bool]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_commits_and_fails_numbers_are_one_to_n(database: Database, steps: list[Step]) -> None:
    """Walks of one to three documents end well, fail, or meet a document that is there."""
    agency = f"agency-{uuid.uuid4()}"  # each example has books of its own
    entered: set[int] = set()
    for book, at, documents, ends_well in steps:
        try:
            with database.registry.transaction() as current:
                for document in documents:
                    current.enter(draft(str(document), agency=agency, book=book), at)
                if not ends_well:
                    raise WalkFailed
        except WalkFailed:
            assert entered.isdisjoint(documents)
        except AlreadyEntered:
            assert entered & set(documents) or len(set(documents)) < len(documents)
        else:
            entered |= set(documents)
    entries = list(database.books.entries(agency=agency))
    assert {entry.draft.document_sha256 for entry in entries} == {sha256(str(one)) for one in entered}
    for _, series in itertools.groupby(entries, key=lambda entry: (entry.draft.book, entry.year)):
        numbers = [entry.number for entry in series]
        assert numbers == list(range(1, len(numbers) + 1))


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


def test_series_goes_on_from_an_older_book(database: Database) -> None:
    """S3: the paper book ended with 412."""
    database.registry.start_series("sonv", "den", 2026, 413, by="lan@sonv.example", why="sổ giấy đến số 412")
    assert walk(database.registry, "a").number == 413
    assert walk(database.registry, "b").number == 414
    assert walk(database.registry, "c", book="don-thu").number == 1


def test_series_is_not_set_onto_numbers_that_are_given(database: Database) -> None:
    for one in "abc":
        walk(database.registry, one)
    for number in (1, 2, 3):
        with pytest.raises(SeriesTaken) as refused:
            database.registry.start_series("sonv", "den", 2026, number, by="lan", why="x")
        assert refused.value.highest == 3
    assert walk(database.registry, "d").number == 4
    database.registry.start_series("sonv", "den", 2026, 100, by="lan", why="x")
    assert walk(database.registry, "e").number == 100


@pytest.mark.parametrize(("number", "why"), [(0, "x"), (-3, "x"), (5, " ")])
def test_series_needs_a_number_and_a_reason(database: Database, number: int, why: str) -> None:
    with pytest.raises(ValueError, match="a series starts"):
        database.registry.start_series("sonv", "den", 2026, number, by="lan", why=why)
    assert walk(database.registry, "a").number == 1


def test_counter_that_was_set_back_gives_no_number_twice(database: Database) -> None:
    for one in "ab":
        walk(database.registry, one)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE counter SET next = 1"))
    with pytest.raises(BookDamaged):
        walk(database.registry, "c")
    assert [entry.number for entry in database.books.entries()] == [1, 2]
    assert database.registry.decided("mail-c", "sonv") is None


@pytest.mark.parametrize("table", ["entry", "entry_version", "event", "mail_case"])
def test_what_was_written_cannot_be_changed_by_hand(database: Database, table: str) -> None:
    """E5, as the administrator of the database with SQL: each column, one row, all rows."""
    walk(database.registry, "a")
    before = everything(database.engine, table)
    statements = [f"UPDATE {table} SET {one.name} = {one.name}" for one in metadata.tables[table].columns]
    statements += [f"DELETE FROM {table}", f"DELETE FROM {table} WHERE 1 = 1"]
    if database.engine.dialect.name == "postgresql":
        statements += [f"TRUNCATE {table} CASCADE", f"DELETE FROM ONLY {table}"]
    for statement in statements:
        with pytest.raises(IntegrityError, match="only grows"), database.engine.begin() as connection:
            connection.execute(text(statement))
    assert everything(database.engine, table) == before != []


@pytest.mark.parametrize("table", ["entry", "entry_version", "event", "mail_case"])
def test_replace_does_not_get_around_the_lock(new_sqlite: MakeUrl, table: str) -> None:
    """SQLite's REPLACE deletes without asking DELETE triggers, on a connection that is not ours."""
    url = new_sqlite()
    with opened(url) as engine:
        walk(SqlRegistry(engine), "a")
    columns = metadata.tables[table].columns.keys()
    same = ", ".join(columns)
    texts = ("id", "agency", "entry_id", "mail_id", "document_sha256")
    other = ", ".join(f"{name} || 'x'" if name in texts and table != "event" else name for name in columns)
    with closing(sqlite3.connect(sqlite_file(read_url(url)))) as connection:
        before = connection.execute(f"SELECT rowid, * FROM {table}").fetchall()
        for what in (f"({same}) SELECT {same}", f"(rowid, {same}) SELECT rowid, {other}"):
            if table == "event" and "rowid" in what:
                continue  # its rowid is its id
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                connection.execute(f"INSERT OR REPLACE INTO {table} {what} FROM {table} LIMIT 1")
        assert connection.execute(f"SELECT rowid, * FROM {table}").fetchall() == before


def everything(engine: Engine, table: str) -> list[tuple[object, ...]]:
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]


def test_hostile_text_does_not_keep_a_mail_from_its_decision(database: Database) -> None:
    """A subject may hold what no database can: U+0000 (PostgreSQL) and lone surrogates (UTF-8)."""
    with database.registry.transaction() as current:
        current.record(case(subject="a\x00b\udc80c", message_id="<\x00@x>", author="\ud800"), [])
    kept = database.registry.decided("mail-1", "sonv")
    assert kept is not None
    assert (kept.subject, kept.message_id, kept.author) == ("a\ufffdb\ufffdc", "<\ufffd@x>", "\ufffd")


def test_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="zone"), database.registry.transaction() as current:
        current.enter(draft("a"), NOON.replace(tzinfo=None))
    assert walk(database.registry, "b").number == 1


def test_sqlite_file_that_went_away_is_unavailable_until_it_is_back(new_sqlite: MakeUrl) -> None:
    """An open connection would go on writing into a file that nobody can find any more."""
    url = new_sqlite()
    path = sqlite_file(read_url(url))
    with opened(url) as engine:
        registry = SqlRegistry(engine)
        walk(registry, "a")
        engine.dispose()  # so that the write-ahead log is in the file that moves
        walk(registry, "b")
        away = path.with_name("away.db")
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).rename(away.with_name(away.name + end))
        with pytest.raises(Unavailable) as error:
            walk(registry, "c")
        assert error.value.what == "database"
        assert error.value.__cause__ is not None
        with pytest.raises(Unavailable):
            registry.decided("mail-a", "sonv")
        assert not path.exists()
        for end in ("", "-wal", "-shm"):
            away.with_name(away.name + end).rename(path.with_name(path.name + end))
        assert walk(registry, "c").number == 3


def test_database_without_tables_is_unavailable(new_sqlite: MakeUrl, tmp_path: object) -> None:
    with opened(f"sqlite:///{tmp_path}/empty.db") as engine:
        sqlite_file(engine.url).touch()
        with pytest.raises(Unavailable, match="no such table"):
            walk(SqlRegistry(engine), "a")


def test_broken_file_is_unavailable(tmp_path: object) -> None:
    with opened(f"sqlite:///{tmp_path}/broken.db") as engine:
        sqlite_file(engine.url).write_bytes(b"this is no database" * 1000)
        with pytest.raises(Unavailable):
            walk(SqlRegistry(engine), "a")


@pytest.mark.live
def test_server_that_stops_is_unavailable_until_it_is_back() -> None:
    """P2: the number of a walk that was cut is given to the next one."""
    with running_postgres() as server:
        url = server.create("book")
        with pytest.raises(Unavailable, match="db upgrade"), opened(url) as engine:
            walk(SqlRegistry(engine), "a")
        schema.upgrade(url)
        with opened(url) as engine:
            registry = SqlRegistry(engine)
            walk(registry, "a")
            with pytest.raises(Unavailable):
                walk_while(registry, server.stop)
            with pytest.raises(Unavailable):
                registry.decided("mail-a", "sonv")
            server.start()
            assert registry.decided("mail-a", "sonv") is not None
            assert walk(registry, "c").number == 2


def walk_while(registry: SqlRegistry, happens: object) -> None:
    with registry.transaction() as current:
        current.enter(draft("cut"), NOON)
        assert callable(happens)
        happens()
