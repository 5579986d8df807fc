"""Letters leave when due, one sender at a time, and never vanish."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from mailbridge.mail.letter import LetterKind
from mailbridge.registry.books import LetterState
from mailbridge.registry.outbox import SqlOutbox
from tests.registry.builders_registry import NOON, letter
from tests.registry.conftest import Database, Rooms

MINUTE = timedelta(minutes=1)


def post(rooms: Rooms, *keys: str) -> None:
    with rooms.registry.transaction() as current:
        for key in keys:
            assert current.post(letter(key))


def test_nothing_is_due_in_an_empty_outbox(rooms: Rooms) -> None:
    assert rooms.outbox.lease(NOON, 60) is None
    assert rooms.outbox.next_due(NOON) is None


def test_letter_is_leased_to_one_sender(rooms: Rooms) -> None:
    post(rooms, "a", "b")
    leased = [rooms.outbox.lease(NOON, 60) for _ in range(3)]
    assert [one and (one.letter.key, one.attempts, one.created_at) for one in leased] == [
        ("a", 1, NOON),
        ("b", 1, NOON),
        None,
    ]


def test_letter_of_a_sender_that_died_is_due_again(rooms: Rooms) -> None:
    post(rooms, "a")
    rooms.outbox.lease(NOON, 60)
    assert rooms.outbox.lease(NOON + timedelta(seconds=59), 60) is None
    assert rooms.outbox.next_due(NOON) == NOON + MINUTE
    again = rooms.outbox.lease(NOON + MINUTE, 60)
    assert again is not None
    assert again.attempts == 2


def test_sent_letter_is_never_due_again(rooms: Rooms) -> None:
    post(rooms, "a")
    rooms.outbox.lease(NOON, 60)
    assert rooms.outbox.sent("a", "250 2.0.0 Ok", NOON)
    assert not rooms.outbox.sent("a", "250 2.0.0 Ok", NOON)
    assert not rooms.outbox.failed("a", "late time-out of another sender", None, NOON)
    assert not rooms.outbox.failed("a", "late time-out of another sender", NOON + MINUTE, NOON)
    assert rooms.outbox.lease(NOON + 9 * MINUTE, 60) is None
    assert rooms.outbox.next_due(NOON) is None


def test_deferred_letter_waits_for_its_time(rooms: Rooms) -> None:
    post(rooms, "a")
    rooms.outbox.lease(NOON, 3600)
    assert rooms.outbox.failed("a", "451 4.3.0 later", NOON + 5 * MINUTE, NOON)
    assert rooms.outbox.next_due(NOON) == NOON + 5 * MINUTE
    assert rooms.outbox.lease(NOON + 4 * MINUTE, 60) is None
    again = rooms.outbox.lease(NOON + 5 * MINUTE, 60)
    assert again is not None
    assert again.attempts == 2


def test_letter_given_up_is_not_due(rooms: Rooms) -> None:
    post(rooms, "a")
    rooms.outbox.lease(NOON, 60)
    assert rooms.outbox.failed("a", "550 5.1.1 no such user", None, NOON)
    assert not rooms.outbox.failed("a", "550 5.1.1 no such user", None, NOON)
    assert rooms.outbox.next_due(NOON) is None
    assert rooms.outbox.lease(NOON + 9 * MINUTE, 60) is None


def test_letter_that_left_after_all_is_sent(rooms: Rooms) -> None:
    """One sender gave up, another one, whose lease had run out, got it through: the truth is that it left."""
    post(rooms, "a")
    rooms.outbox.failed("a", "time-out", None, NOON)
    assert rooms.outbox.sent("a", "250 2.0.0 Ok", NOON)


def test_unknown_key_settles_nothing(rooms: Rooms) -> None:
    assert not rooms.outbox.sent("nothing", "250 Ok", NOON)
    assert not rooms.outbox.failed("nothing", "x", None, NOON)


def test_next_due_is_now_when_letters_are_late(rooms: Rooms) -> None:
    post(rooms, "a")
    assert rooms.outbox.next_due(NOON + MINUTE) == NOON + MINUTE


def test_many_senders_never_get_the_same_letter(database: Database) -> None:
    keys = {f"ack-{i}" for i in range(40)}
    with database.registry.transaction() as current:
        for key in keys:
            current.post(letter(key))

    def send_all(_worker: int) -> list[str]:
        mine = []
        while one := database.outbox.lease(NOON, 600):
            mine.append(one.letter.key)
            database.outbox.sent(one.letter.key, "250 Ok", NOON)
        return mine

    with ThreadPoolExecutor(8) as pool:
        leased = [key for keys in pool.map(send_all, range(8)) for key in keys]
    # SKIP LOCKED may show a worker an empty queue while others hold the last rows; none is lost by that.
    assert sorted(leased) == sorted(keys)


def test_letters_are_listed_with_what_became_of_them(database: Database) -> None:
    with database.registry.transaction() as current:
        for key in "abc":
            current.post(letter(key, mail_id=f"mail-{key}", kind=LetterKind.ARRIVED, sender=""))
    outbox, books = database.outbox, database.books
    outbox.lease(NOON, 60)
    outbox.sent("a", "250 2.0.0 queued", NOON + MINUTE)
    outbox.failed("b", "550 no", None, NOON + MINUTE)
    outbox.failed("c", "451 later", NOON + 5 * MINUTE, NOON + MINUTE)

    assert [one.letter.key for one in books.letters()] == ["a", "b", "c"]
    (sent,) = books.letters(state=LetterState.SENT)
    assert (sent.sent_at, sent.reply, sent.attempts, sent.letter.sender) == (NOON + MINUTE, "250 2.0.0 queued", 1, "")
    (gone,) = books.letters(state=LetterState.FAILED)
    assert (gone.failed_at, gone.last_error) == (NOON + MINUTE, "550 no")
    (waits,) = books.letters(state=LetterState.WAITING, agency="sonv")
    assert (waits.due_at, waits.last_error) == (NOON + 5 * MINUTE, "451 later")
    assert [one.letter.key for one in books.letters(mail_id="mail-b")] == ["b"]
    assert list(books.letters(agency="sotc")) == []


def test_way_of_a_letter_stands_in_the_time_line(database: Database) -> None:
    with database.registry.transaction() as current:
        current.post(letter("a", mail_id="mail-1"))
    database.outbox.lease(NOON, 60)
    database.outbox.failed("a", "451 later\x00", NOON, NOON + MINUTE)
    database.outbox.lease(NOON + MINUTE, 60)
    database.outbox.sent("a", "250 " + "x" * 1000, NOON + 2 * MINUTE)
    told = [(one.what, one.detail[:38]) for one in database.books.trace("mail-1")]
    assert told == [
        ("letter-queued", "accepted"),
        ("letter-deferred", "accepted, attempt 1: 451 later\ufffd"),
        ("letter-sent", "accepted, attempt 2: 250 xxxxxxxxxxxxx"),
    ]


def test_node_takes_back_its_own_leases_after_a_crash(database: Database) -> None:
    ours, other = SqlOutbox(database.engine, node="a"), SqlOutbox(database.engine, node="b")
    post(Rooms(registry=database.registry, outbox=ours), "1", "2")
    assert ours.lease(NOON, 600)
    assert other.lease(NOON, 600)
    assert SqlOutbox(database.engine, node="a").take_back() == 1
    again = ours.lease(NOON, 600)
    assert again is not None
    assert (again.letter.key, again.attempts) == ("1", 2)
    assert ours.lease(NOON, 600) is None
