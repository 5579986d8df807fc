"""
Segments: files of a fixed size that are written with zeros before they are used.

A frame that goes into octets which are there already changes no metadata, so a commit is one fdatasync of some pages.
Allocating alone would not do: the first write into an allocated extent has to note that it is written now.

    spool/journal/SLOT/lock            held (flock) by the process that writes this journal
    spool/journal/SLOT/slot.json       its name for the ledger, and how far the ledger has it
    spool/journal/SLOT/NNNNNNNN.seg    a segment; .done beside it: which of its mails are needed no more
    spool/journal/SLOT/next.seg        the one that comes next
    spool/journal/free/*.seg           wiped ones
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mailbridge.spool import frames
from mailbridge.spool.frames import Kind, Opening, frame, pack_opening

SEGMENT_SIZE = 64 << 20
FIRST_SIZE = 4 << 20
"""Size of a segment that has to be made while a mail waits for it: some 10 ms of writing."""
PAGE = 4096
"""The first frame has a page for itself, and so has its copy at the end."""
MOST_FREE = 4
_CLOSING = frames.room_for(0)
_BLOCK = 1 << 20
_SYNC_EACH = 8 << 20
_MOST_BUFFERS = 1024
"""IOV_MAX of Linux."""


class Broken(OSError):
    """A segment did not take what was written: nobody knows what stands in it behind the last sync."""


class NoRoom(OSError):
    """There is no further segment, and none can be made now: the disk is full, or gone."""


class Segment:
    """A segment being written, from the first octet behind its first page to the last before its last page."""

    def __init__(self, path: Path, descriptor: int, generation: int, size: int) -> None:
        self.number = int(path.stem)
        self.generation = generation
        self._descriptor = descriptor
        self._limit = size - PAGE - _CLOSING
        self._written = self._end = PAGE
        self._buffers: list[bytes] = []

    @property
    def room(self) -> int:
        """Octets that still fit, headers included; CLOSE always has its place besides."""
        return self._limit - self._end

    @property
    def used(self) -> int:
        """Octets taken."""
        return self._end - PAGE

    def add(self, kind: Kind, mail: int, payload: bytes) -> int:
        """Put a frame behind the others; returns the offset of its payload. Nothing is written before `flush`."""
        octets = frame(kind, self.generation, mail, payload)
        at = self._end + frames.HEADER
        self._buffers.append(octets)
        self._end += len(octets)
        return at

    def add_content(self, mail: int, position: int, pieces: Sequence[bytes], length: int) -> int:
        """Put content behind the rest without copying it; returns the offset of its payload."""
        at = self._end + frames.HEADER
        self._buffers.append(frames.header(Kind.CONTENT, self.generation, mail, length, position=position))
        self._buffers.extend(pieces)
        self._buffers.append(frames.padding(length))
        self._end += frames.room_for(length)
        return at

    def flush(self) -> None:
        """Write what was added; raises `Broken`."""
        buffers, self._buffers = self._buffers, []
        try:
            for start in range(0, len(buffers), _MOST_BUFFERS):
                self._write(buffers[start : start + _MOST_BUFFERS])
        except OSError as error:
            raise Broken(*error.args) from error

    def sync(self) -> None:
        """Make what was written durable; raises `Broken`."""
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise Broken(*error.args) from error

    def finish(self) -> None:
        """Write CLOSE, make all durable; raises `Broken`."""
        self._buffers.append(frame(Kind.CLOSE, self.generation, 0))
        self.flush()
        self.sync()

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):
            os.close(self._descriptor)

    def _write(self, buffers: list[bytes]) -> None:
        wanted = sum(map(len, buffers))
        done = os.pwritev(self._descriptor, buffers, self._written)
        self._written += done
        if done < wanted:
            rest = memoryview(b"".join(buffers))[done:]
            while rest:
                done = os.pwrite(self._descriptor, rest, self._written)
                if not done:
                    raise OSError("nothing was written")
                self._written += done
                rest = rest[done:]


class Supply:
    """Where the segments of one journal come from; a thread of its own prepares the next one."""

    def __init__(self, slot: Path, size: int) -> None:
        self._slot = slot
        self._free = slot.parent / "free"
        self._next = slot / "next.seg"
        self._size = size
        self._is_prepared = False
        self._thread: threading.Thread | None = None
        # Between the preparing thread and the one that takes: the name `next.seg` stands for one file at a time.
        self._lock = threading.Lock()

    def take(self, number: int, opening: Opening, least: int) -> Segment:
        """
        Begin a segment with room for a frame of `least` octets; raises `NoRoom`.

        It is durable that it is there, and what its first frame says.
        """
        path = self._slot / f"{number:08d}.seg"
        try:
            with self._lock:
                self._is_prepared = False
                return self._take(path, opening, least + 2 * PAGE + _CLOSING)
        except OSError as error:
            raise NoRoom(*error.args) from error

    def ensure(self) -> None:
        """See now that there is a next one; raises `NoRoom`."""
        try:
            with self._lock:
                if not self._next.exists() and not self._from_free():
                    make_segment(self._next, min(self._size, FIRST_SIZE))
        except OSError as error:
            raise NoRoom(*error.args) from error

    def prepare(self) -> None:
        """See in the background that there will be a next one. Raises nothing."""
        if not self._is_prepared and (self._thread is None or not self._thread.is_alive()):
            self._is_prepared = True
            self._thread = threading.Thread(target=self._prepare, name="spool-segments", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait until what is being prepared is."""
        if self._thread is not None:
            self._thread.join()

    def _take(self, path: Path, opening: Opening, least: int) -> Segment:
        if not self._next.exists() and not self._from_free():
            make_segment(self._next, max(least, min(self._size, FIRST_SIZE)))
        elif self._next.stat().st_size < least:
            make_segment(self._next, least)
        descriptor = os.open(self._next, os.O_RDWR | os.O_CLOEXEC)
        try:
            size = os.fstat(descriptor).st_size
            generation = int.from_bytes(os.urandom(8), "little") or 1
            first = frame(Kind.OPEN, generation, 0, pack_opening(opening))
            os.pwrite(descriptor, first, 0)
            os.pwrite(descriptor, first, size - PAGE)
            os.fdatasync(descriptor)
            self._next.rename(path)
            sync_directory(self._slot)
        except OSError:
            os.close(descriptor)
            raise
        return Segment(path, descriptor, generation, size)

    def _from_free(self) -> bool:
        """Take a wiped segment; other writers may be faster."""
        if self._free.is_dir():
            for path in sorted(self._free.glob("*.seg")):
                with suppress(FileNotFoundError):
                    path.rename(self._next)
                    return True
        return False

    def _prepare(self) -> None:
        # What fails here fails again in `take`, where somebody hears of it.
        with suppress(OSError):
            with self._lock:
                if self._next.exists() or self._from_free():
                    return
            ready = self._slot / "ready.new"
            make_segment(ready, self._size)
            with self._lock:
                # It replaces a smaller one that was made in a hurry.
                ready.rename(self._next)


def make_segment(path: Path, size: int) -> None:
    """Make a file of zeros that are on the disk; raises `OSError` and leaves nothing behind then."""
    fresh = path.with_name(f"{path.stem}.{os.urandom(6).hex()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            write_zeros(descriptor, size)
        finally:
            os.close(descriptor)
        fresh.rename(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync_directory(path.parent)


def write_zeros(descriptor: int, size: int) -> None:
    """Overwrite the first octets of a file with zeros, durably and in steps that leave room for others."""
    zeros = memoryview(bytes(min(size, _BLOCK)))
    at = 0
    while at < size:
        at += os.pwrite(descriptor, zeros[: size - at], at)
        if at % _SYNC_EACH == 0:
            os.fdatasync(descriptor)
    os.fsync(descriptor)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable (fsync(2): syncing a file does not sync its name)."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
