"""All rows written down and put back: the same octets from both databases, into both, and a book that is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Engine, select, text

from mailbridge.registry.conflicts import BookDamaged
from mailbridge.registry.database import open_database, reaching_database
from mailbridge.registry.journal_check import one_moment
from mailbridge.registry.portable import Unportable, is_empty, lines_of, put_rows, shapes
from mailbridge.registry.search_books import Question, SqlSearch
from mailbridge.registry.tables import metadata
from tests.registry.builders_journal import enter, fill, proven
from tests.registry.conftest import BOTH, Database, MakeUrl, fresh_database

Written = Mapping[str, list[bytes]]


@pytest.fixture(params=BOTH)
def other(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A second empty database."""
    with fresh_database(request, request.param) as made:
        yield made


def written(engine: Engine) -> Written:
    """Write everything down."""
    with one_moment(engine) as connection:
        return {
            shape.name: [line for some in lines_of(connection, shape) for line in some] for shape in shapes(connection)
        }


def put(engine: Engine, lines: Written) -> None:
    """Put everything into an empty database."""
    with reaching_database(), engine.begin() as connection:
        put_rows(connection, lines.get, is_newest=True)


def test_every_row_comes_back_as_the_same_octets_in_either_database(database: Database, other: Database) -> None:
    fill(database.engine)
    before = written(database.engine)
    assert {name for name, lines in before.items() if lines} >= {
        "entry",
        "entry_version",
        "journal",
        "root_stamp",
        "act",
    }
    put(other.engine, before)
    assert written(other.engine) == before
    found = proven(other.engine)
    assert (found.faults, found.rows) == ((), proven(database.engine).rows)


def test_the_book_goes_on_behind_what_was_put_back(database: Database, other: Database) -> None:
    """Numbers, counted keys, the chain and the search; and what only grows still only grows."""
    fill(database.engine)
    put(other.engine, written(database.engine))
    enter(other.registry, "new", subject="Về việc phòng cháy", number="77")
    assert proven(other.engine).faults == ()
    assert [each.draft.number for each in SqlSearch(other.engine).search(Question(words=("phong chay",)), most=9)] == [
        "77"
    ]
    assert len(SqlSearch(other.engine).search(Question(words=("văn bản điện tử",)), most=9)) == 4
    for change in ("UPDATE entry SET number = 99", "DELETE FROM journal", "UPDATE act SET why = ''"):
        with pytest.raises(BookDamaged, match="only grows"), reaching_database(), other.engine.begin() as connection:
            connection.execute(text(change))


def test_a_row_that_points_to_a_later_one_of_its_table_comes_back(database: Database, other: Database) -> None:
    fill(database.engine)
    before = dict(written(database.engine))
    undone = before["act"][0].replace(b'"id":"act-id"', b'"id":"a"').replace(b'"turn":1', b'"turn":2')
    before["act"] = [undone[:-2] + b',"undoes":"act-id"}\n', *before["act"]]
    put(other.engine, before)
    with other.engine.begin() as connection:
        act = metadata.tables["act"]
        assert connection.execute(select(act.c.undoes).where(act.c.id == "a")).scalar_one() == "act-id"


def test_a_database_is_empty_until_a_row_is_in_it(database: Database) -> None:
    with database.engine.begin() as connection:
        assert is_empty(connection)
        connection.execute(metadata.tables["counter"].insert(), {"agency": "a", "book": "b", "year": 1, "next": 1})
        assert not is_empty(connection)


@pytest.mark.parametrize("line", [b"[]\n", b"nothing\n", b'{"stranger":1}\n', b'{"key":"k","content":"?"}\n'])
def test_a_line_that_is_no_row_is_named_and_nothing_stays(database: Database, line: bytes) -> None:
    lines = {"counter": [b'{"agency":"a","book":"b","year":1,"next":1}\n'], "outbox": [line]}
    with pytest.raises(Unportable, match="outbox: line 1"):
        put(database.engine, lines)
    with database.engine.begin() as connection:
        assert is_empty(connection)


def test_octets_where_text_belongs_are_named(new_sqlite: MakeUrl) -> None:
    """SQLite holds what anybody writes who opens its file."""
    engine = open_database(new_sqlite())
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO counter VALUES ('a', x'ff', 1, 1)"))
    with pytest.raises(Unportable, match="counter"):
        written(engine)
    engine.dispose()
