"""The spool as a whole: who may write, what waits, what was set aside, and what a crash left behind."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from mailbridge.errors import Unavailable
from mailbridge.mail.delivery import Delivery
from mailbridge.mail.envelope import Client, Door, Envelope, MailObject
from mailbridge.spool.answers import Answer
from mailbridge.spool.aside import Aside, AsideMail
from mailbridge.spool.capture import Capture
from mailbridge.spool.frames import micros
from mailbridge.spool.one_file import OneFiles
from mailbridge.spool.places import Places, accepted_at_of, id_of, names_in
from mailbridge.spool.record import Acceptance, Damaged, read_mail
from mailbridge.spool.recovery import Recovered, Recovery, UnknownMail
from mailbridge.spool.segments import SEGMENT_SIZE
from mailbridge.spool.walking import JournalWalk
from mailbridge.spool.writers import Writers

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
    Raw mail: in journals of segments first, in files of their own later; fulfils `ports.Spool` and the doors' `Keeper`.

    Any number of processes may write, each a journal of its own; one may walk (`lock`). Directories are 0700 and files
    0600: the spool holds mail that nobody has looked at yet.

    Args:
        segment_size: Octets of a segment of the journals.
    """

    def __init__(
        self,
        root: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        segment_size: int = SEGMENT_SIZE,
    ) -> None:
        """Make what is missing below `root`; raises `Unavailable`."""
        self.root = root
        self._places = Places(root)
        self._clock = clock
        self._names: dict[str, str] = {}
        self._places.make()
        self._aside = Aside(self._places)
        self._recovery = Recovery(self._places, self._aside, clock)
        one_files = OneFiles(self._places, self._aside, clock)
        self._journals = JournalWalk(self._places.journal, one_files, segment_size)
        self._writers = Writers(self._places, one_files, self._recovery, segment_size=segment_size, clock=clock)

    # -- writing ------------------------------------------------------------------------------------------------------

    def begin(self, door: Door, client: Client, envelope: Envelope, now: datetime, *, stuffed: bool = False) -> Capture:
        """Begin to take a mail; its id is made from `now`."""
        return self._writers.begin(door, client, envelope, now, stuffed=stuffed)

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
        return self._writers.earlier_answer(key)

    def answer_heard(self, mail_id: str) -> None:
        """Note that the client of this mail has its 250."""
        self._writers.answer_heard(mail_id)

    def answer_lost(self, mail_id: str) -> None:
        """Note that the client of this mail went away without its 250."""
        self._writers.answer_lost(mail_id)

    def end_writing(self) -> None:
        """Finish what is being written, and close its segment, so that it can be wiped; what comes later is refused."""
        self._writers.close()

    def close(self) -> None:
        """Finish what is being written, and let go of all files."""
        self.end_writing()
        self._journals.close()

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
        with disk():
            found = self._journals.waiting()
        if names:
            found = sorted([*found, *((micros(accepted_at_of(name)), id_of(name)) for name in names)])
        return iter([mail_id for _, mail_id in found])

    def count_waiting(self) -> int:
        """Return how many mails wait for their walk, without reading what this process wrote; raises `Unavailable`."""
        files = len(names_in(self._places.accepted))
        with disk():
            slot, here = self._writers.waiting_here() or (None, 0)
            return files + here + self._journals.count(slot)

    def load(self, mail_id: str) -> MailObject:
        """
        Read one mail.

        Raises `Unavailable`. A damaged one is set aside first, so that the walk does not meet it again.
        """
        path = self._find(mail_id)
        try:
            if path is not None:
                return read_mail(path)
            with disk():
                mail = self._journals.load(mail_id)
        except Damaged as damage:
            self.set_aside(mail_id, f"damaged: {damage.problem}")
            raise
        if mail is None:
            raise Unavailable("spool", f"no mail {mail_id} waits")
        return mail

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
        with disk():
            if path is None:
                if not self._journals.release(mail_id, keep=keep):
                    return
            elif keep:
                month = self._places.archive / accepted_at_of(path.name).strftime("%Y/%m")
                month.parent.mkdir(mode=0o700, exist_ok=True)
                month.mkdir(mode=0o700, exist_ok=True)
                with suppress(FileNotFoundError):
                    path.rename(month / path.name)
            else:
                path.unlink(missing_ok=True)
        self._names.pop(mail_id, None)
        self.end_walk(mail_id)

    def set_aside(self, mail_id: str, reason: str) -> None:
        """Put a mail where a person looks at it; raises `Unavailable`."""
        path = self._find(mail_id)
        if path is not None:
            self._aside.put(path, path.name, reason, self._clock())
        else:
            with disk():
                if not self._journals.set_aside(mail_id, reason):
                    raise Unavailable("spool", f"no mail {mail_id} waits")
        self._names.pop(mail_id, None)
        self.end_walk(mail_id)

    # -- the ledger of deliveries -------------------------------------------------------------------------------------

    def deliveries(self, most: int) -> Sequence[Delivery]:
        """
        Return the oldest fates that are not in the ledger yet, by writer in the order of serials.

        A mail whose fate is not known yet holds those behind it back, so that a missing serial is a lost one. Raises
        `Unavailable`.
        """
        with disk():
            return self._journals.deliveries(most)

    def noted(self, deliveries: Sequence[Delivery]) -> None:
        """Note durably that these stand in the ledger, and wipe what nobody needs now; raises `Unavailable`."""
        with disk():
            self._journals.noted(deliveries)
        self._journals.recycle()

    def wipe(self) -> None:
        """Wipe what nobody needs any more; called by the one process that walks."""
        self._journals.recycle()

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
        forgotten. What other living processes are writing is left alone.
        """
        with disk():
            return self._writers.recover()

    def unknown(self) -> tuple[UnknownMail, ...]:
        """List mail whose fate at the next hop is not known, oldest first; raises `Unavailable`."""
        found = {}
        with disk():
            for mail in self._journals.unknown():
                found[mail.id] = mail
        for _, record in self._recovery.unknown():
            mail_id = record.head.id
            found[mail_id] = UnknownMail(id=mail_id, sealed_at=record.seal.sealed_at, size=record.seal.size)
        return tuple(sorted(found.values(), key=lambda one: one.sealed_at))

    def settle_unknown(self, older_than: timedelta = UNKNOWN_WAITS) -> tuple[str, ...]:
        """
        Give up waiting where it is time to.

        A mail whose retry was accepted goes: it is the same one. One that is older than `older_than` is offered to the
        walk with no reply of the next hop (`MailObject.next_hop_reply` is None: perhaps never delivered), with the
        moment its content was complete as `accepted_at`.

        Returns:
            The ids of the mails offered. Raises `Unavailable`.
        """
        with disk():
            offered = self._recovery.settle(older_than, self._journals.accepted_keys)
        self._journals.recycle()
        return offered

    # -- inside -------------------------------------------------------------------------------------------------------

    def _find(self, mail_id: str) -> Path | None:
        if mail_id not in self._names:
            self._names.update({id_of(name): name for name in names_in(self._places.accepted)})
        name = self._names.get(mail_id)
        return None if name is None else self._places.accepted / name


@contextmanager
def disk() -> Iterator[None]:
    """Turn what the disk says into what callers of the spool know."""
    try:
        yield
    except OSError as error:
        raise Unavailable("spool", str(error)) from error
