from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.reading.problems import Problem, Unreadable
from mailbridge.reading.sandbox import Sandbox

TASKS = "tests.reading.tasks_reading"
SECONDS = 1.0


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(seconds=SECONDS, memory=128 << 20, preload=(f"{TASKS}:nothing",))
    made.run(f"{TASKS}:echo", b"")
    yield made
    made.close()


def problem_of(sandbox: Sandbox, task: str, *arguments: object) -> Problem:
    with pytest.raises(Unreadable) as caught:
        sandbox.run(f"{TASKS}:{task}", *arguments)
    return caught.value.problem


def descendants(ancestor: int | None = None) -> set[int]:
    """Return the processes below one (this one), zombies too."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, _, rest = (folder / "stat").read_text().rpartition(")")
        except OSError:  # it has just ended
            continue
        parents[int(folder.name)] = int(rest.split()[1])
    found: set[int] = set()
    waiting = {ancestor or os.getpid()}
    while waiting:
        waiting = {pid for pid, parent in parents.items() if parent in waiting} - found
        found |= waiting
    return found


def is_running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_answer_comes_back_whatever_its_size(sandbox: Sandbox) -> None:
    content = os.urandom(5_000_000)
    assert sandbox.run(f"{TASKS}:echo", content) == content


@pytest.mark.parametrize("task", ["spin", "sleep", "spin_deaf"])
def test_time_out_ends_the_child_and_leaves_nothing(sandbox: Sandbox, task: str) -> None:
    before = descendants()
    assert problem_of(sandbox, task) is Problem.TIMEOUT
    assert descendants() <= before


@pytest.mark.parametrize("task", ["hog", "hog_in_c"])
def test_memory_hog_is_told_from_a_crash(sandbox: Sandbox, task: str) -> None:
    assert problem_of(sandbox, task) is Problem.MEMORY


@pytest.mark.parametrize(("task", "arguments"), [("leave", (3,)), ("crash", ()), ("fail", ())])
def test_crash_is_a_malformed_file(sandbox: Sandbox, task: str, arguments: tuple[int, ...]) -> None:
    before = descendants()
    assert problem_of(sandbox, task, *arguments) is Problem.MALFORMED
    assert descendants() <= before


def test_endless_answer_is_cut_off(sandbox: Sandbox) -> None:
    assert problem_of(sandbox, "flood") is Problem.TOO_LARGE


def test_child_that_leaves_silently_with_success_gives_an_empty_answer(sandbox: Sandbox) -> None:
    assert sandbox.run(f"{TASKS}:leave", 0) == b""


def test_what_a_child_started_dies_with_it(sandbox: Sandbox) -> None:
    before = descendants()
    answer = sandbox.run(f"{TASKS}:start_another")
    deadline = time.monotonic() + 5
    while descendants() != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert descendants() <= before, answer


def test_child_has_no_rights_and_no_network(sandbox: Sandbox, tmp_path: Path) -> None:
    told = json.loads(sandbox.run(f"{TASKS}:who", str(tmp_path / "written")))
    assert told["wrote"] == "OSError"
    assert (tmp_path / "written").stat().st_size == 0
    assert told["core"] == [0, 0]
    assert told["files"][1] <= 32
    assert told["handles"] <= 5  # null three times, the socket, and the listing of the folder
    assert set(told["environment"]) <= {"LC_ALL", "LD_LIBRARY_PATH"}
    status = dict(re.findall(r"^(\w+):\s*(.*)$", told["status"], re.MULTILINE))
    assert status["NoNewPrivs"] == "1"
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    if told["own_network"]:
        assert told["interfaces"] == ["lo"]


def test_parallel_tasks_do_not_wait_for_each_other(sandbox: Sandbox) -> None:
    async def run() -> list[list[float]]:
        calls = (asyncio.to_thread(sandbox.run, f"{TASKS}:nap", 0.8) for _ in range(4))
        return [json.loads(answer) for answer in await asyncio.gather(*calls)]

    naps = asyncio.run(run())
    assert max(began for began, _ in naps) < min(ended for _, ended in naps)


def test_nursery_killed_from_outside_is_started_again() -> None:
    sandbox = Sandbox(seconds=5, memory=128 << 20, preload=())
    before = descendants()
    try:
        assert sandbox.run(f"{TASKS}:echo", b"one") == b"one"
        [nursery] = descendants() - before
        os.kill(nursery, signal.SIGKILL)
        assert sandbox.run(f"{TASKS}:echo", b"two") == b"two"
    finally:
        sandbox.close()
    assert descendants() <= before


def test_nursery_killed_during_a_task_is_no_fault_of_the_file() -> None:
    sandbox = Sandbox(seconds=5, memory=128 << 20, preload=())
    before = descendants()
    try:
        sandbox.run(f"{TASKS}:echo", b"")
        with pytest.raises(Unavailable):
            sandbox.run(f"{TASKS}:kill_parent")
    finally:
        sandbox.close()
    assert descendants() <= before


def test_preload_that_fails_is_unavailable(capfd: pytest.CaptureFixture[str]) -> None:
    before = descendants()
    sandbox = Sandbox(seconds=1, memory=128 << 20, preload=("no.such.module:function",))
    with pytest.raises(Unavailable):
        sandbox.run(f"{TASKS}:echo", b"")
    assert "ModuleNotFoundError" in capfd.readouterr().err
    assert descendants() <= before


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
print("script runs", flush=True)
from mailbridge.reading.sandbox import Sandbox
sandbox = Sandbox(seconds=30, memory=1 << 27, preload=())
print(sandbox.run("tests.reading.tasks_reading:echo", b"hello").decode(), flush=True)
{ending}
"""


def test_script_without_guard_is_run_once_and_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(root=str(Path.cwd()), ending=""))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, start_new_session=True, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "script runs\nhello\n", "")


def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    ending = "sandbox.run('tests.reading.tasks_reading:sleep')"
    script.write_text(SCRIPT.format(root=str(Path.cwd()), ending=ending))
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, cwd=tmp_path) as parent:
        assert parent.stdout is not None
        while parent.stdout.readline() != b"hello\n":
            pass
        deadline = time.monotonic() + 20
        while len(family := descendants(parent.pid)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        parent.kill()
    deadline = time.monotonic() + 5
    while any(map(is_running, family)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(is_running, family))
