"""One question, one answer; whoever asks nonsense harms nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from mailbridge.control.asking import Answer, ControlServer, ask
from mailbridge.control.sockets import connected, found_in
from mailbridge.errors import Unavailable


async def tell() -> Answer:
    return {"name": "cầu", "number": 5}


async def cannot() -> Answer:
    raise Unavailable("child", "is not there")


async def fails() -> Answer:
    raise RuntimeError("a bug")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ControlServer]:
    server = ControlServer(tmp_path, "hop-1", {"status": tell, "reload": cannot, "drain": fails})
    await server.start()
    yield server
    await server.stop()


def path_of(server: ControlServer) -> Path:
    assert server.path is not None
    return server.path


async def test_a_question_is_answered(server: ControlServer) -> None:
    assert await asyncio.to_thread(ask, path_of(server), "status") == {"name": "cầu", "number": 5}


@pytest.mark.parametrize(
    ("question", "said"),
    [("reload", "child: is not there"), ("drain", "RuntimeError: see the log"), ("dance", "cannot answer 'dance'")],
)
async def test_what_cannot_be_answered_says_so(server: ControlServer, question: str, said: str) -> None:
    with pytest.raises(Unavailable, match=said):
        await asyncio.to_thread(ask, path_of(server), question)


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[]\n", b'"status"\n', b'{"ask": null}\n', b"\xff\xfe\n"])
async def test_nonsense_is_no_question(server: ControlServer, line: bytes) -> None:
    def nonsense() -> bytes:
        with closing(connected(path_of(server), 5)) as peer:
            peer.sendall(line)
            return peer.makefile("rb").readline()

    assert "error" in json.loads(await asyncio.to_thread(nonsense))
    assert await asyncio.to_thread(ask, path_of(server), "status")


async def test_who_hangs_up_without_a_word_harms_nobody(server: ControlServer) -> None:
    connected(path_of(server), 5).close()
    assert await asyncio.to_thread(ask, path_of(server), "status")


async def test_when_it_stops_nothing_is_left(server: ControlServer, tmp_path: Path) -> None:
    path = path_of(server)
    await server.stop()
    assert found_in(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Unavailable, match="does not answer"):
        await asyncio.to_thread(ask, path, "status")


async def test_an_answer_that_does_not_come(tmp_path: Path) -> None:
    async def never() -> Answer:
        await asyncio.sleep(1)
        return {}

    server = ControlServer(tmp_path, "hop-1", {"status": never})
    await server.start()
    with pytest.raises(Unavailable, match="does not answer"):
        await asyncio.to_thread(lambda: ask(path_of(server), "status", seconds=0.1))
    await server.stop()
