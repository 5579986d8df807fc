"""Replies of the next hop pass as they were said, each to its own command and recipient (FEATURES B4)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.smtp_hooks.next_hop_profiles import PROFILES, watched
from tests.smtp_hooks.probes import MAIL, RawClient, client_of, hop_before

REPLIES = {
    "enhanced-lines": "{0}-{1}.7.1 first\r\n{0}-{1}.7.1 \r\n{0}-{1}.7.1\r\n{0} {1}.7.1 last, with blanks  ",
    "no-text": "{0}",
    "blank-text": "{0} ",
    "utf-8": "{0} {1}.1.1 Hộp thư <không có> — «xin chào»",
    "latin-1": "{0}-{1}.1.1 caf\udce9\r\n{0} \udcff\udcfe",
    "tabs-and-codes": "{0}-\t250 2.0.0 not a code\r\n{0} {1}.0.0\ta\tb",
    "long": "{0} {1}.0.0 " + "x" * 4000,
    "many": "\r\n".join(["{0}-{1}.0.0 one of many"] * 90 + ["{0} {1}.0.0 end"]),
}
STEPS = ["MAIL", "RCPT", "DATA", "DOT"]


def octets(reply: str) -> bytes:
    return reply.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("code", ["451", "550"])
async def test_a_refusal_passes_as_it_was_said(tmp_path: Path, code: str, reply: str) -> None:
    said = reply.format(code, code[0])
    async with watched() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        for step in STEPS:
            double.answers = {step: said}
            heard = await until(client, step)
            assert heard == octets(said), step
            assert (await client.say(b"RSET"))[:3] == b"250"
        assert double.taken == []
        assert hop.kept == []
        double.answers = {}
        assert (await client.mail())[:3] == b"250"


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
async def test_a_consent_passes_as_it_was_said(tmp_path: Path, reply: str) -> None:
    async with watched() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        for step in STEPS:
            said = reply.format(*(("354", "3") if step == "DATA" else ("250", "2")))
            double.answers = {step: said}
            assert await until(client, step) == octets(said), step
            if step == "DATA":
                await client.say(MAIL + b".")
            await client.say(b"RSET")
        assert hop.kept[-1].next_hop_reply is not None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_the_line_end_of_a_reply_is_ours(tmp_path: Path, end: str) -> None:
    """A server that says LF alone is heard, and the client hears CRLF."""
    answers = {"MAIL": f"450-4.1.8 one{end}450 4.1.8 two{end}"[:-2]} if end == "\r\n" else {"MAIL": "450-one\n450 two"}
    async with (
        watched(answers=dict(answers)) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO client.example")
        lines = (await client.say(b"MAIL FROM:<a@so.example>")).split(b"\r\n")
        assert len(lines) == 2
        assert not any(b"\n" in line or b"\r" in line for line in lines)


async def until(client: RawClient, step: str) -> bytes:
    """Say a mail up to a step and return what was heard there."""
    said = [b"EHLO client.example", b"MAIL FROM:<a@so.example>", b"RCPT TO:<b@bo.example>", b"DATA", MAIL + b"."]
    heard = b""
    for line in said[: 2 + STEPS.index(step)]:
        heard = await client.say(line)
    return heard


# -- recipients -------------------------------------------------------------------------------------------------------


def by_name(line: str) -> str:
    """Answer as the local part says: "no", "later", "far" (251), else 250."""
    found = re.search(r"<(\w+)-(\d+)@", line)
    assert found is not None
    kind, number = found.groups()
    return {
        "no": f"550-5.1.1 {number}\r\n550 5.1.1 No such box",
        "later": f"451 4.7.1 {number} greylisted",
        "full": f"452 4.2.2 {number} over quota",
        "far": f"251 2.1.5 {number} will forward",
    }.get(kind, f"250 2.1.5 {number} Ok")


@pytest.mark.parametrize("pipelined", [True, False])
@pytest.mark.parametrize("pipelining", [True, False])
async def test_each_recipient_has_its_own_answer(tmp_path: Path, pipelined: bool, pipelining: bool) -> None:
    kinds = ["yes", "no", "later", "yes", "far", "full", "no", "yes"] * 12
    boxes = [f"{kind}-{number}" for number, kind in enumerate(kinds)]
    profile = PROFILES["modern" if pipelining else "without-size"]
    async with (
        watched(profile, answers={"RCPT": by_name}, pipelining=pipelining) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO client.example")
        lines = [f"RCPT TO:<{box}@bo.example>".encode() for box in boxes]
        if pipelined:
            await client.send(b"\r\n".join([b"MAIL FROM:<a@so.example>", *lines, b"DATA", b""]))
            assert (await client.hear())[:3] == b"250"
            heard = [await client.hear() for _ in lines]
            assert (await client.hear())[:3] == b"354"
        else:
            await client.say(b"MAIL FROM:<a@so.example>")
            heard = [await client.say(line) for line in lines]
            assert (await client.say(b"DATA"))[:3] == b"354"
        assert heard == [by_name(line.decode()).encode() for line in lines]
        assert (await client.say(MAIL + b"."))[:3] == b"250"
        taken = tuple(f"{box}@bo.example" for box in boxes if box.startswith(("yes", "far")))
        assert hop.kept[0].envelope.recipients == taken
        assert [line.partition("<")[2].rstrip(">") for line in double.taken[0].recipients] == list(taken)
        assert double.impatient == []


@pytest.mark.parametrize("pipelined", [True, False])
async def test_no_recipient_is_left(tmp_path: Path, pipelined: bool) -> None:
    """Each refusal passes; DATA is refused, and an eager next hop that says 354 all the same gets no mail."""
    async with (
        watched(answers={"RCPT": by_name, "DATA": "354 go ahead, although there is nobody"}) as double,
        hop_before(tmp_path, double.port) as hop,
        client_of(hop.server.port) as client,
    ):
        await client.say(b"EHLO client.example")
        said = [b"MAIL FROM:<a@so.example>", b"RCPT TO:<no-1@bo.example>", b"RCPT TO:<later-2@bo.example>", b"DATA"]
        if pipelined:
            await client.send(b"\r\n".join([*said, b""]))
            heard = [await client.hear() for _ in said]
        else:
            heard = [await client.say(line) for line in said]
        assert [reply[:3] for reply in heard[:3]] == [b"250", b"550", b"451"]
        if heard[3][:3] == b"354":
            # RFC 2920 §3.1: then the content is an empty one, and 554 the answer to it.
            heard.append(await client.say(b"."))
        assert heard[-1][:1] == b"5"
        assert double.taken == []
        assert hop.kept == []
        assert (await client.say(b"RSET"))[:3] == b"250"
        double.answers = {}
        assert (await client.mail())[:3] == b"250"
