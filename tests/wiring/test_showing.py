"""The loop over mailboxes: one that fails disturbs nobody, and a changed configuration is followed."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mailbridge.errors import Unavailable
from mailbridge.mailboxes.settings import MailboxSettings
from mailbridge.registry.database import open_database
from mailbridge.registry.schema import upgrade
from mailbridge.settings import Settings
from mailbridge.wiring import showing
from mailbridge.wiring.showing import MailboxRounds
from tests.mailboxes.fakes_mailboxes import FakeServer, mailbox
from tests.wiring.builders_wiring import settings_of

GOOD, BAD = mailbox(user="good"), mailbox(user="bad")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An empty book, before which the loop hurries."""
    monkeypatch.setattr(showing, "_EVERY", 0.02)
    url = f"sqlite:///{tmp_path}/book.db"
    upgrade(url)
    opened = open_database(url)
    yield opened
    opened.dispose()


async def run_until(rounds: MailboxRounds, ready: Callable[[], bool]) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(rounds.run(stop))
    for _ in range(1000):
        if ready():
            break
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(task, 30)
    assert ready()


async def test_a_mailbox_that_fails_is_told_once_and_the_other_one_is_shown(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(settings_of(tmp_path / "c"), mailboxes=(GOOD, BAD))
    good, bad = FakeServer(), FakeServer(gone="connection refused")

    def connect(one: MailboxSettings) -> contextmanager[FakeServer]:  # type: ignore[valid-type]  # made by it
        return (good if one == GOOD else bad).connect(one)

    rounds = MailboxRounds(engine, lambda: settings, connect)
    with caplog.at_level(logging.WARNING, "mailbridge.wiring"):
        await run_until(rounds, lambda: rounds.problems().get(BAD.name) == "connection refused" and good.visits == 1)
        await asyncio.sleep(0.2)

    assert rounds.problems() == {GOOD.name: "", BAD.name: "connection refused"}
    assert bad.visits == 1  # left alone for a minute
    assert [record.message for record in caplog.records] == ["states wait to be shown"]


async def test_a_fault_of_ours_stops_neither_the_loop_nor_the_program(engine: Engine, tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path / "c"), mailboxes=(BAD,))

    def connect(_: MailboxSettings) -> object:
        raise KeyError("of a library")

    rounds = MailboxRounds(engine, lambda: settings, connect)  # type: ignore[arg-type]  # what breaks is the point
    await run_until(rounds, lambda: "fault" in rounds.problems().get(BAD.name, ""))


async def test_a_changed_configuration_is_followed_and_shadow_mode_shows_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    both = replace(settings_of(tmp_path / "c"), mailboxes=(GOOD, BAD))
    at_the_moment: list[Settings] = [both]
    rounds = MailboxRounds(engine, lambda: at_the_moment[0], FakeServer().connect)
    seen: list[set[str]] = []

    def has(*mailboxes: MailboxSettings) -> bool:
        found = set(rounds.problems()) == {each.name for each in mailboxes}
        if found and len(seen) < 3:
            seen.append(set(rounds.problems()))
        return found

    await run_until(rounds, lambda: has(GOOD, BAD))
    at_the_moment[0] = replace(both, mailboxes=(GOOD,))
    await run_until(rounds, lambda: has(GOOD))
    at_the_moment[0] = replace(both, shadow=True)
    await run_until(rounds, lambda: has())
    assert len(seen) == 3


async def test_a_server_that_hangs_does_not_keep_the_program_from_ending(engine: Engine, tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path / "c"), mailboxes=(BAD,))
    hangs, cut = threading.Event(), threading.Event()

    class Hanging(FakeServer):
        def has(self, folder: str) -> bool:
            return True

        def open(self, folder: str) -> object:  # type: ignore[override]  # it never answers
            hangs.set()
            assert cut.wait(20)
            raise Unavailable("mailbox", "cut")

        def cut(self) -> None:
            cut.set()

    rounds = MailboxRounds(engine, lambda: settings, Hanging().connect)
    await run_until(rounds, hangs.is_set)
    assert cut.is_set()
    assert rounds.problems() == {BAD.name: ""}
