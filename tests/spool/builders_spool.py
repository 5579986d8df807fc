"""Spools with a clock that can be set, and mails for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.spool import Capture, Spool

START = datetime(2026, 11, 21, 1, 2, 3, 456789, tzinfo=UTC)
CLIENT = Client(ip="192.0.2.1", helo="mx.so.example", tls="TLSv1.3")
ENVELOPE = Envelope(
    mail_from="văn.thư@sở.example",
    recipients=("b@bo.example", "c@bo.example"),
    mail_parameters="SMTPUTF8 RET=HDRS",
    recipient_parameters=("", "NOTIFY=NEVER"),
)
REPLY = "250 2.0.0 Ok: queued as 1"


@dataclass
class Clock:
    now: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


def begun(spool: Spool, content: bytes = b"a\r\n", envelope: Envelope = ENVELOPE) -> Capture:
    capture = spool.begin(Door.HOP, CLIENT, envelope, START)
    capture.write(content)
    return capture


async def accepted(spool: Spool, content: bytes = b"a\r\n", reply: str = REPLY) -> str:
    capture = begun(spool, content)
    await capture.seal()
    return await capture.accept(reply)


def kept(spool: Spool, content: bytes = b"a\r\n", at: datetime = START) -> str:
    return spool.keep(door=Door.JOURNAL, client=Client(), envelope=ENVELOPE, content=content, accepted_at=at)


def files(root: Path) -> dict[str, int]:
    """How many files lie where; empty places are left out."""
    counted = {
        place.name: sum(path.is_file() for path in place.rglob("*")) for place in root.iterdir() if place.is_dir()
    }
    return {name: count for name, count in counted.items() if count}
