"""
The child that works and sends, so that the doors have a core of their own.

When it dies it is started anew: the doors go on, and mail waits in the spool meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import os
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress

from mailbridge.control.lifeline import VARIABLE, ParentEnd
from mailbridge.control.status import ChildState, ChildStatus

log = logging.getLogger("mailbridge.child")

BAD_CONFIGURATION = 78
"""The child's way to say that starting it anew would not help (sysexits.h EX_CONFIG)."""

_SHORTEST, _LONGEST = 1.0, 30.0
"""Seconds between a death and the next start; doubled at each death."""
_LIVED = 60.0
"""Seconds after which a life counts, and the next death is a first one again."""


class Child:
    """
    One child process with some roles.

    Args:
        command: What is run.
        end_within: Seconds that it gets to finish what is under way; then it is killed.
    """

    def __init__(self, command: Sequence[str], roles: Sequence[str], *, end_within: float = 60.0) -> None:
        self._command = tuple(command)
        self._roles = tuple(roles)
        self._end_within = end_within
        self._process: Process | None = None
        self._line: ParentEnd | None = None
        self._state = ChildState.STARTING
        self._control: str | None = None
        self._restarts = 0
        self._last_exit: int | None = None
        self.first_try = asyncio.Event()
        """Set when it runs for the first time, or has failed to."""

    @property
    def status(self) -> ChildStatus:
        """How it is now."""
        return ChildStatus(
            roles=self._roles,
            state=self._state,
            pid=self._process.pid if self._process else None,
            restarts=self._restarts,
            last_exit=self._last_exit,
            socket=self._control,
        )

    def wake(self) -> None:
        """Say that mail was accepted. While it is not there, it looks by itself when it comes."""
        if self._line is not None:
            self._line.wake()

    async def run(self, stop: asyncio.Event) -> int:
        """
        Keep it running until `stop` is set, then end it.

        Returns:
            0, or 78 when it cannot use the configuration: then everything is to end.
        """
        pause = _SHORTEST
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            status = await self._live(stop)
            self.first_try.set()
            if stop.is_set():
                break
            self._last_exit = status
            if status == BAD_CONFIGURATION:
                return BAD_CONFIGURATION
            if asyncio.get_running_loop().time() - began >= _LIVED:
                pause = _SHORTEST
            self._state = ChildState.WAITING
            log.error("the process that works ended; it is started anew", extra={"status": status, "pause": pause})
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(2 * pause, _LONGEST)
            self._restarts += 1
        return 0

    async def _live(self, stop: asyncio.Event) -> int:
        """Start it, and return its exit status once it ended, or was told to because of `stop`."""
        self._state = ChildState.STARTING
        line = ParentEnd(self._is_ready)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(line.inherit,),
                env={**os.environ, VARIABLE: str(line.inherit)},
            )
        except OSError as error:  # no memory, no more processes
            line.close()
            log.error("the process that works cannot be started", extra={"detail": str(error)})
            return os.EX_OSERR
        line.started()
        self._line, self._process = line, process
        ended = asyncio.ensure_future(process.wait())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((ended, stopping), return_when=asyncio.FIRST_COMPLETED)
            line.close()
            await self._finish(process, ended)
            return ended.result()
        finally:
            stopping.cancel()
            line.close()
            self._line = self._process = self._control = None

    async def _finish(self, process: Process, ended: asyncio.Future[int]) -> None:
        await asyncio.wait((ended,), timeout=self._end_within)
        if not ended.done():
            log.error("the process that works does not end; it is killed", extra={"after": self._end_within})
            with suppress(ProcessLookupError):
                process.kill()
            await ended

    def _is_ready(self, control: str) -> None:
        self._state = ChildState.RUNNING
        self._control = control or None
        self.first_try.set()
