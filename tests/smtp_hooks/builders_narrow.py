"""Clients that read nothing, on connections that hold next to nothing: what we say to them waits with us."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from mailbridge.smtp_hooks.connection import Connection
from tests.smtp_hooks.builders_smtp import Hop, RawClient, eventually


def newest(hop: Hop) -> Connection:
    """The hop's side of the only session there is."""
    [session] = hop.server._sessions
    return session


def lowest(hop: Hop) -> asyncio.Transport:
    """The hop's transport right above the socket of that session, also under TLS."""
    session = newest(hop)
    return cast(asyncio.Transport, session._original_transport or session.transport)


@asynccontextmanager
async def narrow(hop: Hop, context: ssl.SSLContext | None = None) -> AsyncIterator[RawClient]:
    """
    A client that has greeted, and from now on reads only what it is told to; some 10 KB fit into the kernel.

    With a context, that is under TLS.
    """
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.setblocking(False)
    await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", hop.server.port))
    reader, writer = await asyncio.open_connection(sock=wire, limit=1 << 20)
    client = RawClient(reader, writer)
    try:
        await client.hear()
        await eventually(lambda: hop.server.sessions == 1)
        lowest(hop).get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        below = writer.transport
        await client.say(b"EHLO x.example")
        if context is not None:
            await client.say(b"STARTTLS")
            await writer.start_tls(context, server_hostname="hop.example")
            await client.say(b"EHLO x.example")
        # asyncio reads by itself; this client does not.
        below.pause_reading()  # type: ignore[attr-defined]  # it is a ReadTransport, too
        yield client
    finally:
        writer.transport.abort()
