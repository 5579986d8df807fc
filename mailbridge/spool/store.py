"""The spool as a whole: who may write, what waits, what was set aside, and what a crash left behind."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.ident import uuid7
from mailbridge.spool.answers import Answer, Answers
from mailbridge.spool.capture import Capture, Places, accepted_name
from mailbridge.spool.committer import Committer
from mailbridge.spool.record import (
    Acceptance,
    Damaged,
    Head,
    Record,
    acceptance_line,
    read_mail,
    read_record,
)

# How long a mail whose fate at the next hop we do not know waits for its client to send it again: the usual longest
# pause between two tries of a sending server (Postfix: maximal_backoff_time, 4000 s) fits in several times.
UNKNOWN_WAITS = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class AsideMail:
    """A mail that a person must look at: why, and since when."""

    id: str
    reason: str
    since: datetime


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


class WalkLock:
    """Held by the one process that may walk the spool; the kernel lets it go when that process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def close(self) -> None:
        """Let the next worker in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> WalkLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Spool:
    """
    Raw mail in a directory tree, one file a mail; fulfils `ports.Spool` and the hop's side of it.

    Any number of processes may write, one may walk (`lock`). Directories are 0700 and files 0600: the spool holds mail
    that nobody has looked at yet.
    """

    def __init__(self, root: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Make what is missing below `root`; raises `Unavailable`."""
        self.root = root
        self._places = Places(root)
        self._clock = clock
        self._committer = Committer()
        self._answers = Answers(root / "answers.log")
        self._names: dict[str, str] = {}
        self._unknown: dict[str, list[Path]] = {}
        self._last = datetime.min.replace(tzinfo=UTC)
        self._lock = Lock()
        try:
            for directory in (root, *self._places.all()):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error

    # -- writing ------------------------------------------------------------------------------------------------------

    def begin(self, door: Door, client: Client, envelope: Envelope, now: datetime) -> Capture:
        """Begin to take a mail; its id is made from `now`."""
        mail_id = uuid7(int(now.timestamp() * 1000), os.urandom(10))
        return Capture(
            Head(id=mail_id, door=door, client=client, envelope=envelope),
            places=self._places,
            committer=self._committer,
            answers=self._answers,
            next_instant=self._next_instant,
            settled=self._settled,
        )

    def keep(
        self,
        *,
        door: Door,
        client: Client,
        envelope: Envelope,
        content: bytes,
        accepted_at: datetime,
        reply: str | None = None,
    ) -> str:
        """Take a whole mail in one step, blocking until it is durable; returns its id. Raises `Unavailable`."""
        capture = self.begin(door, client, envelope, accepted_at)
        try:
            capture.write(content)
            capture.keep_now(Acceptance(accepted_at=accepted_at, reply=reply))
        except Unavailable:
            capture.discard()
            raise
        return capture.id

    def earlier_answer(self, key: str) -> Answer | None:
        """Return the answer to this very mail (`Capture.key`), when it was delivered and its client may not know."""
        return self._answers.find(key, self._clock())

    def answer_heard(self, mail_id: str) -> None:
        """Note that the client of this mail has its 250."""
        self._answers.heard(mail_id)

    def answer_lost(self, mail_id: str) -> None:
        """Note that the client of this mail went away without its 250."""
        self._answers.not_heard(mail_id)

    def close(self) -> None:
        """Finish what is being written."""
        self._committer.close()
        self._answers.close()

    # -- walking ------------------------------------------------------------------------------------------------------

    def lock(self) -> WalkLock:
        """Become the one process that walks; raises `Unavailable` when another one does."""
        try:
            descriptor = os.open(self.root / "worker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise Unavailable("spool", "another worker walks it") from error
        return WalkLock(descriptor)

    def waiting(self) -> Iterator[str]:
        """Ids of accepted mail, oldest first, as of this moment; raises `Unavailable`."""
        names = _list(self._places.accepted)
        self._names = {_id_of(name): name for name in names}
        return iter([_id_of(name) for name in names])

    def load(self, mail_id: str) -> MailObject:
        """
        Read one mail.

        Raises `Unavailable`. A damaged file is set aside first, so that the walk does not meet it again.
        """
        path = self._find(mail_id)
        if path is None:
            raise Unavailable("spool", f"no mail {mail_id} waits")
        try:
            return read_mail(path)
        except Damaged as damage:
            self.set_aside(mail_id, f"damaged: {damage.problem}")
            raise

    def release(self, mail_id: str, *, keep: bool) -> None:
        """Take a decided mail out: into `archive/YYYY/MM` of its acceptance (UTC), or away for good. Done is done."""
        path = self._find(mail_id)
        if path is None:
            return
        try:
            if keep:
                month = _accepted_at(path.name).strftime("%Y/%m")
                directory = self._places.archive / month
                directory.parent.mkdir(mode=0o700, exist_ok=True)
                directory.mkdir(mode=0o700, exist_ok=True)
                path.rename(directory / path.name)
            else:
                path.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        self._names.pop(mail_id, None)

    def set_aside(self, mail_id: str, reason: str) -> None:
        """Put a mail where a person looks at it; raises `Unavailable`."""
        path = self._find(mail_id)
        if path is None:
            raise Unavailable("spool", f"no mail {mail_id} waits")
        note = self._places.aside / f"{path.name}.reason"
        try:
            _write_note(note, reason, self._clock())
            path.rename(self._places.aside / path.name)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        self._names.pop(mail_id, None)

    # -- mail set aside -----------------------------------------------------------------------------------------------

    def aside(self) -> tuple[AsideMail, ...]:
        """List what was set aside, in the order of acceptance; raises `Unavailable`."""
        names = _list(self._places.aside)
        found = []
        for name in names:
            if not name.endswith(".reason"):
                reason, since = _read_note(self._places.aside / f"{name}.reason")
                found.append(AsideMail(id=_id_of(name), reason=reason, since=since))
        return tuple(found)

    def retry(self, mail_id: str) -> bool:
        """Let a mail that was set aside be walked again; False when there is none of this id."""
        path = self._aside_path(mail_id)
        if path is None:
            return False
        try:
            path.rename(self._places.accepted / path.name)
            path.with_name(f"{path.name}.reason").unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        return True

    def drop(self, mail_id: str) -> bool:
        """Delete a mail that was set aside; False when there is none of this id."""
        path = self._aside_path(mail_id)
        if path is None:
            return False
        try:
            path.unlink()
            path.with_name(f"{path.name}.reason").unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        return True

    # -- after a crash ------------------------------------------------------------------------------------------------

    def recover(self) -> Recovered:
        """
        Settle what an earlier run left; call it once, before the door opens. Raises `Unavailable`.

        Files that a living process is writing (their lock is held) are left alone.
        """
        try:
            deleted = sum(self._delete_open(path) for path in self._paths(self._places.open))
            accepted = unknown = damaged = 0
            for path in self._paths(self._places.sealed):
                if _is_being_written(path):
                    continue
                try:
                    record = read_record(path)
                except Damaged as damage:
                    self._put_aside(path, damage.problem)
                    damaged += 1
                    continue
                if record.acceptance is None:
                    path.rename(self._places.unknown / path.name)
                    unknown += 1
                else:
                    self._to_accepted(path, record.acceptance)
                    accepted += 1
            self._remember_unknown()
            self._remember_answers()
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        return Recovered(accepted=accepted, unknown=unknown, deleted=deleted, damaged=damaged)

    def unknown(self) -> tuple[UnknownMail, ...]:
        """List mail whose fate at the next hop is not known, oldest first; raises `Unavailable`."""
        found = []
        for _, record in self._records(self._places.unknown):
            found.append(UnknownMail(id=record.head.id, sealed_at=record.seal.sealed_at, size=record.seal.size))
        return tuple(sorted(found, key=lambda one: one.sealed_at))

    def settle_unknown(self, older_than: timedelta = UNKNOWN_WAITS) -> tuple[str, ...]:
        """
        Give up waiting where it is time to.

        A mail whose retry was accepted goes: it is the same one. One that is older than `older_than` is offered to the
        walk with no reply of the next hop (`MailObject.next_hop_reply` is None: perhaps never delivered), with the
        moment its content was complete as `accepted_at`.

        Returns:
            The ids of the mails offered. Raises `Unavailable`.
        """
        pending = list(self._records(self._places.unknown))
        if not pending:
            return ()
        delivered = {record.key for _, record in self._records(self._places.accepted) if record.acceptance}
        offered = []
        for path, record in pending:
            # The hop settles the same directory at the same time: who comes second finds nothing, and all is well.
            with suppress(FileNotFoundError):
                if record.acceptance is not None:
                    self._to_accepted(path, record.acceptance)
                elif record.key in delivered:
                    path.unlink()
                elif self._clock() - record.seal.sealed_at >= older_than:
                    self._offer(path, record)
                    offered.append(record.head.id)
        return tuple(offered)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _next_instant(self) -> datetime:
        with self._lock:
            self._last = max(self._clock(), self._last + timedelta(microseconds=1))
            return self._last

    def _settled(self, key: str, unknown: Path | None) -> None:
        """Hear of a capture's end: one more of unknown fate, or the retry that settles earlier ones."""
        if unknown is not None:
            self._unknown.setdefault(key, []).append(unknown)
            return
        for path in self._unknown.pop(key, ()):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _find(self, mail_id: str) -> Path | None:
        if mail_id not in self._names:
            self._names.update({_id_of(name): name for name in _list(self._places.accepted)})
        name = self._names.get(mail_id)
        return None if name is None else self._places.accepted / name

    def _aside_path(self, mail_id: str) -> Path | None:
        for name in _list(self._places.aside):
            if not name.endswith(".reason") and _id_of(name) == mail_id:
                return self._places.aside / name
        return None

    def _paths(self, directory: Path) -> list[Path]:
        return [directory / name for name in _list(directory)]

    def _records(self, directory: Path) -> Iterator[tuple[Path, Record]]:
        for path in self._paths(directory):
            try:
                yield path, read_record(path)
            except Damaged as damage:
                if directory == self._places.unknown:
                    self._put_aside(path, damage.problem)
            except Unavailable as error:
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise

    def _delete_open(self, path: Path) -> bool:
        if _is_being_written(path):
            return False
        path.unlink(missing_ok=True)
        return True

    def _put_aside(self, path: Path, problem: str) -> None:
        name = (
            path.name if "-" in path.name[:18] and path.name[:17].isdigit() else accepted_name(self._clock(), path.name)
        )
        _write_note(self._places.aside / f"{name}.reason", f"damaged: {problem}", self._clock())
        path.rename(self._places.aside / name)

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

    def _remember_unknown(self) -> None:
        self._unknown.clear()
        for path, record in self._records(self._places.unknown):
            self._unknown.setdefault(record.key, []).append(path)

    def _remember_answers(self) -> None:
        paths = self._paths(self._places.accepted)
        named = self._answers.load(self._clock(), frozenset(_id_of(path.name) for path in paths))
        for path in paths:
            if _id_of(path.name) in named:
                continue
            with suppress(Damaged):
                record = read_record(path)
                acceptance = record.acceptance
                if record.head.door is Door.HOP and acceptance is not None and acceptance.reply is not None:
                    self._answers.left_over(
                        Answer(
                            id=record.head.id,
                            key=record.key,
                            reply=acceptance.reply,
                            accepted_at=acceptance.accepted_at,
                        )
                    )


def _list(directory: Path) -> list[str]:
    try:
        return sorted(os.listdir(directory))  # noqa: PTH208 - names only: a backlog may have 100,000
    except OSError as error:
        raise Unavailable("spool", str(error)) from error


def _id_of(name: str) -> str:
    """Take the id out of the name of an accepted file."""
    return name.split("-", 1)[-1]


def _accepted_at(name: str) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(name.split("-", 1)[0]))


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


def _write_note(path: Path, reason: str, now: datetime) -> None:
    text = json.dumps({"reason": reason, "since": now.isoformat()}, ensure_ascii=False)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def _read_note(path: Path) -> tuple[str, datetime]:
    try:
        values = json.loads(path.read_bytes())
        return str(values["reason"]), datetime.fromisoformat(values["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return "no reason was written down", datetime.fromtimestamp(0, UTC)
