from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from mailbridge.errors import Unavailable
from mailbridge.outbound import sender as sender_module
from mailbridge.outbound.next_hop import OutboundSettings
from mailbridge.outbound.sender import LetterSender
from tests.outbound.fakes_outbound import START, Clock, FakeOutbox, Running, Sink, forced, letter


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    made = Sink()
    running = Running(made)
    await running.start()
    yield made
    await running.stop()


def settings(sink: Sink, **changed: float) -> OutboundSettings:
    return OutboundSettings(
        host="127.0.0.1",
        port=sink.port,
        hostname="mx.sonv.example",
        timeout=5,
        poll=changed.get("poll", 0.02),
        idle=changed.get("idle", 30),
        lease=600,
    )


class Bench:
    """A sender at work on an outbox in memory."""

    def __init__(self, sink: Sink, **changed: float) -> None:
        self.clock = Clock()
        self.outbox = FakeOutbox()
        self.sender = LetterSender(self.outbox, settings(sink, **changed), clock=self.clock)
        self.stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Bench:
        self._task = asyncio.create_task(self.sender.run(self.stop))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self.stop.set()
        await asyncio.wait_for(self._task, 5)

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not reached():
                await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "_PAUSES", (0.02,))


async def test_each_letter_leaves_once_with_the_null_return_path_and_unchanged(sink: Sink) -> None:
    letters = [letter(str(number)) for number in range(20)]
    async with Bench(sink) as bench:
        bench.outbox.post(*letters)
        await bench.until(lambda: all(row.reply for row in bench.outbox.rows.values()))
    assert sorted(content for _, _, content in sink.got) == sorted(each.content for each in letters)
    assert {sender for sender, _, _ in sink.got} == {"<>"}  # as aiosmtpd writes the null reverse-path
    assert {recipients for _, recipients, _ in sink.got} == {("vanthu@vpcp.example",)}
    assert bench.outbox.rows[letters[0].key].reply == "250 2.0.0 queued as 1"


async def test_one_connection_serves_many_letters(sink: Sink) -> None:
    async with Bench(sink) as bench:
        bench.outbox.post(*(letter(str(number)) for number in range(5)))
        await bench.until(lambda: len(sink.got) == 5)
    assert sink.connections == 1
    assert sink.commands.count("RSET") == 4


async def test_an_idle_connection_is_closed_and_opened_again(sink: Sink) -> None:
    async with Bench(sink, idle=0.05) as bench:
        bench.outbox.post(letter("1"))
        await bench.until(lambda: len(sink.got) == 1)
        await asyncio.sleep(0.2)
        bench.outbox.post(letter("2"))
        await bench.until(lambda: len(sink.got) == 2)
    assert sink.connections == 2


async def test_a_fresh_letter_leaves_at_once_when_called_from_another_thread(sink: Sink) -> None:
    async with Bench(sink, poll=60) as bench:
        await asyncio.sleep(0.05)
        bench.outbox.post(letter())
        threading.Thread(target=bench.sender.wake).start()
        await bench.until(lambda: len(sink.got) == 1)


async def test_without_a_call_a_letter_is_found_by_looking(sink: Sink) -> None:
    async with Bench(sink) as bench:
        await asyncio.sleep(0.05)
        bench.outbox.post(letter())
        await bench.until(lambda: len(sink.got) == 1)


async def test_a_temporary_refusal_is_tried_again_later(sink: Sink) -> None:
    sink.answers["RCPT"] = ["451 4.2.1 mailbox busy", "452 4.2.2 full"]
    async with Bench(sink) as bench:
        bench.outbox.post(letter())
        (key,) = bench.outbox.rows
        await bench.until(lambda: bench.outbox.rows[key].error is not None)
        assert bench.outbox.rows[key].error == "451 4.2.1 mailbox busy"
        assert bench.outbox.rows[key].due == START + timedelta(minutes=1)
        bench.clock.forward(seconds=61)
        await bench.until(lambda: (bench.outbox.rows[key].error or "").startswith("452"))
        assert bench.outbox.rows[key].due == START + timedelta(minutes=2, seconds=61)
        bench.clock.forward(minutes=2)
        await bench.until(lambda: bench.outbox.rows[key].reply is not None)
    assert len(sink.got) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_permanent_refusal_gives_up_at_once_and_the_next_letter_leaves(sink: Sink, command: str) -> None:
    sink.answers[command] = ["550 5.1.1 no such user"]
    async with Bench(sink) as bench:
        bench.outbox.post(letter("1"))
        bench.outbox.post(letter("2"), due=START + timedelta(seconds=1))
        bench.clock.forward(seconds=2)
        await bench.until(lambda: bench.outbox.rows[letter("2").key].reply is not None)
    first, second = (bench.outbox.rows[letter(name).key] for name in ("1", "2"))
    assert first.given_up
    assert first.error == "550 5.1.1 no such user"
    assert second.reply is not None


@pytest.mark.parametrize("reply", ["421 4.3.2 closing", "503 5.5.1 bad sequence", "530 5.7.0 authentication required"])
async def test_trouble_with_the_session_is_not_held_against_the_letter(sink: Sink, reply: str) -> None:
    sink.answers["MAIL"] = [reply]
    async with Bench(sink) as bench:
        bench.outbox.post(letter())
        (key,) = bench.outbox.rows
        await bench.until(lambda: bench.outbox.rows[key].error is not None)
        assert not bench.outbox.rows[key].given_up
        bench.clock.forward(minutes=2)
        await bench.until(lambda: bench.outbox.rows[key].reply is not None)


async def test_after_many_days_of_refusals_it_gives_up(sink: Sink) -> None:
    sink.answers["RCPT"] = ["451 4.2.1 busy"] * 1000
    bench = Bench(sink)
    bench.outbox.post(letter())
    (key,) = bench.outbox.rows
    while await bench.sender.send_next():
        bench.clock.forward(hours=1)
    row = bench.outbox.rows[key]
    assert row.given_up
    assert START + timedelta(days=4, hours=20) < bench.clock.now < START + timedelta(days=5, hours=8)


async def test_letters_wait_for_a_server_that_is_down() -> None:
    sink = Sink()
    running = Running(sink)
    await running.start()
    await running.stop()
    async with Bench(sink) as bench:
        bench.outbox.post(letter("1"), letter("2"))
        await bench.until(lambda: all(row.error for row in bench.outbox.rows.values()))
        await running.start()
        bench.clock.forward(hours=1)
        await bench.until(lambda: all(row.reply for row in bench.outbox.rows.values()))
    assert len(sink.got) == 2
    await running.stop()


async def test_a_server_that_restarted_meanwhile_is_no_failure_of_the_letter() -> None:
    sink = Sink()
    running = Running(sink)
    await running.start()
    async with Bench(sink) as bench:
        bench.outbox.post(letter("1"))
        await bench.until(lambda: len(sink.got) == 1)
        await running.stop()
        await running.start()
        bench.outbox.post(letter("2"))
        await bench.until(lambda: len(sink.got) == 2)
    assert bench.outbox.rows[letter("2").key].attempts == 1
    await running.stop()


async def test_a_connection_lost_before_the_reply_sends_the_same_letter_again(sink: Sink) -> None:
    """At least once: nobody knows whether it was taken, so it leaves again with the same Message-ID."""
    sink.hang_up_after_data = True
    async with Bench(sink) as bench:
        bench.outbox.post(letter())
        (key,) = bench.outbox.rows
        await bench.until(lambda: bench.outbox.rows[key].error is not None)
        bench.clock.forward(minutes=2)
        await bench.until(lambda: bench.outbox.rows[key].reply is not None)
    first, second = (content for _, _, content in sink.got)
    assert first == second


async def test_a_crash_between_reply_and_note_sends_again_after_the_lease(sink: Sink) -> None:
    """Documented: at least once, octet by octet the same."""
    bench = Bench(sink)
    bench.outbox.post(letter())
    with forced(bench.outbox, "sent"), pytest.raises(Unavailable):
        await bench.sender.send_next()
    # The process dies here; another one starts with the same outbox.
    after = LetterSender(bench.outbox, settings(sink), clock=bench.clock)
    assert not await after.send_next()
    bench.clock.forward(seconds=601)
    assert await after.send_next()
    assert sink.got[0] == sink.got[1]
    (row,) = bench.outbox.rows.values()
    assert row.reply == "250 2.0.0 queued as 2"


async def test_a_database_that_is_away_after_the_reply_does_not_double_the_letter(sink: Sink) -> None:
    async with Bench(sink) as bench:
        with forced(bench.outbox, "sent"):
            bench.outbox.post(letter("1"))
            await bench.until(lambda: len(sink.got) == 1)
            bench.clock.forward(seconds=601)
            bench.outbox.post(letter("2"))
            await asyncio.sleep(0.1)
            assert len(sink.got) == 1
        await bench.until(lambda: all(row.reply for row in bench.outbox.rows.values()))
    assert len(sink.got) == 2


async def test_a_database_that_is_away_is_asked_again(sink: Sink) -> None:
    async with Bench(sink) as bench:
        with forced(bench.outbox, "lease"):
            bench.outbox.post(letter())
            await asyncio.sleep(0.1)
        await bench.until(lambda: len(sink.got) == 1)


async def test_the_database_is_never_asked_in_the_event_loop(sink: Sink) -> None:
    async with Bench(sink) as bench:
        bench.outbox.post(letter())
        await bench.until(lambda: all(row.reply for row in bench.outbox.rows.values()))
    assert threading.current_thread().name not in bench.outbox.threads


async def test_stopping_finishes_the_letter_on_its_way(sink: Sink) -> None:
    bench = Bench(sink)
    sink.before_reply = bench.stop.set
    async with bench:
        bench.outbox.post(letter("1"), letter("2"))
        await asyncio.wait_for(bench.stop.wait(), 5)
    assert len(sink.got) == 1
    assert sum(row.reply is not None for row in bench.outbox.rows.values()) == 1


async def test_waking_a_sender_that_does_not_run_does_nothing(sink: Sink) -> None:
    Bench(sink).sender.wake()
