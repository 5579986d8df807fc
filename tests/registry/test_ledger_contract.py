"""What every ledger does, in memory and on both databases."""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailbridge.ports import Registry
from mailbridge.registry.conflicts import AlreadyDecided, AlreadyEntered
from mailbridge.registry.entry import DraftEntry, RegisterEntry
from tests.registry.builders_registry import NOON, case, case_of_entry, draft, letter, private_case, sha256
from tests.registry.conftest import Rooms


class WalkFailed(Exception):
    """Something behind the entry went wrong."""


def enter(rooms: Rooms, one: DraftEntry, at: datetime = NOON) -> RegisterEntry:
    with rooms.registry.transaction() as current:
        return current.enter(one, at)


def fail_after_entering(rooms: Rooms, one: DraftEntry) -> None:
    """Walk a mail up to its letter, then fail."""
    with rooms.registry.transaction() as current:
        entry = current.enter(one, NOON)
        current.post(letter(f"ack-{entry.number}"))
        raise WalkFailed


def swallow_conflict(rooms: Rooms, new: DraftEntry, there: DraftEntry) -> None:
    """Enter two documents, and take no notice that the second is in the book."""
    with rooms.registry.transaction() as current:
        current.enter(new, NOON)
        with contextlib.suppress(AlreadyEntered):
            current.enter(there, NOON)


def walk(rooms: Rooms, one: DraftEntry) -> None:
    """Enter a document and record its mail."""
    with rooms.registry.transaction() as current:
        entry = current.enter(one, NOON)
        current.record(case_of_entry(entry), [entry])


def test_registry_has_the_shape_of_the_port(rooms: Rooms) -> None:
    port: Registry = rooms.registry
    assert port.decided("nobody", "sonv") is None


def test_numbers_run_from_one_without_gap(rooms: Rooms) -> None:
    assert [enter(rooms, draft(f"d{i}")).number for i in range(5)] == [1, 2, 3, 4, 5]


def test_entry_keeps_all_that_the_draft_says(rooms: Rooms) -> None:
    one = draft("d", note="Bản scan", urgency="khẩn", recipients="Phòng Hành chính", pages=3)
    entry = enter(rooms, one, NOON)
    known = rooms.registry.known("sonv", "none", [one.document_sha256], [])
    assert known.same_file == ((one.document_sha256, entry),)
    assert (entry.draft, entry.arrived_at, entry.version) == (one, NOON, 1)


def test_walk_that_fails_gives_its_number_back(rooms: Rooms) -> None:
    with pytest.raises(WalkFailed):
        fail_after_entering(rooms, draft("lost"))
    assert enter(rooms, draft("kept")).number == 1
    assert rooms.outbox.next_due(NOON) is None


def test_failed_first_entry_of_a_year_leaves_no_trace(rooms: Rooms) -> None:
    """Điều 22 khoản 2: consecutive in the year, so the year begins with 1 whatever failed before."""
    for _ in range(3):
        with pytest.raises(WalkFailed):
            fail_after_entering(rooms, draft("lost"))
    assert enter(rooms, draft("first")).number == 1


@pytest.mark.parametrize(
    ("arrived_at", "year", "number"),
    [
        (datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), 2026, 2),
        (datetime(2026, 12, 31, 16, 59, 59, 999999, tzinfo=UTC), 2026, 2),
        (datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), 2027, 1),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=7))), 2026, 2),
        (datetime(2026, 12, 31, 7, 0, 0, tzinfo=timezone(timedelta(hours=-10))), 2027, 1),
    ],
)
def test_year_turns_at_midnight_in_vietnam(rooms: Rooms, arrived_at: datetime, year: int, number: int) -> None:
    enter(rooms, draft("before"), NOON)
    entry = enter(rooms, draft("turn"), arrived_at)
    assert (entry.year, entry.number) == (year, number)


def test_late_walk_of_last_years_mail_goes_on_with_last_years_numbers(rooms: Rooms) -> None:
    """The time of acceptance counts, not the time of the walk (E13)."""
    new_year = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)
    enter(rooms, draft("a"), NOON)
    enter(rooms, draft("b"), new_year)
    late = enter(rooms, draft("c"), new_year - timedelta(seconds=1))
    assert (late.year, late.number, late.arrival_date.isoformat()) == (2026, 2, "2026-12-31")


def test_each_book_of_each_agency_has_its_own_series(rooms: Rooms) -> None:
    series = [("sonv", "den"), ("sonv", "don-thu"), ("sotc", "den")]
    for number in (1, 2, 3):
        for agency, book in series:
            entry = enter(rooms, draft(f"{agency}{book}{number}", agency=agency, book=book))
            assert entry.number == number


def test_two_documents_of_one_mail_get_two_numbers(rooms: Rooms) -> None:
    with rooms.registry.transaction() as current:
        entries = [current.enter(draft(name, mail_id="mail-1"), NOON) for name in ("a", "b")]
        current.record(case_of_entry(entries[0]), entries)
    assert [entry.number for entry in entries] == [1, 2]


def test_document_of_the_same_agency_is_refused_whatever_the_book(rooms: Rooms) -> None:
    first = enter(rooms, draft("d"))
    with pytest.raises(AlreadyEntered) as refused:
        enter(rooms, draft("d", mail_id="mail-2", book="don-thu"))
    assert refused.value.entry == first
    assert enter(rooms, draft("next")).number == 2


def test_document_that_two_agencies_got_is_entered_by_both(rooms: Rooms) -> None:
    assert enter(rooms, draft("d", agency="sonv")).number == 1
    assert enter(rooms, draft("d", agency="sotc")).number == 1


def test_swallowed_conflict_does_not_commit(rooms: Rooms) -> None:
    """A walk that goes on after a conflict would leave half of what it meant."""
    enter(rooms, draft("d"))
    with pytest.raises(AlreadyEntered):
        swallow_conflict(rooms, new=draft("new"), there=draft("d"))
    assert enter(rooms, draft("other")).number == 2


def test_case_is_found_again_whole(rooms: Rooms) -> None:
    kept = case(judgement='{"kind": "official-document"}', evidence="{}", next_hop_reply="250 2.0.0 queued as 4711")
    with rooms.registry.transaction() as current:
        current.record(kept, [])
    assert rooms.registry.decided("mail-1", "sonv") == kept
    assert rooms.registry.decided("mail-1", "sotc") is None


def test_mail_is_decided_once_for_each_agency(rooms: Rooms) -> None:
    with rooms.registry.transaction() as current:
        current.record(case("mail-1"), [])
        current.record(case("mail-1", agency="sotc"), [])
    with pytest.raises(AlreadyDecided) as refused:
        walk(rooms, draft("d", mail_id="mail-1"))
    assert refused.value.case == case("mail-1")
    assert enter(rooms, draft("next")).number == 1


def test_same_mail_octets_are_known_to_their_agency_only(rooms: Rooms) -> None:
    with rooms.registry.transaction() as current:
        current.record(private_case("mail-1", sha256=sha256("octets")), [])
    assert rooms.registry.known("sonv", sha256("octets"), [], []).same_mail
    assert not rooms.registry.known("sotc", sha256("octets"), [], []).same_mail
    assert not rooms.registry.known("sonv", sha256("others"), [], []).same_mail


def test_a_new_document_under_an_old_message_id_is_a_mail_of_its_own(rooms: Rooms) -> None:
    """Some scanners write the same Message-ID into all their mails; the second document wants its notice as well."""
    told = json.dumps({"message": {"parts": [{"sha256": sha256("one.pdf")}]}})
    with rooms.registry.transaction() as current:
        current.record(case("mail-1", message_id="<0@scan.example>", action="hold", judgement=told), [])
    assert rooms.registry.known("sonv", "other", [sha256("one.pdf")], [], "<0@scan.example>").same_mail
    assert not rooms.registry.known("sonv", "other", [sha256("two.pdf")], [], "<0@scan.example>").same_mail


def test_mail_is_known_by_its_message_id_too(rooms: Rooms) -> None:
    with rooms.registry.transaction() as current:
        current.record(case("mail-1", message_id="<1@so.example>", action="hold"), [])
    assert rooms.registry.known("sonv", "other", [], [], "<1@so.example>").same_mail
    assert not rooms.registry.known("sotc", "other", [], [], "<1@so.example>").same_mail
    assert not rooms.registry.known("sonv", "other", [], [], "<2@so.example>").same_mail
    assert not rooms.registry.known("sonv", "other", [], [], None).same_mail


def test_entries_with_a_symbol_are_known_newest_first(rooms: Rooms) -> None:
    old = enter(rooms, draft("old", symbol="12/QĐ-UBND"), NOON - timedelta(days=365))
    new = enter(rooms, draft("new", symbol="12/QĐ-UBND"), NOON)
    enter(rooms, draft("foreign", symbol="12/QĐ-UBND", agency="sotc"), NOON + timedelta(days=1))
    between = enter(rooms, draft("between", symbol="12/QĐ-UBND"), NOON - timedelta(days=10))
    known = rooms.registry.known("sonv", "none", [sha256("unknown")], ["12/QĐ-UBND", "13/QĐ-UBND", "12/QĐ-UBND"])
    assert known.same_symbol == tuple(("12/QĐ-UBND", each) for each in (new, between, old))
    assert known.same_file == ()


def test_registered_without_an_entry_is_refused(rooms: Rooms) -> None:
    """Never say *registered* when it is not so."""
    with pytest.raises(ValueError, match="register with 0"), rooms.registry.transaction() as current:
        current.record(case(action="register"), [])
    assert rooms.registry.decided("mail-1", "sonv") is None


def test_entry_without_saying_registered_is_refused(rooms: Rooms) -> None:
    with pytest.raises(ValueError, match="hold with 1"), rooms.registry.transaction() as current:
        current.record(case(), [current.enter(draft("d", mail_id="mail-1"), NOON)])
    assert enter(rooms, draft("d")).number == 1


def test_entry_of_another_mail_is_refused(rooms: Rooms) -> None:
    with pytest.raises(ValueError, match="another mail"), rooms.registry.transaction() as current:
        current.record(case(action="register"), [current.enter(draft("d", mail_id="mail-2"), NOON)])


def test_content_of_mail_that_is_not_stored_is_refused(rooms: Rooms) -> None:
    """D12, D14: a second guard behind the walk."""
    content = ("message_id", "author", "subject", "next_hop_reply", "judgement", "evidence")
    for action, name in itertools.product(("stop", "pass"), content):
        leak = private_case(action=action, **{name: "text of a stranger"})
        with pytest.raises(ValueError, match="may not be stored"), rooms.registry.transaction() as current:
            current.record(leak, [])
        assert rooms.registry.decided("mail-1", "sonv") is None


def test_secret_mail_is_not_stored_whatever_the_action(rooms: Rooms) -> None:
    with pytest.raises(ValueError, match="stored"), rooms.registry.transaction() as current:
        current.record(case(kind="secret", action="hold"), [])


def test_outcome_of_private_mail_is_kept(rooms: Rooms) -> None:
    with rooms.registry.transaction() as current:
        current.record(private_case(), [])
    assert rooms.registry.decided("mail-1", "sonv") == private_case()


def test_what_shadow_mode_decided_is_not_known_in_earnest(rooms: Rooms) -> None:
    """B15: who leaves shadow mode begins as if nothing had come before."""
    shadow = case("mail-1", action="register", message_id="<1@so.example>", sha256=sha256("octets"), shadow=True)
    with rooms.registry.transaction() as current:
        current.record(shadow, [])
    assert rooms.registry.decided("mail-1", "sonv") == shadow
    assert not rooms.registry.known("sonv", sha256("octets"), [], [], "<1@so.example>").same_mail
    assert rooms.registry.would_be_entered("sonv", sha256("octets"), None)
    assert rooms.registry.would_be_entered("sonv", "other", "<1@so.example>")
    assert not rooms.registry.would_be_entered("sonv", "other", None)
    assert not rooms.registry.would_be_entered("sotc", sha256("octets"), "<1@so.example>")


@pytest.mark.parametrize("changes", [{"action": "hold", "shadow": True}, {"action": "hold"}])
def test_only_what_shadow_mode_would_enter_would_be_entered(rooms: Rooms, changes: dict[str, object]) -> None:
    with rooms.registry.transaction() as current:
        current.record(case("mail-1", sha256=sha256("octets"), **changes), [])
    assert not rooms.registry.would_be_entered("sonv", sha256("octets"), None)


def test_an_entry_in_shadow_mode_is_refused(rooms: Rooms) -> None:
    with pytest.raises(ValueError, match="1 entries"), rooms.registry.transaction() as current:
        current.record(case("mail-d", action="register", shadow=True), [current.enter(draft("d"), NOON)])
    assert enter(rooms, draft("d")).number == 1


def test_secret_mail_is_not_stored_in_shadow_mode_either(rooms: Rooms) -> None:
    with pytest.raises(ValueError, match="stored"), rooms.registry.transaction() as current:
        current.record(private_case(action="stop", shadow=True, subject="text of a stranger"), [])


def test_letter_with_the_same_key_is_posted_once(rooms: Rooms) -> None:
    with rooms.registry.transaction() as current:
        assert current.post(letter("ack-1"))
        assert not current.post(letter("ack-1", recipient="other@vpcp.example"))
    with rooms.registry.transaction() as current:
        assert not current.post(letter("ack-1"))
    first = rooms.outbox.lease(NOON, 60)
    assert first is not None
    assert first.letter == letter("ack-1")
    assert rooms.outbox.lease(NOON, 60) is None


def test_year_does_not_depend_on_the_zone_of_the_server() -> None:
    program = (
        "from datetime import datetime, UTC\n"
        "from mailbridge.registry.entry import local_day\n"
        "turn = datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC)\n"
        "print(local_day(turn), local_day(turn.astimezone()))\n"
    )
    for zone in ("UTC", "America/Los_Angeles", "Pacific/Kiritimati"):
        ran = subprocess.run([sys.executable, "-c", program], env={"TZ": zone}, capture_output=True, check=True)
        assert ran.stdout.decode().strip() == "2027-01-01 2027-01-01"
