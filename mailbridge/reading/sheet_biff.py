"""The records of an Excel 5–2003 workbook ([MS-XLS] §2.1.4), and strings that are cut by the ends of records."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

CONTINUE = 0x3C
_WIDE, _EXTENDED, _RICH = 1, 4, 8
_LONGEST = 40_000


class Record(NamedTuple):
    """One record; `more` holds the octets of the records that go on with it."""

    kind: int
    octets: bytes
    more: tuple[bytes, ...] = ()


def records(stream: bytes, at: int = 0) -> Iterator[Record]:
    """Go through the records from a place; one that is cut ends it."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        octets = stream[at + 4 : at + 4 + size]
        at += 4 + size
        more = []
        while stream[at : at + 2] == b"\x3c\x00" and at + 4 <= len(stream):
            [size] = struct.unpack_from("<H", stream, at + 2)
            more.append(stream[at + 4 : at + 4 + size])
            at += 4 + size
        yield Record(kind, octets, tuple(more))


class Strings:
    """Reads strings one after the other out of a record and those that go on with it (§2.5.293)."""

    def __init__(self, record: Record, at: int) -> None:
        self._parts = (record.octets, *record.more)
        self._part = 0
        self._at = at

    def next(self) -> str | None:
        """Return the next string (XLUnicodeRichExtendedString); None when there is no further one."""
        while self._left == 0 and self._part + 1 < len(self._parts):
            self._part, self._at = self._part + 1, 0
        if self._left < 3:
            return None
        count, flags = struct.unpack_from("<HB", self._parts[self._part], self._at)
        self._at += 3
        runs = self._number(2) if flags & _RICH else 0
        extension = self._number(4) if flags & _EXTENDED else 0
        text = self._letters(count, is_wide=bool(flags & _WIDE))
        self._pass(4 * runs + extension)
        return text

    @property
    def _left(self) -> int:
        return len(self._parts[self._part]) - self._at

    def _number(self, size: int) -> int:
        octets = self._parts[self._part][self._at : self._at + size]
        self._at += len(octets)
        return int.from_bytes(octets, "little")

    def _letters(self, count: int, *, is_wide: bool) -> str:
        """Read letters; each record that goes on with them says anew how wide they are."""
        made = []
        while True:
            width = 2 if is_wide else 1
            taken = min(count, self._left // width)
            octets = self._parts[self._part][self._at : self._at + taken * width]
            made.append(octets.decode("utf-16-le" if is_wide else "latin-1", errors="replace"))
            self._at += taken * width
            count -= taken
            if count <= 0 or self._part + 1 >= len(self._parts):
                return "".join(made)
            self._part, self._at = self._part + 1, 0
            is_wide = bool(self._number(1) & _WIDE)

    def _pass(self, size: int) -> None:
        while size > self._left and self._part + 1 < len(self._parts):
            size -= self._left
            self._part, self._at = self._part + 1, 0
        self._at += min(size, self._left)


def short_string(octets: bytes, *, is_old: bool) -> str:
    """Read a string whose length is one octet (ShortXLUnicodeString, §2.5.240; plain octets before Excel 97)."""
    if not octets:
        return ""
    if is_old:
        return octets[1 : 1 + octets[0]].decode("cp1252", errors="replace")
    return _flagged(octets[1:], octets[0])


def long_string(octets: bytes, *, is_old: bool) -> str:
    """Read a string whose length is two octets (XLUnicodeString, §2.5.294; plain octets before Excel 97)."""
    count = int.from_bytes(octets[:2], "little")
    if is_old:
        return octets[2 : 2 + count].decode("cp1252", errors="replace")
    return _flagged(octets[2:], count)


def _flagged(octets: bytes, count: int) -> str:
    count = min(count, _LONGEST)
    if octets[:1] and octets[0] & _WIDE:
        return octets[1 : 1 + 2 * count].decode("utf-16-le", errors="replace")
    return octets[1 : 1 + count].decode("latin-1")
