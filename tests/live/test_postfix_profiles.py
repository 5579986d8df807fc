"""A real Postfix as next hop: what it offers, says and believes through us is what it would without us."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailbridge.smtp_hooks.settings import ForwardClient
from tests.live.postfix import Postfix, missing, postfix
from tests.smtp_hooks.builders_smtp import Hop, eventually
from tests.smtp_hooks.next_hop_double import NextHopDouble
from tests.smtp_hooks.next_hop_profiles import PROFILES, Profile, watched
from tests.smtp_hooks.probes import (
    FALSE_ENDS,
    LOOPBACK,
    MAIL,
    client_of,
    connected,
    hear_to_the_end,
    hop_before,
    keywords,
    networks,
    unused_port,
)

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

# It says what it did by itself, and relays: then it is Postfix that answers for DSN.
WITHOUT_DSN = Profile(words=("PIPELINING", "SIZE 10240000", "8BITMIME"), shown=frozenset())


@dataclass
class Chain:
    """client → hop → Postfix → sink"""

    hop: Hop
    postfix: Postfix
    sink: NextHopDouble


@asynccontextmanager
async def chain(root: Path, *, more: str = "", sink: Profile | None = None, **settings: Any) -> AsyncIterator[Chain]:
    async with watched(sink) as end:
        with postfix(next_port=end.port, name="receiver.example", more=more) as receiver:
            async with hop_before(root, receiver.port, **settings) as hop:
                yield Chain(hop, receiver, end)


async def all_gone(receiver: Postfix) -> None:
    """Wait until its queue is empty."""
    async with asyncio.timeout(60):
        while await asyncio.to_thread(receiver.queued):
            await asyncio.sleep(0.05)


async def test_what_is_offered_is_what_postfix_offers(tmp_path: Path) -> None:
    async with chain(tmp_path) as three:
        async with client_of(three.postfix.port) as direct, client_of(three.hop.server.port) as through:
            theirs = keywords(await direct.say(b"EHLO client.example"))
            ours = keywords(await through.say(b"EHLO client.example"))
        assert set(ours) - {"CHUNKING"} == PROFILES["modern"].shown
        assert set(ours) <= set(theirs)
        assert 0 < int(ours["SIZE"]) <= int(theirs["SIZE"])


REFUSALS = """
smtpd_recipient_restrictions = check_recipient_access inline:{
    {no@bo.example = 550 5.1.1 No such box here}
    {later@bo.example = 450 4.2.0 Greylisted for a while}
    {long@bo.example = 554 5.7.1 One; two; three}}, permit_mynetworks, reject
"""


@pytest.mark.parametrize("pipelined", [True, False])
async def test_its_answers_are_the_same_with_and_without_us(tmp_path: Path, pipelined: bool) -> None:
    """Each command is answered in its words, octet for octet; only queue ids differ."""
    said = [
        b"MAIL FROM:<a@so.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=a+2Bb",
        b"RCPT TO:<b@bo.example> NOTIFY=NEVER",
        b"RCPT TO:<no@bo.example>",
        b"RCPT TO:<later@bo.example> NOTIFY=DELAY ORCPT=rfc822;x+2By@bo.example",
        b"RCPT TO:<long@bo.example>",
        b"RCPT TO:<b@bo.example> NOTIFY=SOMETIMES",
        b"RCPT TO:<c@bo.example>",
        b"RSET",
        b"MAIL FROM:<a@so.example> SIZE=99999999999",
        b"MAIL FROM:<a@so.example> COLOUR=blue",
        b"MAIL FROM:<a@so.example> BODY=9BIT",
    ]

    async def hear(port: int) -> list[bytes]:
        async with client_of(port) as client:
            await client.say(b"EHLO client.example")
            if not pipelined:
                return [await client.say(line) for line in said]
            await client.send(b"".join(line + b"\r\n" for line in said[:7]))
            first = [await client.hear() for _ in said[:7]]
            return first + [await client.say(line) for line in said[7:]]

    async with chain(tmp_path, more=REFUSALS) as three:
        direct = await hear(three.postfix.port)
        through = await hear(three.hop.server.port)
    # The size is judged by us already, with the same code; RSET is ours when it has nothing to undo.
    at = {said.index(b"RSET"), 8}
    assert [reply for index, reply in enumerate(through) if index not in at] == [
        reply for index, reply in enumerate(direct) if index not in at
    ]
    assert [through[index][:9] for index in at] == [direct[index][:9] for index in at]
    assert direct[2].startswith(b"550 5.1.1")


async def test_a_report_of_success_comes_back(tmp_path: Path) -> None:
    """NOTIFY, ENVID and ORCPT reach the server that answers for the delivery, and stand in its report (FEATURES B5)."""
    async with chain(tmp_path, sink=WITHOUT_DSN) as three:
        async with client_of(three.hop.server.port) as client:
            assert "DSN" in keywords(await client.say(b"EHLO client.example"))
            assert (await client.say(b"MAIL FROM:<a@so.example> RET=HDRS ENVID=QQ+2B314159"))[:3] == b"250"
            rcpt = b"RCPT TO:<b@bo.example> NOTIFY=SUCCESS ORCPT=rfc822;first+2Bbox@bo.example"
            assert (await client.say(rcpt))[:3] == b"250"
            assert (await client.say(b"RCPT TO:<quiet@bo.example> NOTIFY=NEVER"))[:3] == b"250"
            await client.say(b"DATA")
            assert (await client.say(MAIL + b"."))[:3] == b"250"
        await eventually(lambda: any("<a@so.example>" in one.recipients[0] for one in three.sink.taken), 60)
        [report] = [one for one in three.sink.taken if "<a@so.example>" in one.recipients[0]]
        assert report.mail.startswith("MAIL FROM:<>")
        assert b"Original-Envelope-Id: QQ+314159" in report.content
        assert re.search(rb"Original-Recipient: rfc822; ?first\+2?B?box@bo\.example", report.content)
        assert re.search(rb"Action: (relayed|delivered)", report.content)
        assert b"quiet@bo.example" not in report.content
        # RET=HDRS: the report brings the header of the mail back, with our trace in it, and not its text.
        assert b"X-MailBridge-ID: " + three.hop.kept[0].id.encode() in report.content


@pytest.mark.parametrize("form", [b"\n.\n", b"\n.\r\n", b"\r\n.\n"], ids=["LF.LF", "LF.CRLF", "CRLF.LF"])
async def test_a_postfix_that_falls_for_smuggling_does_not_behind_us(tmp_path: Path, form: bytes) -> None:
    """CVE-2023-51764 with the setting that leaves it open; the control first, straight to Postfix."""

    def attack(end: bytes) -> bytes:
        return (
            b"Subject: x\r\n\r\nfirst" + end + b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\n"
            b"Subject: smuggled\r\n\r\nsecond\r\n.\r\nQUIT\r\n"
        )

    async with chain(tmp_path, more="smtpd_forbid_bare_newline = no\n") as three:
        async with client_of(three.postfix.port) as direct:
            await direct.envelope()
            await direct.send(attack(form))
            await hear_to_the_end(direct)
        await eventually(lambda: len(three.sink.taken) == 2, 60)
        assert any("evil" in one.mail for one in three.sink.taken)
        three.sink.taken.clear()
        for each in [form, *FALSE_ENDS.values()]:
            async with client_of(three.hop.server.port) as attacker:
                await attacker.envelope()
                await attacker.send(attack(each))
                heard = await hear_to_the_end(attacker)
                assert heard[:1] == b"5", (each, heard)
                assert heard.count(b"\r\n") == 2, (each, heard)
        async with client_of(three.hop.server.port) as honest:
            assert (await honest.mail())[:3] == b"250"
        await eventually(lambda: three.sink.taken, 60)
        await all_gone(three.postfix)
        assert ["evil" in one.mail for one in three.sink.taken] == [False]
        assert len(three.hop.kept) == 1


PROXY = b"PROXY TCP4 203.0.113.9 192.0.2.25 4711 25\r\n"
OPEN = "mynetworks = 127.0.0.0/8 203.0.113.0/24\nsmtpd_authorized_{}_hosts = 127.0.0.0/8\n"


@pytest.mark.parametrize("forward", [ForwardClient.XFORWARD, ForwardClient.XCLIENT])
async def test_postfix_knows_the_true_client(tmp_path: Path, forward: ForwardClient) -> None:
    """FEATURES B6: what its log (XFORWARD) and its own rules and Received field (XCLIENT) see is the client."""
    settings: dict[str, Any] = {"forward_client": forward, "proxy_from": networks(*LOOPBACK)}
    async with chain(tmp_path, more=OPEN.format(forward.value), **settings) as three:
        async with connected(three.hop.server.port, first=PROXY) as client:
            assert (await client.hear())[:3] == b"220"
            for _ in range(2):
                assert (await client.mail())[:3] == b"250"
        await eventually(lambda: len(three.sink.taken) == 2, 60)
        assert [kept.client.ip for kept in three.hop.kept] == ["203.0.113.9"] * 2
        assert three.postfix.said().count("client=unknown[203.0.113.9]") == 2
        if forward is ForwardClient.XCLIENT:
            assert all(b"(unknown [203.0.113.9])" in one.content for one in three.sink.taken)


async def test_rules_about_clients_are_kept_with_xclient(tmp_path: Path) -> None:
    """Being in between must not make every stranger a host of our own network: this Postfix would be an open relay."""
    more = "smtpd_authorized_xclient_hosts = 127.0.0.0/8\n"
    settings: dict[str, Any] = {"forward_client": ForwardClient.XCLIENT, "proxy_from": networks(*LOOPBACK)}
    async with chain(tmp_path, more=more, **settings) as three:
        async with connected(three.hop.server.port, first=PROXY) as stranger:
            await stranger.hear()
            await stranger.say(b"EHLO x.example")
            await stranger.say(b"MAIL FROM:<a@so.example>")
            heard = await stranger.say(b"RCPT TO:<b@bo.example>")
            assert heard[:1] in b"45", heard
            assert b"Relay access denied" in heard
        async with connected(three.hop.server.port, first=b"PROXY TCP4 127.0.0.1 127.0.0.1 4711 25\r\n") as own:
            await own.hear()
            assert (await own.mail())[:3] == b"250"


async def test_a_mail_that_goes_round_ends(tmp_path: Path) -> None:
    """Postfix relays to us, we to Postfix: one answer 5.4.6 ends it, and no queue is left (FEATURES B14)."""
    port = unused_port()
    with postfix(next_port=port, name="receiver.example") as receiver:
        async with hop_before(tmp_path, receiver.port, listen_port=port) as hop:
            async with client_of(port) as client:
                # The null sender: nobody is told, so that no report goes round as well.
                assert (await client.mail(sender=b""))[:3] == b"250"
            await eventually(lambda: "5.4.6" in receiver.said(), 60)
            await all_gone(receiver)
            assert receiver.said().count("said: 554 5.4.6") == 1
            assert 1 <= len(hop.kept) <= 50
