"""The writing side of a spool in one process: a journal, the thread that writes it, and what clients may ask again."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock

from mailbridge.mail.envelope import Client, Door, Envelope
from mailbridge.mail.ident import uuid7
from mailbridge.spool.adoption import ANSWERS, Adoption
from mailbridge.spool.answers import Answer, Answers
from mailbridge.spool.capture import Capture, Load
from mailbridge.spool.commit_thread import CommitThread
from mailbridge.spool.frames import Kind
from mailbridge.spool.one_file import OneFiles
from mailbridge.spool.places import Places
from mailbridge.spool.record import Head
from mailbridge.spool.recovery import Recovered, Recovery
from mailbridge.spool.slot import DoneNotes, segments_in, slots_in
from mailbridge.spool.steps import Job, NoteStep
from mailbridge.spool.writing import Entry, SlotWriter

# No answer to a client takes so long: if nobody told of its end, it is treated as lost.
_ANSWER_TAKES = timedelta(hours=1)


class Writers:
    """
    Takes a journal when it is first needed; fulfils `capture.Register`.

    `earlier_answer` and the notes about answers are called in the event loop, `recover` in a thread.
    """

    def __init__(
        self,
        places: Places,
        one_files: OneFiles,
        recovery: Recovery,
        *,
        segment_size: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._places = places
        self._recovery = recovery
        self._clock = clock
        self._answers = Answers()
        self._adoption = Adoption(
            places.journal, one_files, self._answers, segment_size=segment_size, clock=clock, moved=self._moved
        )
        self._load = Load()
        self._air: dict[str, tuple[Entry, Answer]] = {}
        self._unknown: dict[str, list[Path]] = {}
        self._lock = Lock()
        self._random = b""
        self._last = datetime.min.replace(tzinfo=UTC)
        self.thread = CommitThread(self._adoption.take, self._tend)

    def begin(self, door: Door, client: Client, envelope: Envelope, now: datetime, *, stuffed: bool) -> Capture:
        """Begin to take a mail; its id is made from `now`."""
        mail_id = uuid7(int(now.timestamp() * 1000), self._chance())
        head = Head(id=mail_id, door=door, client=client, envelope=envelope, stuffed=stuffed)
        return Capture(head, thread=self.thread, load=self._load, register=self, clock=self._clock)

    def recover(self) -> Recovered:
        """Bring to an end what earlier writers left; raises `OSError` or `Unavailable`."""
        is_new = not self._places.journal.exists()
        recovered = self._recovery.run()
        self.thread.submit(Job(partial(self._recover, is_new=is_new))).result()
        self._unknown.clear()
        for path, record in self._recovery.unknown():
            self._unknown.setdefault(record.key, []).append(path)
        found, self._adoption.recovered = self._adoption.recovered, Recovered()
        return Recovered(
            accepted=recovered.accepted + found.accepted,
            unknown=recovered.unknown + found.unknown,
            deleted=recovered.deleted + found.deleted,
            damaged=recovered.damaged + found.damaged,
        )

    def earlier_answer(self, key: str) -> Answer | None:
        """Return the answer to this very mail, when it was delivered and its client may not know."""
        return self._answers.find(key, self._clock())

    def answer_heard(self, mail_id: str) -> None:
        """Note that the client of this mail has its answer."""
        found = self._air.pop(mail_id, None)
        if found is not None:
            self.thread.post_soon(NoteStep(Kind.HEARD, found[0]))
        elif self._answers.spend(mail_id, self._clock()):
            now = self._clock()
            self.thread.post(Job(lambda _: self._answers.write_spent(mail_id, now)))

    def answer_lost(self, mail_id: str) -> None:
        """Note that the client of this mail went away without its answer."""
        found = self._air.pop(mail_id, None)
        if found is not None:
            entry, answer = found
            self._answers.keep(answer)
            self.thread.post(Job(partial(self._write_lost, entry, answer)))

    def waiting_here(self) -> tuple[str, int] | None:
        """Return the slot of this process and how many mails wait in it, without reading it; raises `OSError`."""
        writer = self.thread.writer
        if writer is None:
            return None
        present = segments_in(writer.slot)
        counts = (writer.accepted.get(number, 0) - DoneNotes.count(path) for number, path in present)
        return writer.slot.name, sum(max(0, count) for count in counts)

    def close(self) -> None:
        """Finish what is being written."""
        self.thread.close()
        self._adoption.release()

    # -- capture.Register ---------------------------------------------------------------------------------------------

    def next_instant(self) -> datetime:
        """Return the moment of an acceptance: no two are the same."""
        with self._lock:
            self._last = max(self._clock(), self._last + timedelta(microseconds=1))
            return self._last

    def taken(self, entry: Entry, key: str, accepted_at: datetime, reply: str | None) -> None:
        """Hear that a mail was accepted whose client has not got its answer yet."""
        self._air[entry.id] = (entry, Answer(id=entry.id, key=key, reply=reply or "", accepted_at=accepted_at))

    def settled(self, key: str) -> Callable[[SlotWriter], None]:
        """Return what deletes mails of unknown fate: this one is their retry."""
        return partial(self._settle, key)

    def lost_sight(self, entry: Entry) -> Callable[[SlotWriter], None]:
        """Return what makes a file of a mail whose fate nobody knows."""
        return partial(self._move, entry)

    def _chance(self) -> bytes:
        # Asking the kernel costs more than the rest of an id, so it is asked for many at once.
        with self._lock:
            if not self._random:
                self._random = os.urandom(10 * 128)
            drawn, self._random = self._random[:10], self._random[10:]
            return drawn

    # -- in the commit thread -----------------------------------------------------------------------------------------

    def _settle(self, key: str, _writer: SlotWriter) -> None:
        for path in self._unknown.pop(key, ()):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _move(self, entry: Entry, writer: SlotWriter) -> None:
        self._adoption.move(writer.slot, entry)
        self._adoption.move_on(writer)

    def _moved(self, key: str, path: Path) -> None:
        self._unknown.setdefault(key, []).append(path)

    def _write_lost(self, entry: Entry, answer: Answer, writer: SlotWriter) -> None:
        # The log first: a segment without an answer that is owed may be wiped.
        self._answers.write_kept(answer)
        writer.owe(Kind.LOST, entry.number)

    def _recover(self, writer: SlotWriter, *, is_new: bool) -> None:
        self._adoption.move_on(writer)
        self._adoption.take_over_dead()
        named: frozenset[str] = frozenset()
        old = self._places.root / ANSWERS
        if old.exists():
            claimed = writer.slot / "answers.old"
            with suppress(FileNotFoundError):  # another hop that starts beside us was faster
                old.rename(claimed)
                named = self._answers.take_over(claimed, self._clock())
        if is_new:
            # The first start behind a version without journals: its accepted files stand in for lines that were lost.
            left_over = list(self._recovery.unanswered(named))
            for answer in left_over:
                self._answers.keep(answer)
            self._answers.write_kept(*left_over)

    def _tend(self, writer: SlotWriter) -> bool:
        """Do what was left to be done; True when it should be tried again soon."""
        is_left = self._adoption.move_on(writer)
        with suppress(OSError):
            others = [slot / ANSWERS for slot in slots_in(self._places.journal) if slot != writer.slot]
            self._answers.look_around(others, self._clock())
            is_left = is_left or bool(others)
        self._lose_old()
        return is_left

    def _lose_old(self) -> None:
        with suppress(RuntimeError, StopIteration):  # the event loop changes it at this moment
            mail_id, (_, answer) = next(iter(self._air.items()))
            if self._clock() - answer.accepted_at >= _ANSWER_TAKES:
                self.answer_lost(mail_id)
