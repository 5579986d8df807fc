"""What the doors ask of the commit thread, and how the thread answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress

from mailbridge.spool.frames import Kind
from mailbridge.spool.writing import Entry, SlotWriter


class Step:
    """
    One thing to be written, and who waits for it.

    `is_durable`: the answer comes after a sync. The waiter is a future of an event loop, one of threads, or nobody.
    """

    __slots__ = ("error", "is_answered", "loop", "waiter")
    is_durable = False

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.waiter: asyncio.Future[None] | Future[None] | None = None
        self.error: Exception | None = None
        self.is_answered = False

    def place(self, writer: SlotWriter) -> None:
        """Add its frames to the journal; raises `NoRoom` or `Broken`."""

    def miss(self, writer: SlotWriter | None) -> None:
        """Hear that it was not placed because something failed before it."""

    def lose(self, writer: SlotWriter) -> None:
        """Hear that it was placed, and the segment broke."""

    def finish(self, writer: SlotWriter) -> None:
        """Do what comes after its frames are written; raises nothing."""


class ContentStep(Step):
    """Content of a mail that is too large to wait in memory."""

    __slots__ = ("_entry", "_length", "_pieces", "_tell")

    def __init__(self, entry: Entry, pieces: Sequence[bytes], length: int, tell: Callable[[int, bool], None]) -> None:
        super().__init__()
        self._entry, self._pieces, self._length = entry, pieces, length
        self._tell: Callable[[int, bool], None] | None = tell

    def place(self, writer: SlotWriter) -> None:
        """Add a frame or, around the end of a segment, several."""
        pieces, self._pieces = self._pieces, ()
        try:
            writer.content(self._entry, pieces, self._length)
        except OSError:
            self._told(False)
            raise

    def miss(self, writer: SlotWriter | None) -> None:
        """Tell that this mail cannot be kept."""
        self._told(False)

    def lose(self, writer: SlotWriter) -> None:
        """Tell that this mail cannot be kept."""
        self._told(False)

    def finish(self, writer: SlotWriter) -> None:
        """Tell that there is room again."""
        self._told(True)

    def _told(self, is_written: bool) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell(self._length, is_written)


class SealStep(Step):
    """The rest of the content, and the seal."""

    __slots__ = ("_entry", "_length", "_pieces", "_sha256")
    is_durable = True

    def __init__(self, entry: Entry, pieces: Sequence[bytes], length: int, sha256: bytes) -> None:
        super().__init__()
        self._entry, self._pieces, self._length, self._sha256 = entry, pieces, length, sha256

    def place(self, writer: SlotWriter) -> None:
        """Add head, content and seal."""
        pieces, self._pieces = self._pieces, ()
        writer.content(self._entry, pieces, self._length)
        writer.seal(self._entry, self._sha256)


class NoteStep(Step):
    """What became of a mail. One that was never begun, or whose seal did not count, needs no word."""

    __slots__ = ("_after", "_entry", "_kind", "_payload")

    def __init__(
        self, kind: Kind, entry: Entry, payload: bytes = b"", after: Callable[[SlotWriter], None] | None = None
    ) -> None:
        super().__init__()
        self._kind, self._entry, self._payload, self._after = kind, entry, payload, after

    def place(self, writer: SlotWriter) -> None:
        """Add the note."""
        if self._entry.number and not self._entry.judged:
            writer.note(self._kind, self._entry, self._payload)

    def miss(self, writer: SlotWriter | None) -> None:
        """Let it be said when the disk is back."""
        if writer is not None and self._entry.number and not self._entry.judged:
            writer.owe(self._kind, self._entry.number, self._payload)
            self.finish(writer)

    def lose(self, writer: SlotWriter) -> None:
        """Do what follows all the same: the writer says it again."""
        self.finish(writer)

    def finish(self, writer: SlotWriter) -> None:
        """Do what was asked to follow."""
        if self._after is not None:
            self._after(writer)


class Job(Step):
    """Something that has to be done by this thread because it touches the disk; `work` may raise `OSError`."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[SlotWriter], None]) -> None:
        super().__init__()
        self._work = work

    def finish(self, writer: SlotWriter) -> None:
        """Do it."""
        try:
            self._work(writer)
        except Exception as error:  # noqa: BLE001 - the thread must outlive a bug; who waits hears of it
            self.error = error


def answer(steps: Sequence[Step], error: Exception | None = None) -> None:
    """Tell those who wait: one call into each event loop, however many steps."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Step]] = {}
    for step in steps:
        step.is_answered = True
        if error is not None and step.error is None:
            step.error = error
        if step.loop is not None:
            by_loop.setdefault(step.loop, []).append(step)
        elif isinstance(step.waiter, Future):
            _settle(step.waiter, step.error)
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # closed: nobody waits any more
            loop.call_soon_threadsafe(_settle_all, some)


def _settle_all(steps: list[Step]) -> None:
    for step in steps:
        # Who was cancelled does not wait any more.
        if step.waiter is not None and not step.waiter.done():
            _settle(step.waiter, step.error)


def _settle(waiter: asyncio.Future[None] | Future[None], error: Exception | None) -> None:
    if error is None:
        waiter.set_result(None)
    else:
        waiter.set_exception(error)
