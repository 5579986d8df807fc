"""
The lists and answers that were fetched, on the disk: `<data>/trust/`, one file a list and one an answer.

Everything in it can be fetched again, so nothing of it stops the program: what cannot be read, or is believed no longer
because its authority is held no longer, is left out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailbridge.errors import Unavailable
from mailbridge.lookups.atomic import write_whole
from mailbridge.lookups.revocation_check import (
    CheckedAnswer,
    CheckedList,
    Unbelievable,
    answered_for,
    check_answer,
    check_list,
)

log = logging.getLogger("mailbridge.trust")

_LIST, _ANSWER = ".crl", ".ors"
_ABANDONED = 3600.0
"""Seconds after which a draft is one that a program left behind when it was killed."""
_MOST_ANSWERS = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What lies in the store and counts."""

    lists: tuple[CheckedList, ...] = ()
    answers: tuple[CheckedAnswer, ...] = ()


def store_path(data: Path) -> Path:
    """Return the folder of fetched lists and answers."""
    return data / "trust"


class RevocationStore:
    """The folder; it is made with the first thing that is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, authorities: Sequence[bytes], now: datetime) -> Stored:
        """
        Read what counts at `now`; makes and removes nothing, and raises nothing.

        Args:
            authorities: Certificates that we hold, in DER.
        """
        lists, answers = [], []
        for path in self._files():
            try:
                octets = path.read_bytes()
                if path.suffix == _LIST:
                    lists.append(check_list(octets, authorities, now))
                else:
                    answers.append(check_answer(octets, answered_for(octets, authorities), now))
            except (OSError, Unbelievable) as error:
                log.info("a fetched file is left out", extra={"file": path.name, "detail": str(error)})
        return Stored(lists=tuple(lists), answers=tuple(answers))

    def path(self, checked: CheckedList | CheckedAnswer) -> Path:
        """Return the file of a list or an answer."""
        return self._folder / (checked.key + (_LIST if isinstance(checked, CheckedList) else _ANSWER))

    def look(self) -> object:
        """Return something that is equal as long as no file has changed."""
        seen = []
        for path in self._files():
            with suppress(OSError):
                told = path.stat()
                seen.append((path.name, told.st_mtime_ns, told.st_size, told.st_ino))
        return seen

    def keep(self, checked: CheckedList | CheckedAnswer) -> None:
        """Write one list or answer, durably, in the place of the one before; raises `Unavailable`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path(checked), checked.der, mode=0o600)
        except OSError as error:
            raise Unavailable("trust store", error.strerror or str(error)) from error

    def prune(self, answers: Collection[str]) -> None:
        """Remove answers with keys other than these, and drafts left behind; raises nothing."""
        with suppress(OSError):
            for path in self._files():
                if path.suffix == _ANSWER and path.stem not in answers:
                    path.unlink(missing_ok=True)
            for draft in self._folder.glob(".*.new"):
                if draft.stat().st_mtime < time.time() - _ABANDONED:
                    draft.unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        """Yield the files in the order of their names; none when the folder is not there or cannot be read."""
        try:
            names = sorted(each for each in self._folder.iterdir() if not each.name.startswith("."))
        except OSError:
            return
        yield from (each for each in names if each.suffix == _LIST)
        yield from [each for each in names if each.suffix == _ANSWER][:_MOST_ANSWERS]
