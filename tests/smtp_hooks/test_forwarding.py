"""Who the client is to the next hop: by XFORWARD and XCLIENT, where it offers them and we are told to (FEATURES B6)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from mailbridge.smtp_hooks.settings import ForwardClient
from tests.smtp_hooks.builders_peers import (
    PROXIED,
    SIX,
    TRUE,
    attributes,
    last_ip,
    offering,
    send,
    version_2,
)
from tests.smtp_hooks.next_hop_double import Answer
from tests.smtp_hooks.next_hop_profiles import WatchedNextHop, watched
from tests.smtp_hooks.probes import (
    MAIL,
    client_of,
    connected,
    hop_before,
    keywords,
)

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("forward", [ForwardClient.XFORWARD, ForwardClient.OFF])
async def test_nothing_is_told_to_a_next_hop_that_does_not_ask(tmp_path: Path, forward: ForwardClient) -> None:
    async with (
        watched() as double,
        hop_before(tmp_path, double.port, forward_client=forward, **PROXIED) as hop,
        connected(hop.server.port, first=version_2()) as client,
    ):
        await client.hear()
        await client.say(b"EHLO mail.so.example")
        await send(client)
        assert not any(line.upper().startswith(("XFORWARD", "XCLIENT")) for line in double.lines)
        assert last_ip(hop) == TRUE


async def test_no_stranger_borrows_the_trust_in_our_address(tmp_path: Path) -> None:
    async with (
        watched() as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XCLIENT) as hop,
        client_of(hop.server.port) as client,
    ):
        assert (await client.say(b"EHLO mail.so.example"))[:9] == b"421 4.4.1"
        assert not any(line.startswith("MAIL") for line in double.lines)


async def test_after_xclient_the_name_is_the_clients(tmp_path: Path) -> None:
    offered = {"EHLO": offering("XCLIENT NAME ADDR PROTO HELO"), "XCLIENT": "220 next.example ESMTP"}
    async with (
        watched(answers=offered) as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XCLIENT) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO mail.so.example")
        await send(client)
        hellos = [line for line in double.lines if line.startswith("EHLO")]
        assert hellos == ["EHLO hop.example", "EHLO mail.so.example"]


async def test_nothing_is_told_unless_configured(tmp_path: Path) -> None:
    answers = {"EHLO": offering("XFORWARD NAME ADDR PROTO HELO", "XCLIENT NAME ADDR PROTO HELO")}
    async with (
        watched(answers=answers) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert not {"XFORWARD", "XCLIENT"} & set(keywords(await client.say(b"EHLO mail.so.example")))
        await send(client)
        assert not any(line.startswith(("XFORWARD", "XCLIENT")) for line in double.lines)


@pytest.mark.parametrize("source", [TRUE, "2001:db8::9"])
@pytest.mark.parametrize(
    "words", ["NAME ADDR PROTO HELO", "ADDR", "NAME ADDR PORT PROTO HELO IDENT SOURCE", "addr helo"]
)
async def test_xforward_before_each_mail(tmp_path: Path, words: str, source: str) -> None:
    """Only the attributes that it takes, anew for every mail, and none that it would have to guess at."""
    header = version_2(source=source) if "." in source else version_2(**SIX)  # type: ignore[arg-type]
    async with (
        watched(answers={"EHLO": offering(f"XFORWARD {words}")}) as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XFORWARD, **PROXIED) as hop,
        connected(hop.server.port, first=header) as client,
    ):
        await client.hear()
        await client.say(b"EHLO mail.so.example")
        for _ in range(2):
            await send(client)
        told: dict[str, str] = {}
        for line in double.lines:
            if line.startswith("XFORWARD "):
                assert len(line) <= 510
                told |= attributes(line)
            elif line.startswith("MAIL"):
                assert told["ADDR"] == (source if "." in source else f"IPV6:{source}")
                assert set(told) <= set(words.upper().split())
                assert told.get("HELO", "mail.so.example") == "mail.so.example"
                assert told.get("PROTO", "ESMTP") == "ESMTP"
                assert told.get("PORT", "4711") == "4711"
                told = {}
        assert len(double.taken) == len(hop.kept) == 2


@pytest.mark.parametrize(
    "helo", [b"a ADDR=198.51.100.1", b"a+20b=c", b"x" * 255, "đây.example".encode(), b"[192.0.2.1]", b"+0D+0A"]
)
async def test_a_name_cannot_leave_its_place_in_xforward(tmp_path: Path, helo: bytes) -> None:
    async with (
        watched(answers={"EHLO": offering("XFORWARD NAME ADDR PROTO HELO")}) as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XFORWARD) as hop,
        client_of(hop.server.port) as client,
    ):
        if (await client.say(b"EHLO " + helo))[:3] != b"250":
            return
        await send(client)
        lines = [line for line in double.lines if line.startswith("XFORWARD ")]
        told: dict[str, str] = {}
        for line in lines:
            assert len(line) <= 510
            assert line.isascii()
            assert line.isprintable()
            told |= attributes(line)
        assert told["ADDR"] == "127.0.0.1"
        assert set(told) <= {"NAME", "ADDR", "PROTO", "HELO"}


@pytest.mark.parametrize("reply", ["550 5.7.0 insufficient authorization", "501 5.5.4 bad syntax", "421 4.3.0 no"])
async def test_a_next_hop_that_will_not_hear_xforward(tmp_path: Path, reply: str) -> None:
    """It is for its log only: mail goes through without it, or waits; it is not refused for good."""
    async with (
        watched(answers={"EHLO": offering("XFORWARD NAME ADDR"), "XFORWARD": reply}) as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XFORWARD) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO mail.so.example")
        heard = await client.say(b"MAIL FROM:<a@so.example>")
        assert heard[:1] in b"24", heard
        if heard[:1] == b"2":
            await client.say(b"RCPT TO:<b@bo.example>")
            await client.say(b"DATA")
            assert (await client.say(MAIL + b"."))[:3] == b"250"
        assert len(double.taken) == len(hop.kept) == int(heard[:1] == b"2")


def who_sent_what(double: WatchedNextHop) -> set[tuple[str, str]]:
    """Each sender with the address that the next hop believed the client to have, in that session."""
    pairs = set()
    for number in {number for number, _ in double.talk}:
        address = ""
        for line in double.of_session(number):
            if line.startswith("XCLIENT "):
                address = attributes(line).get("ADDR", address)
            elif line.startswith("MAIL "):
                pairs.add((line.partition("<")[2].partition(">")[0], address))
    return pairs


async def test_xclient_makes_the_next_hop_see_each_client(tmp_path: Path) -> None:
    """Whatever sessions are used again: no mail goes out under the address of another client."""
    answers: dict[str, Answer] = {
        "EHLO": offering("XCLIENT NAME ADDR PORT PROTO HELO"),
        "XCLIENT": "220 next.example again",
    }
    async with (
        watched(answers=answers) as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XCLIENT, **PROXIED) as hop,
    ):
        for round_ in range(3):
            for number in (1, 2, 3):
                header = version_2(source=f"203.0.113.{number}")
                async with connected(hop.server.port, first=header) as client:
                    await client.hear()
                    await client.say(f"EHLO host{number}.example".encode())
                    for mail in range(round_):
                        await send(client, f"n{number}m{mail}@so.example".encode())
                    await client.say(b"QUIT")
        sent = who_sent_what(double)
        assert sent == {
            (f"n{number}m{mail}@so.example", f"203.0.113.{number}") for number in (1, 2, 3) for mail in (0, 1)
        }
        for number in {number for number, _ in double.talk}:
            said = [line.split()[0] for line in double.of_session(number)]
            # The session begins anew with it, so EHLO comes once more.
            assert all(after == "EHLO" for before, after in pairwise(said) if before == "XCLIENT")


async def test_what_the_next_hop_offers_this_client_is_what_it_hears(tmp_path: Path) -> None:
    """Behind XCLIENT a server may offer less, such as no AUTH or a smaller SIZE to strangers."""
    told: list[str] = []

    def ehlo(_: str) -> str:
        return f"250-next.example\r\n250-XCLIENT ADDR\r\n250 SIZE {1_000_000 if told else 9_000_000}"

    def xclient(line: str) -> str:
        told.append(line)
        return "220 next.example"

    async with (
        watched(answers={"EHLO": ehlo, "XCLIENT": xclient}) as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XCLIENT) as hop,
        client_of(hop.server.port) as client,
    ):
        offered = keywords(await client.say(b"EHLO mail.so.example"))
        assert int(offered["SIZE"]) <= 1_000_000
        await send(client)
        assert attributes(told[0])["ADDR"] == "127.0.0.1"


@pytest.mark.parametrize("reply", ["554 5.7.1 Client host rejected", "421 4.7.0 try later", "550 5.7.0 not authorized"])
async def test_a_client_that_the_next_hop_refuses_hears_so(tmp_path: Path, reply: str) -> None:
    """With XCLIENT its own access rules decide about the true client; to deliver around them would be wrong."""
    answers: dict[str, Answer] = {"EHLO": offering("XCLIENT NAME ADDR"), "XCLIENT": reply}
    async with (
        watched(answers=answers) as double,
        hop_before(tmp_path, double.port, forward_client=ForwardClient.XCLIENT) as hop,
        client_of(hop.server.port) as client,
    ):
        heard = await client.say(b"EHLO mail.so.example")
        if heard[:3] == b"250":
            heard = await client.say(b"MAIL FROM:<a@so.example>")
        assert heard[:1] in b"45", heard
        assert not any(line.startswith("MAIL") for line in double.lines)
        assert hop.kept == []
