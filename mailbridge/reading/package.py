"""Office files are ZIP packages of XML parts (ECMA-376 part 2): opening them within limits."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from mailbridge.reading.problems import Problem, Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_MEMBERS = 5_000
_MOST_OCTETS = 64 * 1024 * 1024
# Text in XML shrinks to a tenth, in rare cases to a fiftieth; zeros shrink to a thousandth.
_MOST_RATIO = 200
_FREE_OCTETS = 1024 * 1024


def parse_xml(octets: bytes, name: str) -> _Element:
    """Parse XML without looking at entities or the network; `name` is for the reason of `Unreadable`."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(Problem.MALFORMED, f"{name} is not well-formed XML") from error


class Package:
    """
    An opened package; `Unreadable` says why one cannot be opened or what is wrong with a part.

    `most`: octets that are taken out of it in all.
    """

    def __init__(self, content: bytes, *, most: int = _MOST_OCTETS) -> None:
        self._most = most
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(Problem.MALFORMED, "the ZIP package cannot be opened") from error
        self._names = frozenset(self._zip.namelist())
        self._left = most
        if len(self._names) > _MOST_MEMBERS:
            raise Unreadable(Problem.TOO_LARGE, f"the ZIP package has more than {_MOST_MEMBERS} members")

    def part(self, name: str, only_with: re.Pattern[bytes] | None = None) -> _Element | None:
        """
        Parse one XML part without looking at entities or the network.

        None when the package has none, or when it does not hold `only_with`.
        """
        if name not in self._names:
            return None
        octets = self._inflate(name)
        return parse_xml(octets, name) if only_with is None or only_with.search(octets) else None

    def part_without(self, name: str, element: bytes, *marks: bytes) -> _Element | None:
        """
        Parse one XML part without those elements whose first tag holds one of the marks.

        For parts of which most is not wanted: leaving it out takes a tenth of the time that parsing it takes. `element`
        is its name with prefix; it must not hold itself. When that leaves no XML behind, the whole part is parsed.
        """
        octets = self.octets(name)
        if not octets:
            return None
        try:
            return parse_xml(_without(octets, element, marks), name)
        except Unreadable:
            return parse_xml(octets, name)

    def octets(self, name: str) -> bytes:
        """Return a part as it is; b"" when the package has none."""
        return self._inflate(name) if name in self._names else b""

    def has(self, name: str) -> bool:
        """Say whether the package has a part of this name."""
        return name in self._names

    def _inflate(self, name: str) -> bytes:
        member = self._zip.getinfo(name)
        if member.flag_bits & 1:
            raise Unreadable(Problem.ENCRYPTED, "the ZIP package opens only with a password")
        is_bomb = member.file_size > max(_FREE_OCTETS, member.compress_size * _MOST_RATIO)
        if is_bomb or member.file_size > self._left:
            raise Unreadable(Problem.TOO_LARGE, f"{name} grows beyond {self._most >> 20} MB or {_MOST_RATIO} times")
        try:
            # The size that the directory states is also the most that zipfile hands out.
            octets = self._zip.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(Problem.MALFORMED, f"{name} cannot be taken out of the ZIP package") from error
        self._left -= len(octets)
        return octets


def _without(octets: bytes, element: bytes, marks: tuple[bytes, ...]) -> bytes:
    begin, end = b"<" + element + b" ", b"</" + element + b">"
    *pieces, last = octets.split(end)
    kept = []
    for piece in pieces:
        start = piece.rfind(begin)
        tag = piece[start : piece.find(b">", start)] if start >= 0 else b""
        kept.append(piece[:start] if any(mark in tag for mark in marks) else piece + end)
    return b"".join((*kept, last))
