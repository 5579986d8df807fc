"""
A writer of a spool that will be killed.

    python writer_process.py ROOT SEED

Writes mails until it dies, and a line for each promise it was given: "sealed ID", then "accept ID", "refuse ID" or
"unknown ID".
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from mailbridge.mail.envelope import Door, Envelope
from mailbridge.spool import Spool
from tests.spool.builders_spool import CLIENT, REPLY


def say(word: str, mail_id: str) -> None:
    os.write(1, f"{word} {mail_id}\n".encode())


async def session(spool: Spool, chance: random.Random) -> None:
    while True:
        envelope = Envelope(mail_from=f"{chance.random()}@a.test", recipients=("b@b.test",))
        capture = spool.begin(Door.HOP, CLIENT, envelope, datetime.now(UTC))
        content = b"0123456789abcdef" * chance.choice([1, 200, 200, 4000, 40_000])
        for at in range(0, len(content), 65_536):
            capture.write(content[at : at + 65_536])
            if capture.is_behind:
                await capture.room()
        await capture.seal()
        say("sealed", capture.id)
        match chance.randrange(10):
            case 0:
                await capture.refuse("550 no")
                say("refuse", capture.id)
            case 1:
                await capture.unknown()
                say("unknown", capture.id)
            case _:
                await capture.accept(REPLY)
                say("accept", capture.id)
                spool.answer_heard(capture.id)
        await asyncio.sleep(chance.random() / 100)


async def main(root: str, seed: str) -> None:
    spool = Spool(Path(root), segment_size=1 << 20)
    spool.recover()
    await asyncio.gather(*(session(spool, random.Random(f"{seed}-{number}")) for number in range(6)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
