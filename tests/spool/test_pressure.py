"""When the spool takes no more mail."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.spool import Pressure, Spool
from tests.smtp_hooks.builders_smtp import client_of, running_hop
from tests.smtp_hooks.next_hop_double import next_hop


def kept(spool: Spool, count: int) -> None:
    for number in range(count):
        spool.keep(
            door=Door.MANUAL,
            client=Client(),
            envelope=Envelope(mail_from="a@x.test", recipients=("b@x.test",)),
            content=b"%d" % number,
            accepted_at=datetime(2026, 11, 21, tzinfo=UTC),
            reply=None,
        )


def until(pressure: Pressure, *, full: bool) -> None:
    end = time.monotonic() + 10
    while pressure() is not full:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


def test_too_many_waiting_mails_are_full_until_some_are_walked(spool: Spool) -> None:
    now = [0.0]
    pressure = Pressure(spool, least_free=0, most_waiting=2, clock=lambda: now[0])
    kept(spool, 2)
    assert not pressure()
    kept(spool, 1)
    assert not pressure(), "an answer is good for a second"
    now[0] = 1.0
    until(pressure, full=True)
    spool.release(next(iter(spool.waiting())), keep=False)
    until(pressure, full=True)  # still the same second
    now[0] = 2.0
    until(pressure, full=False)
    spool.close()


def test_mails_of_other_writers_and_files_of_an_older_version_count(spool: Spool, tmp_path: Path) -> None:
    other = Spool(tmp_path)
    kept(spool, 2)
    kept(other, 3)
    assert spool.count_waiting() == other.count_waiting() == 5
    mail_id = next(iter(spool.waiting()))
    spool.set_aside(mail_id, "x")
    assert spool.count_waiting() == other.count_waiting() == 4
    spool.retry(mail_id)
    assert spool.count_waiting() == other.count_waiting() == 5
    reader = Spool(tmp_path)
    assert reader.count_waiting() == 5
    for each in (spool, other, reader):
        each.close()


def test_a_disk_without_room_is_full(spool: Spool) -> None:
    assert Pressure(spool, least_free=1 << 62, most_waiting=10)()
    spool.close()


def test_a_disk_that_does_not_answer_is_full(spool: Spool, tmp_path: Path) -> None:
    for folder in sorted(tmp_path.rglob("*"), reverse=True):
        folder.rmdir() if folder.is_dir() else folder.unlink()
    tmp_path.rmdir()
    assert Pressure(spool, least_free=0, most_waiting=10)()
    spool.close()


async def test_the_client_hears_452_and_the_next_hop_nothing(tmp_path: Path) -> None:
    async with next_hop() as behind, running_hop(tmp_path, behind.port, is_full=lambda: True) as hop:
        async with client_of(hop.server.port) as client:
            await client.say(b"EHLO client.example")
            assert (await client.say(b"MAIL FROM:<a@x.test>")).startswith(b"452 4.3.1")
        assert not any(line.startswith("MAIL") for line in behind.lines)
