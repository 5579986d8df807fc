"""
Memory that a process has filled and will not fill any further, gathered in large pages (Linux 6.1, MADV_COLLAPSE).

A fork copies one entry for each page of its parent, and its end takes them back one by one. What lies in pages of 2 MB
is copied in a five-hundredth of the entries; a child that writes there still gets its own copy of 4 kB alone.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator

_COLLAPSE = 25
_LARGE = 2 * 1024 * 1024
# Anonymous memory and the heap; never the stack or what is mapped from a file.
_OWN = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p [0-9a-f]+ 00:00 0 *(?:\[heap\])?")


def gather_memory() -> int:
    """
    Give back what is free and gather the rest; return how many large pages that are.

    0 where the kernel does not do it. What is free in the heap lies in many places: a child would copy each page that
    it takes a piece from, where a page that was given back is only filled with zeros.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "malloc_trim"):  # glibc has it, musl has not
        libc.malloc_trim(0)
    advise = libc.madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(advise(start, _LARGE, _COLLAPSE) == 0 for start in list(_aligned()))


def _aligned() -> Iterator[int]:
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:  # noqa: PTH123 - as in `confine`
        for line in maps:
            found = _OWN.fullmatch(line.rstrip("\n"))
            if found:
                begin, end = int(found[1], 16), int(found[2], 16)
                yield from range(-(-begin // _LARGE) * _LARGE, end - _LARGE + 1, _LARGE)
