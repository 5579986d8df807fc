"""What the database knows of commands: the notices that went out, what was begun, and what people did by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, select

from mailbridge.letters.replies_seal import is_sealed, without_seal
from mailbridge.mail.envelope import MailObject
from mailbridge.mail.letter import Letter, LetterKind
from mailbridge.registry.acts import Act, Via, act_of, acts_about, undone_by
from mailbridge.registry.clock import Clock
from mailbridge.registry.database import reaching_database, reading
from mailbridge.registry.entry import Case, Event
from mailbridge.registry.happenings import OURSELVES, Happening
from mailbridge.registry.returned import find_letter
from mailbridge.registry.rounds import digest_lines
from mailbridge.registry.rows import write_event
from mailbridge.registry.store import SqlTransaction
from mailbridge.registry.tables import act, event, mail_case, outbox

_OF_COMMAND = "command:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """
    A letter of ours that may be answered.

    `about` is the mail (or round) it speaks of; `command` the mail of the command that it answers, "" for a first
    notice; `lines` are the mails of a digest, in their order.
    """

    key: str
    agency: str
    recipient: str
    about: str
    command: str = ""
    lines: tuple[str, ...] = ()
    is_round: bool = False


def command_key(message_id: str | None, mail_id: str, agency: str, to: str) -> str:
    """
    Return the key of the answer to a command, before it is sealed.

    It begins with what is the same when the command comes again as another mail.
    """
    return f"{_sent_once(message_id or mail_id, agency, to)}{mail_id}"


def _sent_once(message_id: str, agency: str, to: str) -> str:
    return f"{_OF_COMMAND}{sha256(message_id.encode('utf-8', 'replace')).hexdigest()[:32]}:{agency}:{to.lower()}:"


class CommandBook:
    """The reading and writing side of commands. Its methods block and raise `Unavailable`."""

    def __init__(self, engine: Engine, secret: bytes, clock: Clock) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._secret = secret
        self._clock = clock

    def notice(self, token: str) -> Notice | None:
        """Return the sealed letter with this token, or beginning of one; None when there is none."""
        with reaching_database(), self._reader.begin() as connection:
            found = find_letter(connection, token)
            letter = found.letter if found else None
            if letter is None or letter.kind is not LetterKind.NOTICE:
                return None
            about, to = letter.mail_id, letter.recipient
            if not is_sealed(letter.key, agency=letter.agency, about=about, to=to, secret=self._secret):
                return None
            return self._notice(connection, letter)

    def _notice(self, connection: Connection, letter: Letter) -> Notice:
        key = without_seal(letter.key)
        lines = digest_lines(connection, letter.mail_id)
        return Notice(
            key=letter.key,
            agency=letter.agency,
            recipient=letter.recipient,
            about=letter.mail_id,
            command=key.rpartition(":")[2] if key.startswith(_OF_COMMAND) else "",
            lines=lines,
            is_round=bool(lines) or key.startswith("digest:"),
        )

    def was_seen(self, mail: MailObject, message_id: str | None, agency: str, by: str) -> bool:
        """Say whether another mail with these octets was decided, or a command with this Message-ID answered."""
        octets = select(mail_case.c.mail_id).where(
            mail_case.c.agency == agency, mail_case.c.mail_id != mail.id, mail_case.c.sha256 == mail.sha256
        )
        begins = _sent_once(message_id or mail.id, agency, by)
        answered = select(outbox.c.key).where(outbox.c.key >= begins, outbox.c.key < f"{begins}~")
        with reaching_database(), self._reader.begin() as connection:
            return any(connection.execute(each.limit(1)).first() is not None for each in (octets, answered))

    def begun(self, mail_id: str, agency: str) -> datetime | None:
        """Return when this command was begun, by this program or the one before it."""
        query = select(event.c.at).where(
            event.c.mail_id == mail_id, event.c.agency == agency, event.c.what == Happening.COMMANDED.value
        )
        with reaching_database(), self._reader.begin() as connection:
            at: datetime | None = connection.execute(query.order_by(event.c.id).limit(1)).scalar_one_or_none()
            return at

    def begin(self, mail_id: str, agency: str, by: str, lines: Sequence[str]) -> None:
        """Note durably that a command is carried out now: after a crash it is told, and not carried out again."""
        said = " | ".join(lines)[:500]
        happened = Event(at=self._clock(), mail_id=mail_id, actor=by, what=Happening.COMMANDED, detail=said)
        with reaching_database(), self._engine.begin() as connection:
            write_event(connection, agency, happened)

    def acts_of_command(self, mail_id: str, agency: str, by: str) -> tuple[Act, ...]:
        """
        Return what was done by a command, in order, as far as nobody took it back.

        Commands are carried out one after the other: its acts are those of the person from its beginning to its case.
        """
        since = self.begun(mail_id, agency)
        if since is None:
            return ()
        case = select(mail_case.c.decided_at).where(mail_case.c.mail_id == mail_id, mail_case.c.agency == agency)
        with reaching_database(), self._reader.begin() as connection:
            until = connection.execute(case).scalar_one_or_none()
            query = select(act).where(
                act.c.agency == agency,
                act.c.via == Via.MAIL.value,
                act.c.written_by == by,
                act.c.written_at >= since,
            )
            if until is not None:
                query = query.where(act.c.written_at <= until)
            rows = connection.execute(query.order_by(act.c.written_at, act.c.id)).mappings().all()
            return tuple(each for each in map(act_of, rows) if not undone_by(connection, each.id))

    def last_acts_about(self, mail_id: str, agency: str, entries: Sequence[str], by: str) -> tuple[Act, ...]:
        """
        Return what this person did last about a mail or its entries and nobody took back, in order.

        One command may ask for several things; they are taken back together, as they were asked for.
        """
        with reaching_database(), self._reader.begin() as connection:
            found = [
                each for each in acts_about(connection, mail_id=mail_id, entry_ids=entries) if each.written_by == by
            ]
            standing = [each for each in found if each.undoes is None and not undone_by(connection, each.id)]
            if not standing or standing[-1].via is not Via.MAIL:
                return tuple(standing[-1:])
            begun = select(event.c.at).where(
                event.c.agency == agency,
                event.c.what == Happening.COMMANDED.value,
                event.c.actor == by,
                event.c.at <= standing[-1].written_at,
            )
            # From the newest row backwards: people take back what they have just done.
            newest = connection.execute(begun.order_by(event.c.id.desc()).limit(1))
            since: datetime | None = newest.scalar_one_or_none()
        return tuple(each for each in standing if each is standing[-1] or (since and each.written_at >= since))

    def settle(self, case: Case, letters: Sequence[Letter]) -> None:
        """Write down that a mail was a command, with what is answered; raises `AlreadyDecided`."""
        with reaching_database(), self._engine.begin() as connection:
            writing = SqlTransaction(connection, self._clock)
            writing.record(case, ())
            for letter in letters:
                writing.post(letter)
            if writing.error:
                raise writing.error

    def note_attempt(self, mail_id: str, agency: str, detail: str, letters: Sequence[Letter]) -> None:
        """Write down that somebody tried, once a mail, and warn the clerks, each once a day."""
        known = select(event.c.id).where(
            event.c.mail_id == mail_id, event.c.agency == agency, event.c.what == Happening.COMMAND_REFUSED.value
        )
        with reaching_database(), self._engine.begin() as connection:
            if connection.execute(known.limit(1)).first() is not None:
                return
            now = self._clock()
            what = Happening.COMMAND_REFUSED
            write_event(connection, agency, Event(at=now, mail_id=mail_id, actor=OURSELVES, what=what, detail=detail))
            writing = SqlTransaction(connection, self._clock)
            for letter in letters:
                writing.post(letter)
            if writing.error:
                raise writing.error
