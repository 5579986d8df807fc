"""
The line between a process with doors and its child that works and sends.

A pair of sockets that only the two hold: the parent wakes the child with an octet when mail was accepted, the child
says when it runs, and for each the end of the line is the end of the other. It is inherited by number, which an
environment variable names, so that no option of `serve` can be given by mistake.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, MutableMapping
from contextlib import suppress

VARIABLE = "MAILBRIDGE_LIFELINE"

_WAKE = b"."
_BLOCK = 1 << 16


class Lifeline:
    """The child's end."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.parent = os.getppid()

    @classmethod
    def inherited(cls, environment: MutableMapping[str, str] = os.environ) -> Lifeline | None:
        """Take it over, out of the environment so that no child of ours believes to have it; None without a parent."""
        number = environment.pop(VARIABLE, None)
        if number is None or not number.isdigit():
            return None
        try:
            line = socket.socket(fileno=int(number))
        except OSError:
            return None
        line.set_inheritable(False)
        line.setblocking(False)
        return cls(line)

    def hold(self, on_wake: Callable[[], None], on_end: Callable[[], None]) -> None:
        """Listen, in the running loop, until the parent is gone; `on_end` is called once then."""
        loop = asyncio.get_running_loop()

        def heard() -> None:
            try:
                octets = self._line.recv(_BLOCK)
            except BlockingIOError:
                return
            except OSError:
                octets = b""
            if octets:
                on_wake()
            else:
                loop.remove_reader(self._line)
                on_end()

        loop.add_reader(self._line, heard)

    def say_ready(self, control: str) -> None:
        """Tell the parent that the roles run, and where this process can be asked ("" where it cannot)."""
        with suppress(OSError):
            self._line.send(control.encode("utf-8", "surrogateescape") + b"\n")

    def close(self) -> None:
        """Let go."""
        with suppress(ValueError, RuntimeError):
            asyncio.get_running_loop().remove_reader(self._line)
        self._line.close()


class ParentEnd:
    """The parent's end, for one life of the child; `inherit` is what the child gets, closed here by `started`."""

    def __init__(self, on_ready: Callable[[str], None]) -> None:
        self._line, self._others = socket.socketpair()
        self._line.setblocking(False)
        self._on_ready = on_ready
        self._heard = b""

    @property
    def inherit(self) -> int:
        """The descriptor that the child inherits."""
        return self._others.fileno()

    def started(self) -> None:
        """Keep our own end only, now that the child has its own, and listen."""
        self._others.close()
        asyncio.get_running_loop().add_reader(self._line, self._hear)

    def _hear(self) -> None:
        try:
            octets = self._line.recv(_BLOCK)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            asyncio.get_running_loop().remove_reader(self._line)
            return
        self._heard += octets
        if b"\n" in self._heard:
            self._on_ready(self._heard.partition(b"\n")[0].decode("utf-8", "surrogateescape"))
            self._heard = b""

    def wake(self) -> None:
        """Say that mail waits; when the line is full, the child has been told already."""
        with suppress(OSError):
            self._line.send(_WAKE)

    def close(self) -> None:
        """Tell the child to end in good order: to it, the parent is gone."""
        with suppress(ValueError, RuntimeError):
            asyncio.get_running_loop().remove_reader(self._line)
        self._line.close()
        self._others.close()
