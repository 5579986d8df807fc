"""A segment being read, by any process and while it is written: frame after frame, over damage to the next good one."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from mailbridge.spool import frames
from mailbridge.spool.frames import HEADER, Header, Kind, Opening, headers_in, read_header, unpack_opening
from mailbridge.spool.segments import PAGE

_WINDOW = 64 << 10
_SEARCH = 1 << 20
_NOTHING = bytes(HEADER)


@dataclass(frozen=True, slots=True)
class Found:
    """A frame: what its header says, where its payload lies, and the payload unless it is content."""

    header: Header
    at: int
    payload: bytes


class SegmentReader:
    """
    Remembers how far it has read; raises `OSError`.

    `is_ended` says that nothing more will come, `damages` how many places could not be read, `end` is the offset behind
    the last good frame.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = int(path.stem)
        self.is_ended = False
        self.is_closed = False
        self.damages = 0
        self.end = PAGE
        self._descriptor: int | None = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._descriptor).st_size
        self._window = b""
        self._window_at = 0
        self._searched: int | None = None
        self.generation = 0
        self.opening = Opening(first_mail=0, last_serial=0)
        self._read_opening()
        self._let_go()

    def new(self, *, is_final: bool) -> Iterator[Found]:
        """
        Read what came since the last time.

        Args:
            is_final: Its writer writes no more to it: what is not good now never will be.
        """
        self._window = b""
        try:
            yield from self._new(is_final=is_final)
        finally:
            self._window = b""
            self._let_go()

    def _new(self, *, is_final: bool) -> Iterator[Found]:
        while not self.is_ended:
            found = self._at(self.end)
            if found is None:
                beyond = self._beyond(is_final=is_final)
                if beyond is None:
                    self.is_ended = is_final
                    return
                if beyond > self.end:
                    self.damages += 1
                self.end = beyond
                continue
            self.end += found.header.room
            if found.header.kind is Kind.CLOSE:
                self.is_ended = self.is_closed = True
            yield found

    def read(self, at: int, length: int) -> bytes:
        """Read octets of the file."""
        if self._descriptor is not None:
            return os.pread(self._descriptor, length, at)
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, length, at)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None

    def _let_go(self) -> None:
        # A backlog of some days has more segments than a process may have open files.
        if self.is_ended:
            self.close()

    def _read_opening(self) -> None:
        for at in (0, self.size - PAGE):
            if at < 0:
                continue
            page = self.read(at, PAGE)
            header = read_header(page)
            if header is None or header.kind is not Kind.OPEN:
                continue
            payload = page[HEADER : HEADER + header.length]
            if crc32(payload) == header.crc:
                with suppress(struct.error):
                    self.opening = unpack_opening(payload)
                    self.generation = header.generation
                    return
        # Without a generation nothing here can be told from the content of a mail: it counts as one damage.
        self.is_ended = True
        self.damages = 1

    def _at(self, at: int) -> Found | None:
        header = read_header(self._octets(at, HEADER))
        if header is None or header.generation != self.generation or at + header.room > self.size - PAGE:
            return None
        if header.kind is Kind.CONTENT:
            return Found(header, at + HEADER, b"")
        payload = self._octets(at + HEADER, header.length)
        if len(payload) != header.length or (header.length and crc32(payload) != header.crc):
            return None
        return Found(header, at + HEADER, payload)

    def _beyond(self, *, is_final: bool) -> int | None:
        """Look for a good frame behind one that is not; in the end of a segment in use there is none as yet."""
        if not is_final:
            changed = self.path.stat().st_mtime_ns
            if changed == self._searched or self.read(self.end, HEADER) == _NOTHING:
                return None
            self._searched = changed
        found = self._search(self.end + frames.ALIGN)
        if found is not None:
            # What lies before a good frame has been written by now; perhaps we came in the middle of that.
            self._window = b""
            if self._at(self.end) is not None:
                return self.end
        return found

    def _search(self, start: int) -> int | None:
        while start < self.size - PAGE:
            # The last page holds a copy of the first frame.
            octets = self.read(start, min(_SEARCH + HEADER, self.size - PAGE - start))
            if not octets:
                return None
            for at in headers_in(octets, self.generation):
                if self._at(start + at) is not None:
                    return start + at
            start += _SEARCH
        return None

    def _octets(self, at: int, length: int) -> bytes:
        start = at - self._window_at
        if start < 0 or start + length > len(self._window):
            self._window = self.read(at, max(length, _WINDOW))
            self._window_at, start = at, 0
        return self._window[start : start + length]
