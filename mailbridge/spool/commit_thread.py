"""
One thread that writes and syncs for all sessions of a process: many mails share one write and one fdatasync.

While it waits for the disk, steps for it gather; the next batch takes them all. What only has to survive the end of
this process is answered when it is written, what has to survive a power cut when it is synced. Nothing in the dialogue
with a client touches the disk or waits for it except by awaiting a step.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue

from mailbridge.errors import Unavailable
from mailbridge.spool.segments import Broken, NoRoom
from mailbridge.spool.steps import Step, answer
from mailbridge.spool.writing import SlotWriter

log = logging.getLogger("mailbridge.spool")

# An acceptance is written at once and synced with the next batch; after so many seconds it is synced in any case.
_SYNC_AFTER = 1.0
# Seconds after a batch in which the thread looks by itself for what need not wake it.
_ATTENDS = 0.03
# How often what failed is tried again.
_TRY_AGAIN = 1.0
# Content that comes in without a sync is synced in steps, so that no small mail waits for 25 MB of a large one.
_SYNC_CONTENT = 8 << 20


class CommitThread:
    """
    The thread and its queue.

    Args:
        open_writer: Takes a journal for this process, when the first step comes; raises `OSError` or `Unavailable`.
        tend: Called with the writer between batches at times; says whether something is left to do. Raises nothing.
    """

    def __init__(self, open_writer: Callable[[], SlotWriter], tend: Callable[[SlotWriter], bool]) -> None:
        self._open_writer = open_writer
        self._tend = tend
        self._queue: SimpleQueue[Step | None] = SimpleQueue()
        self._soon: deque[Step] = deque()
        self._attends = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._writer: SlotWriter | None = None
        self._unsynced_since: float | None = None
        self._tend_at = float("-inf")
        self._is_left = False
        self.rounds = 0

    @property
    def writer(self) -> SlotWriter | None:
        """The journal this process writes, if it does yet."""
        return self._writer

    def post(self, step: Step) -> None:
        """Queue a step for which nobody waits; when it cannot be taken, nothing happens."""
        self._put(step)

    def post_soon(self, step: Step) -> None:
        """Queue a step for which nobody waits, and which need not wake the thread: it goes with the next batch."""
        self._soon.append(step)
        # In this order: the thread looks for such steps after it has ceased to attend.
        if not self._attends:
            self._put(Step())

    async def ask(self, step: Step) -> None:
        """Queue a step and wait for it; who is cancelled does not stop it. Raises `Unavailable`."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        step.loop, step.waiter = loop, waiter
        if not self._put(step):
            raise Unavailable("spool", "closed")
        await waiter

    def submit(self, step: Step) -> Future[None]:
        """Queue a step from any thread; the future ends with it, or with `Unavailable`."""
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()
        step.waiter = future
        if not self._put(step):
            future.set_exception(Unavailable("spool", "closed"))
        return future

    def close(self) -> None:
        """Finish what waits, and end the thread; what comes later is refused."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _put(self, step: Step) -> bool:
        if self._thread is None or self._closed:
            with self._lock:
                if self._closed:
                    return False
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="spool-committer", daemon=True)
                    self._thread.start()
        self._queue.put(step)
        return True

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._gather()
            try:
                self._commit(batch)
                self._look_after(batch)
            except Exception as error:  # the thread must outlive a bug; who waits hears of it
                log.exception("a batch failed")
                answer([step for step in batch if not step.is_answered], Unavailable("spool", repr(error)))
        self._end()

    def _gather(self) -> tuple[list[Step], bool]:
        batch: list[Step] = []
        going = True
        try:
            step = self._queue.get(timeout=self._patience())
            while step is not None:
                batch.append(step)
                step = self._queue.get_nowait()
            going = False
        except Empty:
            self._attends = bool(batch)
        while self._soon:
            batch.append(self._soon.popleft())
        return batch, going

    def _patience(self) -> float | None:
        now = time.monotonic()
        times = [self._tend_at - now] if self._is_left else []
        if self._attends:
            times.append(_ATTENDS)
        if self._unsynced_since is not None:
            times.append(self._unsynced_since + _SYNC_AFTER - now)
        if self._writer is not None:
            if self._writer.owes:
                times.append(_TRY_AGAIN)
            left = self._writer.seconds_left()
            if left is not None:
                times.append(left)
        return max(0.0, min(times)) if times else None

    def _commit(self, batch: list[Step]) -> None:
        if not batch and self._writer is None:
            return
        self.rounds += 1
        try:
            if self._writer is None:
                self._writer = self._open_writer()
        except (OSError, Unavailable) as error:
            for step in batch:
                step.miss(None)
            answer(batch, _unavailable(error))
            return
        writer = self._writer
        ahead = iter(batch)
        try:
            writer.pay()
            for step in ahead:
                self._place(step, writer)
            writer.flush()
            written, durable = _sorted(batch)
            for step in batch:
                if step.error is None:
                    step.finish(writer)
            with suppress(NoRoom):
                writer.pay()
            writer.flush()
            if written:
                answer(written)
            if durable or writer.unsynced_content >= _SYNC_CONTENT:
                self._sync(writer)
                answer(durable)
        except OSError as error:
            self._fail(writer, batch, list(ahead), error)

    def _place(self, step: Step, writer: SlotWriter) -> None:
        try:
            step.place(writer)
        except Broken:
            raise
        except OSError as error:
            step.error = _unavailable(error)

    def _fail(self, writer: SlotWriter, batch: list[Step], ahead: list[Step], error: OSError) -> None:
        """Answer those who were not answered; what the next hop said is not lost with the segment."""
        log.error("the journal cannot be written", extra={"detail": str(error)})
        if isinstance(error, Broken):
            writer.break_off()
        missed = set(map(id, ahead))
        for step in batch:
            if id(step) in missed:
                step.miss(writer)
            elif not step.is_answered:
                step.lose(writer)
        answer([step for step in batch if not step.is_answered], _unavailable(error))

    def _look_after(self, batch: list[Step]) -> None:
        """Do what time asks for: sync what waits for it, close an old segment, prepare the next one."""
        writer = self._writer
        if writer is None:
            return
        now = time.monotonic()
        if not writer.is_unsynced:
            self._unsynced_since = None
        elif self._unsynced_since is None:
            self._unsynced_since = now
        try:
            if self._unsynced_since is not None and now >= self._unsynced_since + _SYNC_AFTER:
                self._sync(writer)
            writer.close_old()
        except Broken:
            writer.break_off()
        writer.prepare()
        if now >= self._tend_at:
            self._is_left = self._tend(writer)
            self._tend_at = now + _TRY_AGAIN

    def _sync(self, writer: SlotWriter) -> None:
        writer.sync()
        self._unsynced_since = None

    def _end(self) -> None:
        writer = self._writer
        if writer is None:
            return
        try:
            writer.pay()
            writer.finish_segment()
        except OSError as error:
            log.error("the journal was not closed", extra={"detail": str(error)})
        writer.close()


def _sorted(batch: list[Step]) -> tuple[list[Step], list[Step]]:
    """Part those that are answered when written, or failed, from those that wait for the sync."""
    durable = [step for step in batch if step.is_durable and step.error is None]
    return [step for step in batch if not step.is_durable or step.error is not None], durable


def _unavailable(error: OSError | Unavailable) -> Unavailable:
    if isinstance(error, Unavailable):
        return error
    failure = Unavailable("spool", str(error))
    failure.__cause__ = error
    return failure
