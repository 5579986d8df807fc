"""
Running a reader in a limited process of its own.

The file goes to the child through a socket, never through a file on disk: mail may be private or secret. The answer
comes back as octets; what they mean, and whether to believe their shape, is for `answers` to say, because a child
that was taken over by its file can send anything.
"""

from __future__ import annotations

import json
import os
import pickle
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mailbridge.errors import Unavailable
from mailbridge.reading.nursery import EXIT_MEMORY, READY
from mailbridge.reading.problems import Problem, Unreadable

LARGEST_ANSWER = 16 * 1024 * 1024
"""Octets; pages of 60,000 characters, five of them, with a box to each line, are far below it."""

# Importing the parsers takes two seconds on one modest core; a busy machine gets a minute.
_START_SECONDS = 60.0
# The nursery ends a child in time; when even that does not come, the nursery itself is stuck.
_GRACE_SECONDS = 5.0
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.readline());"
    "from mailbridge.reading.nursery import boot; boot()"
)
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(slots=True)
class _Nursery:
    """The running process from which children are forked, and our end of the socket to it."""

    process: subprocess.Popen[bytes]
    door: socket.socket
    owner: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Errand:
    """What a child is sent for: the pickled request, and what it may cost; `most` octets of answer."""

    request: bytes
    seconds: float
    memory: int
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What a child said before it ended; `problem` when it did not end well, and was perhaps not finished."""

    octets: bytearray
    problem: Unreadable | None


class _NurseryLost(Exception):
    """The nursery ended while it was needed."""


class Sandbox:
    """
    Runs tasks, each in a process of its own; safe for use by many threads at once.

    `seconds` limit one task (wall and CPU), `memory` what it may take beyond the parsers themselves, in octets.
    `preload` are functions ("package.module:function") called once, before the first task; their modules stay imported.
    """

    def __init__(self, *, seconds: float, memory: int, preload: Sequence[str]) -> None:
        self._seconds = seconds
        self._memory = memory
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._nursery: _Nursery | None = None

    def run(self, task: str, *arguments: object, seconds: float | None = None) -> bytes:
        """
        Call `task` ("package.module:function") with these arguments in a new process and return its octets. Blocks.

        Args:
            seconds: In the place of those of the sandbox.

        Raises:
            Unreadable: `timeout`, `memory`, `too-large` or `malformed`: what became of the child.
            Unavailable: no process could be started.
        """
        answered = self.collect(task, *arguments, seconds=seconds)
        if answered.problem is not None:
            raise answered.problem
        return bytes(answered.octets)

    def collect(
        self, task: str, *arguments: object, seconds: float | None = None, most: int = LARGEST_ANSWER
    ) -> Answered:
        """
        Call a task as `run` does; what came before it failed is kept, for a task that says things one by one.

        Args:
            most: Octets of answer that are taken; with more the problem is `too-large`.

        Raises:
            Unavailable: no process could be started.
        """
        errand = _Errand(
            request=pickle.dumps((task, arguments)),
            seconds=self._seconds if seconds is None else seconds,
            memory=self._memory,
            most=most,
        )
        for _ in range(2):
            # A nursery killed from outside takes its children along; tasks change nothing, so begin again, once.
            with suppress(_NurseryLost):
                return self._attempt(errand)
        raise Unavailable("reading", "the process that opens files was killed")

    def close(self) -> None:
        """End the nursery and all its children; the next `run` starts a new one."""
        with self._lock:
            if self._nursery is not None:
                _stop(self._nursery.process, self._nursery.door)
            self._nursery = None

    def _attempt(self, errand: _Errand) -> Answered:
        ours, theirs = socket.socketpair()
        report, told = os.pipe()
        try:
            with ours:
                try:
                    nursery = self._ask(theirs, told, errand)
                finally:
                    theirs.close()
                    os.close(told)
                try:
                    return _talk(ours, report, errand)
                except (_NurseryLost, Unavailable):
                    self._discard(nursery)
                    raise
        finally:
            os.close(report)

    def _ask(self, task: socket.socket, status: int, errand: _Errand) -> _Nursery:
        """Ask for a child that reads from this socket and whose end is told to this pipe."""
        wish = json.dumps({"seconds": errand.seconds, "memory": errand.memory}).encode()
        with self._lock:
            nursery = self._nursery
            if nursery is None or nursery.owner != os.getpid():
                nursery = self._nursery = self._start()
        try:
            socket.send_fds(nursery.door, [wish], [task.fileno(), status])
        except OSError as error:
            self._discard(nursery)
            raise _NurseryLost from error
        return nursery

    def _discard(self, nursery: _Nursery) -> None:
        """Forget a nursery that does not serve any more, unless another thread did so."""
        with self._lock:
            if self._nursery is nursery:
                self._nursery = None
        _stop(nursery.process, nursery.door)

    def _start(self) -> _Nursery:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
                    [sys.executable, "-I", "-c", _BOOT],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    # Not in our group: Ctrl-C is for us to hear; the nursery ends when we do.
                    start_new_session=True,
                    cwd="/",
                    env={"LC_ALL": "C.UTF-8"} | {k: v for k in _KEPT_ENVIRONMENT if (v := os.environ.get(k))},
                )
            except OSError as error:
                ours.close()
                raise Unavailable("reading", "the process that opens files cannot be started") from error
            wish = {"control": theirs.fileno(), "preload": self._preload}
            path = [os.path.abspath(entry) for entry in sys.path]  # noqa: PTH100 - "" means here
            assert process.stdin is not None  # noqa: S101 - asked for above
            with suppress(BrokenPipeError), process.stdin as stream:
                stream.write(f"{json.dumps(path)}\n{json.dumps(wish)}\n".encode())
        ours.settimeout(_START_SECONDS)
        try:
            is_ready = ours.recv(len(READY)) == READY
        except OSError:
            is_ready = False
        if not is_ready:
            _stop(process, ours)
            raise Unavailable("reading", "the process that opens files did not start")
        weakref.finalize(self, _stop, process, ours)
        return _Nursery(process=process, door=ours, owner=os.getpid())


def _talk(ours: socket.socket, report: int, errand: _Errand) -> Answered:
    deadline = time.monotonic() + errand.seconds + _GRACE_SECONDS
    # A child that died while we were speaking cannot hear the rest; its report tells why.
    with suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
        ours.settimeout(errand.seconds + _GRACE_SECONDS)
        ours.sendall(errand.request)
        ours.shutdown(socket.SHUT_WR)
    answer = bytearray()
    try:
        with selectors.DefaultSelector() as events:
            events.register(ours, selectors.EVENT_READ)
            events.register(report, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in events.select(max(0.0, deadline - time.monotonic()))]
                if not ready:
                    raise Unavailable("reading", "the process that opens files does not answer")
                if ours in ready and not _receive(ours, answer, errand.most):
                    events.unregister(ours)
                # The child has ended: what it still had to say is in the socket already.
                if report in ready:
                    ours.setblocking(False)
                    while _receive(ours, answer, errand.most):
                        pass
                    return Answered(octets=answer, problem=_ending(errand, os.read(report, 1000)))
    except Unreadable as problem:
        return Answered(octets=answer, problem=problem)


def _ending(errand: _Errand, report: bytes) -> Unreadable | None:
    """Say what became of the child; None when it ended well."""
    if not report:
        raise _NurseryLost
    ended = json.loads(report)
    code: int = ended["code"]
    if code == 0:
        return None
    if ended["overdue"] or code == -signal.SIGXCPU:
        return Unreadable(Problem.TIMEOUT, f"reading took more than {errand.seconds:g} s")
    # The kernel kills by SIGKILL when the machine has no memory left; a C++ parser that gets none aborts.
    if code in (EXIT_MEMORY, -signal.SIGKILL) or (code < 0 and ended["peak"] > errand.memory // 2):
        return Unreadable(Problem.MEMORY, f"reading took more than {errand.memory >> 20} MB of memory")
    return Unreadable(Problem.MALFORMED, "the file broke its reader")


def _receive(ours: socket.socket, answer: bytearray, most: int) -> bool:
    """Take what has come; False when there is nothing more (now)."""
    try:
        octets = ours.recv(1 << 18)
    except (BlockingIOError, ConnectionResetError):
        return False
    answer += octets
    if len(answer) > most:
        raise Unreadable(Problem.TOO_LARGE, "the file holds more text than fits into one answer")
    return bool(octets)


def _stop(process: subprocess.Popen[bytes], door: socket.socket) -> None:
    door.close()
    process.kill()
    process.wait()
