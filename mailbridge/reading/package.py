"""Office files are ZIP packages of XML parts (ECMA-376 part 2): opening them within limits."""

from __future__ import annotations

import io
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


class Package:
    """An opened package; `Unreadable` says why one cannot be opened or what is wrong with a part."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(Problem.MALFORMED, "the ZIP package cannot be opened") from error
        self._names = frozenset(self._zip.namelist())
        self._left = _MOST_OCTETS
        if len(self._names) > _MOST_MEMBERS:
            raise Unreadable(Problem.TOO_LARGE, f"the ZIP package has more than {_MOST_MEMBERS} members")

    def part(self, name: str) -> _Element | None:
        """Parse one XML part without looking at entities or the network; None when the package has none."""
        from lxml import etree

        if name not in self._names:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
        try:
            return etree.fromstring(self._inflate(name), parser)
        except etree.XMLSyntaxError as error:
            raise Unreadable(Problem.MALFORMED, f"{name} is not well-formed XML") from error

    def _inflate(self, name: str) -> bytes:
        member = self._zip.getinfo(name)
        if member.flag_bits & 1:
            raise Unreadable(Problem.ENCRYPTED, "the ZIP package opens only with a password")
        is_bomb = member.file_size > max(_FREE_OCTETS, member.compress_size * _MOST_RATIO)
        if is_bomb or member.file_size > self._left:
            raise Unreadable(Problem.TOO_LARGE, f"{name} grows beyond {_MOST_OCTETS >> 20} MB or {_MOST_RATIO} times")
        try:
            # The size that the directory states is also the most that zipfile hands out.
            octets = self._zip.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(Problem.MALFORMED, f"{name} cannot be taken out of the ZIP package") from error
        self._left -= len(octets)
        return octets
