"""The ledger of deliveries: each fate once, and nothing private in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from mailbridge.mail.delivery import Fate
from mailbridge.registry.conflicts import BookDamaged
from mailbridge.registry.database import open_database, reaching_database
from mailbridge.registry.deliveries import codes_of, delivery_row
from mailbridge.registry.serials import Gap, WriterSerials
from mailbridge.registry.store import SqlRegistry
from mailbridge.registry.tables import delivery as table
from tests.registry.builders_registry import NOON, case, delivery, private_case
from tests.registry.conftest import Database, MakeUrl


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.engine.begin() as connection:
        found = connection.execute(table.select().order_by(table.c.writer, table.c.serial, table.c.mail_id))
        return [tuple(row) for row in found]


def test_a_fate_is_read_back_as_it_was_told(database: Database) -> None:
    assert database.registry.note_deliveries([delivery(1)]) == 1
    assert rows(database) == [
        ("hop-0", 1, "mail-1", "hop", NOON, date(2026, 11, 20), "delivered", 18233, "250 2.0.0", "4bXYZ00001")
    ]


def test_what_is_told_again_stands_there_once(database: Database) -> None:
    """A crash between the commit and the word to the spool repeats a batch, perhaps with more behind it."""
    registry = database.registry
    assert registry.note_deliveries([delivery(n) for n in (1, 2, 3)]) == 3
    before = rows(database)
    assert registry.note_deliveries([delivery(n) for n in (2, 3, 4, 4)]) == 1
    assert rows(database)[:3] == before
    assert len(rows(database)) == 4


def test_nothing_to_note_asks_nobody(database: Database) -> None:
    database.engine.dispose()
    assert database.registry.note_deliveries([]) == 0


def test_the_first_word_stays(database: Database) -> None:
    database.registry.note_deliveries([delivery(1, fate=Fate.HELD, reply=None)])
    database.registry.note_deliveries([delivery(1, fate=Fate.DELIVERED)])
    assert [row[6] for row in rows(database)] == ["held"]


def test_two_mails_under_one_serial_both_stand_there(database: Database) -> None:
    database.registry.note_deliveries([delivery(1)])
    assert database.registry.note_deliveries([delivery(1, mail_id="mail-of-another-spool")]) == 1
    assert len(rows(database)) == 2


@pytest.mark.parametrize("change", ["UPDATE delivery SET fate = 'refused'", "DELETE FROM delivery"])
def test_a_fate_is_never_changed(database: Database, change: str) -> None:
    database.registry.note_deliveries([delivery(1)])
    with pytest.raises(BookDamaged, match="only grows"), reaching_database(), database.engine.begin() as connection:
        connection.execute(text(change))
    assert len(rows(database)) == 1


def test_a_fate_is_never_replaced_by_another_program(new_sqlite: MakeUrl) -> None:
    """REPLACE of SQLite asks the triggers for deleted rows only where the connection wants it."""
    url = new_sqlite()
    engine = open_database(url)
    SqlRegistry(engine).note_deliveries([delivery(1)])
    engine.dispose()
    columns = "writer, serial, mail_id, door, ended_at, day, fate, size"
    with (
        closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as foreign,
        pytest.raises(sqlite3.IntegrityError, match="only grows"),
    ):
        foreign.execute(f"REPLACE INTO delivery ({columns}) VALUES ('hop-0', 1, 'mail-1', 'x', 'x', 'x', 'x', 1)")


def test_the_day_is_that_of_vietnam() -> None:
    assert delivery_row(delivery(1, ended_at=datetime(2026, 12, 31, 17, tzinfo=UTC)))["day"] == date(2027, 1, 1)
    assert delivery_row(delivery(1, ended_at=datetime(2026, 12, 31, 16, 59, tzinfo=UTC)))["day"] == date(2026, 12, 31)


def test_serials_tell_what_is_missing(database: Database) -> None:
    registry = database.registry
    assert registry.serials() == ()
    late = NOON + timedelta(minutes=3)
    registry.note_deliveries([delivery(2), delivery(3), delivery(7, ended_at=late), delivery(1, writer="hop-1")])
    assert registry.serials() == (
        WriterSerials(
            writer="hop-0",
            highest=7,
            gaps=(
                Gap(writer="hop-0", first=1, last=1, since=NOON),
                Gap(writer="hop-0", first=4, last=6, since=late),
            ),
        ),
        WriterSerials(writer="hop-1", highest=1),
    )
    assert [gap.first for gap in database.books.gaps(late)] == [1]


def test_delivered_mails_without_a_case_are_told(database: Database) -> None:
    registry = database.registry
    registry.note_deliveries(
        [
            delivery(1, mail_id="decided"),
            delivery(2, mail_id="lost"),
            delivery(3, mail_id="refused", fate=Fate.REFUSED),
            delivery(4, mail_id="young", ended_at=NOON + timedelta(hours=1)),
            delivery(5, mail_id="old", ended_at=NOON - timedelta(days=3)),
        ]
    )
    with registry.transaction() as current:
        current.record(case("decided"), [])
    until = NOON + timedelta(minutes=30)
    assert registry.undecided(date(2026, 11, 19), until) == ("lost",)
    assert registry.undecided(date(2026, 11, 1), until) == ("old", "lost")


SAID_BY_NEXT_HOPS = [
    ("250 2.0.0 Ok: queued as 4bXYZ12abc", "250 2.0.0", "4bXYZ12abc"),
    ("250 2.1.5 <nguyen.van.a@so.gov.vn> delivered", "250 2.1.5", None),
    ("250 OK id=1sXyZ0-0001Ab-2c", "250", "1sXyZ0-0001Ab-2c"),
    (
        "250 2.6.0 <CAF+riêng@mail.example> [InternalId=4711234, Hostname=MB1.so.local] Queued mail for delivery",
        "250 2.6.0",
        "4711234",
    ),
    ("250 2.0.0 queued as <nguyen.van.a@so.gov.vn>", "250 2.0.0", None),
    ('554-5.7.1 "Nguyễn Văn A"@so.gov.vn\n554 5.7.1 "don ly hon.pdf" refused', "554 5.7.1", None),
    ("2.0.0 no code", None, None),
    ("nguyenvana", None, None),
    ("", None, None),
    (None, None, None),
]


@pytest.mark.parametrize(("reply", "codes", "queue_id"), SAID_BY_NEXT_HOPS)
def test_of_the_next_hops_words_only_codes_and_queue_id_are_kept(
    reply: str | None, codes: str | None, queue_id: str | None
) -> None:
    """D12: private mail leaves its outcome and a hash; here nobody knows yet whether it is private."""
    row = delivery_row(delivery(1, reply=reply))
    assert (row["reply"], row["queue_id"]) == (codes, queue_id)


@given(words=st.text(), code=st.sampled_from(["250", "250 2.0.0", "554-5.7.1", ""]))
def test_no_reply_leaves_more_than_its_codes(words: str, code: str) -> None:
    assert codes_of(f"{code} {words}") in (None, code.replace("-", " ")) or words[:1].isdigit()


@pytest.mark.parametrize("fate", list(Fate))
def test_private_mail_leaves_no_word_anywhere(database: Database, fate: Fate) -> None:
    reply = "250 2.1.5 <nguyen.van.a@so.gov.vn> don ly hon.pdf; queued as 4bXYZ12abc"
    database.registry.note_deliveries([delivery(1, fate=fate, reply=reply)])
    with database.registry.transaction() as current:
        current.record(private_case("mail-1"), [])
    kept = [*rows(database), *((one.what, one.detail) for one in database.books.trace("mail-1"))]
    assert "nguyen" not in repr(kept)
    assert "pdf" not in repr(kept)
    assert "4bXYZ12abc" in repr(kept)


def test_the_next_hops_words_are_told_of_mail_that_is_kept(database: Database) -> None:
    reply = "250 2.0.0 Ok: queued as 4bXYZ00001"
    database.registry.note_deliveries([delivery(1, reply=reply), delivery(2)])
    with database.registry.transaction() as current:
        current.record(case("mail-1", next_hop_reply=reply, accepted_at=NOON), [])
    told = {one.detail for one in database.books.trace("mail-1") if one.what == "delivered"}
    assert told == {f"door hop, {reply}"}
    (bare,) = database.books.trace("mail-2")
    assert bare.detail == "door hop, 250 2.0.0, queue id 4bXYZ00002"


@pytest.mark.parametrize(
    ("fate", "what"), [(Fate.DELIVERED, "delivered"), (Fate.REFUSED, "refused"), (Fate.HELD, "uncertain")]
)
def test_a_mail_is_traced_by_id_queue_id_and_day(database: Database, fate: Fate, what: str) -> None:
    """Also one that was refused and has no case."""
    database.registry.note_deliveries([delivery(1, fate=fate), delivery(2, ended_at=NOON + timedelta(days=1))])
    for name in ("mail-1", "4bXYZ00001", "20/11/2026", "2026-11-20"):
        (event,) = database.books.trace(name)
        assert (event.mail_id, event.what, event.at) == ("mail-1", what, NOON)


def test_an_agency_is_told_of_its_own_mails_only(database: Database) -> None:
    """P5: data of agencies stay apart."""
    database.registry.note_deliveries([delivery(1), delivery(2)])
    with database.registry.transaction() as current:
        current.record(case("mail-1", agency="sonv"), [])
        current.record(case("mail-2", agency="sotc"), [])
    assert {one.mail_id for one in database.books.trace("20/11/2026", agency="sotc")} == {"mail-2"}
