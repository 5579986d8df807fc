"""The answer's delay at a given rate, with the walk at rest and while it works off a backlog on the other core."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean

from bench.equipment import say
from bench.leftovers import descendants
from bench.loads import Load, Measured
from bench.stage import Stage, tell
from bench.verdicts import MAILBRIDGE, WALKING

_BUSY_AFTER = 3.0
"""CPU seconds after which the walk is past its start, which takes about one."""
_BUSY_WITHIN = 20.0
_STOPS_WITHIN = 15.0


@dataclass(slots=True)
class Walked:
    """Cores that the walk used, each time that the door was measured beside it; none when nothing was left to walk."""

    cores: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return f"the walk used {mean(self.cores):.2f} cores in the mean, at least {min(self.cores):.2f}"


def fill(stage: Stage, mails: int) -> None:
    """Let the hop take official documents that nobody walks yet."""
    say(f"filling the spool with {mails} official documents …")
    words = ("--conns", "8", "--per-conn", "20", "--messages", str(mails), "--duration", "25")
    stage.send(MAILBRIDGE, stage.equipment.mails("official"), *words, timeout=90)


def paced_rounds(
    stage: Stage, names: Sequence[str], load: Load, seconds: float, *, count: int, project: Path, walked: Walked
) -> list[Measured]:
    """
    Measure all targets at the load's rate in turn, and MailBridge once more with its walk at work.

    The walk runs in those moments only, so that the others do not pay for it.
    """
    found: list[Measured] = []
    for turn in range(-1, count):
        for name in random.sample([*names, WALKING], len(names) + 1):
            time_for_it = seconds if turn >= 0 else min(1.0, seconds)
            if name == WALKING:
                one = _beside_walk(stage, load, time_for_it, turn, project, walked)
            else:
                one = stage.measure(name, load, time_for_it, turn=turn)
            tell(load, one)
            if turn >= 0:
                found.append(one)
    order = [*names, WALKING]
    return sorted(found, key=lambda one: order.index(one.target))


def _beside_walk(stage: Stage, load: Load, seconds: float, turn: int, project: Path, walked: Walked) -> Measured:
    with _walk(stage, project) as walk:
        cpu, begun = stage.used([walk])[0], time.monotonic()
        one = stage.measure(MAILBRIDGE, load, seconds, turn=turn)
        walked.cores.append((stage.used([walk])[0] - cpu) / (time.monotonic() - begun))
    return replace(one, target=WALKING)


@contextmanager
def _walk(stage: Stage, project: Path) -> Iterator[int]:
    """Run the walk over the spool of the hop, as `mailbridge serve` runs it: in a process of its own, at nice 10."""
    folder = stage.folder(MAILBRIDGE)
    with (folder / "walk.log").open("ab") as log:
        walk = subprocess.Popen(
            [
                "nice",
                "-n",
                "10",
                sys.executable,
                "-P",
                "-m",
                "mailbridge",
                "-c",
                str(folder / "config"),
                "serve",
                "--role",
                "work",
            ],
            env={"PYTHONPATH": str(project), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            until = time.monotonic() + _BUSY_WITHIN
            while stage.used([walk.pid])[0] < _BUSY_AFTER and time.monotonic() < until and walk.poll() is None:
                time.sleep(0.1)
            yield walk.pid
        finally:
            readers = descendants(walk.pid)
            walk.terminate()
            try:
                walk.wait(_STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                walk.kill()
                walk.wait()
            until = time.monotonic() + _STOPS_WITHIN
            while any(Path(f"/proc/{pid}").exists() for pid in readers) and time.monotonic() < until:
                time.sleep(0.1)
