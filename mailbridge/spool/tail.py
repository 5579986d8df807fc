"""The journals of a spool as a reader sees them: it remembers how far it has read, and reads on from there."""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mailbridge.mail.delivery import Delivery
from mailbridge.spool.frames import Kind, micros
from mailbridge.spool.journal_mail import NONSENSE, JournalMail
from mailbridge.spool.reading import Found, SegmentReader
from mailbridge.spool.slot import DoneNotes, DoneWhy, SlotState, read_state, segments_in, slots_in

log = logging.getLogger("mailbridge.spool")


class SlotTail:
    """One journal. Each method may raise `OSError`."""

    def __init__(self, slot: Path) -> None:
        self.slot = slot
        self.segments: dict[int, SegmentReader] = {}
        self.done: dict[int, DoneNotes] = {}
        self.mails: dict[int, JournalMail] = {}
        self.state: SlotState | None = None
        self.is_changed = False
        """Whether the walk, in this process or another, let go of mails that `look` told of."""
        self._serials: list[tuple[int, JournalMail]] = []
        self._damages: dict[int, int] = {}

    def look(self, *, is_final: bool = False) -> list[JournalMail]:
        """
        Read what came since the last time; returns the mails that were accepted.

        Args:
            is_final: Nobody writes it now.
        """
        if self.state is None:
            self.state = read_state(self.slot)
        present = segments_in(self.slot)
        self._forget(set(self.segments) - {number for number, _ in present})
        accepted: list[JournalMail] = []
        for number, path in present:
            if number not in self.segments:
                try:
                    self.segments[number] = SegmentReader(path)
                except FileNotFoundError:
                    continue  # wiped at this moment
                self.done[number] = DoneNotes(path)
            self.is_changed |= self.done[number].look()
            segment = self.segments[number]
            if segment.is_ended:
                continue
            # A writer begins the next segment when it has written the last octet of this one.
            for found in segment.new(is_final=is_final or number != present[-1][0]):
                self._take(found, segment, accepted)
            self._tell_damages(segment)
        return accepted

    def is_done(self, mail: JournalMail) -> bool:
        """Say whether the walk let go of a mail."""
        notes = self.done.get(mail.home)
        return notes is None or mail.number in notes.numbers

    def let_go(self, mail: JournalMail, why: DoneWhy) -> None:
        """Note that the walk lets go of a mail."""
        notes = self.done.get(mail.home)
        if notes is not None:
            notes.add(mail.number, why)

    def deliveries(self) -> Iterator[Delivery]:
        """Tell the fates that are not in the ledger, in the order of serials, up to the first that is not known."""
        if self.state is None:
            return
        for at in range(bisect_right(self._serials, self.state.noted, key=_serial), len(self._serials)):
            told = self._serials[at][1].delivery(self.state.writer)
            if told is None:
                return
            yield told

    @property
    def before(self) -> int:
        """The serial before the first that is known."""
        return self._serials[0][0] - 1 if self._serials else self.last[2]

    @property
    def missing(self) -> list[int]:
        """The serials that nothing is known of, between those that are in the ledger and the last one."""
        if self.state is None:
            return []
        known = {serial for serial, _ in self._serials}
        return [serial for serial in range(self.state.noted + 1, self.last[2] + 1) if serial not in known]

    @property
    def damages(self) -> int:
        """How many places could not be read."""
        return sum(self._damages.values())

    @property
    def last(self) -> tuple[int, int, int]:
        """The highest number of a segment, of a mail, and the highest serial that ever was, as far as is known."""
        state = self.state
        serials = [serial for serial, _ in self._serials]
        serials += [segment.opening.last_serial for segment in self.segments.values()]
        numbers = [*self.mails, *(segment.opening.first_mail for segment in self.segments.values())]
        segments = list(self.segments)
        if state is not None:
            serials.append(state.noted)
            segments.append(state.segment)
        return max(segments, default=0), max(numbers, default=0), max(serials, default=0)

    def is_free(self, segment: SegmentReader) -> bool:
        """Say whether nobody needs any mail of this segment, given that all earlier segments are gone."""
        if not segment.is_ended or not segment.generation:
            return False
        noted = self.state.noted if self.state else 0
        lie_here = (mail for mail in self.mails.values() if _lies_in(mail, segment.number))
        return all(mail.is_over(noted, is_done=self.is_done(mail)) for mail in lie_here)

    def forget(self, number: int) -> None:
        """Forget a segment that was wiped, and the mails that began in it."""
        self._forget({number})

    def close(self) -> None:
        """Let go of the files."""
        for segment in self.segments.values():
            segment.close()

    def _take(self, found: Found, segment: SegmentReader, accepted: list[JournalMail]) -> None:
        kind, number = found.header.kind, found.header.mail
        if kind in (Kind.OPEN, Kind.CLOSE):
            return
        mail = self.mails.get(number)
        if mail is None:
            if kind not in (Kind.HEAD, Kind.VOID, Kind.GAP) and number < self._floor():
                return  # it began in a segment that was wiped when nobody needed it any more
            mail = self.mails[number] = JournalMail(number=number, home=segment.number)
        before, sealed = mail.accepting, mail.sealing
        try:
            mail.take(kind, found, segment.number)
        except NONSENSE:
            self._damages[segment.number] = self._damages.get(segment.number, 0) + 1
            return
        if mail.sealing is not sealed and sealed is None and mail.sealing is not None:
            insort(self._serials, (mail.sealing.serial, mail), key=_serial)
        if mail.accepting is not None and before is None:
            accepted.append(mail)

    def _floor(self) -> int:
        """The lowest number of a mail that can begin in what is there."""
        return self.segments[min(self.segments)].opening.first_mail

    def _forget(self, numbers: set[int]) -> None:
        if not numbers:
            return
        for number in numbers:
            self.segments.pop(number).close()
            self.done.pop(number, None)
            self._damages.pop(number, None)
        gone = {number for number, mail in self.mails.items() if mail.home in numbers}
        for number in gone:
            del self.mails[number]
        self._serials = [pair for pair in self._serials if pair[1].number not in gone]

    def _tell_damages(self, segment: SegmentReader) -> None:
        if segment.damages > self._damages.get(segment.number, 0):
            self._damages[segment.number] = segment.damages
            log.warning("damage in the journal", extra={"segment": str(segment.path), "places": segment.damages})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Waiting:
    """A mail that waits for its walk; `moment` is in microseconds since 1970."""

    moment: int
    id: str
    slot: SlotTail
    mail: JournalMail

    @property
    def order(self) -> tuple[int, str]:
        """By which it is sorted."""
        return self.moment, self.id


@dataclass(slots=True)
class Tail:
    """All journals. Each method may raise `OSError`; callers see that one thread at a time is in it."""

    journal: Path
    slots: dict[str, SlotTail] = field(default_factory=dict)
    _waiting: list[Waiting] = field(default_factory=list)
    _by_id: dict[str, Waiting] = field(default_factory=dict)

    def look(self, but: str | None = None) -> None:
        """Read what came since the last time, except in one slot."""
        for path in slots_in(self.journal):
            if path.name == but:
                continue
            slot = self.slots.get(path.name)
            if slot is None:
                slot = self.slots[path.name] = SlotTail(path)
            for mail in slot.look():
                self._wait(slot, mail)

    def waiting(self) -> list[tuple[int, str]]:
        """Return moment (microseconds since 1970) and id of the mails that wait for their walk, oldest first."""
        if any(slot.is_changed for slot in self.slots.values()):
            self._waiting = [one for one in self._waiting if not one.slot.is_done(one.mail)]
            self._by_id = {one.id: one for one in self._waiting}
            for slot in self.slots.values():
                slot.is_changed = False
        return [(one.moment, one.id) for one in self._waiting]

    def count(self, but: str | None) -> int:
        """Return how many mails wait, except in one slot."""
        return sum(one.slot.slot.name != but and not one.slot.is_done(one.mail) for one in self._waiting)

    def find(self, mail_id: str) -> Waiting | None:
        """Return a mail that waits."""
        return self._by_id.get(mail_id)

    def let_go(self, one: Waiting, why: DoneWhy) -> None:
        """Note that a mail waits no more."""
        one.slot.let_go(one.mail, why)
        self._by_id.pop(one.id, None)
        at = bisect_left(self._waiting, one.order, key=_order)
        if at < len(self._waiting) and self._waiting[at] is one:
            del self._waiting[at]

    def close(self) -> None:
        """Let go of the files."""
        for slot in self.slots.values():
            slot.close()

    def _wait(self, slot: SlotTail, mail: JournalMail) -> None:
        if mail.accepting is not None and not slot.is_done(mail):
            name = mail.id or f"{slot.slot.name}-{mail.number}"
            one = Waiting(moment=micros(mail.accepting.accepted_at), id=name, slot=slot, mail=mail)
            insort(self._waiting, one, key=_order)
            self._by_id[name] = one


def _order(one: Waiting) -> tuple[int, str]:
    return one.order


def _serial(pair: tuple[int, JournalMail]) -> int:
    return pair[0]


def _lies_in(mail: JournalMail, number: int) -> bool:
    return mail.home == number or any(piece.segment == number for piece in mail.pieces)
