"""
Mails that the next hop took, but whose 250 may never have reached the client (RFC 1047).

Such a client sends the very same mail again. Delivering it again would double it; so the hop looks here first. A mail
stands here from the moment its acceptance is recorded until its answer was written to the client. What a crash leaves
over, and what a client that went away left, is what a retry is compared with; an entry is spent by one answered retry,
so a device that sends the same octets every hour loses nothing.

On disk it is `answers.log`: a line for each acceptance, written before the worker can see the mail, and a line for each
answer. The lines are not synced: `kill -9` leaves written octets in place. After a power cut the last lines may be
missing; the accepted files themselves then stand in for them. It holds hashes and replies, no address and no content.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

# After five days senders give up (RFC 5321 §4.5.4.1): no retry comes later.
RETRIES_END = timedelta(days=5)
# More mails than can be in the air at one crash, by far; some 3 MB of memory.
MOST_KEPT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One mail the next hop took: `key` is `record.identity`, `reply` the words of the next hop."""

    id: str
    key: str
    reply: str
    accepted_at: datetime


class Answers:
    """The table and its log; safe to use from the event loop and the committer at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._log: int | None = None
        self._in_the_air: OrderedDict[str, Answer] = OrderedDict()
        self._unheard: OrderedDict[str, Answer] = OrderedDict()

    def load(self, now: datetime, waiting: frozenset[str]) -> frozenset[str]:
        """
        Read what an earlier run left, and write the log anew without what is settled or too old.

        Args:
            waiting: Ids of the accepted mails that are still in the spool; that they were answered stays on record.

        Returns:
            The ids of all mails the old log spoke of, answered or not.

        Raises `OSError`.
        """
        with self._lock:
            named: set[str] = set()
            unheard = dict(self._unheard)
            for values in self._lines():
                named.add(values["id"])
                if "reply" in values:
                    at = datetime.fromisoformat(values["at"])
                    answer = Answer(id=values["id"], key=values["key"], reply=values["reply"], accepted_at=at)
                    unheard[answer.key] = answer
                else:
                    unheard = {key: one for key, one in unheard.items() if one.id != values["id"]}
            young = [answer for answer in unheard.values() if now - answer.accepted_at < RETRIES_END]
            self._unheard = OrderedDict((answer.key, answer) for answer in young[-MOST_KEPT:])
            self._rewrite(named & waiting - {answer.id for answer in young})
        return frozenset(named)

    def accepted(self, answer: Answer) -> None:
        """Note that the next hop took a mail."""
        with self._lock:
            self._append(answer)
            self._in_the_air[answer.id] = answer
            while len(self._in_the_air) > MOST_KEPT:
                self._in_the_air.popitem(last=False)

    def left_over(self, answer: Answer) -> None:
        """Note a mail of an earlier run of which the log does not speak."""
        with self._lock:
            self._append(answer)
            self._keep(answer)

    def heard(self, mail_id: str) -> None:
        """Note that the client has its answer: this mail will not be sent again."""
        with self._lock:
            self._in_the_air.pop(mail_id, None)
            for key, answer in list(self._unheard.items()):
                if answer.id == mail_id:
                    del self._unheard[key]
            self._append_line(_end_line(mail_id))

    def not_heard(self, mail_id: str) -> None:
        """Note that the client went away before its answer: it may send the mail again."""
        with self._lock:
            answer = self._in_the_air.pop(mail_id, None)
            if answer is not None:
                self._keep(answer)

    def find(self, key: str, now: datetime) -> Answer | None:
        """Return what became of this very mail, when its client may not know."""
        with self._lock:
            answer = self._unheard.get(key)
            if answer is None or now - answer.accepted_at >= RETRIES_END:
                return None
            return answer

    def close(self) -> None:
        """Close the log."""
        with self._lock:
            if self._log is not None:
                os.close(self._log)
                self._log = None

    def _keep(self, answer: Answer) -> None:
        self._unheard[answer.key] = answer
        while len(self._unheard) > MOST_KEPT:
            self._unheard.popitem(last=False)

    def _append(self, answer: Answer) -> None:
        self._append_line(_line(answer))

    def _append_line(self, line: bytes) -> None:
        # A log that cannot be written must not stop mail. The worst that follows: after a crash one retry is delivered
        # twice (no entry), or one resent mail is taken for a retry (no end of an entry). Memory is right all the same.
        with suppress(OSError):
            if self._log is None:
                self._log = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(self._log, line)

    def _lines(self) -> list[dict[str, str]]:
        if not self._path.exists():
            return []
        found = []
        for line in self._path.read_bytes().splitlines():
            try:
                values = json.loads(line)
            except ValueError:
                continue  # torn by a crash
            if isinstance(values, dict) and isinstance(values.get("id"), str):
                found.append(values)
        return found

    def _rewrite(self, settled: set[str]) -> None:
        if self._log is not None:
            os.close(self._log)
            self._log = None
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            for answer in self._unheard.values():
                os.write(descriptor, _line(answer))
            for mail_id in settled:
                os.write(descriptor, _end_line(mail_id))
        finally:
            os.close(descriptor)
        fresh.rename(self._path)


def _line(answer: Answer) -> bytes:
    at = answer.accepted_at.isoformat()
    values = {"id": answer.id, "key": answer.key, "at": at, "reply": answer.reply}
    return json.dumps(values, ensure_ascii=True).encode("ascii") + b"\n"


def _end_line(mail_id: str) -> bytes:
    return json.dumps({"id": mail_id}).encode("ascii") + b"\n"
