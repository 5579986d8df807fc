"""Spools with a clock that can be set, and mails for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbridge.mail.delivery import Fate
from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.spool import Capture, Spool
from mailbridge.spool.journal_mail import JournalMail
from mailbridge.spool.steps import Job
from mailbridge.spool.tail import SlotTail, Tail

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


def quiet(spool: Spool) -> None:
    """Wait until the commit thread has done what it was given."""
    spool._writers.thread.submit(Job(lambda _: None)).result(20)
    spool._writers.thread.submit(Job(lambda _: None)).result(20)


def files(root: Path) -> dict[str, int]:
    """
    How many mails stand where, in a journal or as files of their own; empty places are left out.

    A mail of a journal counts as `open` before its seal, `sealed` before its fate is known, `accepted` while it waits
    for its walk, `unknown` until it is a file. One that is refused, forgotten or released is not kept.
    """
    counted: Counter[str] = Counter()
    for place in root.iterdir():
        if place.is_dir() and place.name != "journal":
            counted[place.name] += sum(path.is_file() for path in place.rglob("*"))
    tail = Tail(root / "journal")
    tail.look()
    for slot in tail.slots.values():
        counted.update(stand for mail in slot.mails.values() if (stand := _stand(slot, mail)))
    tail.close()
    return {name: count for name, count in counted.items() if count}


def _stand(slot: SlotTail, mail: JournalMail) -> str | None:
    match mail.fate:
        case None if mail.sealing is None:
            return None if mail.forgotten else "open"
        case None:
            return "sealed"
        case Fate.DELIVERED:
            return None if slot.is_done(mail) else "accepted"
        case Fate.HELD:
            return None if mail.moved else "unknown"
        case _:
            return None


def segments(root: Path) -> list[Path]:
    """The segments of all journals, in order."""
    return sorted((root / "journal").glob("[0-9]*/*.seg"))


def damage(path: Path, at: int, octets: bytes) -> None:
    """Overwrite a part of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(octets)
