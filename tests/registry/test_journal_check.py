"""Whatever is changed behind our back is found, and the first place named: the row, its line of the book, its link."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, and_, func, select, text

from mailbridge.registry.database import open_database
from mailbridge.registry.journal_check import Asked, Proven, damage, one_moment, prove
from mailbridge.registry.journal_form import form_of, journaled
from mailbridge.registry.journal_links import NOTHING_BEFORE, link_hash
from mailbridge.registry.journal_proof import Fault, Wrong
from mailbridge.registry.journal_reading import read_rows
from mailbridge.registry.tables import (
    UtcTime,
    counter,
    entry,
    entry_version,
    event,
    journal,
    journal_head,
    mail_case,
    outbox,
    root,
    root_stamp,
    verdict,
)
from tests.registry.builders_journal import behind_our_back, changed, enter, fill, proven, some_row
from tests.registry.builders_registry import NOON, sha256
from tests.registry.conftest import Database

SINCE = date(2020, 1, 1)


def proven_within(connection: Connection, asked: Asked | None = None) -> Proven:
    return prove(connection, asked or Asked())


def key_of(table: Table, row: Any) -> str:
    values = [row[name] for name in form_of(table.name).key]
    return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False)


def this(table: Table, row: Any) -> Any:
    return and_(*(table.c[name] == row[name] for name in form_of(table.name).key))


def wrongs(found: Sequence[Fault]) -> list[tuple[Wrong, str]]:
    return [(each.wrong, each.table) for each in found]


def test_any_changed_value_of_any_column_is_found(filled: Database) -> None:
    """Each column of each table, one after the other; a changed key looks like a row gone and one put in."""
    with behind_our_back(filled.engine) as connection:
        for table in journaled():
            row = connection.execute(select(table)).mappings().first()
            assert row is not None
            for name, _ in form_of(table.name).columns:
                new = changed(row[name], table.c[name].type)
                connection.execute(table.update().where(this(table, row)).values({name: new}))
                found = proven_within(connection)
                connection.execute(table.update().where(this(table, dict(row) | {name: new})).values({name: row[name]}))
                mine = [each for each in found.faults if each.table == table.name and each.order is not None]
                assert mine, f"{table.name}.{name}"
                assert mine[0] == found.faults[0]
                assert mine[0].key == key_of(table, row), f"{table.name}.{name}"
                is_key = name in form_of(table.name).key
                usual = Wrong.ROOT_WRONG if (table.name, name) == ("root", "hash") else Wrong.ROW_CHANGED
                assert mine[0].wrong is (Wrong.ROW_MISSING if is_key else usual), f"{table.name}.{name}"
        assert proven_within(connection).faults == ()


def test_any_row_taken_out_or_put_in_is_found(filled: Database) -> None:
    with behind_our_back(filled.engine) as connection:
        for table in journaled():
            row = connection.execute(select(table)).mappings().first()
            assert row is not None
            connection.execute(table.delete().where(this(table, row)))
            found = proven_within(connection)
            connection.execute(table.insert(), dict(row))
            assert wrongs(found.faults)[0] == (Wrong.ROW_MISSING, table.name)
            assert found.faults[0].key == key_of(table, row)
            added = dict(row) | {name: _another(row[name]) for name in form_of(table.name).key}
            for name in {"number", "occasion", "turn", "undoes", "entry_id", "mail_id"} & set(table.c.keys()):
                if row[name] is not None:  # it may be given once only
                    added[name] = _another(row[name])
            connection.execute(table.insert(), added)
            found = proven_within(connection)
            connection.execute(table.delete().where(this(table, added)))
            assert (Wrong.ROW_ADDED, table.name) in wrongs(found.faults), table.name
            assert key_of(table, added) in [each.key for each in found.faults if each.wrong is Wrong.ROW_ADDED]


def _another(value: Any) -> Any:
    return value + 1_000 if isinstance(value, int) else f"{value} more"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_octet_anywhere_in_a_row_is_found(filled: Database, data: st.DataObject) -> None:
    """Any row, any column, any octet of it."""
    with behind_our_back(filled.engine) as connection:
        table = data.draw(st.sampled_from(journaled()))
        rows = connection.execute(select(table)).mappings().all()
        row = data.draw(st.sampled_from(rows))
        texts = [
            name
            for name, _ in form_of(table.name).columns
            if isinstance(row[name], str) and row[name] and name not in form_of(table.name).key
        ]
        if not texts:
            return
        name = data.draw(st.sampled_from(texts))
        at = data.draw(st.integers(0, len(row[name]) - 1))
        letter = data.draw(st.characters(codec="utf-8", exclude_characters="\x00" + row[name][at]))
        value = row[name][:at] + letter + row[name][at + 1 :]
        connection.execute(table.update().where(this(table, row)).values({name: value}))
        found = proven_within(connection)
    assert found.faults[0].table == table.name
    assert found.faults[0].wrong in (Wrong.ROW_CHANGED, Wrong.ROOT_WRONG)
    assert found.faults[0].key == key_of(table, row)


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database.engine)
    return database


def test_the_first_place_is_told_by_its_line_of_the_book(filled: Database) -> None:
    with behind_our_back(filled.engine) as connection:
        lines = connection.execute(select(entry).order_by(entry.c.number)).mappings().all()
        for line in (lines[2], lines[1]):
            here = entry_version.c.entry_id == line["id"]
            connection.execute(entry_version.update().where(here).values(subject="Về việc khác"))
        found = proven_within(connection)
    first = found.faults[0]
    assert (first.wrong, first.table, first.agency, first.label) == (
        Wrong.ROW_CHANGED,
        "entry_version",
        "sonv",
        "den/2026/13",
    )
    assert json.loads(first.key) == [lines[1]["id"], 1]
    assert first.link == 3  # behind the start of the series and the first entry
    assert [each.label for each in found.faults] == ["den/2026/13", "den/2026/14", "den/2026/13"]


def test_values_that_two_rows_have_exchanged_are_found(filled: Database) -> None:
    with behind_our_back(filled.engine) as connection:
        one, other = connection.execute(select(mail_case).order_by(mail_case.c.mail_id).limit(2)).mappings().all()
        for here, there in ((one, other), (other, one)):
            connection.execute(mail_case.update().where(this(mail_case, here)).values(subject=there["author"]))
        found = proven_within(connection)
    assert wrongs(found.faults) == [(Wrong.ROW_CHANGED, "mail_case")] * 2


def test_an_event_whose_entry_is_known_is_told_by_its_line(filled: Database) -> None:
    with behind_our_back(filled.engine) as connection:
        connection.execute(event.update().where(event.c.what == "voided").values(actor="người khác"))
        found = proven_within(connection)
    assert [(each.table, each.label) for each in found.faults] == [("event", "den/2026/13")]


def test_text_that_is_not_utf8_is_named_and_stops_nothing(filled: Database) -> None:
    if not filled.url.startswith("sqlite"):
        pytest.skip("PostgreSQL lets nobody write it")
    with behind_our_back(filled.engine) as connection:
        connection.execute(text("UPDATE event SET detail = CAST(x'63c3' AS TEXT) WHERE id = 2"))
        connection.execute(text("UPDATE event SET detail = x'63c3' WHERE id = 4"))
        found = proven_within(connection)
    assert [(each.wrong, each.key) for each in found.faults] == [(Wrong.ROW_CHANGED, "2"), (Wrong.ROW_CHANGED, "4")]


@pytest.mark.parametrize("name", [each.name for each in journal.columns if each.name != "id"])
def test_any_changed_value_of_a_link_is_found(filled: Database, name: str) -> None:
    with behind_our_back(filled.engine) as connection:
        row = connection.execute(select(journal).where(journal.c.sequence == 2)).mappings().first()
        assert row is not None
        new = row[name] + 1_000 if name == "sequence" else changed(row[name], journal.c[name].type)
        connection.execute(journal.update().where(journal.c.id == row["id"]).values({name: new}))
        found = proven_within(connection)
    first = next(each for each in found.faults if each.table in ("", "journal"))
    assert first.wrong in (Wrong.LINK_CHANGED, Wrong.CHAIN_BROKEN)
    assert first.link in (2, 3, 1_002)


@pytest.mark.parametrize("number", [1, 3])
def test_a_link_taken_out_is_found(filled: Database, number: int) -> None:
    with behind_our_back(filled.engine) as connection:
        connection.execute(journal.delete().where(journal.c.agency == "sonv", journal.c.sequence == number))
        found = proven_within(connection)
    broken = [each for each in found.faults if each.wrong is Wrong.CHAIN_BROKEN]
    assert [each.link for each in broken] == [number + 1]
    assert any(each.wrong is Wrong.ROW_ADDED for each in found.faults)


def test_a_link_put_in_is_found(filled: Database) -> None:
    with behind_our_back(filled.engine) as connection:
        row = dict(connection.execute(select(journal).where(journal.c.sequence == 2)).mappings().one())
        highest = connection.execute(select(func.max(journal.c.sequence))).scalar_one()
        del row["id"]
        connection.execute(journal.insert(), row | {"sequence": highest + 1, "items": "[]"})
        found = proven_within(connection)
    assert found.faults[0].wrong is Wrong.CHAIN_BROKEN
    assert found.faults[0].link == highest + 1


def cut(connection: Connection, *, heads: bool, counters: bool = False) -> None:
    """Take the last entry out with all its rows and its link, and all links behind."""
    newest = connection.execute(select(entry).order_by(entry.c.number.desc()).limit(1)).mappings().one()
    of_it = text("SELECT min(sequence) FROM journal WHERE items LIKE :id")
    first = connection.execute(of_it, {"id": f"%{newest['id']}%"}).scalar_one()
    behind = select(journal.c["items"]).where(journal.c.agency == "sonv", journal.c.sequence >= first)
    named = [item for items in connection.execute(behind).scalars().all() for item in json.loads(items)]
    for name, key, *_ in named:
        form = form_of(name)
        values = key if isinstance(key, list) else [key]
        row = dict(zip(form.key, values, strict=True))
        connection.execute(form.table.delete().where(this(form.table, row)))
    connection.execute(journal.delete().where(journal.c.agency == "sonv", journal.c.sequence >= first))
    if heads:
        last = journal.c.agency == "sonv", journal.c.sequence == first - 1
        link = connection.execute(select(journal).where(*last)).mappings().one()
        said = {"sequence": link["sequence"], "hash": link["hash"], "at": link["at"]}
        connection.execute(journal_head.update().where(journal_head.c.agency == "sonv").values(said))
    if counters:
        here = counter.c.agency == "sonv", counter.c.book == "den"
        connection.execute(counter.update().where(*here).values(next=newest["number"]))


def test_a_tail_cut_off_is_found_by_the_head_of_its_chain(database: Database) -> None:
    for name in "abc":
        enter(database.registry, name)
    with behind_our_back(database.engine) as connection:
        cut(connection, heads=False)
        found = proven_within(connection)
    assert found.faults[0].wrong is Wrong.END_MISSING
    assert found.faults[0].link == 2


def test_a_tail_cut_off_with_its_head_is_found_by_the_counter(database: Database) -> None:
    for name in "abc":
        enter(database.registry, name)
    with behind_our_back(database.engine) as connection:
        cut(connection, heads=True)
        found = proven_within(connection)
    assert [(each.wrong, each.label) for each in found.faults] == [(Wrong.NUMBER_MISSING, "den/2026/3")]


def test_a_head_that_was_taken_away_is_missed(database: Database) -> None:
    enter(database.registry, "a")
    with behind_our_back(database.engine) as connection:
        connection.execute(journal_head.delete().where(journal_head.c.agency == "sonv"))
        found = proven_within(connection)
    assert [(each.wrong, each.agency, each.link) for each in found.faults] == [(Wrong.END_MISSING, "sonv", 1)]


def test_what_a_cut_tail_can_hide_and_what_shows_it(database: Database) -> None:
    """docs/explanation/proof.md: with heads and counters set back only a root, or a file kept elsewhere, tells."""
    for name in "abc":
        enter(database.registry, name)
    with behind_our_back(database.engine) as connection:
        cut(connection, heads=True, counters=True)
        assert proven_within(connection).faults == ()
        last = {"agency": "sonv", "first": 1, "last": 3, "day": NOON.date(), "hash": "f" * 64, "made_at": NOON}
        connection.execute(root.insert(), last)
        found = proven_within(connection)
    assert Wrong.END_MISSING in [each.wrong for each in found.faults]


def recompute(connection: Connection) -> None:
    """Do what an attacker does who knows all this: write the whole chain anew over the rows as they are now."""
    digests: dict[tuple[str, str], str] = {}
    for table in journaled():
        form = form_of(table.name)
        for rows in read_rows(connection, form):
            digests |= {(table.name, json.dumps(row.key, ensure_ascii=False)): row.digest for row in rows}
    previous: dict[str, str] = {}
    for link in connection.execute(select(journal).order_by(journal.c.id)).mappings().all():
        items = json.loads(link["items"])
        for item in items:
            item[2] = digests[item[0], json.dumps(item[1], ensure_ascii=False)]
        said = json.dumps(items, ensure_ascii=False, separators=(",", ":"))
        before = previous.get(link["agency"], NOTHING_BEFORE)
        at = link["at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        hashed = link_hash(link["agency"], link["sequence"], at, link["cause"], before, said)
        previous[link["agency"]] = hashed
        values = {"previous": before, "items": said, "hash": hashed}
        connection.execute(journal.update().where(journal.c.id == link["id"]).values(values))
    for agency, hashed in previous.items():
        connection.execute(journal_head.update().where(journal_head.c.agency == agency).values(hash=hashed))


def test_a_chain_written_anew_is_found_by_its_roots(filled: Database) -> None:
    with behind_our_back(filled.engine) as connection:
        connection.execute(entry_version.update().values(subject="Về việc khác"))
        recompute(connection)
        found = proven_within(connection)
    assert {each.wrong for each in found.faults} == {Wrong.ROOT_WRONG}


def test_a_chain_written_anew_with_its_roots_is_found_by_nothing_inside(filled: Database) -> None:
    """The limit of what lies in one hand; `test_register_verify` shows how the stamp tells."""
    with behind_our_back(filled.engine) as connection:
        connection.execute(entry_version.update().values(subject="Về việc khác"))
        recompute(connection)
        last = connection.execute(select(root.c.last).where(root.c.agency == "sonv")).scalars().first()
        query = select(journal.c.hash).where(journal.c.agency == "sonv", journal.c.sequence == last)
        connection.execute(root.update().values(hash=connection.execute(query).scalar_one()))
        recompute(connection)
        assert proven_within(connection).faults == ()


def test_a_missing_number_and_a_counter_that_goes_back_are_found(database: Database) -> None:
    for name in "abcd":
        enter(database.registry, name)
    with behind_our_back(database.engine) as connection:
        connection.execute(entry.update().where(entry.c.number == 4).values(number=9))
        connection.execute(counter.update().values(next=5))
        recompute(connection)
        found = proven_within(connection)
    assert [(each.wrong, each.label) for each in found.faults] == [
        (Wrong.COUNTER_WRONG, "den 2026"),
        (Wrong.NUMBER_MISSING, "den/2026/4"),
    ]
    assert found.faults[1].detail == "no entry has number 4 to 8 of den 2026"


def test_a_part_is_proven_by_the_keys_that_its_links_name(filled: Database) -> None:
    with one_moment(filled.engine) as connection:
        whole = prove(connection, Asked())
        since = prove(connection, Asked(since=SINCE))
        none = prove(connection, Asked(since=date(2126, 1, 2)))
        mine = prove(connection, Asked(agency="sonv"))
    assert (since.faults, none.faults, mine.faults) == ((), (), ())
    assert (since.rows, since.links) == (whole.rows, whole.links)
    assert (none.rows, none.links, none.is_partial) == (0, 0, True)
    assert (mine.rows, mine.links) == (whole.rows - 3, whole.links - 1)  # without the deliveries


@pytest.mark.parametrize("asked", [Asked(since=SINCE), Asked(agency="sonv")], ids=("since", "agency"))
def test_a_part_finds_what_was_changed_in_it(filled: Database, asked: Asked) -> None:
    for table in (entry, entry_version, event, mail_case, outbox, verdict, root_stamp):
        with behind_our_back(filled.engine) as connection:
            row = connection.execute(select(table)).mappings().first()
            name = next(n for n, _ in form_of(table.name).columns if isinstance(table.c[n].type, UtcTime))
            new = changed(row[name] if row else None, table.c[name].type)
            connection.execute(table.update().where(this(table, row)).values({name: new}))
            found = proven_within(connection, asked)
        assert (found.faults[0].wrong, found.faults[0].key) == (Wrong.ROW_CHANGED, key_of(table, row)), table.name


def test_a_row_put_in_for_an_agency_is_found_in_its_part(filled: Database) -> None:
    with behind_our_back(filled.engine) as connection:
        row = some_row(connection, event) | {"id": 999}
        connection.execute(event.insert(), row)
        assert wrongs(proven_within(connection, Asked(agency="sonv")).faults) == [(Wrong.ROW_ADDED, "event")]
        assert proven_within(connection, Asked(agency="other")).faults == ()


def test_a_changed_octet_of_the_file_is_found_in_tables_and_in_indexes(filled: Database, tmp_path: Path) -> None:
    """A digest stands in its table and in an index: each place is changed in the file itself."""
    if not filled.url.startswith("sqlite"):
        pytest.skip("the files of PostgreSQL are its own affair")
    filled.engine.dispose()
    octets = Path(filled.url.removeprefix("sqlite:///")).read_bytes()
    wanted = sha256("1").encode()
    places = [at for at in range(len(octets)) if octets.startswith(wanted, at)]
    assert len(places) >= 2
    for at in places:
        path = tmp_path / f"{at}.db"
        path.write_bytes(octets[:at] + b"x" + octets[at + 1 :])
        engine = open_database(f"sqlite:///{path}")
        with one_moment(engine) as connection:
            found = [*prove(connection, Asked()).faults, *damage(connection)]
        engine.dispose()
        assert found, at
    with one_moment(filled.engine) as connection:
        assert list(damage(connection)) == []


def test_what_is_written_while_it_is_proven_is_no_fault(database: Database) -> None:
    """One moment of the book: the links and the rows of a writer at the same time are both in it, or neither."""
    enter(database.registry, "a")
    with one_moment(database.engine) as connection:
        connection.execute(select(journal.c.id)).first()
        enter(database.registry, "b")
        found = prove(connection, Asked())
    assert (found.entries, found.links, found.faults) == (1, 1, ())
    assert proven(database.engine).entries == 2
