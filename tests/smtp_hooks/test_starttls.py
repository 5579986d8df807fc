"""STARTTLS: what was said in the clear is not heard under TLS, on either side (RFC 3207 §4.2, §6)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop

from mailbridge.ports import Tls
from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.next_hop_profiles import watched
from tests.smtp_hooks.probes import (
    MAIL,
    RawClient,
    client_of,
    connected,
    hop_before,
    keywords,
)

EVIL = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nsecond"


@dataclass
class Certificates:
    settings: dict[str, Any]
    client: ssl.SSLContext
    next_hop: ssl.SSLContext
    authority: str


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("hop.example").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "hop.pem"))
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("next.example").configure_cert(server)
    pem = str(tmp_path / "hop.pem")
    return Certificates({"certificate": pem, "key": pem}, context, server, str(tmp_path / "ca.pem"))


INJECTED = {
    "whole-commands": b"EHLO evil.example\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<evil@x.example>\r\n",
    "half-a-command": b"MAIL FROM:<evil@x.example",
    "lone-line-ends": b"\r\n\n\r",
    "a-whole-mail": b"EHLO evil.example\r\n" + EVIL + b"\r\n.\r\n",
    "nothing-but-blanks": b"    ",
}


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("injected", INJECTED.values(), ids=INJECTED)
def test_commands_injected_before_tls_are_dropped(
    tmp_path: Path, certificates: Certificates, injected: bytes, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    """RFC 3207 §4.2; a man in the middle cannot put commands before the client's own."""

    async def both() -> None:
        async with next_hop() as double, hop_before(tmp_path / "spool", double.port, **certificates.settings) as hop:
            async with client_of(hop.server.port) as client:
                await client.say(b"EHLO clear.example")
                await client.send(b"STARTTLS\r\n" + injected)
                assert (await client.hear())[:3] == b"220"
                await client.writer.start_tls(certificates.client, server_hostname="hop.example")
                await under_tls(client)
            assert not any("evil" in line for line in double.lines)
            assert [taken.below for taken in double.taken] == [MAIL]
            assert (hop.kept[0].client.helo, hop.kept[0].client.tls is not None) == ("tls.example", True)

    run(both())


async def under_tls(client: RawClient) -> None:
    """The first reply under TLS is to the first command under TLS, and nothing said before counts."""
    assert (await client.say(b"NOOP"))[:3] == b"250"
    assert (await client.say(b"MAIL FROM:<early@so.example>"))[:3] == b"503"
    assert "STARTTLS" not in keywords(await client.say(b"EHLO tls.example"))
    await client.say(b"MAIL FROM:<a@so.example>")
    await client.say(b"RCPT TO:<b@bo.example>")
    assert (await client.say(b"DATA"))[:3] == b"354"
    assert (await client.say(MAIL + b"."))[:3] == b"250"


REPLIES = {
    "a-whole-ehlo": "220 2.0.0 Ready\r\n250-evil.example\r\n250-SIZE 77\r\n250 XCLIENT NAME ADDR",
    "one-ok": "220 2.0.0 Ready\r\n250 evil.example",
    "several": "220 2.0.0 Ready\r\n250 evil\r\n250 evil\r\n250 evil\r\n354 evil\r\n250 evil",
    "a-first-line": "220 2.0.0 Ready\r\n250-evil.example",
    "a-refusal": "220 2.0.0 Ready\r\n554 evil",
    "a-goodbye": "220 2.0.0 Ready\r\n421 evil",
    "no-smtp": "220 2.0.0 Ready\r\nevil",
}


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("tls", [Tls.MAY, Tls.REQUIRE])
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_replies_injected_before_tls_are_dropped(
    tmp_path: Path,
    certificates: Certificates,
    reply: str,
    tls: Tls,
    run: Callable[[Coroutine[Any, Any, None]], None],
) -> None:
    """What came behind the 220 in the clear may be anybody's: neither an extension nor an answer of the next hop."""
    greeted: list[str] = []

    def ehlo(line: str) -> str:
        greeted.append(line)
        return f"250-next.example\r\n250-SIZE {10_000_000 * len(greeted)}\r\n250-STARTTLS\r\n250 8BITMIME"

    async def both() -> None:
        more: dict[str, Any] = {
            "next_hop_tls": tls,
            "next_hop_ca": certificates.authority,
            "next_hop_name": "next.example",
        }
        async with (
            watched(answers={"STARTTLS": reply, "EHLO": ehlo}, tls=certificates.next_hop) as double,
            hop_before(tmp_path / "spool", double.port, **more) as hop,
            connected(hop.server.port) as client,
        ):
            await client.hear()
            offered = await client.say(b"EHLO client.example")
            assert b"evil" not in offered
            assert b"SIZE 77" not in offered
            if offered[:3] != b"250":
                # To give such a session up is right too.
                assert offered[:1] == b"4"
                return
            assert int(keywords(offered)["SIZE"]) > 10_000_000 or tls is Tls.MAY
            assert (await client.mail())[:3] == b"250"
            assert [taken.below for taken in double.taken] == [MAIL]

    run(both())
