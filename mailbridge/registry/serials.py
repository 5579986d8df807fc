"""
Serial numbers of mails, and those that are missing among them.

CORE. A journal of the spool counts the mails whose content was complete from 1; a number that stands nowhere is a mail
of which nobody wrote down what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """
    Serials of one writer that are missing: `first` to `last`, both included.

    `since` (aware) is when the mail behind the gap met its fate. Mails end out of order, as a next hop may think for
    minutes, so only a gap that stays is a loss.
    """

    writer: str
    first: int
    last: int
    since: datetime

    @property
    def size(self) -> int:
        """How many mails are missing."""
        return self.last - self.first + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class WriterSerials:
    """The serials of one writer that stand in the ledger: all from 1 to `highest` but those in `gaps`, in order."""

    writer: str
    highest: int = 0
    gaps: tuple[Gap, ...] = ()

    def with_serial(self, serial: int, at: datetime) -> WriterSerials:
        """Return what stands there when this serial does too; `at` is when its mail met its fate."""
        if serial > self.highest:
            return replace(self, highest=serial, gaps=(*self.gaps, *self._skipped(serial, at)))
        if not self.gaps:
            return self
        return replace(self, gaps=tuple(left for gap in self.gaps for left in _without(gap, serial)))

    def _skipped(self, serial: int, at: datetime) -> tuple[Gap, ...]:
        if serial == self.highest + 1:
            return ()
        return (Gap(writer=self.writer, first=self.highest + 1, last=serial - 1, since=at),)


def _without(gap: Gap, serial: int) -> Iterator[Gap]:
    """Yield what is left of a gap: itself, one or two smaller ones, or nothing."""
    if not gap.first <= serial <= gap.last:
        yield gap
        return
    if gap.first < serial:
        yield replace(gap, last=serial - 1)
    if serial < gap.last:
        yield replace(gap, first=serial + 1)


class Tally:
    """The serials of all writers, kept up to date while deliveries are noted. For one thread."""

    def __init__(self, known: Iterable[WriterSerials] = ()) -> None:
        self._writers = {each.writer: each for each in known}

    def note(self, writer: str, serial: int, at: datetime) -> None:
        """Take a serial that stands in the ledger now."""
        known = self._writers.get(writer) or WriterSerials(writer=writer)
        self._writers[writer] = known.with_serial(serial, at)

    def gaps(self, before: datetime) -> tuple[Gap, ...]:
        """Return the gaps that were there before this moment, by writer and serial."""
        writers = (self._writers[name] for name in sorted(self._writers))
        return tuple(gap for each in writers for gap in each.gaps if gap.since < before)
