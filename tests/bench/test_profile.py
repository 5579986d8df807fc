from __future__ import annotations

import os
import threading

from bench.profile import tally, threads

START = "thread (7): MainThread;run (lib/site-packages/click/core.py:4)"
STACKS = [
    f"{START};serve (mailbridge/hop.py:10);hash (mailbridge/a.py:5) 30",
    f"{START};serve (mailbridge/hop.py:12) 10",
]


def test_samples_are_counted_by_line_and_by_function() -> None:
    own, within, total = tally(STACKS)
    assert total == 40
    assert own == {"hash (mailbridge/a.py:5)": 30, "serve (mailbridge/hop.py:12)": 10}
    assert within["serve (mailbridge/hop.py)"] == 40
    assert not [name for name in within if "click" in name]


def test_a_function_that_calls_itself_counts_once() -> None:
    _, within, _ = tally(["walk (a.py:1);walk (a.py:2) 5"])
    assert within == {"walk (a.py)": 5}


def test_every_thread_of_a_process_is_seen() -> None:
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert {os.getpid(), other.native_id} <= set(threads(os.getpid()))
    finally:
        over.set()
        other.join()
