"""
The process from which each reader of a file is forked.

It is started fresh (no memory, environment or open file of ours is in it), imports the parsers once, gives up its
rights, and then forks a child for each request, kills it when its time is over, and tells how it ended. It never
looks at a file itself.

Not the forkserver of `multiprocessing`: that imports the main module of the program into every child, and shares one
server with whatever else uses it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pickle
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mailbridge.reading.confine import Allowance, die_with, drop_privileges, leave_network, limit
from mailbridge.reading.gathering import gather_memory

READY = b"ready"
# Exit status of a child that ran out of memory in Python, where it can still say so.
EXIT_MEMORY = 71
_BETWEEN_COLLECTIONS = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Child:
    pid: int
    status: int
    deadline: float


def main(control: int, preload: Sequence[str]) -> None:
    """Call each of `preload`, then serve requests over the socket `control` until its other end is closed."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for name in preload:
        _resolve(name)()
    leave_network()
    drop_privileges()
    for stream in (1, 2):
        os.dup2(null, stream)
    # What was imported will not be collected: this keeps its pages shared with the children. What a child makes itself
    # is mostly gone with it; it need not look for circles each time it has 700 things more.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    gather_memory()
    with socket.socket(fileno=control) as door:
        door.send(READY)
        _Nursery(door).serve()


class _Nursery:
    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._children: dict[int, _Child] = {}
        self._events = selectors.DefaultSelector()
        self._events.register(door, selectors.EVENT_READ)

    def serve(self) -> None:
        while True:
            for key, _ in self._events.select(self._patience()):
                if key.fileobj is not self._door:
                    self._bury(key.fd, overdue=False)
                elif not self._take_request():
                    return
            for handle, child in list(self._children.items()):
                if child.deadline <= time.monotonic():
                    self._bury(handle, overdue=True)

    def _patience(self) -> float | None:
        deadlines = [child.deadline for child in self._children.values()]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _take_request(self) -> bool:
        message, handles, _, _ = socket.recv_fds(self._door, 1000, 2)
        if not message:
            return False
        task, status = handles
        wish = json.loads(message)
        allowance = Allowance(seconds=wish["seconds"], memory=wish["memory"])
        nursery = os.getpid()
        pid = os.fork()
        if pid == 0:
            _live(task, allowance, nursery)
        os.close(task)
        handle = os.pidfd_open(pid)
        self._children[handle] = _Child(pid=pid, status=status, deadline=time.monotonic() + allowance.seconds)
        self._events.register(handle, selectors.EVENT_READ)
        return True

    def _bury(self, handle: int, *, overdue: bool) -> None:
        """End a child with all it may have started, and tell how it ended. Until it is reaped the pid is its own."""
        child = self._children.pop(handle)
        self._events.unregister(handle)
        os.close(handle)
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError, PermissionError):
                kill(child.pid, signal.SIGKILL)
        _, ended, used = os.wait4(child.pid, 0)
        code = os.waitstatus_to_exitcode(ended)
        report = {"code": code, "overdue": overdue, "peak": used.ru_maxrss * 1024}
        with suppress(BrokenPipeError):  # when nobody waits for it any more
            os.write(child.status, json.dumps(report).encode())
        os.close(child.status)


def _live(task: int, allowance: Allowance, nursery: int) -> None:
    """Do one task in the forked child; never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        die_with(nursery)
        os.dup2(task, 3)
        os.closerange(4, 65536)
        limit(allowance)
        _work(socket.socket(fileno=3))
        code = 0
    except MemoryError:
        code = EXIT_MEMORY
    finally:
        # No handlers, no buffers, no destructors of what the file may have damaged.
        os._exit(code)


def _work(door: socket.socket) -> None:
    """Read what is to be done until the end, do it, send the answer: octets, or pieces of it as they are made."""
    with door.makefile("rb") as stream:
        # Written by our own process, not by the file: this direction is trusted.
        name, arguments = pickle.load(stream)  # noqa: S301
    answer: bytes | Iterator[bytes] = _resolve(name)(*arguments)
    for piece in (answer,) if isinstance(answer, bytes) else answer:
        door.sendall(piece)


def _resolve(name: str) -> Callable[..., Any]:
    """Find "package.module:function"; the names are our own, never those of a file."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def boot() -> None:
    """Start from the JSON object on standard input: `control`, `preload`."""
    wish: dict[str, Any] = json.loads(sys.stdin.readline())
    main(wish["control"], wish["preload"])
