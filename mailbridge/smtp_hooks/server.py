"""The hop as a whole: listens, and stops without cutting a mail in two."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from mailbridge.errors import Misconfigured, Unavailable
from mailbridge.smtp_hooks.connection import Connection
from mailbridge.smtp_hooks.counts import Counts
from mailbridge.smtp_hooks.desk import Desk
from mailbridge.smtp_hooks.keeping import Keeper
from mailbridge.smtp_hooks.pool import Pool
from mailbridge.smtp_hooks.proxy import HopSession
from mailbridge.smtp_hooks.settings import HopSettings

# Connections that wait for us to take them, as the kernel allows (net.core.somaxconn).
_BACKLOG = 512


class HopServer:
    """
    The SMTP door in front of the next hop.

    Args:
        spool: Where mail is kept while it is passed on; `recover()` has been called.
        on_accepted: Told the id of each accepted mail, in the event loop; must not block.
        is_full: While it is True the client hears 452 and keeps its mail, unless that may pass.
        passes: Says whether mail for all of these recipients is passed on when it cannot be kept; None: never.
        is_bypassed: While it is True all mail is passed on and none is kept.
    """

    def __init__(
        self,
        settings: HopSettings,
        spool: Keeper,
        on_accepted: Callable[[str], None],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        is_full: Callable[[], bool] = lambda: False,
        passes: Callable[[Sequence[str]], bool] | None = None,
        is_bypassed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._desk = Desk(
            settings=settings,
            spool=spool,
            pool=Pool(settings),
            on_accepted=on_accepted,
            clock=clock,
            is_full=is_full,
            passes=passes or (lambda _recipients: False),
            refuses_early=passes is None,
            is_bypassed=is_bypassed,
        )
        self._sessions: set[Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on; raises `Unavailable` before `start()`."""
        if self._server is None or not self._server.sockets:
            raise Unavailable("hop", "does not listen")
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
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: HopSession(self._desk, self._sessions),
                self._settings.listen_host,
                self._settings.listen_port,
                backlog=_BACKLOG,
                # Several processes may open the same door; the kernel shares the clients out.
                reuse_port=True,
            )
        except OSError as error:
            raise Unavailable("hop", f"cannot listen: {error}") from error

    def renew(self, settings: HopSettings) -> None:
        """
        Use other settings for the sessions to come; those that are open go on as they began.

        Raises `Misconfigured` and changes nothing when the certificate cannot be used. Where it listens stays as it is.
        """
        self._desk.tls_context = _server_context(settings)
        self._settings = self._desk.settings = settings
        self._desk.pool.renew(settings)

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
            while self._sessions or self._desk.tasks:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        await self._desk.pool.close()
        if self._server is not None:
            await self._server.wait_closed()


def _server_context(settings: HopSettings) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(f"certificate or key cannot be used: {error}", file=settings.certificate) from error
    return context
