"""Taking a journal to write on in, and bringing what its last writer left to an end."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Fate
from mailbridge.spool.answers import RETRIES_END, Answer, Answers
from mailbridge.spool.frames import HEADER, Kind, frame, pack_judging
from mailbridge.spool.journal_mail import JournalMail
from mailbridge.spool.one_file import OneFiles
from mailbridge.spool.reading import SegmentReader
from mailbridge.spool.recovery import Recovered
from mailbridge.spool.segments import PAGE, Supply
from mailbridge.spool.slot import SlotState, lock_slot, slots_in, write_state
from mailbridge.spool.tail import SlotTail
from mailbridge.spool.writing import Entry, Position, SlotWriter

log = logging.getLogger("mailbridge.spool")

ANSWERS = "answers.log"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moving:
    """A mail of unknown fate that is to become a file of its own, and the journal it lies in."""

    slot: Path
    mail: JournalMail

    @classmethod
    def of(cls, slot: Path, entry: Entry) -> Moving:
        """Make it of a mail that was written by this process."""
        home = entry.lies.segment if entry.lies else 0
        mail = JournalMail(number=entry.number, home=home, id=entry.id, door=entry.door, head=entry.lies)
        mail.pieces, mail.sealing = list(entry.pieces), entry.sealing
        return cls(slot=slot, mail=mail)


class Adoption:
    """
    Takes journals over for this process; used by the commit thread only.

    `moved` hears of each mail that became a file in `unknown`: its key and path.
    """

    def __init__(
        self,
        journal: Path,
        one_files: OneFiles,
        answers: Answers,
        *,
        segment_size: int,
        clock: Callable[[], datetime],
        moved: Callable[[str, Path], None],
    ) -> None:
        self._journal = journal
        self._one_files = one_files
        self._answers = answers
        self._size = segment_size
        self._clock = clock
        self._moved = moved
        self._moves: list[Moving] = []
        self._lock: int | None = None
        self.slot: Path | None = None
        self.recovered = Recovered()

    def take(self) -> SlotWriter:
        """Take the first journal that nobody writes, with what was left there; raises `OSError`."""
        self._journal.mkdir(mode=0o700, exist_ok=True)
        (self._journal / "free").mkdir(mode=0o700, exist_ok=True)
        number = 0
        while self._lock is None:
            slot = self._journal / str(number)
            self._lock = lock_slot(slot)
            number += 1
        try:
            self.slot = slot
            self._answers.open(slot / ANSWERS, self._clock())
            return self._adopt(slot)
        except (OSError, Unavailable):
            self.release()
            raise

    def take_over_dead(self) -> None:
        """Bring to an end what other writers left that live no more; raises `OSError`."""
        for slot in slots_in(self._journal):
            if slot == self.slot:
                continue
            lock = lock_slot(slot)
            if lock is None:
                continue
            try:
                self._answers.take_over(slot / ANSWERS, self._clock())
                writer = self._adopt(slot)
                self.move_on(writer)
                writer.pay()
                writer.finish_segment()
                writer.close()
            finally:
                os.close(lock)

    def move(self, slot: Path, entry: Entry) -> None:
        """Remember a mail of unknown fate that should become a file of its own."""
        self._moves.append(Moving.of(slot, entry))

    def move_on(self, writer: SlotWriter) -> bool:
        """Make files of the mails of this journal whose fate is unknown; True while some could not be made."""
        rest = []
        for one in self._moves:
            if one.slot != writer.slot:
                rest.append(one)
                continue
            try:
                self._to_unknown(one)
            except (OSError, Unavailable) as error:
                log.warning("of unknown fate, not moved yet", extra={"mail_id": one.mail.id, "detail": str(error)})
                rest.append(one)
            else:
                writer.owe(Kind.MOVED, one.mail.number)
        self._moves = rest
        return bool(rest)

    def release(self) -> None:
        """Let another process have the journal."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock, self.slot = None, None

    def _adopt(self, slot: Path) -> SlotWriter:
        for rest in slot.glob("*.new"):
            rest.unlink(missing_ok=True)
        tail = SlotTail(slot)
        try:
            tail.look(is_final=True)
            if tail.state is None:
                # A new journal, or one whose state is lost: what is there counts under a new name.
                tail.state = SlotState(writer=f"{slot.name}-{os.urandom(4).hex()}", noted=tail.before)
                write_state(slot, tail.state)
            if tail.segments:
                _close_left_open(tail.segments[max(tail.segments)])
            segment, mail, serial = tail.last
            position = Position(segment=segment, mail=mail, serial=serial)
            writer = SlotWriter(slot, Supply(slot, self._size), position, self._clock)
            self._settle(tail, writer)
            for mail_there in tail.mails.values():
                if mail_there.accepting is not None:
                    writer.accepted[mail_there.home] = writer.accepted.get(mail_there.home, 0) + 1
        finally:
            tail.close()
        return writer

    def _settle(self, tail: SlotTail, writer: SlotWriter) -> None:
        unknown = deleted = 0
        left_over: list[tuple[int, Answer]] = []
        at = self._clock()
        for mail in tail.mails.values():
            if mail.fate is None and mail.sealing is None:
                deleted += not mail.forgotten
                if not mail.forgotten:
                    writer.owe(Kind.DISCARDED, mail.number, pack_judging(at))
            elif mail.fate is None or (mail.fate is Fate.HELD and not mail.moved):
                unknown += 1
                if mail.fate is None:
                    writer.owe(Kind.UNKNOWN, mail.number, pack_judging(at))
                if tail.is_done(mail):
                    # The walk had it: only its acceptance was lost, by a power cut.
                    writer.owe(Kind.MOVED, mail.number)
                else:
                    self._moves.append(Moving(slot=tail.slot, mail=mail))
            elif mail.accepting is not None and mail.accepting.owes and not mail.answered:
                left_over.append((mail.number, _answer(mail)))
        for serial in tail.missing:
            log.error("nothing is left of a complete mail", extra={"writer": tail.slot.name, "serial": serial})
            writer.owe_gap(serial)
        young = [answer for _, answer in left_over if at - answer.accepted_at < RETRIES_END]
        for answer in young:
            self._answers.keep(answer)
        self._answers.write_kept(*young)
        for number, _ in left_over:
            writer.owe(Kind.LOST, number)
        found = self.recovered
        self.recovered = Recovered(
            accepted=found.accepted,
            unknown=found.unknown + unknown,
            deleted=found.deleted + deleted,
            damaged=found.damaged + tail.damages,
        )

    def _to_unknown(self, one: Moving) -> None:
        wanted = {piece.segment for piece in (one.mail.head, *one.mail.pieces) if piece is not None}
        segments: dict[int, SegmentReader] = {}
        try:
            for number in wanted:
                segments[number] = SegmentReader(one.slot / f"{number:08d}.seg")
            written = self._one_files.to_unknown(one.mail, segments)
        finally:
            for segment in segments.values():
                segment.close()
        if written is not None:
            self._moved(*written)


def _answer(mail: JournalMail) -> Answer:
    accepting = mail.accepting
    if accepting is None:
        raise ValueError(f"mail {mail.id} was not accepted")
    return Answer(id=mail.id, key=accepting.key.hex(), reply=accepting.reply or "", accepted_at=accepting.accepted_at)


def _close_left_open(segment: SegmentReader) -> None:
    """Write CLOSE behind the last good frame, so that nobody looks for more."""
    if segment.is_closed or not segment.generation or segment.end + HEADER > segment.size - PAGE:
        return
    descriptor = os.open(segment.path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, frame(Kind.CLOSE, segment.generation, 0), segment.end)
        os.fdatasync(descriptor)
    finally:
        with suppress(OSError):
            os.close(descriptor)
