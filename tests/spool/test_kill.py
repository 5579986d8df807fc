"""Two writers that are killed again and again, and a walk that goes on: nothing is lost, nothing comes twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.spool import Spool

SECONDS = 6.0


class Writer:
    """A process that is begun anew whenever it was killed."""

    def __init__(self, root: Path, log: Path, name: int) -> None:
        self.root, self.log, self.name, self.starts = root, log, name, 0
        self.start()

    def start(self) -> None:
        self.starts += 1
        command = [sys.executable, "-m", "tests.spool.writer_process", str(self.root), f"{self.name}-{self.starts}"]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, cwd=Path(__file__).parents[2])
        self.dies_at = time.monotonic() + random.uniform(0.5, 2.0)

    def tend(self) -> None:
        assert self.process.poll() is None, "it ended by itself"
        if time.monotonic() > self.dies_at:
            self.kill()
            self.start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)


@contextmanager
def writers(root: Path, log: Path, count: int) -> Iterator[list[Writer]]:
    made = [Writer(root, log, number) for number in range(count)]
    try:
        yield made
    finally:
        for each in made:
            each.kill()


def test_kill_9_at_random_moments(tmp_path: Path) -> None:
    root, log = tmp_path / "spool", tmp_path / "promises"
    walk = Spool(root, segment_size=1 << 20)
    released: Counter[str] = Counter()
    ledger: list[Delivery] = []
    with writers(root, log, 2) as made:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for each in made:
                each.tend()
            step(walk, released, ledger, most=20)
    assert sum(each.starts for each in made) > 4
    last = Spool(root, segment_size=1 << 20)
    last.recover()
    last.close()
    unknown = {mail.id for mail in walk.unknown()}
    while step(walk, released, ledger, most=1000):
        pass
    promised: dict[str, str] = {}
    for line in log.read_text().splitlines():
        word, mail_id = line.split()
        promised[mail_id] = word
    fates = {one.mail_id: one.fate for one in ledger}
    for mail_id, word in promised.items():
        assert mail_id in fates, f"{word}, and no fate"
        match word:
            case "accept":
                assert (fates[mail_id], released[mail_id], mail_id in unknown) == (Fate.DELIVERED, 1, False)
            case "refuse":
                assert (fates[mail_id], released[mail_id], mail_id in unknown) == (Fate.REFUSED, 0, False)
            case "unknown":
                assert (fates[mail_id], released[mail_id], mail_id in unknown) == (Fate.HELD, 0, True)
            case _:
                # Killed behind the seal: accepted, refused, or nobody knows; but not nothing.
                assert released[mail_id] + (mail_id in unknown) + (fates[mail_id] is Fate.REFUSED) == 1
    assert set(released.values()) == {1}
    for writer in {one.writer for one in ledger}:
        serials = [one.serial for one in ledger if one.writer == writer]
        assert serials == list(range(1, len(serials) + 1))
    assert len(promised) > 100
    # Nearly all of it was wiped on the way.
    walk.noted(())
    assert len(list((root / "journal").glob("[0-9]*/[0-9]*.seg"))) <= 2
    walk.close()


def step(walk: Spool, released: Counter[str], ledger: list[Delivery], *, most: int) -> bool:
    """Walk some mails; True when there was something to do."""
    waiting = list(walk.waiting())
    for mail_id in waiting[:most]:
        assert walk.load(mail_id).content.startswith(b"0123456789abcdef")
        walk.release(mail_id, keep=False)
        released[mail_id] += 1
    told = walk.deliveries(100)
    walk.noted(told)
    ledger += told
    return bool(waiting or told)
