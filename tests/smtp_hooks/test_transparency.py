"""
Whatever a mail is made of, it stands below our two header fields as it came, octet for octet (FEATURES B2).

The law for all octets by Hypothesis, and what the law is for: signatures over the mail still verify behind the hop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import dkim
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.keys.dkim_keys import DkimKey, ed25519_key, rsa_key, sign_mail
from tests.smtp_hooks.builders_smtp import stuff
from tests.smtp_hooks.next_hop_double import NextHopDouble, next_hop
from tests.smtp_hooks.probes import Hop, client_of, hop_before, in_pieces

T = TypeVar("T")
GROUP = b"MAIL FROM:<a@so.example>\r\nRCPT TO:<b@bo.example>\r\nDATA\r\n"


@dataclass
class Road:
    """A hop before its next hop, on an event loop of their own, for all examples of a law."""

    runner: asyncio.Runner
    double: NextHopDouble
    hop: Hop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def forget(self) -> None:
        self.double.taken.clear()
        for mail_id in list(self.hop.spool.waiting()):
            self.hop.spool.release(mail_id, keep=False)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    root: Path = tmp_path_factory.mktemp("transparency")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def begin() -> Road:
            double = await stack.enter_async_context(next_hop())
            return Road(runner, double, await stack.enter_async_context(hop_before(root, double.port)))

        yield runner.run(begin())
        runner.run(stack.aclose())


def is_no_false_end(line: bytes) -> bool:
    """A lone dot among NULs is refused (see test_smuggling); every other line passes."""
    return line == b"." or line.replace(b"\0", b"") != b"."


def one_line(octets: bytes) -> bytes:
    return octets.replace(b"\r", b"\0").replace(b"\n", b".")


LINES = st.one_of(
    st.binary(max_size=12).map(one_line),
    st.sampled_from(
        [b"", b".", b"..", b".x", b"\0", b" ", b"\t.", b"\xff", b"From ", b"QUIT", b"x" * 1000, b"\x80" * 70_000]
    ),
    st.text(alphabet="Công văn số 1/QĐ.", max_size=10).map(str.encode),
).filter(is_no_false_end)
CONTENTS = st.lists(LINES, max_size=10).map(lambda lines: b"".join(line + b"\r\n" for line in lines))
CUTS = st.lists(st.integers(min_value=1, max_value=400), max_size=6)


@settings(max_examples=60)
@given(content=CONTENTS, cuts=CUTS)
@example(content=b"", cuts=[])
@example(content=b"", cuts=[1, 2])
@example(content=b".\r\n", cuts=[1, 2, 3, 4, 5, 6])
@example(content=b"\r\n", cuts=[1, 2, 3])
@example(content=bytes(octet for octet in range(256) if octet not in b"\r\n") + b"\r\n", cuts=[])
@example(content=b"no header\r\n\r\n..\r\n.\r\n\r\n\r\n", cuts=list(range(40)))
def test_any_content_arrives_as_it_came(road: Road, content: bytes, cuts: list[int]) -> None:
    """Content of DATA is lines, or nothing: the CRLF before the final dot belongs to the last of them."""

    async def send() -> bytes:
        async with client_of(road.hop.server.port) as client:
            assert (await client.envelope())[:3] == b"354"
            await in_pieces(client, stuff(content) + b".\r\n", cuts)
            return await client.hear()

    road.forget()
    assert road.run(send())[:3] == b"250"
    assert [taken.below for taken in road.double.taken] == [content]
    assert [kept.content for kept in road.hop.kept] == [content]


@settings(max_examples=25)
@given(contents=st.lists(CONTENTS, min_size=2, max_size=3), cuts=CUTS)
@example(contents=[b"", b"", b""], cuts=[1, 2, 3, 4])
@example(contents=[b".\r\n", b"..\r\n"], cuts=[1, 2, 3, 4, 5, 6, 7, 8])
def test_mails_in_a_row_stay_apart(road: Road, contents: list[bytes], cuts: list[int]) -> None:
    """Each mail's commands come in the packet of the dot before it, cut anywhere."""

    async def send() -> list[bytes]:
        async with client_of(road.hop.server.port) as client:
            await client.say(b"EHLO client.example")
            await client.send(GROUP)
            heard = [await client.hear() for _ in range(3)]
            for content in contents[:-1]:
                await in_pieces(client, stuff(content) + b".\r\n" + GROUP, cuts)
                heard += [await client.hear() for _ in range(4)]
            await in_pieces(client, stuff(contents[-1]) + b".\r\nQUIT\r\n", cuts)
            return [*heard, await client.hear(), await client.hear()]

    road.forget()
    codes = [reply[:3] for reply in road.run(send())]
    between = [b"250", b"250", b"250", b"354"]
    assert codes == between[1:] + between * (len(contents) - 1) + [b"250", b"221"]
    assert [taken.below for taken in road.double.taken] == contents
    assert [kept.content for kept in road.hop.kept] == contents


def test_two_added_fields_and_no_more(road: Road) -> None:
    """Above the mail stand one Received and one X-MailBridge-ID, in lines that any server takes."""

    async def send() -> None:
        async with client_of(road.hop.server.port) as client:
            assert (await client.mail(b"\r\nno header, and an empty first line\r\n"))[:3] == b"250"

    road.forget()
    road.run(send())
    [taken] = road.double.taken
    added = taken.content.removesuffix(taken.below)
    names = [line.partition(b":")[0] for line in added.split(b"\r\n") if line and line[:1] not in b" \t"]
    assert names == [b"Received", b"X-MailBridge-ID"]
    assert added.endswith(b"\r\n")
    assert all(len(line) <= 998 for line in added.split(b"\r\n"))
    assert added.isascii()


BODIES = {
    "text": b"Hello\r\n",
    "empty": b"",
    "blank-ends": b"a \t \r\n\r\nb\r\n\r\n\r\n",
    "dots": b".\r\n..\r\n.a\r\n",
    "eight-bit": "Kính gửi: Ủy ban nhân dân tỉnh Bắc Kạn\r\n".encode() * 50 + b"\x80\xff\r\n",
    "long-lines": b"x" * 100_000 + b"\r\n" + b"y" * 999 + b"\r\n",
    "nul": b"a\0b\r\n",
}
KEYS = {"rsa": rsa_key(1024), "ed25519": ed25519_key()}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("form", ["simple/simple", "relaxed/relaxed"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_signature_holds_behind_the_hop(road: Road, body: bytes, form: str, key: DkimKey) -> None:
    """The simple form forgives nothing: a blank more or less anywhere in header or body breaks it."""
    header = (
        b"From:  vanthu@so.example  \r\nTo: b@bo.example,\r\n\t c@bo.example\r\n"
        + "Subject: Công văn  số 1 \r\n".encode()
        + b"Date: Sat, 21 Nov 2026 22:40:30 +0700\r\nMessage-ID: <1@so.example>\r\n\r\n"
    )
    signed = sign_mail(header + body, "so.example", "s", key, form=form)

    async def send() -> None:
        async with client_of(road.hop.server.port) as client:
            assert (await client.mail(signed))[:3] == b"250"

    road.forget()
    road.run(send())
    for content in (signed, road.double.taken[0].content, road.hop.kept[0].content):
        assert is_whole(content, key)
    assert not is_whole(road.double.taken[0].content.replace(b"Subject: ", b"Subject:  ", 1) + b" \r\nX", key)


def is_whole(content: bytes, key: DkimKey) -> bool:
    return bool(dkim.verify(content, dnsfunc=lambda *_, **__: key.record().encode("ascii"), minkey=512))
