"""The milter door as a whole: listens, and stops without cutting a mail in two."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.errors import Unavailable
from mailbridge.smtp_hooks.counts import Counts
from mailbridge.smtp_hooks.keeping import Keeper
from mailbridge.smtp_hooks.milter.desk import MilterDesk, log
from mailbridge.smtp_hooks.milter.session import BLOCK, Session
from mailbridge.smtp_hooks.milter.settings import MilterSettings

# Seconds that the last octets to an MTA may take.
CLOSE_WITHIN = 1


class MilterServer:
    """
    The door that Postfix and Sendmail ask before they take a mail.

    Args:
        keeper: Where copies are kept; it has recovered from the last run.
        on_accepted: Told the id of each mail that waits for its walk, in the event loop; must not block.
        is_full: While it is True no copy is kept.
        passes: Asked with the recipients when no copy can be kept; True lets the mail pass without one, False refuses
            it for now (or holds it in the MTA's queue, `MilterSettings.quarantine`).
        is_bypassed: While it is True all mail passes, with no copy and no mark; asked at each mail.
    """

    def __init__(
        self,
        settings: MilterSettings,
        keeper: Keeper,
        on_accepted: Callable[[str], None],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        is_full: Callable[[], bool] = lambda: False,
        passes: Callable[[Sequence[str]], bool] = lambda _: False,
        is_bypassed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._desk = MilterDesk(
            settings=settings,
            keeper=keeper,
            on_accepted=on_accepted,
            clock=clock,
            is_full=is_full,
            passes=passes,
            is_bypassed=is_bypassed,
        )
        self._sessions: dict[Session, asyncio.Task[None] | None] = {}
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on; raises `Unavailable` before `start()` and on a Unix socket."""
        if self._server is None or not self._server.sockets or self._settings.unix_path is not None:
            raise Unavailable("milter", "listens on no port")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def sessions(self) -> int:
        """How many connections there are."""
        return len(self._sessions)

    @property
    def counts(self) -> Counts:
        """What it did since it opened; to be looked at, not changed."""
        return self._desk.counts

    def renew(self, settings: MilterSettings) -> None:
        """Use other settings for the mails to come; where it listens stays as it is."""
        self._desk.settings = self._settings = settings

    async def start(self) -> None:
        """Open the door; raises `Unavailable` (port or path taken)."""
        settings = self._settings
        try:
            if settings.unix_path is None:
                self._server = await asyncio.start_server(
                    self._serve, settings.listen_host, settings.listen_port, limit=BLOCK
                )
            else:
                _refuse_living(settings.unix_path)
                self._server = await asyncio.start_unix_server(self._serve, settings.unix_path, limit=BLOCK)
                _open_up(settings.unix_path, settings.unix_mode)
        except OSError as error:
            raise Unavailable("milter", f"cannot listen: {error}") from error

    async def stop(self) -> None:
        """Close the door, let mails in transfer finish within `stop_within` seconds, then cut what is left."""
        self._desk.stopping = True
        if self._server is not None:
            self._server.close()
        for session in tuple(self._sessions):
            session.leave_if_idle()
        try:
            async with asyncio.timeout(self._settings.stop_within):
                # Two sets that empty in many places, once in a run.
                while self._sessions or self._desk.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            await _cut([task for task in self._sessions.values() if task is not None])
            # Some were cut behind our answer to a mail: that its fate is unknown is soon written down.
            if self._desk.tasks:
                await asyncio.wait(self._desk.tasks, timeout=1)
            await _cut(list(self._desk.tasks))
        if self._server is not None:
            await self._server.wait_closed()
        # Closing a connection takes the loop one more turn.
        await asyncio.sleep(0.01)
        if self._settings.unix_path is not None:
            _remove(self._settings.unix_path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._desk.stopping or len(self._sessions) >= self._settings.max_sessions:
            self._desk.counts.refused_sessions += 1
            log.warning("no more connections", extra={"sessions": len(self._sessions)})
            writer.close()
            return
        session = Session(self._desk, reader, writer)
        self._desk.counts.sessions += 1
        self._sessions[session] = asyncio.current_task()
        try:
            await session.run()
        except Exception:  # noqa: BLE001 - a bug met by one connection must not cost the others
            log.exception("bug in a session")
        finally:
            try:
                await _close(writer)
            finally:
                del self._sessions[session]


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close it, and break it off when the peer does not take what was written."""
    writer.close()
    if not writer.transport.get_write_buffer_size():
        return
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


async def _cut(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _refuse_living(path: str) -> None:
    """Raise `OSError` when somebody listens there; a socket that a dead process left is taken over."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return
    raise FileExistsError(f"somebody listens on {path}")


def _open_up(path: str, mode: int) -> None:
    # Until now nobody but us could write to it, whatever the umask.
    Path(path).chmod(mode)


def _remove(path: str) -> None:
    with suppress(OSError):
        Path(path).unlink(missing_ok=True)
