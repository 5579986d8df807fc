"""The child: woken, started anew when it dies, ended with its parent; real processes, made of a few lines."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbridge.control import child as room
from mailbridge.control.child import Child
from mailbridge.control.lifeline import VARIABLE, Lifeline
from mailbridge.control.status import ChildState

BEGIN = """
import asyncio, os, sys
from mailbridge.control.lifeline import Lifeline
line = Lifeline.inherited()
assert "MAILBRIDGE_LIFELINE" not in os.environ
note = open(sys.argv[1], "a", buffering=1)
async def main():
    end = asyncio.Event()
    def ended():
        note.write("end\\n")
        end.set()
    line.hold(lambda: note.write("wake\\n"), ended)
    line.say_ready("/run/x.sock")
    note.write(f"up {os.getpid()}\\n")
    await end.wait()
"""
LIVES = BEGIN + "asyncio.run(main())\n"
HANGS = BEGIN + "asyncio.run(main())\nimport time\ntime.sleep(60)\n"
FAILS = "raise SystemExit(int(open(__import__('sys').argv[1]).read()))\n"


async def until(test: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not test():
            await asyncio.sleep(0.02)


def child_of(script: str, notes: Path, **options: float) -> Child:
    return Child([sys.executable, "-c", script, str(notes)], ("work", "send"), **options)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


async def test_it_is_woken_and_ends_with_the_program(notes: Path) -> None:
    child, stop = child_of(LIVES, notes), asyncio.Event()
    running = asyncio.create_task(child.run(stop))
    before = child.status
    await asyncio.wait_for(child.first_try.wait(), 20)
    now = child.status
    assert (before.state, now.state) == (ChildState.STARTING, ChildState.RUNNING)
    assert now.socket == "/run/x.sock"
    assert now.pid is not None
    child.wake()
    await until(lambda: "wake" in notes.read_text())
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0
    assert notes.read_text().split()[-1] == "end"
    assert child.status.pid is None
    child.wake()


async def test_one_that_is_killed_is_started_anew(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_SHORTEST", 0.05)
    child, stop = child_of(LIVES, notes), asyncio.Event()
    running = asyncio.create_task(child.run(stop))
    for lives in (1, 2):
        await until(lambda lives=lives: notes.read_text().count("up") == lives)  # type: ignore[misc]  # bound at once
        await until(lambda: child.status.state is ChildState.RUNNING)
        assert child.status.restarts == lives - 1
        if child.status.pid and lives == 1:
            os.kill(child.status.pid, signal.SIGKILL)
    assert child.status.last_exit == -signal.SIGKILL
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0


async def test_the_pauses_grow(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_SHORTEST", 0.1)
    monkeypatch.setattr(room, "_LONGEST", 0.2)
    notes.write_text("75")
    pauses: list[float] = []
    monkeypatch.setattr(room.log, "error", lambda _text, extra: pauses.append(extra["pause"]))
    child, stop = child_of(FAILS, notes), asyncio.Event()
    running = asyncio.create_task(child.run(stop))
    await until(lambda: len(pauses) == 4)
    assert child.first_try.is_set()
    assert (child.status.state, child.status.last_exit) == (ChildState.WAITING, 75)
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0
    assert pauses == [0.1, 0.2, 0.2, 0.2]


async def test_one_that_cannot_use_the_configuration_ends_all(notes: Path) -> None:
    notes.write_text("78")
    assert await asyncio.wait_for(child_of(FAILS, notes).run(asyncio.Event()), 20) == 78


async def test_one_that_does_not_end_is_killed(notes: Path) -> None:
    child, stop = child_of(HANGS, notes, end_within=0.2), asyncio.Event()
    running = asyncio.create_task(child.run(stop))
    await asyncio.wait_for(child.first_try.wait(), 20)
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0
    assert "end" in notes.read_text()


async def test_a_program_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_SHORTEST", 0.01)
    child, stop = Child(["/nowhere/at/all"], ("work",)), asyncio.Event()
    running = asyncio.create_task(child.run(stop))
    await until(lambda: child.status.restarts > 0)
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0


async def test_when_the_parent_is_killed_the_child_ends(notes: Path) -> None:
    parent = f"""
import asyncio, sys
from mailbridge.control.child import Child
asyncio.run(Child([sys.executable, "-c", {LIVES!r}, sys.argv[1]], ("work",)).run(asyncio.Event()))
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", parent, str(notes))
    await until(lambda: "up" in notes.read_text())
    process.kill()
    await process.wait()
    await until(lambda: "end" in notes.read_text())


@pytest.mark.parametrize("environment", [{}, {VARIABLE: "x"}, {VARIABLE: "99999"}, {VARIABLE: ""}])
def test_without_a_parent_there_is_no_line(environment: dict[str, str]) -> None:
    assert Lifeline.inherited(environment) is None
    assert environment == {}
