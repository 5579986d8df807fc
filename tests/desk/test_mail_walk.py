"""Command mails in the walk: they are taken before anybody decides, and nothing else is."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace

import pytest

from mailbridge.desk.mail_desk import COMMAND
from mailbridge.lookups.gather import GatheredLookups
from mailbridge.lookups.trust import load_trust
from mailbridge.lookups.zone import ZoneFile
from mailbridge.pipeline import Outcome, Ports, process
from mailbridge.reading.files import LimitedReading
from mailbridge.registry.store import SqlRegistry
from mailbridge.spool.record import Head, head_line, read_head
from tests.demo.builders_demo import DEMO
from tests.desk.builders_desk import Room, Walked
from tests.desk.builders_mail import SECRET, Post


@pytest.fixture
def post(room: Room) -> Post:
    return Post(room=room)


def walk(post: Post, text: str, notice: Walked, *, internal: bool, shadow: bool = False) -> Outcome:
    letter = post.notice(notice)
    mail = post.reply(letter, text, internal=internal).mail
    reading = LimitedReading()
    lookups = GatheredLookups(ZoneFile(DEMO / "zone"), load_trust(DEMO / "trust"))
    registry = SqlRegistry(post.room.engine, clock=post.clock)
    ports = Ports(lookups=lookups, reading=reading, registry=registry, commands=post.commands, secret=SECRET)
    try:
        (outcome,) = asyncio.run(process(mail, ports, (replace(post.office, shadow=shadow),), post.clock()))
    finally:
        reading.close()
    return outcome


def test_a_command_is_taken_out_of_the_walk(post: Post, mails: dict[str, Walked]) -> None:
    outcome = walk(post, "không phải văn bản", mails["08"], internal=True)
    assert (outcome.case.rule, outcome.case.action, outcome.letters) == (COMMAND, "pass", ())
    assert post.counts()["act"] == 1


def test_a_forged_one_stays_in_it(post: Post, mails: dict[str, Walked]) -> None:
    outcome = walk(post, "không phải văn bản", mails["08"], internal=False)
    assert outcome.case.rule != COMMAND
    assert post.counts()["act"] == 0


def test_in_shadow_mode_nothing_is_carried_out(post: Post, mails: dict[str, Walked]) -> None:
    outcome = walk(post, "không phải văn bản", mails["08"], internal=True, shadow=True)
    assert outcome.case.shadow
    assert post.counts()["act"] == 0


def test_the_spool_remembers_that_a_door_was_internal(post: Post) -> None:
    for internal in (True, False):
        mail = post.reply(None, "?", internal=internal).mail
        head = Head(id=mail.id, door=mail.door, client=mail.client, envelope=mail.envelope)
        line = head_line(head)
        assert read_head(line).client.internal is internal
        assert (b"internal" in line) is internal
        assert hashlib.sha256(mail.content).hexdigest() == mail.sha256
