"""Compound files, the file systems in a file that old office programs write ([MS-CFB]): opening them within limits."""

from __future__ import annotations

import io
import struct

from mailbridge.reading.problems import Problem, Unreadable

_MOST_OCTETS = 64 * 1024 * 1024
_HEADER = struct.Struct("<30xHH10xI16xI4xI")
# What olefile raises, and what its arithmetic raises, on files that contradict themselves.
_FAULTS = (OSError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, struct.error, RecursionError)


_SIGN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_compound(content: bytes) -> bool:
    """Say whether a file is a compound file."""
    return content.startswith(_SIGN)


class Compound:
    """An opened compound file; `Unreadable` says why one cannot be opened, or a stream not be read."""

    def __init__(self, content: bytes) -> None:
        import olefile

        _check_tables(content)
        try:
            self._file = olefile.OleFileIO(io.BytesIO(content))
        except _FAULTS as error:
            raise Unreadable(Problem.MALFORMED, "the compound file cannot be opened") from error

    def stream(self, name: str) -> bytes | None:
        """Return the octets of a stream; None when there is none of this name."""
        try:
            if not self._file.exists(name):
                return None
            if self._file.get_size(name) > _MOST_OCTETS:
                raise Unreadable(Problem.TOO_LARGE, f"the stream {name} is larger than {_MOST_OCTETS >> 20} MB")
            octets = self._file.openstream(name).read()
        except _FAULTS as error:
            raise Unreadable(Problem.MALFORMED, f"the stream {name} cannot be read") from error
        return bytes(octets)


def _check_tables(content: bytes) -> None:
    """Refuse a file whose tables of sectors are said to be larger than the file: they would be read again and again."""
    if len(content) < _HEADER.size:
        raise Unreadable(Problem.MALFORMED, "the compound file is shorter than its header")
    shift, mini_shift, fat, mini_fat, more = _HEADER.unpack_from(content)
    sectors = len(content) >> min(shift, 16)
    if shift not in (9, 12) or mini_shift != 6 or max(fat, mini_fat, more) > sectors or more > fat // 100 + 1:
        raise Unreadable(Problem.MALFORMED, "the tables of the compound file are larger than the file")
