from __future__ import annotations

import asyncio
import logging

import pytest

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.smtp_hooks.milter.packets import (
    LEGAL,
    SILENCED_BY,
    Abort,
    Accept,
    Actions,
    Body,
    Connect,
    Continue,
    Data,
    EndOfBody,
    EndOfHeader,
    Family,
    FromMta,
    Header,
    Helo,
    InsertHeader,
    Macros,
    Mail,
    Offer,
    Options,
    Progress,
    Quarantine,
    Quit,
    QuitNewConnection,
    Rcpt,
    ReplyCode,
    Unknown,
)
from mailbridge.smtp_hooks.milter.wire import format_packet
from tests.smtp_hooks.milter.builders_milter import (
    BODY,
    CONTENT,
    FIELDS,
    POSTFIX_ACTIONS,
    POSTFIX_OPTIONS,
    eventually,
    running_door,
)

FULL = ReplyCode(text=b"452 4.3.1 Insufficient system storage, try again later")
BROKEN = ReplyCode(text=b"451 4.3.0 Temporary local problem, try again later")


def marked(mail_id: str) -> tuple[InsertHeader, Accept]:
    return InsertHeader(index=0, name=b"X-MailBridge-ID", value=f" {mail_id}".encode()), Accept()


# -- what is agreed on ------------------------------------------------------------------------------------------------


async def test_it_asks_to_reply_to_nothing_but_the_end() -> None:
    async with running_door() as door, door.connection() as mta:
        agreed = await mta.negotiate()
        assert agreed is not None
        assert (agreed.version, agreed.actions) == (6, Actions.ADD_HEADERS)
        assert Options.LEADING_SPACE in agreed.options
        assert Options.REFUSED_RECIPIENTS not in agreed.options
        loud = [kind for kind in LEGAL if LEGAL[kind] and not SILENCED_BY.get(kind, Options(0)) & agreed.options]
        assert loud == [Offer, EndOfBody, Unknown]
        # That one is not even sent.
        assert Options.NO_UNKNOWN in agreed.options


async def test_quarantine_is_asked_for_only_when_it_is_wanted() -> None:
    async with running_door(quarantine=True) as door, door.connection() as mta:
        agreed = await mta.negotiate()
        assert agreed is not None
        assert agreed.actions == Actions.ADD_HEADERS | Actions.QUARANTINE


@pytest.mark.parametrize(
    "little",
    [
        {"version": 5},
        {"options": POSTFIX_OPTIONS & ~Options.LEADING_SPACE},
        {"actions": POSTFIX_ACTIONS & ~Actions.ADD_HEADERS},
        {"actions": POSTFIX_ACTIONS & ~Actions.QUARANTINE},
    ],
    ids=["version", "leading-space", "add-headers", "quarantine"],
)
async def test_an_mta_that_cannot_give_what_is_needed_is_refused(
    little: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    async with running_door(quarantine=True) as door, door.connection() as mta:
        assert await mta.negotiate(**little) is None  # type: ignore[arg-type] # each case has its own type
        assert await mta.is_closed()
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "this MTA cannot give what a copy needs (Postfix: milter_protocol = 6)"
    ]


async def test_an_mta_that_wants_a_reply_to_everything_gets_one() -> None:
    """No silent steps offered: that costs time, not the mail."""
    async with running_door() as door, door.connection() as mta:
        agreed = await mta.negotiate(options=Options.LEADING_SPACE)
        assert agreed is not None
        assert agreed.options == Options.LEADING_SPACE
        for said in (
            Connect(name=b"c", family=Family.INET, port=1, address=b"192.0.2.7"),
            Helo(name=b"c"),
            Unknown(line=b"FOO"),
            Mail(arguments=(b"<a@so.example>",)),
            Rcpt(arguments=(b"<b@bo.example>",)),
            Data(),
            Header(name=b"A", value=b" b"),
            EndOfHeader(),
            Body(octets=b"x\r\n"),
        ):
            assert await mta.say(said) == (Continue(),)
        assert await mta.say(EndOfBody()) == marked("0190-0")
        assert bytes(door.keeper.all[0].content) == b"A: b\r\n\r\nx\r\n"


# -- a mail -----------------------------------------------------------------------------------------------------------


async def test_a_mail_is_kept_octet_for_octet_and_marked() -> None:
    async with running_door() as door, door.client() as mta:
        assert await mta.mail() == marked("0190-0")
        [kept] = door.keeper.all
        assert bytes(kept.content) == CONTENT
        assert (kept.door, kept.stuffed, kept.fate) == (Door.MILTER, False, "sealed")
        await mta.send(Abort())
        await eventually(lambda: door.accepted == ["0190-0"])
        assert (kept.fate, kept.reply) == ("accepted", "milter: queued as 4bXYZ12")
        assert door.keeper.heard == ["0190-0"]


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (b"To", b"\t<b@x>", b"To:\t<b@x>\r\n"),
        (b"Subject", b"x", b"Subject:x\r\n"),
        (b"X", b"", b"X:\r\n"),
        (b"X", b" ", b"X: \r\n"),
        (b"X", b"  two ", b"X:  two \r\n"),
        (b"X", b" a\n b\n\tc", b"X: a\r\n b\r\n\tc\r\n"),
        (b"X", b" a\r\n b", b"X: a\r\n b\r\n"),
        (b"X", b" a\rb", b"X: a\rb\r\n"),
        (b"X", b" \xff\xc3\xa1", b"X: \xff\xc3\xa1\r\n"),
    ],
)
async def test_a_field_is_written_as_it_came(name: bytes, value: bytes, line: bytes) -> None:
    async with running_door() as door, door.client() as mta:
        await mta.mail(fields=[(name, value)], body=[b"a\0\xff", b"", b"b"])
        assert bytes(door.keeper.all[0].content) == line + b"\r\na\0\xffb"


async def test_a_mail_without_header_or_body_is_kept() -> None:
    async with running_door() as door, door.client() as mta:
        assert await mta.mail(fields=(), body=()) == marked("0190-0")
        assert bytes(door.keeper.all[0].content) == b"\r\n"


async def test_octets_in_the_last_packet_belong_to_the_body() -> None:
    """Postfix 2.3 sent them there; the protocol allows it."""
    async with running_door() as door, door.client() as mta:
        await mta.envelope()
        await mta.send(EndOfHeader(), Body(octets=b"a"))
        await mta.say(EndOfBody(octets=b"b"))
        assert bytes(door.keeper.all[0].content) == b"\r\nab"


async def test_envelope_and_client_are_noted_as_said() -> None:
    async with running_door() as door, door.client() as mta:
        await mta.envelope(b"<b@bo.example>", mail=(b"<l\xc3\xaa@so.example>", b"BODY=8BITMIME", b"SMTPUTF8"))
        await mta.say(Rcpt(arguments=(b"<c@bo.example>", b"NOTIFY=NEVER", b"ORCPT=rfc822;x@y")))
        await mta.say(Data())
        await mta.content()
        [kept] = door.keeper.all
        assert kept.client == Client(ip="192.0.2.7", helo="client.example", tls="TLSv1.3")
        assert kept.envelope == Envelope(
            mail_from="lê@so.example",
            recipients=("b@bo.example", "c@bo.example"),
            mail_parameters="BODY=8BITMIME SMTPUTF8",
            recipient_parameters=("", "NOTIFY=NEVER ORCPT=rfc822;x@y"),
        )


@pytest.mark.parametrize(
    ("said", "ip"),
    [
        (Connect(name=b"x", family=Family.INET, port=1, address=b"192.0.2.7"), "192.0.2.7"),
        (Connect(name=b"x", family=Family.INET6, port=1, address=b"2001:DB8::1"), "2001:db8::1"),
        (Connect(name=b"x", family=Family.INET6, port=1, address=b"IPv6:2001:db8::1"), "2001:db8::1"),
        (Connect(name=b"x", family=Family.INET, port=1, address=b"unknown"), None),
        (Connect(name=b"x", family=Family.UNIX, port=0, address=b"/run/x"), None),
        (Connect(name=b"x", family=Family.UNKNOWN), None),
    ],
)
async def test_the_address_of_the_client(said: Connect, ip: str | None) -> None:
    async with running_door() as door, door.connection() as mta:
        await mta.negotiate()
        await mta.say(said)
        await mta.mail()
        assert door.keeper.all[0].client.ip == ip


async def test_the_null_sender_is_empty_and_strange_octets_cost_nothing() -> None:
    async with running_door() as door, door.client(helo=b"\xff") as mta:
        await mta.envelope(b"b@bo.example", mail=(b"<>",))
        await mta.say(Rcpt(arguments=(b"<\xff@bo.example>",)))
        await mta.content()
        [kept] = door.keeper.all
        assert kept.envelope.mail_from == ""
        assert kept.envelope.recipients == ("b@bo.example", "\ufffd@bo.example")


async def test_many_mails_of_one_client() -> None:
    async with running_door() as door, door.client() as mta:
        for number in range(3):
            assert await mta.mail(queue_id=b"q%d" % number) == marked(f"0190-{number}")
            await mta.send(Abort())
        await eventually(lambda: len(door.accepted) == 3)
        assert [kept.reply for kept in door.keeper.all] == [f"milter: queued as q{number}" for number in range(3)]


async def test_sendmail_says_no_abort_and_names_the_queue_id_at_mail() -> None:
    async with running_door() as door, door.client() as mta:
        for number in range(2):
            await mta.send(Macros(step=b"M", values=((b"i", b"qM%d" % number),)))
            await mta.envelope()
            await mta.say(Data())
            await mta.send(EndOfHeader(), Body(octets=b"x\r\n"))
            assert await mta.say(EndOfBody()) == marked(f"0190-{number}")
        await mta.send(Quit())
        await eventually(lambda: len(door.accepted) == 2)
        assert [kept.reply for kept in door.keeper.all] == ["milter: queued as qM0", "milter: queued as qM1"]


async def test_without_a_queue_id_the_reply_names_none() -> None:
    async with running_door() as door, door.client() as mta:
        await mta.mail(queue_id=b"")
        await mta.send(Quit())
        await eventually(lambda: door.accepted)
        assert door.keeper.all[0].reply == "milter: accepted"


async def test_a_second_client_on_the_same_connection() -> None:
    """SMFIC_QUIT_NC: nothing of the first client is left, what was agreed on stays."""
    async with running_door() as door, door.client() as mta:
        await mta.mail()
        await mta.envelope()
        await mta.send(QuitNewConnection())
        await mta.say(Connect(name=b"y", family=Family.INET, port=9, address=b"198.51.100.1"))
        assert await mta.mail(queue_id=b"") == marked("0190-1")
        await mta.send(Quit())
        await eventually(lambda: len(door.accepted) == 2)
        assert door.keeper.all[1].client == Client(ip="198.51.100.1")
        assert door.keeper.all[1].reply == "milter: accepted"


# -- what becomes of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [Abort(), Quit(), Mail(arguments=(b"<>",)), Helo(name=b"x"), Macros(step=b"M", values=()), QuitNewConnection()],
    ids=lambda word: type(word).__name__,
)
async def test_any_further_word_means_that_the_mta_has_heard_us(word: FromMta) -> None:
    async with running_door() as door, door.client() as mta:
        await mta.mail()
        assert door.keeper.fates() == ["sealed"]
        await mta.send(word)
        await eventually(lambda: door.accepted == ["0190-0"])
        assert door.keeper.fates() == ["accepted"]


async def test_so_does_silence_on_a_living_connection() -> None:
    """Postfix holds its Abort back until it has more to say, which may take minutes."""
    async with running_door(settle_within=0.05) as door, door.client() as mta:
        await mta.mail()
        await eventually(lambda: door.accepted == ["0190-0"])
        assert await mta.mail() == marked("0190-1")


async def test_a_connection_lost_behind_our_answer_leaves_the_fate_unknown() -> None:
    async with running_door() as door, door.client() as mta:
        await mta.mail()
        await mta.close()
        await eventually(lambda: door.keeper.fates() == ["unknown"])
        assert door.accepted == []


async def test_a_connection_lost_while_we_seal_leaves_it_unknown_too() -> None:
    async with running_door() as door, door.client() as mta:
        door.keeper.slow = 0.1
        await mta.envelope()
        await mta.send(EndOfHeader(), EndOfBody())
        await mta.close()
        await eventually(lambda: door.keeper.fates() == ["unknown"])


@pytest.mark.parametrize("end", [Abort(), Quit(), QuitNewConnection(), None], ids=lambda end: type(end).__name__)
@pytest.mark.parametrize("steps", range(1, 5))
async def test_a_mail_that_was_not_complete_leaves_nothing(steps: int, end: FromMta | None) -> None:
    said: list[FromMta] = [
        Mail(arguments=(b"<a@so.example>",)),
        Rcpt(arguments=(b"<b@bo.example>",)),
        Header(name=b"A", value=b" b"),
        EndOfHeader(),
        Body(octets=b"x"),
    ]
    async with running_door() as door, door.client() as mta:
        await mta.send(*said[: steps + 1])
        if steps >= 2:
            await eventually(lambda: door.keeper.fates() == ["open"])
        if end is None:
            await mta.close()
        else:
            await mta.send(end)
        await eventually(lambda: "open" not in door.keeper.fates())
        assert door.keeper.fates() == (["discarded"] if steps >= 2 else [])
        assert door.accepted == []


async def test_a_mail_begun_again_replaces_the_one_before() -> None:
    async with running_door() as door, door.client() as mta:
        await mta.envelope(b"<x@bo.example>")
        assert await mta.mail(b"<b@bo.example>") == marked("0190-0")
        assert door.keeper.all[0].envelope.recipients == ("b@bo.example",)


async def test_acceptance_that_cannot_be_recorded_leaves_the_copy_for_the_next_start() -> None:
    async with running_door() as door, door.client() as mta:
        door.keeper.fails = {"accept"}
        await mta.mail()
        await mta.send(Abort())
        await eventually(lambda: door.keeper.fates() == ["left"])
        assert door.accepted == []
        door.keeper.fails = {"unknown"}
        await mta.mail()
        await mta.close()
        await eventually(lambda: door.keeper.fates() == ["left", "left"])


# -- when no copy can be kept -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["begin", "write", "room", "seal"])
async def test_no_copy_no_mail(step: str) -> None:
    async with running_door() as door, door.client() as mta:
        door.keeper.fails, door.keeper.behind = {step}, step == "room"
        assert await mta.mail() == (BROKEN,)
        await mta.send(Abort())
        door.keeper.fails = set()
        assert await mta.mail() == marked(f"0190-{len(door.keeper.all) - 1}")
        assert [fate for fate in door.keeper.fates() if fate != "sealed"] == ["discarded"] * (step != "begin")


async def test_named_mailboxes_pass_without_a_copy() -> None:
    async with running_door() as door, door.client() as mta:
        door.keeper.fails, door.passing = {"seal"}, frozenset({"b@bo.example"})
        assert await mta.mail(b"<b@bo.example>") == (Accept(),)
        assert await mta.mail(b"<b@bo.example>", b"<c@bo.example>") == (BROKEN,)


async def test_what_is_not_kept_is_quarantined_when_so_configured() -> None:
    async with running_door(quarantine=True) as door, door.client() as mta:
        door.keeper.fails = {"write"}
        assert await mta.mail() == (Quarantine(reason=b"MailBridge could not keep a copy"), Accept())


async def test_a_full_spool_refuses_before_the_content_where_that_can_be_said() -> None:
    async with running_door() as door:
        door.full = True
        async with door.client() as mta:
            await mta.envelope()
            assert await mta.say(Data()) == (FULL,)
            # Postfix lets its client try again within the same transaction.
            door.full = False
            assert await mta.say(Data()) == (Continue(),)
            assert await mta.content() == marked("0190-0")


async def test_a_spool_that_fills_up_later_refuses_behind_the_content() -> None:
    async with running_door() as door, door.client() as mta:
        door.full = True
        assert await mta.mail() == (FULL,)
        assert door.keeper.all == []
        door.full = False
        assert await mta.mail() == marked("0190-0")


async def test_a_full_spool_and_quarantine() -> None:
    async with running_door(quarantine=True) as door:
        door.full = True
        async with door.client() as mta:
            await mta.envelope()
            assert await mta.say(Data()) == (Continue(),)
            assert await mta.content() == (Quarantine(reason=b"MailBridge could not keep a copy"), Accept())


async def test_a_full_spool_and_mailboxes_that_pass() -> None:
    async with running_door() as door:
        door.full, door.passing = True, frozenset({"b@bo.example"})
        async with door.client() as mta:
            await mta.envelope()
            assert await mta.say(Data()) == (Accept(),)


async def test_bypass_holds_for_each_mail_and_back() -> None:
    async with running_door() as door, door.client() as mta:
        door.bypassed = True
        assert await mta.mail() == (Accept(),)
        door.bypassed = False
        assert await mta.mail() == marked("0190-0")
        assert len(door.keeper.all) == 1


async def test_under_bypass_a_new_connection_sends_no_content() -> None:
    async with running_door() as door:
        door.bypassed = door.full = True
        async with door.client() as mta:
            await mta.envelope()
            assert await mta.say(Data()) == (Accept(),)
            await mta.send(Abort())
            door.bypassed = door.full = False
            await mta.envelope()
            assert await mta.say(Data()) == (Continue(),)
            assert await mta.content() == marked("0190-0")


async def test_a_mail_over_the_limit() -> None:
    async with running_door(max_size=len(CONTENT)) as door, door.client() as mta:
        assert await mta.mail() == marked("0190-0")
        assert await mta.mail(body=[BODY, b"x"]) == (ReplyCode(text=b"552 5.3.4 Message exceeds the size limit"),)
        assert door.keeper.fates()[1] == "discarded"


# -- patience ---------------------------------------------------------------------------------------------------------


async def test_while_the_disk_is_slow_the_mta_hears_that_we_are_at_work() -> None:
    async with running_door(progress_every=0.05) as door, door.client() as mta:
        door.keeper.slow = 0.3
        *progress, mark, final = await mta.mail()
        assert (mark, final) == marked("0190-0")
        assert progress
        assert set(progress) == {Progress()}


async def test_the_door_reads_no_further_than_the_disk_follows() -> None:
    async with running_door() as door, door.client() as mta:
        door.keeper.behind = True
        await mta.mail(body=[b"x" * 65535] * 3)
        # Two fields, the blank line, three packets of body.
        assert door.keeper.all[0].waited == 6


async def test_what_the_disk_does_not_take_waits_at_the_mta() -> None:
    """Bounded memory: of 20 MB only what stands in buffers comes while the disk hangs; nothing is lost."""
    async with running_door() as door, door.client() as mta:
        door.keeper.behind = True
        door.keeper.gate.clear()
        sending = asyncio.create_task(mta.mail(body=[b"x" * 65535] * 320))
        await eventually(lambda: door.keeper.all)
        await asyncio.sleep(0.2)
        assert not sending.done()
        assert door.keeper.all[0].size < 100_000
        door.keeper.gate.set()
        assert await sending == marked("0190-0")
        assert bytes(door.keeper.all[0].content).endswith(b"x" * (65535 * 320))


async def test_an_mta_that_falls_silent_is_left() -> None:
    async with running_door(client_timeout=0.1) as door, door.client() as mta:
        await mta.envelope()
        await mta.send(EndOfHeader())
        assert await mta.is_closed()
        assert door.keeper.fates() == ["discarded"]


# -- those who break the rules ----------------------------------------------------------------------------------------

MAIL_SAID: tuple[FromMta, ...] = (Mail(arguments=(b"<a@so.example>",)), Rcpt(arguments=(b"<b@bo.example>",)))


@pytest.mark.parametrize(
    "said",
    [
        (Rcpt(arguments=(b"<b@bo.example>",)),),
        (Data(),),
        (Header(name=b"A", value=b""),),
        (EndOfBody(),),
        (Connect(name=b"x", family=Family.UNKNOWN),),
        (Offer(version=6, actions=POSTFIX_ACTIONS, options=POSTFIX_OPTIONS),),
        (*MAIL_SAID, Body(octets=b"x")),
        (*MAIL_SAID, EndOfBody()),
        (*MAIL_SAID, Header(name=b"A", value=b""), Rcpt(arguments=(b"<c@bo.example>",))),
        (*MAIL_SAID, Header(name=b"A", value=b""), Body(octets=b"x")),
        (*MAIL_SAID, EndOfHeader(), Header(name=b"A", value=b"")),
        (*MAIL_SAID, EndOfHeader(), Body(octets=b"x"), EndOfHeader()),
        (*MAIL_SAID, EndOfHeader(), Mail(arguments=(b"<>",))),
    ],
    ids=lambda said: "-".join(type(one).__name__ for one in said),
)
async def test_the_wrong_order_ends_the_connection(said: tuple[FromMta, ...]) -> None:
    async with running_door() as door, door.client() as mta:
        await mta.send(*said)
        assert await mta.is_closed()
        assert set(door.keeper.fates()) <= {"discarded"}


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"EHLO x\r\n",
        b"\0" * 64,
        b"\xff" * 64,
        b"\0\0\0\x01?",
        format_packet(Mail(arguments=(b"<a@so.example>",))),
    ],
)
async def test_garbage_instead_of_a_greeting_costs_nobody_else(octets: bytes) -> None:
    async with running_door() as door, door.client() as good:
        async with door.connection() as bad:
            bad.writer.write(octets)
            assert await bad.is_closed()
        assert await good.mail() == marked("0190-0")


async def test_garbage_within_a_mail_leaves_nothing_of_it() -> None:
    async with running_door() as door, door.client() as mta:
        await mta.envelope()
        await mta.send(EndOfHeader())
        mta.writer.write(b"\xff" * 200_000)
        assert await mta.is_closed()
        assert door.keeper.fates() == ["discarded"]


@pytest.mark.parametrize("step", ["begin", "write", "seal", "accept"])
async def test_a_bug_met_by_one_connection_costs_no_other(step: str, caplog: pytest.LogCaptureFixture) -> None:
    async with running_door() as door, door.client() as good, door.client() as unlucky:
        door.keeper.bugs = {step}
        replies = await unlucky.mail()
        if step == "accept":
            assert replies == marked("0190-0")
            await unlucky.send(Quit())
        else:
            assert replies == ()
        await eventually(lambda: door.server.sessions == 1)
        await eventually(lambda: [record for record in caplog.records if record.getMessage().startswith("bug in a")])
        door.keeper.bugs = set()
        assert len(await good.mail()) == 2
        assert "open" not in door.keeper.fates()


async def test_octets_one_by_one() -> None:
    """Whatever the network does to the stream, the mail is the same."""
    async with running_door() as door, door.client() as mta:
        said: list[FromMta] = [*MAIL_SAID, Data()]
        said += [Header(name=name, value=value) for name, value in FIELDS]
        said += [EndOfHeader(), Body(octets=BODY), EndOfBody()]
        for octet in b"".join(format_packet(one) for one in said):
            mta.writer.write(bytes([octet]))
            await asyncio.sleep(0)
        assert await mta.hear() == marked("0190-0")[0]
        assert bytes(door.keeper.all[0].content) == CONTENT
