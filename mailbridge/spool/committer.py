"""
One thread that makes files durable, and lets many share one fsync.

While it waits for the disk, work for it gathers; the next round does all of that work and then syncs each directory
once. Nothing in the SMTP dialogue waits for a disk except by awaiting its own future.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from mailbridge.errors import Unavailable

Work = Callable[[], Path]


class Committer:
    """Runs work that changes files, and answers when file and directory are on the disk."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[Work, Future[None]]] = []
        self._thread: threading.Thread | None = None
        self._closed = False
        self.rounds = 0

    def submit(self, work: Work) -> Future[None]:
        """
        Queue work; it returns the directory whose entries it changed.

        The future ends when that directory is synced, or with `Unavailable` when work or sync failed.
        """
        future: Future[None] = Future()
        # From now on it cannot be cancelled: who no longer waits must not stop what is already promised.
        future.set_running_or_notify_cancel()
        with self._changed:
            if self._closed:
                future.set_exception(Unavailable("spool", "closed"))
                return future
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="spool-committer", daemon=True)
                self._thread.start()
            self._waiting.append((work, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Finish what waits, and end the thread; work that comes later is refused."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if not self._waiting:
                    return
                batch, self._waiting = self._waiting, []
            self._commit(batch)

    def _commit(self, batch: list[tuple[Work, Future[None]]]) -> None:
        self.rounds += 1
        done: dict[Path, list[Future[None]]] = {}
        for work, future in batch:
            try:
                done.setdefault(work(), []).append(future)
            except OSError as error:
                future.set_exception(_unavailable(error))
            except Exception as error:  # noqa: BLE001 - the thread must outlive a bug; who waits hears of it
                future.set_exception(error)
        for directory, futures in done.items():
            try:
                sync_directory(directory)
            except OSError as error:
                for future in futures:
                    future.set_exception(_unavailable(error))
            else:
                for future in futures:
                    future.set_result(None)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable (fsync(2): syncing a file does not sync its name)."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(error: OSError) -> Unavailable:
    failure = Unavailable("spool", str(error))
    failure.__cause__ = error
    return failure
