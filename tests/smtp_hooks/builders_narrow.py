"""Clients that read nothing, on connections that hold next to nothing: what we say to them waits with us."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mailbridge.smtp_hooks.dialogue import Dialogue
from tests.smtp_hooks.builders_smtp import Hop, RawClient, eventually


def newest(hop: Hop) -> Dialogue:
    """The hop's side of the only session there is."""
    [session] = hop.server._sessions
    return session


@asynccontextmanager
async def narrow(hop: Hop) -> AsyncIterator[RawClient]:
    """A client that has greeted, and from now on reads only what it is told to; some 10 KB fit into the kernel."""
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.setblocking(False)
    await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", hop.server.port))
    reader, writer = await asyncio.open_connection(sock=wire, limit=1 << 20)
    client = RawClient(reader, writer)
    try:
        await client.hear()
        await eventually(lambda: hop.server.sessions == 1)
        ours = newest(hop).transport
        assert ours is not None
        ours.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        await client.say(b"EHLO x.example")
        # asyncio reads by itself; this client does not.
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a ReadTransport, too
        yield client
    finally:
        writer.transport.abort()
