from __future__ import annotations

import asyncio
import socket
import stat
import time
from pathlib import Path

import pytest
import uvloop

from mailbridge.errors import Unavailable
from mailbridge.smtp_hooks.milter.packets import Abort, Body, EndOfBody, EndOfHeader, Quit
from mailbridge.smtp_hooks.milter.server import MilterServer
from mailbridge.smtp_hooks.milter.settings import MilterSettings
from tests.smtp_hooks.milter.builders_milter import Mta, eventually, running_door
from tests.smtp_hooks.milter.keeper_memory import MemoryKeeper


async def test_a_unix_socket_is_open_to_our_group_only_and_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "milter.sock"
    async with running_door(unix_path=str(path)) as door:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        mta = Mta(*await asyncio.open_unix_connection(str(path)))
        await mta.negotiate()
        await mta.greet()
        assert len(await mta.mail()) == 2
        await mta.send(Quit())
        await eventually(lambda: door.accepted == ["0190-0"])
        await mta.close()
        with pytest.raises(Unavailable):
            _ = door.server.port
    assert not path.exists()


async def test_a_socket_that_a_dead_process_left_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "milter.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with running_door(unix_path=str(path)):
        mta = Mta(*await asyncio.open_unix_connection(str(path)))
        assert await mta.negotiate() is not None
        await mta.close()


async def test_a_place_that_is_taken_is_said(tmp_path: Path) -> None:
    path = str(tmp_path / "milter.sock")
    async with running_door(unix_path=path), running_door() as door:
        for settings in (
            MilterSettings(unix_path=path),
            MilterSettings(listen_port=door.server.port),
            MilterSettings(unix_path=str(tmp_path / "none" / "x")),
        ):
            with pytest.raises(Unavailable, match="cannot listen"):
                await MilterServer(settings, MemoryKeeper(), lambda _: None).start()


async def test_before_it_listens_there_is_no_port() -> None:
    with pytest.raises(Unavailable):
        _ = MilterServer(MilterSettings(), MemoryKeeper(), lambda _: None).port


async def test_too_many_connections_are_closed_at_once() -> None:
    async with running_door(max_sessions=1) as door, door.client() as mta:
        async with door.connection() as second:
            assert await second.negotiate() is None
        assert len(await mta.mail()) == 2
        assert door.server.sessions == 1


async def test_stopping_ends_idle_connections_at_once() -> None:
    async with running_door(stop_within=60) as door, door.client() as mta:
        begun = time.monotonic()
        await door.server.stop()
        assert time.monotonic() - begun < 30
        assert await mta.is_closed()


async def test_stopping_lets_a_mail_come_to_its_end() -> None:
    async with running_door(stop_within=60, settle_within=0.05) as door, door.client() as mta:
        await mta.envelope()
        await mta.send(EndOfHeader(), Body(octets=b"a"))
        await eventually(lambda: door.keeper.fates() == ["open"])
        stopping = asyncio.create_task(door.server.stop())
        await asyncio.sleep(0.05)
        assert len(await mta.say(EndOfBody(octets=b"b"))) == 2
        await stopping
        assert door.accepted == ["0190-0"]
        assert bytes(door.keeper.all[0].content) == b"\r\nab"
        assert await mta.is_closed()


async def test_stopping_waits_no_longer_than_it_was_told() -> None:
    async with running_door(stop_within=0.1) as door, door.client() as mta, door.client() as answered:
        await answered.mail()
        await mta.envelope()
        await mta.send(EndOfHeader())
        await eventually(lambda: len(door.keeper.all) == 2)
        await door.server.stop()
        assert door.keeper.fates() == ["unknown", "discarded"]
        assert door.server.sessions == 0


async def test_cut_while_the_copy_is_being_sealed_it_lies_for_the_next_start() -> None:
    async with running_door(stop_within=0.1) as door, door.client() as mta:
        door.keeper.slow = 0.4
        await mta.envelope()
        await mta.send(EndOfHeader(), EndOfBody())
        await eventually(lambda: len(door.keeper.all) == 1)
        await asyncio.sleep(0.05)
        await door.server.stop()
        assert door.keeper.fates() == ["left"]


async def test_a_listener_with_a_bug_costs_no_mail(caplog: pytest.LogCaptureFixture) -> None:
    keeper = MemoryKeeper()
    server = MilterServer(MilterSettings(), keeper, lambda _: 1 / 0)  # type: ignore[arg-type] # a bug
    await server.start()
    mta = Mta(*await asyncio.open_connection("127.0.0.1", server.port))
    await mta.negotiate()
    await mta.greet()
    for _ in range(2):
        assert len(await mta.mail()) == 2
        await mta.send(Abort())
    await mta.close()
    await eventually(lambda: keeper.fates() == ["accepted", "accepted"])
    await server.stop()
    assert "listener failed" in caplog.text


def test_the_same_on_uvloop(tmp_path: Path) -> None:
    async def one_mail() -> None:
        async with running_door(unix_path=str(tmp_path / "s"), settle_within=0.05) as door:
            mta = Mta(*await asyncio.open_unix_connection(str(tmp_path / "s")))
            await mta.negotiate()
            await mta.greet()
            await mta.mail(body=[b"x" * 65535] * 20)
            await eventually(lambda: door.accepted)
            assert door.keeper.all[0].content.endswith(b"x" * 65535 * 20)
            await door.server.stop()
            assert await mta.is_closed()
            await mta.close()

    uvloop.run(one_mail())
