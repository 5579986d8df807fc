"""
CPU of one mail, and how it is found: `mailbridge try` over few and over many copies of it.

The difference of the CPU of both runs, with all processes that they started, is what the mails between cost, without
the start of the program. Each mail is read anew: nothing is remembered between two.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import page
from bench.verdicts import Verdict

_FEW = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """CPU of one mail in ms: the median of the rounds, and all of them."""

    name: str
    limit: float
    rounds: tuple[float, ...]

    def verdict(self) -> Verdict:
        """Hold it against its aim."""
        value = median(self.rounds) if self.rounds else None
        return Verdict(aim=self.name, value=value, limit=self.limit, unit="ms CPU")


def table_of(costs: Sequence[Cost]) -> str:
    """Write a table with every round."""
    rows = (f"| {cost.name} | {' · '.join(page.number(value) for value in cost.rounds)} |" for cost in costs)
    return "\n".join(("| what | CPU ms a mail, each round |", "| --- | --- |", *rows))


def environment(project: Path) -> dict[str, str]:
    """Return what a program of the tree that is measured is started with."""
    return {"PYTHONPATH": str(project), "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trying:
    """`mailbridge try` of one tree, in one world: a zone file, a moment (RFC 3339), and what else is told to it."""

    project: Path
    zone: Path
    at: str
    words: tuple[str, ...] = ()

    def command(self, folder: Path, jobs: int = 1) -> list[str]:
        """Return the words of the command over all mails of a folder."""
        return [
            *(sys.executable, "-P", "-m", "mailbridge", "try", "--json", "-j", str(jobs)),
            *("--zone", str(self.zone), "--at", self.at, *self.words, str(folder)),
        ]

    def cpu_of(self, folder: Path) -> float:
        """Return the CPU seconds of one run and of all processes that it waited for."""
        before = _children()
        self.said(folder)
        return _children() - before

    def said(self, folder: Path) -> bytes:
        """Return what one run said, a JSON object a line; ends this program when it did not judge every mail."""
        ran = subprocess.run(
            self.command(folder),
            env=environment(self.project),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if ran.returncode or ran.stdout.count(b"\n") != len(list(folder.iterdir())):
            raise SystemExit(f"bench: try ended with {ran.returncode} and {ran.stdout.count(b'{')} lines")
        return ran.stdout

    def rounds(self, mails: Sequence[bytes], folder: Path, *, count: int, rounds: int) -> tuple[float, ...]:
        """Return the CPU of one of these mails in ms, each round by `count` more of them; `folder` is made."""
        few, many = folder / "few", folder / "many"
        fill(few, mails, _FEW)
        fill(many, mails, _FEW + count)
        return tuple((self.cpu_of(many) - self.cpu_of(few)) / count * 1000 for _ in range(rounds))


def fill(folder: Path, mails: Sequence[bytes], count: int) -> None:
    """Make a folder of so many mails, no two of them equal."""
    folder.mkdir(parents=True)
    for number in range(count):
        mail = mails[number % len(mails)]
        (folder / f"{number:05d}.eml").write_bytes(b"X-Number: %d\r\n" % number + mail)


def _children() -> float:
    used = os.times()
    return used.children_user + used.children_system
