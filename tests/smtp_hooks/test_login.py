"""AUTH: refused, or passed to the next hop octet for octet, and nobody else's afterwards (RFC 4954)."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.smtp_hooks.builders_peers import (
    offering,
    send,
)
from tests.smtp_hooks.builders_smtp import eventually
from tests.smtp_hooks.next_hop_double import Answer
from tests.smtp_hooks.next_hop_profiles import watched
from tests.smtp_hooks.probes import (
    client_of,
    hop_before,
    keywords,
    normal_mail,
)

pytestmark = pytest.mark.timeout(60)


SECRET = "AGFsaWNlAHNlY3JldC1wYXNzd29yZA=="
LOGIN: dict[str, Answer] = {
    "EHLO": offering("AUTH PLAIN LOGIN SCRAM-SHA-256", "SIZE 1000000"),
    "AUTH": lambda line: (
        "235 2.7.0 Authentication successful"
        if SECRET in line
        else "334 VXNlcm5hbWU6"
        if "LOGIN" in line.upper()
        else "334 "
        if line.upper() == "AUTH PLAIN"
        else "535-5.7.8 No\r\n535 5.7.8 never"
    ),
    "YWXPY2U=": "334 UGFzc3dvcmQ6",
    "C2VJCMV0LXBHC3N3B3JK": "235 2.7.0 Authentication successful",
    SECRET.upper(): "235 2.7.0 Authentication successful",
    "*": "501 5.7.0 Authentication aborted",
    "=": "535 5.7.8 empty",
}
PASS: dict[str, Any] = {"auth_pass": True}


async def test_auth_is_refused_unless_passed(tmp_path: Path) -> None:
    async with (
        watched(answers=dict(LOGIN)) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        assert "AUTH" not in keywords(await client.say(b"EHLO x.example"))
        for line in (f"AUTH PLAIN {SECRET}", "AUTH LOGIN", "AUTH"):
            assert (await client.say(line.encode()))[:3] in {b"502", b"503"}
        assert not any("AUTH" in line or SECRET in line for line in double.lines)
        await send(client)


async def test_auth_is_not_offered_when_the_next_hop_has_none(tmp_path: Path) -> None:
    async with (
        watched() as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        assert "AUTH" not in keywords(await client.say(b"EHLO x.example"))
        double.answers["AUTH"] = "502 5.5.1 no"
        assert (await client.say(f"AUTH PLAIN {SECRET}".encode()))[:1] == b"5"
        await send(client)


DIALOGUES = {
    "plain-at-once": [(f"AUTH PLAIN {SECRET}", "235 2.7.0 Authentication successful")],
    "plain-in-two": [("AUTH PLAIN", "334 "), (SECRET, "235 2.7.0 Authentication successful")],
    "login": [
        ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
        ("YWxpY2U=", "334 UGFzc3dvcmQ6"),
        ("c2VjcmV0LXBhc3N3b3Jk", "235 2.7.0 Authentication successful"),
    ],
    "lower-case": [("auth login", "334 VXNlcm5hbWU6"), ("*", "501 5.7.0 Authentication aborted")],
    "wrong": [("AUTH PLAIN d3Jvbmc=", "535-5.7.8 No\r\n535 5.7.8 never")],
    "empty-answer": [("AUTH PLAIN", "334 "), ("=", "535 5.7.8 empty")],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES)
async def test_a_login_passes_octet_for_octet(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, dialogue: list[tuple[str, str]]
) -> None:
    caplog.set_level(logging.DEBUG, logger="mailbridge")
    async with (
        watched(answers=dict(LOGIN)) as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        offered = keywords(await client.say(b"EHLO x.example"))
        assert offered["AUTH"] == "PLAIN LOGIN SCRAM-SHA-256"
        for said, answer in dialogue:
            assert (await client.say(said.encode())).rstrip() == answer.encode().rstrip()
        heard = [line for line in double.lines if not line.startswith(("EHLO", "NOOP", "RSET"))]
        first = heard[0].partition(" ")
        assert [first[0].upper() + first[1] + first[2], *heard[1:]] == [
            dialogue[0][0].replace("auth", "AUTH"),
            *(said for said, _ in dialogue[1:]),
        ]
        # In step afterwards, in the same session.
        assert (await client.say(b"NOOP"))[:3] == b"250"
        await send(client)
        if dialogue[-1][1].startswith("235"):
            [number] = {number for number, line in double.talk if line.upper().startswith("AUTH")}
            assert any(line.startswith("MAIL") for line in double.of_session(number))
    assert SECRET not in caplog.text
    assert "c2VjcmV0" not in caplog.text


async def test_a_login_is_nobody_elses(tmp_path: Path) -> None:
    """A session with the next hop that knows a user never serves another client, whatever is used again."""
    async with watched(answers=dict(LOGIN)) as double, hop_before(tmp_path, double.port, **PASS) as hop:
        for ending in (b"QUIT\r\n", b"", b"RSET\r\nQUIT\r\n"):
            async with client_of(hop.server.port) as alice:
                await alice.say(b"EHLO alice.example")
                assert (await alice.say(f"AUTH PLAIN {SECRET}".encode()))[:3] == b"235"
                await send(alice, b"alice@so.example")
                await alice.send(ending)
                await asyncio.sleep(0.02)
            async with client_of(hop.server.port) as mallory:
                await mallory.say(b"EHLO mallory.example")
                await send(mallory, b"mallory@x.example")
        logins = {number for number, line in double.talk if line.startswith("AUTH")}
        assert len(logins) == 3
        for number in logins:
            said = double.of_session(number)
            login = next(at for at, line in enumerate(said) if line.startswith("AUTH"))
            assert not any("mallory" in line for line in said[login:])


@pytest.mark.parametrize(
    "line",
    [
        b"AUTH PLAIN abc\rMAIL FROM:<evil@x.example>",
        b"AUTH PLAIN abc\0MAIL FROM:<evil@x.example>",
        b"AUTH PL\rEVIL evil",
    ],
)
async def test_a_login_cannot_carry_a_command(tmp_path: Path, line: bytes) -> None:
    async with (
        watched(answers=dict(LOGIN)) as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        assert (await client.say(line))[:1] == b"5"
        assert not any("evil" in said for said in double.lines)
        assert not any("\r" in said or "\0" in said for said in double.lines)


@pytest.mark.parametrize(
    "answer", [b"abc\rMAIL FROM:<evil@x.example>", b"abc\0evil", b"\xff\xfe evil", b"A" * 20_000 + b"evil"]
)
async def test_an_answer_in_a_login_cannot_carry_a_command(tmp_path: Path, answer: bytes) -> None:
    async with (
        watched(answers=dict(LOGIN)) as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        assert (await client.say(b"AUTH LOGIN"))[:3] == b"334"
        heard = await client.say(answer)
        assert heard[:1] in {b"4", b"5", b""}, heard
        assert not any("evil" in said for said in double.lines)
        assert not any("\r" in said or "\0" in said for said in double.lines)
        if heard:
            await eventually(lambda: hop.server.sessions <= 1)
    await asyncio.sleep(0)
    async with watched() as sane, hop_before(tmp_path / "again", sane.port) as second:
        await normal_mail(second.server.port)


async def test_a_long_answer_passes(tmp_path: Path) -> None:
    """RFC 4954 §4: lines of up to 12288 octets, for tickets and certificates."""
    token = "QUJD" * 3000
    answers = {**LOGIN, token.upper(): "235 2.7.0 Ok"}
    async with (
        watched(answers=answers) as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        assert (await client.say(b"AUTH LOGIN"))[:3] == b"334"
        assert (await client.say(token.encode()))[:3] == b"235"
        assert token in double.lines


async def test_commands_behind_a_login_are_answers_first(tmp_path: Path) -> None:
    """What is pipelined behind AUTH LOGIN answers its questions; nothing is said before it was asked."""
    async with (
        watched(answers=dict(LOGIN)) as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        await client.send(b"AUTH LOGIN\r\nYWxpY2U=\r\nc2VjcmV0LXBhc3N3b3Jk\r\nNOOP\r\n")
        assert [(await client.hear())[:3] for _ in range(4)] == [b"334", b"334", b"235", b"250"]
        assert double.impatient == []


async def test_the_next_hop_dies_in_a_login(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {**LOGIN, "YWXPY2U=": lambda _: None}
    async with watched(answers=answers) as double, hop_before(tmp_path, double.port, **PASS) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO x.example")
            assert (await client.say(b"AUTH LOGIN"))[:3] == b"334"
            assert (await client.say(b"YWxpY2U="))[:1] == b"4"
        await normal_mail(hop.server.port)


async def test_a_login_that_was_lost_is_not_forgotten_silently(tmp_path: Path) -> None:
    """The session that knew the user is gone: mail must not go on as a stranger's, and the client hears that."""
    async with (
        watched(answers=dict(LOGIN)) as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        assert (await client.say(f"AUTH PLAIN {SECRET}".encode()))[:3] == b"235"
        for writer in double.writers:
            writer.close()
        await asyncio.sleep(0.05)
        heard = await client.say(b"MAIL FROM:<alice@so.example>")
        assert heard[:1] == b"4", heard
        assert not any(line.startswith("MAIL") for line in double.lines)


async def test_an_auth_parameter_of_mail_passes(tmp_path: Path) -> None:
    async with (
        watched(answers=dict(LOGIN)) as double,
        hop_before(tmp_path, double.port, **PASS) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO x.example")
        await client.say(f"AUTH PLAIN {SECRET}".encode())
        assert (await client.say(b"MAIL FROM:<a@so.example> AUTH=a+40so.example"))[:3] == b"250"
        assert "MAIL FROM:<a@so.example> AUTH=a+40so.example" in double.lines
