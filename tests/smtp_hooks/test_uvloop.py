"""The hop on the event loop that the program runs on: its transports do not derive from those of asyncio."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from pathlib import Path
from typing import Any

import trustme
import uvloop

from tests.smtp_hooks.builders_smtp import MAIL, running_hop
from tests.smtp_hooks.next_hop_double import next_hop


def test_mail_and_starttls_on_uvloop(tmp_path: Path) -> None:
    authority = trustme.CA()
    leaf = authority.issue_cert("hop.example")
    leaf.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "hop.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls: dict[str, Any] = {"certificate": str(tmp_path / "hop.pem"), "key": str(tmp_path / "hop.pem")}
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    context.check_hostname = False

    def send(port: int, *, encrypted: bool) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            if encrypted:
                client.starttls(context=context)
            client.sendmail("a@so.example", ["b@bo.example"], MAIL)
            client.sendmail("a@so.example", ["b@bo.example"], b"a" * 2_000_000 + b"\r\n")

    async def both() -> None:
        async with next_hop() as double, running_hop(tmp_path / "spool", double.port, **tls) as hop:
            for encrypted in (False, True):
                await asyncio.to_thread(send, hop.server.port, encrypted=encrypted)
            assert [len(mail.content) for mail in hop.kept] == [len(MAIL), 2_000_002] * 2
            assert [mail.client.tls is not None for mail in hop.kept] == [False, False, True, True]
            assert [taken.below for taken in double.taken] == [mail.content for mail in hop.kept]

    uvloop.run(both())
