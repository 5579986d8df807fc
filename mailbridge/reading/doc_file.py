"""
The parts of a Word 97–2003 file ([MS-DOC]): its table of contents (FIB), pieces of text, runs and paragraphs.

Section numbers are those of [MS-DOC]. Every number in the file may lie; what reads beyond the end of a stream raises
`struct.error` or `IndexError`, which `doc` takes for `malformed`.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from mailbridge.reading.compound import Compound
from mailbridge.reading.problems import Problem, Unreadable

V = TypeVar("V")

# Of Word 97 and later; those before hold other structures under the same name (§2.5.1).
_WORD, _WORD_97 = 0xA5EC, 0xC1
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_FIRST_PAIR = 0x9A
_PAGE = 512
_MOST_LETTERS = 3_000_000
# The octets 80–9F of a compressed piece are those of windows-1252; its gaps are letters too (§2.9.73).
_ANSI = {code: letter for code in range(0x80, 0xA0) if (letter := bytes([code]).decode("cp1252", "ignore"))}


class Counts(NamedTuple):
    """How many characters each part of the document has, in the order in which they follow each other (§2.5.4)."""

    text: int
    notes: int
    headers: int
    macros: int
    comments: int
    end_notes: int
    boxes: int
    header_boxes: int


class Piece(NamedTuple):
    """Characters `start` to `end` (CP) stand at `place` (FC) of the stream, in `width` octets each."""

    start: int
    end: int
    place: int
    width: int
    modifier: bytes


class Span(NamedTuple):
    """Text in one format; `cp` and `place` of its first character."""

    cp: int
    place: int
    width: int
    text: str
    format: bytes
    modifier: bytes


class Intervals(Generic[V]):
    """Values for ranges of places, found by bisection."""

    def __init__(self, ranges: list[tuple[int, int, V]]) -> None:
        ranges.sort(key=lambda found: found[:2])
        self._starts = [start for start, _, _ in ranges]
        self._ranges = ranges

    def at(self, place: int) -> tuple[V | None, int]:
        """Return the value at a place, and where it ends."""
        index = bisect_right(self._starts, place) - 1
        if index >= 0 and place < self._ranges[index][1]:
            return self._ranges[index][2], self._ranges[index][1]
        return None, self._starts[index + 1] if index + 1 < len(self._starts) else 1 << 40


class DocFile:
    """
    An opened file: `main` and `data` are streams; `formats` tells the modifiers of characters, `paragraphs` the
    number of the style and the modifiers of paragraphs, both by the place in `main`.
    """

    def __init__(self, content: bytes) -> None:
        compound = Compound(content)
        main = compound.stream("WordDocument")
        if main is None or len(main) < _FIRST_PAIR:
            raise Unreadable(Problem.MALFORMED, "the compound file has no text document in it")
        kind, version = struct.unpack_from("<HH", main)
        [flags] = struct.unpack_from("<H", main, 0x0A)
        if flags & _ENCRYPTED:
            raise Unreadable(Problem.ENCRYPTED, "the document opens only with a password")
        if kind != _WORD or version < _WORD_97:
            raise Unreadable(Problem.UNSUPPORTED, "documents of Word 95 and older are not read")
        table = compound.stream("1Table" if flags & _TABLE_1 else "0Table")
        if table is None:
            raise Unreadable(Problem.MALFORMED, "the stream of tables is missing")
        self.main, self._table = main, table
        self._compound = compound
        self._data: bytes | None = None
        self.counts = Counts(*(max(0, count) for count in struct.unpack_from("<8i", main, 0x4C)))
        self.pieces = list(self._pieces())
        self.formats = Intervals(self._formats(12, _character_format))
        self.paragraphs = Intervals(self._formats(13, _paragraph_format))

    @property
    def data(self) -> bytes:
        """The stream for what is too large elsewhere; b"" when there is none."""
        if self._data is None:
            self._data = self._compound.stream("Data") or b""
        return self._data

    def table(self, index: int) -> bytes:
        """Return the structure that pair `index` of the FIB points at (§2.5.6); b"" when there is none."""
        place, size = struct.unpack_from("<II", self.main, _FIRST_PAIR + 8 * index)
        if size and place + size > len(self._table):
            raise struct.error("the structure lies outside of its stream")
        return self._table[place : place + size]

    def spans(self, first: int, last: int) -> Iterator[Span]:
        """Go through the characters `first` to `last` in pieces of one format."""
        for piece in self.pieces:
            cp, end = max(first, piece.start), min(last, piece.end)
            while cp < end:
                place = piece.place + (cp - piece.start) * piece.width
                value, limit = self.formats.at(place)
                count = min(end - cp, max(1, (limit - place) // piece.width))
                octets = self.main[place : place + count * piece.width]
                yield Span(cp, place, piece.width, _decoded(octets, piece.width), value or b"", piece.modifier)
                cp += count

    def _pieces(self) -> Iterator[Piece]:
        """Read the table of pieces (Clx, §2.9.38); modifiers stand before it."""
        clx = self.table(33)
        modifiers: list[bytes] = []
        at = 0
        while clx[at] == 1:
            [size] = struct.unpack_from("<H", clx, at + 1)
            modifiers.append(clx[at + 3 : at + 3 + size])
            at += 3 + size
        [size] = struct.unpack_from("<I", clx, at + 1)
        count = (size - 4) // 12
        starts = struct.unpack_from(f"<{count + 1}i", clx, at + 5)
        if count < 1 or starts[0] != 0 or any(end < start for start, end in pairwise(starts)):
            raise struct.error("the pieces are out of order")
        if starts[-1] > _MOST_LETTERS:
            raise Unreadable(Problem.TOO_LARGE, f"more than {_MOST_LETTERS} letters")
        for index in range(count):
            place, modifier = struct.unpack_from("<2xIH", clx, at + 9 + 4 * count + 8 * index)
            width = 1 if place & 0x40000000 else 2
            place = (place & 0x3FFFFFFF) // (2 if width == 1 else 1)
            start, end = starts[index : index + 2]
            if place + (end - start) * width > len(self.main):
                raise struct.error("a piece lies outside of its stream")
            yield Piece(start, end, place, width, _modifier(modifier, modifiers))

    def _formats(self, index: int, read: Callable[[bytes, int, int], V]) -> list[tuple[int, int, V]]:
        """Read the pages of formats (FKP, §2.9.33, §2.9.175) that a table points at; each page once."""
        table = self.table(index)
        count = max(0, (len(table) - 4) // 8)
        numbers = struct.unpack_from(f"<{count}I", table, 4 * (count + 1)) if count else ()
        found: list[tuple[int, int, V]] = []
        for number in dict.fromkeys(number & 0x3FFFFF for number in numbers):
            page = self.main[number * _PAGE : (number + 1) * _PAGE]
            runs = page[_PAGE - 1]
            places = struct.unpack_from(f"<{runs + 1}I", page)
            found.extend((places[run], places[run + 1], read(page, runs, run)) for run in range(runs))
        return found


def _character_format(page: bytes, runs: int, run: int) -> bytes:
    at = 2 * page[4 * (runs + 1) + run]
    return page[at + 1 : at + 1 + page[at]] if at else b""


def _paragraph_format(page: bytes, runs: int, run: int) -> tuple[int, bytes]:
    at = 2 * page[4 * (runs + 1) + 13 * run]
    if at == 0:
        return 0, b""
    size = 2 * page[at] - 1
    if size < 0:
        at += 1
        size = 2 * page[at]
    found = page[at + 1 : at + 1 + size]
    return int.from_bytes(found[:2], "little"), found[2:]


# The modifiers that a piece names by a number of their own (Prm0, §2.9.214); others change nothing that is read here.
_SHORT = {
    0x05: 0x2403,
    0x09: 0x2407,
    0x18: 0x2416,
    0x19: 0x2417,
    0x41: 0x0800,
    0x55: 0x0835,
    0x56: 0x0836,
    0x5B: 0x083B,
    0x5C: 0x083C,
}


def _modifier(number: int, modifiers: list[bytes]) -> bytes:
    if number & 1:
        return modifiers[number >> 1] if number >> 1 < len(modifiers) else b""
    code = _SHORT.get((number >> 1) & 0x7F)
    return b"" if code is None else struct.pack("<HB", code, number >> 8)


def _decoded(octets: bytes, width: int) -> str:
    if width == 2:
        return octets.decode("utf-16-le", errors="replace")
    return octets.decode("latin-1").translate(_ANSI)
