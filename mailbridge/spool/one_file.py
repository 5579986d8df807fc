"""Mails of a journal that become a file of their own: in the archive, on the shelf, or until their fate is known."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from mailbridge.spool.aside import Aside
from mailbridge.spool.journal_mail import JournalMail, content_of, head_of, rest_of
from mailbridge.spool.places import Places, accepted_name
from mailbridge.spool.reading import SegmentReader
from mailbridge.spool.record import (
    Acceptance,
    Damaged,
    Head,
    Seal,
    acceptance_line,
    head_line,
    identity,
    seal_line,
    unstuffed,
)
from mailbridge.spool.segments import sync_directory

Segments = dict[int, SegmentReader]


class OneFiles:
    """Writes such files, each durable when its method returns; raises `OSError`, or `Unavailable` from the shelf."""

    def __init__(self, places: Places, aside: Aside, clock: Callable[[], datetime]) -> None:
        self._places = places
        self._aside = aside
        self._clock = clock

    def archive(self, mail: JournalMail, segments: Segments) -> None:
        """Put an accepted mail into `archive/YYYY/MM` of its acceptance (UTC); raises `Damaged` too."""
        acceptance = _acceptance(mail)
        month = self._places.archive / acceptance.accepted_at.strftime("%Y/%m")
        for made in (month.parent, month):
            if not made.is_dir():
                made.mkdir(mode=0o700, exist_ok=True)
                sync_directory(made.parent)
        self._write(mail, segments, acceptance, month / accepted_name(acceptance.accepted_at, mail.id))

    def to_unknown(self, mail: JournalMail, segments: Segments) -> tuple[str, Path] | None:
        """Put a sealed mail where it waits until its fate is known; returns key and file, None when it is damaged."""
        path = self._places.unknown / mail.id
        try:
            return self._write(mail, segments, None, path), path
        except Damaged as damage:
            self.set_aside(mail, segments, f"damaged: {damage.problem}")
            return None

    def set_aside(self, mail: JournalMail, segments: Segments, reason: str) -> None:
        """Put a mail on the shelf, a damaged one with whatever there is of it."""
        acceptance = _acceptance(mail) if mail.accepting else None
        at = acceptance.accepted_at if acceptance else self._clock()
        mail_id = mail.id or f"{mail.home}-{mail.number}"
        waiting = self._places.open / f"{mail_id}.aside"
        try:
            self._write(mail, segments, acceptance, waiting)
        except Damaged:
            head = segments[mail.head.segment].read(mail.head.at, mail.head.length) if mail.head else b"\n"
            _write_file(waiting, waiting, head + rest_of(mail, segments))
        self._aside.put(waiting, accepted_name(at, mail_id), reason, self._clock())
        sync_directory(self._places.aside)

    def _write(self, mail: JournalMail, segments: Segments, acceptance: Acceptance | None, target: Path) -> str:
        head = head_of(mail, segments, target)
        written = content_of(mail, segments, target)
        key = identity(head.envelope, hashlib.sha256(written).hexdigest())
        content = unstuffed(written) if head.stuffed else written
        seal = Seal(
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sealed_at=mail.sealing.sealed_at if mail.sealing else self._clock(),
            key=key if head.stuffed else None,
        )
        plain = Head(id=head.id, door=head.door, client=head.client, envelope=head.envelope)
        end = acceptance_line(acceptance) if acceptance else b""
        octets = b"".join((head_line(plain), content, seal_line(seal), end))
        _write_file(self._places.open / f"{mail.id}.{target.parent.name}", target, octets)
        return key


def _acceptance(mail: JournalMail) -> Acceptance:
    if mail.accepting is None:
        raise ValueError(f"mail {mail.id} was not accepted")
    return Acceptance(accepted_at=mail.accepting.accepted_at, reply=mail.accepting.reply)


def _write_file(fresh: Path, target: Path, octets: bytes) -> None:
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        # `recover()` of a hop that starts beside us deletes what lies in `open` and has no living writer.
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        view = memoryview(octets)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fdatasync(descriptor)
        if fresh != target:
            fresh.rename(target)
            sync_directory(target.parent)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    finally:
        os.close(descriptor)
