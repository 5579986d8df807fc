"""Memory in large pages: nothing of it may be lost, and nothing else may be touched."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys

from mailbridge.reading import gathering
from mailbridge.reading.gathering import gather_memory

_PROGRAM = """
from mailbridge.reading.gathering import gather_memory
held = [bytes([number % 251]) * 5000 for number in range(2000)]
assert gather_memory() >= 0
assert all(each == bytes([number % 251]) * 5000 for number, each in enumerate(held))
print("whole")
"""


def test_memory_holds_what_it_held() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=True
    )
    assert ran.stdout == b"whole\n"


def test_only_whole_large_pages_of_own_memory_are_named() -> None:
    with mmap.mmap(-1, 3 * gathering._LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as room:
        room[0] = 1
        starts = list(gathering._aligned())
    assert starts
    assert all(start % gathering._LARGE == 0 for start in starts)


def test_stack_and_mapped_files_are_left_alone() -> None:
    heap = "55d0c0000000-55d0c0800000 rw-p 00000000 00:00 0                          [heap]"
    own = "7f65c4600000-7f65c4a00000 rw-p 00000000 00:00 0 "
    stack = "7ffc00000000-7ffc00400000 rw-p 00000000 00:00 0                          [stack]"
    data = "7f65c9e44000-7f65ca444000 rw-p 00400000 fe:00 26723                      /usr/lib/libpython3.11.so"
    shared = "7f65c4600000-7f65c4a00000 rw-s 00000000 00:01 5                         /dev/zero (deleted)"
    code = "7f65c4600000-7f65c4a00000 r-xp 00000000 00:00 0 "
    assert [bool(gathering._OWN.fullmatch(line)) for line in (heap, own, stack, data, shared, code)] == [
        *(True, True),
        *(False, False, False, False),
    ]


def test_gathering_again_does_no_harm() -> None:
    assert gather_memory() >= 0
    assert gather_memory() >= 0
