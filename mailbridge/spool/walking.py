"""The journals as the walk sees them: what waits, what is let go, and which fates the ledger has not got yet."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Lock, RLock

from mailbridge.mail.delivery import Delivery, Fate
from mailbridge.mail.envelope import MailObject
from mailbridge.spool.journal_mail import content_of, head_of, mail_object
from mailbridge.spool.one_file import OneFiles
from mailbridge.spool.recovery import UnknownMail
from mailbridge.spool.recycling import retire, wipe
from mailbridge.spool.slot import DoneWhy, SlotState, write_state
from mailbridge.spool.tail import Tail, Waiting

log = logging.getLogger("mailbridge.spool")


class JournalWalk:
    """Each method may be called from any thread, and may raise `OSError`."""

    def __init__(self, journal: Path, one_files: OneFiles, segment_size: int) -> None:
        self._tail = Tail(journal)
        self._one_files = one_files
        self._size = segment_size
        self._lock = RLock()
        self._wiping = Lock()

    def waiting(self) -> list[tuple[int, str]]:
        """Return moment (microseconds since 1970) and id of the mails that wait, oldest first."""
        with self._lock:
            self._tail.look()
            return self._tail.waiting()

    def count(self, but: str | None) -> int:
        """Return how many wait, leaving one slot unread."""
        with self._lock:
            self._tail.look(but)
            return self._tail.count(but)

    def load(self, mail_id: str) -> MailObject | None:
        """Read a mail that waits; None when none of this id does. Raises `Damaged` too."""
        with self._lock:
            one = self._find(mail_id)
            if one is None or one.mail.accepting is None:
                return None
            where = one.slot.slot / mail_id
            head = head_of(one.mail, one.slot.segments, where)
            content = content_of(one.mail, one.slot.segments, where)
            return mail_object(one.mail, head, content, one.mail.accepting.accepted_at)

    def release(self, mail_id: str, *, keep: bool) -> bool:
        """Let go of a mail, into the archive or for good; False when none of this id waits."""
        with self._lock:
            one = self._find(mail_id)
            if one is None:
                return False
            if keep:
                self._one_files.archive(one.mail, one.slot.segments)
            self._tail.let_go(one, DoneWhy.RELEASED)
            return True

    def set_aside(self, mail_id: str, reason: str) -> bool:
        """Put a mail on the shelf; False when none of this id waits."""
        with self._lock:
            one = self._find(mail_id)
            if one is None:
                return False
            self._one_files.set_aside(one.mail, one.slot.segments, reason)
            self._tail.let_go(one, DoneWhy.SET_ASIDE)
            return True

    def unknown(self) -> list[UnknownMail]:
        """Return the mails of unknown fate that are not a file of their own yet."""
        with self._lock:
            self._tail.look()
            return [
                UnknownMail(id=mail.id, sealed_at=mail.sealing.sealed_at, size=mail.sealing.size)
                for slot in self._tail.slots.values()
                for mail in slot.mails.values()
                if mail.fate is Fate.HELD and mail.sealing is not None and not mail.moved
            ]

    def accepted_keys(self) -> dict[str, datetime]:
        """Return key and last moment of the mails that were accepted, as far as the journals still tell."""
        found: dict[str, datetime] = {}
        with self._lock:
            self._tail.look()
            for slot in self._tail.slots.values():
                for mail in slot.mails.values():
                    if mail.accepting is not None:
                        key, at = mail.accepting.key.hex(), mail.accepting.accepted_at
                        found[key] = max(at, found.get(key, at))
        return found

    def deliveries(self, most: int) -> Sequence[Delivery]:
        """Return the oldest fates that are not in the ledger, by writer in the order of serials."""
        with self._lock:
            self._tail.look()
            every = (told for slot in self._tail.slots.values() for told in slot.deliveries())
            return tuple(islice(every, most))

    def noted(self, deliveries: Sequence[Delivery]) -> None:
        """Note durably that these stand in the ledger."""
        highest: dict[str, int] = {}
        for one in deliveries:
            highest[one.writer] = max(one.serial, highest.get(one.writer, 0))
        with self._lock:
            for slot in self._tail.slots.values():
                state = slot.state
                if state is not None and highest.get(state.writer, 0) > state.noted:
                    state = SlotState(writer=state.writer, noted=highest[state.writer], segment=state.segment)
                    write_state(slot.slot, state)
                    slot.state = state

    def recycle(self) -> None:
        """Wipe the segments that nobody needs; a disk that does not answer is tried again the next time."""
        if not self._wiping.acquire(blocking=False):
            return
        try:
            with self._lock:
                self._tail.look()
                retired = retire(self._tail)
            for path, used in retired:
                wipe(path, used, self._size)
        except OSError as error:
            log.warning("segments not wiped", extra={"detail": str(error)})
        finally:
            self._wiping.release()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._tail.close()

    def _find(self, mail_id: str) -> Waiting | None:
        found = self._tail.find(mail_id)
        if found is None:
            self._tail.look()
            found = self._tail.find(mail_id)
        return found
