"""No number lost, none given twice, one letter for each entry: through `kill -9`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.registry.builders_journal import proven
from tests.registry.builders_registry import sha256
from tests.registry.conftest import Database

ROOT = Path(__file__).parents[2]
ROUNDS = 2
TOGETHER = 2


def start(url: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.registry.entering_process", url, name]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )


def kill_in_full_run(running: list[subprocess.Popen[str]], after: float) -> list[str]:
    """Wait until each has committed something, let them go on, kill them, and return all they promised."""
    firsts = []
    for process in running:
        assert process.stdout
        firsts.append(process.stdout.readline())
    time.sleep(after)
    for process in running:
        process.kill()
    said = list(firsts)
    for process in running:
        assert process.stdout
        # Not `communicate()`: it reads the pipe past the reader of `readline()`, and what that reader holds is lost.
        # The last line may be cut: then nothing was promised by it.
        with process.stdout as output:
            said += [line for line in output if line.endswith("\n")]
        process.wait(timeout=30)
    return said


@pytest.mark.timeout(120)
def test_no_gap_no_double_one_letter_each_through_kill_9(database: Database) -> None:
    promised: dict[str, int] = {}
    for turn in range(ROUNDS):
        running = [start(database.url, f"{turn}-{one}") for one in range(TOGETHER)]
        for line in kill_in_full_run(running, after=0.15 + 0.13 * turn):
            document, number = line.split()
            promised[document] = int(number)

    entries = list(database.books.entries())
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert len(promised) >= ROUNDS * TOGETHER
    there = {entry.draft.document_sha256: entry.number for entry in entries}
    assert {sha256(document): number for document, number in promised.items()}.items() <= there.items()
    letters = Counter(one.letter.key for one in database.books.letters())
    assert letters == Counter(f"ack-{entry.id}" for entry in entries)
    assert {case.mail_id for case in database.books.cases()} == {entry.draft.mail_id for entry in entries}
    # No row without its link, no link without its rows, whenever the program was killed.
    found = proven(database.engine)
    assert (found.faults, found.entries) == ((), len(entries))
