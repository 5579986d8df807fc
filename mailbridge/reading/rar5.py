"""
Which files of a RAR 5 need a password: libarchive before 3.7 takes their octets for the files themselves.

Only the headers are walked (RAR 5.0 archive format: each is its sum, its length, its kind, and numbers of seven bits an
octet); anything odd ends the walk, and libarchive says what it thinks of it.
"""

from __future__ import annotations

_START = b"Rar!\x1a\x07\x01\x00"
_FILE = 2
_HAS_EXTRA, _HAS_DATA = 1, 2
_ENCRYPTION = 1
_MOST_HEADERS = 100_000


def locked_files(content: bytes) -> frozenset[int]:
    """Return the places of encrypted files among all file headers, from 0; empty for what is no RAR 5."""
    locked = set()
    if not content.startswith(_START):
        return frozenset()
    at, place = len(_START), 0
    try:
        for _ in range(_MOST_HEADERS):
            size, begin = _number(content, at + 4)
            kind, extra, data = _header(content, begin)
            if kind == _FILE:
                if _is_locked(content, begin + size - extra, begin + size):
                    locked.add(place)
                place += 1
            at = begin + size + data
    except IndexError:
        pass
    return frozenset(locked)


def _header(content: bytes, at: int) -> tuple[int, int, int]:
    """Return kind, octets of extra records at its end, octets of data behind it."""
    kind, at = _number(content, at)
    flags, at = _number(content, at)
    extra = data = 0
    if flags & _HAS_EXTRA:
        extra, at = _number(content, at)
    if flags & _HAS_DATA:
        data, at = _number(content, at)
    return kind, extra, data


def _is_locked(content: bytes, at: int, end: int) -> bool:
    while at < end:
        size, begin = _number(content, at)
        kind, _ = _number(content, begin)
        if kind == _ENCRYPTION:
            return True
        at = begin + max(size, 1)
    return False


def _number(content: bytes, at: int) -> tuple[int, int]:
    """Read one number; return it and where it ends. Raises `IndexError` at the end, and for one that is too long."""
    number = 0
    for place in range(10):
        octet = content[at + place]
        number |= (octet & 0x7F) << 7 * place
        if octet < 0x80:
            return number, at + place + 1
    raise IndexError
