"""What one journal has under its directory beside the segments: its lock, its name, and notes of what is done."""

from __future__ import annotations

import fcntl
import json
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from zlib import crc32

from mailbridge.spool.segments import sync_directory

_STATE = "slot.json"
_DONE = struct.Struct("<QII")


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotState:
    """
    What outlives the segments: the name of this journal in the ledger, how far that has it, the last segment wiped.

    The name is made when the journal is, so that a spool which was begun anew cannot be taken for the one before.
    """

    writer: str
    noted: int = 0
    segment: int = 0


def lock_slot(slot: Path) -> int | None:
    """Take the lock of a slot, making the slot when there is none; None when another writer lives. Raises `OSError`."""
    slot.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(slot / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def slots_in(journal: Path) -> list[Path]:
    """List the slots, in order; raises `OSError`."""
    with suppress(FileNotFoundError):
        return sorted((path for path in journal.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    return []


def segments_in(slot: Path) -> list[tuple[int, Path]]:
    """List the segments of a slot, in order; raises `OSError`."""
    with suppress(FileNotFoundError):
        found = (path for path in slot.iterdir() if path.suffix == ".seg" and path.stem.isdigit())
        return sorted((int(path.stem), path) for path in found)
    return []


def read_state(slot: Path) -> SlotState | None:
    """Read the state; None when there is none, or none that can be read. Raises `OSError`."""
    try:
        values = json.loads((slot / _STATE).read_bytes())
        return SlotState(writer=str(values["writer"]), noted=int(values["noted"]), segment=int(values["segment"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return None


def write_state(slot: Path, state: SlotState) -> None:
    """Replace the state, durably; raises `OSError`."""
    # Not "….new": those are the writer's, who clears them away, and this may be the walk's.
    fresh = slot / f"{_STATE}.fresh"
    values = {"writer": state.writer, "noted": state.noted, "segment": state.segment}
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(values).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(slot / _STATE)
    sync_directory(slot)


class DoneWhy(IntEnum):
    """Why the walk needs a mail no more; the numbers stand on disks."""

    RELEASED = 1
    SET_ASIDE = 2


class DoneNotes:
    """
    Which mails that begin in one segment the walk has let go of: a line of 16 octets each, written by the walk only.

    They are not synced: who loses one meets a decided mail once more.
    """

    SIZE = _DONE.size

    def __init__(self, segment: Path) -> None:
        self._path = segment.with_suffix(".done")
        self._read = 0
        self.numbers: set[int] = set()

    def look(self) -> bool:
        """Read what came since the last time; True when there was something new. Raises `OSError`."""
        try:
            if self._path.stat().st_size == self._read:
                return False
            with self._path.open("rb") as file:
                file.seek(self._read)
                octets = file.read()
        except FileNotFoundError:
            return False
        before = len(self.numbers)
        whole = len(octets) - len(octets) % _DONE.size
        for number, why, check in _DONE.iter_unpack(octets[:whole]):
            if check == _check(number, why):
                self.numbers.add(number)
        self._read += whole
        return len(self.numbers) != before

    def add(self, number: int, why: DoneWhy) -> None:
        """Note one; raises `OSError`."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # A line torn by the end of an earlier run would put all further ones out of step.
            torn = os.fstat(descriptor).st_size % _DONE.size
            if torn:
                os.write(descriptor, bytes(_DONE.size - torn))
            os.write(descriptor, _DONE.pack(number, why, _check(number, why)))
        finally:
            os.close(descriptor)
        self.numbers.add(number)

    @staticmethod
    def count(segment: Path) -> int:
        """Return how many there are, cheaply; raises `OSError`."""
        with suppress(FileNotFoundError):
            return segment.with_suffix(".done").stat().st_size // _DONE.size
        return 0


def _check(number: int, why: int) -> int:
    return crc32(b"%d %d" % (number, why))
