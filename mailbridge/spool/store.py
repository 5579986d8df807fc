"""The spool as a whole: who may write, what waits, what was set aside, and what a crash left behind."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType

from mailbridge.errors import Unavailable
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.mail.ident import uuid7
from mailbridge.spool.answers import Answer, Answers
from mailbridge.spool.aside import Aside, AsideMail
from mailbridge.spool.capture import Capture
from mailbridge.spool.committer import Committer
from mailbridge.spool.places import Places, accepted_at_of, id_of, names_in
from mailbridge.spool.record import Acceptance, Damaged, Head, read_mail
from mailbridge.spool.recovery import Recovered, Recovery, UnknownMail

# How long a mail whose fate at the next hop we do not know waits for its client to send it again: the usual longest
# pause between two tries of a sending server (Postfix: maximal_backoff_time, 4000 s) fits in several times.
UNKNOWN_WAITS = timedelta(hours=4)


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
        self._places.make()
        self._aside = Aside(self._places)
        self._recovery = Recovery(self._places, self._aside, clock)

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
        names = names_in(self._places.accepted)
        self._names = {id_of(name): name for name in names}
        return iter([id_of(name) for name in names])

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

    def begin_walk(self, mail_id: str) -> int:
        """Note that a walk begins; return how often it began without an end, which only a crash leaves behind."""
        note = self._places.walking / mail_id
        try:
            begun = note.stat().st_size + 1 if note.exists() else 1
            # One octet a time: appending needs no reading, and a torn write cannot be wrong by more than one.
            with note.open("ab") as file:
                file.write(b".")
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        return begun

    def end_walk(self, mail_id: str) -> None:
        """Forget that a walk began: it came to an end, or the program ends in good order. Raises `Unavailable`."""
        try:
            (self._places.walking / mail_id).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error

    def release(self, mail_id: str, *, keep: bool) -> None:
        """Take a decided mail out: into `archive/YYYY/MM` of its acceptance (UTC), or away for good. Done is done."""
        path = self._find(mail_id)
        if path is None:
            return
        try:
            if keep:
                month = accepted_at_of(path.name).strftime("%Y/%m")
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
        self.end_walk(mail_id)

    def set_aside(self, mail_id: str, reason: str) -> None:
        """Put a mail where a person looks at it; raises `Unavailable`."""
        path = self._find(mail_id)
        if path is None:
            raise Unavailable("spool", f"no mail {mail_id} waits")
        self._aside.put(path, path.name, reason, self._clock())
        self._names.pop(mail_id, None)
        self.end_walk(mail_id)

    # -- mail set aside -----------------------------------------------------------------------------------------------

    def aside(self) -> tuple[AsideMail, ...]:
        """List what was set aside, in the order of acceptance; raises `Unavailable`."""
        return self._aside.all()

    def retry(self, mail_id: str) -> bool:
        """Let a mail that was set aside be walked again; False when there is none of this id."""
        return self._aside.retry(mail_id)

    def drop(self, mail_id: str) -> bool:
        """Delete a mail that was set aside; False when there is none of this id."""
        return self._aside.drop(mail_id)

    # -- after a crash ------------------------------------------------------------------------------------------------

    def recover(self) -> Recovered:
        """
        Settle what an earlier run left; the hop calls it once, before its door opens. Raises `Unavailable`.

        Sealed mail with the next hop's acceptance is accepted; without it, its fate is unknown. Incomplete content is
        deleted. What other living processes are writing is left alone.
        """
        try:
            recovered = self._recovery.run()
            self._unknown.clear()
            for path, record in self._recovery.unknown():
                self._unknown.setdefault(record.key, []).append(path)
            waiting = frozenset(id_of(name) for name in names_in(self._places.accepted))
            named = self._answers.load(self._clock(), waiting)
            for answer in self._recovery.unanswered(named):
                self._answers.left_over(answer)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error
        return recovered

    def unknown(self) -> tuple[UnknownMail, ...]:
        """List mail whose fate at the next hop is not known, oldest first; raises `Unavailable`."""
        found = []
        for _, record in self._recovery.unknown():
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
        try:
            return self._recovery.settle(older_than)
        except OSError as error:
            raise Unavailable("spool", str(error)) from error

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
            self._names.update({id_of(name): name for name in names_in(self._places.accepted)})
        name = self._names.get(mail_id)
        return None if name is None else self._places.accepted / name
