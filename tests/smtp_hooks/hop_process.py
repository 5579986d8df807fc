"""
A hop in a process of its own that can be killed, or kills itself at a chosen step.

    python hop_process.py ROOT NEXT_HOP_PORT [STEP [MAX_FILE_SIZE]]

Prints its port. STEP: sealed, replied, recording, recorded, answered, or "-" for none.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mailbridge.smtp_hooks.server import HopServer
from mailbridge.smtp_hooks.settings import End, HopSettings, Upstream
from mailbridge.spool import Capture, Spool
from mailbridge.spool.frames import Kind
from mailbridge.spool.steps import NoteStep


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(real: Callable[..., Any]) -> Callable[..., Any]:
    async def both(*arguments: Any) -> None:
        await real(*arguments)
        die()

    return both


def dying_with(kind: Kind, real: Callable[..., Any]) -> Callable[..., Any]:
    """Die when this was written, and before anybody hears so."""

    def finish(step: NoteStep, *arguments: Any) -> None:
        if step._kind is kind:
            die()
        real(step, *arguments)

    return finish


def arm(step: str) -> None:
    match step:
        case "sealed":
            Capture.seal = dying_after(Capture.seal)  # type: ignore[method-assign]
        case "replied":
            Capture.accept = die  # type: ignore[method-assign,assignment]
        case "recording":
            NoteStep.finish = dying_with(Kind.ACCEPT, NoteStep.finish)  # type: ignore[method-assign]
        case "recorded":
            Capture.accept = dying_after(Capture.accept)  # type: ignore[method-assign]
        case "answered":
            Spool.answer_heard = die  # type: ignore[method-assign]


async def main(root: str, next_hop_port: str, step: str = "-", max_file_size: str = "0") -> None:
    arm(step)
    if int(max_file_size):
        # The test can lift it again.
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(max_file_size), resource.RLIM_INFINITY))
    spool = Spool(Path(root))
    spool.recover()
    next_hop = Upstream(ends=(End(host="127.0.0.1", port=int(next_hop_port)),))
    settings = HopSettings(hostname="hop.example", next_hop=next_hop)
    server = HopServer(settings, spool, lambda _: None)
    await server.start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
