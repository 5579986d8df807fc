"""
Giving up rights: what a process that reads strangers' files may still do (Linux).

A filter of system calls (seccomp) is not here; without it a parser that was taken over could still start processes when
MailBridge runs as root. It is not meant to.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
from dataclasses import dataclass
from functools import cache

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CAPABILITY_VERSION_3 = 0x20080522
# pdfium looks for fonts, and modules are imported late: a few files at once are enough.
_OPEN_FILES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What one child may use: `seconds` of time (wall and CPU), `memory` in octets beyond what the nursery has."""

    seconds: float
    memory: int


@cache
def _libc() -> ctypes.CDLL:
    """Open the library once: a child finds it, and its functions, as the nursery left them."""
    return ctypes.CDLL(None, use_errno=True)


def leave_network() -> bool:
    """
    Move this process into a network of its own, without any interface but a dead loopback.

    With a user namespace where the kernel permits it, which also keeps it from tracing our other processes; without
    one when we are privileged. Say whether it worked: in some containers neither is allowed, and the limits of
    `confine` have to do.
    """
    libc = _libc()
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))


def drop_privileges() -> None:
    """Give up all capabilities, those of the new user namespace and those of root, and the way to get any again."""
    libc = _libc()
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    libc.capset(header, none)


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends; at once when it has ended already."""
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def limit(allowance: Allowance) -> None:
    """
    Set the limits of one child; none can be raised again.

    Memory is limited by RLIMIT_AS, not RLIMIT_DATA: the latter does not count shared mappings, and neither pdfium
    (built without a partition allocator) nor pyHanko reserves address space that it does not use.
    """
    cpu = math.ceil(allowance.seconds) + 1
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, _address_space() + allowance.memory),
    ):
        _, hard = resource.getrlimit(what)
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lower, lower))


def _address_space() -> int:
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - no path object in a forked child that has no time
        return int(file.read().split()[0]) * resource.getpagesize()
