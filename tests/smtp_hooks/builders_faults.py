"""A client that tries to send a mail, whatever is broken, and what must be true in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.smtp_hooks.builders_smtp import stuff
from tests.smtp_hooks.next_hop_double import NextHopDouble
from tests.smtp_hooks.probes import (
    MAIL,
    Hop,
    connected,
)

BIG = b"Subject: big\r\n\r\n" + b"0123456789\r\n" * 60_000


def nobody(_: Sequence[str]) -> bool:
    return False


def everybody(_: Sequence[str]) -> bool:
    return True


async def attempt(port: int, content: bytes = MAIL) -> bytes:
    """Try to send a mail; return the first refusal, or the answer to the dot, b"" when the hop hung up."""
    async with connected(port) as client:
        try:
            await client.hear()
            heard = b""
            for line in (b"EHLO x.example", b"MAIL FROM:<a@so.example>", b"RCPT TO:<b@bo.example>", b"DATA"):
                heard = await client.say(line)
                if heard[:1] not in {b"2", b"3"}:
                    return heard
            return await client.say(stuff(content) + b".")
        except ConnectionError:
            return b""


async def delivered_in_the_end(hop: Hop, double: NextHopDouble, content: bytes = MAIL) -> None:
    """The fault is gone: the client's retry is delivered, once, and kept, once."""
    double.answers.clear()
    assert (await attempt(hop.server.port, content))[:3] == b"250"
    assert [taken.below for taken in double.taken] == [content]
    assert [kept.content for kept in hop.kept] == [content]


async def eventually_keeps_again(hop: Hop, double: NextHopDouble) -> None:
    """A short while later all is as before, without a new start."""
    async with asyncio.timeout(15):
        while True:
            before = len(hop.kept)
            double.taken.clear()
            if (await attempt(hop.server.port))[:3] == b"250" and len(hop.kept) == before + 1:
                return
            await asyncio.sleep(0.05)
