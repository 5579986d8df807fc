"""
End what the measurements started, whatever went wrong in between.

Peers are daemons: Postfix's master leaves its parent, Haraka forks. As a subreaper (prctl(2)) this process becomes the
parent of every descendant whose own parent ends, so that at the end none can be overlooked, and nothing else is hit.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 8.0
"""Seconds between asking to end and ending by force; as long as the peers' own starter waits."""


class TookTooLong(Exception):
    """The time for the whole run is over."""


@contextmanager
def nothing_left_behind(seconds: float | None = None) -> Iterator[None]:
    """
    Run the block; then end all processes below this one.

    SIGTERM ends the block as Ctrl-C does. Raises `TookTooLong` in the block after so many seconds.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGALRM)}
    if seconds is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        # From here on a second signal must not leave half of them running.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        end_descendants()
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(number: int, _frame: FrameType | None) -> None:
    if number == signal.SIGALRM:
        raise TookTooLong("the time for the whole run is over")
    sys.exit(128 + number)


def end_descendants() -> None:
    """Ask all processes below this one to end, then force those that stay; waits until none is left."""
    for number, patience in ((signal.SIGTERM, _PATIENCE), (signal.SIGKILL, _PATIENCE)):
        for pid in descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            left = descendants(os.getpid())
            _reap()
            if not left:
                return
            time.sleep(0.05)


def descendants(root: int) -> list[int]:
    """Return the living processes below `root`, without it; those that only wait to be reaped do not count."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # proc(5): the name in parentheses may hold anything; state and parent follow it.
                state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                if state != "Z":
                    children.setdefault(int(parent), []).append(int(entry.name))
    found: list[int] = []
    todo = [root]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
