"""Asking and answering over a control socket: one JSON line each way, then both hang up."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias

from mailbridge.control.sockets import connected, listening
from mailbridge.errors import MailBridgeError, Unavailable

log = logging.getLogger("mailbridge.control")

Answer: TypeAlias = Mapping[str, object]
Answerer: TypeAlias = Callable[[], Awaitable[Answer]]

_LONGEST = 1 << 20
"""Octets of a line: a status has some hundred, findings in a spoilt configuration some ten thousand."""
_PATIENCE = 10.0
"""Seconds in which whoever connects must have asked."""


def ask(path: Path, question: str, *, seconds: float = 10.0) -> Answer:
    """
    Ask a running process and return its answer; blocks.

    Raises:
        Unavailable: It is gone, does not answer within `seconds`, or says that it cannot.
    """
    try:
        with closing(connected(path, seconds)) as peer, peer.makefile("rwb") as stream:
            stream.write(json.dumps({"ask": question}).encode() + b"\n")
            stream.flush()
            line = stream.readline(_LONGEST)
    except OSError as error:
        raise Unavailable("running program", f"{path.name} does not answer: {error.strerror or error}") from error
    try:
        said = json.loads(line)
        answer, error_said = said.get("answer"), said.get("error")
    except (ValueError, AttributeError) as error:
        raise Unavailable("running program", f"{path.name} hung up") from error
    if not isinstance(answer, dict):
        raise Unavailable("running program", str(error_said))
    return answer


class ControlServer:
    """Answers at a control socket, in the event loop; `answers` by the word that is asked."""

    def __init__(self, folder: Path, stem: str, answers: Mapping[str, Answerer]) -> None:
        self._folder = folder
        self._stem = stem
        self._answers = answers
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()
        self.path: Path | None = None
        """Where it listens; None while it does not."""

    async def start(self) -> None:
        """Begin to listen; raises `Unavailable`."""
        listener, self.path = await asyncio.to_thread(listening, self._folder, self._stem)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=_LONGEST)

    async def stop(self) -> None:
        """Listen no more; who has asked gets the answer first."""
        if self._server is None or self.path is None:
            return
        path, self.path = self.path, None
        with suppress(OSError):
            path.unlink(missing_ok=True)
        self._server.close()
        if self._busy:
            await asyncio.wait(self._busy, timeout=_PATIENCE)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # says for the type checker that this runs in one
        self._busy.add(task)
        try:
            async with asyncio.timeout(_PATIENCE):
                line = await reader.readline()
            if line:
                said = await self._say(line)
                writer.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError):  # ValueError: a line without an end
            pass
        finally:
            self._busy.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _say(self, line: bytes) -> Mapping[str, object]:
        try:
            asked = json.loads(line)
            answerer = self._answers.get(str(asked["ask"]))
        except (ValueError, KeyError, TypeError):
            return {"error": "that is no question"}
        if answerer is None:
            return {"error": f"this process cannot answer {asked['ask']!r}"}
        try:
            return {"answer": await answerer()}
        except MailBridgeError as error:
            return {"error": str(error)}
        except Exception as error:  # a fault of ours in an answer must not end the program that carries mail
            log.exception("control failed", extra={"asked": asked["ask"]})
            return {"error": f"{type(error).__name__}: see the log"}
