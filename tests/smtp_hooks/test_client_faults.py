"""The client goes away at each step: nothing stays behind, and nothing is done by halves (FEATURES B1)."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from tests.smtp_hooks.builders_faults import (
    BIG,
)
from tests.smtp_hooks.builders_smtp import eventually
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.probes import (
    MAIL,
    RawClient,
    client_of,
    connected,
    counts,
    hear_to_the_end,
    hop_before,
    normal_mail,
)

pytestmark = pytest.mark.timeout(60)


SAID: dict[str, bytes] = {
    "nothing": b"",
    "half-a-command": b"EHLO x.exa",
    "ehlo": b"EHLO x.example\r\n",
    "mail": b"EHLO x.example\r\nMAIL FROM:<a@so.example>\r\n",
    "rcpt": b"EHLO x.example\r\nMAIL FROM:<a@so.example>\r\nRCPT TO:<b@bo.example>\r\n",
}
ENVELOPE = SAID["rcpt"] + b"DATA\r\n"
CONTENT: dict[str, bytes] = {
    "nothing-of-it": b"",
    "a-little": MAIL[:20],
    "most-of-it": BIG[:500_000],
    "all-but-the-dot": MAIL,
    "all-but-the-end-of-the-dot": MAIL + b".\r",
    "all-but-the-last-octet": MAIL + b".",
    "bad-line-ends": b"Subject: x\r\n\r\na\nb",
}


def leave(client: RawClient, *, reset: bool) -> None:
    wire = client.writer.get_extra_info("socket")
    if reset:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.writer.transport.abort() if reset else client.writer.close()


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
async def test_the_client_leaves_at_each_step(tmp_path: Path, reset: bool) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop:
        for octets in SAID.values():
            async with connected(hop.server.port, first=octets) as client:
                await asyncio.sleep(0.02)
                leave(client, reset=reset)
        for octets in CONTENT.values():
            async with connected(hop.server.port, first=ENVELOPE) as client:
                for _ in range(5):
                    await client.hear()
                await client.send(octets)
                await asyncio.sleep(0.02)
                leave(client, reset=reset)
        await eventually(lambda: hop.server.sessions == 0)
        assert double.taken == []
        assert hop.kept == []
        assert (counts(hop).delivered, counts(hop).unknown) == (0, 0)
        await normal_mail(hop.server.port)
        assert len(double.taken) == len(hop.kept) == 1


@pytest.mark.parametrize("how", ["reset", "closed", "half-closed"])
async def test_the_client_leaves_with_the_dot(tmp_path: Path, how: str) -> None:
    """Then the mail is at the next hop and kept, or at neither, and the retry makes it one of each."""
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop:
        async with connected(hop.server.port, first=ENVELOPE) as client:
            for _ in range(5):
                await client.hear()
            await client.send(MAIL + b".\r\n")
            if how == "half-closed":
                client.writer.write_eof()
                await hear_to_the_end(client)
            else:
                leave(client, reset=how == "reset")
        await eventually(lambda: hop.server.sessions == 0)
        await asyncio.sleep(0.1)
        assert len(double.taken) == len(hop.kept) <= 1
        async with client_of(hop.server.port) as again:
            assert (await again.mail())[:3] == b"250"
        assert len(double.taken) == len(hop.kept) == 1
