"""
What the black-box tests of the hop say and look at; the one place that knows how a hop is started for them.

Nothing here looks at the spool's files: what was kept is read through the spool.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from tests.smtp_hooks.builders_smtp import MAIL, Hop, RawClient, client_of, running_hop


def hop_before(
    root: Path,
    next_hop_port: int,
    *,
    passes: Callable[[Sequence[str]], bool] | None = None,
    is_bypassed: Callable[[], bool] | None = None,
    is_full: Callable[[], bool] | None = None,
    **settings: Any,
) -> AbstractAsyncContextManager[Hop]:
    """
    Start a hop; `settings` are fields of `HopSettings`.

    Args:
        passes: Whether mail to these recipients goes on without a copy when none can be kept.
    """
    doors: dict[str, Any] = {"passes": passes, "is_bypassed": is_bypassed, "is_full": is_full}
    given = {name: each for name, each in doors.items() if each is not None}
    return running_hop(root, next_hop_port, **settings, **given)


def networks(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Write networks as `HopSettings.xclient_from` and `.proxy_from` want them."""
    return tuple(ip_network(text) for text in texts)


LOOPBACK = ("127.0.0.0/8", "::1/128")

# What mail servers have taken for the end of content, each wrongly (RFC 5321 §4.1.1.4).
FALSE_ENDS = {
    "LF.LF": b"\n.\n",
    "LF.CR": b"\n.\r",
    "LF.CRLF": b"\n.\r\n",
    "CR.CR": b"\r.\r",
    "CR.LF": b"\r.\n",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CRLF.CR": b"\r\n.\r",
    "CRLF.CRCRLF": b"\r\n.\r\r\n",
    "CRCRLF.CRCRLF": b"\r\r\n.\r\r\n",
    "LFLF.CRLF": b"\n\n.\r\n",
    "LFCR.LFCR": b"\n\r.\n\r",
    "CRLF.LFCRLF": b"\r\n.\n\r\n",
    "CRLF-NUL.CRLF": b"\r\n\0.\r\n",
    "CRLF.NUL-CRLF": b"\r\n.\0\r\n",
    "CRLF-NUL.NUL-CRLF": b"\r\n\0\0.\0\r\n",
    "CRLF-NUL.LF": b"\r\n\0.\n",
    "CRLF-NUL.CR": b"\r\n\0.\r",
    "LF-NUL.NUL-LF": b"\n\0.\0\n",
    "CR-NUL-LF.CRLF": b"\r\0\n.\r\n",
    "CRLF.CR-NUL-LF": b"\r\n.\r\0\n",
    "CR-NUL-LF.CR-NUL-LF": b"\r\0\n.\r\0\n",
    "CRNUL.CRNUL": b"\r\0.\r\0",
}


def counts(hop: Hop) -> Any:
    """The integers that the door counts: taken, delivered, refused, unknown, passed_without_copy."""
    return cast(Any, hop.server).counts


@asynccontextmanager
async def connected(port: int, *, first: bytes = b"", source: str = "127.0.0.1") -> AsyncIterator[RawClient]:
    """Connect from an address of the loopback, send `first` at once, and hear nothing yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20, local_addr=(source, 0))
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client = RawClient(reader, writer)
    try:
        if first:
            await client.send(first)
        yield client
    finally:
        writer.close()


async def normal_mail(port: int, content: bytes = MAIL, *, source: str = "127.0.0.1") -> None:
    """Send what everybody sends, in a session of its own: it must go through."""
    async with connected(port, source=source) as client:
        greeting = await client.hear()
        assert greeting[:3] == b"220", greeting
        answer = await client.mail(content)
        assert answer[:3] == b"250", answer
        await client.say(b"QUIT")


async def hear_to_the_end(client: RawClient) -> bytes:
    """All that the hop still says, until it closes; a reset is an end as well."""
    heard = b""
    try:
        async with asyncio.timeout(20):
            while block := await client.reader.read(1 << 16):
                heard += block
    except ConnectionError:
        pass
    return heard


async def in_pieces(client: RawClient, octets: bytes, cuts: Sequence[int]) -> None:
    """Send octets as packets of their own, cut at these places, and let the hop read each before the next."""
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(octets)}), len(octets)]
    for start, end in pairwise(edges):
        await client.send(octets[start:end])
        await asyncio.sleep(0.001)


def unused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def resident() -> int:
    """Octets of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


@contextmanager
def no_file_grows_beyond(octets: int) -> Iterator[None]:
    """The disk is full for this process: a write behind so many octets of any file fails with EFBIG."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def keywords(reply: bytes) -> dict[str, str]:
    """The extensions of an EHLO reply with their parameters."""
    words = [line[4:].decode("ascii").partition(" ") for line in reply.split(b"\r\n")[1:]]
    return {keyword: parameters for keyword, _, parameters in words}


__all__ = [
    "FALSE_ENDS",
    "LOOPBACK",
    "MAIL",
    "Hop",
    "RawClient",
    "client_of",
    "connected",
    "counts",
    "hear_to_the_end",
    "hop_before",
    "in_pieces",
    "keywords",
    "networks",
    "no_file_grows_beyond",
    "normal_mail",
    "resident",
    "unused_port",
]
