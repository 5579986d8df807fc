"""
Five and more next hops: what is offered, asked and answered between a client and each of them (FEATURES B3, B4, B5).

The hop shows what both can do, no more and no less; parameters and replies pass octet for octet.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.smtp_hooks.next_hop_profiles import PROFILES, Profile, watched
from tests.smtp_hooks.probes import MAIL, RawClient, client_of, hop_before, keywords

OUR_SIZE = 30_000_000
PROFILE = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)


@PROFILE
async def test_the_offer_is_what_both_can_do(tmp_path: Path, profile: Profile) -> None:
    async with (
        watched(profile) as double,
        hop_before(tmp_path, double.port, max_size=OUR_SIZE) as hop,
        client_of(hop.server.port) as client,
    ):
        shown = keywords(await client.say(b"EHLO client.example"))
        # BDAT may be shown by a hop that really passes it; never when the next hop has none of it.
        passable = {"CHUNKING"} & {word.partition(" ")[0] for word in profile.words}
        assert set(shown) - passable == profile.shown
        if profile.size is not None:
            assert 0 < int(shown["SIZE"]) <= min(profile.size or OUR_SIZE, OUR_SIZE)
        assert {shown[word] for word in shown if word != "SIZE"} == {""}


@PROFILE
async def test_a_plain_mail_goes_through(tmp_path: Path, profile: Profile) -> None:
    """With the parameters that the offer allows, and in steps that a server without PIPELINING can take."""
    pipelining = "PIPELINING" in profile.words
    async with (
        watched(profile, pipelining=pipelining) as double,
        hop_before(tmp_path, double.port, max_size=OUR_SIZE) as hop,
        client_of(hop.server.port) as client,
    ):
        shown = keywords(await client.say(b"EHLO client.example"))
        parameters = b"".join(
            text
            for word, text in (
                ("SIZE", b" SIZE=60"),
                ("8BITMIME", b" BODY=8BITMIME"),
                ("DSN", b" RET=HDRS ENVID=a+2Bb"),
            )
            if word in shown
        )
        for _ in range(2):
            mail = b"MAIL FROM:<a@so.example>" + parameters
            await client.send(mail + b"\r\nRCPT TO:<b@bo.example>\r\nRCPT TO:<c@bo.example>\r\nDATA\r\n")
            assert [(await client.hear())[:3] for _ in range(4)] == [b"250", b"250", b"250", b"354"]
            await client.send(MAIL + b".\r\n")
            assert (await client.hear())[:3] == b"250"
            assert double.taken[-1].mail.encode() == mail
            assert double.taken[-1].below == MAIL
        assert double.impatient == []


@PROFILE
async def test_what_is_not_offered_is_refused_by_the_next_hop_in_its_own_words(
    tmp_path: Path, profile: Profile
) -> None:
    """A client that asks for more hears that from who cannot do it; without the extension no mail is changed to fit."""
    asked = {"BODY=8BITMIME": "8BITMIME", "SMTPUTF8": "SMTPUTF8", "RET=FULL": "DSN", "SIZE=5": "SIZE"}
    words = {word.split()[0].upper() for word in profile.words if word.split()}
    async with (
        watched(profile) as double,
        hop_before(tmp_path, double.port, max_size=OUR_SIZE) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO client.example")
        for parameter, word in asked.items():
            answer = await client.say(f"MAIL FROM:<a@so.example> {parameter}".encode())
            if word in words:
                assert answer[:3] == b"250"
                assert (await client.say(b"RSET"))[:3] == b"250"
            else:
                assert answer == f"555 5.5.4 Unsupported option: {parameter.partition('=')[0]}".encode()


@pytest.mark.parametrize("name", ["small-size", "odd-words", "modern"])
async def test_a_mail_as_large_as_we_said_fits_there(tmp_path: Path, name: str) -> None:
    """The limit shown leaves room for our own two header fields, so that nobody is promised what fails behind."""
    profile = PROFILES[name]
    async with (
        watched(profile) as double,
        hop_before(tmp_path, double.port, max_size=OUR_SIZE) as hop,
        client_of(hop.server.port) as client,
    ):
        size = int(keywords(await client.say(b"EHLO " + b"long-name." * 20 + b"example"))["SIZE"])
        content = b"Subject: x\r\n\r\n" + b"a" * (size - 16) + b"\r\n"
        await client.say(b"MAIL FROM:<a@so.example> SIZE=%d" % size)
        await client.say(b"RCPT TO:<b@bo.example>")
        assert (await client.say(b"DATA"))[:3] == b"354"
        assert (await client.say(content + b"."))[:3] == b"250"
        assert len(double.taken[0].content) <= (profile.size or 0)
        assert double.taken[0].below == content


async def test_a_client_of_helo_needs_nothing_of_a_next_hop_with_everything(tmp_path: Path) -> None:
    async with (
        watched(PROFILES["modern"]) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert (await client.say(b"HELO old.example"))[:4] == b"250 "
        assert (await client.say(b"MAIL FROM:<a@so.example>"))[:3] == b"250"
        await client.say(b"RCPT TO:<b@bo.example>")
        await client.say(b"DATA")
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert double.taken[0].mail == "MAIL FROM:<a@so.example>"


@pytest.mark.parametrize("refusal", ["500 5.5.2 what?", "502 5.5.1 no", "504 5.5.4 not here", "550 5.7.1 no EHLO"])
async def test_a_next_hop_of_helo_alone(tmp_path: Path, refusal: str) -> None:
    async with (
        watched(answers={"EHLO": refusal, "HELO": "250 old.example"}, pipelining=False) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert set(keywords(await client.say(b"EHLO client.example"))) <= {"PIPELINING", "STARTTLS"}
        assert (await client.mail())[:3] == b"250"
        assert double.taken[0].below == MAIL
        assert double.impatient == []


async def test_eight_bits_pass_where_nobody_offered_them(tmp_path: Path) -> None:
    """Who sends them all the same gets them through unchanged: to repair mail is not ours (FEATURES B13)."""
    content = "Subject: Công văn\r\n\r\nKính gửi: Bộ\r\n".encode() + b"\x80\xff\xfe\r\n"
    async with (
        watched(PROFILES["without-8bitmime"]) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert (await client.mail(content))[:3] == b"250"
        assert double.taken[0].below == hop.kept[0].content == content


# -- parameters -------------------------------------------------------------------------------------------------------


MAIL_LINES = [
    "MAIL FROM:<a@so.example> SIZE=1000 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159",
    "MAIL FROM:<a@so.example> BODY=7BIT RET=FULL ENVID=+41+2B+3D=x",
    "MAIL FROM:<a@so.example> ret=full body=8bitmime EnvId=abc",
    "MAIL FROM:<> RET=HDRS ENVID=1",
    "MAIL FROM:<văn.thư@sở-nội-vụ.example> SMTPUTF8 BODY=8BITMIME",
    'MAIL FROM:<"a b>c\\"d"@so.example> SIZE=5',
    "MAIL FROM:<a+b=c/d@so.example> AUTH=<> X-OWN=1;2,3 SIZE=0",
    "MAIL FROM:<@relay.example:a@so.example>",
    "MAIL FROM:<a@[192.0.2.1]> HOLDFOR=60 MT-PRIORITY=3 BY=120;R",
    "mail from:<a@so.example> SIZE=1000",
]
RCPT_LINES = [
    "RCPT TO:<b@bo.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;b+2Bc+3Dd@bo.example",
    "RCPT TO:<b@bo.example> NOTIFY=NEVER",
    "RCPT TO:<b@bo.example> notify=success orcpt=utf-8;v\\x{103}n@bo.example",
    "RCPT TO:<văn.thư@bộ.example> ORCPT=utf-8;văn.thư@bộ.example",
    'RCPT TO:<"quoted @ > part"@bo.example> NOTIFY=DELAY',
    "RCPT TO:<b@[IPv6:2001:db8::1]> RRVS=2026-11-21T00:00:00Z",
    "RCPT TO:<postmaster>",
    "rcpt to:<b@bo.example> ORCPT=x400;/c=vn/a=x/",
]


def without_verb(line: str) -> str:
    """Verb and keyword may be written anew; from the path on, nothing may."""
    return line[line.index(":") :]


@pytest.mark.parametrize("line", MAIL_LINES)
async def test_parameters_of_mail_pass_octet_for_octet(tmp_path: Path, line: str) -> None:
    async with watched() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.say(b"EHLO client.example")
        assert await client.say(line.encode()) == b"250 2.1.0 Ok sender"
        await client.say(b"RCPT TO:<b@bo.example>")
        await client.say(b"DATA")
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert without_verb(double.taken[0].mail) == without_verb(line)
        envelope = hop.kept[0].envelope
        assert envelope.mail_parameters == line.rpartition(">")[2].strip() or "=<>" in line


@pytest.mark.parametrize("line", RCPT_LINES)
async def test_parameters_of_rcpt_pass_octet_for_octet(tmp_path: Path, line: str) -> None:
    async with watched() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.say(b"EHLO client.example")
        await client.say(b"MAIL FROM:<a@so.example>")
        assert await client.say(line.encode()) == b"250 2.1.5 Ok recipient"
        await client.say(b"DATA")
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert [without_verb(one) for one in double.taken[0].recipients] == [without_verb(line)]
        assert hop.kept[0].envelope.recipient_parameters == (line.rpartition(">")[2].strip(),)


# -- a next hop that says "not now" at each stage ---------------------------------------------------------------------


@pytest.mark.parametrize("reply", ["421 4.3.2 going down", "450-4.7.1 wait\r\n450 4.7.1 a while", "452 4.3.1 no room"])
@pytest.mark.parametrize("stage", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
async def test_not_now_at_each_stage(tmp_path: Path, stage: str, reply: str) -> None:
    """The client keeps its mail, and the retry delivers it once."""
    async with watched(answers={stage: reply}) as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as client:
            heard = await first_refusal(client)
            assert heard[:1] == b"4", heard
            # A greeting or EHLO of another server may be said in our words; from MAIL on they are its own.
            assert heard == reply.encode() or stage in {"GREETING", "EHLO"}
            if heard[:3] == b"421":
                assert await client.is_closed()
        assert double.taken == []
        assert hop.kept == []
        double.answers.clear()
        async with client_of(hop.server.port) as again:
            assert (await again.mail())[:3] == b"250"
        assert [taken.below for taken in double.taken] == [kept.content for kept in hop.kept] == [MAIL]


async def first_refusal(client: RawClient) -> bytes:
    heard = b""
    for line in (b"EHLO x.example", b"MAIL FROM:<a@so.example>", b"RCPT TO:<b@bo.example>", b"DATA", MAIL + b"."):
        heard = await client.say(line)
        if heard[:1] in b"45":
            return heard
    return heard


async def test_not_now_to_one_client_is_nothing_to_another(tmp_path: Path) -> None:
    """A session that was refused leaves nothing behind in one that is used again."""
    async with watched() as double, hop_before(tmp_path, double.port) as hop:
        async with client_of(hop.server.port) as first, client_of(hop.server.port) as second:
            await first.say(b"EHLO first.example")
            await second.say(b"EHLO second.example")
            await first.say(b"MAIL FROM:<first@so.example> RET=HDRS")
            await second.say(b"MAIL FROM:<second@so.example>")
            await first.say(b"RCPT TO:<b@bo.example>")
            assert (await first.say(b"DATA"))[:3] == b"354"
            assert (await second.say(b"DATA"))[:3] in {b"503", b"554"}
            await second.say(b"RCPT TO:<c@bo.example>")
            assert (await first.say(MAIL + b"."))[:3] == b"250"
            first.writer.close()
            assert (await second.say(b"DATA"))[:3] == b"354"
            assert (await second.say(MAIL + b"."))[:3] == b"250"
        pairs = {(taken.mail.split()[1], *taken.recipients) for taken in double.taken}
        assert pairs == {
            ("FROM:<first@so.example>", "RCPT TO:<b@bo.example>"),
            ("FROM:<second@so.example>", "RCPT TO:<c@bo.example>"),
        }


async def test_a_client_that_left_does_not_leave_its_mail_to_the_next(tmp_path: Path) -> None:
    """Sessions with the next hop may be used again; what the client before had begun may not come along."""
    async with watched() as double, hop_before(tmp_path, double.port) as hop:
        for leaving in (b"", b"QUIT\r\n", b"RSET\r\nQUIT\r\n"):
            async with client_of(hop.server.port) as first:
                await first.say(b"EHLO first.example")
                await first.say(b"MAIL FROM:<left@so.example> ENVID=LEFT")
                await first.say(b"RCPT TO:<left@bo.example>")
                await first.send(leaving)
            await asyncio.sleep(0.02)
            async with client_of(hop.server.port) as second:
                assert (await second.mail())[:3] == b"250"
        assert {taken.mail for taken in double.taken} == {"MAIL FROM:<a@so.example>"}
        assert {tuple(taken.recipients) for taken in double.taken} == {("RCPT TO:<b@bo.example>",)}
