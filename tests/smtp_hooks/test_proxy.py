"""The hop in front of a next hop, over real sockets: what is said, passed on and kept."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.smtp_hooks.builders_smtp import MAIL, client_of, running_hop, stuff
from tests.smtp_hooks.next_hop_double import next_hop

BODIES = {
    "empty": b"",
    "only-a-line-end": b"\r\n",
    "one-dot": b".\r\n",
    "dots": b"..\r\n.a\r\n...\r\n",
    "nul-and-8-bit": b"Subject: \xff\r\n\r\n\x00\x01\x80\xfe\r\n",
    "long-line": b"Subject: x\r\n\r\n" + b"a" * 300_000 + b"\r\n",
    "no-header": b"\r\n\r\nbody only\r\n",
    "starts-folded": b" folded\r\nSubject: x\r\n\r\n",
    "three-blocks": b"Subject: x\r\n\r\n" + b"0123456789.\r\n.\r\r"[:13] * 70_000,
    "blank-ends": b"a \t\r\n\r\n\r\n",
}


async def test_a_mail_is_passed_on_and_kept(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert await client.mail() == b"250 2.0.0 Ok: queued as NEXT1"
        [taken] = double.taken
        assert taken.below == MAIL
        [kept] = hop.kept
        assert kept.content == MAIL
        assert kept.next_hop_reply == "250 2.0.0 Ok: queued as NEXT1"
        assert kept.envelope.mail_from == "a@so.example"
        assert kept.envelope.recipients == ("b@bo.example",)
        assert (kept.client.helo, kept.client.ip) == ("client.example", "127.0.0.1")
        assert hop.accepted == [kept.id]
        assert taken.content.startswith(
            b"Received: from client.example ([127.0.0.1])\r\n\tby hop.example with ESMTP id "
        )
        assert taken.content.count(f"X-MailBridge-ID: {kept.id}\r\n".encode()) == 1


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_octet_is_changed(tmp_path: Path, body: bytes) -> None:
    body = body.replace(b"\r\r", b"")
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.mail(body))[:3] == b"250"
        assert double.taken[0].below == body
        assert hop.kept[0].content == body


async def test_any_content_made_of_lines_arrives_as_it_was(tmp_path: Path) -> None:
    bodies: list[bytes] = []

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.binary(max_size=40), max_size=6))
    def collect(found: list[bytes]) -> None:
        clean = [line.replace(b"\r", b".").replace(b"\n", b".") for line in found]
        bodies.append(b"".join(line + b"\r\n" for line in clean))

    collect()
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        for body in bodies:
            assert (await client.mail(body))[:3] == b"250"
        assert [taken.below for taken in double.taken] == bodies
        assert [kept.content for kept in hop.kept] == bodies


async def test_mirrored_extensions(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        reply = await client.say(b"EHLO x.example")
        assert reply == (
            b"250-hop.example\r\n250-PIPELINING\r\n250-SIZE 10484736\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
            b"250 ENHANCEDSTATUSCODES"
        )


async def test_a_next_hop_that_knows_only_helo(tmp_path: Path) -> None:
    async with (
        next_hop(answers={"EHLO": "502 what?", "HELO": "250 hello"}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert await client.say(b"EHLO x.example") == b"250-hop.example\r\n250 PIPELINING"
        assert (await client.mail())[:3] == b"250"


async def test_a_client_that_knows_only_helo(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert await client.say(b"HELO old.example") == b"250 hop.example"
        await client.say(b"MAIL FROM:<a@so.example>")
        await client.say(b"RCPT TO:<b@bo.example>")
        await client.say(b"DATA")
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert b"with SMTP id" in double.taken[0].content


async def test_parameters_pass_unchanged(tmp_path: Path) -> None:
    mail = "MAIL FROM:<văn.thư@sở.example> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159"
    rcpt = 'RCPT TO:<"a b"@bo.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+20b@bo.example'
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.say(b"EHLO x.example")
        assert await client.say(mail.encode()) == b"250 2.1.0 Ok sender"
        assert await client.say(rcpt.encode()) == b"250 2.1.5 Ok recipient"
        await client.say(b"DATA")
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert double.taken[0].mail == mail
        assert double.taken[0].recipients == [rcpt]
        envelope = hop.kept[0].envelope
        assert envelope.mail_from == "văn.thư@sở.example"
        assert envelope.mail_parameters == "SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159"
        assert envelope.recipients == ('"a b"@bo.example',)
        assert envelope.recipient_parameters == ("NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+20b@bo.example",)
        assert b"with UTF8SMTP id" in double.taken[0].content


async def test_one_refused_recipient_does_not_cost_the_others(tmp_path: Path) -> None:
    def answer(line: str) -> str:
        if "no@" in line:
            return "550-5.1.1 No such\r\n550 5.1.1 mailbox"
        return "451 4.7.1 Greylisted" if "later@" in line else "250 2.1.5 Ok"

    async with (
        next_hop(answers={"RCPT": answer}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        await client.say(b"MAIL FROM:<>")
        assert await client.say(b"RCPT TO:<yes@bo.example>") == b"250 2.1.5 Ok"
        assert await client.say(b"RCPT TO:<no@bo.example>") == b"550-5.1.1 No such\r\n550 5.1.1 mailbox"
        assert await client.say(b"RCPT TO:<later@bo.example>") == b"451 4.7.1 Greylisted"
        assert await client.say(b"RCPT TO:<also@bo.example>") == b"250 2.1.5 Ok"
        assert (await client.say(b"DATA"))[:3] == b"354"
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert hop.kept[0].envelope.recipients == ("yes@bo.example", "also@bo.example")
        assert hop.kept[0].envelope.mail_from == ""


async def test_all_recipients_refused(tmp_path: Path) -> None:
    async with (
        next_hop(answers={"RCPT": "550 5.1.1 no"}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert await client.envelope() == b"554 5.5.1 No valid recipients"
        assert "DATA" not in double.lines


async def test_pipelined_commands_and_mails(tmp_path: Path) -> None:
    group = b"MAIL FROM:<a@so.example>\r\nRCPT TO:<b@bo.example>\r\nRCPT TO:<c@bo.example>\r\nDATA\r\n"
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.say(b"EHLO x.example")
        await client.send(group)
        assert [(await client.hear())[:3] for _ in range(4)] == [b"250", b"250", b"250", b"354"]
        await client.send(stuff(MAIL) + b".\r\n" + group)
        assert [(await client.hear())[:3] for _ in range(5)] == [b"250", b"250", b"250", b"250", b"354"]
        await client.send(stuff(MAIL) + b".\r\nQUIT\r\n")
        assert [(await client.hear())[:3] for _ in range(2)] == [b"250", b"221"]
        assert await client.is_closed()
        assert len(double.taken) == 2
        assert double.sessions == 1


async def test_refusal_of_the_next_hop_after_the_dot(tmp_path: Path) -> None:
    async with (
        next_hop(answers={"DOT": "554-5.7.1 Spam\r\n554 5.7.1 sorry"}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert await client.mail() == b"554-5.7.1 Spam\r\n554 5.7.1 sorry"
        assert hop.accepted == []
        assert hop.kept == []
        double.answers.clear()
        assert (await client.mail())[:3] == b"250"


async def test_refusal_of_data_and_of_mail(tmp_path: Path) -> None:
    async with (
        next_hop(answers={"DATA": "451 4.3.1 later"}) as double,
        running_hop(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert await client.envelope() == b"451 4.3.1 later"
        assert await client.say(b"RSET") == b"250 2.0.0 Ok"
        assert double.lines[-1] == "RSET"
        double.answers["MAIL"] = "550 5.7.1 not you"
        assert await client.say(b"MAIL FROM:<x@y.example>") == b"550 5.7.1 not you"
        assert await client.say(b"RCPT TO:<x@y.example>") == b"503 5.5.1 Need MAIL command"
        assert hop.kept == []


@pytest.mark.parametrize("form", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\n", b"\r"])
async def test_smuggling_commits_nothing(tmp_path: Path, form: bytes) -> None:
    body = b"Subject: x\r\n\r\nfirst" + form + b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\n"
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.envelope()
        assert (await client.say(body + b"second\r\n."))[:9] == b"550 5.6.0"
        assert double.taken == []
        assert hop.kept == []
        assert not any(b"evil" in octets for octets in hop.written())
        assert not any("evil" in line for line in double.lines)
        assert (await client.mail())[:3] == b"250"
        assert len(double.taken) == 1


async def test_bare_line_end_across_blocks(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.envelope()
        await client.send(b"Subject: x\r\n\r\n" + b"a" * 600_000 + b"\r")
        await client.send(b"b" * 600_000 + b"\r\n")
        assert (await client.say(b"."))[:9] == b"550 5.6.0"
        assert double.taken == []
        assert hop.kept == []


async def test_too_big_is_refused_while_reading(tmp_path: Path) -> None:
    async with (
        next_hop() as double,
        running_hop(tmp_path, double.port, max_size=100_000) as hop,
        client_of(hop.server.port) as client,
    ):
        assert b"SIZE 100000" in await client.say(b"EHLO x.example")
        assert (await client.say(b"MAIL FROM:<a@b.example> SIZE=100001"))[:9] == b"552 5.3.4"
        assert (await client.mail(b"a" * 99_998 + b"\r\n"))[:3] == b"250"
        assert (await client.mail(b"a" * 99_999 + b"\r\n"))[:9] == b"552 5.3.4"
        assert (await client.mail(b"a" * 2_000_000 + b"\r\n"))[:9] == b"552 5.3.4"
        assert len(double.taken) == len(hop.kept) == 1
        assert (await client.mail())[:3] == b"250"


async def test_order_of_commands(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:9] == b"503 5.5.1"
        assert (await client.say(b"EHLO"))[:9] == b"501 5.5.4"
        await client.say(b"EHLO x.example")
        assert (await client.say(b"RCPT TO:<a@b.example>"))[:9] == b"503 5.5.1"
        assert (await client.say(b"DATA"))[:9] == b"503 5.5.1"
        assert (await client.say(b"MAIL FROM:<a b@c.example>"))[:9] == b"501 5.5.4"
        assert (await client.say(b"MAIL FROM:<\xff@c.example>"))[:9] == b"500 5.5.2"
        assert (await client.say(b"MAIL FROM:<a@b.example> BODY=BINARYMIME"))[:9] == b"555 5.6.1"
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:3] == b"250"
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:9] == b"503 5.5.1"
        assert (await client.say(b"RCPT TO:<>"))[:9] == b"501 5.5.4"
        assert (await client.say(b"NOOP"))[:3] == b"250"
        assert (await client.say(b"VRFY a"))[:3] == b"252"
        assert (await client.say(b"EXPN a"))[:3] == b"502"
        assert (await client.say(b"AUTH PLAIN AAAA"))[:3] == b"502"
        assert (await client.say(b"HELP"))[:3] == b"214"
        assert (await client.say(b"STARTTLS"))[:3] == b"502"
        assert (await client.say(b"EHLO again.example"))[:3] == b"250"
        assert double.lines[-1] == "RSET"
        assert (await client.say(b"BDAT 10 LAST"))[:3] == b"502"
        assert await client.is_closed()


async def test_a_line_end_inside_a_command_reaches_nobody(tmp_path: Path) -> None:
    async with next_hop() as double, running_hop(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.say(b"EHLO x.example")
        assert (await client.say(b"MAIL FROM:<a@b.example>\rRCPT TO:<c@d.example>"))[:3] == b"501"
        assert (await client.say(b"MAIL FROM:<" + b"a" * 3000 + b"@b.example>"))[:3] == b"500"
        assert not any(line.startswith("MAIL") for line in double.lines)


def send_with_smtplib(port: int) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        return client.sendmail("a@so.example", ["b@bo.example", "no@bo.example"], MAIL)


async def test_smtplib_is_content(tmp_path: Path) -> None:
    import asyncio

    answers = {"RCPT": lambda line: "550 5.1.1 no" if "no@" in line else "250 2.1.5 Ok"}
    async with next_hop(answers=answers) as double, running_hop(tmp_path, double.port) as hop:
        refused = await asyncio.to_thread(send_with_smtplib, hop.server.port)
        assert refused == {"no@bo.example": (550, b"5.1.1 no")}
        assert hop.kept[0].content == MAIL
        assert double.taken[0].below == MAIL
