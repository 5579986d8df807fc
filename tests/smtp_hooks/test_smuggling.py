"""
No octet of a mail becomes a command, and no false end of data reaches anybody (FEATURES B7).

RFC 5321 §4.1.1.4 and §2.3.8: only CRLF "." CRLF ends the content, and CR and LF stand in pairs. The forms are those of
the published probe sets (SEC Consult, smtpsmug) and what follows from them. The next hop here is the gullible one: it
would fall for each of them, which a test of its own proves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.smtp_hooks.next_hop_double import next_hop
from tests.smtp_hooks.next_hop_profiles import GullibleNextHop, gullible
from tests.smtp_hooks.probes import (
    FALSE_ENDS,
    MAIL,
    Hop,
    client_of,
    hear_to_the_end,
    hop_before,
    in_pieces,
    keywords,
)

# Nothing of these is a line end or a lone dot to any server: they are content, and content passes as it is.
CONTENT = {
    "NUL": b"a\0b\0\0\r\n\0\r\nc\0",
    "vertical-tab": b"\r\n\x0b.\x0b\r\n\x0b.\x0bX\x0b.\r\n",
    "form-feed": b"\x0c.\x0c\r\n\x0c.\x0c\r\n",
    "next-line": b"\x85.\x85\r\n\x85.\x85\r\n\xc2\x85.\xc2\x85",
    "line-separator": "\u2028.\u2028\r\n\u2028.\u2028\u2029.\u2029".encode(),
    "other-separators": b"\x1c.\x1c\x1d.\x1d\x1e.\x1e",
    "blank-before": b"\r\n .\r\n\t.\r\n",
    "stuffed": b"\r\n..\r\n...\r\n..x\r\n",
    "dot-and-more": b"\r\n..\t\r\n.. \r\n..\xff\r\n",
    "other-dots": "\r\n。\r\n．\r\n․\r\n".encode(),
    "words": b"\r\n250 Ok\r\nQUIT\r\nRSET\r\nDATA\r\n",
}
EVIL = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nsecond"
PLACES: dict[str, Callable[[bytes], bytes]] = {
    "header": lambda form: b"Subject: x\r\nX-Field: a" + form + EVIL + b"\r\n",
    "body": lambda form: b"Subject: x\r\n\r\nfirst" + form + EVIL + b"\r\n",
    # The line end of DATA stands before the first octet.
    "start": lambda form: form.lstrip(b"\r\n") + EVIL + b"\r\n",
    "late": lambda form: b"Subject: x\r\n\r\n" + (b"0123456789" * 7 + b"\r\n") * 8000 + b"a" + form + EVIL + b"\r\n",
}


def attacks(form: bytes) -> list[bytes]:
    """The form in each place where it is false; at the very start a clean dot line is a true end."""
    return [make(form) for place, make in PLACES.items() if place != "start" or form.lstrip(b"\r\n") != b".\r\n"]


@dataclass
class Front:
    """A hop before a gullible server."""

    hop: Hop
    sink: GullibleNextHop

    def nothing_came_through(self) -> None:
        assert self.sink.mails == []
        assert not any(b"evil" in line for line in self.sink.lines), self.sink.lines
        assert self.hop.kept == []

    def forget(self) -> None:
        self.sink.mails.clear()
        self.sink.lines.clear()


@asynccontextmanager
async def front(root: Path) -> AsyncIterator[Front]:
    async with gullible() as sink, hop_before(root, sink.port) as hop:
        yield Front(hop, sink)


@pytest.mark.parametrize("form", FALSE_ENDS.values(), ids=FALSE_ENDS)
async def test_the_gullible_server_falls_for_it(form: bytes) -> None:
    """The control: without a hop before it, each form is a second mail."""
    async with gullible() as sink:
        for attack in attacks(form):
            sink.mails.clear()
            async with client_of(sink.port) as attacker:
                await attacker.envelope()
                await attacker.send(attack + b".\r\nQUIT\r\n")
                await hear_to_the_end(attacker)
            assert any(b"evil" in sender for sender, _ in sink.mails)


@pytest.mark.parametrize("form", FALSE_ENDS.values(), ids=FALSE_ENDS)
async def test_a_false_end_is_refused_and_reaches_nobody(tmp_path: Path, form: bytes) -> None:
    async with front(tmp_path) as both, client_of(both.hop.server.port) as attacker:
        for attack in attacks(form):
            assert (await attacker.envelope())[:3] == b"354"
            answer = await attacker.say(attack + b".")
            assert answer[:1] == b"5", answer
            # One mail, one answer: the session is in step, and the client may go on.
            assert (await attacker.say(b"NOOP"))[:3] == b"250"
            both.nothing_came_through()
        assert (await attacker.mail())[:3] == b"250"
        assert len(both.sink.mails) == 1


@pytest.mark.parametrize("form", FALSE_ENDS.values(), ids=FALSE_ENDS)
async def test_a_false_end_in_pieces(tmp_path: Path, form: bytes) -> None:
    """Cut at each place in and around the form, and one octet a packet."""
    attack = b"S: x\r\n\r\na" + form + b"MAIL FROM:<evil@x>\r\n.\r\n"
    start = attack.index(form)
    ways = [[cut] for cut in range(start - 1, start + len(form) + 2)]
    async with front(tmp_path) as both, client_of(both.hop.server.port) as attacker:
        for cuts in [*ways, list(range(len(attack)))]:
            assert (await attacker.envelope())[:3] == b"354"
            await in_pieces(attacker, attack, cuts)
            answer = await attacker.hear()
            assert answer[:1] == b"5", (cuts, answer)
            both.nothing_came_through()
        assert (await attacker.say(b"NOOP"))[:3] == b"250"


@pytest.mark.parametrize("form", FALSE_ENDS.values(), ids=FALSE_ENDS)
async def test_a_true_second_mail_behind_a_false_end(tmp_path: Path, form: bytes) -> None:
    """Pipelined behind the true end: an honest second mail goes through, with its own sender."""
    second = b"MAIL FROM:<second@so.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\n"
    async with front(tmp_path) as both, client_of(both.hop.server.port) as client:
        for attack in attacks(form)[:2]:
            both.forget()
            await client.envelope()
            await client.send(attack + b".\r\n" + second)
            heard = [(await client.hear())[:3] for _ in range(4)]
            assert heard[0][:1] == b"5"
            assert heard[1:] == [b"250", b"250", b"354"]
            assert (await client.say(MAIL + b"."))[:3] == b"250"
            [(sender, content)] = both.sink.mails
            assert sender == b"MAIL FROM:<second@so.example>"
            assert content.endswith(MAIL.removesuffix(b"\r\n"))
            assert not any(b"evil" in line for line in both.sink.lines)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
async def test_a_true_end_behind_a_lone_cr_is_an_end(tmp_path: Path, size: int) -> None:
    """CR CRLF "." CRLF holds a true end: the mail is refused, and what follows are the client's commands."""
    octets = b"Subject: x\r\n\r\na\r\r\n.\r\nNOOP\r\n"
    async with front(tmp_path) as both, client_of(both.hop.server.port) as client:
        await client.envelope()
        await in_pieces(client, octets, list(range(0, len(octets), size)))
        assert (await client.hear())[:1] == b"5"
        assert (await client.hear())[:3] == b"250"
        both.nothing_came_through()


@pytest.mark.parametrize("form", CONTENT.values(), ids=CONTENT)
async def test_what_only_looks_like_an_end_is_content(tmp_path: Path, form: bytes) -> None:
    """
    Passed on octet for octet, and kept so.

    NUL too: RFC 5321 §4.5.2 lets content hold any of the 128 characters, RFC 5322 §4 has NUL in the obsolete syntax
    that must be read. Only a dot line whose other octets are NULs is refused: to who drops NULs it is an end.
    """
    wire = b"Subject: x\r\n\r\nfirst" + form + b"last\r\n"
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        for cuts in ([], list(range(14, len(wire)))):
            assert (await client.envelope())[:3] == b"354"
            await in_pieces(client, wire + b".\r\n", cuts)
            assert (await client.hear())[:3] == b"250"
            # `wire` is stuffed already; what is kept is not.
            assert double.taken[-1].raw.endswith(b"\r\n" + wire)
            assert hop.kept[-1].content == wire.replace(b"\r\n.", b"\r\n")
        assert len(double.taken) == len(hop.kept) == 2


@pytest.mark.parametrize("first", [b".\r\n", b"..\r\n.\r\n", b"...\r\n.\r\n", b"..x\r\n.\r\n"])
@pytest.mark.parametrize("whole", [True, False])
async def test_a_dot_as_the_very_first_octet(tmp_path: Path, first: bytes, whole: bool) -> None:
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as client:
        await client.envelope()
        await in_pieces(client, first, [] if whole else list(range(len(first))))
        assert (await client.hear())[:3] == b"250"
        wire = first.removesuffix(b".\r\n")
        assert hop.kept[0].content == wire[1:]
        assert double.taken[0].raw.endswith(b"\r\n" + wire)
        assert (await client.say(b"NOOP"))[:3] == b"250"


@pytest.mark.parametrize(
    "behind", [b"10 LAST", b"0 LAST", b"60", b"99999999999999999999 LAST", b"-1 LAST", b"x LAST", b""]
)
async def test_content_of_bdat_is_no_command(tmp_path: Path, behind: bytes) -> None:
    """RFC 3030 is not offered; who uses it all the same sends content at once, and none of it may be obeyed."""
    async with next_hop() as double, hop_before(tmp_path, double.port) as hop, client_of(hop.server.port) as attacker:
        if "CHUNKING" in keywords(await attacker.say(b"EHLO x.example")):
            pytest.skip("this hop passes BDAT")
        await attacker.say(b"MAIL FROM:<a@so.example>")
        await attacker.say(b"RCPT TO:<b@bo.example>")
        await attacker.send(b"BDAT " + behind + b"\r\nRSET\r\n" + EVIL + b"\r\n.\r\nQUIT\r\n")
        heard = await hear_to_the_end(attacker)
        assert heard[:1] == b"5"
        assert b"354" not in heard
        assert double.taken == []
        assert not any("evil" in line for line in double.lines)
        assert hop.kept == []


@pytest.mark.parametrize("octets", [b"\r", b"\0", b"\x0b", b"\x0c", b"\x7f", b"\r\0", b"\x1b"])
@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<a@so.example>%bMAIL FROM:<evil@x.example>",
        b"MAIL FROM:<a%bMAIL FROM:<evil@x.example>",
        b"MAIL FROM:<a@so.example> ENVID=1%bMAIL FROM:<evil@x.example>",
        b"MAIL%bFROM:<evil@x.example>",
        b"EHLO a%bMAIL FROM:<evil@x.example>",
        b"NOOP%bMAIL FROM:<evil@x.example>",
    ],
)
async def test_a_control_character_in_a_command_reaches_nobody(tmp_path: Path, octets: bytes, line: bytes) -> None:
    """A lone CR is a line end to some; our commands are lines of their own, whole and printable (RFC 5321 §2.3.8)."""

    async with front(tmp_path) as both, client_of(both.hop.server.port) as attacker:
        await attacker.say(b"EHLO x.example")
        await attacker.say(line.replace(b"%b", octets))
        await attacker.say(b"RSET")
        assert not any(b"evil" in each for each in both.sink.lines), both.sink.lines


@pytest.mark.parametrize("octets", [b"\r", b"\0", b"\x0b"])
async def test_a_control_character_in_a_recipient_reaches_nobody(tmp_path: Path, octets: bytes) -> None:
    async with front(tmp_path) as both, client_of(both.hop.server.port) as attacker:
        await attacker.say(b"EHLO x.example")
        await attacker.say(b"MAIL FROM:<a@so.example>")
        for line in (b"RCPT TO:<b@bo.example>%bRCPT TO:<evil@x.example>", b"RCPT TO:<b@bo.example> X=%bDATA evil"):
            answer = await attacker.say(line.replace(b"%b", octets))
            assert answer[:1] == b"5", answer
        assert (await attacker.say(b"RCPT TO:<b@bo.example>"))[:3] == b"250"
        assert not any(b"evil" in each for each in both.sink.lines), both.sink.lines
