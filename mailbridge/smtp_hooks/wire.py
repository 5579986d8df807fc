"""The connection to the next hop: octets become replies, and it is known when it can take more of ours."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from typing import TypeAlias, cast

from mailbridge.smtp_hooks.deadline import Deadline
from mailbridge.smtp_hooks.replies import NextHopLost, Reply

# RFC 5321 §4.5.3.1.5 says 512 octets a line; real servers write longer ones. Beyond these it is no SMTP server.
MAX_LINE = 8192
MAX_LINES = 200

# Octets that may wait for the next hop to take them before we stop reading from the client.
_MOST_UNSENT = 256 << 10

Connection: TypeAlias = tuple[str, int, str, int]
"""Address and port of both ends, who connected first: the system lends one port to connections to several servers."""


def connection_of(here: object, there: object) -> Connection | None:
    """Name a connection by the names of its two sockets; None when they are no addresses with ports."""
    if isinstance(here, tuple) and isinstance(there, tuple) and len(here) > 1 and len(there) > 1:
        return str(here[0]), int(here[1]), str(there[0]), int(there[1])
    return None


_CODE = re.compile(rb"[2-5][0-9]{2}(?=[ -]|$)")


class Wire(asyncio.Protocol):
    """
    One connection. `lost` says why it is gone.

    Args:
        connections: Gets this one as long as it stands.
    """

    def __init__(self, connections: set[Connection]) -> None:
        self._connections = connections
        self._connection: Connection | None = None
        self.transport: asyncio.Transport | None = None
        self.replies: deque[Reply] = deque()
        self.lost: str | None = None
        self.is_full = False
        self.on_change: Callable[[], None] | None = None
        """Called when there is room again, and when the connection is lost; for whoever passes content on."""
        self._octets = b""
        self._lines: list[bytes] = []
        self._arrival: asyncio.Future[None] | None = None
        self._deadline = Deadline(asyncio.get_running_loop(), self._expire)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # create_connection gives no other; uvloop's transports fulfil it without deriving from it.
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=_MOST_UNSENT)
        self._connection = connection_of(transport.get_extra_info("sockname"), transport.get_extra_info("peername"))
        if self._connection is not None:
            self._connections.add(self._connection)

    def data_received(self, octets: bytes) -> None:
        """Take octets, and wake who waits for a reply."""
        *lines, self._octets = (self._octets + octets).split(b"\n")
        for line in lines:
            self._take(line.removesuffix(b"\r"))
        if len(self._octets) > MAX_LINE:
            self._break("a line without end")

    def connection_lost(self, error: Exception | None) -> None:
        """Note why."""
        if self._connection is not None:
            self._connections.discard(self._connection)
        self._break(str(error) if error else "closed by the other side")

    def pause_writing(self) -> None:
        """Note that the next hop takes octets more slowly than they come."""
        self.is_full = True

    def resume_writing(self) -> None:
        """Note that it has caught up."""
        self.is_full = False
        if self._arrival is None:
            # Else it is the time-out of a reply that runs.
            self._deadline.clear()
        self._tell()

    @property
    def is_silent(self) -> bool:
        """Say whether it stands, and nothing was said that was not asked for, not even half a reply."""
        return self.lost is None and not (self.replies or self._lines or self._octets)

    async def reply(self, seconds: float) -> Reply:
        """Wait for one reply; raises `NextHopLost`."""
        while not self.replies:
            self.check()
            self._arrival = asyncio.get_running_loop().create_future()
            self._deadline.set(seconds)
            await self._arrival
        self._deadline.clear()
        return self.replies.popleft()

    def send(self, *octets: bytes) -> None:
        """Hand octets to the system, all at once; raises `NextHopLost`."""
        self.check()
        if self.transport is None:
            raise NextHopLost("no connection")
        self.transport.writelines(octets)

    def expect_room(self, seconds: float) -> None:
        """Give up when there is no room for more within this time."""
        self._deadline.set(seconds)

    def abort(self) -> None:
        """Cut the connection; what was not sent is never sent."""
        self._break("aborted")

    def forget_unread(self) -> None:
        """Drop what came before TLS (RFC 3207 §6: it may come from anybody)."""
        self._octets, self._lines = b"", []
        self.replies.clear()

    def check(self) -> None:
        """Raise `NextHopLost` when the connection is gone."""
        if self.lost is not None:
            raise NextHopLost(self.lost)

    def _take(self, line: bytes) -> None:
        code = _CODE.match(line)
        same = not self._lines or self._lines[0][:3] == line[:3]
        if self.lost is not None:
            return
        if code is None or not same or len(line) > MAX_LINE or len(self._lines) >= MAX_LINES:
            self._break("what it says is not SMTP")
            return
        self._lines.append(line)
        if line[3:4] != b"-":
            if len(self.replies) >= MAX_LINES:
                self._break("it speaks without being asked")
                return
            self.replies.append(Reply(int(code[0]), tuple(self._lines)))
            self._lines = []
            self._wake()

    def _expire(self) -> None:
        self._break("time-out")

    def _break(self, why: str) -> None:
        if self.lost is None:
            self.lost = why
        self._deadline.close()
        if self.transport is not None:
            self.transport.abort()
        self._wake()
        self._tell()

    def _wake(self) -> None:
        arrival, self._arrival = self._arrival, None
        if arrival is not None and not arrival.done():
            arrival.set_result(None)

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()
