from __future__ import annotations

import asyncio
import smtplib
import ssl
from pathlib import Path

import pytest
import trustme

from mailbridge.mail.envelope import Door
from mailbridge.mail.journal_copy import OPEN_REPORTS, mail_of
from mailbridge.smtp_hooks.journal.session import MOST_RECIPIENTS
from mailbridge.smtp_hooks.journal.settings import Protocol
from tests.mail.builders_journal_report import ORIGINAL, report
from tests.smtp_hooks.builders_smtp import MAIL, RawClient, client_of, eventually, stuff
from tests.smtp_hooks.journal.builders_journal import MemoryKeeper, running, running_journal

OFFERED = ("PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


async def greeted(client: RawClient, word: bytes = b"EHLO") -> bytes:
    return await client.say(word + b" client.example")


async def test_a_copy_is_kept_as_it_came(tmp_path: Path) -> None:
    async with running_journal(tmp_path) as journal, client_of(journal.server.port) as client:
        answer = await client.mail(ORIGINAL)
        [kept] = journal.kept
        assert kept.content == ORIGINAL
        assert answer == f"250 2.0.0 Ok: kept as {kept.id}".encode()
        assert (kept.door, kept.client.ip, kept.client.helo) == (Door.JOURNAL, "127.0.0.1", "client.example")
        assert kept.envelope.mail_from == "a@so.example"
        assert kept.envelope.recipients == ("b@bo.example",)
        assert journal.accepted == [kept.id]


async def test_what_is_offered() -> None:
    async with running(MemoryKeeper(), max_size=1_000_000) as journal, client_of(journal.server.port) as client:
        answer = await greeted(client)
        assert answer == b"250-journal.example\r\n" + b"\r\n".join(
            b"250" + (b" " if word is OFFERED[-1] else b"-") + word.encode() for word in OFFERED
        )


@pytest.mark.parametrize("kind", [smtplib.LMTP, smtplib.SMTP])
async def test_the_library_of_python_hands_in_copies(tmp_path: Path, kind: type[smtplib.SMTP]) -> None:
    """With one recipient: its LMTP reads one answer behind the dot, however many there are."""

    def send(port: int) -> None:
        with kind("127.0.0.1", port, timeout=20) as client:
            assert client.sendmail("a@so.example", ["nguyễn@so.example"], MAIL, ["SMTPUTF8", "BODY=8BITMIME"]) == {}

    protocol = Protocol.LMTP if kind is smtplib.LMTP else Protocol.SMTP
    async with running_journal(tmp_path, protocol=protocol) as journal:
        await asyncio.to_thread(send, journal.server.port)
        [kept] = journal.kept
        assert kept.content == MAIL
        assert kept.envelope.recipients == ("nguyễn@so.example",)
        assert set(kept.envelope.mail_parameters.split()) >= {"SMTPUTF8", "BODY=8BITMIME"}


async def test_lmtp_answers_for_each_recipient_and_keeps_one_mail(tmp_path: Path) -> None:
    async with running_journal(tmp_path, protocol=Protocol.LMTP) as journal, client_of(journal.server.port) as client:
        assert (await greeted(client, b"LHLO"))[:3] == b"250"
        await client.say(b"MAIL FROM:<>")
        assert (await client.say(b"RCPT TO:<a@so.example>"))[:3] == b"250"
        assert (await client.say(b"RCPT TO:<>"))[:3] == b"501"
        assert (await client.say(b"RCPT TO:<b@so.example>"))[:3] == b"250"
        assert (await client.say(b"DATA"))[:3] == b"354"
        first = await client.say(MAIL + b".")
        assert first == await client.hear()
        assert first.startswith(b"250 2.0.0 Ok: kept as ")
        assert (await client.say(b"NOOP")) == b"250 2.0.0 Ok"
        [kept] = journal.kept
        assert kept.envelope.recipients == ("a@so.example", "b@so.example")
        assert kept.envelope.mail_from == ""


async def test_lmtp_refuses_for_each_recipient() -> None:
    keeper = MemoryKeeper(fails={"seal"})
    async with running(keeper, protocol=Protocol.LMTP) as journal, client_of(journal.server.port) as client:
        await greeted(client, b"LHLO")
        for line in (b"MAIL FROM:<a@b.example>", b"RCPT TO:<a@so.example>", b"RCPT TO:<b@so.example>", b"DATA"):
            await client.say(line)
        assert (await client.say(MAIL + b"."))[:9] == b"451 4.3.0"
        assert (await client.hear())[:9] == b"451 4.3.0"
        assert (await client.say(b"NOOP")) == b"250 2.0.0 Ok"


@pytest.mark.parametrize(
    ("protocol", "words"), [(Protocol.LMTP, (b"HELO", b"EHLO")), (Protocol.SMTP, (b"LHLO", b"XCLIENT"))]
)
async def test_the_greeting_of_the_other_protocol_is_refused(protocol: Protocol, words: tuple[bytes, ...]) -> None:
    async with running(MemoryKeeper(), protocol=protocol) as journal, client_of(journal.server.port) as client:
        for word in words:
            assert (await greeted(client, word))[:1] == b"5"
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:9] == b"503 5.5.1"


async def test_helo_is_enough(tmp_path: Path) -> None:
    async with running_journal(tmp_path) as journal, client_of(journal.server.port) as client:
        assert await greeted(client, b"HELO") == b"250 journal.example"
        for line in (b"MAIL FROM:<a@b.example>", b"RCPT TO:<Postmaster>"):
            assert (await client.say(line))[:3] == b"250"
        assert (await client.say(b"DATA"))[:3] == b"354"
        assert (await client.say(b"."))[:3] == b"250"
        [kept] = journal.kept
        assert (kept.content, kept.envelope.recipients) == (b"", ("Postmaster",))


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ((b"MAIL FROM:<a@b.example>",), b"503 5.5.1"),
        ((b"EHLO",), b"501 5.5.4"),
        ((b"EHLO x", b"RCPT TO:<a@b.example>"), b"503 5.5.1"),
        ((b"EHLO x", b"DATA"), b"503 5.5.1"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example>", b"DATA"), b"554 5.5.1"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example>", b"MAIL FROM:<a@b.example>"), b"503 5.5.1"),
        ((b"EHLO x", b"MAIL TO:<a@b.example>"), b"501 5.5.4"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example> SIZE=1000001"), b"552 5.3.4"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example> SIZE=1000000"), b"250 2.1.0"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example> BODY=BINARYMIME"), b"555 5.6.1"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example> BODY=8BITMIME SMTPUTF8"), b"250 2.1.0"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example> RET=HDRS"), b"555 5.5.4"),
        # Only the door itself says this.
        ((b"EHLO x", b"MAIL FROM:<a@b.example> " + OPEN_REPORTS.encode()), b"555 5.5.4"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<a@b.example> NOTIFY=SUCCESS"), b"555 5.5.4"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT FROM:<a@b.example>"), b"501 5.5.4"),
        ((b"EHLO x", b"MAIL FROM:<\xff@b.example>"), b"500 5.5.2"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<\xff@b.example>"), b"500 5.5.2"),
        ((b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<a@b.example>", b"DATA now"), b"501 5.5.4"),
        ((b"EHLO x", b"AUTH PLAIN AGEAYg=="), b"502 5.5.1"),
        ((b"EHLO x", b"STARTTLS"), b"502 5.5.1"),
        ((b"EHLO x", b"EXPN all"), b"502 5.5.1"),
        ((b"EHLO x", b"VRFY a@b.example"), b"252 2.1.5"),
        ((b"HELP",), b"214 "),
        ((b"RSET x",), b"501 5.5.4"),
        ((b"QUIT x",), b"501 5.5.4"),
        ((b"QUIT",), b"221 2.0.0"),
        ((b"x" * 3000,), b"500 "),
    ],
)
async def test_commands(lines: tuple[bytes, ...], answer: bytes) -> None:
    keeper = MemoryKeeper()
    async with running(keeper, max_size=1_000_000) as journal, client_of(journal.server.port) as client:
        for line in lines:
            said = await client.say(line)
        assert said.startswith(answer)
    assert keeper.begun == []


async def test_rset_and_ehlo_forget_the_mail_that_was_begun() -> None:
    async with running(MemoryKeeper()) as journal, client_of(journal.server.port) as client:
        await greeted(client)
        for forgetting in (b"RSET", b"EHLO x"):
            await client.say(b"MAIL FROM:<a@b.example>")
            await client.say(b"RCPT TO:<a@b.example>")
            await client.say(forgetting)
            assert (await client.say(b"DATA"))[:9] == b"503 5.5.1"


async def test_bdat_ends_the_session() -> None:
    async with running(MemoryKeeper()) as journal, client_of(journal.server.port) as client:
        await greeted(client)
        await client.send(b"BDAT 20 LAST\r\nMAIL FROM:<a@b.c>\r\n")
        assert (await client.hear())[:3] == b"502"
        assert await client.is_closed()


async def test_too_many_recipients() -> None:
    async with running(MemoryKeeper()) as journal, client_of(journal.server.port) as client:
        await client.send(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\n" + b"RCPT TO:<a@b.example>\r\n" * MOST_RECIPIENTS)
        for _ in range(MOST_RECIPIENTS + 2):
            assert (await client.hear())[:3] == b"250"
        assert (await client.say(b"RCPT TO:<a@b.example>"))[:9] == b"452 4.5.3"


async def test_everything_pipelined_twice(tmp_path: Path) -> None:
    """Commands behind the dot wait for their turn, as RFC 2920 allows."""
    head = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<x@so.example>\r\nDATA\r\n"
    async with running_journal(tmp_path) as journal, client_of(journal.server.port) as client:
        await client.send(b"EHLO x\r\n" + (head + stuff(ORIGINAL) + b".\r\n") * 2 + b"QUIT\r\n")
        said = [await client.hear() for _ in range(10)]
        assert [each[:3] for each in said] == [b"250", *[b"250", b"250", b"354", b"250"] * 2, b"221"]
        # Exactly the same mail again, and the first answer was heard: it is another copy.
        assert [kept.content for kept in journal.kept] == [ORIGINAL] * 2


async def test_one_octet_at_a_time(tmp_path: Path) -> None:
    content = b".\r\n..x\r\n\r\n.end. \r\n"
    async with running_journal(tmp_path) as journal, client_of(journal.server.port) as client:
        await client.envelope()
        for octet in stuff(content) + b".\r\nNOOP\r\n":
            await client.send(bytes([octet]))
            await asyncio.sleep(0)
        assert (await client.hear())[:3] == b"250"
        assert await client.hear() == b"250 2.0.0 Ok"
        [kept] = journal.kept
        assert kept.content == content


@pytest.mark.parametrize("bare", [b"x\ny\r\n", b"x\ry\r\n", b"x\n.\ny\r\n", b"x\r\n.\nMAIL FROM:<z@z.example>\r\n"])
async def test_a_bare_line_end_is_refused_and_does_not_end_the_mail(bare: bytes) -> None:
    keeper = MemoryKeeper()
    async with running(keeper) as journal, client_of(journal.server.port) as client:
        await client.envelope()
        assert (await client.say(bare + b"."))[:9] == b"550 5.6.0"
        assert await client.say(b"NOOP") == b"250 2.0.0 Ok"
    assert keeper.fates() == ["discarded"]


async def test_too_big_is_refused_when_it_has_come_to_its_end() -> None:
    keeper = MemoryKeeper()
    async with running(keeper, max_size=1000) as journal, client_of(journal.server.port) as client:
        assert (await client.mail(b"x" * 998 + b"\r\n"))[:3] == b"250"
        assert (await client.mail(b"x" * 999 + b"\r\n"))[:9] == b"552 5.3.4"
    assert keeper.fates() == ["accepted", "discarded"]


async def test_while_there_is_no_room_the_client_hears_452() -> None:
    full = True
    async with (
        running(MemoryKeeper(), is_full=lambda: full) as journal,
        client_of(journal.server.port) as client,
    ):
        await greeted(client)
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:9] == b"452 4.3.1"
        full = False
        assert (await client.say(b"MAIL FROM:<a@b.example>"))[:3] == b"250"


@pytest.mark.parametrize("unwrap", [True, False])
async def test_the_door_says_whether_its_listener_takes_reports(tmp_path: Path, unwrap: bool) -> None:
    async with running_journal(tmp_path, unwrap=unwrap) as journal, client_of(journal.server.port) as client:
        await client.mail(report(), parameters=b" SIZE=4000")
        [kept] = journal.kept
        assert kept.content == report()
        assert kept.envelope.mail_parameters == (f"SIZE=4000 {OPEN_REPORTS}" if unwrap else "SIZE=4000")
        assert mail_of(kept).content == (ORIGINAL if unwrap else report())


async def test_starttls_and_nothing_pipelined_behind_it(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("journal.example")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(chain, append=True)
    certificate.private_key_pem.write_to_path(key)
    context = ssl.create_default_context()
    authority.configure_trust(context)

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo()
            assert client.has_extn("starttls")
            client._host = "journal.example"  # type: ignore[attr-defined] # what the certificate names
            client.starttls(context=context)
            client.ehlo()
            assert not client.has_extn("starttls")
            assert client.docmd("STARTTLS")[0] == 503
            client.sendmail("a@so.example", ["x@mailbridge.invalid"], MAIL)

    async with running_journal(tmp_path / "spool", certificate=str(chain), key=str(key)) as journal:
        await asyncio.to_thread(send, journal.server.port)
        assert len(journal.kept) == 1
        async with client_of(journal.server.port) as client:
            await greeted(client)
            await client.send(b"STARTTLS\r\nMAIL FROM:<injected@x.example>\r\n")
            assert (await client.hear())[:3] == b"220"
            # In the clear it is no TLS: the connection ends, and what was pipelined got no answer.
            client.writer.write(b"NOOP\r\n")
            async with asyncio.timeout(20):
                assert b"250" not in await client.reader.read()
        await eventually(lambda: journal.server.sessions == 0)
        assert len(journal.kept) == 1


async def test_a_bug_is_temporary_for_the_client() -> None:
    keeper = MemoryKeeper()
    keeper.begin = None  # type: ignore[assignment,method-assign] # calling it raises TypeError
    async with running(keeper) as journal, client_of(journal.server.port) as client:
        assert (await client.envelope())[:9] == b"451 4.3.0"
        assert await client.say(b"NOOP") == b"250 2.0.0 Ok"


async def test_a_copy_of_our_own_letter_or_of_a_mail_in_a_loop_is_kept_as_any_other(tmp_path: Path) -> None:
    """Nothing is passed on here, so there is no loop to break; the walk knows our letters."""
    content = b"X-MailBridge-ID: 01a2007f-d4ec-785c-93d8-a542961804f1\r\n" + b"Received: x\r\n" * 200 + MAIL
    async with running_journal(tmp_path) as journal, client_of(journal.server.port) as client:
        assert (await client.mail(content))[:3] == b"250"
        assert [kept.content for kept in journal.kept] == [content]
