"""What a crash left in the spool, and the mails of which nobody knows whether the next hop took them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Door
from mailbridge.spool.answers import Answer
from mailbridge.spool.aside import Aside
from mailbridge.spool.places import Places, accepted_name, id_of, names_in
from mailbridge.spool.record import Acceptance, Damaged, Record, acceptance_line, read_record


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownMail:
    """A mail of which we do not know whether the next hop took it."""

    id: str
    sealed_at: datetime
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """What `recover()` found: numbers of files by what became of them."""

    accepted: int = 0
    unknown: int = 0
    deleted: int = 0
    damaged: int = 0


class Recovery:
    """Moves files to where they belong; each method raises `Unavailable` or `OSError` when the disk does not."""

    def __init__(self, places: Places, aside: Aside, clock: Callable[[], datetime]) -> None:
        self._places = places
        self._aside = aside
        self._clock = clock

    def run(self) -> Recovered:
        """
        Settle what an earlier run left in `open` and `sealed`.

        Content that was not complete is deleted: its client was never told anything but 354. Files that a living
        process is writing (their lock is held) are left alone.
        """
        deleted = 0
        for name in names_in(self._places.open):
            path = self._places.open / name
            if not _is_being_written(path):
                path.unlink(missing_ok=True)
                deleted += 1
        accepted = unknown = damaged = 0
        for name in names_in(self._places.sealed):
            path = self._places.sealed / name
            if _is_being_written(path):
                continue
            try:
                record = read_record(path)
            except Damaged as damage:
                self._put_aside(path, damage.problem)
                damaged += 1
                continue
            if record.acceptance is None:
                path.rename(self._places.unknown / name)
                unknown += 1
            else:
                self._to_accepted(path, record.acceptance)
                accepted += 1
        return Recovered(accepted=accepted, unknown=unknown, deleted=deleted, damaged=damaged)

    def unknown(self) -> Iterator[tuple[Path, Record]]:
        """Read the mails of unknown fate; a damaged one is put aside."""
        return self._records(self._places.unknown)

    def unanswered(self, named: frozenset[str]) -> Iterator[Answer]:
        """Read the replies of accepted mail of the hop that the log of answers (`named`) does not speak of."""
        for name in names_in(self._places.accepted):
            if id_of(name) in named:
                continue
            with suppress(Damaged):
                record = read_record(self._places.accepted / name)
                acceptance = record.acceptance
                if record.head.door is Door.HOP and acceptance is not None and acceptance.reply is not None:
                    at, words = acceptance.accepted_at, acceptance.reply
                    yield Answer(id=record.head.id, key=record.key, reply=words, accepted_at=at)

    def settle(self, older_than: timedelta, accepted: Callable[[], dict[str, datetime]]) -> tuple[str, ...]:
        """
        Let go what was sent again, offer what waited long enough; returns the ids offered.

        Args:
            accepted: Returns key and last moment of the mails of the journals that were accepted.
        """
        pending = list(self.unknown())
        if not pending:
            return ()
        delivered = accepted()
        for _, record in self._records(self._places.accepted):
            if record.acceptance is not None:
                at = record.acceptance.accepted_at
                delivered[record.key] = max(at, delivered.get(record.key, at))
        offered = []
        for path, record in pending:
            # The hop settles the same directory at the same time: who comes second finds nothing, and all is well.
            with suppress(FileNotFoundError):
                if record.acceptance is not None:
                    self._to_accepted(path, record.acceptance)
                elif record.key in delivered and delivered[record.key] >= record.seal.sealed_at:
                    path.unlink()
                elif self._clock() - record.seal.sealed_at >= older_than:
                    self._offer(path, record)
                    offered.append(record.head.id)
        return tuple(offered)

    def _records(self, directory: Path) -> Iterator[tuple[Path, Record]]:
        for name in names_in(directory):
            path = directory / name
            try:
                yield path, read_record(path)
            except Damaged as damage:
                # One that was accepted is the walk's: `load` puts it aside.
                if directory == self._places.unknown:
                    self._put_aside(path, damage.problem)
            except Unavailable as error:
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise

    def _put_aside(self, path: Path, problem: str) -> None:
        now = self._clock()
        self._aside.put(path, accepted_name(now, path.name), f"damaged: {problem}", now)

    def _to_accepted(self, path: Path, acceptance: Acceptance) -> None:
        path.rename(self._places.accepted / accepted_name(acceptance.accepted_at, path.name))

    def _offer(self, path: Path, record: Record) -> None:
        acceptance = Acceptance(accepted_at=record.seal.sealed_at, reply=None)
        with path.open("r+b") as file:
            file.truncate(record.end)
            file.seek(record.end)
            file.write(acceptance_line(acceptance))
            file.flush()
            os.fdatasync(file.fileno())
        self._to_accepted(path, acceptance)


def _is_being_written(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True  # its writer has just moved it on
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
