"""The journal door as a whole: listens, and stops without cutting a mail in two."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.smtp_hooks.counts import Counts
from mailbridge.smtp_hooks.journal.desk import JournalDesk
from mailbridge.smtp_hooks.journal.dialogue import JournalDialogue
from mailbridge.smtp_hooks.journal.session import JournalSession, LmtpSession
from mailbridge.smtp_hooks.journal.settings import JournalSettings, Protocol
from mailbridge.smtp_hooks.keeping import Keeper


class JournalServer:
    """
    The door for copies.

    Args:
        keeper: Where mail is kept; `recover()` has been called.
        on_accepted: Told the id of each accepted mail, in the event loop; must not block.
        is_full: Asked at each MAIL; while it is True the client hears 452 and keeps its mail.
    """

    def __init__(
        self,
        settings: JournalSettings,
        keeper: Keeper,
        on_accepted: Callable[[str], None],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        is_full: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._desk = JournalDesk(
            settings=settings, keeper=keeper, on_accepted=on_accepted, clock=clock, is_full=is_full
        )
        self._sessions: set[JournalDialogue] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on; raises `Unavailable` before `start()`."""
        if self._server is None or not self._server.sockets:
            raise Unavailable("journal", "does not listen")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def sessions(self) -> int:
        """How many clients are connected."""
        return len(self._sessions)

    @property
    def counts(self) -> Counts:
        """What it did since it opened; to be looked at, not changed."""
        return self._desk.counts

    async def start(self) -> None:
        """Open the door; raises `Misconfigured` (certificate) or `Unavailable` (port taken)."""
        self._desk.tls_context = _server_context(self._settings)
        # aiosmtpd logs every command, with addresses, at level INFO. Who wants that sets the level before.
        chatter = logging.getLogger("mail.log")
        if chatter.level == logging.NOTSET:
            chatter.setLevel(logging.WARNING)
        session = LmtpSession if self._settings.protocol is Protocol.LMTP else JournalSession
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: session(self._desk, self._sessions),
                self._settings.listen_host,
                self._settings.listen_port,
            )
        except OSError as error:
            raise Unavailable("journal", f"cannot listen: {error}") from error

    def renew(self, settings: JournalSettings) -> None:
        """Use other settings from now on, but for address, port and protocol; sessions stay. Raises `Misconfigured`."""
        self._desk.tls_context = _server_context(settings)
        self._desk.settings = self._settings = settings

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
            for session in tuple(self._sessions):
                session.cut()
            for task in tuple(self._desk.tasks):
                task.cancel()
            await asyncio.gather(*self._desk.tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()


def _server_context(settings: JournalSettings) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(f"certificate or key cannot be used: {error}", file=settings.certificate) from error
    return context
