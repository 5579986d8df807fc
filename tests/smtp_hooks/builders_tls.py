"""A hop that offers STARTTLS, and clients that say it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trustme

from tests.smtp_hooks.builders_smtp import Hop, RawClient
from tests.smtp_hooks.probes import hop_before


@asynccontextmanager
async def with_tls(root: Path, port: int, **more: Any) -> AsyncIterator[tuple[Hop, ssl.SSLContext]]:
    """A hop that offers STARTTLS, and the context of a client that believes its certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(root / "ca.pem"))
    authority.issue_cert("hop.example").private_key_and_cert_chain_pem.write_to_path(str(root / "hop.pem"))
    context = ssl.create_default_context(cafile=str(root / "ca.pem"))
    pem = str(root / "hop.pem")
    async with hop_before(root / "spool", port, certificate=pem, key=pem, **more) as hop:
        yield hop, context


async def begin_tls(client: RawClient, context: ssl.SSLContext) -> None:
    assert (await client.say(b"STARTTLS"))[:3] == b"220"
    await client.writer.start_tls(context, server_hostname="hop.example")
