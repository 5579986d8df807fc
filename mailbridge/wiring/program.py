"""
One process of the program as it is served: its roles, and how it is talked to.

With doors and what is behind them in one configuration it is the parent: it has the doors, and a child works and sends.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.control.asking import Answer, ControlServer, ask
from mailbridge.control.child import Child
from mailbridge.control.lifeline import Lifeline
from mailbridge.control.status import ChildState, ProcessStatus, read_status
from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.settings import Problem, Role, Settings, check_files, load
from mailbridge.settings.changes import needs_restart
from mailbridge.wiring.app import App

log = logging.getLogger("mailbridge.program")

_RELOAD_WITHIN = 60.0
"""Seconds that the child gets to read and check the configuration."""
_STATUS_WITHIN = 5.0
"""Seconds that the child gets to tell how it is; a database that is away takes it longer, and is told of next time."""


class Program:
    """
    One process.

    Args:
        path: The configuration, read again by a reload.
        roles: What this process does itself.
        child: Does the other roles for it.
        lifeline: To the parent, when this process is a child.
    """

    def __init__(
        self,
        settings: Settings,
        path: Path,
        roles: frozenset[Role],
        *,
        child: Child | None = None,
        lifeline: Lifeline | None = None,
    ) -> None:
        self.app = App(settings, on_accepted=child.wake if child else lambda: None)
        self.stop = asyncio.Event()
        self._started_with = settings
        self._path = path
        self._roles = roles
        self._child = child
        self._lifeline = lifeline
        self._since = datetime.now(UTC)
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._child_stop = asyncio.Event()
        self._names = tuple(role.value for role in Role if role in roles)
        answers = {"status": self._answer_status, "reload": self.reload, "drain": self._drain}
        self._control = ControlServer(settings.control_folder, f"{'-'.join(self._names)}-{os.getpid()}", answers)

    async def run(self, announce: Callable[[], None]) -> int:
        """
        Run until told to end; return the exit status.

        Args:
            announce: Called when all roles run.

        Raises:
            Misconfigured, Unavailable: As `App.running` does.
        """
        self._listen_to_signals()
        status = 0
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._control.stop)
            await self._open_control()
            child: asyncio.Task[int] | None = None
            try:
                async with self.app.running(roles=self._roles, stop=self.stop):
                    if self._child is not None:
                        child = asyncio.create_task(self._child.run(self._child_stop))
                        child.add_done_callback(lambda _: self.stop.set())
                        await self._until(self._child.first_try)
                    await self._open_figures(stack)
                    if self._lifeline is not None:
                        self._lifeline.hold(self.app.wake, self.stop.set)
                        stack.callback(self._lifeline.close)
                        self._lifeline.say_ready(str(self._control.path or ""))
                    announce()
                    await self.stop.wait()
            finally:
                # The doors are closed now: whatever they took is behind them, and may be walked to the end.
                self._child_stop.set()
                if child is not None:
                    status = await child
        return status

    async def _until(self, event: asyncio.Event) -> None:
        """Wait for an event, or the end."""
        waiting = [asyncio.ensure_future(each.wait()) for each in (event, self.stop)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop.set)
        if self._lifeline is None:  # a terminal tells parent and child, and the parent tells the child in its turn
            loop.add_signal_handler(signal.SIGINT, self.stop.set)
            loop.add_signal_handler(signal.SIGHUP, lambda: self._begin(self._reload_by_signal()))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open_control(self) -> None:
        try:
            await self._control.start()
        except Unavailable as error:  # mail comes first
            log.error("status, reload and drain will not find this process", extra={"detail": error.detail})

    async def _open_figures(self, stack: AsyncExitStack) -> None:
        listen = self._started_with.metrics
        if listen is None or self._lifeline is not None:
            return
        from mailbridge.control.metrics import Page

        loop = asyncio.get_running_loop()

        def report() -> Sequence[ProcessStatus]:
            return asyncio.run_coroutine_threadsafe(self.reports(), loop).result(2 * _STATUS_WITHIN)

        page = Page(listen.host, listen.port, report)
        try:
            page.start()
        except Unavailable as error:  # mail comes first
            log.error("figures are not shown", extra={"detail": error.detail})
        else:
            stack.push_async_callback(asyncio.to_thread, page.stop)

    # -- telling ------------------------------------------------------------------------------------------------------

    async def status(self) -> ProcessStatus:
        """Tell how this process is."""
        return ProcessStatus(
            pid=os.getpid(),
            roles=self._names,
            since=self._since,
            parent=self._lifeline.parent if self._lifeline else None,
            ending=self.stop.is_set(),
            bypass=self.app.is_bypassed,
            shadow=self.app.settings.shadow,
            doors=self.app.door_status(),
            spool=await asyncio.to_thread(self.app.spool_status, datetime.now(UTC)),
            ledger=await asyncio.to_thread(self.app.ledger_status),
            trust=self.app.trust_status(),
            child=self._child.status if self._child else None,
        )

    async def reports(self) -> tuple[ProcessStatus, ...]:
        """Tell how this process and its child are; a child that does not answer is left out."""
        own = await self.status()
        socket = own.child.socket if own.child else None
        if socket is None:
            return (own,)
        try:
            said = await asyncio.to_thread(ask, Path(socket), "status", seconds=_STATUS_WITHIN)
            return own, read_status(said)
        except (Unavailable, ValueError) as error:
            log.warning("the process that works does not tell how it is", extra={"detail": str(error)})
            return (own,)

    async def _answer_status(self) -> Answer:
        return (await self.status()).as_object()

    # -- changing -----------------------------------------------------------------------------------------------------

    async def reload(self) -> Answer:
        """
        Read the configuration again; wrong, it changes nothing.

        Returns:
            `findings` (objects as those of `check --json`) when it is wrong; else `restart`, the keys that wait.

        Raises:
            Unavailable: The child does not answer; nothing has changed.
        """
        async with self._reloading:
            findings = await asyncio.to_thread(check_files, self._path)
            if findings:
                return {"findings": [_finding(each) for each in findings]}
            try:
                settings = await asyncio.to_thread(load, self._path)
                prepared = await self.app.prepare(settings)
            except Misconfigured as error:
                problem = Problem(file=error.file or "", line=error.line, problem=error.problem, remedy=error.remedy)
                return {"findings": [_finding(problem)]}
            refused = await self._reload_child()
            if refused is not None:
                return refused
            self.app.renew(settings, prepared)
            restart = needs_restart(self._started_with, settings)
            log.info("the configuration was read again", extra={"needs_restart": list(restart)})
            return {"restart": list(restart)}

    async def _reload_child(self) -> Answer | None:
        """Let the child go first: what it refuses, nobody takes over. One that does not run reads it when it does."""
        if self._child is None or self._child.status.state is not ChildState.RUNNING:
            return None
        socket = self._child.status.socket
        if socket is None:
            raise Unavailable("reload", "the process that works has no control socket; restart the program")
        answer = await asyncio.to_thread(ask, Path(socket), "reload", seconds=_RELOAD_WITHIN)
        return answer if "findings" in answer else None

    async def _reload_by_signal(self) -> None:
        try:
            answer = await self.reload()
        except Unavailable as error:
            log.error("the configuration was not read again", extra={"detail": str(error)})
            return
        findings = answer.get("findings")
        for finding in findings if isinstance(findings, list) else ():
            log.error("the configuration is wrong; nothing has changed", extra=finding)

    async def _drain(self) -> Answer:
        self.stop.set()
        return {}


def _finding(problem: Problem) -> dict[str, object]:
    return {"file": problem.file, "line": problem.line, "problem": problem.problem, "remedy": problem.remedy}
