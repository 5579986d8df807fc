"""What the files of a mail may cost."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from mailbridge.reading.problems import Problem, Unreadable


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    What one file may cost, and all files of one mail.

    `seconds` of wall and CPU time and `memory` (octets, beyond the parsers themselves) hold for each of its readers,
    `scan_seconds` for the one that recognises letters; `mail_seconds` is what all readers of one mail take together:
    when it is used up, its other files are not opened. `pages_first` and `pages_last` are read, those between are not;
    `parallel` readers run at once. `unpacked_octets` and `unpacked_files` is what all containers of one mail may
    give, `levels` how many may lie in one another.
    """

    seconds: float = 10.0
    scan_seconds: float = 60.0
    mail_seconds: float = 60.0
    memory: int = 512 * 1024 * 1024
    pages_first: int = 3
    pages_last: int = 2
    parallel: int = field(default_factory=lambda: os.cpu_count() or 1)
    unpacked_octets: int = 200 * 1024 * 1024
    unpacked_files: int = 500
    levels: int = 3


class Allowance:
    """
    The seconds that the files of one mail may still take.

    What is counted is the work on them: a mail does not pay for the one beside it, for which its readers had to wait.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = self._left = seconds
        self._lock = Lock()

    @contextmanager
    def used(self) -> Iterator[None]:
        """Count the time of one reader; raises `Unreadable` when nothing is left to begin with."""
        if self._left <= 0:
            raise Unreadable(Problem.TIMEOUT, f"the files of this mail took more than {self._seconds:g} s together")
        began = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._left -= time.monotonic() - began
