"""Rounds over a mailbox: what is shown follows the book, twice does nothing, and a server that fails costs nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from mailbridge.errors import Unavailable
from mailbridge.mailboxes.settings import MailboxSettings, MailState
from mailbridge.mailboxes.showing import Round, Showing
from mailbridge.registry.entry import Case
from mailbridge.registry.shown import ShownStates
from tests.desk.builders_desk import BY_LAN, NOW, Room, Walked
from tests.mailboxes.fakes_mailboxes import ANY, FakeServer, mailbox
from tests.registry.builders_registry import NOON, case, draft, private_case
from tests.registry.conftest import Database

REGISTERED, WAITING = "$MailBridge-Registered", "$MailBridge-Waiting"


@dataclass
class Watch:
    """A mailbox, its server, and what shows states in it."""

    engine: Any
    server: FakeServer = field(default_factory=FakeServer)
    settings: MailboxSettings = field(default_factory=mailbox)
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.showing = Showing(self.engine, self.settings, 0.9, self.server.connect)

    def run(self, **later: float) -> Round:
        self.now += timedelta(**later)
        return self.showing.run(self.now)


@pytest.fixture
def watch(database: Database) -> Watch:
    """An empty book beside an empty mailbox."""
    return Watch(database.engine)


def receive(database: Database, mail_id: str, **changes: Any) -> Case:
    """Put the case of a mail into the book, with a line of its own when it is registered."""
    made = case(mail_id, **changes)
    with database.registry.transaction() as tx:
        lines = (tx.enter(draft(mail_id, mail_id=mail_id), made.accepted_at),) if made.action == "register" else ()
        tx.record(made, lines)
    return made


def test_mails_show_what_became_of_them_and_no_other_flag_changes(database: Database, watch: Watch) -> None:
    held, entered = receive(database, "held"), receive(database, "entered", action="register", rule="signed")
    one = watch.server.put(held.message_id or "", "\\Seen", "\\Flagged", "$label1", "quan_trọng")
    other = watch.server.put(entered.message_id or "", "\\Answered")
    private = watch.server.put("<private@b.vn>", "\\Recent")

    done = watch.run()

    assert done == Round(changed=2)
    assert one.flags == {"\\Seen", "\\Flagged", "$label1", "quan_trọng", WAITING}
    assert other.flags == {"\\Answered", REGISTERED}
    assert private.flags == {"\\Recent"}


def test_what_a_clerk_does_is_followed_and_taken_back(room: Room, mails: dict[str, Walked]) -> None:
    watch = Watch(room.engine, now=NOW)
    received = room.receive(mails["07"])
    lying = watch.server.put(received.message_id or "", "\\Seen")
    seen = []

    watch.run()
    seen.append(set(lying.flags))
    done = room.desk.confirm(received.mail_id, "sonv", **BY_LAN, why="đã gọi điện xác minh")
    watch.run(seconds=15)
    seen.append(set(lying.flags))
    room.later(minutes=1)
    room.desk.undo(done.act_id, **BY_LAN)
    watch.run(seconds=15)
    seen.append(set(lying.flags))
    room.later(minutes=1)
    room.desk.dismiss(received.mail_id, "sonv", **BY_LAN)
    watch.run(seconds=15)
    seen.append(set(lying.flags))

    ours = [WAITING, REGISTERED, WAITING, "$MailBridge-NotDocument"]
    assert seen == [{"\\Seen", each} for each in ours]


def test_a_mail_that_waits_looks_urgent_when_that_was_read_for_sure(room: Room, mails: dict[str, Walked]) -> None:
    told = json.loads(mails["07"].case.judgement or "")
    told["documents"][0] |= {"urgency": "hỏa tốc"}
    for confidence, urgent in ((0.5, set()), (1.0, {"$MailBridge-Urgent"})):
        told["documents"][0]["fields"]["urgency"] = {"confidence": confidence}
        watch = Watch(room.engine, now=NOW, settings=mailbox(user=f"u{confidence}"))
        changes = {"mail_id": f"mail-{confidence}", "message_id": f"<{confidence}@b.vn>"}
        room.shelf.kept[changes["mail_id"]] = mails["07"]
        room.receive(mails["07"], judgement=json.dumps(told), **changes)
        lying = watch.server.put(changes["message_id"])
        watch.run()
        assert lying.flags == {WAITING} | urgent


def test_nothing_new_asks_the_server_nothing(database: Database, watch: Watch) -> None:
    received = receive(database, "a")
    watch.server.put(received.message_id or "")
    watch.run()
    asked = list(watch.server.asked)

    rounds = [watch.run(seconds=15) for _ in range(5)]

    assert rounds == [Round()] * 5
    assert (watch.server.visits, watch.server.asked) == (1, asked)


def test_the_same_round_once_more_changes_nothing(database: Database, watch: Watch) -> None:
    """The cursor was lost, as after a database that was restored: all is looked at again."""
    received = receive(database, "a")
    lying = watch.server.put(received.message_id or "", "\\Seen")
    watch.run()
    again = Watch(watch.engine, server=watch.server, settings=mailbox(user="the same under another name"))

    assert again.run() == Round(changed=0)
    assert (lying.flags, watch.server.changes) == ({"\\Seen", WAITING}, 1)


def test_a_restarted_program_goes_on_where_it_was(database: Database, watch: Watch) -> None:
    first = receive(database, "a")
    watch.server.put(first.message_id or "")
    watch.run()
    second = receive(database, "b")
    watch.server.put(second.message_id or "")
    watch.server.asked.clear()
    watch.restart()

    assert watch.run(seconds=15) == Round(changed=1)
    assert watch.server.asked == [second.message_id]


def test_a_mail_that_comes_late_is_looked_for_again(database: Database, watch: Watch) -> None:
    received = receive(database, "a")
    assert watch.run() == Round(missed=1)
    assert watch.run(seconds=5) == Round()
    lying = watch.server.put(received.message_id or "")

    assert watch.run(seconds=10) == Round(changed=1)
    assert lying.flags == {WAITING}


def test_a_mail_that_was_moved_or_deleted_is_no_error_and_is_left_in_the_end(database: Database, watch: Watch) -> None:
    receive(database, "a")
    watch.run()
    for _ in range(30):
        watch.run(days=2)
    watch.server.asked.clear()

    assert watch.run(days=2) == Round()
    assert watch.server.asked == []


def test_a_server_that_fails_in_the_middle_loses_nothing(database: Database, watch: Watch) -> None:
    lying = [watch.server.put(receive(database, name).message_id or "", "\\Seen") for name in "abcd"]
    watch.server.gone_after = 2
    with pytest.raises(Unavailable, match="connection reset"):
        watch.run()
    watch.server.gone_after = None
    watch.server.gone = "connection refused"
    with pytest.raises(Unavailable, match="connection refused"):
        watch.run(minutes=1)
    watch.server.gone = ""

    assert watch.run(minutes=2).changed == 2
    assert [mail.flags for mail in lying] == [{"\\Seen", WAITING}] * 4
    assert watch.server.changes == 4


def test_a_folder_that_was_made_anew_loses_and_repeats_nothing(database: Database, watch: Watch) -> None:
    lying = [watch.server.put(receive(database, name).message_id or "", "\\Seen") for name in "abc"]
    watch.run()
    watch.server.made_anew()
    lying[0].flags.add(WAITING)
    before = watch.server.changes

    rounds = [watch.run(minutes=11), watch.run(seconds=15), watch.run(seconds=15), watch.run(minutes=11)]

    assert [each.changed for each in rounds] == [0, 2, 0, 0]
    assert [mail.flags for mail in lying] == [{"\\Seen", WAITING}] * 3
    assert watch.server.changes == before + 2


def test_a_round_that_is_broken_off_is_done_by_the_next(database: Database, watch: Watch) -> None:
    lying = [watch.server.put(receive(database, name).message_id or "") for name in "abc"]
    watch.showing.run(watch.now, lambda: len(watch.server.asked) >= 1)
    assert [mail.flags for mail in lying] == [{WAITING}, set(), set()]

    assert watch.run(seconds=15).changed == 2
    assert watch.server.changes == 3


def test_more_events_than_a_round_takes_are_shown_by_the_next_ones(
    database: Database, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbridge.mailboxes.showing._MOST", 4)
    monkeypatch.setattr("mailbridge.registry.shown._OVERLAP", 0)
    lying = [watch.server.put(receive(database, f"mail-{number}").message_id or "") for number in range(9)]

    changed = [watch.run(seconds=15).changed for _ in range(6)]

    assert sum(changed) == 9
    assert changed[0] < 9
    assert all(mail.flags == {WAITING} for mail in lying)


def test_secret_private_and_rehearsed_mail_is_not_looked_for(database: Database, watch: Watch) -> None:
    with database.registry.transaction() as tx:
        tx.record(private_case("private"), ())
        tx.record(private_case("secret", action="stop", kind="secret"), ())
        tx.record(case("shadow", shadow=True), ())
        tx.record(case("other", agency="stc"), ())
    watch.run()
    assert watch.server.asked == []


def test_a_server_without_keywords_is_a_problem_and_everything_waits(database: Database, watch: Watch) -> None:
    lying = watch.server.put(receive(database, "a").message_id or "")
    watch.server.permanent = frozenset({"\\seen", "\\deleted"})
    with pytest.raises(Unavailable, match="keeps no keywords"):
        watch.run()
    watch.server.permanent = ANY
    watch.run(minutes=1)
    assert lying.flags == {WAITING}


def test_keywords_that_the_server_names_one_by_one_are_enough(database: Database, watch: Watch) -> None:
    lying = watch.server.put(receive(database, "a").message_id or "")
    watch.server.permanent = frozenset({"\\seen", WAITING.lower()})
    assert watch.run().changed == 1
    assert lying.flags == {WAITING}


FOLDERS = ((MailState.REGISTERED, "Đã vào sổ"),)


def test_mails_are_moved_where_the_office_says_so_and_come_back(room: Room, mails: dict[str, Walked]) -> None:
    watch = Watch(room.engine, now=NOW, settings=mailbox(folders=FOLDERS))
    watch.server.folders["Đã vào sổ"] = {}
    received = room.receive(mails["07"])
    lying = watch.server.put(received.message_id or "", "\\Seen")
    places = []

    def where() -> list[str]:
        return [name for name, held in watch.server.folders.items() if lying in held.values()]

    watch.run()
    places.append(where())
    done = room.desk.confirm(received.mail_id, "sonv", **BY_LAN, why="đã gọi điện xác minh")
    watch.run(seconds=15)
    places.append(where())
    room.later(minutes=1)
    room.desk.undo(done.act_id, **BY_LAN)
    watch.run(seconds=15)
    places.append(where())

    assert places == [["INBOX"], ["Đã vào sổ"], ["INBOX"]]
    assert lying.flags == {"\\Seen", WAITING}


@pytest.mark.parametrize(("there", "can_move"), [(False, True), (True, False)])
def test_a_mail_that_cannot_be_moved_keeps_its_place_and_shows_its_state(
    database: Database, there: bool, can_move: bool
) -> None:
    watch = Watch(database.engine, settings=mailbox(folders=FOLDERS))
    watch.server.can_move = can_move
    if there:
        watch.server.folders["Đã vào sổ"] = {}
    lying = watch.server.put(receive(database, "a", action="register", rule="signed").message_id or "")

    done = watch.run()

    assert "folder Đã vào sổ" in done.problem if not there else "MOVE" in done.problem
    assert lying in watch.server.folders["INBOX"].values()
    assert lying.flags == {REGISTERED}


def test_an_office_may_want_folders_and_no_keywords(database: Database) -> None:
    watch = Watch(database.engine, settings=mailbox(folders=FOLDERS, keywords=False))
    watch.server.folders["Đã vào sổ"] = {}
    watch.server.permanent = frozenset({"\\seen"})
    lying = watch.server.put(receive(database, "a", action="register", rule="signed").message_id or "", "\\Seen")

    assert watch.run() == Round(changed=1)
    assert lying in watch.server.folders["Đã vào sổ"].values()
    assert lying.flags == {"\\Seen"}


def test_the_forged_twin_of_a_registered_mail_does_not_look_registered(database: Database, watch: Watch) -> None:
    good = receive(database, "good", action="register", rule="signed")
    receive(database, "forged", message_id=good.message_id, sha256="0" * 64)
    one = watch.server.put(good.message_id or "", mark="good")
    other = watch.server.put(good.message_id or "", mark="forged")
    stranger = watch.server.put(good.message_id or "", mark="never-seen")

    watch.run()

    assert (one.flags, other.flags, stranger.flags) == ({REGISTERED}, {WAITING}, set())


def test_an_old_book_does_not_flood_a_new_mailbox(database: Database, watch: Watch) -> None:
    old = receive(database, "old")
    watch.server.put(old.message_id or "")
    watch.run(days=31)
    assert watch.server.asked == []


def test_what_is_shown_in_one_mailbox_is_not_taken_for_shown_in_another(database: Database, watch: Watch) -> None:
    received = receive(database, "a")
    other = Watch(watch.engine, settings=mailbox(user="lan@sonv.backan.gov.vn"))
    lying = [each.server.put(received.message_id or "") for each in (watch, other)]
    assert (watch.run().changed, other.run().changed) == (1, 1)
    assert [mail.flags for mail in lying] == [{WAITING}] * 2
    rows = ShownStates(watch.engine, "sonv", other.settings.name).shown(["a"])
    assert [(row.state, row.next_at) for row in rows.values()] == [("waiting", None)]
