"""
Mails that the next hop took, but whose 250 may never have reached the client (RFC 1047).

Such a client sends the very same mail again. Delivering it again would double it; so the hop looks here first. That a
mail was taken and that its client heard so stands in the journal. Here stands only what outlives the journal: the
mails whose client went away without its answer or had not got it when we died, for the five days in which it may try
again. An entry is spent by one answered retry, so a device that sends the same octets every hour loses nothing.

On disk it is `answers.log` beside the segments of each journal: a line for each such mail, and one when it is spent.
Each process reads the logs of the others too, because the retry may come to any of them. The log holds hashes and
replies, no address and no content.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator
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
    """
    The table, and its log on the disk; methods that touch the disk say so and raise `OSError`.

    Safe to use from the event loop and the commit thread at once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._unheard: OrderedDict[str, Answer] = OrderedDict()
        self._spent: OrderedDict[str, datetime] = OrderedDict()
        self._path: Path | None = None
        self._others: dict[Path, tuple[int, int]] = {}

    def keep(self, answer: Answer) -> None:
        """Note that a client may not know its answer; in memory."""
        with self._lock:
            if answer.id not in self._spent:
                self._unheard[answer.key] = answer
                _cut(self._unheard)

    def spend(self, mail_id: str, now: datetime) -> bool:
        """Note that a client has its answer after all; in memory. False when nothing was known of this mail."""
        with self._lock:
            return self._spend(mail_id, now)

    def find(self, key: str, now: datetime) -> Answer | None:
        """Return what became of this very mail, when its client may not know."""
        with self._lock:
            answer = self._unheard.get(key)
        return None if answer is None or now - answer.accepted_at >= RETRIES_END else answer

    # -- the disk -----------------------------------------------------------------------------------------------------

    def open(self, path: Path, now: datetime) -> None:
        """Read the log of this process's journal, and write it anew without what is too old."""
        with self._lock:
            self._path = path
            self._read(path, now)
            self._rewrite(now)

    def take_over(self, path: Path, now: datetime) -> frozenset[str]:
        """Take in the log of a process that ended, or of an older version, and delete it; returns the ids it named."""
        with self._lock:
            named = self._read(path, now)
            self._rewrite(now)
        path.unlink(missing_ok=True)
        return named

    def look_around(self, paths: Iterable[Path], now: datetime) -> None:
        """Read what other processes wrote since the last time."""
        for path in paths:
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            seen = (status.st_ino, status.st_size)
            if self._others.get(path) != seen:
                with self._lock:
                    self._read(path, now)
                self._others[path] = seen

    def write_kept(self, *answers: Answer) -> None:
        """Append to the log, durably."""
        self._append([_line(answer) for answer in answers], is_durable=True)

    def write_spent(self, mail_id: str, now: datetime) -> None:
        """Append to the log."""
        self._append([_spent_line(mail_id, now)], is_durable=False)

    def _append(self, lines: list[bytes], *, is_durable: bool) -> None:
        if self._path is None or not lines:
            return
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, b"".join(lines))
            if is_durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _spend(self, mail_id: str, at: datetime) -> bool:
        keys = [key for key, answer in self._unheard.items() if answer.id == mail_id]
        for key in keys:
            del self._unheard[key]
        if keys:
            self._spent[mail_id] = at
            _cut(self._spent)
        return bool(keys)

    def _read(self, path: Path, now: datetime) -> frozenset[str]:
        named = set()
        for one in _entries(path, now):
            named.add(one.id)
            if now - one.accepted_at >= RETRIES_END:
                continue
            if not one.key:
                self._spend(one.id, one.accepted_at)
                self._spent[one.id] = one.accepted_at
            elif one.id not in self._spent:
                self._unheard[one.key] = one
        _cut(self._unheard)
        _cut(self._spent)
        return frozenset(named)

    def _rewrite(self, now: datetime) -> None:
        if self._path is None:
            return
        lines = [_line(answer) for answer in self._unheard.values() if now - answer.accepted_at < RETRIES_END]
        # Another process may have read of a mail before it was spent here.
        lines += [_spent_line(mail_id, at) for mail_id, at in self._spent.items() if now - at < RETRIES_END]
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self._path)


def _cut(table: OrderedDict[str, Answer] | OrderedDict[str, datetime]) -> None:
    while len(table) > MOST_KEPT:
        table.popitem(last=False)


def _entries(path: Path, now: datetime) -> Iterator[Answer]:
    """Read a log; a line that tells of a spent one has no key."""
    octets = b""
    with suppress(FileNotFoundError):
        octets = path.read_bytes()
    for line in octets.splitlines():
        # What a crash has torn is skipped.
        with suppress(ValueError, KeyError, TypeError):
            values = json.loads(line)
            at = datetime.fromisoformat(values["at"]) if "at" in values else now
            key = str(values["key"]) if "reply" in values else ""
            yield Answer(id=str(values["id"]), key=key, reply=str(values.get("reply", "")), accepted_at=at)


def _line(answer: Answer) -> bytes:
    at = answer.accepted_at.isoformat()
    values = {"id": answer.id, "key": answer.key, "at": at, "reply": answer.reply}
    return json.dumps(values, ensure_ascii=True).encode("ascii") + b"\n"


def _spent_line(mail_id: str, at: datetime) -> bytes:
    return json.dumps({"id": mail_id, "at": at.isoformat()}).encode("ascii") + b"\n"
