"""The one thread that makes files durable."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbridge.errors import Unavailable
from mailbridge.spool.committer import Committer


def test_a_failing_work_fails_alone(tmp_path: Path) -> None:
    committer = Committer()

    def broken() -> Path:
        raise OSError(28, "No space left on device")

    def bug() -> Path:
        raise KeyError("bug")

    results = [committer.submit(work) for work in (lambda: tmp_path, broken, bug, lambda: tmp_path)]
    results[0].result(10)
    with pytest.raises(Unavailable, match="No space"):
        results[1].result(10)
    with pytest.raises(KeyError):
        results[2].result(10)
    results[3].result(10)
    committer.close()


def test_a_directory_that_cannot_be_synced_fails_all_of_its_work(tmp_path: Path) -> None:
    committer = Committer()
    results = [committer.submit(lambda: tmp_path / "gone") for _ in range(3)]
    for result in results:
        with pytest.raises(Unavailable):
            result.result(10)
    committer.close()
    with pytest.raises(Unavailable):
        committer.submit(lambda: tmp_path).result(10)


def test_closing_finishes_what_waits(tmp_path: Path) -> None:
    committer = Committer()
    done: list[int] = []

    def work() -> Path:
        done.append(1)
        return tmp_path

    for _ in range(50):
        committer.submit(work)
    committer.close()
    assert len(done) == 50
