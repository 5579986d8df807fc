"""An outbox in memory, and a real SMTP server on a loopback port that can be told to misbehave."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiosmtpd.smtp import SMTP

from mailbridge.errors import Unavailable
from mailbridge.mail.letter import Letter, LetterKind

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def letter(name: str = "1", *, recipient: str = "vanthu@vpcp.example", text: str = "x") -> Letter:
    content = f"From: a@b.example\r\nTo: {recipient}\r\nMessage-ID: <{name}@b.example>\r\n\r\n.{text}\r\n.\r\nend\r\n"
    return Letter(
        key=f"mail-{name}:sonv:accepted:{recipient}",
        kind=LetterKind.ACCEPTED,
        agency="sonv",
        mail_id=f"mail-{name}",
        sender="",
        recipient=recipient,
        content=content.encode(),
    )


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Row:
    letter: Letter
    due: datetime
    attempts: int = 0
    leased_until: datetime | None = None
    reply: str | None = None
    error: str | None = None
    given_up: bool = False

    @property
    def created_at(self) -> datetime:
        return START


@dataclass
class FakeOutbox:
    """Fulfils the port; `broken` names the methods that raise `Unavailable` for now."""

    rows: dict[str, Row] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    threads: set[str] = field(default_factory=set)

    def post(self, *letters: Letter, due: datetime = START) -> None:
        for each in letters:
            self.rows.setdefault(each.key, Row(letter=each, due=due))

    def _reached(self, method: str) -> None:
        self.threads.add(threading.current_thread().name)
        if method in self.broken:
            raise Unavailable("database", method)

    def lease(self, now: datetime, seconds: float) -> Row | None:
        self._reached("lease")
        for key, row in sorted(self.rows.items(), key=lambda item: (item[1].due, item[0])):
            waiting = row.reply is None and not row.given_up and row.due <= now
            if waiting and (row.leased_until is None or row.leased_until <= now):
                until = now + timedelta(seconds=seconds)
                self.rows[key] = replace(row, attempts=row.attempts + 1, leased_until=until)
                return self.rows[key]
        return None

    def sent(self, key: str, reply: str, now: datetime) -> bool:
        self._reached("sent")
        if self.rows[key].reply is not None:
            return False
        self.rows[key] = replace(self.rows[key], reply=reply, leased_until=None)
        return True

    def failed(self, key: str, error: str, retry_at: datetime | None, now: datetime) -> bool:
        self._reached("failed")
        row = self.rows[key]
        self.rows[key] = replace(
            row, error=error, due=retry_at or row.due, given_up=retry_at is None, leased_until=None
        )
        return True


@dataclass
class Sink:
    """
    What an SMTP server has seen: envelopes, contents, and how many connections there were.

    `answers` maps a command (MAIL, RCPT, DATA) to the replies that it gives next instead of its own.
    """

    got: list[tuple[str | None, tuple[str, ...], bytes]] = field(default_factory=list)
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    before_reply: Callable[[], None] | None = None
    hang_up_after_data: bool = False
    smtputf8: bool = True
    tls: ssl.SSLContext | None = None
    encrypted: int = 0
    port: int = 0

    def _answer(self, command: str) -> str | None:
        self.commands.append(command)
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else None

    async def handle_EHLO(  # noqa: N802 — aiosmtpd looks hooks up by this name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 — as above
        self, server: Any, session: Any, envelope: Any, address: str | None, options: list[str]
    ) -> str:
        answer = self._answer("MAIL")
        if answer:
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 — as above
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._answer("RCPT")
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 — as above
        return self._answer("RSET") or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 — as above
        answer = self._answer("DATA")
        if answer:
            return answer
        self.encrypted += session.ssl is not None
        self.got.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        if self.before_reply:
            self.before_reply()
        if self.hang_up_after_data:
            self.hang_up_after_data = False
            server.transport.abort()
        return f"250 2.0.0 queued as {len(self.got)}"


class _Server(SMTP):
    def __init__(self, sink: Sink) -> None:
        super().__init__(sink, enable_SMTPUTF8=sink.smtputf8, hostname="next.example", tls_context=sink.tls)
        sink.connections += 1


class Running:
    """A started server; `stop` also ends its connections, so that the port is free again."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._sessions: list[_Server] = []
        self._server: asyncio.Server | None = None

    def _session(self) -> _Server:
        self._sessions.append(_Server(self._sink))
        return self._sessions[-1]

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", self._sink.port)
        self._sink.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for session in self._sessions:
            transport = session.transport
            if isinstance(transport, asyncio.Transport) and not transport.is_closing():
                transport.abort()
        await self._server.wait_closed()
        self._server = None
        # The sessions notice the end of their connection in the next rounds of the loop.
        await asyncio.sleep(0.01)


@contextmanager
def forced(outbox: FakeOutbox, *methods: str) -> Iterator[None]:
    """Let methods of the outbox fail for a while."""
    outbox.broken.update(methods)
    try:
        yield
    finally:
        outbox.broken.difference_update(methods)
