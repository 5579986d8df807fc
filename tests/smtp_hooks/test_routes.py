"""
Several next hops: by recipient domain, and one after the other when one is down (FEATURES A1, B3, B4).

A mail goes to one next hop as a whole; recipients of another are asked back for a transaction of their own, as RFC 5321
§4.5.3.1.10 allows, so that each answer is still that of the server that has the mailbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailbridge.smtp_hooks.settings import End, Patience, Route, Upstream
from tests.smtp_hooks.next_hop_double import Answer, NextHopDouble
from tests.smtp_hooks.next_hop_profiles import PROFILES, Profile, watched
from tests.smtp_hooks.probes import MAIL, Hop, RawClient, client_of, hop_before, keywords, normal_mail, unused_port

pytestmark = pytest.mark.timeout(60)


def servers(*ports: int) -> Upstream:
    return Upstream(ends=tuple(End(host="127.0.0.1", port=port) for port in ports))


def route(port: int, *domains: str, then: tuple[int, ...] = ()) -> Route:
    return Route(domains=frozenset(domains), upstream=servers(port, *then))


@dataclass
class Fork:
    """A hop with a usual next hop and one for `a.example` and `also.example`."""

    hop: Hop
    usual: NextHopDouble
    other: NextHopDouble


@asynccontextmanager
async def fork(root: Path, *, other: Profile | None = None, **settings: Any) -> AsyncIterator[Fork]:
    async with watched() as usual, watched(other) as second:
        routes = (route(second.port, "a.example", "also.example"),)
        async with hop_before(root, usual.port, routes=routes, **settings) as hop:
            yield Fork(hop, usual, second)


async def begin(client: RawClient, recipient: bytes) -> bytes:
    """MAIL and RCPT; the answer to the latter, or the refusal of the former."""
    heard = await client.say(b"MAIL FROM:<a@so.example>")
    return await client.say(b"RCPT TO:<" + recipient + b">") if heard[:3] == b"250" else heard


async def finish(client: RawClient) -> bytes:
    heard = await client.say(b"DATA")
    return await client.say(MAIL + b".") if heard[:3] == b"354" else heard


# -- routes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipient", "to_other"),
    [
        (b"b@a.example", True),
        (b"b@also.example", True),
        (b"b@A.Example", True),
        (b'"x@bo.example"@a.example', True),
        (b'"x@a.example"@bo.example', False),
        (b"b@sub.a.example", False),
        (b"b@xa.example", False),
        (b"b@a.example.bo.example", False),
        (b"@a.example:b@bo.example", False),
        (b"@bo.example:b@a.example", True),
        (b"b%a.example@bo.example", False),
        (b"postmaster", False),
        (b"a.example", False),
        (b"b@[127.0.0.1]", False),
    ],
)
async def test_the_domain_of_the_recipient_decides(tmp_path: Path, recipient: bytes, to_other: bool) -> None:
    async with fork(tmp_path) as three, client_of(three.hop.server.port) as client:
        await client.say(b"EHLO x.example")
        assert await begin(client, recipient) == b"250 2.1.5 Ok recipient"
        assert (await finish(client))[:3] == b"250"
        assert len(three.other.taken) == int(to_other)
        assert len(three.usual.taken) == int(not to_other)
        assert three.hop.kept[0].envelope.recipients == (recipient.decode(),)
        [taken] = three.other.taken + three.usual.taken
        assert taken.below == MAIL


@pytest.mark.parametrize("pipelined", [True, False])
async def test_recipients_of_two_next_hops_take_two_transactions(tmp_path: Path, pipelined: bool) -> None:
    """452: a client sends those again by itself, at once (RFC 5321 §4.5.3.1.10); none is refused for good."""
    boxes = [b"1@bo.example", b"2@a.example", b"3@bo.example", b"4@also.example"]
    async with fork(tmp_path) as three, client_of(three.hop.server.port) as client:
        await client.say(b"EHLO x.example")
        left = boxes
        for _ in range(2):
            said = [b"MAIL FROM:<a@so.example>", *(b"RCPT TO:<" + box + b">" for box in left), b"DATA"]
            if pipelined:
                await client.send(b"\r\n".join([*said, b""]))
                heard = [await client.hear() for _ in said]
            else:
                heard = [await client.say(line) for line in said]
            assert heard[0][:3] == b"250"
            assert heard[-1][:3] == b"354"
            assert (await client.say(MAIL + b"."))[:3] == b"250"
            replies = dict(zip(left, heard[1:-1], strict=True))
            assert {reply[:9] for reply in replies.values()} <= {b"250 2.1.5", b"452 4.5.3"}
            left = [box for box in left if replies[box][:3] != b"250"]
        assert left == []
        assert three.usual.taken[0].recipients == ["RCPT TO:<1@bo.example>", "RCPT TO:<3@bo.example>"]
        assert three.other.taken[0].recipients == ["RCPT TO:<2@a.example>", "RCPT TO:<4@also.example>"]
        assert len(three.usual.taken) == len(three.other.taken) == 1
        assert [kept.envelope.recipients for kept in three.hop.kept] == [
            ("1@bo.example", "3@bo.example"),
            ("2@a.example", "4@also.example"),
        ]


async def test_parameters_and_replies_pass_on_either_way(tmp_path: Path) -> None:
    mail = "MAIL FROM:<a@so.example> BODY=8BITMIME SIZE=77 RET=HDRS ENVID=a+2Bb"
    async with fork(tmp_path) as three, client_of(three.hop.server.port) as client:
        three.other.answers["RCPT"] = lambda line: "550-5.1.1 no\r\n550 5.1.1 box" if "no@" in line else "251 2.1.5 far"
        three.other.answers["DOT"] = "250-2.0.0 a\r\n250 2.0.0 b"
        await client.say(b"EHLO x.example")
        assert (await client.say(mail.encode()))[:3] == b"250"
        assert await client.say(b"RCPT TO:<no@a.example>") == b"550-5.1.1 no\r\n550 5.1.1 box"
        assert await client.say(b"RCPT TO:<b@a.example> NOTIFY=NEVER") == b"251 2.1.5 far"
        await client.say(b"DATA")
        assert await client.say(MAIL + b".") == b"250-2.0.0 a\r\n250 2.0.0 b"
        assert three.other.taken[0].mail == mail
        assert three.other.taken[0].recipients == ["RCPT TO:<b@a.example> NOTIFY=NEVER"]
        assert three.usual.taken == []


async def test_a_refused_first_recipient_does_not_hold_the_mail(tmp_path: Path) -> None:
    """After 550 from one server, the next recipient may still belong to the other."""
    async with fork(tmp_path) as three, client_of(three.hop.server.port) as client:
        three.other.answers["RCPT"] = "550 5.1.1 no such box"
        await client.say(b"EHLO x.example")
        assert await begin(client, b"no@a.example") == b"550 5.1.1 no such box"
        heard = await client.say(b"RCPT TO:<b@bo.example>")
        assert heard[:3] in {b"250", b"452"}
        if heard[:3] == b"250":
            assert (await finish(client))[:3] == b"250"
        else:
            # Then DATA has no recipient, and the retry is the client's.
            assert (await client.say(b"DATA"))[:1] in b"45"
            await client.say(b"RSET")
            assert await begin(client, b"b@bo.example") == b"250 2.1.5 Ok recipient"
            assert (await finish(client))[:3] == b"250"
        assert [taken.recipients for taken in three.usual.taken] == [["RCPT TO:<b@bo.example>"]]
        assert three.other.taken == []


@pytest.mark.parametrize("reply", ["550-5.7.1 not\r\n550 5.7.1 you", "451 4.7.1 later"])
async def test_a_sender_refused_by_one_next_hop(tmp_path: Path, reply: str) -> None:
    """Who refuses MAIL is known only with the first recipient: its words are heard there at the latest."""
    async with fork(tmp_path) as three, client_of(three.hop.server.port) as client:
        three.other.answers["MAIL"] = reply
        await client.say(b"EHLO x.example")
        assert await begin(client, b"b@a.example") == reply.encode()
        await client.say(b"RSET")
        assert await begin(client, b"b@bo.example") == b"250 2.1.5 Ok recipient"
        assert (await finish(client))[:3] == b"250"
        assert three.other.taken == []


@pytest.mark.parametrize(("name", "lacks"), [("without-smtputf8", "SMTPUTF8"), ("without-8bitmime", "8BITMIME")])
async def test_the_offer_is_what_all_next_hops_can_do(tmp_path: Path, name: str, lacks: str) -> None:
    """EHLO comes before any recipient: what one cannot do is promised to nobody."""
    async with fork(tmp_path, other=PROFILES[name]) as three, client_of(three.hop.server.port) as client:
        offered = keywords(await client.say(b"EHLO x.example"))
        assert lacks not in offered
        assert {"DSN", "SIZE"} <= set(offered)
    async with (
        fork(tmp_path / "size", other=PROFILES["small-size"]) as three,
        client_of(three.hop.server.port) as client,
    ):
        assert int(keywords(await client.say(b"EHLO x.example"))["SIZE"]) <= 20_000


async def test_one_next_hop_down_costs_the_other_nothing(tmp_path: Path) -> None:
    """An office whose server is down must not stop the mail of another behind the same hop."""
    async with watched() as usual:
        routes = (route(unused_port(), "down.example"),)
        async with hop_before(tmp_path, usual.port, routes=routes) as hop:
            await normal_mail(hop.server.port)
            async with client_of(hop.server.port) as client:
                await client.say(b"EHLO x.example")
                assert (await begin(client, b"b@down.example"))[:1] == b"4"
            await normal_mail(hop.server.port)
            assert len(usual.taken) == len(hop.kept) == 2


async def test_transactions_in_turns(tmp_path: Path) -> None:
    async with fork(tmp_path) as three, client_of(three.hop.server.port) as client:
        await client.say(b"EHLO x.example")
        for number in range(8):
            domain = (b"a.example", b"bo.example")[number % 2]
            if number % 3 == 0:
                await begin(client, b"begun@" + domain)
                assert (await client.say(b"RSET"))[:3] == b"250"
            assert await begin(client, b"%d@" % number + domain) == b"250 2.1.5 Ok recipient"
            assert (await finish(client))[:3] == b"250"
        assert [taken.recipients for taken in three.other.taken] == [[f"RCPT TO:<{n}@a.example>"] for n in (0, 2, 4, 6)]
        assert [taken.recipients for taken in three.usual.taken] == [
            [f"RCPT TO:<{n}@bo.example>"] for n in (1, 3, 5, 7)
        ]
        assert len(three.hop.kept) == 8


# -- fall-backs -------------------------------------------------------------------------------------------------------

QUICK = Patience(connect=2, greeting=0.4, command=2, data=2, block=2, final=2)


@pytest.mark.parametrize(
    "answers",
    [
        {"GREETING": "421 4.3.2 not now"},
        {"GREETING": "451 4.3.2 not now"},
        {"GREETING": "554 5.3.2 never"},
        {"GREETING": lambda _: None},
        {"GREETING": "HTTP/1.1 400 Bad Request"},
        {"EHLO": "421 4.3.2 going down"},
        {"EHLO": lambda _: None},
    ],
    ids=["421", "451", "554", "closes", "no-smtp", "421-at-ehlo", "dies-at-ehlo"],
)
async def test_the_second_is_tried_when_the_first_is_no_help(tmp_path: Path, answers: dict[str, Answer]) -> None:
    async with watched(answers=dict(answers)) as first, watched() as second:
        ends = servers(first.port, second.port)
        async with hop_before(tmp_path, first.port, next_hop=ends, keep_idle=0) as hop:
            await normal_mail(hop.server.port)
            assert [taken.below for taken in second.taken] == [MAIL]
            assert first.taken == []
            assert len(hop.kept) == 1


async def test_the_second_is_tried_when_the_first_is_down_or_silent(tmp_path: Path) -> None:
    async with watched(pause="GREETING") as silent, watched() as last:
        ends = servers(unused_port(), silent.port, last.port)
        async with hop_before(tmp_path, last.port, next_hop=ends, patience=QUICK) as hop:
            await normal_mail(hop.server.port)
            assert len(last.taken) == len(hop.kept) == 1


async def test_the_first_is_used_while_it_works(tmp_path: Path) -> None:
    async with watched() as first, watched() as second:
        ends = servers(first.port, second.port)
        async with hop_before(tmp_path, first.port, next_hop=ends, keep_idle=0) as hop:
            for _ in range(5):
                await normal_mail(hop.server.port)
            assert len(first.taken) == 5
            # Down for a while, and back.
            first.answers["GREETING"] = "421 4.3.2 not now"
            await normal_mail(hop.server.port)
            assert len(second.taken) == 1
            first.answers.clear()
            async with asyncio.timeout(20):
                while len(first.taken) == 5:
                    await normal_mail(hop.server.port)
                    await asyncio.sleep(0.1)


async def test_all_are_down(tmp_path: Path) -> None:
    ends = servers(unused_port(), unused_port())
    async with hop_before(tmp_path, unused_port(), next_hop=ends) as hop, client_of(hop.server.port) as client:
        heard = await client.say(b"EHLO x.example")
        assert heard[:3] == b"421"
        assert await client.is_closed()


async def test_all_refuse(tmp_path: Path) -> None:
    """Of a greeting that refuses for good nothing is certain while another server might be back: 4yz, or its words."""
    answers: dict[str, Answer] = {"GREETING": "554 5.3.2 no mail here"}
    async with watched(answers=answers) as only, hop_before(tmp_path, only.port) as hop:
        async with client_of(hop.server.port) as client:
            heard = await client.say(b"EHLO x.example")
            assert heard == b"554 5.3.2 no mail here" or heard[:3] == b"421"
        ends = servers(only.port, unused_port())
        async with (
            hop_before(tmp_path / "both", only.port, next_hop=ends) as both,
            client_of(both.server.port) as client,
        ):
            assert (await client.say(b"EHLO x.example"))[:1] == b"4"


@pytest.mark.parametrize("step", ["RCPT", "DATA", "DOT"])
async def test_no_mail_changes_its_server_half_way(tmp_path: Path, step: str) -> None:
    """Begun at one, it is not finished at another: the client tries again, and then the second may have it."""
    async with watched(answers={step: lambda _: None}) as first, watched() as second:
        ends = servers(first.port, second.port)
        async with hop_before(tmp_path, first.port, next_hop=ends, keep_idle=0) as hop:
            async with client_of(hop.server.port) as client:
                await client.say(b"EHLO x.example")
                heard = await begin(client, b"b@bo.example")
                if heard[:3] == b"250":
                    heard = await finish(client)
                assert heard[:1] == b"4", heard
            assert second.taken == []
            assert hop.kept == []
            first.answers["GREETING"] = lambda _: None
            await normal_mail(hop.server.port)
            assert len(second.taken) == len(hop.kept) == 1


async def test_a_fall_back_that_can_do_less_is_not_promised_for(tmp_path: Path) -> None:
    """Offered by the first, missing at the second: the client hears 4yz, or an offer that the second keeps."""
    async with watched() as first, watched(PROFILES["without-8bitmime"]) as second:
        ends = servers(first.port, second.port)
        async with hop_before(tmp_path, first.port, next_hop=ends, keep_idle=0) as hop:
            async with client_of(hop.server.port) as client:
                assert "8BITMIME" in keywords(await client.say(b"EHLO x.example"))
                first.answers["GREETING"] = "421 4.3.2 not now"
                for writer in first.writers:
                    writer.close()
                await asyncio.sleep(0.05)
                heard = await client.say(b"MAIL FROM:<a@so.example> BODY=8BITMIME")
                assert heard[:1] == b"4", heard
            async with asyncio.timeout(20):
                while True:
                    # What was known of the first may be believed for a moment; then the offer is the second's.
                    async with client_of(hop.server.port) as client:
                        heard = await client.say(b"EHLO x.example")
                        if heard[:3] == b"250" and "8BITMIME" not in keywords(heard):
                            assert (await client.mail())[:3] == b"250"
                            break
                    await asyncio.sleep(0.1)
            assert len(second.taken) == 1


async def test_a_route_has_fall_backs_of_its_own(tmp_path: Path) -> None:
    async with watched() as usual, watched() as spare:
        routes = (route(unused_port(), "a.example", then=(spare.port,)),)
        async with hop_before(tmp_path, usual.port, routes=routes) as hop, client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            assert await begin(client, b"b@a.example") == b"250 2.1.5 Ok recipient"
            assert (await finish(client))[:3] == b"250"
            assert len(spare.taken) == len(hop.kept) == 1
            assert usual.taken == []
