"""What a container holds: the files in it, as their reader found them, and how much may be taken out."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass

from mailbridge.reading.problems import Problem, Unreadable

_PIECE = 1 << 18
_LONGEST_LINK = 4096
# Text in a ZIP shrinks to a tenth, a drawing to a fiftieth; only what is made for it shrinks to a hundredth and is
# large all the same.
_MOST_RATIO = 100
_FREE_OCTETS = 10 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """
    One file of a container.

    `raw_name`: as the container writes it, decoded, folders and all ("" when it has none); it is evidence, and not
    safe to show. `content`: its octets, empty when it has a problem. `declared_type`: its media type, where the
    container states one. `problem`: why it could not be taken out, in words of CONTRACT.md ("encrypted: …").
    """

    raw_name: str
    content: bytes
    declared_type: str = ""
    problem: str | None = None


def is_file(mode: int, size: int) -> bool:
    """
    Say whether an entry of an archive is a file, by its Unix mode (0 when it has none) and its size.

    Folders, links and devices are none. Programs on Windows do not look at the mode: what has more octets than the
    longest path is a file to them, whatever it says.
    """
    if stat.S_ISDIR(mode):
        return False
    return stat.S_IFMT(mode) == 0 or stat.S_ISREG(mode) or size > _LONGEST_LINK


class Ration:
    """
    How much may be taken out of one container.

    Args:
        packed: Octets of the container itself.
        octets: The most that may come out of it.
        files: The most files; a listed one that cannot be taken out counts too.
    """

    def __init__(self, *, packed: int, octets: int, files: int) -> None:
        self._octets = octets
        self._files = files
        self._bomb = max(_FREE_OCTETS, packed * _MOST_RATIO)
        self._taken = 0
        self._counted = 0

    def count(self) -> None:
        """Count one more file; raises `Unreadable` when it is one too many."""
        self._counted += 1
        if self._counted > self._files:
            raise Unreadable(Problem.TOO_MANY, "there are more files in it than are opened")

    def take(self, content: bytes) -> bytes:
        """Count octets that lie open in the container; raises `Unreadable` when they are too many."""
        self._check(self._taken + len(content))
        self._taken += len(content)
        return content

    def draw(self, read: Callable[[int], bytes], *, keep: bool = True) -> bytes:
        """
        Read a packed file to its end, and stop as soon as it is more than may come out.

        Args:
            read: Gives at most so many octets, none at the end.
            keep: False for what is only a step on the way: what is taken out of it counts, not itself.

        Raises:
            Unreadable: it is too much; also what `read` raises.
        """
        pieces = []
        size = 0
        while piece := read(_PIECE):
            size += len(piece)
            self._check(self._taken + size)
            pieces.append(piece)
        if keep:
            self._taken += size
        return b"".join(pieces)

    def _check(self, taken: int) -> None:
        if taken > self._bomb:
            raise Unreadable(Problem.TOO_LARGE, f"its files are more than {_MOST_RATIO} times as large as itself")
        if taken > self._octets:
            raise Unreadable(Problem.TOO_LARGE, "its files are more than is taken out of one mail")
