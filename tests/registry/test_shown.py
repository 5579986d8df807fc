"""What mailboxes are told of the book, and what they keep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from mailbridge.registry.acts import Act, Did, Via, add_act
from mailbridge.registry.entry import EntryStatus
from mailbridge.registry.shown import Cursor, KnownMail, Shown, ShownStates
from mailbridge.registry.tables import event, mailbox_cursor, shown_state
from tests.registry.builders_registry import NOON, case, case_of_entry, draft, private_case
from tests.registry.conftest import Database

SINCE = NOON - timedelta(days=30)


@pytest.fixture
def rows(database: Database) -> ShownStates:
    """The rows of the clerks' mailbox."""
    return ShownStates(database.engine, "sonv", "vanthu INBOX")


def hold(database: Database, *mail_ids: str, **changes: str) -> None:
    with database.registry.transaction() as tx:
        for mail_id in mail_ids:
            tx.record(case(mail_id, **changes), ())


def newest(database: Database) -> int:
    with database.engine.begin() as connection:
        return int(connection.execute(select(func.max(event.c.id))).scalar_one())


def test_mails_are_told_once_in_order_and_the_cursor_leads_behind_them(database: Database, rows: ShownStates) -> None:
    hold(database, "a", "b")
    hold(database, "c", agency="stc")
    start = rows.cursor(SINCE)
    mail_ids, led = rows.changed(start, 100)
    assert (mail_ids, led) == (("a", "b"), newest(database))
    rows.move(Cursor(seen=led, uidvalidity=7))
    assert rows.cursor(SINCE) == Cursor(seen=led, uidvalidity=7)
    hold(database, "d")
    assert rows.changed(rows.cursor(SINCE), 100)[0][-1] == "d"


def test_a_part_of_the_time_line_leads_as_far_as_it_goes(database: Database, rows: ShownStates) -> None:
    hold(database, "a", "b", "c")
    found: list[str] = []
    cursor = rows.cursor(SINCE)
    for _ in range(10):
        mail_ids, led = rows.changed(cursor, 1)
        found += mail_ids
        cursor = Cursor(seen=led)
    assert list(dict.fromkeys(found)) == ["a", "b", "c"]
    assert cursor.seen == newest(database)


def test_what_happens_to_an_entry_is_told_of_its_mail(database: Database, rows: ShownStates) -> None:
    with database.registry.transaction() as tx:
        line = tx.enter(draft("a"), NOON)
        tx.record(case_of_entry(line), [line])
    cursor = Cursor(seen=newest(database))
    told = {"at": NOON, "mail_id": None, "entry_id": line.id, "agency": "sonv", "actor": "lan", "what": "voided"}
    with database.engine.begin() as connection:
        connection.execute(insert(event), told | {"detail": ""})
    assert rows.changed(cursor, 100)[0] == ("mail-a",)


def test_a_mailbox_that_is_new_begins_with_the_last_weeks(database: Database, rows: ShownStates) -> None:
    hold(database, "a")
    assert rows.changed(rows.cursor(NOON + timedelta(days=1)), 100)[0] == ()


def test_a_late_number_of_another_transaction_is_not_passed_over(database: Database, rows: ShownStates) -> None:
    """On PostgreSQL the row of a smaller number may be seen later; on SQLite there is one writer."""
    hold(database, "a")
    behind = Cursor(seen=newest(database), uidvalidity=1)
    again = database.url.startswith("postgresql")
    assert rows.changed(behind, 100)[0] == (("a",) if again else ())


def test_all_mails_with_the_message_id_are_known_together(database: Database, rows: ShownStates) -> None:
    with database.registry.transaction() as tx:
        line = tx.enter(draft("a", urgency="Khẩn"), NOON)
        tx.record(case_of_entry(line, message_id="<x@b.vn>"), [line])
        tx.record(case("other", message_id="<x@b.vn>"), ())
        tx.record(case("elsewhere", message_id="<x@b.vn>", agency="stc"), ())
        tx.record(case("rehearsed", message_id="<x@b.vn>", shadow=True), ())
        tx.record(private_case("private"), ())
    found = rows.known(["other", "private", "rehearsed", "never"])
    assert [(mail.mail_id, mail.waits, mail.lines) for mail in found] == [
        ("mail-a", False, ((EntryStatus.REGISTERED, "Khẩn"),)),
        ("other", True, ()),
    ]
    assert [mail.case and mail.case.mail_id for mail in found] == [None, "other"]


def test_a_settled_mail_tells_what_was_made_of_it(database: Database, rows: ShownStates) -> None:
    hold(database, "a")
    said = Act(id="1", agency="sonv", what=Did.DISMISSED, written_by="lan", written_at=NOON, via=Via.CLI, mail_id="a")
    with database.engine.begin() as connection:
        add_act(connection, said)
    assert rows.known(["a"]) == (
        KnownMail(mail_id="a", message_id="<a@vpcp.example>", door="hop", action="hold", settled=Did.DISMISSED),
    )


def test_states_are_kept_by_mailbox_and_mails_not_found_come_back_when_due(
    database: Database, rows: ShownStates
) -> None:
    later = NOON + timedelta(minutes=1)
    rows.keep([Shown(mail_id="a", state="waiting", at=NOON, attempts=1, next_at=later)])
    rows.keep([Shown(mail_id="b", state="waiting", at=NOON)])
    assert rows.missed(NOON, 10) == ()
    assert rows.missed(later, 10) == ("a",)
    rows.keep([Shown(mail_id="a", state="registered urgent", at=later)])
    assert rows.missed(later, 10) == ()
    assert rows.shown(["a", "never"]) == {"a": Shown(mail_id="a", state="registered urgent", at=later)}
    assert ShownStates(database.engine, "sonv", "lan INBOX").shown(["a"]) == {}


def test_another_incarnation_of_the_folder_has_every_mail_looked_for_again(
    database: Database, rows: ShownStates
) -> None:
    other = ShownStates(database.engine, "sonv", "lan INBOX")
    for each in (rows, other):
        each.keep([Shown(mail_id=name, state="waiting", at=NOON) for name in "ab"])
    rows.doubt_all(Cursor(seen=5, uidvalidity=9), NOON)
    assert sorted(rows.missed(NOON, 10)) == ["a", "b"]
    assert rows.cursor(SINCE) == Cursor(seen=5, uidvalidity=9)
    assert other.missed(NOON, 10) == ()
    with database.engine.begin() as connection:
        assert connection.execute(select(func.count()).select_from(shown_state)).scalar_one() == 4
        assert connection.execute(select(func.count()).select_from(mailbox_cursor)).scalar_one() == 1
