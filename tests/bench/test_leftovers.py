"""A process of its own, since what ends descendants must not end those of pytest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]

DAEMON = """
import os, subprocess, sys, time
from bench.leftovers import TookTooLong, nothing_left_behind
with nothing_left_behind(float(sys.argv[1]) if sys.argv[1] else None):
    # A daemon: its parent ends, and it stands in a session of its own.
    inner = "import subprocess; print(subprocess.Popen(['sleep', '60'], start_new_session=True).pid, flush=True)"
    subprocess.run([sys.executable, "-c", inner], check=True)
    if sys.argv[2] == "wait":
        time.sleep(60)
"""


def _start(seconds: str, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DAEMON, seconds, then],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def _daemon_of(program: subprocess.Popen[str]) -> int:
    assert program.stdout
    return int(program.stdout.readline())


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_daemon_that_left_its_parent_ends_with_the_block() -> None:
    with _start("", "leave") as program:
        daemon = _daemon_of(program)
        program.communicate(timeout=30)
    assert program.returncode == 0
    assert not _lives(daemon)


def test_a_terminated_run_leaves_nothing_behind() -> None:
    with _start("", "wait") as program:
        daemon = _daemon_of(program)
        time.sleep(0.2)
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=30)
    assert program.returncode == 128 + signal.SIGTERM
    assert not _lives(daemon)


def test_a_run_that_takes_too_long_ends_and_leaves_nothing_behind() -> None:
    with _start("1", "wait") as program:
        daemon = _daemon_of(program)
        _, complaint = program.communicate(timeout=30)
    assert "TookTooLong" in complaint
    assert not _lives(daemon)
